//! Thousands of links: they are all listed, and one more is one more.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::program::{Home, Portholed};

/// Their listing is some MiB long.
const LINKS: usize = 18_000;

const CONFIG: &str = "listen = \"127.0.0.1\"
port = 0
[[display]]
name = \"Alice, whose name is long, so that each line of a list is\"
id = \"alice\"
target = \"demo\"
";

fn only(home: &Home, extension: &str) -> PathBuf {
    let files = fs::read_dir(home.path(".local/state/porthole")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    files
        .find(|file| file.extension().is_some_and(|found| found == extension))
        .unwrap()
}

/// As an earlier version of the program has written them.
fn write(home: &Home) {
    let link = |number: usize| {
        json!({
            "token": format!("{number:064x}"), "display": "Alice", "display_id": "alice", "created": 1_700_000_000,
            "expires": null, "id": number, "shared": true,
        })
    };
    let links: Vec<Value> = (1..=LINKS).map(link).collect();
    let file = only(home, "journal").with_extension("json");
    fs::write(file, json!({ "port": null, "links": links }).to_string()).unwrap();
}

/// The answer to one request at the control socket, as it comes.
fn answer(home: &Home, request: &Value) -> String {
    let mut stream = UnixStream::connect(only(home, "sock")).unwrap();
    writeln!(stream, "{request}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn thousands_of_links_are_listed_revoked_and_made() {
    let home = Home::new();
    home.write("c.toml", CONFIG);
    let portholed = Portholed::start(&home, &["--config=c.toml"]);
    portholed.stop(Signal::TERM).await;
    write(&home);
    let mut portholed = Portholed::start(&home, &["--config=c.toml"]);
    // Its own link, which is saved by then.
    assert!(portholed.next_line().contains("/v#"));
    let run = |words: &[&str]| home.run(&[words, &["--config=c.toml"]].concat());
    let listed = |words: &[&str]| -> Vec<u64> {
        let output = run(words);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let links: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        links.iter().map(|link| link["id"].as_u64().unwrap()).collect()
    };
    let ids = listed(&["links", "--json"]);
    assert!(
        ids.is_sorted_by(|one, next| one > next),
        "each once, the latest first"
    );
    assert_eq!(ids.iter().filter(|id| **id <= LINKS as u64).count(), LINKS);
    // No answer has all of them, whatever is asked for.
    for page in [Value::Null, json!({ "limit": usize::MAX })] {
        let asked = json!({ "request": "links", "page": page });
        let part: Value = serde_json::from_str(&answer(&home, &asked)).unwrap();
        assert_eq!(part["links"].as_array().unwrap().len(), 2000);
        assert_eq!(part["more"], true);
    }
    let page = json!({ "request": "links", "display": "alice", "page": { "before": 101, "limit": 100 } });
    let page: Value = serde_json::from_str(&answer(&home, &page)).unwrap();
    let links = page["links"].as_array().unwrap();
    assert_eq!(
        (links.len(), &links[0]["id"], &page["more"]),
        (100, &json!(100), &json!(false))
    );
    let text = String::from_utf8(run(&["links"]).stdout).unwrap();
    assert_eq!(text.lines().count(), ids.len());

    // One more is a line of the journal.
    let state = only(&home, "journal").with_extension("json");
    let before = fs::metadata(&state).unwrap().modified().unwrap();
    assert!(run(&["link", "alice"]).status.success());
    assert!(run(&["revoke", "7"]).status.success());
    assert_eq!(fs::metadata(&state).unwrap().modified().unwrap(), before);
    assert!(fs::metadata(only(&home, "journal")).unwrap().len() < 8192);
    portholed.signal(Signal::KILL);
    drop(portholed);
    let _portholed = Portholed::start(&home, &["--config=c.toml"]);
    let after = listed(&["links", "alice", "--json"]);
    assert!(!after.contains(&7) && after.contains(&8));
    assert_eq!(after.iter().filter(|id| **id <= LINKS as u64).count(), LINKS - 1);
}
