//! Reading the config file, and the files that it names.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use porthole_gateway::open_regular_file;

use super::{Config, ConfigError, ConfigPlace, check::Checker, exposed::Exposed, schema};
use crate::texts::say;

/// A config with hundreds of displays has some 50 KiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A config as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    pub config: Config,
    /// What is not wrong, but worth a word.
    pub warnings: Vec<Exposed>,
}

/// Reads and checks the config. Blocks; not for threads that serve.
///
/// The files that were looked for besides the config file are added to `files`, whether they were good or not: a change
/// of theirs is a change of the config.
///
/// # Errors
/// The first thing that is wrong, and where. A file that is not there is wrong only if a person named it.
pub(crate) fn load(place: &ConfigPlace, files: &mut Vec<PathBuf>) -> Result<Loaded, ConfigError> {
    let wrong = |cause: String| ConfigError {
        file: place.file.clone(),
        line: None,
        cause,
    };
    let bytes = match read_bounded(&place.file, MAX_FILE_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !place.named => {
            return Ok(Loaded {
                config: Config::default(),
                warnings: Vec::new(),
            });
        }
        read => read.map_err(|error| wrong(say!("config-unreadable", error = error.to_string())))?,
    };
    check(&place.file, bytes, files)
}

/// The text of a config file.
pub(super) fn read_text(path: &Path) -> Result<String, ConfigError> {
    let bytes = read_bounded(path, MAX_FILE_BYTES).map_err(|error| ConfigError {
        file: path.to_owned(),
        line: None,
        cause: say!("config-unreadable", error = error.to_string()),
    })?;
    text(path, bytes)
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, ConfigError> {
    String::from_utf8(bytes).map_err(|error| ConfigError {
        file: path.to_owned(),
        line: Some(line_of(error.as_bytes(), error.utf8_error().valid_up_to())),
        cause: say!("config-not-utf8"),
    })
}

/// Checks the content of a config file.
pub(super) fn check(path: &Path, bytes: Vec<u8>, files: &mut Vec<PathBuf>) -> Result<Loaded, ConfigError> {
    let wrong = |line, cause| ConfigError {
        file: path.to_owned(),
        line,
        cause,
    };
    let text = text(path, bytes)?;
    let file: schema::File = toml::from_str(&text).map_err(|error| {
        wrong(
            error.span().map(|span| line_of(text.as_bytes(), span.start)),
            say!("config-not-understood", message = one_line(error.message())),
        )
    })?;
    Checker::new(path, &text, files).check(file)
}

/// The whole of a file, if it is a file (to open a pipe would wait for its writer) and no longer than `largest` bytes.
pub(super) fn read_bounded(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other(say!("file-no-file")));
    }
    let mut bytes = Vec::new();
    open_regular_file(path)?
        .take(largest + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        return Err(io::Error::other(say!("file-too-long", bytes = largest)));
    }
    Ok(bytes)
}

/// The line, counted from 1, that the byte at `offset` stands in.
pub(super) fn line_of(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|&&byte| byte == b'\n').count()
}

fn one_line(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
