//! What a browser sends, word for word.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Passes connections on to a server, and keeps what was sent to it.
pub struct Wiretap {
    /// Where it listens: `127.0.0.1:40123`.
    pub address: String,
    heard: Arc<Mutex<Vec<u8>>>,
    _listening: JoinSet<()>,
}

impl Wiretap {
    /// Begins to listen for a server at this address.
    ///
    /// # Errors
    ///
    /// When the system has no port to give.
    pub async fn start(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let heard = Arc::default();
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, server.to_owned(), Arc::clone(&heard)));
        Ok(Self {
            address,
            heard,
            _listening: listening,
        })
    }

    /// All that was sent until now; of connections at the same time, one mixed with the other by whole reads.
    #[must_use]
    pub fn heard(&self) -> String {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&heard).into_owned()
    }
}

async fn listen(listener: TcpListener, server: String, heard: Arc<Mutex<Vec<u8>>>) {
    let mut connections = JoinSet::new();
    while let Ok((browser, _)) = listener.accept().await {
        let (server, heard) = (server.clone(), Arc::clone(&heard));
        // A connection that breaks is the browser's to notice.
        connections.spawn(async move { pass_on(browser, &server, &heard).await.ok() });
    }
}

async fn pass_on(browser: TcpStream, server: &str, heard: &Mutex<Vec<u8>>) -> Result<()> {
    let server = TcpStream::connect(server).await?;
    let ((mut browser_says, mut browser), (mut server_says, mut server)) =
        (browser.into_split(), server.into_split());
    let back = tokio::spawn(async move { tokio::io::copy(&mut server_says, &mut browser).await });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = browser_says.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        let said = &buffer[..read];
        heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(said);
        server.write_all(said).await?;
    }
    server.shutdown().await?;
    back.await??;
    Ok(())
}
