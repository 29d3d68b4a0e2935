//! What the Porthole that runs has refused before it looked at a link.

use super::Subject;
use crate::{
    Finding,
    control::{RefusalKind, RefusalStatus},
    texts::say,
};

const CHECK: &str = "refused";

/// So many names are listed.
const MAX_NAMES: usize = 8;

/// Visitors who were refused for how they came: by a name that is not ours, or through a proxy that spoils the request.
pub(super) fn refused(subject: &Subject) -> Vec<Finding> {
    let all = subject.running.refused();
    let is_there = |kind| all.iter().any(|refusal| refusal.cause == kind);
    let by_arguments = subject.running.arguments().is_some();
    let mut findings = Vec::new();
    if let Some((names, example)) = names(all, RefusalKind::Host) {
        findings.push(Finding::warn(
            CHECK,
            say!("doctor-refused-hosts", names = names),
            match by_arguments {
                true => say!("doctor-refused-hosts-argument-fix", name = example),
                false => say!("doctor-refused-hosts-fix", name = example),
            },
        ));
    }
    if let Some((names, example)) = names(all, RefusalKind::Origin) {
        findings.push(Finding::warn(
            CHECK,
            say!("doctor-refused-origins", names = names),
            match by_arguments {
                true => say!("doctor-refused-origins-argument-fix", name = example),
                false => say!("doctor-refused-origins-fix", name = example),
            },
        ));
    }
    if is_there(RefusalKind::Http10) {
        let fix = say!("doctor-refused-http10-fix");
        findings.push(Finding::fault(CHECK, say!("doctor-refused-http10"), fix));
    }
    if is_there(RefusalKind::NoUpgrade) {
        let fix = say!("doctor-refused-no-upgrade-fix");
        findings.push(Finding::fault(CHECK, say!("doctor-refused-no-upgrade"), fix));
    }
    findings
}

/// The names of a kind as one text, and one of them.
fn names(all: &[RefusalStatus], kind: RefusalKind) -> Option<(String, String)> {
    let of_kind = all
        .iter()
        .filter(|refusal| refusal.cause == kind && !refusal.name.is_empty());
    let names: Vec<_> = of_kind.map(|refusal| refusal.name.as_str()).collect();
    let example = names.first()?.to_string();
    let listed = names
        .iter()
        .take(MAX_NAMES)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    Some((listed + more, example))
}
