//! VNC servers that run already, and were not launched here.

/// A VNC server that already runs on this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FoundServer {
    /// Where it listens, as the configuration writes a target: `127.0.0.1:5901` or `unix:/path`.
    pub target: String,
    /// The name of its program, where the system tells us.
    pub program: Option<String>,
}
