//! Desktops that Porthole launches.

use std::{ffi::OsStr, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    home::Home,
    people::{Person, as_root},
    portholed::Portholed,
    process::run,
    programs::program,
    vnc::Colour,
};

/// A config file with desktops to launch. They outlive the program, but not this.
pub struct Desks {
    home: Home,
    config: PathBuf,
}

/// A process of a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its number.
    pub pid: u32,
    /// The name of its program.
    pub name: String,
}

impl Desks {
    /// Writes a config file with these entries.
    ///
    /// # Errors
    ///
    /// When the system has no room for it.
    pub fn configure(entries: &[String]) -> Result<Self> {
        let home = Home::new()?;
        // A file of its own name: such programs leave each other's desktops alone.
        let config = home.write("desks.toml", &entries.concat())?;
        Ok(Self { home, config })
    }

    /// Starts the program.
    ///
    /// # Errors
    ///
    /// When it does not come to listen.
    pub async fn portholed(&self) -> Result<Portholed> {
        Portholed::start(&self.home, &["--config", &self.config.to_string_lossy()]).await
    }

    /// Asks the program that runs, by a subcommand; gives what it prints.
    ///
    /// # Errors
    ///
    /// When it says that it failed.
    pub fn ask(&self, words: &[&str]) -> Result<String> {
        let mut command = self.home.command(program("portholed")?);
        run(command.args(words).arg("--config").arg(&self.config))
    }

    /// How a desktop fares, as `portholed status --json` has it.
    ///
    /// # Errors
    ///
    /// When the program does not know it.
    pub fn status(&self, display: &str) -> Result<Value> {
        let status: Value = serde_json::from_str(&self.ask(&["status", "--json"])?)?;
        let displays = status["displays"].as_array().context("no displays")?;
        let display = displays.iter().find(|entry| entry["name"] == display);
        Ok(display.context("no such display")?["launch"].clone())
    }

    /// The home of the program.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Where these desktops have their folders.
    ///
    /// # Errors
    ///
    /// When the program was never started.
    pub fn folder(&self) -> Result<PathBuf> {
        // state-ID.json, and porthole-ID.
        let states = fs::read_dir(self.home.path().join("state/porthole"))?;
        let id = states.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_prefix("state-")?.split_once('.')?.0.to_owned())
        });
        let id = id.last().context("the program has never run")?;
        let user = rustix::process::geteuid();
        Ok(if user.is_root() {
            format!("/run/porthole-{id}").into()
        } else {
            format!("/tmp/porthole-{id}-{}", user.as_raw()).into()
        })
    }

    /// The folder of one desktop's own, with its socket.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn desk(&self, display: &str) -> Result<PathBuf> {
        let begin = format!("{}-", display.to_lowercase());
        let folders = fs::read_dir(self.folder()?)?;
        let mut names = folders.filter_map(|entry| Some(entry.ok()?.path()));
        let folder = names.find(|path| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with(&begin)
        });
        Ok(folder
            .with_context(|| format!("{display} has no folder"))?
            .join("desk"))
    }

    /// The processes of all of them.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn members(&self) -> Result<Vec<Member>> {
        // The server is told of it by its arguments, and the session by its environment.
        let mark = self.folder()?;
        let mark = mark.as_os_str().as_encoded_bytes();
        let mentions = |file: PathBuf| {
            let content = fs::read(file).unwrap_or_default();
            content.windows(mark.len()).any(|part| part == mark)
        };
        let processes = fs::read_dir("/proc")?.filter_map(|entry| Some(entry.ok()?.path()));
        let members = processes.filter_map(|process| {
            let pid = process.file_name().and_then(OsStr::to_str)?.parse().ok()?;
            let ours = mentions(process.join("cmdline")) || mentions(process.join("environ"));
            let name = fs::read_to_string(process.join("comm")).ok()?;
            ours.then(|| Member {
                pid,
                name: name.trim_end().to_owned(),
            })
        });
        Ok(members.collect())
    }

    /// The one process with this name.
    ///
    /// # Errors
    ///
    /// When there is none, or more than one.
    pub fn member(&self, name: &str) -> Result<Member> {
        let mut members = self.members()?;
        members.retain(|member| member.name == name);
        ensure!(members.len() == 1, "{name}: {members:?}");
        members.pop().context("none")
    }

    /// Fails when a process, a file or a folder of a desktop is there.
    ///
    /// # Errors
    ///
    /// With what there is.
    pub fn nothing_is_left(&self) -> Result<()> {
        let members = self.members()?;
        let folders: Vec<_> = fs::read_dir(self.folder()?)?.collect();
        ensure!(
            members.is_empty() && folders.is_empty(),
            "left: {members:?} {folders:?}"
        );
        Ok(())
    }
}

impl Drop for Desks {
    fn drop(&mut self) {
        for member in self.members().unwrap_or_default() {
            // It may have ended with another one.
            let _ = run(as_root("kill").args(["-KILL", &member.pid.to_string()]));
        }
        if let Ok(folder) = self.folder() {
            let _ = run(as_root("rm").args(["--recursive", "--force"]).arg(folder));
        }
    }
}

/// An entry of a config file: a desktop of this person with a plain colour and, in the upper left corner, a terminal to
/// type into.
#[must_use]
pub fn entry(display: &str, person: &Person, [red, green, blue]: Colour) -> String {
    let user = person.name();
    format!(
        "[[display]]\nname = \"{display}\"\n[display.launch]\nuser = \"{user}\"\ngeometry = \"800x600\"\n\
         session = \"xsetroot -solid '#{red:02x}{green:02x}{blue:02x}'; exec xterm -geometry 60x10+0+0 -bg white -fg black -e sh\"\n"
    )
}
