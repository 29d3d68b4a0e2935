use std::fmt;

use zeroize::Zeroizing;

/// A password of any length. `Debug` does not show it, and its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes as they go to the server, which expects UTF-8.
    pub fn new(secret: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(secret.into()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(****)")
    }
}

/// What a display knows to log in to its VNC server with.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// It is configured without a password, so the server must ask for none.
    Nothing,
    /// A password alone.
    Password(Secret),
    /// A user name and their password.
    User {
        /// The name, as the server knows it.
        name: String,
        /// Their password.
        password: Secret,
        /// The host behind an XVP server that is to be reached; only XVP asks for it.
        target: Option<String>,
    },
    /// Nobody has told them: the handshake says what the server wants, see [`Need::Credentials`](crate::Need).
    Unknown,
}

impl Credentials {
    /// A user name and their password, for any server but XVP.
    pub fn user(name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::User {
            name: name.into(),
            password: password.into(),
            target: None,
        }
    }

    pub(crate) fn password(&self) -> Option<&Secret> {
        match self {
            Self::Password(password) | Self::User { password, .. } => Some(password),
            Self::Nothing | Self::Unknown => None,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Password(_) => "Password(****)",
            Self::User { .. } => "User(****)",
            Self::Unknown => "Unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown() {
        let all = [
            Credentials::Password("rosebud".into()),
            Credentials::user("rosebud", "rosebud"),
        ];
        for credentials in all {
            assert!(!format!("{credentials:?} {:?}", credentials.password()).contains("rosebud"));
        }
    }
}
