//! A program that is not root's: its user's own desktop, and another's where sudo allows it.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser,
    desks::{Desks, entry},
    home::Home,
    page::IN_THE_OPEN,
    people::{Person, as_root},
    process::run,
};

use crate::{
    desks::{proof, writes},
    displays::{BLUE, RED},
};

/// A rule of sudo, for as long as this is there.
struct Rule(PathBuf);

impl Rule {
    fn new(from: &Person, to: &Person) -> Result<Self> {
        let rule = format!("{} ALL=({}) NOPASSWD: ALL\n", from.name(), to.name());
        let file = PathBuf::from("/etc/sudoers.d/porthole-e2e");
        let home = Home::new()?;
        run(as_root("install")
            .args(["--mode=440", "--owner=root", "--group=root"])
            .args([&home.write("rule", &rule)?, &file]))?;
        Ok(Self(file))
    }
}

impl Drop for Rule {
    fn drop(&mut self) {
        let _ = run(as_root("rm").arg(&self.0));
    }
}

#[tokio::test]
async fn an_ordinary_user_has_desktops_and_anothers_by_a_rule_of_sudo() -> Result<()> {
    let (alice, bob) = (Person::alice()?, Person::bob()?);
    for person in [&alice, &bob] {
        person.account_home()?;
    }
    let entries = [entry("Alice", &alice, RED), entry("Bob", &bob, BLUE)];
    let desks = Desks::configure_for(Person::alice()?, &entries)?;
    let portholed = desks.portholed().await?;
    let browser = Browser::start().await?;

    let page = browser.open(&portholed.link("Bob").await?).await?;
    // Visitors are not told whose account it is, nor which rule is missing; the owner is.
    page.says("Porthole could not start this desktop").await?;
    let told = desks.status("Bob")?.to_string();
    ensure!(
        told.contains("may not start a desktop for porthole-bob"),
        "{told}"
    );
    let rule = Rule::new(&alice, &bob)?;
    for (display, person, colour) in [("Alice", &alice, RED), ("Bob", &bob, BLUE)] {
        let page = browser.open(&portholed.link(display).await?).await?;
        page.shows(colour, IN_THE_OPEN).await?;
        let told = writes(page, "(id -un; pwd; env)", person, &proof(&desks)).await?;
        let home = person.account_home()?.display().to_string();
        ensure!(
            told.starts_with(&format!("{}\n{home}\n", person.name())),
            "{told}"
        );
        let program = desks.home().path().display().to_string();
        ensure!(
            !told.contains(&program),
            "it has the program's environment: {told}"
        );
    }
    let stopped = desks.ask(&["stop-all"])?;
    ensure!(stopped == "Alice: stopped\nBob: stopped\n", "{stopped}");
    drop(rule);
    desks.nothing_is_left()
}
