//! portholed's man pages and shell completions, in `packaging/manuals`. Fails when they are out of date; to write them anew:
//! `UPDATE_MANUALS=1 cargo test -p portholed manuals`.

use std::{collections::BTreeSet, fs, path::Path};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

#[test]
fn the_manuals_are_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/manuals");
    let scratch = tempfile::tempdir().unwrap();
    clap_mangen::generate_to(Args::command(), scratch.path()).unwrap();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Args::command(), "portholed", scratch.path()).unwrap();
    }
    for name in names(scratch.path()).union(&names(&committed)) {
        let (made, there) = (scratch.path().join(name), committed.join(name));
        if std::env::var_os("UPDATE_MANUALS").is_some() {
            // One that is not made any more has nothing to be copied.
            fs::copy(&made, &there)
                .or_else(|_| fs::remove_file(&there).map(|()| 0))
                .unwrap();
        }
        assert!(
            fs::read(&made).ok() == fs::read(&there).ok(),
            "{} is out of date: run UPDATE_MANUALS=1 cargo test -p portholed manuals",
            there.display()
        );
    }
}

/// The files in a folder that are about portholed.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("portholed")).collect()
}
