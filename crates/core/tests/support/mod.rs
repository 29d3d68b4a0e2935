//! What the tests of the whole program share: a folder of its own for each, viewers, VNC servers.

#![allow(dead_code, reason = "not every test uses all of it")]

#[cfg(target_os = "linux")]
pub mod foreign;
#[cfg(target_os = "linux")]
mod left;
pub mod person;

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use futures_util::{SinkExt, StreamExt};
use porthole_core::{ConfigPlace, DisplayId};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use url::Url;

/// Whatever a test waits for comes at once; on a machine that is very busy, within this time.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), what)
        .await
        .expect("what was waited for did not come")
}

/// A folder with a config file and a state file.
pub struct Home(tempfile::TempDir);

impl Home {
    /// Without a config.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a config that takes any port, and says `text`.
    pub fn with(text: &str) -> Self {
        let home = Self::new();
        home.write(text);
        home
    }

    pub fn write(&self, text: &str) {
        fs::write(self.path("config.toml"), format!("port = 0\n{text}")).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn place(&self) -> ConfigPlace {
        ConfigPlace::at(self.path("config.toml"), self.path("state/state.json"))
    }
}

/// A display of a config file, with the [id] of its name.
pub fn display(name: &str, target: impl std::fmt::Display) -> String {
    format!(
        "[[display]]\nname = \"{name}\"\ntarget = \"{target}\"\nid = \"{}\"\n",
        id(name)
    )
}

/// The id that the tests give a display of that name.
pub fn id(name: &str) -> DisplayId {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    name.chars().map(plain).collect::<String>().parse().unwrap()
}

/// A browser with the viewer page of a link.
pub struct Viewer(WebSocketStream<TcpStream>);

impl Viewer {
    pub async fn open(link: &Url) -> Self {
        Self::open_with(link, None).await
    }

    /// Reachability the link with the PIN that its page was told.
    pub async fn open_with(link: &Url, pin: Option<&str>) -> Self {
        let address = link.socket_addrs(|| None).unwrap()[0];
        let stream = TcpStream::connect(address).await.unwrap();
        let mut request = format!("ws://{address}/websockify")
            .into_client_request()
            .unwrap();
        let pin = pin.map_or(String::new(), |pin| {
            let hex = pin.bytes().map(|byte| format!("{byte:02x}"));
            format!(", porthole.pin.{}", hex.collect::<String>())
        });
        let protocols = format!("binary, porthole.token.{}{pin}", link.fragment().unwrap());
        let headers = request.headers_mut();
        headers.insert(
            "Origin",
            HeaderValue::from_str(&format!("http://{address}")).unwrap(),
        );
        headers.insert(
            "Sec-WebSocket-Protocol",
            HeaderValue::from_str(&protocols).unwrap(),
        );
        Self(soon(client_async(request, stream)).await.unwrap().0)
    }

    /// Reachability a WebSocket as websockify's viewers do, with the token in its URL.
    pub async fn by_token(url: &str) -> Self {
        let mut request = url.into_client_request().unwrap();
        let host = request.uri().authority().unwrap().to_string();
        let stream = TcpStream::connect(&host).await.unwrap();
        let origin = HeaderValue::from_str(&format!("http://{host}")).unwrap();
        request.headers_mut().insert("Origin", origin);
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", HeaderValue::from_static("binary"));
        Self(soon(client_async(request, stream)).await.unwrap().0)
    }

    /// Reachability the link and goes through the RFB handshake.
    pub async fn connect(link: &Url) -> Self {
        Self::arrive(link, None).await.unwrap()
    }

    /// Reachability the link, perhaps with a PIN, and goes through the RFB handshake; or the close code that says why not.
    pub async fn arrive(link: &Url, pin: Option<&str>) -> Result<Self, u16> {
        let mut viewer = Self::open_with(link, pin).await;
        viewer.shake_hands().await?;
        Ok(viewer)
    }

    /// Goes through the RFB handshake once it begins (RFC 6143 §7.1 to §7.3).
    pub async fn shake_hands(&mut self) -> Result<(), u16> {
        assert_eq!(self.read(12).await?, b"RFB 003.008\n");
        self.write(b"RFB 003.008\n").await;
        assert_eq!(self.read(2).await?, [1, 1]);
        self.write(&[1]).await;
        assert_eq!(self.read(4).await?, [0; 4]);
        self.write(&[1]).await;
        assert!(!self.read(1).await?.is_empty());
        Ok(())
    }

    /// Whether the RFB handshake wants a password of the viewer.
    pub async fn is_asked_for_a_password(&mut self) -> Result<bool, u16> {
        assert_eq!(self.read(12).await?, b"RFB 003.008\n");
        self.write(b"RFB 003.008\n").await;
        Ok(self.read(2).await? == [1, 2])
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.0.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Messages until there are at least so many bytes, or the close code.
    async fn read(&mut self, length: usize) -> Result<Vec<u8>, u16> {
        let mut bytes = Vec::new();
        while bytes.len() < length {
            match soon(self.0.next()).await.unwrap().unwrap() {
                Message::Binary(more) => bytes.extend_from_slice(&more),
                Message::Ping(_) => {}
                Message::Close(Some(frame)) => return Err(frame.code.into()),
                other => panic!("{other:?}"),
            }
        }
        Ok(bytes)
    }

    /// The close code that the connection ends with.
    pub async fn closed(self) -> u16 {
        self.told().await.0
    }

    /// The close code that the connection ends with, and its reason.
    pub async fn told(mut self) -> (u16, String) {
        soon(async {
            loop {
                if let Message::Close(frame) = self.0.next().await.unwrap().unwrap() {
                    let frame = frame.unwrap();
                    return (frame.code.into(), frame.reason.to_string());
                }
            }
        })
        .await
    }
}

/// A VNC server that wants no password, and shows a picture of one pixel. It ends when it is dropped.
pub struct Vnc {
    pub address: SocketAddr,
    logins: watch::Sender<usize>,
    task: JoinHandle<()>,
}

impl Vnc {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let logins = watch::Sender::new(0);
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn({
            let logins = logins.clone();
            async move {
                let mut connections = tokio::task::JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    logins.send_modify(|count| *count += 1);
                    connections.spawn(serve(stream));
                }
            }
        });
        Self {
            address,
            logins,
            task,
        }
    }

    /// How often somebody has connected.
    pub fn logins(&self) -> usize {
        *self.logins.borrow()
    }

    /// Waits until somebody has connected so often.
    pub async fn logged_in(&self, times: usize) {
        self.logins
            .subscribe()
            .wait_for(|count| *count >= times)
            .await
            .unwrap();
    }
}

impl Drop for Vnc {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"RFB 003.008\n").await?;
    stream.read_exact(&mut [0; 12]).await?;
    stream.write_all(&[1, 1]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    stream.write_all(&[0; 4]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    let pixel_format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
    stream
        .write_all(&[&[0, 1, 0, 1][..], &pixel_format, &[0, 0, 0, 1], b"x"].concat())
        .await?;
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}
