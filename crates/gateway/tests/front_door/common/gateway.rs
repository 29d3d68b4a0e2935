//! A gateway on a port of the system's choice, with the links that a test gives it.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{Stream, Transport, Viewer, connect, identity, open, wire, within, words};
use crate::TRANSPORT;
use porthole_gateway::{
    Access, BindError, CloseReason, Gateway, Grant, HEARTBEAT, Identity, Limits, Lookup, OwnNames, Pages,
    Plain, Refusals, Rights, Route, SessionInfo, Sessions, Settings, Target, Token, TokenHash, TokenSource,
};

pub struct TestGateway {
    gateway: Gateway,
    grants: Arc<Grants>,
}

#[derive(Default)]
struct Grants {
    given: Mutex<HashMap<TokenHash, Grant>>,
    /// Those that are revoked when they were looked up, and whose sessions are then to be ended.
    last: Mutex<HashMap<TokenHash, Sessions>>,
}

impl TokenSource for Grants {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        let mut given = self.given.lock().unwrap();
        let grant = given.get(&token.hash()).cloned();
        if let Some(sessions) = self.last.lock().unwrap().remove(&token.hash()) {
            given.remove(&token.hash());
            let ended = sessions.end_where(CloseReason::NoSuchLink, |session| session.token == token.hash());
            assert_eq!(ended, 0);
        }
        Box::pin(std::future::ready(grant))
    }
}

impl TestGateway {
    pub async fn start() -> Self {
        Self::with(Access::default(), Pages::Embedded { index: None }).await
    }

    pub async fn with(access: Access, pages: Pages) -> Self {
        Self::start_with(access, pages, None, HEARTBEAT).await
    }

    pub async fn with_heartbeat(access: Access, pages: Pages, heartbeat: Duration) -> Self {
        Self::start_with(access, pages, None, heartbeat).await
    }

    /// A gateway on a machine with names in its network.
    pub async fn with_own_names(names: Arc<dyn OwnNames>) -> Self {
        let pages = Pages::Embedded { index: None };
        Self::start_with(Access::default(), pages, Some(names), HEARTBEAT).await
    }

    async fn start_with(
        access: Access,
        pages: Pages,
        own_names: Option<Arc<dyn OwnNames>>,
        heartbeat: Duration,
    ) -> Self {
        words::speak();
        let grants = Arc::new(Grants::default());
        let settings = Settings {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            identity: (TRANSPORT == Transport::Tls).then(identity),
            plain: Plain::Everybody,
            splice: TRANSPORT != Transport::Copied,
            access,
            own_names,
            pages,
            tokens: grants.clone(),
            heartbeat,
        };
        let gateway = Gateway::start(settings).await.unwrap();
        Self { gateway, grants }
    }

    /// A gateway whose token `raw` leads to `target` as it is.
    pub async fn relaying(target: Target) -> Self {
        let gateway = Self::start().await;
        gateway.grant("raw", raw(target));
        gateway
    }

    pub fn grant(&self, token: &str, grant: Grant) {
        self.grants
            .given
            .lock()
            .unwrap()
            .insert(Token::from(token).hash(), grant);
    }

    /// A link that is revoked right after it was looked up, before its session began.
    pub fn grant_for_one_look(&self, token: &str, grant: Grant) {
        self.grant(token, grant);
        let token = Token::from(token).hash();
        let sessions = self.sessions().clone();
        self.grants.last.lock().unwrap().insert(token, sessions);
    }

    /// A link that bears input and pixels of a VNC server.
    pub fn grant_vnc(&self, token: &str, target: Target, password: Option<&str>, rights: Rights) {
        let password = password.map(porthole_gateway::Password::new);
        let route = Route::Vnc { password, rights };
        self.grant(token, Grant { route, ..raw(target) });
    }

    pub fn address(&self) -> SocketAddr {
        self.gateway.addresses()[0]
    }

    pub fn refusals(&self) -> &Refusals {
        self.gateway.refusals()
    }

    pub fn sessions(&self) -> &Sessions {
        self.gateway.sessions()
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.gateway.addresses()
    }

    pub async fn set_listen(&self, addresses: &[SocketAddr]) -> Vec<BindError> {
        within(self.gateway.set_listen(addresses)).await
    }

    pub fn set_identity(&self, identity: Option<Identity>) {
        self.gateway.set_identity(identity);
    }

    pub fn set_plain(&self, plain: Plain) {
        self.gateway.set_plain(plain);
    }

    pub fn set_access(&self, access: Access) {
        self.gateway.set_access(access);
    }

    pub fn set_limits(&self, limits: Limits) {
        self.gateway.set_limits(limits);
    }

    pub async fn stop(self) {
        within(self.gateway.stop()).await;
    }

    /// A connection that has said nothing yet.
    pub async fn connect(&self) -> Stream {
        within(connect(self.address())).await.unwrap()
    }

    /// A viewer whose WebSocket is open, as our own page opens it.
    pub async fn viewer(&self, token: &str) -> Viewer {
        self.viewer_with(token, "").await
    }

    /// A viewer as our own page opens it today: it reads events.
    pub async fn page(&self, token: &str) -> Viewer {
        self.viewer_with(token, ", porthole.events").await
    }

    /// A viewer that offers further subprotocols.
    pub async fn viewer_with(&self, token: &str, more: &str) -> Viewer {
        let protocols = format!("binary, porthole.token.{token}{more}");
        within(open(
            self.address(),
            "/websockify",
            &[("Sec-WebSocket-Protocol", &protocols)],
        ))
        .await
        .unwrap()
    }

    /// Waits until the gateway has dealt with what others did before.
    pub async fn catches_up(&self) {
        wire::ask(self.address(), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    }

    /// Waits until there are `count` sessions.
    pub async fn sessions_become(&self, count: usize) -> Vec<SessionInfo> {
        self.sessions_are(|sessions| sessions == count).await
    }

    /// Waits until there are `count` sessions, or more.
    pub async fn sessions_become_at_least(&self, count: usize) -> Vec<SessionInfo> {
        self.sessions_are(|sessions| sessions >= count).await
    }

    async fn sessions_are(&self, so_many: impl Fn(usize) -> bool) -> Vec<SessionInfo> {
        let mut changes = self.sessions().changes();
        within(async {
            while !so_many(self.sessions().list().len()) {
                changes.changed().await.unwrap();
            }
        })
        .await;
        self.sessions().list()
    }
}

/// What a raw token gives.
pub fn raw(target: Target) -> Grant {
    Grant {
        display: "alice".into(),
        name: "Alice".into(),
        target,
        route: Route::Raw,
        expires: None,
        door: None,
    }
}
