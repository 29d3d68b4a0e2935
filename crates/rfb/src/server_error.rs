use std::fmt;

use crate::{LogInFault, shortened};

/// Why a session with a VNC server could not be begun.
///
/// `Display` is one sentence: the cause, the fix, and last what the server itself said. For a reader who has little room
/// there is [`Self::within`].
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
        during: &'static str,
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

impl fmt::Display for CredentialPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user name",
            Self::Password => "password",
            Self::Target => "target",
        })
    }
}

impl ServerError {
    /// What went wrong, in words for people; what the server itself said is not part of it.
    pub fn cause(&self) -> String {
        match self {
            Self::NotRfb { .. } => "this is not a VNC server".into(),
            Self::Version { version } => format!("the server uses RFB {version}, which is too old"),
            Self::CutShort { during } => {
                format!("the VNC server closed or stopped answering before {during}")
            }
            Self::Refused { .. } => "the VNC server refused the connection".into(),
            Self::TooManyFailures { .. } => "the VNC server locked Porthole out after wrong passwords".into(),
            Self::WrongPassword { .. } => "the VNC server refused the display's password".into(),
            Self::WrongUser { .. } => "the VNC server refused the display's user name or password".into(),
            Self::UserMissing => "the VNC server needs a user name, and the display has none".into(),
            Self::PasswordMissing => "the VNC server needs a password, and the display has none".into(),
            Self::PasswordNotAsked => "the display has a password, but the VNC server wants none".into(),
            Self::UnsupportedSecurity { offered } => {
                format!("the VNC server offers only {}", security_types(offered))
            }
            Self::TooWeak { offered } => format!(
                "the VNC server offers only {}, which the display does not allow",
                security_types(offered)
            ),
            Self::LogInBroken { log_in, fault } => {
                format!("the VNC server's {log_in} log-in is broken: {fault}")
            }
            Self::CredentialTooLong { log_in, what, limit } => {
                format!("the {what} is longer than {log_in} takes ({limit} bytes)")
            }
            Self::NameTooLong { length } => format!("the VNC server's name has {length} bytes, over 4096"),
        }
    }

    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::NotRfb { .. } => "check the target's port",
            Self::Version { .. } => "use a server with RFB 3.3 or later, not a repeater",
            Self::CutShort { .. } => "check the target and the server's log",
            Self::Refused { .. } => "see the VNC server's log",
            Self::TooManyFailures { .. } => "set the right password, then wait or restart the server",
            Self::WrongPassword { .. } => "set the right one (VNC uses the first 8 bytes only)",
            Self::WrongUser { .. } => "set the right ones",
            Self::PasswordMissing => "set password_file",
            Self::UserMissing => "set user",
            Self::PasswordNotAsked => "remove it, or start the server with -SecurityTypes VncAuth",
            Self::UnsupportedSecurity { .. } => "start it with -SecurityTypes VncAuth",
            Self::TooWeak { .. } => "add X509Vnc, X509Plain or RA2_256 to its security types",
            Self::LogInBroken { .. } => "check what answers there, and see the VNC server's log",
            Self::CredentialTooLong { .. } => "set a shorter one",
            Self::NameTooLong { .. } => "give the desktop a shorter name",
        }
    }

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
        let room = bytes.saturating_sub(self.cause().len() + quoted("").len());
        format!("{}{}", self.cause(), quoted(&shortened(said, room)))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause(), self.fix())?;
        match self.said() {
            Some(said) => f.write_str(&quoted(said)),
            None => Ok(()),
        }
    }
}

/// What the server said, with other quotation marks inside ours.
fn quoted(said: &str) -> String {
    format!(" (it said \"{}\")", said.replace('"', "'"))
}

impl std::error::Error for ServerError {}

/// Names the first few security types (RFC 6143 §8.1.2 and the registry that it set up).
pub fn security_types(types: &[u32]) -> String {
    const MAX_SHOWN_TYPES: usize = 3;
    let mut names: Vec<String> = types
        .iter()
        .take(MAX_SHOWN_TYPES)
        .map(|&number| name(number))
        .collect();
    if types.len() > MAX_SHOWN_TYPES {
        names.push(format!("{} more", types.len() - MAX_SHOWN_TYPES));
    }
    names.join(", ")
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
        _ => return format!("type {number}"),
    };
    format!("{name} ({number})")
}
