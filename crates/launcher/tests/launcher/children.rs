//! What the programs see that are started on a desktop's way: nothing of the environment and the descriptors that the
//! launcher's own caller has left, and no command line that tells strangers where a folder is open.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{
    again::{Again, as_root, role},
    others::users,
    stage::{Stage, launch, running, within},
    sudo::Rule,
};

/// Where the observed programs write what they see, and where the desktops' folders are.
const STAGE: &str = "PORTHOLE_TEST_STAGE";
const SECRET: &str = "PORTHOLE_TEST_SECRET";

/// The programs on a desktop's way that are found by PATH.
const PROGRAMS: [&str; 8] = [
    "env", "getent", "prlimit", "runuser", "setpriv", "setsid", "sh", "sudo",
];

/// Stands for each of them: notes what it sees, and becomes the real one.
const OBSERVER: &str = r#"#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
{
  echo "program=${0##*/}"
  for word in "$@"; do printf '%s\n' "$word" | sed 's/^/word=/'; done
  tr '\0' '\n' </proc/$$/environ | sed 's/^/variable=/'
  ls -l /proc/$$/fd | sed -n 's/.* -> /open=/p'
  echo "user=$(id -u) session=$(cut -d ' ' -f 6 /proc/$$/stat)"
  echo "folder=$(pwd -P)"
  for folder in STAGE/porthole/*; do stat -c 'mode=%a' "$folder" 2>/dev/null; done
} >"$(mktemp STAGE/seen/XXXXXXXX)"
PATH=STAGE/programs:$PATH exec "/usr/bin/${0##*/}" "$@"
"#;

/// A machine whose programs tell what they see.
struct Observed(Stage);

impl Observed {
    fn new() -> Self {
        let stage = Stage::new();
        let (programs, seen) = (stage.path().join("programs"), stage.path().join("seen"));
        for folder in [&programs, &seen] {
            std::fs::create_dir(folder).unwrap();
        }
        std::fs::set_permissions(&seen, std::fs::Permissions::from_mode(0o1777)).unwrap();
        let observer = OBSERVER.replace("STAGE", stage.path().to_str().unwrap());
        for program in PROGRAMS {
            // `runuser` is where the administrator's programs are, on systems that tell them apart.
            let place = ["/usr/bin", "/usr/sbin"]
                .iter()
                .find(|place| Path::new(place).join(program).exists())
                .unwrap();
            let file = programs.join(program);
            std::fs::write(&file, observer.replace("/usr/bin/$", &format!("{place}/$"))).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self(stage)
    }

    fn path(&self) -> String {
        format!(
            "{}:/usr/sbin:/usr/bin:/sbin:/bin",
            self.0.path().join("programs").display()
        )
    }

    /// What each of them saw, in lines.
    fn seen(&self) -> Vec<String> {
        let seen = self.0.path().join("seen").read_dir().unwrap();
        let read = |entry: std::io::Result<std::fs::DirEntry>| {
            String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned()
        };
        // This program itself is started by one of them.
        let ours = |program: &String| program.contains("word=--nocapture");
        seen.map(read).filter(|program| !ours(program)).collect()
    }
}

/// Starts a desktop for `user` as a program whose caller was careless, and stops it.
async fn start_carelessly(user: Option<&str>) {
    let stage = PathBuf::from(std::env::var_os(STAGE).unwrap());
    // Such a descriptor is inherited; what the standard library opens is not.
    let left_open = rustix::io::dup(std::fs::File::open(stage.join("left-open")).unwrap()).unwrap();
    std::env::set_current_dir(&stage).unwrap();
    let launcher = porthole_launcher::Launcher::at(stage.join("porthole")).with_home(stage.join("home"));
    let launched = launcher.start(launch("X", user, "exec sleep 1000"));
    running(&launched).await;
    within(launched.stop()).await;
    drop(left_open);
}

/// Zero where the session's leader is outside of our pid namespace, which rustix takes for impossible.
fn our_session() -> String {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, after_name) = status.rsplit_once(") ").unwrap();
    after_name.split(' ').nth(3).unwrap().to_owned()
}

#[tokio::test]
async fn no_child_sees_what_our_caller_has_left() {
    let name = "children::no_child_sees_what_our_caller_has_left";
    if let Some(role) = role() {
        let user = Some(role.as_str()).filter(|user| *user != "us");
        return start_carelessly(user).await;
    }
    if !as_root(name).await {
        return;
    }
    users();
    let _rule = Rule::new();
    let our_session = our_session();
    for (by, of) in [
        ("root", "alice"),
        ("root", "us"),
        ("alice", "bob"),
        ("alice", "us"),
    ] {
        let machine = Observed::new();
        std::fs::write(machine.0.path().join("left-open"), "").unwrap();
        let folder = machine.0.displays();
        std::fs::create_dir(&folder).unwrap();
        let owner = nix::unistd::User::from_name(by).unwrap().unwrap();
        std::os::unix::fs::chown(&folder, Some(owner.uid.as_raw()), Some(owner.gid.as_raw())).unwrap();
        std::fs::set_permissions(machine.0.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut again = Again::new(name, of);
        if by != "root" {
            again = again.by(by);
        }
        let again = again.set("PATH", machine.path()).set(STAGE, machine.0.path());
        again.set(SECRET, "hunter2").passes().await;
        let seen = machine.seen();
        assert!(seen.len() > 2, "{by} for {of}: {seen:#?}");
        for program in &seen {
            assert!(!program.contains("hunter2"), "{by} for {of}: {program}");
            assert!(!program.contains("left-open"), "{by} for {of}: {program}");
            // What runs as somebody else in our session could type into our terminal.
            let in_ours = |line: &str| {
                let user = line.strip_prefix("user=")?.split_once(" session=")?;
                Some(user.0 != owner.uid.to_string() && user.1 == our_session)
            };
            assert!(
                !program.lines().any(|line| in_ours(line) == Some(true)),
                "{by} for {of}: {program}"
            );
            // One that was ended with its desktop has not written all.
            let folder = program.lines().find_map(|line| line.strip_prefix("folder="));
            let Some(folder) = folder.map(Path::new) else {
                continue;
            };
            assert_ne!(folder, machine.0.path(), "{by} for {of}: {program}");
        }
    }
}

/// While others may write to a desktop's folder, nobody can learn its name: a folder of theirs at the desk's place
/// would keep the desktop from starting.
#[tokio::test]
async fn no_command_line_names_a_folder_that_is_open() {
    let name = "children::no_command_line_names_a_folder_that_is_open";
    if let Some(role) = role() {
        return start_carelessly(Some(&role)).await;
    }
    if !as_root(name).await {
        return;
    }
    users();
    let _rule = Rule::new();
    for (by, of) in [("root", "alice"), ("alice", "bob")] {
        let machine = Observed::new();
        std::fs::write(machine.0.path().join("left-open"), "").unwrap();
        let folder = machine.0.displays();
        std::fs::create_dir(&folder).unwrap();
        let owner = nix::unistd::User::from_name(by).unwrap().unwrap();
        std::os::unix::fs::chown(&folder, Some(owner.uid.as_raw()), Some(owner.gid.as_raw())).unwrap();
        let mut again = Again::new(name, of);
        if by != "root" {
            again = again.by(by);
        }
        let again = again.set("PATH", machine.path()).set(STAGE, machine.0.path());
        again.passes().await;
        let open = |program: &&String| {
            let modes = program.lines().filter_map(|line| line.strip_prefix("mode="));
            let mut modes = modes.map(|mode| u32::from_str_radix(mode, 8).unwrap());
            modes.any(|mode| mode & 0o22 != 0)
        };
        let seen = machine.seen();
        let open: Vec<_> = seen.iter().filter(open).collect();
        let place = folder.to_str().unwrap();
        assert!(by != "root" || open.is_empty(), "root opens nothing: {open:#?}");
        for program in open {
            let mut words = program.lines().filter(|line| line.starts_with("word="));
            assert!(
                !words.any(|word| word.contains(place)),
                "{by} for {of}: {program}"
            );
        }
    }
}
