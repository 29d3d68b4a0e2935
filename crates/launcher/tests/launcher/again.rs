//! This test program once more: as another user, in another process, or where files are elsewhere.

use std::{ffi::OsString, os::unix::fs::PermissionsExt, path::Path, process::Stdio, time::Duration};

use tempfile::TempPath;
use tokio::process::{Child, Command};

use super::stage::within;

/// Set for a test that was started by another one.
const ROLE: &str = "PORTHOLE_TEST_ROLE";

/// What this process was started for, by another test.
pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// The test `name` once more, with a role, which it finds by [`role`].
pub struct Again {
    words: Vec<OsString>,
    /// It runs from a copy that everybody may read.
    copied: bool,
    test: String,
    variables: Vec<(String, OsString)>,
}

impl Again {
    pub fn new(test: &str, role: &str) -> Self {
        Self {
            words: Vec::new(),
            copied: false,
            test: test.to_owned(),
            variables: vec![(ROLE.to_owned(), role.into())],
        }
    }

    /// Tests as they are, without a role.
    pub fn as_is(tests: &str) -> Self {
        Self {
            words: Vec::new(),
            copied: false,
            test: tests.to_owned(),
            variables: Vec::new(),
        }
    }

    pub fn set(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// As that user, with a login's environment; we must be root.
    pub fn by(mut self, user: &str) -> Self {
        let words = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--"];
        self.words.extend(words.map(OsString::from));
        self.copied = true;
        self.set("HOME", format!("/home/{user}"))
            .set("USER", user)
            .set("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
    }

    /// After this script, where mounts are seen by nobody else; we must be root.
    pub fn behind(mut self, script: &str) -> Self {
        let script = format!("{script}\nexec \"$@\"");
        self.words
            .extend(["unshare", "-m", "sh", "-ec", &script, "sh"].map(OsString::from));
        self.copied = true;
        self
    }

    /// As root, by what sudo allows us.
    fn by_root(mut self) -> Self {
        self.words.extend(["sudo", "-n", "--"].map(OsString::from));
        self
    }

    pub fn spawn(self) -> Running {
        let copy = self.copied.then(everybodys_copy);
        let program = copy
            .as_deref()
            .map_or_else(|| std::env::current_exe().unwrap(), Path::to_path_buf);
        let mut words = self.words;
        words.push(program.into());
        words.push(self.test.clone().into());
        // A name that ends in :: stands for all tests of a module.
        if !self.test.ends_with("::") {
            words.push("--exact".into());
        }
        words.push("--nocapture".into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().current_dir("/");
        command
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Running {
            child: command.spawn().unwrap(),
            test: self.test,
            _copy: copy,
        }
    }

    /// Runs it to its end, which must be good.
    pub async fn passes(self) {
        self.spawn().passes().await;
    }
}

/// Whether this is root. An ordinary user's test runs once more, as root, and must pass there; then this says no. So
/// nothing is left out: where sudo does not let that user become root, the test fails, and says so.
pub async fn as_root(test: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        Again::as_is(test).by_root().passes().await;
    }
    root
}

/// A test that was started again.
pub struct Running {
    child: Child,
    test: String,
    _copy: Option<TempPath>,
}

impl Running {
    pub fn pid(&self) -> i32 {
        self.child.id().unwrap() as i32
    }

    /// Waits for its end, however it ends.
    pub async fn over(mut self) {
        within(self.child.wait()).await.unwrap();
    }

    /// Waits for its end, which must be good.
    pub async fn passes(self) {
        let output = tokio::time::timeout(Duration::from_secs(300), self.child.wait_with_output()).await;
        let output = output.expect("it takes too long").unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success(), "{}:\n{said}", self.test);
        assert!(
            !said.contains("running 0 tests"),
            "there is no test {}",
            self.test
        );
    }
}

/// This program where every user can execute it, whatever is mounted over /tmp and /run: the program itself may be out of
/// their reach. Another program writes it, lest a process that is born meanwhile holds it open.
fn everybodys_copy() -> TempPath {
    let copy = tempfile::Builder::new()
        .prefix("porthole-test-")
        .tempfile_in("/var/tmp")
        .unwrap()
        .into_temp_path();
    let mut cp = std::process::Command::new("cp");
    cp.arg(format!("/proc/{}/exe", std::process::id())).arg(&copy);
    assert!(cp.status().unwrap().success());
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)).unwrap();
    copy
}
