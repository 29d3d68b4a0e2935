//! What viewers and X clients say, as far as it takes to be let in.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream as Blocking,
    path::Path,
};

use porthole_rfb::{CLIENT_INIT_SHARED, Password, ServerHandshake, ServerInit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

use super::stage::within;

/// Logs in to a VNC server and says the name of its desktop, or why it was refused.
pub async fn desktop_name(socket: &Path, password: Password) -> Result<String, String> {
    within(log_in(socket, password)).await
}

async fn log_in(socket: &Path, password: Password) -> Result<String, String> {
    let told = |error: io::Error| error.to_string();
    let mut stream = UnixStream::connect(socket).await.map_err(told)?;
    let mut handshake = ServerHandshake::new(Some(password));
    let mut unread = Vec::new();
    loop {
        let mut output = Vec::new();
        let progress = handshake
            .advance(&unread, &mut output)
            .map_err(|error| error.to_string())?;
        unread.drain(..progress.consumed);
        stream.write_all(&output).await.map_err(told)?;
        if progress.done {
            break;
        }
        if stream.read_buf(&mut unread).await.map_err(told)? == 0 {
            return Err(handshake.cut_short().to_string());
        }
    }
    stream.write_all(&CLIENT_INIT_SHARED).await.map_err(told)?;
    let mut init = ServerInit::new();
    loop {
        if let Some((_, info)) = init.advance(&unread).map_err(|error| error.to_string())? {
            return Ok(info.name);
        }
        unread.clear();
        if stream.read_buf(&mut unread).await.map_err(told)? == 0 {
            return Err(init.cut_short().to_string());
        }
    }
}

/// Whether an X server lets a client in that shows this Xauthority file's cookie, or none.
pub fn x_lets_in(display: u32, x_authority: Option<&Path>) -> io::Result<bool> {
    x_client(display, x_authority).map(|client| client.is_some())
}

/// A client of an X server, until it is dropped; `None` if it is not let in.
pub fn x_client(display: u32, x_authority: Option<&Path>) -> io::Result<Option<Blocking>> {
    let (name, cookie): (&[u8], Vec<u8>) = match x_authority {
        Some(file) => (b"MIT-MAGIC-COOKIE-1", std::fs::read(file)?[28..].to_vec()),
        None => (b"", Vec::new()),
    };
    let mut stream = Blocking::connect(format!("/tmp/.X11-unix/X{display}"))?;
    // The setup request of the X protocol, little end first: version 11.0, then the lengths of name and cookie.
    let mut request = vec![
        b'l',
        0,
        11,
        0,
        0,
        0,
        name.len() as u8,
        0,
        cookie.len() as u8,
        0,
        0,
        0,
    ];
    for field in [name, &cookie] {
        request.extend(field);
        request.resize(request.len().next_multiple_of(4), 0);
    }
    stream.write_all(&request)?;
    let mut success = [0];
    stream.read_exact(&mut success)?;
    Ok((success == [1]).then_some(stream))
}
