//! Servers that are started when somebody comes.

use std::sync::Arc;

use porthole_gateway::{Awaited, CloseReason, OnDemand, Ready, Target};
use porthole_phrase::{Phrase, phrase};
use tokio::sync::watch;

use crate::common::{TestGateway, TestTarget, closed, echo, raw, receive, send};

/// A server that starts and ends as the test says.
#[derive(Debug)]
struct Server {
    start: watch::Sender<Option<Option<Target>>>,
    words: watch::Sender<Option<Option<Phrase>>>,
}

impl Server {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            start: watch::Sender::new(None),
            words: watch::Sender::new(None),
        })
    }

    fn starts(&self, outcome: Option<Target>) {
        self.start.send_replace(Some(outcome));
    }

    fn says(&self, words: Option<Phrase>) {
        self.words.send_replace(Some(words));
    }
}

impl OnDemand for Server {
    fn ready(&self) -> Awaited<'_, Option<Ready>> {
        let mut start = self.start.subscribe();
        Box::pin(async move {
            let outcome = start.wait_for(Option::is_some).await.unwrap().clone().unwrap();
            let password = None;
            outcome.map(|target| Ready { target, password })
        })
    }

    fn last_words(&self) -> Awaited<'_, Option<Phrase>> {
        let mut words = self.words.subscribe();
        Box::pin(async move { words.wait_for(Option::is_some).await.unwrap().clone().unwrap() })
    }
}

#[tokio::test]
async fn a_viewer_waits_as_a_session_until_the_server_is_started() {
    let server = Server::new();
    let gateway = TestGateway::relaying(Target::OnDemand(server.clone())).await;
    let mut viewer = gateway.viewer("raw").await;
    gateway.sessions_become(1).await;
    server.starts(Some(echo(TestTarget::unix())));
    send(&mut viewer, b"hello").await;
    receive(&mut viewer, 5).await;
}

#[tokio::test]
async fn a_server_that_cannot_be_started_is_told_as_its_end() {
    let server = Server::new();
    let gateway = TestGateway::relaying(Target::OnDemand(server.clone())).await;
    let mut viewer = gateway.viewer("raw").await;
    server.starts(None);
    assert_eq!(
        closed(&mut viewer).await,
        (4014, "This desktop could not be started.".into())
    );
}

#[tokio::test]
async fn who_waits_for_a_start_can_be_sent_away() {
    let gateway = TestGateway::relaying(Target::OnDemand(Server::new())).await;
    let mut viewer = gateway.viewer("raw").await;
    gateway.sessions_become(1).await;
    gateway.sessions().end_where(CloseReason::Disconnected, |_| true);
    assert_eq!(closed(&mut viewer).await.0, 4002);
    gateway.sessions_become(0).await;
}

#[tokio::test]
async fn a_server_tells_why_it_closed_if_it_ends_as_a_whole() {
    // Pages tell the two apart by the code; the second one is websockify's.
    for (words, told) in [
        (Some(phrase!("ended-session")), (4018, "The session ended.")),
        (None, (1000, "Target closed")),
    ] {
        let target = TestTarget::unix();
        let server = Server::new();
        server.starts(Some(target.target()));
        let gateway = TestGateway::relaying(Target::OnDemand(server.clone())).await;
        let mut viewer = gateway.viewer("raw").await;
        drop(target.accept().await);
        server.says(words);
        assert_eq!(closed(&mut viewer).await, (told.0, told.1.into()));
    }
}

#[tokio::test]
async fn a_socket_that_another_user_holds_is_not_spoken_to() {
    let us = rustix::process::geteuid().as_raw();
    for (owner, trusted) in [(us, true), (us + 1, false)] {
        let Target::Unix(path) = echo(TestTarget::unix()) else {
            panic!()
        };
        let gateway = TestGateway::start().await;
        gateway.grant("raw", raw(Target::UnixOf { path, owner }));
        let mut viewer = gateway.viewer("raw").await;
        if trusted {
            send(&mut viewer, b"hello").await;
            receive(&mut viewer, 5).await;
        } else {
            let (code, reason) = closed(&mut viewer).await;
            assert_eq!(code, 1011);
            assert!(reason.contains("belongs to another user"), "{reason}");
        }
    }
}
