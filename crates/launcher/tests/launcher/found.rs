//! VNC servers that run already.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use porthole_launcher::Search;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::stage::{Stage, running, within};

/// A listener on a port where displays may be, that says `banner` to everybody and counts them.
async fn speaker(banner: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let mut listener = None;
    // The last port is as good as any, and the least likely to be somebody's.
    for port in (5900..=5999).rev() {
        if let Ok(bound) = TcpListener::bind(("127.0.0.1", port)).await {
            listener = Some(bound);
            break;
        }
    }
    let listener = listener.expect("a free port for displays");
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, SeqCst);
            let _ = stream.write_all(banner).await;
        }
    });
    (port, asked)
}

/// One test, because searches ask one another's servers.
#[tokio::test]
async fn servers_are_found_and_asked_once() {
    let stage = Stage::new();
    let launched = stage.start("exec sleep 1000");
    let socket = format!("unix:{}", running(&launched).await.socket.display());
    let (vnc, asked) = speaker(b"RFB 003.008\n").await;
    let (other, _) = speaker(b"SSH-2.0-x\r\n").await;
    let mut search = Search::default();
    for _ in 0..3 {
        let found = within(search.look()).await;
        let targets: Vec<&str> = found.iter().map(|server| server.target.as_str()).collect();
        assert!(
            targets.contains(&format!("127.0.0.1:{vnc}").as_str()),
            "{targets:?}"
        );
        assert!(
            !targets.contains(&format!("127.0.0.1:{other}").as_str()),
            "{targets:?}"
        );
        assert!(!targets.contains(&socket.as_str()), "a launched display");
    }
    assert_eq!(asked.load(SeqCst), 1);
    within(launched.stop()).await;
}
