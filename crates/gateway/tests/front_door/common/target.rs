//! Targets that do what a test tells them.

use std::pin::Pin;

use porthole_gateway::Target;
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
};

use super::within;

/// Listens, and leaves what it says to the test.
pub enum TestTarget {
    Tcp(TcpListener),
    Unix(UnixListener, TempDir),
}

/// The target's end of a session.
pub type Server = Pin<Box<dyn Duplex>>;
pub trait Duplex: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

impl TestTarget {
    pub async fn tcp() -> Self {
        Self::Tcp(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn unix() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("vnc.sock")).unwrap();
        Self::Unix(listener, folder)
    }

    pub fn target(&self) -> Target {
        match self {
            Self::Tcp(listener) => listener.local_addr().unwrap().to_string().parse().unwrap(),
            Self::Unix(_, folder) => Target::Unix(folder.path().join("vnc.sock")),
        }
    }

    pub async fn accept(&self) -> Server {
        within(async {
            match self {
                Self::Tcp(listener) => Box::pin(listener.accept().await.unwrap().0) as Server,
                Self::Unix(listener, _) => Box::pin(listener.accept().await.unwrap().0),
            }
        })
        .await
    }
}

/// A target that gives back what it gets, to everybody who comes.
pub fn echo(target: TestTarget) -> Target {
    let address = target.target();
    tokio::spawn(async move {
        loop {
            let accepted = match &target {
                TestTarget::Tcp(listener) => Box::pin(listener.accept().await.unwrap().0) as Server,
                TestTarget::Unix(listener, _) => Box::pin(listener.accept().await.unwrap().0),
            };
            tokio::spawn(async move {
                let (mut from, mut to) = tokio::io::split(accepted);
                // A viewer that leaves in the middle is the test's business.
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    address
}
