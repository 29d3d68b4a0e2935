//! The programs under test.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

/// The path of a program of this workspace: in `PORTHOLE_BIN_DIR`, else where cargo built this test.
///
/// # Errors
///
/// When it has not been built.
pub fn program(name: &str) -> Result<PathBuf> {
    let folder = match std::env::var_os("PORTHOLE_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => built_here()?,
    };
    let program = folder.join(name);
    ensure!(
        program.is_file(),
        "{} is missing: cargo build --workspace --all-targets makes it",
        program.display()
    );
    Ok(program)
}

/// Tests lie in `target/PROFILE/deps`, programs one folder up.
fn built_here() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    Ok(test
        .ancestors()
        .nth(2)
        .context("a test without a folder")?
        .to_owned())
}
