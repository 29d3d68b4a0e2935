//! Links and visitors by subcommands.

use std::{fs, process::Output, time::UNIX_EPOCH};

use serde_json::Value;

use crate::{
    client::{Client, visit},
    program::{Home, Portholed},
};

const CONFIG: &str = "listen = \"127.0.0.1\"
port = 0
[links]
ends = \"30m\"
[[display]]
name = \"Alice\"
target = \"demo\"
";

struct Place {
    home: Home,
    portholed: Portholed,
}

impl Place {
    fn new() -> Self {
        let home = Home::new();
        home.write("c.toml", CONFIG);
        let portholed = Portholed::start(&home, &["--config=c.toml"]);
        let place = Self { home, portholed };
        // Those that it prints at its start.
        place.prints(&["revoke", "--all", "Alice"]);
        place
    }

    fn run(&self, words: &[&str]) -> Output {
        self.home.run(&[words, &["--config=c.toml"]].concat())
    }

    fn prints(&self, words: &[&str]) -> String {
        self.home.prints(&[words, &["--config=c.toml"]].concat())
    }

    fn json(&self, words: &[&str]) -> Value {
        self.home.json(&[words, &["--config=c.toml"]].concat())
    }

    async fn visit(&self, link: &str) -> Client {
        visit(self.portholed.address, link).await
    }

    /// Waits until somebody is listed.
    async fn listed(&self, what: &str) -> Value {
        loop {
            let list = self.json(&[what]);
            if list[0] != Value::Null {
                return list;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_link_is_made_listed_visited_and_revoked() {
    let place = Place::new();
    assert_eq!(place.prints(&["links"]), "No links\n");
    assert_eq!(place.prints(&["sessions"]), "Nobody is connected\n");
    let link = place.prints(&["link", "Alice"]);
    assert!(link.starts_with("http://") && link.lines().count() == 1, "{link}");
    let listed = place.prints(&["links", "Alice"]);
    assert!(
        listed.contains("  Alice  control, for 30 min, not used yet\n"),
        "{listed}"
    );
    let id = place.json(&["links"])[0]["id"].to_string();

    let mut viewer = place.visit(&link).await;
    assert_eq!(viewer.bytes().await, b"RFB 003.008\n");
    let session = place.listed("sessions").await;
    assert_eq!(session[0]["display"], "Alice");
    assert_eq!(session[0]["link"].to_string(), id);
    assert_eq!(place.prints(&["revoke", &id]), format!("Link {id} is revoked.\n"));
    assert_eq!(viewer.ending().await.0, 4016);
    assert_eq!(place.visit(&link).await.ending().await.0, 4001);
    assert_eq!(place.run(&["revoke", &id]).status.code(), Some(1));
    assert_eq!(
        place.prints(&["revoke", "--all", "Alice"]),
        "Alice has no links.\n"
    );
}

/// A picture of the demo has 2,250 KiB.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_more_viewer_of_the_demo_needs_no_pixels_of_its_own() {
    let place = Place::new();
    let link = place.prints(&["link", "Alice"]);
    let mut viewers = Vec::new();
    let mut come = async || {
        let mut viewer = place.visit(&link).await;
        viewer.bytes().await;
        viewer.come_in().await;
        viewers.push(viewer);
        place.portholed.allocated()
    };
    let first = come().await;
    let mut last = first;
    for _ in 0..20 {
        last = come().await;
    }
    assert!(last < first + 20 * 1024, "from {first} to {last} KiB");
}

/// Whoever finds it full is told so, and not that it cannot be reached; and it does not count as away.
#[tokio::test]
async fn one_viewer_more_than_the_demo_can_serve_is_told_that_it_is_full() {
    let place = Place::new();
    let link = place.prints(&["link", "Alice"]);
    let mut viewers = Vec::new();
    for _ in 0..32 {
        let mut viewer = place.visit(&link).await;
        viewer.bytes().await;
        viewer.come_in().await;
        viewers.push(viewer);
    }
    let (code, reason) = place.visit(&link).await.ending().await;
    assert_eq!(code, 4013, "{reason}");
    assert!(reason.contains("as many sessions"), "{reason}");
    viewers.pop();
    // The Demo notices a little later that one has left.
    while let Err(code) = place.visit(&link).await.next().await {
        assert_eq!(code, 4013);
    }
}

#[test]
fn terms_are_chosen_and_told() {
    let place = Place::new();
    let made = place.json(&[
        "link",
        "Alice",
        "--view",
        "--for",
        "7d",
        "--once",
        "--ask",
        "--pin",
        "--address",
        "127.0.0.1",
    ]);
    let terms = &made["terms"];
    let told = [
        &terms["rights"],
        &terms["seconds"],
        &terms["once"],
        &terms["ask"],
        &terms["pin"],
    ];
    assert_eq!(
        told.map(Value::to_string),
        ["\"view\"", "604800", "true", "true", "true"]
    );
    assert!(made["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert_eq!(made["addresses"][0]["opens"]["kind"], "yes");
    assert_eq!(made["pin"].as_str().unwrap().len(), 6);
    let text = place.prints(&["link", "Alice", "--for", "forever", "--pin"]);
    let (url, pin) = text.split_once('\n').unwrap();
    assert!(
        url.contains("/v#") && pin.starts_with("PIN: ") && pin.len() == 12,
        "{text}"
    );
    let listed = place.prints(&["links"]);
    let lines: Vec<_> = listed.lines().collect();
    assert!(
        lines[0].ends_with("control, until it is revoked, with a PIN, not used yet"),
        "{listed}"
    );
    assert!(
        lines[1].ends_with("view only, for 7 d 0 h, for one session, asks, with a PIN, not used yet"),
        "{listed}"
    );
    for (words, why) in [
        (&["link", "Zoe"][..], "There is no display called Zoe"),
        (
            &["link", "Alice", "--for", "soon"],
            "write it like 30m, 1h, 7d or forever",
        ),
        (&["link", "Alice", "--view", "--control"], "cannot be used with"),
        (
            &["link", "Alice", "--address", "192.0.2.7"],
            "cannot be reached as 192.0.2.7",
        ),
        (&["revoke"], "required"),
        (&["rights", "1", "root"], "invalid value"),
        (&["disconnect", "7"], "There is no session 7"),
    ] {
        let output = place.run(words);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && errors.contains(why),
            "{words:?}: {errors}"
        );
    }
    assert_eq!(place.json(&["links"]).as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn visitors_wait_are_answered_and_leave_a_trace() {
    let place = Place::new();
    let link = place.prints(&["link", "Alice", "--ask"]);
    assert_eq!(place.prints(&["visitors"]), "Nobody waits\n");
    let denied = place.visit(&link).await;
    let visitor = place.listed("visitors").await[0]["id"].to_string();
    let waits = place.prints(&["visitors"]);
    assert!(
        waits.starts_with(&format!("{visitor}  Alice  127.0.0.1 waits for ")),
        "{waits}"
    );
    assert_eq!(
        place.prints(&["answer", &visitor, "deny"]),
        format!("Visitor {visitor} is turned away.\n")
    );
    assert_eq!(denied.ending().await.0, 4011);
    assert_eq!(place.run(&["answer", &visitor, "allow"]).status.code(), Some(1));
    assert_eq!(place.prints(&["history"]), "Nobody came in the last 30 days\n");

    let mut viewer = place.visit(&link).await;
    let visitor = place.listed("visitors").await[0]["id"].to_string();
    place.prints(&["answer", &visitor, "view"]);
    assert_eq!(viewer.bytes().await, b"RFB 003.008\n");
    viewer.come_in().await;
    let visit = place.listed("history").await;
    assert_eq!(
        (&visit[0]["rights"], &visit[0]["ended"]),
        (&"view".into(), &Value::Null)
    );
    let session = place.json(&["sessions"]);
    assert_eq!(session[0]["rights"], "view");
    let id = session[0]["id"].to_string();
    place.prints(&["rights", &id, "control"]);
    assert_eq!(place.json(&["sessions"])[0]["rights"], "control");
    place.prints(&["disconnect", &id]);
    assert_eq!(viewer.ending().await.0, 4002);
    // The viewer is told before it is written.
    let mut trace = place.prints(&["history"]);
    while trace.contains("end not known") {
        trace = place.prints(&["history"]);
    }
    assert!(
        trace.contains(" ago  Alice  127.0.0.1, view only, for "),
        "{trace}"
    );
    assert!(
        trace.ends_with(": The owner of this display ended the session.\n"),
        "{trace}"
    );
}

/// The file has the close code, and the sentence is made for whoever reads it.
#[tokio::test]
async fn why_a_visit_ended_is_told_in_the_readers_language() {
    let place = Place::new();
    let link = place.prints(&["link", "Alice"]);
    let mut viewer = place.visit(&link).await;
    assert_eq!(viewer.bytes().await, b"RFB 003.008\n");
    viewer.come_in().await;
    // Who is revoked before that has left no trace.
    place.listed("history").await;
    let id = place.json(&["links"])[0]["id"].to_string();
    place.prints(&["revoke", &id]);
    assert_eq!(viewer.ending().await.0, 4016);
    while place.json(&["history"])[0]["ended"] == Value::Null {}

    let folder = place.home.path(".local/state/porthole");
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = files
        .find(|file| file.extension() == Some("jsonl".as_ref()))
        .unwrap();
    let written = fs::read_to_string(&file).unwrap();
    assert!(
        written.contains("4016") && !written.contains("revoked the link"),
        "{written}"
    );
    let now = UNIX_EPOCH.elapsed().unwrap().as_millis();
    let old = r#"{"visit":"1-1","at":AT,"event":"began","display":"Old","address":"192.0.2.1","rights":"view"}
{"visit":"1-1","at":AT,"event":"ended","why":"What an earlier version said."}
"#;
    fs::write(&file, written + &old.replace("AT", &now.to_string())).unwrap();

    let english = place.prints(&["history"]);
    assert!(
        english.contains(": The owner of this display revoked the link.\n"),
        "{english}"
    );
    let german = |words: &[&str]| {
        let words = [words, &["--config=c.toml"]].concat();
        let output = place
            .home
            .command(&words)
            .env("LANG", "de_DE.UTF-8")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let told = german(&["history"]);
    assert!(told.contains(": Sie haben den Link widerrufen.\n"), "{told}");
    for told in [english, told] {
        assert!(told.contains(": What an earlier version said.\n"), "{told}");
    }
    let visit: Value = serde_json::from_str(&german(&["history", "--json"])).unwrap();
    let codes = [&visit[0]["code"], &visit[1]["code"]];
    assert!(
        codes.contains(&&4016.into()) && codes.contains(&&Value::Null),
        "{codes:?}"
    );
}

#[tokio::test]
async fn a_full_display_turns_visitors_away_lets_its_owner_in_and_follows_the_config() {
    let home = Home::new();
    let limits = "[limits]\nsessions_per_link = 1\nsessions_per_display = 1\n";
    home.write("c.toml", &format!("{CONFIG}{limits}"));
    let mut portholed = Portholed::start(&home, &["--config=c.toml"]);
    let own = portholed.next_line();
    let place = Place { home, portholed };
    let [one, other] = [(); 2].map(|()| place.prints(&["link", "Alice", "--for", "1h"]));
    let mut first = place.visit(&one).await;
    first.come_in().await;
    for link in [&one, &other] {
        assert_eq!(place.visit(link).await.ending().await.0, 4013);
    }
    let mut owner = place.visit(&own).await;
    owner.come_in().await;
    assert_eq!(place.visit(&own).await.ending().await.0, 4013);

    place.home.replace(
        "c.toml",
        &format!("{CONFIG}{}", limits.replace("display = 1", "display = 2")),
    );
    let mut tries = 0;
    // The config is read again a moment later.
    while place.listed("sessions").await.as_array().unwrap().len() < 3 {
        let mut second = place.visit(&other).await;
        second
            .send(tokio_tungstenite::tungstenite::Message::binary(
                &b"RFB 003.008\n"[..],
            ))
            .await;
        if matches!(
            second.answer().await,
            tokio_tungstenite::tungstenite::Message::Binary(_)
        ) {
            break;
        }
        tries += 1;
        assert!(tries < 2000);
    }
    assert_eq!(place.visit(&one).await.ending().await.0, 4013);
}
