//! The certificate of links with https.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use x509_parser::{certificate::X509Certificate, pem::Pem};

use super::Case;
use crate::{
    Finding,
    config::{Encryption, OwnCertificate},
};

const CHECK: &str = "certificate";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Who has to see to a new certificate needs some time for it.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Whether the certificate is valid. That it fits its key is said with the config.
pub(super) fn certificate(case: &Case) -> Vec<Finding> {
    vec![match &case.config.encryption {
        Encryption::Off => Finding::ok(CHECK, "Links are http, so there is no certificate to look at."),
        Encryption::Generated => Finding::ok(CHECK, "Porthole makes its certificate, and renews it."),
        Encryption::Own(own) => look(own, case.machine.now),
    }]
}

fn look(own: &OwnCertificate, now: SystemTime) -> Finding {
    match validity(&own.certificate) {
        None => Finding::warn(CHECK, "Until when the certificate is valid cannot be read.", ""),
        Some((from, _)) if now < from => Finding::fault(
            CHECK,
            format!(
                "The certificate is valid only in {}; browsers refuse it now.",
                days(from, now)
            ),
            "Wait, or set the clock right: timedatectl set-ntp true",
        ),
        Some((_, until)) if now >= until => Finding::fault(
            CHECK,
            format!(
                "The certificate ended {} ago; browsers refuse it.",
                days(now, until)
            ),
            "Have it renewed. A new file counts as soon as it is there.",
        ),
        Some((_, until)) if now + SOON >= until => Finding::warn(
            CHECK,
            format!("The certificate ends in {}.", days(until, now)),
            "Have it renewed. A new file counts as soon as it is there.",
        ),
        Some((_, until)) => Finding::ok(
            CHECK,
            format!(
                "The certificate fits its key, and is valid for {}.",
                days(until, now)
            ),
        ),
    }
}

/// From when until when the first certificate of a chain is valid.
fn validity(chain: &[u8]) -> Option<(SystemTime, SystemTime)> {
    let (pem, _) = Pem::read(std::io::Cursor::new(chain)).ok()?;
    let certificate: X509Certificate<'_> = pem.parse_x509().ok()?;
    let time = |seconds: i64| Some(UNIX_EPOCH + Duration::from_secs(seconds.try_into().ok()?));
    let validity = certificate.validity();
    Some((
        time(validity.not_before.timestamp())?,
        time(validity.not_after.timestamp())?,
    ))
}

/// The time from `earlier` to `later`, in days.
fn days(later: SystemTime, earlier: SystemTime) -> String {
    match later.duration_since(earlier).unwrap_or_default().as_secs() / DAY.as_secs() {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
