//! Doors: what a visitor with a right token has still to pass, and who is told of the visit.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::StreamExt;
use porthole_gateway::{
    CloseReason, Door, Entry, Grant, Opening, Rights, Route, SessionInfo, Target, Visit, Visitor,
};
use porthole_phrase::Explain;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    common::{
        TestGateway, TestTarget, closed, echo, raw, receive, rest, send, skip, viewer::event, vnc, within,
    },
    vnc_route::handshake,
};

/// A door that opens as the test says, and tells the test who came.
#[derive(Debug)]
struct TestDoor {
    asks: bool,
    verdict: watch::Sender<Option<Result<Rights, CloseReason>>>,
    diary: mpsc::UnboundedSender<String>,
}

/// What happened at a door.
struct Diary(mpsc::UnboundedReceiver<String>);

impl Diary {
    async fn next(&mut self) -> String {
        within(self.0.recv()).await.unwrap()
    }
}

impl TestDoor {
    fn new(asks: bool) -> (Arc<Self>, Diary) {
        let (diary, read) = mpsc::unbounded_channel();
        let verdict = watch::Sender::new(None);
        let door = Self { asks, verdict, diary };
        (Arc::new(door), Diary(read))
    }

    fn says(&self, verdict: Result<Rights, CloseReason>) {
        self.verdict.send_replace(Some(verdict));
    }
}

impl Door for TestDoor {
    fn asks(&self) -> bool {
        self.asks
    }

    fn open(&self, visitor: Visitor) -> Opening<'_> {
        assert!(visitor.address.is_loopback());
        let pin = visitor.pin.as_ref().map_or("no PIN", |pin| pin.expose());
        let mut visit = Note::new(&self.diary, format!("knocks with {pin}"), "leaves");
        let mut verdict = self.verdict.subscribe();
        Box::pin(async move {
            let verdict = verdict.wait_for(Option::is_some).await.unwrap().clone();
            let rights = verdict.unwrap().inspect_err(|_| visit.last = None)?;
            visit.last = Some("undone");
            let visit = Box::new(visit);
            Ok(Entry { rights, visit })
        })
    }
}

struct Note {
    diary: mpsc::UnboundedSender<String>,
    /// What is written when it is dropped.
    last: Option<&'static str>,
}

impl Note {
    fn new(diary: &mpsc::UnboundedSender<String>, first: String, last: &'static str) -> Self {
        diary.send(first).unwrap();
        Self {
            diary: diary.clone(),
            last: Some(last),
        }
    }
}

impl Visit for Note {
    fn began(&mut self, session: &SessionInfo) {
        self.last = None;
        let rights = session.rights;
        self.diary.send(format!("began with {rights:?}")).unwrap();
    }

    fn ended(&mut self, session: &SessionInfo, why: &CloseReason) {
        let (bytes, code) = (session.to_server, why.code());
        self.diary
            .send(format!("ended after {bytes} bytes by {code}"))
            .unwrap();
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if let Some(last) = self.last {
            // The test may be over.
            let _ = self.diary.send(last.into());
        }
    }
}

/// A display behind a door, for an hour.
fn behind(door: &Arc<TestDoor>, target: Target) -> Grant {
    let (password, rights) = (None, Rights::Control);
    Grant {
        route: Route::Vnc { password, rights },
        expires: Some(SystemTime::now() + Duration::from_secs(3600)),
        door: Some(door.clone()),
        ..raw(target)
    }
}

#[tokio::test]
async fn a_visitor_waits_is_let_in_and_the_visit_is_told() {
    let (door, mut diary) = TestDoor::new(true);
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::start().await;
    gateway.grant("alice", behind(&door, target.target()));

    let mut viewer = gateway.page("alice").await;
    assert_eq!(diary.next().await, "knocks with no PIN");
    assert_eq!(event(&mut viewer).await, r#"{"type":"waiting"}"#);
    // Who waits is no session that anybody watches.
    assert_eq!(gateway.sessions().list().len(), 0);
    // A proxy in between may cut a connection on which nothing moves.
    skip(Duration::from_secs(21)).await;
    let ping = within(viewer.next()).await.unwrap().unwrap();
    assert!(matches!(ping, Message::Ping(_)), "{ping:?}");

    door.says(Ok(Rights::View));
    let mut server = target.accept().await;
    assert_eq!(gateway.sessions().list()[0].rights, Some(Rights::View));
    let viewer_side = async {
        assert_eq!(receive(&mut viewer, 12).await, vnc::VERSION);
        send(&mut viewer, vnc::VERSION).await;
        assert_eq!(receive(&mut viewer, 2).await, [1, 1]);
        send(&mut viewer, &[1]).await;
        assert_eq!(receive(&mut viewer, 4).await, [0; 4]);
        send(&mut viewer, &[0]).await;
        let welcome = event(&mut viewer).await;
        let start = r#"{"type":"welcome","display":"Alice","rights":"view","secondsLeft":35"#;
        assert!(welcome.starts_with(start), "{welcome}");
        assert_eq!(
            receive(&mut viewer, vnc::SERVER_INIT.len()).await,
            vnc::SERVER_INIT
        );
    };
    tokio::join!(viewer_side, vnc::serve(&mut server, None));
    assert_eq!(diary.next().await, "began with Some(View)");
    drop(server);
    assert_eq!(closed(&mut viewer).await.0, 1000);
    rest(&mut viewer).await;
    assert_eq!(diary.next().await, "ended after 0 bytes by 1000");
}

#[tokio::test]
async fn a_pin_is_shown_to_the_door_and_each_refusal_has_its_code() {
    for (pin, shown, end, code) in [
        ("", "no PIN", CloseReason::PinWanted, 4009),
        (", porthole.pin.39393939", "9999", CloseReason::WrongPin, 4010),
        (", porthole.pin.c3a4", "ä", CloseReason::Denied, 4011),
        ("", "no PIN", CloseReason::NotAnswered, 4012),
        ("", "no PIN", CloseReason::NoSuchLink, 4001),
    ] {
        let (door, mut diary) = TestDoor::new(false);
        let target = TestTarget::tcp().await;
        let gateway = TestGateway::start().await;
        gateway.grant("alice", behind(&door, target.target()));
        door.says(Err(end.clone()));
        let mut viewer = gateway.viewer_with("alice", pin).await;
        assert_eq!(closed(&mut viewer).await, (code, end.cause().to_string()));
        assert_eq!(diary.next().await, format!("knocks with {shown}"));
        gateway.sessions_become(0).await;
    }
}

#[tokio::test]
async fn who_reads_no_events_and_who_comes_by_a_raw_route_gets_none() {
    let (door, mut diary) = TestDoor::new(true);
    let gateway = TestGateway::start().await;
    let target = TestTarget::tcp().await;
    gateway.grant("alice", behind(&door, target.target()));
    let raw_behind = Grant {
        door: Some(door.clone()),
        ..raw(echo(TestTarget::unix()))
    };
    gateway.grant("raw", raw_behind);

    let mut without = gateway.viewer("alice").await;
    let mut by_raw = gateway.page("raw").await;
    for _ in 0..2 {
        assert_eq!(diary.next().await, "knocks with no PIN");
    }
    door.says(Ok(Rights::Control));
    send(&mut by_raw, b"hello").await;
    assert_eq!(receive(&mut by_raw, 5).await, b"hello");
    let mut server = target.accept().await;
    // Every byte that the viewer receives is looked at.
    tokio::join!(vnc::serve(&mut server, None), handshake(&mut without));
    let began = [diary.next().await, diary.next().await];
    assert!(began.contains(&"began with None".into()), "{began:?}");
    assert!(began.contains(&"began with Some(Control)".into()), "{began:?}");
}

#[tokio::test]
async fn a_door_hears_of_a_visitor_who_leaves_or_talks_before_it_opens() {
    let (door, mut diary) = TestDoor::new(true);
    let gateway = TestGateway::start().await;
    gateway.grant("alice", behind(&door, TestTarget::tcp().await.target()));

    let viewer = gateway.viewer("alice").await;
    assert_eq!(diary.next().await, "knocks with no PIN");
    drop(viewer);
    assert_eq!(diary.next().await, "leaves");

    let mut viewer = gateway.viewer("alice").await;
    send(&mut viewer, vnc::VERSION).await;
    assert_eq!(diary.next().await, "knocks with no PIN");
    assert_eq!(closed(&mut viewer).await.0, 4006);
    assert_eq!(diary.next().await, "leaves");
}

#[tokio::test]
async fn a_visit_to_a_display_that_cannot_be_reached_is_undone() {
    let (door, mut diary) = TestDoor::new(false);
    door.says(Ok(Rights::Control));
    let gateway = TestGateway::start().await;
    // Nobody listens there any more.
    let gone = TestTarget::tcp().await.target();
    gateway.grant("alice", behind(&door, gone));
    let mut viewer = gateway.viewer("alice").await;
    assert_eq!(closed(&mut viewer).await.0, 1011);
    assert_eq!(diary.next().await, "knocks with no PIN");
    assert_eq!(diary.next().await, "undone");

    // One that leaves before the display shows has not been there either.
    let target = TestTarget::tcp().await;
    gateway.grant("alice", behind(&door, target.target()));
    let mut viewer = gateway.viewer("alice").await;
    let mut server = target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    receive(&mut viewer, 12).await;
    drop(viewer);
    assert_eq!(diary.next().await, "knocks with no PIN");
    assert_eq!(diary.next().await, "undone");
}

#[tokio::test]
async fn who_waits_is_reached_by_what_ends_sessions() {
    let (door, mut diary) = TestDoor::new(true);
    let gateway = TestGateway::start().await;
    gateway.grant("alice", behind(&door, TestTarget::tcp().await.target()));
    let mut viewer = gateway.viewer("alice").await;
    assert_eq!(diary.next().await, "knocks with no PIN");
    let ended = gateway.sessions().end_where(CloseReason::NoSuchLink, |_| true);
    assert_eq!(ended, 1);
    assert_eq!(closed(&mut viewer).await.0, 4001);
    assert_eq!(diary.next().await, "leaves");

    let mut viewer = gateway.viewer("alice").await;
    assert_eq!(diary.next().await, "knocks with no PIN");
    skip(Duration::from_secs(3601)).await;
    assert_eq!(closed(&mut viewer).await.0, 4007);
    assert_eq!(diary.next().await, "leaves");

    let mut viewer = gateway.viewer("alice").await;
    assert_eq!(diary.next().await, "knocks with no PIN");
    gateway.stop().await;
    assert_eq!(closed(&mut viewer).await.0, 1001);
}

#[tokio::test]
async fn a_link_that_is_revoked_while_its_visitor_comes_opens_nothing() {
    let (door, mut diary) = TestDoor::new(false);
    door.says(Ok(Rights::Control));
    let gateway = TestGateway::start().await;
    gateway.grant_for_one_look("alice", behind(&door, echo(TestTarget::tcp().await)));
    let mut viewer = gateway.viewer("alice").await;
    assert_eq!(closed(&mut viewer).await.0, 4001);
    gateway.sessions_become(0).await;
    assert!(diary.0.try_recv().is_err());
}
