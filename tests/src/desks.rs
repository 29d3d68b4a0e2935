//! Desktops that Porthole launches.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    deadline::eventually,
    home::Home,
    people::{Person, as_root},
    portholed::Portholed,
    process::run,
    programs::program,
    vnc::Colour,
};

/// Its name: such programs leave each other's desktops alone, unless it is the usual one.
const CONFIG: &str = "desks.toml";

/// A config file with desktops to launch. They outlive the program, but not this.
pub struct Desks {
    host: Host,
    program: PathBuf,
    config: PathBuf,
}

/// Who runs the program.
enum Host {
    /// Whoever runs the tests.
    Us(Arc<Home>),
    /// Somebody who is not root.
    Person(Person),
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
        Self::configure_in(&Arc::new(Home::new()?), entries)
    }

    /// The same in a home that there is.
    ///
    /// # Errors
    ///
    /// When the system has no room for it.
    pub fn configure_in(home: &Arc<Home>, entries: &[String]) -> Result<Self> {
        let config = home.write(CONFIG, &entries.concat())?;
        Ok(Self {
            host: Host::Us(Arc::clone(home)),
            program: program("portholed")?,
            config,
        })
    }

    /// The same for a program that this person runs, by a copy at home: the one that was built may be out of reach.
    ///
    /// # Errors
    ///
    /// When the system has no room for it.
    pub fn configure_for(person: Person, entries: &[String]) -> Result<Self> {
        let [config, copy] = [CONFIG, "portholed"].map(|name| person.home().path().join(name));
        let ours = Home::new()?;
        let install = |from: &Path, to: &Path| {
            run(as_root("install")
                .args(["--mode=755", "--owner", person.name()])
                .args([from, to]))
        };
        install(&ours.write(CONFIG, &entries.concat())?, &config)?;
        install(&program("portholed")?, &copy)?;
        Ok(Self {
            host: Host::Person(person),
            program: copy,
            config,
        })
    }

    /// Starts the program.
    ///
    /// # Errors
    ///
    /// When it does not come to listen.
    pub async fn portholed(&self) -> Result<Portholed> {
        Portholed::run(&mut self.command(&[])).await
    }

    /// Asks the program that runs, by a subcommand; gives what it prints.
    ///
    /// # Errors
    ///
    /// When it says that it failed.
    pub fn ask(&self, words: &[&str]) -> Result<String> {
        run(&mut self.command(words))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = match &self.host {
            Host::Us(home) => home.command(&self.program),
            Host::Person(person) => person.command(&self.program.to_string_lossy()),
        };
        command.args(words).arg("--config").arg(&self.config);
        command
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

    /// The config file.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The home of the program.
    #[must_use]
    pub fn home(&self) -> &Home {
        match &self.host {
            Host::Us(home) => home,
            Host::Person(person) => person.home(),
        }
    }

    /// Where these desktops have their folders, while there is one.
    ///
    /// # Errors
    ///
    /// When the program was never started.
    pub fn folder(&self) -> Result<PathBuf> {
        // state-ID.json, and porthole-ID.
        let states = found(self.home().path(), "state-*.json")?;
        let id = states.last().and_then(|path| {
            let name = path.file_stem()?.to_str()?;
            Some(name.strip_prefix("state-")?.to_owned())
        });
        let id = id.context("the program has never run")?;
        let user = match &self.host {
            Host::Us(_) => rustix::process::geteuid().as_raw(),
            Host::Person(person) => person.uid(),
        };
        Ok(match user {
            0 => format!("/run/porthole-{id}").into(),
            user => format!("/tmp/porthole-{id}-{user}").into(),
        })
    }

    /// The folder of one desktop's own, with its socket.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn desk(&self, display: &str) -> Result<PathBuf> {
        let folders = found(&self.folder()?, &format!("{}-*", display.to_lowercase()))?;
        let folder = folders
            .first()
            .with_context(|| format!("{display} has no folder"))?;
        Ok(folder.join("desk"))
    }

    /// The processes of all of them.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn members(&self) -> Result<Vec<Member>> {
        // The server is told of it by its arguments, and the session by its environment. A letter in brackets stands for
        // itself, so that what searches does not find itself.
        let mark = self
            .folder()?
            .to_string_lossy()
            .replacen("porthole", "[p]orthole", 1);
        let search = "grep -lsE -- \"$0\" /proc/[0-9]*/cmdline /proc/[0-9]*/environ || true";
        let files = run(as_root("sh").args(["-c", search, &mark]))?;
        let mut pids: Vec<u32> = files
            .lines()
            .filter_map(|file| file.split('/').nth(2)?.parse().ok())
            .collect();
        pids.sort_unstable();
        pids.dedup();
        let members = pids.into_iter().filter_map(|pid| {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
            Some(Member {
                pid,
                name: name.trim_end().to_owned(),
            })
        });
        Ok(members.collect())
    }

    /// The one process with this name. (A terminal's shell has the terminal's name for a moment.)
    ///
    /// # Errors
    ///
    /// When there is none, or there are more than one all the time.
    pub async fn member(&self, name: &str) -> Result<Member> {
        eventually(&format!("there is one {name}"), async || {
            let mut members = self.members()?;
            members.retain(|member| member.name == name);
            ensure!(members.len() == 1, "{members:?}");
            members.pop().context("none")
        })
        .await
    }

    /// Fails when a process, a file or a folder of a desktop is there.
    ///
    /// # Errors
    ///
    /// With what there is.
    pub fn nothing_is_left(&self) -> Result<()> {
        let (members, folder) = (self.members()?, self.folder()?);
        ensure!(
            members.is_empty() && !folder.exists(),
            "left: {members:?} or {}",
            folder.display()
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

/// What there is of that name in a folder, also where only root can look.
fn found(folder: &Path, name: &str) -> Result<Vec<PathBuf>> {
    let paths = run(as_root("find").arg(folder).args(["-name", name]))?;
    Ok(paths.lines().map(PathBuf::from).collect())
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
