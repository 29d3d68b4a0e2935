use crate::{Asks, ServerKey, TlsKind};

/// What a [`ServerHandshake`](crate::ServerHandshake) needs to go on. After all but [`Bytes`](Self::Bytes) and
/// [`Nothing`](Self::Nothing), call `advance` again, with the bytes that were left over, if only to get what must be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// More bytes of the server.
    Bytes,
    /// The challenge encrypted with a password that another knows: see [`answer`](crate::ServerHandshake::answer).
    Answer([u8; 16]),
    /// User name and password, or a password: see [`set_credentials`](crate::ServerHandshake::set_credentials).
    Credentials(Asks),
    /// That the server's key is the right one: see [`trust_server_key`](crate::ServerHandshake::trust_server_key). Drop the
    /// handshake if it is not; nothing has been sent that the server could use.
    Trust(Box<ServerKey>),
    /// A [`ClientKey`](crate::ClientKey): see [`set_client_key`](crate::ServerHandshake::set_client_key).
    ClientKey,
    /// TLS from the server's next byte on, as its client, over what was sent and received so far: see
    /// [`tls_started`](crate::ServerHandshake::tls_started). Send the output first. What `advance` did not consume belongs
    /// to TLS; what comes and goes afterwards is what is inside.
    Tls(TlsKind),
    /// Nothing: it is done, or has failed.
    Nothing,
}
