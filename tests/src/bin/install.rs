//! The package of the window's program in a clean Debian: installed, used, upgraded and removed. `npm run test:install`
//! runs it, as root and with a view of the file system of its own, in which the clean Debian is mounted.
//!
//! The screen, the session bus and the browser that opens the link are outside; program and desktop are inside.

use std::{
    env, fs,
    io::{Write, stdout},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, desktop::Desktop, home::Home, page::IN_THE_OPEN, process::run,
    vnc::Colour, window::Window,
};

const BLUE: Colour = [30, 60, 200];

/// A desktop that Porthole starts, filled with one colour; links to it stay on this machine.
const CONFIG: &str = "# mine\nlisten = \"127.0.0.1\"\n[[display]]\nname = \"Desk\"\nlaunch = { session = \"xsetroot -solid '#1e3cc8'; exec sleep 100000\" }\n";

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let usage = "install PACKAGE EMPTY_FOLDER: `npm run test:install` names both";
    let (package, root) = (args.next().context(usage)?, args.next().context(usage)?);
    let debian = Debian::new(root)?;
    say("installing, with what it depends on and recommends");
    debian.install(&package)?;
    debian.apt(&["install", "x11-xserver-utils"])?;

    let desktop = Desktop::start().await?;
    let config = desktop.home().write("config/porthole/config.toml", CONFIG)?;
    say("opening the window");
    let window = Window::start_from(&desktop, &debian.gate(desktop.home())?, &[]).await?;
    window.main().await?.click("Copy link to Desk").await?;
    let link = eventually("the link is in the clipboard", async || {
        let text = desktop.clipboard()?;
        ensure!(text.starts_with("http://127.0.0.1:"), "it holds {text}");
        Ok(text)
    })
    .await?;
    say("opening its link in a browser outside");
    let browser = Browser::start().await?;
    browser.open(&link).await?.shows(BLUE, IN_THE_OPEN).await?;
    let before = debian.inhabitants()?;

    say("upgrading");
    debian.apt(&["--reinstall", "install", debian.inside(&package)?.as_str()])?;
    ensure!(fs::read_to_string(&config)? == CONFIG, "the config was changed");
    let after = debian.inhabitants()?;
    ensure!(
        before.iter().all(|process| after.contains(process)),
        "an upgrade ended what ran: {before:?}, then {after:?}"
    );
    browser.open(&link).await?.shows(BLUE, IN_THE_OPEN).await?;

    say("removing");
    debian.apt(&["remove", "porthole"])?;
    let left = debian.inhabitants()?;
    ensure!(left.is_empty(), "a removal leaves {left:?}");
    ensure!(fs::read_to_string(&config)? == CONFIG, "the config is gone");
    say("installed, opened, seen from outside, upgraded and removed without a trace: 1 passed, 0 failed");
    Ok(())
}

fn say(text: &str) {
    // Whoever does not listen need not know.
    let _ = writeln!(stdout(), "{text}");
}

/// A clean Debian in a folder, which is not removed here: parts of this machine are mounted in it.
struct Debian {
    root: PathBuf,
}

impl Debian {
    /// Makes one like this machine's, from where this machine's packages come.
    fn new(root: PathBuf) -> Result<Self> {
        let debian = Self { root };
        let sources = run(Command::new("apt-get").args([
            "indextargets",
            "--format",
            "deb $(SITE) $(RELEASE) $(COMPONENT)",
            "Created-By: Packages",
            "Origin: Debian",
        ]))?;
        let [_, site, release, ..] = sources.split_whitespace().collect::<Vec<_>>()[..] else {
            anyhow::bail!("this machine's packages do not come from Debian");
        };
        say("making a clean Debian");
        run(Command::new("debootstrap")
            .args(["--variant=minbase", release])
            .arg(debian.path())
            .arg(site))?;
        fs::write(debian.path().join("etc/apt/sources.list"), &sources)?;
        // No service is started by being installed.
        let refusal = debian.path().join("usr/sbin/policy-rc.d");
        fs::write(&refusal, "#!/bin/sh\nexit 101\n")?;
        fs::set_permissions(&refusal, fs::Permissions::from_mode(0o755))?;
        for folder in ["proc", "sys", "dev", "tmp"] {
            let there = debian.path().join(folder);
            run(Command::new("mount")
                .args(["--rbind", &format!("/{folder}")])
                .arg(there))?;
        }
        debian.apt(&["update"])?;
        Ok(debian)
    }

    fn path(&self) -> &Path {
        &self.root
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("chroot");
        command.arg(self.path()).arg(program);
        command
    }

    fn apt(&self, words: &[&str]) -> Result<()> {
        let mut command = self.command("env");
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet"]);
        run(command.args(words)).map(drop)
    }

    fn install(&self, package: &Path) -> Result<()> {
        fs::copy(package, self.path().join("var").join(name(package)?))?;
        self.apt(&["install", self.inside(package)?.as_str()])
    }

    /// Where a package lies that was installed.
    fn inside(&self, package: &Path) -> Result<String> {
        Ok(format!("/var/{}", name(package)?))
    }

    /// A program outside that runs the one inside.
    fn gate(&self, home: &Home) -> Result<PathBuf> {
        let script = format!(
            "#!/bin/sh\nexec chroot '{}' /usr/bin/porthole \"$@\"\n",
            self.path().display()
        );
        let gate = home.write("porthole", &script)?;
        fs::set_permissions(&gate, fs::Permissions::from_mode(0o755))?;
        Ok(gate)
    }

    /// The processes that run inside, as `PID NAME`.
    fn inhabitants(&self) -> Result<Vec<String>> {
        let mut inhabitants = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let process = entry?.path();
            // One that has ended, or is none, has no root.
            if fs::read_link(process.join("root")).is_ok_and(|root| root == self.path()) {
                let number = process.file_name().unwrap_or_default().to_string_lossy();
                let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
                inhabitants.push(format!("{number} {}", name.trim_end()));
            }
        }
        Ok(inhabitants)
    }
}

fn name(package: &Path) -> Result<String> {
    let name = package.file_name().context("a package has a name")?;
    Ok(name.to_string_lossy().into_owned())
}
