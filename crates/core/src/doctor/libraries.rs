//! What the window and the tray icon need. `portholed` needs neither.

use std::fs;

use super::{Case, Machine};
use crate::{Finding, texts::say};

/// Where the loader looks besides its cache, where it has one.
const FOLDERS: [&str; 4] = ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib"];

/// Whether the window's and the tray icon's libraries are there.
pub(super) fn libraries(case: &Case) -> Vec<Finding> {
    let has = |names: &[&str]| names.iter().any(|name| is_there(&case.subject.machine, name));
    let webkit = if has(&["libwebkit2gtk-4.1.so.0"]) {
        Finding::ok("webkit", say!("doctor-webkit-well"))
    } else {
        Finding::warn(
            "webkit",
            say!("doctor-webkit-missing"),
            say!("doctor-webkit-missing-fix"),
        )
    };
    let tray = if has(&["libayatana-appindicator3.so.1", "libappindicator3.so.1"]) {
        Finding::ok("tray-library", say!("doctor-tray-library-well"))
    } else {
        Finding::warn(
            "tray-library",
            say!("doctor-tray-library-missing"),
            say!("doctor-tray-library-missing-fix"),
        )
    };
    vec![webkit, tray]
}

/// Whether the loader would find that library: it is in the loader's cache, or in one of the usual folders.
fn is_there(machine: &Machine, name: &str) -> bool {
    let cache = fs::read(machine.path("/etc/ld.so.cache")).unwrap_or_default();
    cached(&cache, name)
        || FOLDERS
            .iter()
            .any(|folder| machine.path(folder).join(name).exists())
}

/// Whether the loader's cache names the library. The names in it end with a zero; one that is the end of a path is not
/// always written a second time.
fn cached(cache: &[u8], name: &str) -> bool {
    let name = [name.as_bytes(), b"\0"].concat();
    let mut places = cache.windows(name.len() + 1);
    places.any(|place| matches!(place[0], b'\0' | b'/') && place[1..] == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_loaders_cache() {
        for (cache, found) in [
            ("x\0/usr/lib/liba.so.1\0", true),
            ("x\0liba.so.1\0/usr/lib/liba.so.1\0", true),
            ("x\0/usr/lib/liba.so.11\0", false),
            ("x\0/usr/lib/notliba.so.1\0", false),
            ("", false),
        ] {
            assert_eq!(cached(cache.as_bytes(), "liba.so.1"), found, "{cache}");
        }
    }
}
