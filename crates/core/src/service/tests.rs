use std::{
    fs,
    path::{Path, PathBuf},
};

/// What changes something, as it is called where it lies: outside of the service's own files nobody may.
const OPERATIONS: &[&str] = &[
    "desktops.start(",
    "desktops.start_soon(",
    "desktops.stop(",
    "desktops.stop_all(",
    "desktops.restart(",
    "links.make(",
    "links.of_start(",
    "links.to_keep(",
    "links.until_the_end(",
    "links.retire_links_of_starts(",
    "links.revoke(",
    "links.revoke_all(",
    "links.answer(",
    "sessions.end(",
    "sessions.set_rights(",
    "config::add(",
    "config::set(",
    "config::import(",
    "config::keep_password(",
    "config::write_first(",
    "probe(",
];

/// The functions of `config` that write; whoever imports one calls it.
const WRITERS: &[&str] = &[
    "add",
    "set",
    "import",
    "keep_password",
    "look_into",
    "write_first",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn callers_change_nothing_but_by_an_operation() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = ["app", "control"].map(|room| sources(&src.join(room)));
    let mut looked_at = 0;
    for path in rooms.concat() {
        let text = fs::read_to_string(&path).unwrap();
        let code: String = text.split_whitespace().collect();
        looked_at += 1;
        for operation in OPERATIONS {
            assert!(
                !code.contains(operation) || code.contains(&format!("fn{operation}")),
                "{}: {operation}…) belongs into service/, once",
                path.display()
            );
        }
        let imports = code
            .split("config::{")
            .skip(1)
            .filter_map(|rest| rest.split('}').next());
        for import in imports.flat_map(|list| list.split(',')) {
            assert!(!WRITERS.contains(&import), "{}: config::{import}", path.display());
        }
    }
    assert!(looked_at > 20);
}
