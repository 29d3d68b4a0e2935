//! Token files of websockify's.

use std::path::PathBuf;

use porthole_gateway::sources::TokenFile;

use crate::{Finding, config::token_faults, sentence::sentence, texts::say};

/// Whether a token file can be served. None is looked at unless it is named: the config has no such thing.
pub(super) async fn tokens(source: Option<PathBuf>) -> Vec<Finding> {
    const CHECK: &str = "tokens";
    let Some(source) = source else {
        return Vec::new();
    };
    match TokenFile::open(source.clone(), true).await {
        Ok(file) => vec![Finding::ok(
            CHECK,
            say!(
                "doctor-tokens-well",
                file = source.display().to_string(),
                tokens = file.list().len()
            ),
        )],
        Err(faults) => token_faults(&faults)
            .iter()
            .map(|fault| Finding::fault(CHECK, sentence(fault), say!("doctor-tokens-fix")))
            .collect(),
    }
}
