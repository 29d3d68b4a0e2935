//! Faults that are made one by one, on a machine that is well otherwise: each must be found, with its own cause and
//! what to do about it, and nothing else.

mod well;

use std::{
    fs,
    net::TcpListener,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::platform::machine::Free;
use crate::{
    Finding,
    Verdict::{self, Fault, Warn},
    texts::tests::{in_marked_german, is_all_marked, runtime},
};
use well::{LAN, Well};

/// A fault: what it is, how it is made, the check that finds it, how grave it is, and words of its cause and its fix.
type Row = (
    &'static str,
    fn(&mut Well),
    &'static str,
    Verdict,
    &'static [&'static str],
);

/// Each row in English, by its words; and in German, where no word may come from elsewhere than from the texts.
fn each_is_found(rows: &[Row]) {
    for (name, make, check, verdict, words) in rows {
        let found = only_finding(name, *make);
        assert_eq!(
            (found.check.as_str(), found.verdict),
            (*check, *verdict),
            "{name}: {found:#?}"
        );
        let text = format!("{} {}", found.text, found.fix.as_deref().unwrap_or_default());
        for word in *words {
            assert!(text.contains(word), "{name}: `{word}` is not in: {text}");
        }
        let german = in_marked_german(|| only_finding(name, *make));
        let text = german.text.trim_start_matches(|char| char != '⟦');
        assert!(
            is_all_marked(text) && is_all_marked(german.fix.as_deref().unwrap_or_default()),
            "{name}: {german:#?}"
        );
        assert!(!text.is_empty(), "{name}: {german:#?}");
    }
}

fn only_finding(name: &str, make: fn(&mut Well)) -> Finding {
    let findings = runtime().block_on(async {
        let mut well = Well::new();
        make(&mut well);
        well.examine().await
    });
    let unwell = unwell(&findings);
    let [found] = unwell[..] else {
        panic!("{name}: not one finding, but {unwell:#?}");
    };
    found.clone()
}

fn unwell(findings: &[Finding]) -> Vec<&Finding> {
    findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Ok)
        .collect()
}

#[tokio::test]
async fn a_machine_that_is_well() {
    let findings = Well::new().examine().await;
    assert!(unwell(&findings).is_empty(), "{findings:#?}");
    for finding in &findings {
        assert!(
            finding.text.ends_with('.') && finding.fix.is_none(),
            "{finding:#?}"
        );
    }
}

#[test]
fn what_is_well_in_german() {
    let findings = in_marked_german(|| runtime().block_on(async { Well::new().examine().await }));
    for finding in findings {
        assert!(is_all_marked(&finding.text), "{finding:#?}");
    }
}

#[test]
fn files() {
    each_is_found(&[
        (
            "a config that is wrong",
            |well| well.config("port = \"x\""),
            "config",
            Fault,
            &["config.toml:1: ", "Correct "],
        ),
        (
            "a config that others can change",
            |well| well.mode("config.toml", 0o666),
            "config",
            Fault,
            &["Other users can change", "config.toml", "chmod go-w"],
        ),
        (
            "a config folder that others can change",
            |well| well.mode(".", 0o777),
            "config",
            Fault,
            &["Other users can change", "chmod go-w"],
        ),
        (
            "a password that others can read",
            |well| {
                well.display("target = \"demo\"\npassword_file = \"pw\"");
                well.write("pw", "secret\n");
                well.mode("pw", 0o644);
            },
            "secrets",
            Warn,
            &["Other users can read", "chmod 600"],
        ),
        (
            "a state file that others can read",
            |well| well.mode("state/state.json", 0o644),
            "state",
            Warn,
            &["Other users can access", "state.json", "chmod go-rwx"],
        ),
        (
            "a state file that is damaged",
            |well| well.write("state/state.json", "{\"port\": 60"),
            "state",
            Fault,
            &["state.json cannot be read (EOF", "copy the links again"],
        ),
        (
            "a file where the state's folder should be",
            |well| {
                fs::remove_dir_all(well.path("state")).unwrap();
                well.write("state", "");
                well.mode("state", 0o600);
            },
            "state",
            Fault,
            &["is not a folder", "mv "],
        ),
        (
            "a token file with a mistake",
            |well| {
                well.write("tokens", "u6f7msdq9k:localhost:5901\n");
                well.token_source = Some(well.path("tokens"));
            },
            "tokens",
            Fault,
            &["tokens:1: no colon followed by a space", "reloaded"],
        ),
        (
            "a token's target that does not answer",
            |well| {
                well.write("tokens", "u6f7msdq9k: 127.0.0.1:1\n");
                well.token_source = Some(well.path("tokens"));
            },
            "tokens",
            Fault,
            &[
                "127.0.0.1:1: nothing is listening there",
                "correct the token file",
            ],
        ),
        (
            "a token that can be guessed",
            |well| {
                let server = well.vnc_server();
                well.write("tokens", &format!("u6f7msdq9k: {server}\n4711: {server}\n"));
                well.token_source = Some(well.path("tokens"));
            },
            "tokens",
            Warn,
            &[
                "tokens has a token",
                "short enough to guess",
                "127.0.0.1:",
                "8 random letters and digits",
            ],
        ),
        (
            "tokens of the config's token file that can be guessed, and one that counts no more",
            |well| {
                let server = well.vnc_server();
                let lines =
                    format!("alice: {server}\n4711: {server}\nu6f7msdq9k: {server}\nalice: {server}\n");
                well.write("tokens", &lines);
                well.mode("tokens", 0o600);
                well.config("token_file = \"tokens\"\n");
            },
            "tokens",
            Warn,
            &[
                "tokens has 2 tokens",
                "The first is the one for 127.0.0.1:",
                "8 random letters and digits",
            ],
        ),
        (
            "a token file of the config's with a target that is not there",
            |well| {
                well.write("tokens", "u6f7msdq9k: unix_socket:/nowhere/vnc\n");
                let mode = fs::Permissions::from_mode(0o600);
                fs::set_permissions(well.path("tokens"), mode).unwrap();
                well.config("token_file = \"tokens\"\n");
            },
            "tokens",
            Fault,
            &[
                "unix:/nowhere/vnc: its socket does not exist",
                "correct the token file",
            ],
        ),
    ]);
}

#[test]
fn disks() {
    each_is_found(&[
        (
            "no space",
            |well| {
                well.machine.free = |_| {
                    Ok(Free {
                        bytes: 4096,
                        files: None,
                    })
                }
            },
            "disk",
            Fault,
            &["state is full: ", "du -xh"],
        ),
        (
            "no file",
            |well| {
                well.machine.free = |_| {
                    Ok(Free {
                        bytes: 1 << 30,
                        files: Some(0),
                    })
                }
            },
            "disk",
            Fault,
            &["has no free inodes"],
        ),
        (
            "little space",
            |well| {
                well.machine.free = |_| {
                    Ok(Free {
                        bytes: 20_000_000,
                        files: Some(9),
                    })
                }
            },
            "disk",
            Warn,
            &["Only 20 MB"],
        ),
    ]);
}

#[test]
fn runtime_folders() {
    each_is_found(&[
        (
            "none",
            |well| well.unset("XDG_RUNTIME_DIR"),
            "runtime-folder",
            Warn,
            &["is not set", "loginctl"],
        ),
        (
            "one that is gone",
            |well| fs::remove_dir(well.path("run")).unwrap(),
            "runtime-folder",
            Warn,
            &["cannot be used (No such file", "RuntimeDirectory="],
        ),
        (
            "a relative path",
            |well| well.set("XDG_RUNTIME_DIR", "run"),
            "runtime-folder",
            Warn,
            &["no absolute path"],
        ),
        (
            "one that others can enter",
            |well| well.mode("run", 0o755),
            "runtime-folder",
            Warn,
            &["Other users can enter", "chmod 700"],
        ),
        (
            "something else",
            |well| well.set("XDG_RUNTIME_DIR", "/dev/null"),
            "runtime-folder",
            Warn,
            &["not a folder of yours", "su -"],
        ),
        (
            "a path that is too long for sockets",
            |well| {
                let long = well.path(&"x".repeat(60));
                fs::rename(well.path("run"), &long).unwrap();
                well.set("XDG_RUNTIME_DIR", long.to_str().unwrap());
            },
            "runtime-folder",
            Fault,
            &["too long for the sockets", "at most 45 letters"],
        ),
    ]);
}

#[test]
fn ports_and_addresses() {
    each_is_found(&[
        (
            "a port that is taken",
            |well| {
                let other = TcpListener::bind("127.0.0.1:0").unwrap();
                well.config(&format!("port = {}", other.local_addr().unwrap().port()));
                well.keep(other);
            },
            "port",
            Fault,
            &["is taken by ", "(process ", "set another `port`"],
        ),
        (
            "a port that was kept, and is taken at one address",
            |well| {
                let other = TcpListener::bind((LAN, 0)).unwrap();
                let state = format!("{{\"port\":{}}}", other.local_addr().unwrap().port());
                well.write("state/state.json", &state);
                well.keep(other);
            },
            "port",
            Fault,
            &["is taken by ", "Links you copied before"],
        ),
        (
            "an address that this machine does not have",
            |well| well.config("port = 6080\nlisten = \"203.0.113.9\""),
            "port",
            Fault,
            &[
                "does not have the address 203.0.113.9",
                "`listen`",
                "It has: 127.0.0.7.",
            ],
        ),
        (
            "an interface that is not there",
            |well| well.config("interface = \"wlan9\""),
            "network",
            Warn,
            &["accepts connections on wlan9", "correct `interface`"],
        ),
        (
            "no network",
            |well| well.machine.addresses.clear(),
            "network",
            Warn,
            &["is offline", "Connect it"],
        ),
        (
            "an address that does not answer",
            |well| well.machine.addresses = vec![("lan0".into(), "203.0.113.9".parse().unwrap())],
            "network",
            Fault,
            &["lan0 has 203.0.113.9", "routes"],
        ),
    ]);
}

#[test]
fn firewalls() {
    const UFW: &str = "root/etc/ufw/ufw.conf";
    each_is_found(&[
        (
            "ufw, whose rules only root may read",
            |well| {
                well.listen_everywhere();
                well.write(UFW, "# on\nENABLED=yes\n");
            },
            "firewall",
            Warn,
            &["ufw is on", "may block port", "sudo ufw allow "],
        ),
        (
            "ufw that lets nobody in",
            |well| {
                well.listen_everywhere();
                well.write(UFW, "ENABLED=yes\n");
                well.write(
                    "root/etc/ufw/user.rules",
                    "### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n",
                );
            },
            "firewall",
            Fault,
            &["ufw blocks port", "sudo ufw allow "],
        ),
        (
            "firewalld that lets nobody in",
            |well| {
                well.listen_everywhere();
                well.install(
                    "firewall-cmd",
                    "printf 'public\\n  target: default\\n  ports: 22/tcp\\n'",
                );
            },
            "firewall",
            Fault,
            &["firewalld blocks port", "--add-port="],
        ),
        (
            "rules of nftables that root sees",
            |well| {
                well.listen_everywhere();
                well.machine.is_root = true;
                well.install(
                    "nft",
                    "echo 'type filter hook input priority filter; policy drop;'",
                );
            },
            "firewall",
            Warn,
            &["nftables is on", "tcp dport "],
        ),
    ]);
}

#[test]
fn displays() {
    each_is_found(&[
        (
            "a VNC server that is down",
            |well| {
                let port = TcpListener::bind("127.0.0.1:0")
                    .unwrap()
                    .local_addr()
                    .unwrap()
                    .port();
                well.display(&format!("target = \"127.0.0.1:{port}\""));
            },
            "display",
            Fault,
            &[
                "Alice cannot be opened. Cannot connect to 127.0.0.1:",
                "Start its VNC server",
            ],
        ),
        (
            "a socket that is not there",
            |well| well.display("target = \"unix:/nowhere/alice.sock\""),
            "display",
            Fault,
            &["There is no socket /nowhere/alice.sock", "Start its VNC server"],
        ),
        (
            "a file where the socket should be",
            |well| {
                let file = well.path("config.toml");
                well.display(&format!("target = \"unix:{}\"", file.display()));
            },
            "display",
            Fault,
            &["config.toml is not a socket", "Correct the display's target"],
        ),
        (
            "a socket that nobody holds any more",
            |well| {
                let path = well.path("run/alice.sock");
                drop(UnixListener::bind(&path).unwrap());
                well.display(&format!("target = \"unix:{}\"", path.display()));
            },
            "display",
            Fault,
            &["Cannot connect to unix:", "Start its VNC server"],
        ),
        (
            "a desktop of a user that there is not",
            |well| well.display("launch = { user = \"porthole-nobody-of-this-name\" }"),
            "display",
            Fault,
            &[
                "There is no user `porthole-nobody-of-this-name`",
                "add the account",
            ],
        ),
    ]);
}

#[test]
fn screens() {
    each_is_found(&[
        (
            "an X server that is gone",
            |well| well.set("DISPLAY", ":4711"),
            "screen",
            Fault,
            &["DISPLAY is `:4711`", "no X server answers", "unset DISPLAY"],
        ),
        (
            "a cookie that cannot be read",
            |well| {
                well.set("DISPLAY", "desk:10.0");
                well.set("XAUTHORITY", "/nowhere/Xauthority");
            },
            "screen",
            Fault,
            &["XAUTHORITY is `/nowhere/Xauthority`", "unset XAUTHORITY"],
        ),
        (
            "a Wayland compositor that is gone",
            |well| well.set("WAYLAND_DISPLAY", "wayland-0"),
            "screen",
            Fault,
            &["no Wayland compositor answers", "unset WAYLAND_DISPLAY"],
        ),
        (
            "a Wayland session",
            |well| {
                well.keep(UnixListener::bind(well.path("run/wayland-0")).unwrap());
                well.set("WAYLAND_DISPLAY", "wayland-0");
            },
            "screen",
            Warn,
            &["cannot be shared by X0tigervnc", "log in to an X11 session"],
        ),
        (
            "no folder for the sockets of X displays",
            |well| fs::remove_dir(well.path("root/tmp/.X11-unix")).unwrap(),
            "x-sockets",
            Fault,
            &["/tmp/.X11-unix is missing", "sudo install -d -m 1777"],
        ),
        (
            "a folder for the sockets of X displays that is closed",
            |well| well.mode("root/tmp/.X11-unix", 0o755),
            "x-sockets",
            Fault,
            &["(mode 755)", "sudo chmod 1777"],
        ),
        (
            "a folder for the sockets of X displays that is somebody's",
            |well| well.machine.system += 1,
            "x-sockets",
            Fault,
            &["belongs to user id", "sudo chown root:root"],
        ),
        (
            "a file where that folder should be",
            |well| {
                fs::remove_dir(well.path("root/tmp/.X11-unix")).unwrap();
                well.write("root/tmp/.X11-unix", "");
            },
            "x-sockets",
            Fault,
            &["is a file", "sudo rm /tmp/.X11-unix"],
        ),
    ]);
}

#[test]
fn what_the_window_needs() {
    each_is_found(&[
        (
            "no WebKitGTK",
            |well| well.write("root/etc/ld.so.cache", "\0libayatana-appindicator3.so.1\0"),
            "webkit",
            Warn,
            &["WebKitGTK 4.1 is missing", "libwebkit2gtk-4.1-0"],
        ),
        (
            "no library for the tray icon",
            |well| well.write("root/etc/ld.so.cache", "\0libwebkit2gtk-4.1.so.0\0"),
            "tray-library",
            Warn,
            &["tray icon is missing", "libayatana-appindicator3-1"],
        ),
        (
            "a desktop that shows no tray icons",
            |well| {
                well.set("DISPLAY", "desk:10.0");
                well.install("dbus-send", "echo '   boolean false'");
            },
            "tray",
            Warn,
            &["shows no tray icons", "gnome-shell-extension-appindicator"],
        ),
        (
            "no session bus",
            |well| {
                well.set("DISPLAY", "desk:10.0");
                well.install("dbus-send", "exit 1");
            },
            "tray",
            Warn,
            &["session bus (D-Bus) does not answer", "dbus-run-session"],
        ),
    ]);
}

#[test]
fn limits_and_the_clock() {
    each_is_found(&[
        (
            "hardly any descriptors",
            |well| well.limit(96),
            "descriptors",
            Fault,
            &["limit of 96 open files", "about 8 viewers", "LimitNOFILE="],
        ),
        (
            "few descriptors",
            |well| well.limit(512),
            "descriptors",
            Warn,
            &["about 112 viewers", "ulimit -Hn"],
        ),
        (
            "a clock that was never set",
            |well| well.machine.now = UNIX_EPOCH + Duration::from_secs(90),
            "clock",
            Fault,
            &["before this version of Porthole was built", "timedatectl"],
        ),
        (
            "a clock that has gone back",
            |well| well.machine.now = SystemTime::now() - Duration::from_secs(24 * 60 * 60),
            "clock",
            Warn,
            &["was saved later than now", "timedatectl"],
        ),
    ]);
}

#[tokio::test]
async fn a_certificate_that_is_well() {
    let mut well = Well::new();
    well.certificate(false);
    well.day_of_2100(100);
    assert!(unwell(&well.examine().await).is_empty());
}

#[test]
fn certificates() {
    each_is_found(&[
        (
            "one with another's key",
            |well| {
                well.certificate(true);
                well.day_of_2100(100);
            },
            "config",
            Fault,
            &["this key does not match any certificate in ", "config.toml:"],
        ),
        (
            "one that has ended",
            |well| {
                well.certificate(false);
                well.day_of_2100(365 + 3);
            },
            "certificate",
            Fault,
            &["expired 3 days ago", "Renew it"],
        ),
        (
            "one that ends soon",
            |well| {
                well.certificate(false);
                well.day_of_2100(365 - 3);
            },
            "certificate",
            Warn,
            &["expires in 3 days", "Renew it"],
        ),
        (
            "one of the future",
            |well| well.certificate(false),
            "certificate",
            Fault,
            &["becomes valid in ", "correct the clock"],
        ),
        (
            "a key that others can read",
            |well| {
                well.certificate(false);
                well.day_of_2100(100);
                well.mode("key.pem", 0o644);
            },
            "secrets",
            Warn,
            &["Other users can read", "key.pem", "chmod o="],
        ),
    ]);
}
