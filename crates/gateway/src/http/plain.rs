//! Who is served without TLS.

use std::net::{IpAddr, SocketAddr};

/// Who is served without TLS; others are told to use https.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plain {
    /// Whoever comes.
    #[default]
    Everybody,
    /// Who comes from this machine, where nobody listens in: its own windows, and a reverse proxy beside us.
    ThisMachine,
    /// Nobody.
    Nobody,
}

impl Plain {
    /// Whether someone is served who comes from `from` to our address `to`.
    pub(crate) fn serves(self, from: IpAddr, to: Option<SocketAddr>) -> bool {
        match self {
            Self::Everybody => true,
            // Who calls one of our own addresses from here has it, too.
            Self::ThisMachine => from.to_canonical().is_loopback() || to.is_some_and(|to| to.ip() == from),
            Self::Nobody => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_from_this_machine_is_served() {
        for (from, to, served) in [
            ("127.0.0.1", "127.0.0.1:1", true),
            ("127.0.0.1", "192.168.7.5:1", true),
            ("::ffff:127.0.0.1", "[::1]:1", true),
            ("::1", "[::1]:1", true),
            ("192.168.7.5", "192.168.7.5:1", true),
            ("192.168.7.6", "192.168.7.5:1", false),
            ("fd00::6", "[fd00::5]:1", false),
        ] {
            let (from, to) = (from.parse().unwrap(), to.parse().ok());
            assert_eq!(Plain::ThisMachine.serves(from, to), served, "{from} {to:?}");
            assert!(Plain::Everybody.serves(from, to));
            assert!(!Plain::Nobody.serves(from, to));
        }
        assert!(!Plain::ThisMachine.serves("192.168.7.5".parse().unwrap(), None));
    }
}
