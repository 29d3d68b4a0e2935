//! Listeners that come and go while sessions run.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, TcpStream};

use crate::common::{TestGateway, TestTarget, echo, open, receive, send, within};

fn local(last: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, last], port))
}

/// Whether the token `raw` opens a session there.
async fn opens_at(address: SocketAddr) -> bool {
    within(open(address, "/?token=raw", &[])).await.is_ok()
}

#[tokio::test]
async fn addresses_come_and_go_and_sessions_stay() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let first = gateway.address();
    let second = local(2, first.port());
    let mut viewer = gateway.viewer("raw").await;

    assert!(gateway.set_listen(&[second, first, second]).await.is_empty());
    assert_eq!(gateway.addresses(), [second, first]);
    assert!(opens_at(first).await && opens_at(second).await);

    assert!(gateway.set_listen(&[second]).await.is_empty());
    assert_eq!(gateway.addresses(), [second]);
    assert!(!opens_at(first).await && opens_at(second).await);
    send(&mut viewer, b"still here").await;
    assert_eq!(receive(&mut viewer, 10).await, b"still here");

    // All addresses in place of one of them: that one must be given up first.
    let all = local(0, first.port()).port();
    let everywhere = SocketAddr::from(([0, 0, 0, 0], all));
    assert!(gateway.set_listen(&[everywhere]).await.is_empty());
    assert_eq!(gateway.addresses(), [everywhere]);
    assert!(opens_at(first).await && opens_at(second).await);

    assert!(gateway.set_listen(&[]).await.is_empty());
    assert_eq!(gateway.addresses(), []);
    assert!(TcpStream::connect(first).await.is_err());
    send(&mut viewer, b"still here").await;
    assert_eq!(receive(&mut viewer, 10).await, b"still here");
}

#[tokio::test]
async fn a_port_that_the_system_chose_is_kept() {
    let gateway = TestGateway::start().await;
    let chosen = gateway.address();
    for asked in [local(1, 0), chosen] {
        let mut kept = gateway.connect().await;
        assert!(gateway.set_listen(&[asked]).await.is_empty());
        assert_eq!(gateway.addresses(), [chosen]);
        // Whoever waited to be answered still is.
        let host = format!("HEAD / HTTP/1.1\r\nHost: {chosen}\r\n\r\n");
        tokio::io::AsyncWriteExt::write_all(&mut kept, host.as_bytes())
            .await
            .unwrap();
        crate::common::wire::head(&mut kept).await;
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_told_and_the_others_are_listened_on() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let first = gateway.address();
    let other = TcpListener::bind(local(1, 0)).await.unwrap();
    let taken = other.local_addr().unwrap();
    // Of the range for documentation: no machine has it.
    let foreign = SocketAddr::from(([192, 0, 2, 1], first.port()));
    let second = local(2, first.port());

    let errors = gateway.set_listen(&[taken, second, foreign, first]).await;
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error.address, error.source.kind()))
        .collect();
    assert_eq!(
        told,
        [
            (taken, io::ErrorKind::AddrInUse),
            (foreign, io::ErrorKind::AddrNotAvailable)
        ]
    );
    assert_eq!(gateway.addresses(), [second, first]);
    assert!(opens_at(first).await && opens_at(second).await);

    drop(other);
    assert!(gateway.set_listen(&[taken, second, first]).await.is_empty());
    assert_eq!(gateway.addresses(), [taken, second, first]);
    assert!(opens_at(taken).await);
}
