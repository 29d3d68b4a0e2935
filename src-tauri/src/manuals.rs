//! porthole's man page and shell completions, in `packaging/manuals`. Fails when they are out of date; to write them anew:
//! `UPDATE_MANUALS=1 cargo test -p porthole-desktop manuals`.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::Arguments;

#[test]
fn the_manuals_are_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/manuals");
    let scratch = tempfile::tempdir().unwrap();
    clap_mangen::generate_to(Arguments::command(), scratch.path()).unwrap();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Arguments::command(), "porthole", scratch.path()).unwrap();
    }
    for made in fs::read_dir(scratch.path()).unwrap() {
        let made = made.unwrap();
        let there = committed.join(made.file_name());
        if std::env::var_os("UPDATE_MANUALS").is_some() {
            fs::copy(made.path(), &there).unwrap();
        }
        assert!(
            fs::read(made.path()).ok() == fs::read(&there).ok(),
            "{} is out of date: run UPDATE_MANUALS=1 cargo test -p porthole-desktop manuals",
            there.display()
        );
    }
}
