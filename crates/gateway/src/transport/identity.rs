//! Who the gateway is to those who come over TLS: its certificate and key.

mod chain;
mod fault;
mod key;
mod pem;

use std::{fmt, io::Read, path::Path, sync::Arc};

use sha2::{Digest, Sha256};
use tokio_rustls::rustls::{
    self, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};

use crate::open_regular_file;

pub use fault::{IdentityError, IdentityFault, KeyFault, NEW_PAIR};

/// What is read of a file with certificates, in bytes. A chain has some KiB.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// A certificate, with those that vouch for it, and its private key.
#[derive(Clone)]
pub struct Identity {
    fingerprint: String,
    certificate: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// Reads a certificate chain and the key of one of its certificates, both in PEM; the chain is sent in its order,
    /// whatever order the text has. The key may be PKCS #8, PKCS #1 or SEC 1, and may stand in one text with the
    /// certificates.
    ///
    /// # Errors
    /// What is missing, or does not fit.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        Self::from_named_pem((certificate, "certificate"), (key, "key"))
    }

    /// The same from files, which may be one. Blocks while it reads them.
    ///
    /// # Errors
    /// Which file is wrong, and how.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, IdentityError> {
        let read = |path: &Path| {
            let place = path.display().to_string();
            let mut text = Vec::new();
            let file =
                open_regular_file(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut text));
            match file {
                Ok(_) => Ok((text, place)),
                Err(error) => Err(wrong(&place, IdentityFault::Unreadable(error.to_string()))),
            }
        };
        let ((certificate, there), (key, here)) = (read(certificate)?, read(key)?);
        Self::from_named_pem((&certificate, &there), (&key, &here))
    }

    /// The same with names for both, as errors have them.
    ///
    /// # Errors
    /// What is missing, or does not fit.
    pub fn from_named_pem(certificate: (&[u8], &str), key: (&[u8], &str)) -> Result<Self, IdentityError> {
        let chain = pem::certificates(certificate.0).map_err(|why| wrong(certificate.1, why))?;
        let secret = pem::private_key(key.0).map_err(|why| wrong(key.1, why))?;
        let signing_key = key::signing_key(&secret).map_err(|why| wrong(key.1, why))?;
        let mismatch = || wrong(key.1, IdentityFault::Mismatch(certificate.1.to_owned()));
        let chain = match chain::arranged(chain, signing_key.as_ref()) {
            Ok(chain) => chain,
            Err(None) => return Err(mismatch()),
            Err(Some(why)) => return Err(wrong(certificate.1, why)),
        };
        let own = chain.first().cloned().ok_or_else(mismatch)?;
        let config = config(chain, secret).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => mismatch(),
            _ => wrong(certificate.1, IdentityFault::UnusableCertificate),
        })?;
        Ok(Self {
            fingerprint: fingerprint(&own),
            certificate: own,
            config,
        })
    }

    /// The gateway's own certificate, in DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The SHA-256 of the gateway's own certificate, as browsers show it: `AA:BB:…`, 32 bytes.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What the handshake needs.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
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

fn wrong(place: &str, why: IdentityFault) -> IdentityError {
    IdentityError {
        place: place.to_owned(),
        why,
    }
}

/// TLS 1.2 and 1.3, and within it HTTP/1.1: WebSockets are opened over that alone here.
fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let bytes = Sha256::digest(certificate);
    let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A certificate and its key.
    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_and_its_key_are_an_identity() {
        let ((certificate, key), (above, _)) = (pair(), pair());
        let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let digits: Vec<_> = identity.fingerprint().split(':').collect();
        assert_eq!(digits.len(), 32);
        assert!(
            digits
                .iter()
                .all(|pair| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok())
        );
        // In one file, and with another certificate behind it or before it: the one that the key belongs to counts.
        for both in [
            format!("{key}{certificate}{above}"),
            format!("{above}{key}{certificate}"),
            format!("{certificate}{above}{key}"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("both.pem");
            fs::write(&file, both).unwrap();
            let same = Identity::from_files(&file, &file).unwrap();
            assert_eq!(same.fingerprint(), identity.fingerprint());
        }
    }

    #[test]
    fn what_is_wrong_names_its_place() {
        let ((certificate, key), (_, other)) = (pair(), pair());
        let locked = key.replace("PRIVATE", "ENCRYPTED PRIVATE");
        // As OpenSSL wrote them before PKCS #8.
        let locked_before = key.replace("PRIVATE", "EC PRIVATE").replacen(
            '\n',
            "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
            1,
        );
        let broken = |text: &str| text.replacen("\nM", "\n!", 1);
        let empty = |text: &str| {
            let lines: Vec<_> = text.lines().collect();
            format!("{}\nAAAA\n{}\n", lines[0], lines[lines.len() - 1])
        };
        for (certificate, key, told) in [
            ("", &*key, "certificate: there is no certificate"),
            (&key, &key, "certificate: there is no certificate"),
            (&broken(&certificate), &key, "certificate: it is damaged"),
            (
                &empty(&certificate),
                &key,
                "certificate: a certificate in it is damaged",
            ),
            (&certificate, "", "key: there is no private key"),
            (&certificate, &certificate, "key: there is no private key"),
            (&certificate, &locked, "key: the key in it has a password"),
            (&certificate, &locked_before, "key: the key in it has a password"),
            (&certificate, &broken(&key), "key: the key in it is damaged"),
            (&certificate, &empty(&key), "key: this key cannot be used"),
            (
                &certificate,
                &other,
                "key: this key does not match any certificate in certificate",
            ),
        ] {
            let error = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(told), "{told}: {error}");
        }

        let folder = tempfile::tempdir().unwrap();
        let (there, missing) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        fs::write(&there, &certificate).unwrap();
        for (certificate, key) in [(&there, &missing), (&missing, &there)] {
            let error = Identity::from_files(certificate, key).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{}: cannot read it", missing.display())),
                "{error}"
            );
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        let (certificate, key) = pair();
        let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let shown = format!("{identity:?}");
        let secret = key.lines().nth(1).unwrap();
        assert!(
            shown.contains(identity.fingerprint()) && !shown.contains(&secret[..16]),
            "{shown}"
        );
        let error = Identity::from_pem(certificate.as_bytes(), key.replace("\nM", "\n!").as_bytes());
        assert!(!format!("{error:?}").contains(&secret[8..24]), "{error:?}");
    }
}
