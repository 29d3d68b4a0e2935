//! What is wrong with a target that a person wrote.

use porthole_gateway::{BadTarget, BadTargetReason};

use crate::texts::say;

/// What is wrong with a target that a person wrote, and how it is written.
pub(crate) fn bad_target(error: &BadTarget) -> String {
    let why = match error.why {
        BadTargetReason::RelativePath => say!("target-relative"),
        BadTargetReason::NoPort => say!("target-no-port"),
        BadTargetReason::NotIpv6 => say!("target-not-ipv6"),
        BadTargetReason::NoBrackets => say!("target-no-brackets"),
        BadTargetReason::NoHost => say!("target-no-host"),
        BadTargetReason::BadPort => say!("target-bad-port"),
    };
    say!("target-wrong", target = error.target.as_str(), why = why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::tests::in_german;

    #[test]
    fn a_target_that_is_none_says_why() {
        for target in ["unix:x", "desk", "[x]:1", "::1:1", "a b:1", "desk:x"] {
            let error = target.parse::<porthole_gateway::Target>().unwrap_err();
            assert_eq!(bad_target(&error), format!("{error}."));
            let german = in_german(|| bad_target(&error));
            assert!(
                german.starts_with(&format!("`{target}` ist kein Ziel: ")),
                "{german}"
            );
        }
    }
}
