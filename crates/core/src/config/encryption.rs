//! Whether links are https, as the config says.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use porthole_gateway::{Identity, IdentityError, IdentityFault, KeyFault, NEW_PAIR};
use toml::Spanned;

use super::{
    check::{Checked, Checker},
    exposed::{Others, exposed},
    load::read_bounded,
};
use crate::texts::say;

/// A chain of certificates has some KiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Whether links to hand on are https, and with which certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// They are http.
    #[default]
    Off,
    /// With a certificate that Porthole makes.
    Generated,
    /// With one of the person's.
    Own(OwnCertificate),
}

/// A certificate of the person's and its key, as they were read. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnCertificate {
    /// The chain, the machine's own certificate first, in PEM.
    pub certificate: Vec<u8>,
    /// The private key, in PEM.
    pub key: Vec<u8>,
}

impl fmt::Debug for OwnCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnCertificate(…)")
    }
}

impl Checker<'_> {
    /// A certificate is there to be used: `encrypt` need not be said as well. A certificate that is not used is checked
    /// all the same, so that switching it on is no surprise.
    pub(super) fn encryption(
        &mut self,
        encrypt: Option<bool>,
        cert: Option<Spanned<String>>,
        key: Option<Spanned<String>>,
    ) -> Checked<Encryption> {
        let own = match (cert, key) {
            (Some(cert), key) => Some(self.own(&cert, key.as_ref())?),
            (None, Some(key)) => {
                let cause = say!("config-key-alone");
                return Err(self.wrong(&key.span(), cause));
            }
            (None, None) => None,
        };
        Ok(match (encrypt, own) {
            (Some(false), _) | (None, None) => Encryption::Off,
            (_, Some(own)) => Encryption::Own(own),
            (Some(true), None) => Encryption::Generated,
        })
    }

    /// Without a `key` of its own, it stands in the certificate's file.
    fn own(&mut self, cert: &Spanned<String>, key: Option<&Spanned<String>>) -> Checked<OwnCertificate> {
        let (cert_path, key_path) = (self.beside(cert), key.map(|key| self.beside(key)));
        let secret = key_path.as_deref().unwrap_or(&cert_path);
        let own = read_own(&cert_path, secret).map_err(|(path, error)| {
            let named = key.filter(|_| path != cert_path).unwrap_or(cert);
            let (file, error) = (path.display().to_string(), error.to_string());
            self.wrong(
                &named.span(),
                say!("config-file-unreadable", file = file, error = error),
            )
        })?;
        own.identity(&cert_path, secret)
            .map_err(|error| self.wrong(&cert.span(), identity_fault(&error)))?;
        self.warn(exposed(secret, Others::Strangers));
        Ok(own)
    }
}

impl OwnCertificate {
    /// What it is to those who come over TLS; the files' names are for what is wrong with them.
    ///
    /// # Errors
    /// What is wrong, and in which file.
    pub(super) fn identity(&self, certificate: &Path, key: &Path) -> Result<Identity, IdentityError> {
        let names = (certificate.display().to_string(), key.display().to_string());
        Identity::from_named_pem((&self.certificate, &names.0), (&self.key, &names.1))
    }
}

/// Reads a certificate and its key, which may stand in one file. Blocks.
///
/// # Errors
/// The file that cannot be read, and why.
pub(super) fn read_own(certificate: &Path, key: &Path) -> Result<OwnCertificate, (PathBuf, io::Error)> {
    let read = |path: &Path| read_bounded(path, MAX_FILE_BYTES).map_err(|error| (path.to_owned(), error));
    let chain = read(certificate)?;
    let key = match key == certificate {
        true => chain.clone(),
        false => read(key)?,
    };
    Ok(OwnCertificate {
        certificate: chain,
        key,
    })
}

/// What is wrong with a certificate or a key, without a full stop.
pub(crate) fn identity_fault(error: &IdentityError) -> String {
    format!("{}: {}", error.place, identity_why(error))
}

/// The same without the file.
pub(super) fn identity_why(error: &IdentityError) -> String {
    match &error.why {
        IdentityFault::Unreadable(error) => say!("identity-unreadable", error = error.as_str()),
        IdentityFault::Mismatch(certificate) => {
            say!("identity-mismatch", certificate = certificate.as_str())
        }
        IdentityFault::BrokenCertificate => say!("identity-broken-certificate"),
        IdentityFault::OldCertificate => say!("identity-old-certificate"),
        IdentityFault::UnusableCertificate => say!("identity-unusable-certificate"),
        IdentityFault::UnusableKey(fault) => say!(
            "identity-unusable-key",
            why = unusable_key(*fault),
            command = NEW_PAIR
        ),
        IdentityFault::Broken => say!("identity-broken"),
        IdentityFault::NotPem => say!("identity-not-pem"),
        IdentityFault::NoCertificate => say!("identity-no-certificate"),
        IdentityFault::LockedKey => say!("identity-locked-key"),
        IdentityFault::BrokenKey => say!("identity-broken-key"),
        IdentityFault::NoKey => say!("identity-no-key"),
    }
}

/// The middle of a sentence.
fn unusable_key(fault: KeyFault) -> String {
    match fault {
        KeyFault::P521 => say!("identity-key-p521"),
        KeyFault::Curve => say!("identity-key-curve"),
        KeyFault::LargeRsa => say!("identity-key-large"),
        KeyFault::SmallRsa => say!("identity-key-small"),
        KeyFault::Kind => say!("identity-key-kind"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{ConfigError, ConfigPlace, Loaded, load};

    /// A config that says `text` beside `chain.pem`, `key.pem`, `both.pem` and `other.pem`, each a certificate or key.
    fn loaded(text: &str) -> Result<Loaded, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let made = || rcgen::generate_simple_self_signed(["desk.example.org".to_owned()]).unwrap();
        let (own, other) = (made(), made());
        let (chain, key) = (own.cert.pem(), own.signing_key.serialize_pem());
        let files = [
            ("both.pem", format!("{chain}{key}")),
            ("chain.pem", chain),
            ("key.pem", key),
            ("other.pem", other.signing_key.serialize_pem()),
            ("config.toml", text.into()),
        ];
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::Permissions::from_mode(if name == "both.pem" { 0o604 } else { 0o640 });
                fs::set_permissions(folder.path().join(name), mode).unwrap();
            }
        }
        let file = folder.path().join("config.toml");
        let mut followed = Vec::new();
        let loaded = load(
            &ConfigPlace::at(file, folder.path().join("state.json")),
            &mut followed,
        );
        let named = text.matches(".pem").count();
        assert_eq!(followed.len(), named, "all of them are followed: {followed:?}");
        loaded
    }

    #[test]
    fn a_certificate_of_ones_own_is_used_unless_it_is_switched_off() {
        for (text, on) in [
            ("cert = \"chain.pem\"\nkey = \"key.pem\"", true),
            ("cert = \"both.pem\"", true),
            ("encrypt = true\ncert = \"both.pem\"", true),
            ("encrypt = false\ncert = \"both.pem\"", false),
        ] {
            let Loaded { config, warnings } = loaded(text).unwrap();
            assert_eq!(matches!(config.encryption, Encryption::Own(_)), on, "{text}");
            assert!(!format!("{config:?}").contains("KEY"));
            let readable = cfg!(unix) && text.contains("both.pem");
            assert_eq!(!warnings.is_empty(), readable, "{warnings:?}");
        }
    }

    #[test]
    fn what_is_no_pair_is_said_with_its_line() {
        for (text, cause) in [
            (
                "\ncert = \"chain.pem\"\nkey = \"other.pem\"",
                "this key does not match any certificate",
            ),
            ("\ncert = \"chain.pem\"", "key"),
            ("\ncert = \"key.pem\"", "certificate"),
        ] {
            let error = loaded(text).unwrap_err();
            assert_eq!(error.line, Some(2));
            assert!(error.cause.contains(cause), "{error}");
        }
    }
}
