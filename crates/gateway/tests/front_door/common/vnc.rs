//! A VNC server by hand, up to its ServerInit.

use porthole_rfb::{CLIENT_INIT_SHARED, Password, ServerClipboard, ServerHandshake};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{target::Server, within};

pub const VERSION: &[u8; 12] = b"RFB 003.008\n";
pub const CHALLENGE: [u8; 16] = *b"sixteen bytes!!!";
/// 640 × 480, some pixel format, and the name "Alice".
pub const SERVER_INIT: &[u8] =
    b"\x02\x80\x01\xe0\x20\x18\0\x01\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0\x05Alice";

/// What a client with this password answers to [`CHALLENGE`].
pub fn answer(password: &str) -> [u8; 16] {
    let mut client = ServerHandshake::new(Some(Password::new(password)));
    let mut said = Vec::new();
    client
        .advance(&[&VERSION[..], &[1, 2], &CHALLENGE].concat(), &mut said)
        .unwrap();
    said[said.len() - 16..].try_into().unwrap()
}

/// What the gateway says to a server that has let it in: a session is shared, whatever the viewer asks for; and the
/// question about the extended clipboard.
pub fn hello() -> Vec<u8> {
    [&CLIENT_INIT_SHARED[..], &ServerClipboard::QUESTION].concat()
}

/// Logs the gateway in; `Some(password)` asks for it. It knows nothing of the extended clipboard.
pub async fn serve(server: &mut Server, password: Option<&str>) {
    within(async {
        log_in(server, password).await;
        assert_eq!(read::<9>(server).await[..], hello());
        server.write_all(SERVER_INIT).await.unwrap();
    })
    .await
}

/// The handshake up to SecurityResult.
pub async fn log_in(server: &mut Server, password: Option<&str>) {
    server.write_all(VERSION).await.unwrap();
    assert_eq!(&read::<12>(server).await, VERSION);
    let kind = if password.is_some() { 2 } else { 1 };
    server.write_all(&[1, kind]).await.unwrap();
    assert_eq!(server.read_u8().await.unwrap(), kind);
    if let Some(password) = password {
        server.write_all(&CHALLENGE).await.unwrap();
        assert_eq!(read::<16>(server).await, answer(password));
    }
    server.write_all(&[0; 4]).await.unwrap();
}

pub async fn read<const N: usize>(server: &mut Server) -> [u8; N] {
    let mut bytes = [0; N];
    within(server.read_exact(&mut bytes)).await.unwrap();
    bytes
}
