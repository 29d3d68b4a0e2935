//! Following a config's files while the program runs: the config file, and what it or a command line names.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout_at},
};

use super::{ConfigError, ConfigSource, Loaded};
use crate::platform::{blocking::blocking, private_file};

/// Editors save in several steps; the file is read when none came for this long …
const SETTLE_TIME: Duration = Duration::from_millis(100);

/// … or at the latest after this time.
const MAX_SETTLE_TIME: Duration = Duration::from_secs(1);

/// How often the files' dates are looked at: network file systems do not tell of changes, and a user can have so many
/// programs that watch files that no more are let.
const POLL_INTERVAL: Duration = Duration::from_secs(60);

/// What the config is now, good or not.
type News = Result<Loaded, ConfigError>;

/// Tells when the config has changed. Dropping it ends the watching.
pub(crate) struct Follower {
    news: mpsc::Receiver<News>,
    refresh: Refresh,
}

/// Has a config's files looked at without waiting for their changes to be noticed. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Refresh(mpsc::Sender<oneshot::Sender<()>>);

impl Follower {
    /// Waits until the config, or what is wrong with it, is another than before. Cancel safe.
    pub async fn next(&mut self) -> News {
        match self.news.recv().await {
            Some(news) => news,
            // The program is ending.
            None => std::future::pending().await,
        }
    }

    /// For whoever knows that something has changed.
    pub fn refresh(&self) -> Refresh {
        self.refresh.clone()
    }
}

impl Refresh {
    /// Waits until the files were read that there are now. What is new in them is told to whoever follows.
    pub async fn now(&self) {
        let (done, wait) = oneshot::channel();
        if self.0.send(done).await.is_ok() {
            // An error means that the program is ending.
            let _ = wait.await;
        }
    }
}

/// Follows a config and the `files` that were read for it; `known` is what came of that.
pub(crate) fn follow(source: ConfigSource, files: Vec<PathBuf>, known: News) -> Follower {
    let (sender, events) = mpsc::unbounded_channel();
    // A user may have few watchers, and many programs.
    let first = source.file().or(files.first().map(PathBuf::as_path));
    let watcher = first.and_then(|first| {
        let watcher = notify::recommended_watcher(move |event| {
            // Fails when the program ends, and then nobody minds.
            let _ = sender.send(event);
        });
        watcher.inspect_err(|error| unwatchable(first, error)).ok()
    });
    let watched = Watched {
        watcher,
        events,
        folders: HashSet::new(),
        names: HashSet::new(),
    };
    start(source, files, known, watched)
}

fn start(mut source: ConfigSource, mut files: Vec<PathBuf>, mut known: News, watched: Watched) -> Follower {
    let (news, receiver) = mpsc::channel(1);
    let (refresh, mut asked) = mpsc::channel::<oneshot::Sender<()>>(16);
    let mut watched = watched;
    tokio::spawn(async move {
        let mut waiting: Vec<oneshot::Sender<()>> = Vec::new();
        let mut quiet = false;
        loop {
            source.expect_file();
            watched.set(source.file(), &files);
            // Read after the watch has begun, or what changed in between would be missed.
            let (now, read, seen) = blocking({
                let (source, before) = (source.clone(), files.clone());
                move || {
                    // Before they are read: what is written meanwhile has another date than what was seen.
                    let seen = stamps(source.file(), &before);
                    let mut files = Vec::new();
                    let now = source.load(&mut files);
                    (now, files, seen)
                }
            })
            .await;
            if now != known && !quiet {
                // Somebody is just saving it; half of a config must not end anybody's session.
                watched.quiet().await;
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
            for done in waiting.drain(..) {
                // Whoever asked may be gone.
                let _ = done.send(());
            }
            tokio::select! {
                () = watched.change() => quiet = true,
                () = changed_since(&seen) => quiet = false,
                Some(done) = asked.recv() => {
                    waiting.push(done);
                    quiet = false;
                }
                () = news.closed() => return,
            }
        }
    });
    Follower {
        news: receiver,
        refresh: Refresh(refresh),
    }
}

fn unwatchable(path: &Path, error: &notify::Error) {
    tracing::warn!(
        "{} cannot be watched, so changes are noticed within a minute: {error}",
        path.display()
    );
}

/// By what a change of a file is seen without reading it.
type Stamp = (PathBuf, Option<(SystemTime, u64)>);

/// Blocks.
fn stamps(config: Option<&Path>, files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |path: &Path| {
        let found = fs::metadata(path).ok();
        let stamp = found.and_then(|found| Some((found.modified().ok()?, found.len())));
        (path.to_owned(), stamp)
    };
    let files = files.iter().map(PathBuf::as_path);
    config.into_iter().chain(files).map(stamp).collect()
}

/// Waits until the dates of files are others. Cancel safe. Never done where there are none.
async fn changed_since(seen: &[Stamp]) {
    if seen.is_empty() {
        std::future::pending::<()>().await;
    }
    let paths: Vec<_> = seen.iter().map(|(path, _)| path.clone()).collect();
    loop {
        sleep_until(Instant::now() + POLL_INTERVAL).await;
        let paths = paths.clone();
        if blocking(move || stamps(None, &paths)).await != seen {
            return;
        }
    }
}

/// The folders that are watched, and the names in them that matter. Folders, since an editor that saves by renaming
/// leaves a watch on the file itself behind.
struct Watched {
    /// `None`: the system lets nobody watch any more.
    watcher: Option<RecommendedWatcher>,
    events: mpsc::UnboundedReceiver<notify::Result<Event>>,
    folders: HashSet<PathBuf>,
    names: HashSet<OsString>,
}

impl Watched {
    fn set(&mut self, config: Option<&Path>, others: &[PathBuf]) {
        let files = config.into_iter().chain(others.iter().map(PathBuf::as_path));
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
        if let Some(watcher) = &mut self.watcher {
            for gone in self.folders.difference(&folders) {
                // It may be gone from the disk as well.
                let _ = watcher.unwatch(gone);
            }
        }
        if let Some(folder) = config.and_then(Path::parent) {
            // Without its folder, the first config could not be noticed.
            let _ = private_file::create_folder(folder);
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
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        let watch = watcher.watch(folder, RecursiveMode::NonRecursive);
        watch.inspect_err(|error| unwatchable(folder, error)).is_ok()
    }

    /// Waits for a change that matters, and until it is over.
    async fn change(&mut self) {
        self.event().await;
        self.quiet().await;
    }

    /// Waits until nothing that matters has changed for a while.
    async fn quiet(&mut self) {
        let latest = Instant::now() + MAX_SETTLE_TIME;
        while timeout_at(latest.min(Instant::now() + SETTLE_TIME), self.event())
            .await
            .is_ok()
        {
            if Instant::now() >= latest {
                return;
            }
        }
    }

    async fn event(&mut self) {
        loop {
            match self.events.recv().await {
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
    use crate::config::{Config, ConfigPlace, load};

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
            let follower = follow(ConfigSource::File(place), files, known);
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

    /// As when the system lets nobody watch, or does not tell of changes.
    #[tokio::test(start_paused = true)]
    async fn a_change_that_nobody_tells_of_is_noticed_within_a_minute_or_at_once_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, ALICE).unwrap();
        let place = ConfigPlace::at(file.clone(), folder.path().join("state.json"));
        let known = load(&place, &mut Vec::new());
        let (_events, nothing) = mpsc::unbounded_channel();
        let watched = Watched {
            watcher: None,
            events: nothing,
            folders: HashSet::new(),
            names: HashSet::new(),
        };
        let mut follower = start(ConfigSource::File(place), Vec::new(), known, watched);
        follower.refresh().now().await;
        fs::write(&file, ALICE.replace("Alice", "Alice and Bob")).unwrap();
        let begun = Instant::now();
        let news = follower.next().await.unwrap();
        assert_eq!(news.config.displays[0].name, "Alice and Bob");
        assert!(begun.elapsed() <= POLL_INTERVAL + MAX_SETTLE_TIME);
        fs::write(&file, "").unwrap();
        let begun = Instant::now();
        follower.refresh().now().await;
        assert!(begun.elapsed() <= MAX_SETTLE_TIME);
        assert_eq!(follower.next().await.unwrap().config, Config::empty());
    }
}
