//! Who the gateway is to those who come over TLS: its certificate and key.

use std::fmt;

/// A certificate, with those that vouch for it, and its private key.
#[derive(Clone)]
pub struct Identity {
    fingerprint: String,
}

/// Why a certificate and a key are no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IdentityError(String);

impl Identity {
    /// Reads a certificate chain, the gateway's own first, and its key; both in PEM.
    ///
    /// # Errors
    /// What is missing or does not fit.
    pub fn from_pem(_certificate: &[u8], _key: &[u8]) -> Result<Self, IdentityError> {
        Err(IdentityError("TLS is not built in yet".into()))
    }

    /// The certificate's SHA-256 as browsers show it: `AA:BB:…`.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// The key stays secret.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
