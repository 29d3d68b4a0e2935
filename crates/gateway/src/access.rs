//! Which Host and Origin headers are answered.
use std::net::SocketAddr;

/// Whom the gateway answers: the defence against web pages in the user's own browser.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Further Host names that are answered, at any port: those under which a reverse proxy serves us.
    pub hosts: Vec<String>,
    /// Further Origins that may open a WebSocket, as `https://desk.example.org` or with a port.
    pub origins: Vec<String>,
    /// Answer every Host and Origin, and WebSockets without one, as websockify does. Behind a proxy that hides the
    /// name it was asked by there is nothing to compare with: the token alone is the key. Never for displays.
    pub any: bool,
}
