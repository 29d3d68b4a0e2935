//! Control that was taken from a visitor: in all their sessions, and however they come back.

use std::net::SocketAddr;

use futures_util::future::join_all;
use porthole_gateway::{Access, Pages, Rights, SessionInfo};
use tokio::io::AsyncWriteExt;

use crate::{
    common::{Server, Stream, TestGateway, TestTarget, vnc, wire, within},
    vnc_route::{Desk, KEY, UPDATE_REQUEST, hears},
};

const KEY_UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0, b'a'];

/// A visitor behind a proxy, and their end of the VNC server.
struct Tab {
    viewer: Stream,
    server: Server,
    session: u64,
}

impl Desk {
    /// A gateway that believes these proxies, and two links with control.
    async fn behind(proxies: &[&str]) -> Self {
        let access = Access {
            trusted_proxies: proxies.iter().map(|text| text.parse().unwrap()).collect(),
            ..Access::default()
        };
        let gateway = TestGateway::with(access, Pages::Embedded { index: None }).await;
        let target = TestTarget::tcp().await;
        for link in ["alice", "other"] {
            gateway.grant_vnc(link, target.target(), None, Rights::Control);
        }
        Self { gateway, target }
    }

    /// A session whose request has these header lines, on the link `alice`.
    async fn tab(&self, headers: &[u8]) -> Tab {
        self.tab_of("alice", headers).await
    }

    async fn tab_of(&self, link: &str, headers: &[u8]) -> Tab {
        let known: Vec<_> = self.list().into_iter().map(|session| session.id).collect();
        let mut viewer = self.gateway.connect().await;
        within(viewer.write_all(&hello(self.gateway.address(), link, headers)))
            .await
            .unwrap();
        let head = wire::head(&mut viewer).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        let mut server = self.target.accept().await;
        vnc::serve(&mut server, None).await;
        let session = self
            .list()
            .into_iter()
            .find(|session| !known.contains(&session.id))
            .unwrap()
            .id;
        Tab {
            viewer,
            server,
            session,
        }
    }

    fn list(&self) -> Vec<SessionInfo> {
        self.gateway.sessions().list()
    }

    fn rights_of(&self, tab: &Tab) -> Rights {
        let session = self.list().into_iter().find(|info| info.id == tab.session);
        session.unwrap().rights.unwrap()
    }

    async fn set(&self, tab: &Tab, rights: Rights) {
        within(self.gateway.sessions().set_rights(tab.session, rights))
            .await
            .unwrap();
    }

    async fn leave(&self, tabs: impl IntoIterator<Item = Tab>) {
        drop(tabs.into_iter().collect::<Vec<_>>());
        self.gateway.sessions_become(0).await;
    }
}

impl Tab {
    /// Whether a key of this tab reaches the VNC server.
    async fn types(&mut self) -> bool {
        let said = wire::frame(wire::BINARY, &[&KEY[..], &KEY_UP, &UPDATE_REQUEST].concat());
        within(self.viewer.write_all(&said)).await.unwrap();
        match vnc::read::<8>(&mut self.server).await {
            KEY => {
                hears(&mut self.server, &[&KEY_UP[..], &UPDATE_REQUEST].concat()).await;
                true
            }
            begun => {
                assert_eq!(begun, UPDATE_REQUEST[..8]);
                hears(&mut self.server, &UPDATE_REQUEST[8..]).await;
                false
            }
        }
    }
}

/// The upgrade with these header lines, and the viewer's part of the handshake at once.
fn hello(gateway: SocketAddr, link: &str, headers: &[u8]) -> Vec<u8> {
    let request = wire::handshake(gateway, link, "");
    let request = request.strip_suffix("\r\n").unwrap();
    let rfb = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    [request.as_bytes(), headers, b"\r\n", &rfb].concat()
}

const X: &[u8] = b"X-Forwarded-For: 192.0.2.7\r\n";
const ANOTHER: &[u8] = b"X-Forwarded-For: 192.0.2.8\r\n";
/// The proxy appends the visitor's address to one header, and passes the other on as the visitor wrote it.
const BOTH: &[u8] = b"X-Forwarded-For: 192.0.2.7\r\nForwarded: for=9.9.9.9\r\n";
const STANDARD: &[u8] = b"Forwarded: for=192.0.2.7\r\n";

/// Proxies that are trusted, how a visitor came from whom control is taken, and how they come back.
const COME_BACK: [(&str, &[u8], &[u8]); 8] = [
    ("127.0.0.1", X, BOTH),
    ("127.0.0.1", BOTH, X),
    (
        "127.0.0.1",
        BOTH,
        b"X-Forwarded-For: 192.0.2.7\r\nForwarded: for=9.9.9.8\r\n",
    ),
    // A byte that is no text, in the line to which the proxy appends.
    (
        "127.0.0.1 X-Forwarded-For",
        X,
        b"X-Forwarded-For: \xff, 192.0.2.7\r\n",
    ),
    (
        "127.0.0.1 Forwarded",
        STANDARD,
        b"Forwarded: for=\xff\xe2, for=192.0.2.7\r\n",
    ),
    // A quotation that the visitor leaves open swallows what the proxy appends.
    (
        "127.0.0.1 Forwarded",
        STANDARD,
        b"Forwarded: for=\"9.9.9.9, for=192.0.2.7\r\n",
    ),
    (
        "127.0.0.1 Forwarded",
        b"Forwarded: for=\"9.9.9.9, for=192.0.2.7\r\n",
        STANDARD,
    ),
    (
        "127.0.0.1",
        X,
        b"X-Forwarded-For: 192.0.2.7\r\nForwarded: nonsense\r\n",
    ),
];

#[tokio::test]
async fn who_hides_behind_the_proxy_has_no_control_back() {
    for (proxy, came, comes_back) in COME_BACK {
        let story = format!(
            "{proxy}: {}, then {}",
            String::from_utf8_lossy(came),
            String::from_utf8_lossy(comes_back)
        );
        let desk = Desk::behind(&[proxy]).await;
        // Before anything is taken, whoever hides has what the link gives.
        let mut hidden = desk.tab(comes_back).await;
        assert!(hidden.types().await, "{story}");
        desk.leave([hidden]).await;
        let mut tab = desk.tab(came).await;
        assert!(tab.types().await, "{story}");
        desk.set(&tab, Rights::View).await;
        desk.leave([tab]).await;
        for _ in 0..2 {
            let mut back = desk.tab(comes_back).await;
            assert_eq!(desk.rights_of(&back), Rights::View, "{story}");
            assert!(!back.types().await, "{story}");
            desk.leave([back]).await;
        }
        // Another link is another matter.
        let other = desk.tab_of("other", comes_back).await;
        assert_eq!(desk.rights_of(&other), Rights::Control, "{story}");
    }
}

#[tokio::test]
async fn who_is_named_and_somebody_else_keeps_control() {
    let desk = Desk::behind(&["127.0.0.1"]).await;
    let tab = desk.tab(X).await;
    let mut neighbour = desk.tab(ANOTHER).await;
    desk.set(&tab, Rights::View).await;
    assert!(neighbour.types().await);
    desk.leave([tab, neighbour]).await;
    let mut neighbour = desk.tab(ANOTHER).await;
    assert!(neighbour.types().await);
}

/// Everybody might be the one whom the proxy does not name; whom control is given to then, they have it for good.
#[tokio::test]
async fn control_that_was_taken_from_somebody_unnamed_is_given_back_one_by_one() {
    let desk = Desk::behind(&["127.0.0.1"]).await;
    let mut named = desk.tab(X).await;
    let hidden = desk.tab(b"").await;
    let mut other = desk.tab_of("other", X).await;
    desk.set(&hidden, Rights::View).await;
    assert_eq!(desk.rights_of(&named), Rights::View);
    assert!(!named.types().await);
    assert!(other.types().await);
    desk.set(&named, Rights::Control).await;
    assert!(named.types().await);
    assert_eq!(desk.rights_of(&hidden), Rights::View);
    desk.leave([named, hidden, other]).await;
    for (headers, rights) in [(X, Rights::Control), (ANOTHER, Rights::View), (b"", Rights::View)] {
        let tab = desk.tab(headers).await;
        assert_eq!(desk.rights_of(&tab), rights);
        desk.leave([tab]).await;
    }
    // From the one who was given it, it can be taken again.
    let tab = desk.tab(X).await;
    desk.set(&tab, Rights::View).await;
    desk.leave([tab]).await;
    let tab = desk.tab(X).await;
    assert_eq!(desk.rights_of(&tab), Rights::View);
    // Given back to whoever is unnamed, those who are named have what the link gives, but for those from whom it was taken.
    let hidden = desk.tab(b"").await;
    desk.set(&hidden, Rights::Control).await;
    desk.leave([tab, hidden]).await;
    for (headers, rights) in [(X, Rights::View), (ANOTHER, Rights::Control), (b"", Rights::View)] {
        let tab = desk.tab(headers).await;
        assert_eq!(desk.rights_of(&tab), rights);
        desk.leave([tab]).await;
    }
}

/// A visitor's other tabs are the same visitor's, and so, as far as can be told, is whoever hides.
#[tokio::test]
async fn control_is_taken_in_all_tabs_of_a_visitor() {
    let desk = Desk::behind(&["127.0.0.1"]).await;
    let mut tabs = Vec::new();
    for headers in [X, X, BOTH, b"X-Forwarded-For: 1.2.3.4, 192.0.2.7\r\n"] {
        let mut tab = desk.tab(headers).await;
        // A key that is down in each of them.
        let key = wire::frame(wire::BINARY, &KEY);
        within(tab.viewer.write_all(&key)).await.unwrap();
        hears(&mut tab.server, &KEY).await;
        tabs.push(tab);
    }
    let mut neighbour = desk.tab(ANOTHER).await;
    let mut other = desk.tab_of("other", X).await;
    desk.set(&tabs[0], Rights::View).await;
    for tab in &mut tabs {
        assert_eq!(desk.rights_of(tab), Rights::View);
        hears(&mut tab.server, &KEY_UP).await;
        assert!(!tab.types().await);
    }
    assert!(neighbour.types().await);
    assert!(other.types().await);
    // Given back, it is given to the one that was meant.
    desk.set(&tabs[1], Rights::Control).await;
    for (tab, types) in tabs.iter_mut().zip([false, true, false, false]) {
        assert_eq!(tab.types().await, types);
    }
}

/// Whoever comes while control is taken has begun before, and it is taken; or begins after, without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_slips_through_while_control_is_taken() {
    for _ in 0..20 {
        let desk = Desk::behind(&[]).await;
        let tab = desk.tab(b"").await;
        let (at, target) = (desk.gateway.address(), desk.target);
        let servers = tokio::spawn(async move {
            loop {
                let mut server = target.accept().await;
                tokio::spawn(async move {
                    vnc::serve(&mut server, None).await;
                    std::future::pending::<()>().await;
                });
            }
        });
        let coming = join_all((0..30).map(|_| {
            tokio::spawn(async move {
                let mut viewer = within(crate::common::connect(at)).await.unwrap();
                within(viewer.write_all(&hello(at, "alice", b""))).await.unwrap();
                assert!(wire::head(&mut viewer).await.starts_with("HTTP/1.1 101 "));
                viewer
            })
        }));
        let demoted = async {
            desk.gateway.sessions_become_at_least(10).await;
            within(desk.gateway.sessions().set_rights(tab.session, Rights::View))
                .await
                .unwrap();
            let had_control = |info: &SessionInfo| info.rights == Some(Rights::Control);
            assert!(!desk.gateway.sessions().list().iter().any(had_control));
        };
        let (_viewers, ()) = tokio::join!(coming, demoted);
        for session in desk.gateway.sessions_become(31).await {
            assert_eq!(session.rights, Some(Rights::View));
        }
        servers.abort();
    }
}
