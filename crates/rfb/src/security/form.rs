use rsa::rand_core::CryptoRng;

use crate::{
    CredentialPart, Credentials, ServerError,
    security::{
        apple::{AppleKey, MAX_APPLE_BYTES},
        choice::{Asks, SecurityChoice},
        ms_logon::{MAX_MS_LOGON_BYTES, MsLogonKey},
    },
};

/// The longest user name or password where nothing else bounds it, in bytes.
const MAX_CREDENTIAL_BYTES: usize = 1024;
/// Where its length is one byte.
const MAX_BYTE_LENGTH: usize = u8::MAX as usize;

/// The form in which credentials go to the server.
#[derive(Debug)]
pub(crate) enum Form {
    /// Lengths (U32), name, password: VeNCrypt's Plain, and Tight's Unix login.
    Plain,
    /// Lengths (U8) of name and target, name, target. The password follows by VncAuth.
    Xvp,
    Apple(Box<AppleKey>),
    MsLogon(MsLogonKey),
    /// Length (U8) and name, length (U8) and password; sealed by the caller.
    Ra2(Asks),
}

impl Form {
    pub(crate) fn asks(&self) -> Asks {
        match self {
            Self::Ra2(asks) => *asks,
            _ => Asks::UserAndPassword,
        }
    }

    /// Appends the credentials.
    ///
    /// # Errors
    /// They are missing, or longer than the form allows.
    pub(crate) fn write<R: CryptoRng + ?Sized>(
        &self,
        choice: SecurityChoice,
        credentials: &Credentials,
        random: &mut R,
        output: &mut Vec<u8>,
    ) -> Result<(), ServerError> {
        let password = credentials
            .password()
            .ok_or(ServerError::PasswordMissing)?
            .bytes();
        let (user, target) = match credentials {
            Credentials::User { name, target, .. } => {
                (name.as_bytes(), target.as_deref().unwrap_or_default())
            }
            _ if self.asks() == Asks::UserAndPassword => return Err(ServerError::UserMissing),
            _ => (&b""[..], ""),
        };
        let [most_user, most_password] = self.limits();
        let parts = [
            (CredentialPart::User, user, most_user),
            (CredentialPart::Target, target.as_bytes(), MAX_BYTE_LENGTH),
            (CredentialPart::Password, password, most_password),
        ];
        if let Some((what, _, limit)) = parts.into_iter().find(|(_, bytes, limit)| bytes.len() > *limit) {
            let log_in = choice.to_string();
            return Err(ServerError::CredentialTooLong { log_in, what, limit });
        }
        match self {
            Self::Plain => {
                output.extend(length(user).to_be_bytes());
                output.extend(length(password).to_be_bytes());
                output.extend(user);
                output.extend(password);
            }
            Self::Xvp => {
                output.extend([short_length(user), short_length(target.as_bytes())]);
                output.extend(user);
                output.extend(target.as_bytes());
            }
            Self::Apple(key) => key.send([user, password], random, output),
            Self::MsLogon(key) => key.send([user, password], random, output),
            Self::Ra2(asks) => {
                let user = if *asks == Asks::Password { b"" } else { user };
                output.push(short_length(user));
                output.extend(user);
                output.push(short_length(password));
                output.extend(password);
            }
        }
        Ok(())
    }

    /// The longest user name and password, in bytes.
    fn limits(&self) -> [usize; 2] {
        match self {
            Self::Plain => [MAX_CREDENTIAL_BYTES; 2],
            Self::Xvp => [MAX_BYTE_LENGTH, MAX_CREDENTIAL_BYTES],
            Self::Apple(_) => [MAX_APPLE_BYTES; 2],
            Self::MsLogon(_) => MAX_MS_LOGON_BYTES,
            Self::Ra2(_) => [MAX_BYTE_LENGTH; 2],
        }
    }
}

// Both are bounded above.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or_default()
}

fn short_length(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or_default()
}
