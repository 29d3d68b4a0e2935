//! Changing the config file. It belongs to the person: what was not to be changed stays, and so does a good config.

use std::{
    fmt,
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::{Config, ConfigError, load, place::write_first};
use crate::{platform::private_file, texts::say};

/// What is read must not change before it is written.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Replaces the config's text by what `change` makes of it and of its meaning, writing a file first if there is none. The
/// file is replaced whole, and only if all of it is good then. Blocks.
///
/// # Errors
/// Why it was not changed, and what to do, as a sentence; also what `change` says.
pub(super) fn rewrite<T>(
    file: &Path,
    change: impl FnOnce(&str, &Config) -> Result<(T, String), String>,
) -> Result<T, String> {
    let written = |error| not_written(file, error);
    let said = |error: ConfigError| error.to_string();
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    write_first(file).map_err(written)?;
    let old = load::read_text(file).map_err(said)?;
    let check = |text: &str| load::check(file, text.to_owned().into_bytes(), &mut Vec::new());
    // First the old one, whose lines a person can look up.
    let before = check(&old).map_err(said)?.config;
    let (made, new) = change(&old, &before).map_err(|cause| format!("{}: {cause}", file.display()))?;
    if new == old {
        return Ok(made);
    }
    check(&new).map_err(said)?;
    private_file::rewrite(file, new.as_bytes()).map_err(written)?;
    Ok(made)
}

/// Why nothing was written there, as words without a full stop.
pub(crate) fn not_written(file: &Path, error: impl fmt::Display) -> String {
    let (file, error) = (file.display().to_string(), error.to_string());
    say!("config-not-written", file = file, error = error)
}
