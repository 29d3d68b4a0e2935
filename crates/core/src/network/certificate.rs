//! The certificate that the program makes for itself.

use std::{
    fmt, io,
    net::IpAddr,
    path::Path,
    time::{Duration, SystemTime},
};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    SanType,
};
use serde::{Deserialize, Serialize};

use crate::platform::private_file;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a certificate is good; some phones and browsers take none that is good for more than 398 days.
const VALIDITY: Duration = DAY.saturating_mul(397);

/// So long before its end another one is made.
const RENEWAL_TIME: Duration = DAY.saturating_mul(30);

/// Clocks of visitors may be slow by this much.
const CLOCK_SLACK: Duration = DAY;

/// A certificate of the program's own and its key, as it is kept. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    names: Vec<String>,
    begins: SystemTime,
    ends: SystemTime,
    /// In PEM.
    pub certificate: String,
    /// In PEM. The secret.
    pub key: String,
}

/// No certificate could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no certificate could be made: {0}")]
pub(crate) struct CannotMake(pub String);

/// The certificate kept in `file`, if it is good for these names and still is for a while; else another, which is kept
/// there. Then the second value says what became of that. The addresses are named in it, too, but that they change is
/// no reason for another one: visitors would be warned again. Blocks.
pub(crate) fn certificate(
    file: &Path,
    names: &[String],
    addresses: &[IpAddr],
    now: SystemTime,
) -> Result<(Certificate, io::Result<()>), CannotMake> {
    if let Some(kept) = read(file).filter(|kept| kept.is_good(names, now)) {
        return Ok((kept, Ok(())));
    }
    let new = Certificate::make(names, addresses, now).map_err(|error| CannotMake(error.to_string()))?;
    let json = serde_json::to_vec_pretty(&new).map_err(|error| CannotMake(error.to_string()))?;
    let saved = private_file::replace(file, &json);
    Ok((new, saved))
}

/// One that makes no sense is as good as none: nothing is lost with it but that visitors are warned again.
fn read(file: &Path) -> Option<Certificate> {
    serde_json::from_slice(&private_file::read(file).ok()?).ok()
}

impl Certificate {
    /// Whether it is for these names, and good for a while.
    pub fn is_good(&self, names: &[String], now: SystemTime) -> bool {
        let latest = self.ends.checked_sub(RENEWAL_TIME);
        self.names == names && latest.is_some_and(|latest| (self.begins..latest).contains(&now))
    }

    fn make(names: &[String], addresses: &[IpAddr], now: SystemTime) -> Result<Self, rcgen::Error> {
        let begins = now - CLOCK_SLACK;
        let ends = begins + VALIDITY;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params.not_before = begins.into();
        params.not_after = ends.into();
        // A name that no certificate can hold is no reason to have none.
        let dns = names
            .iter()
            .filter_map(|name| Some(SanType::DnsName(name.as_str().try_into().ok()?)));
        let ip = addresses.iter().copied().map(SanType::IpAddress);
        params.subject_alt_names = dns.chain(ip).collect();
        let subject = names.first().map_or("localhost", String::as_str);
        params
            .distinguished_name
            .push(DnType::CommonName, format!("Porthole on {subject}"));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self {
            names: names.to_vec(),
            begins,
            ends,
            certificate,
            key: key.serialize_pem(),
        })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(name: &str) -> Vec<String> {
        vec![name.into(), format!("{name}.local"), "localhost".into()]
    }

    #[test]
    fn it_is_kept_until_it_is_about_to_end_or_the_names_change() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/certificate.json");
        let now = SystemTime::now();
        let at = |name: &str, now| {
            let ip = ["192.168.7.5".parse().unwrap(), "fd00::5".parse().unwrap()];
            let (certificate, saved) = certificate(&file, &names(name), &ip, now).unwrap();
            saved.unwrap();
            certificate
        };
        let first = at("desk", now);
        for (name, later, same) in [
            ("desk", 0, true),
            ("desk", 365, true),
            ("desk", 367, false),
            ("desk", 367, true),
            ("table", 367, false),
        ] {
            let before = read(&file).unwrap();
            let after = at(name, now + DAY * later);
            assert_eq!(before == after, same, "{name} {later}");
        }
        // Made in a future that a clock put right knows nothing of.
        assert_ne!(at("table", now).key, first.key);
        fs::write(&file, "{").unwrap();
        at("table", now);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn it_is_good_for_as_long_as_phones_take_it_and_shows_no_key() {
        let now = SystemTime::now();
        let made = Certificate::make(&names("desk"), &[], now).unwrap();
        assert!(made.ends.duration_since(made.begins).unwrap() <= DAY * 397);
        assert!(made.begins < now);
        assert!(!format!("{made:?}").contains("KEY"));
    }

    #[test]
    fn an_odd_name_is_left_out_and_a_folder_that_cannot_be_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let file = blocked.join("certificate.json");
        let (made, saved) = certificate(&file, &["münchen".into()], &[], SystemTime::now()).unwrap();
        assert!(saved.is_err() && made.certificate.contains("BEGIN CERTIFICATE"));
    }
}
