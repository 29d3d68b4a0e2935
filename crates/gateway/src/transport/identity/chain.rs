//! The order of a chain of certificates.

use tokio_rustls::rustls::{pki_types::CertificateDer, sign::SigningKey};
use x509_parser::{
    certificate::X509Certificate, prelude::FromDer, x509::SubjectPublicKeyInfo, x509::X509Version,
};

use super::IdentityFault;

/// The chain as TLS wants it (RFC 8446 §4.4.2): the certificate that the key belongs to, the one that vouches for it, and
/// so on; those that vouch for none of these come last.
///
/// # Errors
/// What is wrong with the certificates; `None`: the key belongs to none of them.
pub(super) fn arranged(
    chain: Vec<CertificateDer<'static>>,
    key: &dyn SigningKey,
) -> Result<Vec<CertificateDer<'static>>, Option<IdentityFault>> {
    let order = order(&chain, key)?;
    let mut chain: Vec<_> = chain.into_iter().map(Some).collect();
    let next = |at: usize| chain.get_mut(at).and_then(Option::take);
    Ok(order.into_iter().filter_map(next).collect())
}

/// The places of the certificates in the text, in the order of the chain.
fn order(chain: &[CertificateDer<'_>], key: &dyn SigningKey) -> Result<Vec<usize>, Option<IdentityFault>> {
    let parsed: Vec<_> = chain
        .iter()
        .map(|der| {
            X509Certificate::from_der(der)
                .map(|(_, certificate)| certificate)
                .ok()
        })
        .collect();
    let spki = key.public_key();
    let public = spki
        .as_ref()
        .and_then(|spki| SubjectPublicKeyInfo::from_der(spki).ok());
    let public = public.as_ref().map(|(_, spki)| &*spki.subject_public_key.data);
    let is_own = |certificate: &Option<X509Certificate<'_>>| {
        let its = certificate
            .as_ref()
            .map(|certificate| &*certificate.public_key().subject_public_key.data);
        its.is_some() && its == public
    };
    let Some(own) = parsed.iter().position(is_own) else {
        let is_broken = parsed.iter().any(Option::is_none);
        return Err(is_broken.then_some(IdentityFault::BrokenCertificate));
    };
    let version = parsed[own].as_ref().map(|certificate| certificate.version());
    if version != Some(X509Version::V3) {
        return Err(Some(IdentityFault::OldCertificate));
    }
    let mut order = vec![own];
    let mut last = own;
    while let Some(next) = voucher(&parsed, last, &order) {
        order.push(next);
        last = next;
    }
    let rest: Vec<_> = (0..chain.len()).filter(|at| !order.contains(at)).collect();
    Ok([order, rest].concat())
}

/// A certificate that is not in the order yet and names itself as the one at `at` names its issuer.
fn voucher(parsed: &[Option<X509Certificate<'_>>], at: usize, order: &[usize]) -> Option<usize> {
    let issuer = parsed.get(at)?.as_ref()?.issuer().as_raw();
    let vouches = |certificate: &X509Certificate<'_>| certificate.subject().as_raw() == issuer;
    (0..parsed.len())
        .filter(|at| !order.contains(at))
        .find(|at| parsed[*at].as_ref().is_some_and(vouches))
}
