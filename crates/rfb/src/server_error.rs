use std::fmt;

use porthole_phrase::{Explain, Phrase, phrase};

use crate::{LogInFault, shortened};

/// Why a session with a VNC server could not be begun.
///
/// `Display` is the cause, the fix, and last what the server itself said. For a reader who has little room there is
/// [`Self::within`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerError {
    /// It did not greet as an RFB server does.
    NotRfb {
        /// What it sent instead, made printable.
        greeting: String,
    },
    /// It speaks a version before 3.3.
    Version {
        /// The version as it was sent, such as `000.000`.
        version: String,
    },
    /// It closed the connection or fell silent in the middle.
    CutShort {
        /// What should have come; completes "before …".
        during: Phrase,
    },
    /// It refused the connection for a reason of its own.
    Refused {
        /// Its reason, made printable; may be empty.
        said: String,
    },
    /// It refuses everybody for a while, because of wrong passwords before.
    TooManyFailures {
        /// Its reason, made printable; may be empty.
        said: String,
    },
    /// It refused the display's password.
    WrongPassword {
        /// Its reason, made printable; may be empty.
        said: String,
    },
    /// It refused the display's user name or password.
    WrongUser {
        /// Its reason, made printable; may be empty.
        said: String,
    },
    /// It asks for a password, and the display has none.
    PasswordMissing,
    /// It asks for a user name, and the display has none.
    UserMissing,
    /// The display has a password, and the server asks for none.
    PasswordNotAsked,
    /// It offers no security type, or no sub-type of VeNCrypt or Tight, that is known here.
    UnsupportedSecurity {
        /// The types that it offers, in its order; at most 255.
        offered: Vec<u32>,
    },
    /// It offers only security types that the display's policy forbids.
    TooWeak {
        /// The types that it offers, in its order; at most 255.
        offered: Vec<u32>,
    },
    /// What it says in a log-in makes no sense, or is not genuine.
    LogInBroken {
        /// The security type, such as `RA2_256`.
        log_in: String,
        /// What is wrong.
        fault: LogInFault,
    },
    /// The security type has no room for so long a user name or password.
    CredentialTooLong {
        /// The security type.
        log_in: String,
        /// What is too long.
        what: CredentialPart,
        /// The most that it takes, in bytes.
        limit: usize,
    },
    /// Its desktop's name is longer than 4 KiB.
    NameTooLong {
        /// The length that it announced, in bytes.
        length: u32,
    },
}

/// One of what a person tells a VNC server of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialPart {
    /// The user name.
    User,
    /// The password.
    Password,
    /// The host behind an XVP server.
    Target,
}

impl Explain for ServerError {
    /// What went wrong; what the server itself said is not part of it.
    fn cause(&self) -> Phrase {
        match self {
            Self::NotRfb { .. } => phrase!("server-no-vnc"),
            Self::Version { version } => phrase!("server-old", version = version),
            Self::CutShort { during } => phrase!("server-cut-short", during = during.clone()),
            Self::Refused { .. } => phrase!("server-refused"),
            Self::TooManyFailures { .. } => phrase!("server-locked"),
            Self::WrongPassword { .. } => phrase!("server-wrong-password"),
            Self::WrongUser { .. } => phrase!("server-wrong-user"),
            Self::PasswordMissing => phrase!("server-asks"),
            Self::UserMissing => phrase!("server-asks-user"),
            Self::PasswordNotAsked => phrase!("server-asks-not"),
            Self::UnsupportedSecurity { offered } => {
                phrase!("server-security", offered = security_types(offered))
            }
            Self::TooWeak { offered } => phrase!("server-weak", offered = security_types(offered)),
            Self::LogInBroken { log_in, fault } => {
                phrase!("server-broken", login = log_in, fault = fault.cause())
            }
            Self::CredentialTooLong { log_in, what, limit } => match what {
                CredentialPart::User => phrase!("server-long-user", login = log_in, limit = *limit),
                CredentialPart::Password => phrase!("server-long-password", login = log_in, limit = *limit),
                CredentialPart::Target => phrase!("server-long-target", login = log_in, limit = *limit),
            },
            Self::NameTooLong { length } => phrase!("server-long-name", length = *length),
        }
    }

    fn fix(&self) -> Option<Phrase> {
        Some(match self {
            Self::NotRfb { .. } => phrase!("server-no-vnc-fix"),
            Self::Version { .. } => phrase!("server-old-fix"),
            Self::CutShort { .. } => phrase!("server-cut-short-fix"),
            Self::Refused { .. } => phrase!("server-refused-fix"),
            Self::TooManyFailures { .. } => phrase!("server-locked-fix"),
            Self::WrongPassword { .. } => phrase!("server-wrong-password-fix"),
            Self::WrongUser { .. } => phrase!("server-wrong-user-fix"),
            Self::PasswordMissing => phrase!("server-asks-fix"),
            Self::UserMissing => phrase!("server-asks-user-fix"),
            Self::PasswordNotAsked => phrase!("server-asks-not-fix"),
            Self::UnsupportedSecurity { .. } => phrase!("server-security-fix"),
            Self::TooWeak { .. } => phrase!("server-weak-fix"),
            Self::LogInBroken { .. } => phrase!("server-broken-fix"),
            Self::CredentialTooLong { .. } => phrase!("server-credential-fix"),
            Self::NameTooLong { .. } => phrase!("server-long-name-fix"),
        })
    }
}

impl ServerError {
    /// What the server itself said, if anything: foreign text, made printable, at most 4,096 characters.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::NotRfb { greeting: said }
            | Self::Refused { said }
            | Self::TooManyFailures { said }
            | Self::WrongPassword { said }
            | Self::WrongUser { said } => Some(said.as_str()).filter(|said| !said.is_empty()),
            _ => None,
        }
    }

    /// As `Display`, in at most `bytes` bytes: a WebSocket close reason holds 123. Of what does not fit, our own words go
    /// first, so that the server's are whole if they can be; and those are cut inside their quotes.
    pub fn within(&self, bytes: usize) -> String {
        let whole = self.to_string();
        let Some(said) = self.said().filter(|_| whole.len() > bytes) else {
            return shortened(&whole, bytes);
        };
        let cause = self.cause().to_string();
        let room = bytes.saturating_sub(cause.len() + quoted("").len());
        cause + &quoted(&shortened(said, room))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause().fmt(f)?;
        self.fix().map_or(Ok(()), |fix| write!(f, " {fix}"))?;
        self.said().map_or(Ok(()), |said| f.write_str(&quoted(said)))
    }
}

/// What the server said, with other quotation marks inside ours.
fn quoted(said: &str) -> String {
    format!(" {}", phrase!("server-said", said = said.replace('"', "'")))
}

impl std::error::Error for ServerError {}

/// Names the first few security types (RFC 6143 §8.1.2 and the registry that it set up).
fn security_types(types: &[u32]) -> Phrase {
    const MAX_SHOWN_TYPES: usize = 3;
    let names: Vec<String> = types
        .iter()
        .take(MAX_SHOWN_TYPES)
        .map(|&number| name(number))
        .collect();
    let names = names.join(", ");
    match types.len().saturating_sub(MAX_SHOWN_TYPES) {
        0 => phrase!("server-types", names = names),
        more => phrase!("server-types-more", names = names, more = more),
    }
}

fn name(number: u32) -> String {
    let name = match number {
        5 | 6 | 13 | 129 | 130 | 133 => "RSA-AES",
        16 => "Tight",
        17 => "UltraVNC",
        18 => "TLS",
        19 => "VeNCrypt",
        20 => "SASL",
        22 => "xvp",
        30 | 33 | 35 | 36 => "Apple login",
        113 => "MS-Logon",
        256 => "Plain",
        257 => "TLSNone",
        258 => "TLSVnc",
        259 => "TLSPlain",
        260 => "X509None",
        261 => "X509Vnc",
        262 => "X509Plain",
        _ => return format!("#{number}"),
    };
    format!("{name} ({number})")
}
