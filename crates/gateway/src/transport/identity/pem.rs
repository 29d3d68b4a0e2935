//! Certificates and keys as text.

use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::IdentityFault;

/// All certificates of a text, at least one.
pub(super) fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, IdentityFault> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    match chain {
        Err(_) => Err(IdentityFault::Broken),
        Ok(chain) if chain.is_empty() => Err(not_pem(text).unwrap_or(IdentityFault::NoCertificate)),
        Ok(chain) => Ok(chain),
    }
}

/// The first private key of a text. OpenSSL writes `EC PARAMETERS` before some, which the key says again.
pub(super) fn private_key(text: &[u8]) -> Result<PrivateKeyDer<'static>, IdentityFault> {
    let is_locked = text.windows(9).any(|word| word == b"ENCRYPTED");
    match PrivateKeyDer::pem_slice_iter(text).next() {
        Some(Ok(key)) => Ok(key),
        _ if is_locked => Err(IdentityFault::LockedKey),
        Some(Err(_)) => Err(IdentityFault::BrokenKey),
        None => Err(not_pem(text).unwrap_or(IdentityFault::NoKey)),
    }
}

/// Whether it is DER, as in .der, .cer, .pfx and .p12: a long SEQUENCE (X.690 §8.1).
fn not_pem(text: &[u8]) -> Option<IdentityFault> {
    matches!(text, [0x30, 0x81..=0x84, ..]).then_some(IdentityFault::NotPem)
}
