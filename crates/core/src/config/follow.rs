//! Following the config file while the program runs.

use std::{
    collections::HashSet,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{ConfigError, ConfigPlace, Loaded, load};
use crate::platform::{blocking::blocking, private_file};

/// Editors save in several steps; the file is read when none came for this long …
const SETTLE_TIME: Duration = Duration::from_millis(100);

/// … or at the latest after this time.
const MAX_SETTLE_TIME: Duration = Duration::from_secs(1);

/// What the config is now, good or not.
type News = Result<Loaded, ConfigError>;

/// Tells when the config has changed. Dropping it ends the watching.
pub(crate) struct Follower {
    news: mpsc::Receiver<News>,
}

impl Follower {
    /// Waits until the config, or what is wrong with it, is another than before. Cancel safe.
    pub async fn next(&mut self) -> News {
        match self.news.recv().await {
            Some(news) => news,
            // Nothing can be watched here; that was said when it was found.
            None => std::future::pending().await,
        }
    }
}

/// Follows the config file and the other `files` that were read with it; `known` is what came of that.
pub(crate) fn follow(mut place: ConfigPlace, mut files: Vec<PathBuf>, mut known: News) -> Follower {
    let (news, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let (sender, mut events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event| {
            // Fails when the program ends, and then nobody minds.
            let _ = sender.send(event);
        });
        let mut watched = match watcher {
            Ok(watcher) => Watched {
                watcher,
                folders: HashSet::new(),
                names: HashSet::new(),
            },
            Err(error) => return unwatchable(&place.file, &error),
        };
        let mut quiet = false;
        loop {
            // A file that was there once is missed when it is gone: it may have been moved by mistake.
            place.named |= place.file.exists();
            watched.set(&place.file, &files);
            // Read after the watch has begun, or what changed in between would be missed.
            let (now, read) = blocking({
                let place = place.clone();
                move || {
                    let mut files = Vec::new();
                    (load(&place, &mut files), files)
                }
            })
            .await;
            if now != known && !quiet {
                // Somebody is just saving it; half of a config must not end anybody's session.
                watched.quiet(&mut events).await;
                quiet = true;
                continue;
            }
            if now != known {
                known = now.clone();
                if news.send(now).await.is_err() {
                    return;
                }
            }
            if files != read {
                files = read;
                quiet = false;
                continue;
            }
            tokio::select! {
                () = watched.change(&mut events) => quiet = true,
                () = news.closed() => return,
            }
        }
    });
    Follower { news: receiver }
}

fn unwatchable(path: &Path, error: &notify::Error) {
    tracing::warn!(
        "{} cannot be watched, so changes count from the next start: {error}",
        path.display()
    );
}

type Events = mpsc::UnboundedReceiver<notify::Result<Event>>;

/// The folders that are watched, and the names in them that matter. Folders, since an editor that saves by renaming
/// leaves a watch on the file itself behind.
struct Watched {
    watcher: RecommendedWatcher,
    folders: HashSet<PathBuf>,
    names: HashSet<OsString>,
}

impl Watched {
    fn set(&mut self, config: &Path, others: &[PathBuf]) {
        let files = std::iter::once(config).chain(others.iter().map(PathBuf::as_path));
        // Behind a symbolic link, the file itself is what changes.
        let files: Vec<PathBuf> = files
            .flat_map(|file| [Some(file.to_owned()), file.canonicalize().ok()])
            .flatten()
            .collect();
        self.names = files
            .iter()
            .filter_map(|file| Some(file.file_name()?.to_owned()))
            .collect();
        let folders: HashSet<PathBuf> = files
            .iter()
            .filter_map(|file| Some(file.parent()?.to_owned()))
            .collect();
        for gone in self.folders.difference(&folders) {
            // It may be gone from the disk as well.
            let _ = self.watcher.unwatch(gone);
        }
        let mut kept = HashSet::new();
        for folder in folders {
            let begun = self.folders.contains(&folder) || self.begin(&folder);
            if begun {
                kept.insert(folder);
            }
        }
        self.folders = kept;
    }

    fn begin(&mut self, folder: &Path) -> bool {
        // Without its folder, the first config could not be noticed.
        let _ = private_file::create_folder(folder);
        let watch = self.watcher.watch(folder, RecursiveMode::NonRecursive);
        watch.inspect_err(|error| unwatchable(folder, error)).is_ok()
    }

    /// Waits for a change that matters, and until it is over.
    async fn change(&self, events: &mut Events) {
        self.event(events).await;
        self.quiet(events).await;
    }

    /// Waits until nothing that matters has changed for a while.
    async fn quiet(&self, events: &mut Events) {
        let latest = Instant::now() + MAX_SETTLE_TIME;
        while timeout_at(latest.min(Instant::now() + SETTLE_TIME), self.event(events))
            .await
            .is_ok()
        {
            if Instant::now() >= latest {
                return;
            }
        }
    }

    async fn event(&self, events: &mut Events) {
        loop {
            match events.recv().await {
                Some(Ok(event)) if self.matters(&event) => return,
                Some(Ok(_)) => {}
                // Events were lost: better to read once more.
                Some(Err(_)) => return,
                None => std::future::pending().await,
            }
        }
    }

    fn matters(&self, event: &Event) -> bool {
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| self.names.contains(name));
        // To read a file is an access, which would make us read it again.
        !matches!(event.kind, EventKind::Access(_)) && (event.need_rescan() || event.paths.iter().any(named))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Config;

    const ALICE: &str = "[[display]]\nname = \"Alice\"\ntarget = \":1\"\n";

    struct Fixture {
        folder: tempfile::TempDir,
        follower: Follower,
    }

    impl Fixture {
        /// Follows a config that begins as `text`.
        fn new(text: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("config.toml"), text).unwrap();
            Self::with(folder)
        }

        fn with(folder: tempfile::TempDir) -> Self {
            let place = ConfigPlace::at(
                folder.path().join("config.toml"),
                folder.path().join("state.json"),
            );
            let mut files = Vec::new();
            let known = load(&place, &mut files);
            let follower = follow(place, files, known);
            Self { folder, follower }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        async fn next(&mut self) -> News {
            tokio::time::timeout(Duration::from_secs(20), self.follower.next())
                .await
                .unwrap()
        }

        async fn names(&mut self) -> Vec<String> {
            self.next()
                .await
                .unwrap()
                .config
                .displays
                .into_iter()
                .map(|display| display.name)
                .collect()
        }
    }

    #[tokio::test]
    async fn a_change_is_told_however_the_editor_saves() {
        let mut fixture = Fixture::new(ALICE);
        fs::write(fixture.path("config.toml"), ALICE.replace("Alice", "Bob")).unwrap();
        assert_eq!(fixture.names().await, ["Bob"]);
        for name in ["Carol", "Dave"] {
            fs::write(fixture.path("new"), ALICE.replace("Alice", name)).unwrap();
            fs::rename(fixture.path("new"), fixture.path("config.toml")).unwrap();
            assert_eq!(fixture.names().await, [name]);
        }
    }

    #[tokio::test]
    async fn a_fault_is_told_and_so_is_its_end() {
        let mut fixture = Fixture::new(ALICE);
        fs::write(fixture.path("config.toml"), "[[displays]]").unwrap();
        assert_eq!(fixture.next().await.unwrap_err().line, Some(1));
        fs::write(fixture.path("config.toml"), ALICE).unwrap();
        assert_eq!(fixture.names().await, ["Alice"]);
        fs::remove_file(fixture.path("config.toml")).unwrap();
        assert_eq!(
            fixture.next().await.unwrap_err().line,
            None,
            "a config that is gone is missed"
        );
    }

    #[tokio::test]
    async fn a_first_config_is_noticed() {
        let mut fixture = Fixture::with(tempfile::tempdir().unwrap());
        fs::write(fixture.path("config.toml"), "").unwrap();
        assert_eq!(fixture.next().await.unwrap().config, Config::empty());
    }

    #[tokio::test]
    async fn a_new_password_is_a_change_of_the_config() {
        let mut fixture = Fixture::new(&format!("{ALICE}password_file = \"a.pw\""));
        for (content, password) in [
            ("one", Some("one".into())),
            ("", None),
            ("two", Some("two".into())),
        ] {
            fs::write(fixture.path("a.pw"), content).unwrap();
            let news = fixture.next().await;
            assert_eq!(
                news.ok()
                    .and_then(|news| news.config.displays[0].password.clone()),
                password
            );
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_config_behind_a_symbolic_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let dotfiles = tempfile::tempdir().unwrap();
        fs::write(dotfiles.path().join("porthole.toml"), ALICE).unwrap();
        std::os::unix::fs::symlink(
            dotfiles.path().join("porthole.toml"),
            folder.path().join("config.toml"),
        )
        .unwrap();
        let mut fixture = Fixture::with(folder);
        fs::write(dotfiles.path().join("porthole.toml"), "").unwrap();
        assert_eq!(fixture.next().await.unwrap().config, Config::empty());
    }
}
