//! A viewer's visit, from its open WebSocket to its end.

use std::{net::IpAddr, time::Duration};

use porthole_rfb::{ClientReader, Password, Rights};
use tokio::time::Instant;

use crate::{
    End, Grant, Route, Sessions, Target, Token, TokenSource,
    guesses::Guesses,
    relay::Relay,
    session::Session,
    socket::{ServerStream, ViewerStream},
    viewer::Viewer,
    vnc::{self, Server},
};

/// What a visit needs of its gateway.
pub(crate) struct House {
    pub(crate) tokens: std::sync::Arc<dyn TokenSource>,
    pub(crate) sessions: Sessions,
    pub(crate) guesses: Guesses,
    /// How often viewers are pinged.
    pub(crate) heartbeat: Duration,
}

impl House {
    /// What `token` gives, or how its bearer is turned away. The token comes first: however many wrong ones an address
    /// has shown, a right one passes.
    pub(crate) async fn admit(&self, token: &Token, address: IpAddr) -> Result<Grant, End> {
        match self.tokens.lookup(token).await {
            Some(grant) if grant.expires.is_none_or(|end| end > std::time::SystemTime::now()) => Ok(grant),
            _ if self.guesses.one_more(address) => Err(End::NoSuchLink),
            _ => Err(End::TooManyGuesses),
        }
    }

    /// Relays for a viewer until its session ends.
    pub(crate) async fn attend(
        &self,
        viewer: Viewer<ViewerStream>,
        grant: Grant,
        token: &Token,
        address: IpAddr,
    ) {
        let session = self.sessions.begin(&grant, token.hash(), address);
        let info = session.info();
        tracing::info!(session = info.id, display = %info.display, viewer = %address, "session began");
        let end = run(viewer, &grant, &session, self.heartbeat).await;
        let info = session.info();
        tracing::info!(
            session = info.id,
            display = %info.display,
            to_viewer = info.to_viewer,
            to_server = info.to_server,
            code = end.code(),
            why = %end.reason(),
            "session ended"
        );
    }
}

async fn run(mut viewer: Viewer<ViewerStream>, grant: &Grant, session: &Session, heartbeat: Duration) -> End {
    // A clock that is set back during the session does not lengthen it.
    let expires = grant.expires.and_then(|end| {
        let left = end
            .duration_since(std::time::SystemTime::now())
            .unwrap_or_default();
        Instant::now().checked_add(left)
    });
    let prepared = tokio::select! {
        biased;
        end = session.ended() => Err(end),
        prepared = prepare(&mut viewer, grant) => prepared,
    };
    match prepared {
        Ok((server, reader)) => {
            Relay::new(viewer, &server, session, reader, heartbeat)
                .run(expires)
                .await
        }
        Err(end) => {
            let end = session.explained(end).await;
            viewer.close(&end).await;
            end
        }
    }
}

/// Reaches the target and, on a VNC route, brings both sides to where the viewer's messages begin.
async fn prepare(
    viewer: &mut Viewer<ViewerStream>,
    grant: &Grant,
) -> Result<(ServerStream, Option<ClientReader>), End> {
    let (target, password) = reach(grant).await?;
    let stream = target.connect().await.map_err(End::Target)?;
    let Route::Vnc { rights, .. } = &grant.route else {
        return Ok((stream, None));
    };
    let server = Server::log_in(&stream, password.as_ref())
        .await
        .map_err(End::Target)?;
    let early = vnc::welcome(viewer).await?;
    let init = server.initialise().await.map_err(End::Target)?;
    viewer.send(&init).await.map_err(|_| End::ViewerClosed)?;
    let reader = read_early(&stream, &early, *rights).await?;
    Ok((stream, Some(reader)))
}

/// Where the grant's server is now, and its password; one that is started on demand is started.
async fn reach(grant: &Grant) -> Result<(Target, Option<Password>), End> {
    let password = match &grant.route {
        Route::Vnc { password, .. } => password.clone(),
        Route::Raw => None,
    };
    match &grant.target {
        Target::OnDemand(server) => {
            let ready = server.ready().await.map_err(End::DisplayEnded)?;
            Ok((ready.target, ready.password))
        }
        target => Ok((target.clone(), password)),
    }
}

/// A viewer need not wait for ServerInit before its first message.
async fn read_early(stream: &ServerStream, early: &[u8], rights: Rights) -> Result<ClientReader, End> {
    let mut reader = ClientReader::new(rights);
    let mut passed = Vec::new();
    reader
        .read(early, &mut passed)
        .map_err(|error| End::BrokenRfb(error.to_string()))?;
    vnc::write(stream, &passed).await.ok_or(End::TargetClosed)?;
    Ok(reader)
}
