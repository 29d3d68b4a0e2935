//! Whether links are https, as the config says.

use std::{fmt, path::Path};

use toml::Spanned;

use super::{
    check::{Checked, Checker},
    exposed::{Others, exposed},
    load::read_bounded,
};

/// A chain of certificates has some KiB.
const LARGEST: u64 = 1 << 20;

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
                let cause = "a `key` needs its certificate; add `cert`";
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
        let certificate = self.read(cert, &cert_path)?;
        let secret = key_path.as_deref().unwrap_or(&cert_path);
        let key = match (key, &key_path) {
            (Some(key), Some(path)) => self.read(key, path)?,
            _ => certificate.clone(),
        };
        self.warn(exposed(secret, Others::Strangers));
        Ok(OwnCertificate { certificate, key })
    }

    fn read(&self, named: &Spanned<String>, path: &Path) -> Checked<Vec<u8>> {
        read_bounded(path, LARGEST).map_err(|error| {
            let cause = format!("{} cannot be read: {error}", path.display());
            self.wrong(&named.span(), cause)
        })
    }
}
