//! Starting at login: an entry as the Desktop Application Autostart Specification 0.5 has it. The desktop's own settings
//! write there as well, so the entry is read whenever it matters, and nothing is remembered.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use gtk::glib::{Error, FileError, KeyFile, KeyFileFlags};

/// The argument that keeps the window from being shown.
pub const HIDDEN: &str = "--hidden";

const GROUP: &str = "Desktop Entry";

/// Desktops that have it write here whether an entry is in force, in place of `Hidden`.
const ENABLED: &str = "X-GNOME-Autostart-enabled";

/// The entry that starts this program when the person logs in.
pub struct Login {
    file: PathBuf,
    program: PathBuf,
    /// The config file, if a person named it.
    config: Option<PathBuf>,
}

impl Login {
    /// An entry for the program that runs, in the folder for entries below the person's `config_folder`. Asked for at the
    /// start: later another version may lie where the program did.
    pub fn new(config_folder: PathBuf, config: Option<PathBuf>) -> io::Result<Self> {
        Ok(Self {
            file: config_folder.join("autostart/porthole.desktop"),
            program: env::current_exe()?,
            config,
        })
    }

    /// Whether the program is started.
    pub fn is_on(&self) -> Result<bool, Error> {
        let entry = KeyFile::new();
        match entry.load_from_file(&self.file, KeyFileFlags::NONE) {
            Err(error) if error.matches(FileError::Noent) => return Ok(false),
            read => read?,
        }
        let is = |key, otherwise| entry.boolean(GROUP, key).unwrap_or(otherwise);
        let gone = entry.string(GROUP, "TryExec").is_ok_and(|program| {
            let program = PathBuf::from(program.as_str());
            program.is_absolute() && !program.exists()
        });
        Ok(entry.has_key(GROUP, "Exec")? && !is("Hidden", false) && is(ENABLED, true) && !gone)
    }

    /// Writes the entry, or takes it away.
    pub fn set(&self, on: bool) -> io::Result<()> {
        if !on {
            return match fs::remove_file(&self.file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            };
        }
        let program = text(&self.program)?;
        let config = self.config.as_deref().map(text).transpose()?;
        let config = config.map(|config| format!(" --config {}", quoted(config)));
        let exec = format!("{} {HIDDEN}{}", quoted(program), config.unwrap_or_default());
        let entry = KeyFile::new();
        for (key, value) in [
            ("Type", "Application"),
            ("Name", "Porthole"),
            ("Exec", &exec),
            ("TryExec", program),
            ("Icon", "porthole"),
        ] {
            entry.set_string(GROUP, key, value);
        }
        entry.set_boolean(GROUP, "Terminal", false);
        entry.set_boolean(GROUP, ENABLED, true);
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        // Whole, or not at all.
        entry.save_to_file(&self.file).map_err(io::Error::other)
    }
}

fn text(path: &Path) -> io::Result<&str> {
    let unwritable = || io::Error::other(format!("{} is no UTF-8 text", path.display()));
    path.to_str().ok_or_else(unwritable)
}

/// An argument as the Desktop Entry Specification 1.5 quotes it ("The Exec key"); percent signs stand for fields there.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from('"');
    for char in argument.chars() {
        if matches!(char, '"' | '`' | '$' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
        if char == '%' {
            quoted.push('%');
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use gtk::glib::shell_parse_argv;

    use super::*;

    fn login(folder: &tempfile::TempDir, config: Option<&str>) -> Login {
        Login::new(folder.path().join("config"), config.map(PathBuf::from)).unwrap()
    }

    #[test]
    fn it_is_on_and_off_again() {
        let folder = tempfile::tempdir().unwrap();
        let login = login(&folder, None);
        for on in [false, true, true, false, false] {
            login.set(on).unwrap();
            assert_eq!(login.is_on().unwrap(), on);
        }
    }

    #[test]
    fn what_the_desktop_has_switched_off_is_off() {
        let folder = tempfile::tempdir().unwrap();
        let login = login(&folder, None);
        login.set(true).unwrap();
        let entry = fs::read_to_string(&login.file).unwrap();
        let program = login.program.to_str().unwrap();
        let disabled = format!("{ENABLED}=true");
        for (old, new, on) in [
            (disabled.as_str(), "X-GNOME-Autostart-enabled=false", false),
            ("Terminal=", "Hidden=true\nTerminal=", false),
            (&format!("TryExec={program}"), "TryExec=/nowhere/porthole", false),
            (&format!("TryExec={program}"), "TryExec=porthole", true),
            ("[Desktop Entry]", "# mine\n[Desktop Entry]", true),
        ] {
            let changed = entry.replace(old, new);
            assert_ne!(changed, entry, "{old}");
            fs::write(&login.file, changed).unwrap();
            assert_eq!(login.is_on().unwrap(), on, "{new}");
            login.set(true).unwrap();
            assert!(login.is_on().unwrap(), "it is switched on again");
        }
        fs::write(&login.file, "nonsense").unwrap();
        assert!(login.is_on().is_err());
    }

    #[test]
    fn the_entry_starts_this_program_without_a_window_whatever_the_paths() {
        let folder = tempfile::tempdir().unwrap();
        let config = "/home/alice/my config/50% \"$HOME\" `\\.toml";
        let login = login(&folder, Some(config));
        login.set(true).unwrap();
        let entry = KeyFile::new();
        entry.load_from_file(&login.file, KeyFileFlags::NONE).unwrap();
        let exec = entry.string(GROUP, "Exec").unwrap();
        let words = shell_parse_argv(exec.as_str()).unwrap().into_iter();
        let words: Vec<_> = words
            .map(|word| word.into_string().unwrap().replace("%%", "%"))
            .collect();
        let program = login.program.to_str().unwrap();
        assert_eq!(words, [program, HIDDEN, "--config", config]);
    }

    #[test]
    fn it_does_nothing_once_the_program_is_removed_and_is_right_after_an_upgrade() {
        let folder = tempfile::tempdir().unwrap();
        let mut login = login(&folder, None);
        login.program = folder.path().join("a program, 100% \\n");
        fs::write(&login.program, "old").unwrap();
        login.set(true).unwrap();
        let written = fs::read_to_string(&login.file).unwrap();
        let entry = KeyFile::new();
        entry.load_from_file(&login.file, KeyFileFlags::NONE).unwrap();
        let tried = entry.string(GROUP, "TryExec").unwrap();
        assert_eq!(Path::new(tried.as_str()), login.program);
        fs::remove_file(&login.program).unwrap();
        assert!(!login.is_on().unwrap(), "desktops leave it out, too");
        fs::write(&login.program, "new").unwrap();
        assert!(login.is_on().unwrap());
        assert_eq!(fs::read_to_string(&login.file).unwrap(), written);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config"), "no folder").unwrap();
        assert!(login(&folder, None).set(true).is_err());
    }
}
