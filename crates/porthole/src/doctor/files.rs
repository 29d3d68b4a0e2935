//! The config file, and the password files that it names.

use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path};

use super::Case;
use crate::{Finding, sentence::sentence};

/// Others may write.
const WRITABLE: u32 = 0o022;

/// What the config file says, and who may change it.
pub(super) fn config(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "config";
    let file = case.place.file();
    let mut findings = vec![match &case.fault {
        Some(fault) => Finding::fault(
            CHECK,
            sentence(&fault.to_string()),
            format!(
                "Correct {}. It is read again whenever it is saved.",
                file.display()
            ),
        ),
        None if !file.exists() => Finding::ok(
            CHECK,
            format!(
                "There is no {} yet: one display, Demo, is served.",
                file.display()
            ),
        ),
        None => Finding::ok(
            CHECK,
            format!(
                "{} is good. It has {}.",
                file.display(),
                counted(case.config.displays.len(), "display")
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
    let shown = path.display();
    if ![case.machine.user, case.machine.system].contains(&data.uid()) {
        return Some(Finding::fault(
            check,
            format!(
                "{shown} belongs to somebody else (user id {}), who can change it.",
                data.uid()
            ),
            format!("Run: sudo chown {} {shown}", case.machine.user),
        ));
    }
    // What is sticky lets only owners replace their files, like /tmp.
    let sticky = data.is_dir() && data.mode() & 0o1000 != 0;
    (data.mode() & WRITABLE != 0 && !sticky).then(|| {
        Finding::fault(
            check,
            format!("Other users can change {shown}, and so what Porthole runs."),
            format!("Run: chmod go-w {shown}"),
        )
    })
}

/// Who else can read what is secret.
pub(super) fn passwords(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "secrets";
    if case.warnings.is_empty() {
        return vec![Finding::ok(
            CHECK,
            "Nobody else can read the files with passwords and keys.",
        )];
    }
    let warning = |text: &String| {
        // The last sentence says what to do.
        let (cause, fix) = text.rsplit_once(". ").unwrap_or((text, ""));
        Finding::warn(CHECK, sentence(cause), fix)
    };
    case.warnings.iter().map(warning).collect()
}

/// `3 displays`, `1 display`.
pub(super) fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}
