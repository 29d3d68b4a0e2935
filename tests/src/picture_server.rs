//! A VNC server of the benchmarks' own, for programs in between and, with nothing in between, for browsers.

use std::{
    ffi::OsStr,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

use crate::pictures::{GREETING, Pictures, Scene, Visit};

/// More than the head of a browser's request.
const HEAD: usize = 8 * 1024;

/// A server that shows one scene. It ends when it is dropped.
pub struct PictureServer {
    /// Where it speaks RFB.
    pub port: u16,
    /// Where it serves a viewer's pages and speaks RFB in WebSocket: `http://127.0.0.1:6080`, no slash at the end.
    pub url: String,
    tasks: [AbortHandle; 2],
}

impl PictureServer {
    /// Starts one. `pages` is the folder of a viewer.
    ///
    /// # Errors
    ///
    /// When there is no port for it.
    pub async fn start(scene: Scene, pages: PathBuf) -> Result<Self> {
        let pictures = Arc::new(Pictures::of(scene));
        let (plain, web) = (listen().await?, listen().await?);
        let (port, web_port) = (plain.local_addr()?.port(), web.local_addr()?.port());
        let shown = Arc::clone(&pictures);
        let plain = serve(plain, move |stream| over_tcp(stream, Arc::clone(&shown)));
        let web = serve(web, move |stream| {
            in_browser(stream, Arc::clone(&pictures), pages.clone())
        });
        Ok(Self {
            port,
            url: format!("http://127.0.0.1:{web_port}"),
            tasks: [
                tokio::spawn(plain).abort_handle(),
                tokio::spawn(web).abort_handle(),
            ],
        })
    }
}

impl Drop for PictureServer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn listen() -> Result<TcpListener> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)
}

/// Serves whoever comes. Those who leave in the middle are of no interest.
async fn serve<F: Future<Output = Result<()>> + Send + 'static>(
    listener: TcpListener,
    serve: impl Fn(TcpStream) -> F,
) {
    let mut visits = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        if stream.set_nodelay(true).is_ok() {
            visits.spawn(serve(stream));
        }
        while visits.try_join_next().is_some() {}
    }
}

async fn over_tcp(mut stream: TcpStream, pictures: Arc<Pictures>) -> Result<()> {
    let (mut visit, mut heard) = (Visit::to(&pictures), [0; 4096]);
    stream.write_all(&GREETING).await?;
    loop {
        let length = stream.read(&mut heard).await?;
        ensure!(length > 0, "it left");
        for answer in visit.hear(&heard[..length]).context("no viewer")? {
            stream.write_all(&answer).await?;
        }
    }
}

/// A browser asks for a WebSocket, or for a file of the viewer.
async fn in_browser(stream: TcpStream, pictures: Arc<Pictures>, pages: PathBuf) -> Result<()> {
    let mut head = [0; HEAD];
    // Only looked at, so that a handshake can still be read. A browser sends a head in one piece.
    let length = stream.peek(&mut head).await?;
    let head = String::from_utf8_lossy(&head[..length]);
    if head.contains("Upgrade: websocket") {
        return in_websocket(stream, &pictures).await;
    }
    let resource = head.split(' ').nth(1).context("that is no request")?;
    let path = resource.split('?').next().unwrap_or_default();
    send_file(stream, &pages.join(path.trim_start_matches('/'))).await
}

async fn in_websocket(stream: TcpStream, pictures: &Pictures) -> Result<()> {
    #[expect(clippy::result_large_err, reason = "the library's own")]
    let agree = |_: &Request, mut answer: Response| -> Result<Response, ErrorResponse> {
        let protocol = HeaderValue::from_static("binary");
        answer.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
        Ok(answer)
    };
    let mut socket = accept_hdr_async(stream, agree).await?;
    let mut visit = Visit::to(pictures);
    socket.send(Message::Binary(GREETING)).await?;
    while let Some(message) = socket.next().await {
        for answer in visit.hear(&message?.into_data()).context("no viewer")? {
            socket.send(Message::Binary(answer)).await?;
        }
    }
    Ok(())
}

async fn send_file(mut stream: TcpStream, file: &Path) -> Result<()> {
    let kind = match file.extension().and_then(OsStr::to_str) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let (status, content) = match fs::read(file).await {
        Ok(content) => ("200 OK", content),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = content.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // What is left unread would turn the end into a reset.
    let _ = stream.read(&mut [0; HEAD]).await?;
    stream.write_all(&[head.into_bytes(), content].concat()).await?;
    Ok(stream.shutdown().await?)
}
