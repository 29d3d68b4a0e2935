//! Links for others: what they give, how other machines reach them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;

use porthole::{Intent, SessionRights};
use support::{Home, display, person::Person};

#[tokio::test]
async fn what_a_link_gives_unless_said_otherwise_stands_in_the_config() {
    let home = Home::with("[links]\nends = \"30m\"\nask = true\n");
    let mut person = Person::start(&home).await;
    let terms = person.sees(|_| true).await.default_terms;
    assert_eq!((terms.seconds, terms.ask), (Some(30 * 60), true));
    home.write("[links]\nrights = \"view\"\n");
    let rights = |now: &porthole::Snapshot| now.default_terms.rights;
    person.sees(|now| rights(now) == SessionRights::View).await;
}

#[tokio::test]
async fn encryption_is_switched_in_the_config() {
    let home = Home::with(&format!("# mine\n{}", display("Alice", "demo")));
    let mut person = Person::start(&home).await;
    person.sees(|now| now.displays.len() == 1).await;
    home.write("[[displays]]");
    person.sees(|now| now.fault.is_some()).await;
    person.click(Intent::Encrypt { on: true }).await;
    let notice = person.sees_notice().await;
    assert!(
        notice.text.contains("config.toml:2: unknown field `displays`"),
        "{notice:?}"
    );
    assert_eq!(
        fs::read_to_string(home.path("config.toml")).unwrap(),
        "port = 0\n[[displays]]"
    );
}
