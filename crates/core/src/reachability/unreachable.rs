//! Why a display cannot be reached, for people.

use porthole_gateway::TargetError;
use porthole_phrase::{Explain, Phrase, phrase};

use crate::{config::Place, texts::told};

/// Why a session with the VNC server at a place could not begin. Visitors are told of the same error without the place.
struct Unreachable<'a> {
    place: &'a Place,
    error: &'a TargetError,
}

impl Explain for Unreachable<'_> {
    fn cause(&self) -> Phrase {
        let place = self.place.to_string();
        match self.error {
            TargetError::Unreachable(why) => phrase!("unreachable", place = place, why = why.cause()),
            TargetError::NoAnswer => phrase!("unreachable-silent", place = place),
            TargetError::Refused(refusal) => refusal.cause(),
        }
    }

    fn fix(&self) -> Option<Phrase> {
        match self.error {
            TargetError::Unreachable(_) => Some(phrase!("unreachable-fix")),
            TargetError::NoAnswer => Some(phrase!("unreachable-silent-fix")),
            TargetError::Refused(refusal) => refusal.fix(),
        }
    }
}

/// Why a session with the VNC server at `place` could not begin, and what to do about it: a sentence each.
pub(crate) fn unreachable(place: &Place, error: &TargetError) -> (String, String) {
    let error = Unreachable { place, error };
    let fix = error.fix().as_ref().map(told);
    (told(&error.cause()), fix.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use porthole_gateway::{CredentialPart, LogInFault, NoWay, ServerError};

    use super::*;
    use crate::texts::tests::{in_german, in_marked_german, is_all_marked};

    const SAID: String = String::new();

    fn refusals() -> Vec<ServerError> {
        let offers = |offered| ServerError::UnsupportedSecurity { offered };
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
            ServerError::CutShort {
                during: phrase!("server-before-security"),
            },
            ServerError::Refused { said: SAID },
            ServerError::TooManyFailures { said: SAID },
            ServerError::WrongPassword { said: SAID },
            ServerError::WrongUser { said: SAID },
            ServerError::PasswordMissing,
            ServerError::UserMissing,
            ServerError::PasswordNotAsked,
            ServerError::TooWeak { offered: vec![2] },
            offers(vec![133, 113, 36, 19]),
            offers((1..=255).rev().collect()),
            offers(vec![u32::MAX]),
            ServerError::NameTooLong { length: u32::MAX },
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
    fn in_german_as_well() {
        let (cause, fix) = in_german(|| {
            let error = TargetError::Unreachable(NoWay::NobodyListens);
            unreachable(&Place::At("desk:1".parse().unwrap()), &error)
        });
        assert_eq!(cause, "Keine Verbindung zu desk:5901: Dort antwortet nichts.");
        assert!(fix.starts_with("Starten Sie"), "{fix}");
        in_marked_german(|| {
            for error in refusals() {
                let (cause, fix) = unreachable(&Place::Demo, &TargetError::Refused(error));
                assert!(is_all_marked(&cause) && is_all_marked(&fix), "{cause} {fix}");
            }
        });
    }

    /// A close frame has 123 bytes for its reason. Of what does not fit, [`ServerError::within`] drops our own words.
    #[test]
    fn cause_and_fix_fit_into_a_close_frame_in_english() {
        crate::texts::log_in_english();
        for error in refusals() {
            let text = error.to_string();
            // What is broken in a log-in takes more room, and loses what to do.
            if !matches!(error, ServerError::LogInBroken { .. }) {
                assert!(text.len() <= 123, "{} bytes: {text}", text.len());
            }
            let (cause, fix) = unreachable(&Place::Demo, &TargetError::Refused(error));
            assert_eq!(
                text,
                format!("{cause} {fix}"),
                "the owner reads what the visitor reads"
            );
        }
        let said = "Only three viewers at a time are allowed here".to_owned();
        let refused = ServerError::Refused { said };
        assert_eq!(
            refused.within(123),
            "The VNC server refused the connection. It said: “Only three viewers at a time are allowed here”"
        );
    }
}
