//! Configs, and what is wrong with them.

use porthole_gateway::{Limits, Target};

use super::*;
use porthole_launcher::{Desktop, What};
use url::Url;

use crate::{
    OpenIn, SessionRights, Terms, Theme,
    config::{Display, Encryption, LaunchPlan, Place, StartWhen, StopWhen},
    texts::tests::{in_marked_german, is_all_marked},
};

fn load_text(text: impl AsRef<[u8]>) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    fs::write(&file, text).unwrap();
    load(
        &ConfigPlace::at(file, folder.path().join("state.json")),
        &mut Vec::new(),
    )
}

#[test]
fn a_config_of_everything() {
    let loaded = load_text(
        r#"
        listen = ["127.0.0.1", "::1"]
        port = 7000
        base_path = "/novnc/"
        hosts = ["Desk.example.org"]
        origins = ["https://Desk.example.org:443"]
        public_url = "https://desk.example.org/novnc/"
        trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
        frame_ancestors = ["https://Portal.example.org"]
        encrypt = true
        mdns = true
        interface = "wlan0"
        open = "browser"
        theme = "dark"
        [links]
        rights = "view"
        ends = "30m"
        once = true
        ask = true
        pin = true
        [limits]
        sessions_per_link = 2
        [[display]]
        name = " Bob "
        target = ":2"
        picture = false
        [[display]]
        name = "Try it"
        target = "demo"
        [[display]]
        name = "Alice"
        launch = { user = "alice", geometry = "800x600", depth = 16, session = "xterm", start = "at-start", stop = "last-close" }
        [[display]]
        name = "Mine"
        launch = {}
        [[display]]
        name = "This screen"
        target = "this-screen"
        "#,
    );
    let config = loaded.unwrap().config;
    assert_eq!(
        config.listen,
        Some(vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()])
    );
    assert_eq!(
        config.limits,
        Limits {
            sessions_per_link: 2,
            sessions_per_display: 128
        }
    );
    assert_eq!((&config.encryption, config.mdns), (&Encryption::Generated, true));
    assert_eq!(config.interface.as_deref(), Some("wlan0"));
    assert_eq!((config.open, config.theme), (OpenIn::Browser, Theme::Dark));
    let terms = Terms {
        rights: SessionRights::View,
        seconds: Some(30 * 60),
        once: true,
        ask: true,
        pin: true,
    };
    assert_eq!(config.links, terms);
    assert_eq!((config.port, config.base_path.as_str()), (Some(7000), "/novnc"));
    assert_eq!(config.hosts, ["desk.example.org"]);
    assert_eq!(config.origins, ["https://desk.example.org"]);
    let public = config.public_url.as_ref().map(Url::as_str);
    assert_eq!(public, Some("https://desk.example.org/novnc/"));
    let proxies: Vec<_> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["127.0.0.1/32", "10.0.0.0/8"]);
    assert_eq!(config.frame_ancestors, ["https://portal.example.org"]);
    let target = Target::Tcp {
        host: "localhost".into(),
        port: 5902,
    };
    assert_eq!(named(&config, "Bob").place, Place::At(target));
    assert_eq!(named(&config, "Try it").place, Place::Demo);
    assert_eq!(
        ["Bob", "Try it"].map(|name| named(&config, name).picture),
        [false, true]
    );
    let alice = Desktop {
        user: Some("alice".into()),
        geometry: "800x600".parse().unwrap(),
        depth: 16.try_into().unwrap(),
        session: Some("xterm".into()),
    };
    for (name, what, start, stop, shown) in [
        (
            "Alice",
            What::Desktop(alice),
            StartWhen::AtStart,
            StopWhen::LastClose,
            "desktop of alice",
        ),
        (
            "Mine",
            What::Desktop(Desktop::default()),
            StartWhen::OnOpen,
            StopWhen::Keep,
            "desktop",
        ),
        (
            "This screen",
            What::ThisScreen,
            StartWhen::OnOpen,
            StopWhen::Keep,
            "this-screen",
        ),
    ] {
        let place = &named(&config, name).place;
        assert_eq!(*place, Place::Launched(LaunchPlan { what, start, stop }));
        assert_eq!(place.to_string(), shown);
    }
}

#[test]
fn what_the_config_leaves_out_of_links_is_as_usual() {
    for (text, terms) in [
        ("", Terms::default()),
        ("[links]", Terms::default()),
        (
            "[links]\nends = \"never\"",
            Terms {
                seconds: None,
                ..Terms::default()
            },
        ),
        (
            "[links]\nrights = \"control\"\nask = true\nends = \"7d\"",
            Terms {
                seconds: Some(7 * 24 * 60 * 60),
                ask: true,
                ..Terms::default()
            },
        ),
    ] {
        assert_eq!(load_text(text).unwrap().config.links, terms, "{text}");
    }
}

#[test]
fn without_a_file_there_is_a_demo_and_an_empty_file_has_no_displays() {
    let nowhere = ConfigPlace::at(
        "/nonexistent/config.toml".into(),
        "/nonexistent/state.json".into(),
    );
    let displays = load(&nowhere, &mut Vec::new()).unwrap().config.displays;
    assert_eq!(
        displays.iter().map(|display| &display.name).collect::<Vec<_>>(),
        ["Demo"]
    );
    assert_eq!(load_text("").unwrap().config, Config::empty());
    assert!(
        load(
            &ConfigPlace {
                named: true,
                ..nowhere
            },
            &mut Vec::new()
        )
        .is_err()
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let display = "[[display]]\nname = \"Alice\"\ntarget = \":1\"\n";
    let launched = |launch: &str| format!("[[display]]\nname = \"A\"\nlaunch = {{ {launch} }}\n");
    let long = format!("[[display]]\nname = \"{}\"\ntarget = \":1\"", "x".repeat(65));
    for (text, line, cause) in [
        ("listen = ", 1, ""),
        ("\nlisten = \"localhost:80\"", 2, "not an address"),
        ("listen = []", 1, "empty list"),
        ("listen = [1]", 1, "expected an address"),
        ("port = 70000", 1, "not a port"),
        ("port = -1", 1, "not a port"),
        ("port = \"http\"", 1, "expected"),
        ("[limits]\nsessions_per_link = 0", 2, "not a number of sessions"),
        (
            "[limits]\n\nsessions_per_display = 100001",
            3,
            "not a number of sessions",
        ),
        ("\n\nprot = 6080", 3, "unknown field `prot`"),
        ("base_path = \"novnc\"", 1, "not a base path"),
        ("base_path = \"/a/../b\"", 1, "not a base path"),
        ("base_path = \"//evil.example\"", 1, "not a base path"),
        ("base_path = \"/a?b#c\"", 1, "not a base path"),
        ("hosts = [\n\"a\",\n\"desk:80\"]", 3, "not a host name"),
        ("hosts = [\"\"]", 1, "not a host name"),
        ("origins = [\"desk.example.org\"]", 1, "not an origin"),
        (
            "origins = [\"https://desk.example.org/novnc\"]",
            1,
            "not an origin",
        ),
        ("origins = [\"ftp://desk.example.org\"]", 1, "not an origin"),
        ("public_url = \"desk.example.org\"", 1, "not an address for links"),
        (
            "public_url = \"https://desk.example.org/?a=b\"",
            1,
            "not an address for links",
        ),
        (
            "public_url = \"https://me:pw@desk.example.org/\"",
            1,
            "not an address for links",
        ),
        (
            "trusted_proxies = [\n\"127.0.0.1\",\n\"nginx\"]",
            3,
            "not the address of a proxy",
        ),
        ("trusted_proxies = [\"0.0.0.0/0\"]", 1, "trust everybody"),
        ("frame_ancestors = [\"*\"]", 1, "not an origin"),
        (
            "frame_ancestors = [\"https://a.example;script-src *\"]",
            1,
            "not an origin",
        ),
        (
            "origins = [\n\"https://a.example\",\n\"https://me:pw@b.example\"]",
            3,
            "`b.example` is not an origin",
        ),
        ("encrypt = \"yes\"", 1, "expected a boolean"),
        ("\ncert = \"none.pem\"", 2, "none.pem cannot be read"),
        (
            "cert = \"config.toml\"\nkey = \"none.pem\"",
            2,
            "none.pem cannot be read",
        ),
        ("encrypt = true\nkey = \"key.pem\"", 2, "add `cert`"),
        ("open = \"tab\"", 1, "neither \"window\" nor \"browser\""),
        (
            "\ntheme = \"pink\"",
            2,
            "not one of \"system\", \"light\", \"dark\"",
        ),
        ("interface = \"\"", 1, "is not a network interface"),
        ("interface = \"a\\nb\"", 1, "is not a network interface"),
        ("[links]\nrights = \"all\"", 2, "neither \"control\" nor \"view\""),
        ("[links]\nends = \"soon\"", 2, "not a duration"),
        ("[links]\nends = \"0m\"", 2, "not a duration"),
        ("[links]\nends = \"367d\"", 2, "not a duration"),
        ("[links]\nonce = 1", 2, "expected a boolean"),
        ("[links]\n\nuses = 2", 3, "unknown field `uses`"),
        (
            "[[display]]\nname = \"Alice\"",
            2,
            "neither `target` nor `launch`",
        ),
        (&format!("{display}launch = {{}}"), 4, "remove one of them"),
        (&launched("user = \"\""), 3, "not an account name"),
        (&launched("user = \"-u root\""), 3, "not an account name"),
        (&launched("geometry = \"1920\""), 3, "is not a size"),
        (&launched("geometry = \"9x9\""), 3, "is not a size"),
        (&launched("depth = 32"), 3, "24 or 16"),
        (&launched("depth = -1"), 3, "24 or 16"),
        (&launched("session = \" \""), 3, "not a command"),
        (
            &launched("start = \"now\""),
            3,
            "neither \"on-open\" nor \"at-start\"",
        ),
        (
            &launched("stop = \"never\""),
            3,
            "neither \"keep\" nor \"last-close\"",
        ),
        (&launched("size = 1"), 3, "unknown field `size`"),
        (
            &format!("{}password_file = \"a.pw\"", launched("")),
            4,
            "needs no password",
        ),
        (
            "[[display]]\nname = \"Alice\"\ntarget = \"somewhere\"",
            3,
            "not an address",
        ),
        (
            "[[display]]\nname = \"Alice\"\ntarget = \":1\"\nshared = true",
            4,
            "unknown field `shared`",
        ),
        ("[[display]]\nname = \" \"\ntarget = \":1\"", 2, "needs a name"),
        (
            "[[display]]\nname = \"A\\tB\"\ntarget = \":1\"",
            2,
            "control characters",
        ),
        (&long, 2, "too long"),
        (
            &format!("{display}{display}"),
            5,
            "the name `Alice` is taken by the display on line 2",
        ),
        (
            &format!("{display}password_file = \"none.pw\""),
            4,
            "none.pw cannot be read",
        ),
        (&format!("{display}password_file = \".\""), 4, "it is not a file"),
        ("name = \"a\"\nname = \"b\"", 2, ""),
    ] {
        let error = load_text(text).unwrap_err();
        assert_eq!(error.line, Some(line), "{text}: {error}");
        assert!(error.cause.contains(cause), "{text}: {error}");
        assert!(error.to_string().contains(&format!("config.toml:{line}: ")) && !error.cause.contains('\n'));
        let german = in_marked_german(|| load_text(text)).unwrap_err();
        assert!(is_all_marked(&german.cause), "{text}: {german}");
    }
}

#[test]
fn what_is_no_text_or_too_long_is_refused() {
    assert_eq!(load_text(b"\n# caf\xe9").unwrap_err().line, Some(2));
    assert!(
        load_text("#".repeat(MAX_FILE_BYTES as usize + 1))
            .unwrap_err()
            .cause
            .contains("longer")
    );
    let folder = tempfile::tempdir().unwrap();
    let place = ConfigPlace::at(folder.path().into(), folder.path().join("state.json"));
    assert!(
        load(&place, &mut Vec::new())
            .unwrap_err()
            .cause
            .contains("not a file")
    );
}

#[test]
fn a_password_is_the_first_line_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = ConfigPlace::at(
        folder.path().join("config.toml"),
        folder.path().join("state.json"),
    );
    fs::write(
        &place.file,
        "[[display]]\nname = \"A\"\ntarget = \":1\"\npassword_file = \"a.pw\"",
    )
    .unwrap();
    let load_with = |password: &[u8]| {
        fs::write(folder.path().join("a.pw"), password).unwrap();
        load(&place, &mut Vec::new())
    };
    for (content, password) in [
        ("secret", "secret"),
        ("secret\r\nnote\n", "secret"),
        (" a b \n", " a b "),
    ] {
        let display = &load_with(content.as_bytes()).unwrap().config.displays[0];
        assert_eq!(display.password, Some(password.into()), "{content:?}");
    }
    for (content, cause) in [
        ("", "empty"),
        ("\nsecret", "empty"),
        (&"x".repeat(5000), "longer"),
    ] {
        assert!(
            load_with(content.as_bytes()).unwrap_err().cause.contains(cause),
            "{content:?}"
        );
    }
    assert!(load_with(b"\xff\xfe").unwrap_err().cause.contains("vncpasswd"));
}

#[cfg(unix)]
#[test]
fn a_password_file_that_others_can_read_is_worth_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let place = ConfigPlace::at(
        folder.path().join("config.toml"),
        folder.path().join("state.json"),
    );
    let password = folder.path().join("a.pw");
    fs::write(
        &place.file,
        "[[display]]\nname = \"A\"\ntarget = \":1\"\npassword_file = \"a.pw\"",
    )
    .unwrap();
    fs::write(&password, "secret").unwrap();
    for (mode, warnings) in [(0o600, 0), (0o644, 1)] {
        fs::set_permissions(&password, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(load(&place, &mut Vec::new()).unwrap().warnings.len(), warnings);
    }
}

proptest::proptest! {
    #[test]
    fn whatever_the_file_says_the_answer_names_one_of_its_lines(
        lines in proptest::collection::vec(line(), 0..12),
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..8),
    ) {
        for text in [lines.join("\n").into_bytes(), [lines.join("\n").as_bytes(), &bytes].concat()] {
            let most = text.iter().filter(|&&byte| byte == b'\n').count() + 1;
            if let Err(error) = check(Path::new("/nonexistent/config.toml"), text, &mut Vec::new()) {
                assert!(error.line.is_none_or(|line| (1..=most).contains(&line)), "{error}");
                assert!(!error.cause.is_empty() && !error.cause.contains('\n'), "{error:?}");
            }
        }
    }
}

/// Something like a line of a config.
fn line() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    prop_oneof![
        Just("[[display]]".to_owned()),
        "(listen|port|base_path|hosts|origins|public_url|trusted_proxies|frame_ancestors|encrypt|cert|key|links|name|target|launch|password_file) = (\"[^\"]{0,9}\"|\\{ (user|depth|stop) = \"?[a-z0-9-]{1,9}\"? \\}|[0-9-]{1,7}|\\[\"[a-z.:]{0,9}\"\\])",
        "[ -~é\t]{0,20}",
    ]
}

fn named<'a>(config: &'a Config, name: &str) -> &'a Display {
    let mut displays = config.displays.iter();
    displays.find(|display| display.name == name).unwrap()
}
