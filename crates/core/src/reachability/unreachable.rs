//! Why a display cannot be reached, for people.

use porthole_gateway::{CredentialPart, LogInFault, NoWay, ServerError, TargetError, security_types};

use crate::{config::Place, texts::say};

/// Why a session with the VNC server at `place` could not begin, and what to do about it: a sentence each.
pub(crate) fn unreachable(place: &Place, error: &TargetError) -> (String, String) {
    match error {
        TargetError::Unreachable(why) => (
            say!("unreachable", place = place.to_string(), why = no_way(*why)),
            say!("unreachable-fix"),
        ),
        TargetError::NoAnswer => (
            say!("unreachable-silent", place = place.to_string()),
            say!("unreachable-silent-fix"),
        ),
        TargetError::Refused(refusal) => refused(refusal),
    }
}

/// The end of a sentence.
fn no_way(why: NoWay) -> String {
    match why {
        NoWay::NobodyListens => say!("no-way-nobody"),
        NoWay::NoSocket => say!("no-way-no-socket"),
        NoWay::NotASocket => say!("no-way-not-a-socket"),
        NoWay::ClosedSocket => say!("no-way-closed-socket"),
        NoWay::ForeignSocket => say!("no-way-foreign-socket"),
        NoWay::UnknownSocket => say!("no-way-unknown-socket"),
        NoWay::UnknownHost => say!("no-way-unknown-host"),
        NoWay::NoAddress => say!("no-way-no-address"),
        NoWay::NoRoute => say!("no-way-no-route"),
        NoWay::SilentHost => say!("no-way-silent"),
        NoWay::TooSlow => say!("no-way-slow"),
        NoWay::Full => say!("no-way-full"),
        NoWay::NotStarted => say!("no-way-not-started"),
        NoWay::Failed => say!("no-way-failed"),
    }
}

fn refused(error: &ServerError) -> (String, String) {
    match error {
        ServerError::NotRfb { .. } => (say!("server-no-vnc"), say!("server-no-vnc-fix")),
        ServerError::Version { version } => (
            say!("server-old", version = version.as_str()),
            say!("server-old-fix"),
        ),
        ServerError::CutShort { .. } => (say!("server-cut-short"), say!("server-cut-short-fix")),
        ServerError::Refused { .. } => (say!("server-refused"), say!("server-refused-fix")),
        ServerError::TooManyFailures { .. } => (say!("server-locked"), say!("server-locked-fix")),
        ServerError::WrongPassword { .. } => {
            (say!("server-wrong-password"), say!("server-wrong-password-fix"))
        }
        ServerError::WrongUser { .. } => (say!("server-wrong-user"), say!("server-wrong-user-fix")),
        ServerError::PasswordMissing => (say!("server-asks"), say!("server-asks-fix")),
        ServerError::UserMissing => (say!("server-asks-user"), say!("server-asks-user-fix")),
        ServerError::PasswordNotAsked => (say!("server-asks-not"), say!("server-asks-not-fix")),
        ServerError::UnsupportedSecurity { offered } => (
            say!("server-security", offered = security_types(offered)),
            say!("server-security-fix"),
        ),
        ServerError::TooWeak { offered } => (
            say!("server-weak", offered = security_types(offered)),
            say!("server-weak-fix"),
        ),
        ServerError::LogInBroken { log_in, fault } => (
            say!("server-broken", login = log_in.as_str(), fault = broken(*fault)),
            say!("server-broken-fix"),
        ),
        ServerError::CredentialTooLong { log_in, what, limit } => {
            (too_long(*what, log_in, *limit), say!("server-credential-fix"))
        }
        ServerError::NameTooLong { length } => (
            say!("server-long-name", length = *length),
            say!("server-long-name-fix"),
        ),
    }
}

/// The end of a sentence.
fn broken(fault: LogInFault) -> String {
    match fault {
        LogInFault::RsaKeyLength { bits } => say!("fault-key-length", bits = bits),
        LogInFault::RsaKey => say!("fault-key"),
        LogInFault::RandomLength { length, expected } => {
            say!("fault-random-length", length = length, expected = expected)
        }
        LogInFault::Random => say!("fault-random"),
        LogInFault::Hash => say!("fault-hash"),
        LogInFault::Subtype(kind) => say!("fault-subtype", kind = kind),
        LogInFault::RecordChanged => say!("fault-record"),
        LogInFault::RecordLength { length } => say!("fault-record-length", length = length),
        LogInFault::OutOfTurn => say!("fault-turn"),
        LogInFault::PrimeLength { bytes } => say!("fault-prime-length", bytes = bytes),
        LogInFault::DiffieHellman => say!("fault-diffie-hellman"),
        LogInFault::VeNCryptVersion { major, minor } => {
            say!("fault-vencrypt-version", version = format!("{major}.{minor}"))
        }
        LogInFault::VeNCryptRefused => say!("fault-vencrypt"),
        LogInFault::NoSubtypes => say!("fault-subtypes"),
        LogInFault::TlsRefused => say!("fault-tls"),
        LogInFault::TooManyCapabilities { count } => say!("fault-capabilities", count = count),
        LogInFault::NoTunnel => say!("fault-tunnel"),
    }
}

fn too_long(what: CredentialPart, log_in: &str, limit: usize) -> String {
    match what {
        CredentialPart::User => say!("server-long-user", login = log_in, limit = limit),
        CredentialPart::Password => say!("server-long-password", login = log_in, limit = limit),
        CredentialPart::Target => say!("server-long-target", login = log_in, limit = limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::tests::{in_german, in_marked_german, is_all_marked};

    const SAID: String = String::new();

    fn refusals() -> Vec<ServerError> {
        let log_in = || "RA2_256".to_owned();
        let parts = [
            CredentialPart::User,
            CredentialPart::Password,
            CredentialPart::Target,
        ];
        let too_long = parts.map(|what| ServerError::CredentialTooLong {
            log_in: log_in(),
            what,
            limit: 255,
        });
        let broken = faults().map(|fault| ServerError::LogInBroken {
            log_in: log_in(),
            fault,
        });
        let others = [
            ServerError::NotRfb { greeting: SAID },
            ServerError::Version {
                version: "000.000".into(),
            },
            ServerError::Refused { said: SAID },
            ServerError::TooManyFailures { said: SAID },
            ServerError::WrongPassword { said: SAID },
            ServerError::PasswordMissing,
            ServerError::PasswordNotAsked,
            ServerError::UnsupportedSecurity { offered: vec![19, 5] },
            ServerError::NameTooLong { length: 5000 },
            ServerError::WrongUser { said: SAID },
            ServerError::UserMissing,
            ServerError::TooWeak { offered: vec![2] },
        ];
        others.into_iter().chain(too_long).chain(broken).collect()
    }

    fn faults() -> [LogInFault; 17] {
        [
            LogInFault::RsaKeyLength { bits: 512 },
            LogInFault::RsaKey,
            LogInFault::RandomLength {
                length: 3,
                expected: 256,
            },
            LogInFault::Random,
            LogInFault::Hash,
            LogInFault::Subtype(3),
            LogInFault::RecordChanged,
            LogInFault::RecordLength { length: 9000 },
            LogInFault::OutOfTurn,
            LogInFault::PrimeLength { bytes: 2 },
            LogInFault::DiffieHellman,
            LogInFault::VeNCryptVersion { major: 0, minor: 1 },
            LogInFault::VeNCryptRefused,
            LogInFault::NoSubtypes,
            LogInFault::TlsRefused,
            LogInFault::TooManyCapabilities { count: 5000 },
            LogInFault::NoTunnel,
        ]
    }

    #[test]
    fn the_owner_reads_in_english_what_the_log_and_the_visitor_are_told() {
        for error in refusals() {
            let (cause, fix) = refused(&error);
            let told = |text: &str| text.trim_end_matches('.').to_lowercase();
            assert_eq!(
                (told(&cause), told(&fix)),
                (told(&error.cause()), told(error.fix()))
            );
        }
    }

    #[test]
    fn in_german_as_well() {
        let (cause, fix) = in_german(|| {
            let error = TargetError::Unreachable(NoWay::NobodyListens);
            unreachable(&Place::At("desk:1".parse().unwrap()), &error)
        });
        assert_eq!(cause, "Keine Verbindung zu desk:5901: Dort antwortet nichts.");
        assert!(fix.starts_with("Starten Sie"), "{fix}");
        in_marked_german(|| {
            for error in refusals() {
                let (cause, fix) = refused(&error);
                assert!(is_all_marked(&cause) && is_all_marked(&fix), "{cause} {fix}");
            }
        });
    }
}
