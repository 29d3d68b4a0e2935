use porthole_phrase::{Phrase, phrase};

use super::refusal::Refusal;
use crate::{
    ServerError,
    security::{form::Form, ms_logon::MS_LOGON_BYTES},
};

/// How far a handshake is: what the server has to say next, or what its holder has to do.
#[derive(Debug)]
pub(super) enum HandshakeStep {
    Version,
    TypeCount,
    Types(usize),
    /// 3.3: the server decides, and says so in four bytes.
    OneType,
    VeNCryptVersion,
    VeNCryptAnswer,
    SubtypeCount,
    Subtypes(usize),
    /// Whether TLS begins.
    TlsAnswer,
    TunnelCount,
    Tunnels(usize),
    TightCount,
    TightTypes(usize),
    ServerKeyLength,
    /// Length in bits, and how many bytes follow.
    ServerKey(u32, usize),
    /// Our key is there, and goes out.
    SendClientKey(Box<crate::ClientKey>),
    RandomLength,
    Random(usize),
    Hash,
    Subtype,
    AppleHead,
    /// The generator, and how many bytes follow.
    AppleKey(u16, usize),
    MsLogonKey,
    /// The credentials are there, and go out.
    Send(Form),
    Challenge,
    /// Nothing: its holder has to do something first.
    Waiting(Waiting),
    /// SecurityResult, after None or after a password.
    Outcome,
    ReasonLength(Refusal),
    Reason(usize, Refusal),
    Done,
    Failed(ServerError),
}

/// What the holder of a handshake has to do.
#[derive(Debug)]
pub(super) enum Waiting {
    Answer([u8; 16]),
    Credentials(Form),
    /// The server's key is to be accepted.
    Trust,
    ClientKey,
    Tls,
}

impl HandshakeStep {
    /// How many bytes of the server's it takes; `None` if it takes none and does not go on by itself.
    pub(super) fn wanted(&self) -> Option<usize> {
        Some(match self {
            Self::Version => 12,
            Self::TypeCount | Self::VeNCryptAnswer | Self::SubtypeCount | Self::TlsAnswer | Self::Subtype => {
                1
            }
            Self::VeNCryptVersion | Self::RandomLength => 2,
            Self::OneType | Self::TunnelCount | Self::TightCount => 4,
            Self::ServerKeyLength | Self::AppleHead => 4,
            Self::Outcome | Self::ReasonLength(_) => 4,
            Self::Types(wanted) | Self::Subtypes(wanted) | Self::Tunnels(wanted) => *wanted,
            Self::TightTypes(wanted) | Self::ServerKey(_, wanted) | Self::Random(wanted) => *wanted,
            Self::AppleKey(_, wanted) | Self::Reason(wanted, _) => *wanted,
            Self::MsLogonKey => MS_LOGON_BYTES,
            Self::Challenge => 16,
            Self::SendClientKey(_) | Self::Send(_) => 0,
            // Depends on the kind of RA2; the handshake knows.
            Self::Hash | Self::Waiting(_) | Self::Done | Self::Failed(_) => return None,
        })
    }

    /// What has not come yet; completes "before …".
    pub(super) fn missing(&self) -> Phrase {
        match self {
            Self::Version => phrase!("server-before-greeting"),
            Self::TypeCount | Self::Types(_) | Self::OneType => phrase!("server-before-security"),
            Self::VeNCryptVersion | Self::VeNCryptAnswer | Self::SubtypeCount | Self::Subtypes(_) => {
                phrase!("server-before-vencrypt")
            }
            Self::TlsAnswer | Self::Waiting(Waiting::Tls) => phrase!("server-before-tls"),
            Self::TunnelCount | Self::Tunnels(_) | Self::TightCount | Self::TightTypes(_) => {
                phrase!("server-before-tight")
            }
            Self::ServerKeyLength | Self::ServerKey(..) => phrase!("server-before-key"),
            Self::SendClientKey(_) | Self::RandomLength | Self::Random(_) => phrase!("server-before-random"),
            Self::Waiting(Waiting::Trust | Waiting::ClientKey) => phrase!("server-before-random"),
            Self::Hash => phrase!("server-before-hash"),
            Self::Subtype => phrase!("server-before-credentials"),
            Self::AppleHead | Self::AppleKey(..) | Self::MsLogonKey => {
                phrase!("server-before-diffie-hellman")
            }
            Self::Challenge => phrase!("server-before-challenge"),
            Self::Send(_) | Self::Waiting(_) | Self::Outcome => phrase!("server-before-accepting"),
            Self::ReasonLength(_) | Self::Reason(..) => phrase!("server-before-reason"),
            Self::Done | Self::Failed(_) => phrase!("server-before-screen"),
        }
    }
}
