//! A home folder for one test.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// An empty home folder, gone when dropped. What runs in it sees nothing of the person who runs the tests.
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// When the system has no room for it.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("porthole-").tempdir()?;
        let runtime = folder.path().join("run");
        fs::create_dir(&runtime)?;
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))?;
        Ok(Self { folder })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file below it, with the folders that lead there.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &str) -> Result<PathBuf> {
        let file = self.path().join(name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, content).with_context(|| format!("writing {}", file.display()))?;
        Ok(file)
    }

    /// A command with this home, and nothing else in its environment but PATH and a language.
    #[must_use]
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        // It ends with the test, even if that is killed.
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "TERM", "--"])
            .arg(program.as_ref())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.path())
            .current_dir(self.path());
        self.furnish(&mut command);
        command
    }

    /// Lets a command keep its files in this home, and leaves the rest of its environment as it is.
    pub fn furnish(&self, command: &mut Command) {
        let rooms = [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "run"),
        ];
        command.envs(rooms.map(|(variable, folder)| (variable, self.path().join(folder))));
    }

    /// The processes that live in this home, as `PID NAME`: those of commands that were furnished, and theirs.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn inhabitants(&self) -> Result<Vec<String>> {
        let mark = format!("XDG_RUNTIME_DIR={}\0", self.path().join("run").display());
        let lives_here = |process: &Path| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment
                .windows(mark.len())
                .any(|part| part == mark.as_bytes())
        };
        let processes = fs::read_dir("/proc")?.filter_map(|entry| Some(entry.ok()?.path()));
        Ok(processes
            .filter(|process| lives_here(process))
            .map(|process| name(&process))
            .collect())
    }
}

fn name(process: &Path) -> String {
    let id = process.file_name().unwrap_or_default().to_string_lossy();
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    format!("{id} {}", name.trim_end())
}
