//! TLS to viewers: the handshake, and the socket that is left when HTTP is done with it.

use std::{
    io::{self, BufRead, Read, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, ServerConnection},
    server::TlsStream,
};

use crate::{platform::splice::Pipe, transport::socket::Socket};

/// How much plain text rustls encrypts at most before it is sent, unless it is told otherwise.
const TLS_BUFFER_BYTES: usize = 64 * 1024;

/// The first byte of whoever speaks TLS: a record of the handshake (RFC 8446 §5.1). No HTTP request begins so.
const HANDSHAKE_RECORD: u8 = 0x16;

/// Whether the first byte that comes from `stream` is one of TLS; it stays unread.
///
/// # Errors
/// That none came.
pub(crate) async fn is_next(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0] == HANDSHAKE_RECORD),
    }
}

/// The server's side of the handshake.
///
/// # Errors
/// What the client did wrong, or that it is gone.
pub(crate) async fn accept(stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<TlsStream<TcpStream>> {
    TlsAcceptor::from(config).accept(stream).await
}

/// A viewer's socket under TLS, driven by readiness like a plain one.
///
/// rustls keeps what is under way: of what comes, at most the record that is not whole yet and the plain text of those
/// read with it; of what goes, at most 64 KiB, encrypted. When nothing is under way it holds neither.
pub(crate) struct TlsSocket {
    tcp: TcpStream,
    /// A session is one task, so nobody ever waits for it. (In a box: sockets without TLS do without its size.)
    tls: Box<Mutex<ServerConnection>>,
}

impl TlsSocket {
    pub(crate) fn new(stream: TlsStream<TcpStream>) -> Self {
        let (tcp, tls) = stream.into_inner();
        Self {
            tcp,
            tls: Box::new(Mutex::new(tls)),
        }
    }

    fn tls(&self) -> MutexGuard<'_, ServerConnection> {
        self.tls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what is encrypted; `WouldBlock` when there is no room for all of it.
    fn send(&self, tls: &mut ServerConnection) -> io::Result<()> {
        while tls.wants_write() {
            if tls.write_tls(&mut Wire(&self.tcp))? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    /// Takes in what has come, and decrypts what is whole of it.
    fn receive(&self, tls: &mut ServerConnection) -> io::Result<()> {
        tls.read_tls(&mut Wire(&self.tcp))?;
        let state = decrypt(tls);
        if tls.wants_write() {
            // An alert, or the answer to a change of keys. What there is no room for now goes before the next frame.
            let _ = self.send(tls);
        }
        state
    }

    /// Tells that no more will come; that it was told before does no harm.
    fn say_goodbye(&self) {
        let mut tls = self.tls();
        tls.send_close_notify();
        // Whether or not there is room for it: the WebSocket's own goodbye is what counts.
        let _ = self.send(&mut tls);
    }
}

/// Decrypts what is whole. What was found broken once stays so.
fn decrypt(tls: &mut ServerConnection) -> io::Result<()> {
    match tls.process_new_packets() {
        Ok(_) => Ok(()),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

impl Socket for TlsSocket {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut tls = self.tls();
        loop {
            match tls.reader().fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Plain text, or the end, with or without a proper goodbye: the read tells.
                _ => return Poll::Ready(Ok(())),
            }
            // A read may have found it broken behind the bytes that it gave.
            decrypt(&mut tls)?;
            ready!(self.tcp.poll_read_ready(cx))?;
            match self.receive(&mut tls) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(()) => {}
            }
        }
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut tls = self.tls();
        loop {
            match self.send(&mut tls) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.tcp.poll_write_ready(cx))?;
                }
                done => return Poll::Ready(done),
            }
        }
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut tls = self.tls();
        let mut read = tls.reader().read(buffer)?;
        // A record is small beside what may have come: as with a plain socket, a full buffer tells that there is more.
        while 0 < read && read < buffer.len() && self.receive(&mut tls).is_ok() {
            match tls.reader().read(&mut buffer[read..]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(more) if more > 0 => read += more,
                // It will be told when it is asked for the next time.
                _ => break,
            }
        }
        Ok(read)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut tls = self.tls();
        self.send(&mut tls)?;
        let taken = tls.writer().write(bytes)?;
        match self.send(&mut tls) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    /// More than it takes in one write would only be held twice, as it is and encrypted.
    fn most_at_once(&self) -> usize {
        TLS_BUFFER_BYTES
    }

    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_ready(cx)
    }

    fn try_write_more(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_write(bytes)
    }

    fn try_fill(&self, _: &mut Pipe) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn try_drain(&self, _: &mut Pipe) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn finish_writing(&self) {
        self.say_goodbye();
        self.tcp.finish_writing();
    }
}

impl Drop for TlsSocket {
    fn drop(&mut self) {
        self.say_goodbye();
    }
}

/// The plain socket, as rustls takes it.
struct Wire<'a>(&'a TcpStream);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Socket::try_read(self.0, buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Socket::try_write(self.0, bytes)
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use tokio::{
        io::AsyncReadExt,
        net::TcpListener,
        time::{sleep, timeout},
    };
    use tokio_rustls::{
        TlsConnector,
        rustls::{
            ClientConfig, RootCertStore,
            crypto::ring,
            pki_types::{CertificateDer, ServerName},
        },
    };

    use super::*;
    use crate::Identity;

    /// Both ends of a connection.
    async fn pair() -> (TlsSocket, tokio_rustls::client::TlsStream<TcpStream>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = made.signing_key.serialize_pem();
        let identity = Identity::from_pem(made.cert.pem().as_bytes(), key.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(made.cert.der().to_vec())).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let viewer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let (server, viewer) = tokio::join!(
            accept(stream, identity.config()),
            TlsConnector::from(Arc::new(client)).connect(name, viewer)
        );
        (TlsSocket::new(server.unwrap()), viewer.unwrap())
    }

    #[tokio::test]
    async fn what_was_taken_before_there_was_room_is_sent_by_a_flush() {
        let (socket, mut viewer) = pair().await;
        let mut taken = 0;
        // Until there is no room: then the last write is encrypted, and not sent.
        loop {
            tokio::select! {
                biased;
                ready = poll_fn(|cx| socket.poll_write_ready(cx)) => ready.unwrap(),
                () = sleep(Duration::from_millis(50)) => break,
            }
            taken += socket.try_write(&[7; 1000]).unwrap_or(0);
        }
        let flush = poll_fn(|cx| socket.poll_flush(cx));
        let mut heard = vec![0; taken];
        let both = async { tokio::join!(flush, viewer.read_exact(&mut heard)) };
        let (flushed, read) = timeout(Duration::from_secs(15), both).await.unwrap();
        flushed.unwrap();
        assert_eq!(read.unwrap(), taken);
    }
}
