//! Token files of websockify's.

use std::path::PathBuf;

use porthole_gateway::sources::TokenFile;

use super::files::counted;
use crate::{Finding, sentence::sentence};

/// Whether a token file can be served. None is looked at unless it is named: the config has no such thing.
pub(super) async fn tokens(source: Option<PathBuf>) -> Vec<Finding> {
    const CHECK: &str = "tokens";
    let Some(source) = source else {
        return Vec::new();
    };
    match TokenFile::open(source.clone(), true).await {
        Ok(file) => vec![Finding::ok(
            CHECK,
            format!(
                "{} is good. It has {}.",
                source.display(),
                counted(file.list().len(), "token")
            ),
        )],
        Err(faults) => faults
            .to_string()
            .lines()
            .map(|fault| {
                Finding::fault(
                    CHECK,
                    sentence(fault),
                    "Correct it. The file is read again whenever it changes.",
                )
            })
            .collect(),
    }
}
