//! A folder of its own for each test, and the questions that all tests ask.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use porthole_launcher::{Desktop, Ended, Launch, Launched, Launcher, Running, What};
use procfs::{net::TcpState, process::FDTarget};
use tempfile::TempDir;

/// Within a deadline that only a failure reaches.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("it takes too long")
}

pub struct Stage {
    folder: TempDir,
    pub launcher: Launcher,
}

impl Stage {
    pub fn new() -> Self {
        let permissions = std::fs::Permissions::from_mode(0o711);
        let folder = tempfile::Builder::new()
            .permissions(permissions)
            .tempdir()
            .unwrap();
        let home = folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let launcher = Launcher::at(folder.path().join("porthole")).with_home(home);
        Self { folder, launcher }
    }

    /// Where our own desktops begin: nothing that the account of whoever runs the tests does at login is done.
    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// A folder that everybody may pass through.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the displays' folders are.
    pub fn displays(&self) -> PathBuf {
        self.path().join("porthole")
    }

    /// Starts a display of our own that runs `session`.
    pub fn start(&self, session: &str) -> Launched {
        self.launcher.start(launch("Alice's desk", None, session))
    }

    /// Whether no display has left anything.
    pub fn is_empty(&self) -> bool {
        !self.displays().exists()
    }
}

/// A test that fails leaves nothing either.
impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            processes_about(self.path()).into_iter().for_each(kill);
            for mount in mounts_below(self.path()) {
                let _ = std::process::Command::new("umount").arg("-l").arg(mount).status();
            }
        }
    }
}

pub fn launch(name: &str, user: Option<&str>, session: &str) -> Launch {
    Launch {
        id: name.to_lowercase(),
        name: name.to_owned(),
        what: What::Desktop(Desktop {
            user: user.map(str::to_owned),
            geometry: "640x480".parse().unwrap(),
            session: Some(session.to_owned()),
            ..Desktop::default()
        }),
    }
}

pub async fn running(launched: &Launched) -> Running {
    within(launched.running()).await.unwrap()
}

pub async fn ended(launched: &Launched) -> Ended {
    within(launched.ended()).await
}

/// What is said of it, and the log.
pub async fn last_words(launched: &Launched) -> (String, String) {
    let ended = ended(launched).await;
    (ended.reason.to_string(), ended.log.join("\n"))
}

/// Permissions of a file, and who it belongs to.
pub fn mode_and_owner(path: &Path) -> (u32, u32, u32) {
    let data = path.symlink_metadata().unwrap();
    (data.mode() & 0o7777, data.uid(), data.gid())
}

/// The process that listens at a display's socket.
pub fn server_pid(running: &Running) -> i32 {
    let stream = std::os::unix::net::UnixStream::connect(&running.socket).unwrap();
    let peer = rustix::net::sockopt::socket_peercred(&stream).unwrap();
    peer.pid.as_raw_nonzero().get()
}

pub fn kill(pid: i32) {
    kill_if_there(pid).unwrap();
}

/// Kills a process that may have ended.
pub fn kill_if_there(pid: i32) -> Result<(), rustix::io::Errno> {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL)
}

/// The processes whose command line or environment names `path`, other than this one; zombies have neither.
pub fn processes_about(path: &Path) -> Vec<i32> {
    let path = path.to_str().unwrap();
    let about = |pid: i32| {
        let read = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        [read("cmdline"), read("environ")]
            .iter()
            .any(|text| String::from_utf8_lossy(text).contains(path))
    };
    let pids = procfs::process::all_processes()
        .unwrap()
        .flatten()
        .map(|process| process.pid());
    pids.filter(|pid| *pid != std::process::id() as i32 && about(*pid))
        .collect()
}

/// What is mounted below `path`, the latest first.
pub fn mounts_below(path: &Path) -> Vec<PathBuf> {
    let mounts = procfs::process::Process::myself().unwrap().mountinfo().unwrap();
    let points = mounts.into_iter().map(|mount| mount.mount_point);
    let mut below: Vec<_> = points.filter(|point| point.starts_with(path)).collect();
    below.reverse();
    below
}

/// Whether that process has ended. One that is still to be reaped counts if that is the system's business, not ours.
pub fn is_gone(pid: i32) -> bool {
    let stat = procfs::process::Process::new(pid).and_then(|process| process.stat());
    stat.map_or(true, |stat| {
        stat.state == 'Z' && stat.ppid != std::process::id() as i32
    })
}

/// How many TCP ports a process listens on; none, if it has ended.
pub fn tcp_listeners(pid: i32) -> usize {
    let tables = [procfs::net::tcp(), procfs::net::tcp6()]
        .into_iter()
        .flatten()
        .flatten();
    let listening = tables
        .filter(|entry| entry.state == TcpState::Listen)
        .map(|entry| entry.inode);
    let listening: Vec<u64> = listening.collect();
    let process = procfs::process::Process::new(pid);
    let Ok(descriptors) = process.and_then(|process| process.fd()) else {
        return 0;
    };
    let descriptors = descriptors.flatten();
    let held = |target: FDTarget| matches!(target, FDTarget::Socket(inode) if listening.contains(&inode));
    descriptors
        .filter(|descriptor| held(descriptor.target.clone()))
        .count()
}

/// Nothing of a display is left: no folder, no process, and no X socket that nobody listens at.
pub fn assert_nothing_left(running: &Running) {
    let folder = running.socket.ancestors().nth(2).unwrap();
    assert!(!folder.exists(), "{} is left", folder.display());
    assert!(processes_about(folder).is_empty(), "processes are left");
    assert_no_stale(&PathBuf::from(format!("/tmp/.X11-unix/X{}", running.x_display)));
}

/// There is no such X socket that nobody listens at. Displays of other tests come and go, and may have the same number
/// by now; theirs is listened at, sooner or later.
pub fn assert_no_stale(x_socket: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while x_socket.exists() && !is_listened_at(x_socket) {
        assert!(Instant::now() < deadline, "{} is left", x_socket.display());
        std::thread::yield_now();
    }
}

fn is_listened_at(path: &Path) -> bool {
    let sockets = procfs::net::unix().unwrap();
    sockets.iter().any(|socket| socket.path.as_deref() == Some(path))
}
