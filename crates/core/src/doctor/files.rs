//! The config file, and the password files that it names.

use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path};

use super::Case;
use crate::{
    Finding,
    config::Exposed,
    texts::{say, sentence::sentence},
};

/// Others may write.
const WRITABLE: u32 = 0o022;

/// What the config file says, and who may change it.
pub(super) fn config(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "config";
    let file = case.place.file();
    let shown = file.display().to_string();
    let mut findings = vec![match &case.fault {
        Some(fault) => Finding::fault(
            CHECK,
            sentence(&fault.to_string()),
            say!("doctor-config-fix", file = shown),
        ),
        None if !file.exists() => Finding::ok(CHECK, say!("doctor-config-none", file = shown)),
        None => Finding::ok(
            CHECK,
            say!(
                "doctor-config-well",
                file = shown,
                displays = case.subject.config.displays.len()
            ),
        ),
    }];
    for path in [Some(file), file.parent()].into_iter().flatten() {
        if let Ok(data) = path.metadata() {
            findings.extend(changeable(CHECK, case, path, &data));
        }
    }
    findings
}

/// A config says what is run, and where passwords go: who may write to it is as good as its owner.
fn changeable(check: &str, case: &Case, path: &Path, data: &Metadata) -> Option<Finding> {
    let shown = path.display().to_string();
    let path = shown.as_str();
    if ![case.subject.machine.user, case.subject.machine.system].contains(&data.uid()) {
        return Some(Finding::fault(
            check,
            say!("doctor-config-foreign", path = path, user = data.uid()),
            say!(
                "doctor-config-foreign-fix",
                us = case.subject.machine.user,
                path = path
            ),
        ));
    }
    // What is sticky lets only owners replace their files, like /tmp.
    let sticky = data.is_dir() && data.mode() & 0o1000 != 0;
    (data.mode() & WRITABLE != 0 && !sticky).then(|| {
        Finding::fault(
            check,
            say!("doctor-config-open", path = path),
            say!("doctor-config-open-fix", path = path),
        )
    })
}

/// Who else can read what is secret.
pub(super) fn passwords(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "secrets";
    if case.warnings.is_empty() {
        return vec![Finding::ok(CHECK, say!("doctor-secrets-well"))];
    }
    let warning = |Exposed { cause, fix }: &Exposed| Finding::warn(CHECK, cause, fix);
    case.warnings.iter().map(warning).collect()
}
