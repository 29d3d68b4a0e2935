//! The TypeScript of what shells and window exchange, in `ui/src/bindings`. Fails when it is out of date; to write it
//! anew: `UPDATE_BINDINGS=1 cargo test -p porthole-core --test bindings`.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{collections::BTreeMap, fs, path::Path};

use porthole_core::{Intent, Snapshot};
use ts_rs::{Config, TS};

#[test]
fn the_bindings_are_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bindings");
    let scratch = tempfile::tempdir().unwrap();
    write(scratch.path());
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        let _ = fs::remove_dir_all(&committed);
        write(&committed);
    }
    assert_eq!(
        read(&committed),
        read(scratch.path()),
        "ui/src/bindings is out of date: run UPDATE_BINDINGS=1 cargo test -p porthole-core --test bindings"
    );
}

fn write(folder: &Path) {
    let config = Config::new().with_out_dir(folder);
    Snapshot::export_all(&config).unwrap();
    Intent::export_all(&config).unwrap();
}

/// The files of a folder by their names, without the line breaks' style.
fn read(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    let file = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).unwrap().replace("\r\n", "\n");
        (entry.file_name().to_string_lossy().into_owned(), text)
    };
    entries.map(|entry| file(entry.unwrap())).collect()
}
