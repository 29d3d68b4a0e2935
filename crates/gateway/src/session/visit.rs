//! A viewer's visit, from its open WebSocket to its end.

use std::{
    future::pending,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use porthole_phrase::Explain;
use porthole_rfb::{ClientReader, Password, Rights};
use tokio::time::{Instant, sleep_until};

use crate::{
    CloseReason, Grant, Route, Sessions, Target, Token, TokenSource, Visit, Visitor,
    http::{pending_connections::PendingConnections, rate_limit::RateLimiter, upgrade::Credentials},
    relay::{Conversation, Relay, full_speed, viewer::Viewer},
    session::{
        events::{self, Event},
        registry::Session,
    },
    transport::{
        descriptors::{DescriptorClass, room_is_made, room_now},
        socket::{ServerStream, ViewerStream},
    },
    vnc::log_in::{self, Server},
};

/// So often strangers have to go for one session; after that others come faster than they go.
const MAX_EVICTIONS: usize = 20;

/// What a visit needs of its gateway.
pub(crate) struct GatewayContext {
    pub(crate) tokens: Arc<dyn TokenSource>,
    pub(crate) sessions: Sessions,
    pub(crate) guesses: RateLimiter,
    pub(crate) strangers: PendingConnections,
    /// How often viewers are pinged.
    pub(crate) heartbeat: Duration,
}

/// Who has shown a good token.
pub(crate) struct AdmittedGrant {
    shown: Credentials,
    grant: Grant,
    /// The [endings](Sessions::endings) before the token was looked up.
    endings: u64,
}

/// A viewer whose session did not begin, and why.
pub(crate) type RefusedVisitor = (Viewer<ViewerStream>, CloseReason);

/// An admitted viewer.
pub(crate) struct AuthenticatedVisitor {
    pub(crate) viewer: Viewer<ViewerStream>,
    pub(crate) admitted: AdmittedGrant,
}

impl GatewayContext {
    /// What the token gives, or how its bearer is turned away. The token comes first: however many wrong ones an address
    /// has shown, a right one passes.
    pub(crate) async fn admit(&self, shown: Credentials) -> Result<AdmittedGrant, CloseReason> {
        let endings = self.sessions.endings();
        match self.grant(&shown.token).await {
            Some(grant) => Ok(AdmittedGrant {
                shown,
                grant,
                endings,
            }),
            None => Err(CloseReason::NoSuchLink),
        }
    }

    /// Serves a viewer whose token was good until its session ends. One that is turned away before that is given back:
    /// it has no place among the sessions any more, and is still to be told. `is_proxy`: the address is that of a trusted
    /// proxy, which does not tell for whom it connects.
    pub(crate) async fn handle_visit(
        &self,
        guest: Box<AuthenticatedVisitor>,
        address: IpAddr,
        is_proxy: bool,
    ) -> Option<Box<RefusedVisitor>> {
        let AuthenticatedVisitor { mut viewer, admitted } = *guest;
        let AdmittedGrant {
            shown,
            mut grant,
            endings,
        } = admitted;
        let session = Arc::new(self.sessions.begin(&grant, shown.token.hash(), address, is_proxy));
        // Whoever takes something back from now on finds the session. What was taken back since the token was looked up
        // did not, so it is looked up again.
        if self.sessions.endings() != endings {
            let now = self.grant(&shown.token).await;
            let Some(now) = now.filter(|now| now.display == grant.display) else {
                return Some(Box::new((viewer, CloseReason::NoSuchLink)));
            };
            grant = now;
        }
        viewer.reads_events = shown.events && matches!(grant.route, Route::Vnc { .. });
        let info = session.info();
        tracing::info!(session = info.id, display = %info.name, viewer = %address, "session began");
        let visitor = Visitor {
            address,
            pin: shown.pin,
        };
        let (end, turned_away) = match self.run(viewer, &grant, visitor, &session).await {
            Ok(end) => (end, None),
            // Whoever stops the gateway waits for the sessions, and for nobody else.
            Err(turned_away) if turned_away.1 == CloseReason::ShuttingDown => {
                turned_away.0.close(&turned_away.1).await;
                (turned_away.1, None)
            }
            Err(turned_away) => (turned_away.1.clone(), Some(turned_away)),
        };
        let info = session.info();
        tracing::info!(
            session = info.id,
            display = %info.name,
            to_viewer = info.to_viewer,
            to_server = info.to_server,
            code = end.code(),
            why = %end.cause(),
            "session ended"
        );
        turned_away
    }

    async fn grant(&self, token: &Token) -> Option<Grant> {
        let grant = self.tokens.lookup(token).await;
        grant.filter(|grant| grant.expires.is_none_or(|end| end > SystemTime::now()))
    }

    async fn run(
        &self,
        mut viewer: Viewer<ViewerStream>,
        grant: &Grant,
        visitor: Visitor,
        session: &Arc<Session>,
    ) -> Result<CloseReason, Box<RefusedVisitor>> {
        // A clock that is set back during the session does not lengthen it.
        let expires = grant.expires.and_then(|end| {
            let left = end.duration_since(SystemTime::now()).unwrap_or_default();
            Instant::now().checked_add(left)
        });
        // On the heap: a task keeps as much memory as it ever needs, and a viewer that only looks should cost little.
        let come_in = Box::pin(async {
            let visit = pass_door(&mut viewer, grant, visitor, session, self.heartbeat).await?;
            session.take_slot(grant)?;
            self.make_room().await?;
            let (server, talk) = prepare(&mut viewer, grant, session, expires).await?;
            Ok((visit, server, talk))
        });
        let come_in = tokio::select! {
            biased;
            end = session.ended() => Err(end),
            () = at(expires) => Err(CloseReason::Expired),
            come_in = come_in => come_in,
        };
        match come_in {
            Ok((mut visit, server, talk)) => {
                if let Some(visit) = &mut visit {
                    visit.began(&session.info());
                }
                let relay = Relay::new(viewer, server, Arc::clone(session), talk, self.heartbeat);
                let of = Arc::clone(session);
                let end = full_speed::apart(Box::pin(relay.run(expires)), move || of.moved()).await;
                if let Some(visit) = &mut visit {
                    visit.ended(&session.info(), &end);
                }
                Ok(end)
            }
            Err(end) => Err(Box::new((viewer, session.explained(end).await))),
        }
    }

    /// Waits until there is a descriptor for one more session; strangers have to go for it.
    async fn make_room(&self) -> Result<(), CloseReason> {
        for _ in 0..MAX_EVICTIONS {
            if matches!(room_now(), DescriptorClass::Plenty | DescriptorClass::Scarce) {
                return Ok(());
            }
            if !self.strangers.push_out_some() {
                break;
            }
            room_is_made().await;
        }
        Err(CloseReason::GatewayFull)
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

/// Waits until the visitor is let in, where the grant has a door. The visit is undone when it is dropped before it began.
async fn pass_door(
    viewer: &mut Viewer<ViewerStream>,
    grant: &Grant,
    visitor: Visitor,
    session: &Session,
    heartbeat: Duration,
) -> Result<Option<Box<dyn Visit>>, CloseReason> {
    let Some(door) = &grant.door else {
        return Ok(None);
    };
    if door.asks() {
        viewer.tell(&Event::Waiting).await?;
    }
    let entry = tokio::select! {
        biased;
        entry = door.open(visitor) => entry?,
        end = viewer.keep_waiting(heartbeat) => return Err(end),
    };
    session.enter(entry.rights, door.asks());
    Ok(Some(entry.visit))
}

/// Reaches the target and, on a VNC route, brings both sides to where the viewer's messages begin.
async fn prepare(
    viewer: &mut Viewer<ViewerStream>,
    grant: &Grant,
    session: &Session,
    expires: Option<Instant>,
) -> Result<(ServerStream, Option<Conversation>), CloseReason> {
    let connect = async {
        let (target, password) = reach(grant).await?;
        let stream = target.connect().await.map_err(CloseReason::from_connecting)?;
        Ok((stream, password))
    };
    if matches!(grant.route, Route::Raw) {
        let (stream, _) = viewer.stays_or_speaks(connect).await??;
        return Ok((stream, None));
    }
    let (stream, password) = viewer.stays(connect).await??;
    let log_in = Server::log_in_for_viewer(&stream, password.as_ref());
    let mut server = viewer.stays(log_in).await?.map_err(CloseReason::Target)?;
    let mut early = log_in::welcome(viewer, &mut server).await?;
    viewer.stays(session.turn()).await?;
    let rights = session.enforce_rights().unwrap_or(Rights::View);
    let screen = viewer
        .stays(server.initialise(rights))
        .await?
        .map_err(CloseReason::Target)?;
    early.append(&mut viewer.early);
    let welcome = Event::Welcome {
        display: &grant.name,
        rights: events::name(rights),
        seconds_left: expires.map(|end| end.saturating_duration_since(Instant::now()).as_secs()),
        once: grant.door.as_ref().is_some_and(|door| door.once()),
    };
    viewer.tell(&welcome).await?;
    viewer
        .send(&screen.said)
        .await
        .map_err(|_| CloseReason::ViewerClosed)?;
    let mut reader = ClientReader::new(rights).with_extended_clipboard(screen.extended_clipboard);
    if let Some(updates) = session.link_updates() {
        reader = reader.with_shared_budget(Arc::clone(&updates.budget));
    }
    read_early(&stream, &early, &mut reader).await?;
    let talk = Conversation {
        reader,
        late_answer: screen.late_answer,
    };
    Ok((stream, Some(talk)))
}

/// Where the grant's server is now, and its password; one that is started on demand is started.
async fn reach(grant: &Grant) -> Result<(Target, Option<Password>), CloseReason> {
    let password = match &grant.route {
        Route::Vnc { password, .. } => password.clone(),
        Route::Raw => None,
    };
    match &grant.target {
        Target::OnDemand(server) => {
            let ready = server.ready().await.ok_or(CloseReason::DisplayNotStarted)?;
            Ok((ready.target, ready.password))
        }
        target => Ok((target.clone(), password)),
    }
}

/// A viewer need not wait for ServerInit before its first message.
async fn read_early(
    stream: &ServerStream,
    early: &[u8],
    reader: &mut ClientReader,
) -> Result<(), CloseReason> {
    let mut passed = Vec::new();
    reader
        .read(early, &mut passed)
        .map_err(|error| CloseReason::BrokenRfb(error.cause()))?;
    log_in::write(stream, &passed)
        .await
        .ok_or(CloseReason::TargetClosed)
}
