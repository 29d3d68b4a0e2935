//! What a package does before it is removed, with what any user of the machine may have put in its way.

use std::{
    collections::BTreeMap,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio::process::Command;

use super::{
    again::as_root,
    others::{uid, users},
    stage::within,
};

/// Stands for the program: notes as whom and with what it was started.
const PROGRAM: &str = r#"#!/bin/sh
{
  echo "words=$*"
  tr '\0' '\n' </proc/$$/environ | sed 's/^/variable=/'
  ls -l /proc/$$/fd | sed -n 's/.* -> /open=/p'
  echo "terminal=$(ps -o tty= -p $$ | tr -d ' ')"
  echo "session=$(ps -o sid= -p $$ | tr -d ' ')"
} >FOLDER/seen/$(id -u)
[ "$(id -u)" != "SLOW" ] || exec sleep 1000
"#;

/// Folders of users who have desktops, and what others have made that only looks so.
const FOLDERS: &str = "
    mount -t tmpfs -o mode=755 none /run
    mount -t tmpfs -o mode=1777 none /tmp
    install -d -m 711 /run/porthole
    install -d -m 700 -o alice /run/user/$ALICE /run/user/$ALICE/porthole
    install -d -m 711 -o bob /tmp/porthole-$BOB /tmp/porthole-0123456789ab-$BOB.0123456789abcdef
    install -d -m 711 -o bob /tmp/porthole-1 /tmp/porthole-evil /tmp/porthole-0 '/tmp/porthole-$(touch FOLDER/seen/evil)'
    install -d -m 711 -o 99999 /tmp/porthole-99999
    ln -s /tmp /tmp/porthole-2
    chown -h daemon /tmp/porthole-2
    touch /tmp/porthole-3
    export SECRET=hunter2
    exec 3</etc/hostname 7</etc/hostname
    exec script -qec 'sh FOLDER/leave remove' /dev/null </dev/null >/dev/null
";

/// The folder in which the package's script has been run, and what the program saw, by the user it ran as.
async fn leave(slow: &str) -> (TempDir, BTreeMap<String, String>) {
    users();
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(folder.path(), 0o755);
    std::fs::create_dir(folder.path().join("seen")).unwrap();
    open(&folder.path().join("seen"), 0o1777);
    let program = folder.path().join("program");
    let text = PROGRAM.replace("FOLDER", &path).replace("SLOW", slow);
    std::fs::write(&program, text).unwrap();
    open(&program, 0o755);
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packaging/leave.sh");
    let script = std::fs::read_to_string(script).unwrap();
    let script = script
        .replace("/usr/bin/@PROGRAM@", program.to_str().unwrap())
        .replace("timeout -k 5 60", "timeout -k 1 2");
    std::fs::write(folder.path().join("leave"), script).unwrap();
    let mut run = Command::new("unshare");
    run.args(["-m", "sh", "-ec", &FOLDERS.replace("FOLDER", &path)]);
    run.env("ALICE", uid("alice").to_string());
    run.env("BOB", uid("bob").to_string());
    run.kill_on_drop(true);
    assert!(within(run.status()).await.unwrap().success());
    let mut seen = BTreeMap::new();
    for entry in folder.path().join("seen").read_dir().unwrap() {
        let entry = entry.unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        seen.insert(entry.file_name().into_string().unwrap(), text);
    }
    (folder, seen)
}

#[tokio::test]
async fn a_removed_package_ends_desktops_and_gives_their_users_nothing_of_roots() {
    if !as_root("packages::a_removed_package_ends_desktops_and_gives_their_users_nothing_of_roots").await {
        return;
    }
    let (_folder, seen) = leave("nobody").await;
    let mut expected = ["0".to_owned(), uid("alice").to_string(), uid("bob").to_string()];
    expected.sort();
    assert!(seen.keys().eq(&expected), "{seen:#?}");
    for said in seen.values() {
        assert!(said.contains("words=--stop-left\n"), "{said}");
        assert!(said.contains("terminal=?\n"), "{said}");
        assert!(
            !said.contains("hunter2") && !said.contains("/etc/hostname"),
            "{said}"
        );
        assert!(!said.contains("/dev/pts") && !said.contains("/dev/tty"), "{said}");
    }
}

#[tokio::test]
async fn a_user_whose_desktops_do_not_end_keeps_no_package() {
    if !as_root("packages::a_user_whose_desktops_do_not_end_keeps_no_package").await {
        return;
    }
    // Were it waited for, this would take too long.
    let (_folder, seen) = leave(&uid("alice").to_string()).await;
    assert_eq!(seen.len(), 3, "{seen:#?}");
}
