//! websockify's TokenFile.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, sleep},
};
use tracing::{info, warn};

use super::{
    faults::{Cause, Fault, Faults},
    token_files::{Holds, Stamp, read},
    token_lines::TokenLine,
};
use crate::{Grant, Lookup, Route, Target, Token, TokenHash, TokenSource, platform::file_system::is_local};

/// How long files must have stayed the same to be taken for whole.
const SETTLE_TIME: Duration = Duration::from_millis(100);

/// How many times a quiet moment is waited for.
const MAX_POLLS: u32 = 10;

/// How many of these times files that are replaced again and again may come to rest before they are read all the same.
const SLOW_POLLS: u32 = 4;

/// How often the files are looked at when nobody asks for a token, so that a fault is said soon after it is made.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Files of more bytes than this altogether take a while to read: lookups go on with the last good table meanwhile.
const LARGE_SOURCE_BYTES: u64 = 4 << 20;

/// The tokens of a file, or of all files in a folder, with websockify's lines `token: target`; see
/// [`parse`](super::parse).
///
/// Changes are taken up while it runs: each lookup sees the files as they were when it began, and only looks at their
/// dates and sizes unless they changed. (Of files that are larger than 4 MiB altogether a change counts as soon as they
/// are read, which takes some seconds with a million lines; until then lookups see the files as they were.)
///
/// What is wrong with them is said in the log, once for each change, and the last good table stays in force whole. That
/// files which had tokens are empty is wrong, too; whoever wants to have no tokens writes a comment. A session that is
/// connected outlives its token's line, as with websockify.
pub struct TokenFile {
    path: PathBuf,
    table: Arc<ArcSwap<Table>>,
    /// What is wrong with the files as they are now.
    faults: watch::Receiver<Option<Arc<Faults>>>,
    /// Large files are being read.
    reads_long: watch::Receiver<bool>,
    /// What the table was read from, where that can be looked at by whoever asks for a token.
    at_hand: Arc<ArcSwapOption<Stamp>>,
    looks: mpsc::Sender<oneshot::Sender<()>>,
}

impl TokenFile {
    /// Reads `path`, a file or a folder, and follows its changes from then on, until it is dropped. The path must be
    /// absolute if the program may change its folder. Must be called within a Tokio runtime. Tokens are kept as hashes
    /// alone, unless `listed` wants to tell them by [`TokenFile::list`].
    ///
    /// # Errors
    /// Anything that is wrong with the files.
    pub async fn open(path: PathBuf, listed: bool) -> Result<Self, Faults> {
        let (stamp, table, at_hand) = blocking(&path, move |path| {
            let stamp = Stamp::of(path);
            let at_hand = at_hand(path, stamp.clone());
            (stamp, Table::read(path, listed), at_hand)
        })
        .await;
        let table = table?;
        if table.tokens.is_empty() {
            warn!("{} has no tokens yet: nobody gets in", path.display());
        }
        let table = Arc::new(ArcSwap::from_pointee(table));
        let at_hand = Arc::new(ArcSwapOption::from_pointee(at_hand));
        let (looks, asked) = mpsc::channel(1024);
        let (said, faults) = watch::channel(None);
        let (reading, reads_long) = watch::channel(false);
        let follower = Follower {
            path: path.clone(),
            listed,
            stamp,
            table: Arc::clone(&table),
            at_hand: Arc::clone(&at_hand),
            faults: said,
            reads_long: reading,
            being_written: false,
        };
        tokio::spawn(follower.run(asked));
        Ok(Self {
            path,
            table,
            faults,
            reads_long,
            at_hand,
            looks,
        })
    }

    /// What is wrong with the files as they are now; `None` when they are in force.
    pub fn faults(&self) -> watch::Receiver<Option<Arc<Faults>>> {
        self.faults.clone()
    }

    /// Whether the files are as they were read, as far as that can be seen without blocking.
    fn is_fresh(&self) -> bool {
        let seen = self.at_hand.load();
        seen.as_ref().is_some_and(|seen| Stamp::of(&self.path) == **seen)
    }

    /// Waits until changes that were made by now are taken up, or refused.
    pub async fn refresh(&self) {
        let (done, wait) = oneshot::channel();
        if self.looks.send(done).await.is_ok() {
            // An error means that the runtime is shutting down.
            let _ = wait.await;
        }
    }

    /// How many tokens there are, and the first `most` of their targets, in the order of the files; and how many targets
    /// there are besides.
    pub fn summary(&self, most: usize) -> (usize, Vec<Target>, usize) {
        let table = self.table.load();
        let targets: Vec<_> = table.targets.iter().take(most).cloned().collect();
        let more = table.targets.len() - targets.len();
        (table.tokens.len(), targets, more)
    }

    /// All tokens with their targets, by target; nothing unless the file was opened as `listed`.
    pub fn list(&self) -> Vec<TokenLine> {
        let mut lines = self.table.load().lines();
        lines.sort_by_cached_key(|line| (line.target.to_string(), line.token.expose().to_owned()));
        lines
    }
}

impl TokenSource for TokenFile {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        Box::pin(async move {
            if !self.is_fresh() {
                let mut reads_long = self.reads_long.clone();
                tokio::select! {
                    biased;
                    _ = reads_long.wait_for(|long| *long) => {}
                    () = self.refresh() => {}
                }
            }
            let target = self.table.load().target(token.hash())?.clone();
            Some(Grant {
                display: target.to_string(),
                name: target.to_string(),
                target,
                route: Route::Raw,
                expires: None,
                door: None,
            })
        })
    }
}

/// The tokens as hashes, each with its target. Many tokens are meant to take little memory: 36 bytes for each, and its
/// target once.
struct Table {
    /// Sorted by hash, each with the place of its target.
    tokens: Vec<(TokenHash, u32)>,
    targets: Vec<Target>,
    /// Kept only for the list.
    listed: HashMap<TokenHash, Token>,
    /// The files that have tokens.
    files: HashSet<PathBuf>,
}

impl Table {
    /// Blocks.
    fn read(path: &Path, listed: bool) -> Result<Self, Faults> {
        Self::read_after(path, listed, &HashSet::new())
    }

    /// The same for files of which these had tokens before. Blocks.
    fn read_after(path: &Path, listed: bool, before: &HashSet<PathBuf>) -> Result<Self, Faults> {
        let (mut tokens, mut targets, mut list) = (Vec::new(), Targets::default(), HashMap::new());
        let (mut guessable, mut first_guessable) = (0, None);
        let mut content = read(path, |line| {
            if line.is_guessable() {
                guessable += 1;
                first_guessable.get_or_insert_with(|| line.target.clone());
            }
            let hash = line.token.hash();
            tokens.push((hash, targets.place(line.target)));
            if listed {
                list.insert(hash, line.token);
            }
        });
        for (path, why) in content.skipped {
            info!("{} is skipped: {why}", path.display());
        }
        emptied(path, before, &content.files)
            .into_iter()
            .for_each(|fault| content.faults.push(fault));
        if !content.faults.is_empty() {
            return Err(content.faults);
        }
        // Of lines with the same token the last one counts.
        tokens.reverse();
        tokens.sort_by_key(|(hash, _)| *hash);
        tokens.dedup_by_key(|(hash, _)| *hash);
        tokens.shrink_to_fit();
        info!(tokens = tokens.len(), "{} was read", path.display());
        if let Some(first) = first_guessable {
            warn!(
                "{}: {guessable} tokens are so short that they can be guessed, the first is the one for {first}; use at \
                 least 8 random letters and digits, better 22",
                path.display()
            );
        }
        let with_tokens = content
            .files
            .into_iter()
            .filter(|(_, holds)| *holds == Holds::Tokens);
        Ok(Self {
            tokens,
            targets: targets.all,
            listed: list,
            files: with_tokens.map(|(file, _)| file).collect(),
        })
    }

    fn target(&self, hash: TokenHash) -> Option<&Target> {
        let at = self.tokens.binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
        let (_, place) = self.tokens.get(at)?;
        self.targets.get(*place as usize)
    }

    fn lines(&self) -> Vec<TokenLine> {
        let line = |(hash, token): (&TokenHash, &Token)| {
            Some(TokenLine {
                token: token.clone(),
                target: self.target(*hash)?.clone(),
            })
        };
        self.listed.iter().filter_map(line).collect()
    }
}

/// Targets, each once.
#[derive(Default)]
struct Targets {
    all: Vec<Target>,
    places: HashMap<String, u32>,
}

impl Targets {
    /// Where a target stands; there are far fewer than a `u32` counts, since the lines are.
    fn place(&mut self, target: Target) -> u32 {
        let all = &mut self.all;
        *self.places.entry(target.to_string()).or_insert_with(|| {
            all.push(target);
            (all.len() - 1) as u32
        })
    }
}

/// Files that had tokens and are empty, or a folder that had some and has nothing to say any more. That is how a full
/// disk, a share that is not mounted, or a script that failed looks; who wants it so writes a comment.
fn emptied(source: &Path, before: &HashSet<PathBuf>, files: &[(PathBuf, Holds)]) -> Vec<Fault> {
    let fault = |file: &Path, cause| Fault {
        file: file.to_owned(),
        line: None,
        cause,
    };
    let is_emptied = |(file, holds): &&(PathBuf, Holds)| *holds == Holds::Nothing && before.contains(file);
    let faults: Vec<_> = files
        .iter()
        .filter(is_emptied)
        .map(|(file, _)| fault(file, Cause::Emptied))
        .collect();
    let is_silent = files.iter().all(|(_, holds)| *holds == Holds::Nothing);
    if faults.is_empty() && is_silent && !before.is_empty() {
        return vec![fault(source, Cause::EmptiedFolder)];
    }
    faults
}

/// Follows the files, and is the only one that reads them. Dates and sizes are polled, since notifications of changes do
/// not come from network file systems and get lost when links are turned.
struct Follower {
    path: PathBuf,
    listed: bool,
    /// The files that were read last, whether they were good or not.
    stamp: Stamp,
    table: Arc<ArcSwap<Table>>,
    at_hand: Arc<ArcSwapOption<Stamp>>,
    faults: watch::Sender<Option<Arc<Faults>>>,
    reads_long: watch::Sender<bool>,
    /// Whether it was said that the files never come to rest.
    being_written: bool,
}

impl Follower {
    async fn run(mut self, mut asked: mpsc::Receiver<oneshot::Sender<()>>) {
        let mut idle = interval(POLL_INTERVAL);
        idle.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut waiting = Vec::new();
        loop {
            tokio::select! {
                count = asked.recv_many(&mut waiting, 1024) => if count == 0 { return },
                _ = idle.tick() => {}
            }
            // One look serves all who asked before it began; those who ask meanwhile get the next.
            self.look().await;
            for done in waiting.drain(..) {
                // Whoever asked may be gone.
                let _ = done.send(());
            }
        }
    }

    async fn look(&mut self) {
        let found = blocking(&self.path, Stamp::of).await;
        if found == self.stamp {
            return;
        }
        self.reads_long.send_replace(found.bytes() > LARGE_SOURCE_BYTES);
        let read = self.at_rest(found).await;
        self.being_written = match read {
            Some((stamp, table)) => {
                self.take_up(table).await;
                let seen = stamp.clone();
                let at_hand = blocking(&self.path, move |path| at_hand(path, seen)).await;
                // After the table: who finds the files unchanged must find what they say.
                self.at_hand.store(at_hand.map(Arc::new));
                self.stamp = stamp;
                false
            }
            None if self.being_written => true,
            None => {
                warn!(
                    "{} is being written all the time; the last good tokens stay",
                    self.path.display()
                );
                true
            }
        };
        self.reads_long.send_replace(false);
    }

    async fn take_up(&self, table: Result<Table, Faults>) {
        match table {
            Ok(table) => {
                let old = self.table.swap(Arc::new(table));
                // To free a million entries takes a while.
                blocking(&self.path, move |_| drop(old)).await;
                self.faults.send_if_modified(|faults| faults.take().is_some());
            }
            Err(faults) => {
                for fault in faults.to_string().lines() {
                    warn!("{fault}");
                }
                warn!("{} has faults; the last good tokens stay", self.path.display());
                self.faults.send_replace(Some(Arc::new(faults)));
            }
        }
    }

    /// Waits until the files stay as they are, and reads them. A file that is replaced by renaming is whole at any
    /// moment, so one that is replaced all the time is read in the end; one that is written in place all the time is not.
    async fn at_rest(&self, mut last: Stamp) -> Option<(Stamp, Result<Table, Faults>)> {
        for look in 1..=MAX_POLLS {
            sleep(SETTLE_TIME).await;
            let (listed, files) = (self.listed, self.table.load().files.clone());
            let (before, table, after) = blocking(&self.path, move |path| {
                let before = Stamp::of(path);
                (before, Table::read_after(path, listed, &files), Stamp::of(path))
            })
            .await;
            let whole = before == last || (look >= SLOW_POLLS && !before.same_files(&last));
            if whole && before == after {
                return Some((before, table));
            }
            last = after;
        }
        None
    }
}

/// The stamp of a source that is one file on a disk of this machine: to look at that hardly blocks, so a lookup does it
/// itself. Blocks.
fn at_hand(path: &Path, stamp: Stamp) -> Option<Stamp> {
    (stamp.is_of_a_file(path) && is_local(path)).then_some(stamp)
}

/// Does what blocks on a thread that may.
async fn blocking<T: Send + 'static>(path: &Path, work: impl FnOnce(&Path) -> T + Send + 'static) -> T {
    let path = path.to_owned();
    match tokio::task::spawn_blocking(move || work(&path)).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and takes this task with it.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, os::unix::fs::symlink};

    use super::*;

    async fn open(path: &Path) -> TokenFile {
        TokenFile::open(path.to_owned(), true).await.unwrap()
    }

    async fn target(tokens: &TokenFile, token: &str) -> Option<String> {
        tokens
            .lookup(&token.into())
            .await
            .map(|grant| grant.target.to_string())
    }

    fn replace(path: &Path, content: &str) {
        let new = path.with_extension("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, path).unwrap();
    }

    #[tokio::test]
    async fn a_token_gives_its_last_target_and_the_name_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, "alice: h:1\nbob: unix_socket:/run/bob\nalice: h:2\n").unwrap();
        let tokens = open(&path).await;
        let grant = tokens.lookup(&"alice".into()).await.unwrap();
        assert_eq!(grant.display, "h:2");
        assert!(matches!(grant.route, Route::Raw) && grant.expires.is_none());
        assert_eq!(target(&tokens, "bob").await.unwrap(), "unix:/run/bob");
        for wrong in ["", "Alice", "alice ", "carol"] {
            assert_eq!(target(&tokens, wrong).await, None, "{wrong:?}");
        }
        let listed: Vec<_> = tokens
            .list()
            .into_iter()
            .map(|line| line.token.expose().to_owned())
            .collect();
        assert_eq!(listed, ["alice", "bob"]);
    }

    #[tokio::test]
    async fn a_token_is_not_kept_unless_it_is_to_be_listed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, "alice: h:1\n").unwrap();
        assert!(TokenFile::open(path, false).await.unwrap().list().is_empty());
    }

    #[tokio::test]
    async fn every_kind_of_change_counts_from_the_next_lookup_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, "alice: h:1\n").unwrap();
        let tokens = open(&path).await;
        fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"bob: h:2\n")
            .unwrap();
        assert_eq!(target(&tokens, "bob").await.unwrap(), "h:2");
        replace(&path, "alice: h:3\n");
        assert_eq!(target(&tokens, "alice").await.unwrap(), "h:3");
        assert_eq!(target(&tokens, "bob").await, None);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "carol: h:4\n").unwrap();
        assert_eq!(target(&tokens, "carol").await.unwrap(), "h:4");
    }

    /// As container orchestrators change the files that they mount.
    #[tokio::test]
    async fn a_turned_link_counts() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (version, line) in [("1", "alice: h:1"), ("2", "alice: h:2")] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join("tokens"), line).unwrap();
        }
        symlink("1", at("data")).unwrap();
        symlink("data/tokens", at("tokens")).unwrap();
        let (file, all) = (open(&at("tokens")).await, open(folder.path()).await);
        symlink("2", at("data.new")).unwrap();
        fs::rename(at("data.new"), at("data")).unwrap();
        for tokens in [file, all] {
            assert_eq!(target(&tokens, "alice").await.unwrap(), "h:2");
        }
    }

    #[tokio::test]
    async fn a_fault_at_start_is_an_error_and_later_keeps_the_last_good_table_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        let missing = TokenFile::open(path.clone(), false)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(missing.contains("cannot be read"), "{missing}");
        fs::write(&path, "alice: h:1\nbob:h:2\n").unwrap();
        let broken = TokenFile::open(path.clone(), false)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(broken.contains("tokens:2: "), "{broken}");

        fs::write(&path, "alice: h:1\n").unwrap();
        let tokens = open(&path).await;
        replace(&path, "bob: h:2\nalice:h:3\n");
        assert_eq!(target(&tokens, "alice").await.unwrap(), "h:1");
        assert_eq!(target(&tokens, "bob").await, None);
        fs::remove_file(&path).unwrap();
        assert_eq!(target(&tokens, "alice").await.unwrap(), "h:1");
        replace(&path, "bob: h:2\n");
        assert_eq!(target(&tokens, "bob").await.unwrap(), "h:2");
        assert_eq!(target(&tokens, "alice").await, None);
    }

    /// Looks up `alice` without pause while `write` runs; she must always be there.
    async fn always_there(write: impl AsyncFn(&Path)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, "alice: h:5901\nbob: h:5902\n").unwrap();
        let tokens = open(&path).await;
        let lookups = async {
            let mut count = 0;
            loop {
                assert_eq!(
                    target(&tokens, "alice").await.as_deref(),
                    Some("h:5901"),
                    "after {count} lookups"
                );
                count += 1;
                // A lookup that finds the file unchanged waits for nothing.
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = lookups => {}
            () = write(&path) => {}
        }
    }

    #[tokio::test]
    async fn a_file_that_is_written_in_place_is_never_read_by_halves() {
        always_there(async |path| {
            for _ in 0..40 {
                let mut file = fs::File::create(path).unwrap();
                for part in ["alice: h:", "59", "01\nbob: h:5902\n"] {
                    sleep(Duration::from_millis(10)).await;
                    file.write_all(part.as_bytes()).unwrap();
                }
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    #[tokio::test]
    async fn a_file_that_is_replaced_all_the_time_is_taken_up_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, "alice: h:1\n").unwrap();
        let tokens = open(&path).await;
        replace(&path, "alice: h:1\nbob: h:2\n");
        let replacing = async {
            loop {
                replace(&path, "alice: h:1\nbob: h:2\n");
                sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            () = replacing => {}
            bob = target(&tokens, "bob") => assert_eq!(bob.unwrap(), "h:2"),
        }
    }
}
