//! A running `portholed`, in a home of its own.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// As root where mounts are seen by nobody else: root has the home `$0`. By a copy of all of `/etc`, since a file that is
/// mounted over is uncovered when `useradd` puts another in its place.
#[cfg(target_os = "linux")]
const OWN_HOME: &str = r#"
    mount -t tmpfs none /mnt
    mkdir /mnt/etc
    cp -a /etc/. /mnt/etc || :
    awk -F: -v OFS=: -v home="$0" '$3 == 0 { $6 = home } { print }' /etc/passwd >/mnt/passwd
    cat /mnt/passwd >/mnt/etc/passwd
    mount --bind /mnt/etc /etc
    exec "$@""#;

/// A home folder: where a `portholed` is started, and where its files are.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// Puts a file in another's place at once, as careful editors do.
    pub fn replace(&self, name: &str, content: &str) {
        fs::rename(self.write(&format!("{name}.new"), content), self.path(name)).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.command_of(Path::new(env!("CARGO_BIN_EXE_portholed")));
        command.args(args);
        command
    }

    /// The same where its desktops begin in its home, too: nothing is done that root's account does at login. Only root
    /// can be moved there.
    #[cfg(target_os = "linux")]
    pub fn command_at_home(&self, args: &[&str]) -> Command {
        let portholed = self.command(args);
        if !rustix::process::geteuid().is_root() {
            return portholed;
        }
        let mut apart = self.command_of(Path::new("unshare"));
        apart.args(["-m", "--", "sh", "-ec", OWN_HOME]).arg(self.0.path());
        apart.arg(portholed.get_program()).args(portholed.get_args());
        apart
    }

    /// A program that finds nothing but this home.
    pub fn command_of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            // Where there is no folder for what lives as long as a login.
            .env("XDG_RUNTIME_DIR", self.path("no-runtime-folder"))
            .env("LANG", "C.UTF-8")
            .env("TMPDIR", self.0.path())
            .stdin(Stdio::null());
        for name in [
            "XDG_CONFIG_HOME",
            "XDG_STATE_HOME",
            "XDG_DATA_HOME",
            "LANGUAGE",
            "LC_ALL",
            "LC_MESSAGES",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it to its end, which must be a good one, and gives what it prints.
    pub fn prints(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same with `--json`.
    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.prints(&[args, &["--json"]].concat())).unwrap()
    }
}

/// A `portholed` in the foreground that listens. Dropping it kills it.
pub struct Portholed {
    child: Child,
    output: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl Portholed {
    /// Returns once it listens. Its standard error is the file `stderr` of its home.
    pub fn start(home: &Home, args: &[&str]) -> Self {
        Self::run(home, &mut home.command(args))
    }

    /// The same with at most so many descriptors.
    #[cfg(target_os = "linux")]
    pub fn start_within(descriptors: u32, home: &Home, args: &[&str]) -> Self {
        let portholed = home.command(args);
        let mut limited = home.command_of(Path::new("sh"));
        limited
            .args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"")])
            .arg(portholed.get_program())
            .args(portholed.get_args());
        Self::run(home, &mut limited)
    }

    /// The same [at home](Home::command_at_home).
    #[cfg(target_os = "linux")]
    pub fn start_at_home(home: &Home, args: &[&str]) -> Self {
        Self::run(home, &mut home.command_at_home(args))
    }

    /// The same by a command of the caller's.
    pub fn run(home: &Home, command: &mut Command) -> Self {
        let stderr = File::create(home.path("stderr")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = announced(&line).unwrap_or_else(|| panic!("{line:?}\n{}", home.read("stderr")));
        Self {
            child,
            output,
            address,
        }
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Processor time so far.
    #[cfg(target_os = "linux")]
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which may contain anything: its own time, user and system.
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
        let ticks: u64 = fields
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap())
            .sum();
        Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
    }

    /// What it has allocated, in KiB.
    #[cfg(target_os = "linux")]
    pub fn allocated(&self) -> u64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).unwrap();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"));
        line.unwrap().split_whitespace().next().unwrap().parse().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Stops it, which must not take longer than the 5 s that are promised.
    pub async fn stop(mut self, signal: Signal) -> ExitStatus {
        self.signal(signal);
        let wait = tokio::task::spawn_blocking(move || self.child.wait().unwrap());
        tokio::time::timeout(Duration::from_secs(5), wait)
            .await
            .unwrap()
            .unwrap()
    }
}

impl Drop for Portholed {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in `Porthole listens on http://ADDRESS`, or https.
pub fn announced(line: &str) -> Option<SocketAddr> {
    let url = line.strip_prefix("Porthole listens on http")?;
    url.strip_prefix('s')
        .unwrap_or(url)
        .strip_prefix("://")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

/// A token file as argument.
pub fn token_source(file: &Path) -> [String; 2] {
    [
        "--token-plugin=TokenFile".into(),
        format!("--token-source={}", file.display()),
    ]
}
