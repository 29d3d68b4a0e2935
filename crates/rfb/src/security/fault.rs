use thiserror::Error;

/// What is wrong with a log-in that a VNC server began. `Display` completes "… is broken: ".
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LogInFault {
    /// The RSA key is too short or too long.
    #[error("the server's RSA key has {bits} bits, not 1024 to 8192")]
    RsaKeyLength {
        /// The length that it announced.
        bits: u32,
    },
    /// The RSA key is none.
    #[error("the server's RSA key is not valid")]
    RsaKey,
    /// The server's random number does not fit our RSA key.
    #[error("the server's random number came in {length} bytes, not {expected}")]
    RandomLength {
        /// Bytes that it announced.
        length: usize,
        /// Bytes that our key makes of it.
        expected: usize,
    },
    /// The server's random number is not encrypted with our RSA key.
    #[error("the server's random number cannot be decrypted")]
    Random,
    /// The two sides have seen different RSA keys.
    #[error("the server's hash of both RSA keys is wrong; someone may be intercepting the connection")]
    Hash,
    /// RA2 knows two kinds of credentials, and it is neither.
    #[error("the server asks for credentials of an unknown kind ({0})")]
    Subtype(u8),
    /// A record is not what was sent.
    #[error("an encrypted record was changed on the way")]
    RecordChanged,
    /// A record of a log-in is longer than any has reason to be.
    #[error("an encrypted record has {length} bytes, over 8192")]
    RecordLength {
        /// The length that it announced.
        length: usize,
    },
    /// The server said more than the log-in has.
    #[error("the server sent data out of turn")]
    OutOfTurn,
    /// The Diffie-Hellman prime is too short or too long.
    #[error("the server's Diffie-Hellman prime has {bytes} bytes, not 128 to 1024")]
    PrimeLength {
        /// The length that it announced.
        bytes: usize,
    },
    /// The Diffie-Hellman numbers cannot be calculated with.
    #[error("the server's Diffie-Hellman numbers are not valid")]
    DiffieHellman,
    /// VeNCrypt before 0.2.
    #[error("the server speaks VeNCrypt {major}.{minor}, not 0.2")]
    VeNCryptVersion {
        /// The part before the dot.
        major: u8,
        /// The part behind it.
        minor: u8,
    },
    /// The server does not speak the version that it offered.
    #[error("the server refused VeNCrypt 0.2")]
    VeNCryptRefused,
    /// There is nothing to choose.
    #[error("the server offers no sub-types")]
    NoSubtypes,
    /// The server has no TLS after all.
    #[error("the server could not begin TLS; it may lack a certificate")]
    TlsRefused,
    /// Tight lists too much.
    #[error("the server lists {count} capabilities, over 64")]
    TooManyCapabilities {
        /// The number that it announced.
        count: u32,
    },
    /// Tight wants a tunnel.
    #[error("the server offers only tunnels that nobody knows")]
    NoTunnel,
}
