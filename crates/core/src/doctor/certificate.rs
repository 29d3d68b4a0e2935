//! The certificate of links with https.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use porthole_gateway::Identity;
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use super::Subject;
use crate::{
    Finding,
    config::{Encryption, OwnCertificate},
    texts::say,
};

pub(super) const CHECK: &str = "certificate";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Who has to see to a new certificate needs some time for it.
const EXPIRY_WARNING_TIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Whether the certificate is valid. That it fits its key is said with the config.
pub(super) fn certificate(subject: &Subject) -> Vec<Finding> {
    vec![match &subject.config.encryption {
        Encryption::Off => Finding::ok(CHECK, say!("doctor-certificate-http")),
        Encryption::Generated => Finding::ok(CHECK, say!("doctor-certificate-generated")),
        Encryption::Own(own) => look(own, subject.machine.now),
    }]
}

fn look(own: &OwnCertificate, now: SystemTime) -> Finding {
    match validity(own) {
        None => Finding::warn(CHECK, say!("doctor-certificate-unknown"), ""),
        Some((from, _)) if now < from => Finding::fault(
            CHECK,
            say!("doctor-certificate-early", days = days(from, now)),
            say!("doctor-certificate-early-fix"),
        ),
        Some((_, until)) if now >= until => Finding::fault(
            CHECK,
            say!("doctor-certificate-ended", days = days(now, until)),
            say!("doctor-certificate-renew-fix"),
        ),
        Some((_, until)) if now + EXPIRY_WARNING_TIME >= until => Finding::warn(
            CHECK,
            say!("doctor-certificate-ends", days = days(until, now)),
            say!("doctor-certificate-renew-fix"),
        ),
        Some((_, until)) => Finding::ok(CHECK, say!("doctor-certificate-well", days = days(until, now))),
    }
}

/// From when until when the machine's own certificate is valid, wherever it stands in the chain.
fn validity(own: &OwnCertificate) -> Option<(SystemTime, SystemTime)> {
    let identity = Identity::from_pem(&own.certificate, &own.key).ok()?;
    let (_, certificate) = X509Certificate::from_der(identity.certificate()).ok()?;
    let time = |seconds: i64| Some(UNIX_EPOCH + Duration::from_secs(seconds.try_into().ok()?));
    let validity = certificate.validity();
    Some((
        time(validity.not_before.timestamp())?,
        time(validity.not_after.timestamp())?,
    ))
}

/// The whole days from `earlier` to `later`.
fn days(later: SystemTime, earlier: SystemTime) -> u64 {
    later.duration_since(earlier).unwrap_or_default().as_secs() / DAY.as_secs()
}
