//! Keys that TLS can use, and what the others are.

use std::sync::Arc;

use tokio_rustls::rustls::{crypto::ring, pki_types::PrivateKeyDer, sign::SigningKey};
use x509_parser::asn1_rs::{Any, FromDer};

use super::{IdentityFault, KeyFault};

/// Object identifiers in DER: kinds of keys (RFC 3279 §2.3) and curves (RFC 5480 §2.1.1.1).
const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x22];
const P521: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x23];

/// The key, ready to sign.
pub(super) fn signing_key(key: &PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, IdentityFault> {
    ring::sign::any_supported_type(key).map_err(|_| fault(key))
}

fn fault(key: &PrivateKeyDer<'_>) -> IdentityFault {
    let der = key.secret_der();
    let holds = |id: &[u8]| der.windows(id.len()).any(|bytes| bytes == id);
    let is_ec = matches!(key, PrivateKeyDer::Sec1(_)) || holds(EC);
    if holds(P521) {
        KeyFault::P521.into()
    } else if holds(P256) || holds(P384) {
        IdentityFault::BrokenKey
    } else if is_ec {
        KeyFault::Curve.into()
    } else if matches!(key, PrivateKeyDer::Pkcs1(_)) || holds(RSA) {
        rsa_fault(key)
    } else {
        KeyFault::Kind.into()
    }
}

fn rsa_fault(key: &PrivateKeyDer<'_>) -> IdentityFault {
    let pkcs1 = match key {
        PrivateKeyDer::Pkcs8(key) => inside_pkcs8(key.secret_pkcs8_der()),
        _ => Some(key.secret_der()),
    };
    // What ring takes to sign with.
    match pkcs1.and_then(modulus_bytes) {
        Some(513..) => KeyFault::LargeRsa.into(),
        Some(..256) => KeyFault::SmallRsa.into(),
        _ => IdentityFault::BrokenKey,
    }
}

/// The key itself: behind the version and the algorithm (RFC 5208 §5).
fn inside_pkcs8(der: &[u8]) -> Option<&[u8]> {
    let (_, info) = Any::from_der(der).ok()?;
    let (rest, _version) = Any::from_der(info.data).ok()?;
    let (rest, _algorithm) = Any::from_der(rest).ok()?;
    let (_, key) = Any::from_der(rest).ok()?;
    Some(key.data)
}

/// The length of an RSA key's modulus, which stands behind the version (RFC 8017 §A.1.2).
fn modulus_bytes(pkcs1: &[u8]) -> Option<usize> {
    let (_, key) = Any::from_der(pkcs1).ok()?;
    let (rest, _version) = Any::from_der(key.data).ok()?;
    let (_, modulus) = Any::from_der(rest).ok()?;
    let leading = modulus.data.iter().take_while(|byte| **byte == 0).count();
    Some(modulus.data.len() - leading)
}
