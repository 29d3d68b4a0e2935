use porthole_phrase::{Explain, Phrase, phrase};

/// What is wrong with a log-in that a VNC server began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogInFault {
    /// The RSA key is too short or too long.
    RsaKeyLength {
        /// The length that it announced.
        bits: u32,
    },
    /// The RSA key is none.
    RsaKey,
    /// The server's random number does not fit our RSA key.
    RandomLength {
        /// Bytes that it announced.
        length: usize,
        /// Bytes that our key makes of it.
        expected: usize,
    },
    /// The server's random number is not encrypted with our RSA key.
    Random,
    /// The two sides have seen different RSA keys.
    Hash,
    /// RA2 knows two kinds of credentials, and it is neither.
    Subtype(u8),
    /// A record is not what was sent.
    RecordChanged,
    /// A record of a log-in is longer than any has reason to be.
    RecordLength {
        /// The length that it announced.
        length: usize,
    },
    /// The server said more than the log-in has.
    OutOfTurn,
    /// The Diffie-Hellman prime is too short or too long.
    PrimeLength {
        /// The length that it announced.
        bytes: usize,
    },
    /// The Diffie-Hellman numbers cannot be calculated with.
    DiffieHellman,
    /// VeNCrypt before 0.2.
    VeNCryptVersion {
        /// The part before the dot.
        major: u8,
        /// The part behind it.
        minor: u8,
    },
    /// The server does not speak the version that it offered.
    VeNCryptRefused,
    /// There is nothing to choose.
    NoSubtypes,
    /// The server has no TLS after all.
    TlsRefused,
    /// Tight lists too much.
    TooManyCapabilities {
        /// The number that it announced.
        count: u32,
    },
    /// Tight wants a tunnel.
    NoTunnel,
}

/// Completes "… is broken: ".
impl Explain for LogInFault {
    fn cause(&self) -> Phrase {
        match *self {
            Self::RsaKeyLength { bits } => phrase!("fault-key-length", bits = bits),
            Self::RsaKey => phrase!("fault-key"),
            Self::RandomLength { length, expected } => {
                phrase!("fault-random-length", length = length, expected = expected)
            }
            Self::Random => phrase!("fault-random"),
            Self::Hash => phrase!("fault-hash"),
            Self::Subtype(kind) => phrase!("fault-subtype", kind = kind),
            Self::RecordChanged => phrase!("fault-record"),
            Self::RecordLength { length } => phrase!("fault-record-length", length = length),
            Self::OutOfTurn => phrase!("fault-turn"),
            Self::PrimeLength { bytes } => phrase!("fault-prime-length", bytes = bytes),
            Self::DiffieHellman => phrase!("fault-diffie-hellman"),
            Self::VeNCryptVersion { major, minor } => {
                phrase!("fault-vencrypt-version", version = format!("{major}.{minor}"))
            }
            Self::VeNCryptRefused => phrase!("fault-vencrypt"),
            Self::NoSubtypes => phrase!("fault-subtypes"),
            Self::TlsRefused => phrase!("fault-tls"),
            Self::TooManyCapabilities { count } => phrase!("fault-capabilities", count = count),
            Self::NoTunnel => phrase!("fault-tunnel"),
        }
    }
}
