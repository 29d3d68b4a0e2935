use std::fmt;

use rsa::rand_core::CryptoRng;

use crate::{
    Credentials, ServerError,
    security::choice::{Asks, LogInMethod, SecurityChoice, ServerIdentity, TlsKind},
};

/// How to log in to a VNC server: what is known, what must hold, and where random numbers come from.
pub struct LogIn {
    credentials: Credentials,
    policy: Policy,
    random: Option<Box<dyn CryptoRng + Send + Sync>>,
}

/// Which security types may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whoever holds the socket can do TLS and checks the certificate.
    pub certificate_tls: bool,
    /// Whoever holds the socket can do TLS with anonymous Diffie-Hellman.
    pub anonymous_tls: bool,
    /// VeNCrypt may be chosen. Not so when a server's VeNCrypt turned out to have nothing for us, though another of its
    /// types has: see [`ServerHandshake::can_retry_without_vencrypt`](crate::ServerHandshake::can_retry_without_vencrypt).
    pub vencrypt: bool,
    /// Screen, keys and clipboard must be encrypted.
    pub needs_encryption: bool,
    /// The server must be one that can be recognised by its key or certificate. Set it for a server whose key or
    /// certificate was accepted before: else whoever sits in between offers types without.
    pub needs_identity: bool,
}

impl Default for Policy {
    /// All that needs no TLS.
    fn default() -> Self {
        Self {
            certificate_tls: false,
            anonymous_tls: false,
            vencrypt: true,
            needs_encryption: false,
            needs_identity: false,
        }
    }
}

/// Why a security type cannot be chosen; of several, the one to tell comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    Policy,
    Password,
    User,
    /// There is a password, and the server wants none.
    NotAsked,
    Unknown,
}

impl LogIn {
    /// Any of the security types that the policy allows, strongest first.
    pub fn new(
        credentials: Credentials,
        policy: Policy,
        random: impl CryptoRng + Send + Sync + 'static,
    ) -> Self {
        Self {
            credentials,
            policy,
            random: Some(Box::new(random)),
        }
    }

    /// Only None and VncAuth, which need no random numbers.
    pub(crate) fn basic(credentials: Credentials) -> Self {
        Self {
            credentials,
            policy: Policy {
                vencrypt: false,
                ..Policy::default()
            },
            random: None,
        }
    }

    pub(crate) fn is_basic(&self) -> bool {
        self.random.is_none()
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The credentials are known now.
    pub(crate) fn learn(&mut self, credentials: Credentials) {
        self.credentials = credentials;
    }

    /// What is known, and the random numbers to send it with.
    pub(crate) fn parts(&mut self) -> Option<(&Credentials, &mut (dyn CryptoRng + Send + Sync))> {
        let random = self.random.as_deref_mut()?;
        Some((&self.credentials, random))
    }

    /// What keeps this type from being chosen.
    pub(crate) fn lacks(&self, choice: SecurityChoice) -> Result<(), Lack> {
        let is_basic_type =
            choice.tls.is_none() && matches!(choice.method, LogInMethod::None | LogInMethod::VncAuth);
        if self.is_basic() && !is_basic_type {
            return Err(Lack::Unknown);
        }
        match choice.tls {
            Some(TlsKind::Anonymous) if !self.policy.anonymous_tls => return Err(Lack::Unknown),
            Some(TlsKind::Certificate) if !self.policy.certificate_tls => return Err(Lack::Unknown),
            _ => {}
        }
        self.lacks_credentials(choice)?;
        let is_known = choice.server_identity() != ServerIdentity::Unproven;
        if self.policy.needs_encryption && !choice.encrypts_session()
            || self.policy.needs_identity && !is_known
        {
            return Err(Lack::Policy);
        }
        Ok(())
    }

    fn lacks_credentials(&self, choice: SecurityChoice) -> Result<(), Lack> {
        match (&self.credentials, choice.asks) {
            (Credentials::Nothing, Asks::Nothing) => Ok(()),
            (Credentials::Nothing, Asks::UserAndPassword) => Err(Lack::User),
            (Credentials::Nothing, _) => Err(Lack::Password),
            // It may turn out to want a password alone.
            (Credentials::Password(_), _) if matches!(choice.method, LogInMethod::Ra2(_)) => Ok(()),
            (Credentials::Password(_), Asks::UserAndPassword) => Err(Lack::User),
            (Credentials::Password(_) | Credentials::User { .. }, Asks::Nothing) => Err(Lack::NotAsked),
            (Credentials::User { target: None, .. } | Credentials::Unknown, _)
                if choice.method == LogInMethod::Xvp =>
            {
                Err(Lack::Unknown)
            }
            _ => Ok(()),
        }
    }

    /// What is greater is chosen. Who has a user name wants to come in by it; otherwise who asks nobody for anything needs
    /// nothing; then the strength counts.
    pub(crate) fn rank(&self, choice: SecurityChoice) -> (bool, u8) {
        let is_wanted = match self.credentials {
            Credentials::User { .. } => choice.takes_user(),
            Credentials::Unknown => choice.asks == Asks::Nothing,
            Credentials::Nothing | Credentials::Password(_) => false,
        };
        (is_wanted, choice.strength())
    }
}

impl Lack {
    pub(crate) fn error(self, offered: &[u32]) -> ServerError {
        let offered = offered.to_vec();
        match self {
            Self::Policy => ServerError::TooWeak { offered },
            Self::Password => ServerError::PasswordMissing,
            Self::User => ServerError::UserMissing,
            Self::NotAsked => ServerError::PasswordNotAsked,
            Self::Unknown => ServerError::UnsupportedSecurity { offered },
        }
    }
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogIn({:?}, {:?})", self.credentials, self.policy)
    }
}
