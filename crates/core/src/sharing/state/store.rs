//! The state file and its journal. All of this blocks.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    Changes, KnownDisplay, Link, Source, State,
    journal::{self, Generation, Read, Tip},
    room::{RESERVE_BYTES, has_room, reserve},
};
use crate::{
    platform::{private_file, program_lock::ProgramLock},
    sharing::links::LinkId,
    texts::say,
};

/// No first line of a journal is longer, in bytes.
const MAX_HEADER_BYTES: u64 = 256;

/// By how many bytes a journal may be longer than its state file before that is written whole.
const MAX_JOURNAL_EXCESS: u64 = 4 << 20;

/// A journal grows beyond the excess only where there is no room for a whole state, and never beyond this, in bytes: a start
/// reads no file of more than 128 MiB.
const MAX_JOURNAL_BYTES: u64 = 100 << 20;

/// Why the state could not be saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("state-not-saved", file = file.display().to_string(), cause = cause.as_str()))]
pub(crate) struct SaveError {
    pub(super) file: PathBuf,
    pub(super) cause: String,
}

/// What a start of the program finds.
pub(crate) struct Loaded {
    pub state: State,
    /// What is to be said, if something is lost.
    pub lost: Option<String>,
    /// Where changes go.
    pub store: Store,
}

/// A state file and its journal.
///
/// Its program holds a lock. Where the system has none, another program with the same state file is noticed by what it has
/// written; whoever notices it writes everything anew. So the last that writes is right, and no line of one stands between
/// lines of the other.
#[derive(Debug)]
pub(crate) struct Store {
    file: PathBuf,
    /// Where the journal goes on; `None`: it does not, and the next write is whole.
    tip: Option<Tip>,
    /// How long the state file is, in bytes.
    length: u64,
    /// Up to where the journal has room on the disk, as far as is known, in bytes.
    reserved: u64,
    /// Held until nothing more is written.
    _lock: Option<Arc<ProgramLock>>,
}

/// The state file. `generation` comes first: it is compared before each write to the journal.
///
/// In the first versions it had no journal, and `links` in place of `links_before_journal`. A program of such a version
/// does not know links that the journal has revoked: it must not take this for a whole state, and takes it for damaged.
#[derive(Serialize)]
struct Written<'a> {
    generation: &'a str,
    /// That of the journal that lay beside it, whose content it has.
    replaces: Option<&'a str>,
    port: Option<u16>,
    last_link: LinkId,
    displays: &'a [KnownDisplay],
    links_before_journal: &'a [Link],
}

#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    generation: Option<String>,
    #[serde(default)]
    replaces: Option<String>,
    port: Option<u16>,
    #[serde(default)]
    last_link: LinkId,
    #[serde(default)]
    displays: Vec<KnownDisplay>,
    #[serde(alias = "links")]
    links_before_journal: Vec<Link>,
}

/// Reads the state. What makes no sense is moved aside, and the program starts without links.
pub(crate) fn load(file: &Path) -> Loaded {
    let none = Loaded {
        state: State::default(),
        lost: None,
        store: Store::anew(file),
    };
    let (kept, length) = match private_file::read(file).map(|bytes| (read_state(&bytes), bytes.len())) {
        Ok((Ok(kept), length)) => (kept, length as u64),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return none,
        Ok((Err(error), _)) => {
            let cause = say!("state-damaged", file = shown(file), error = error.to_string());
            return none.with_lost(cause);
        }
        Err(error) => {
            let cause = say!("state-unreadable", file = shown(file), error = error.to_string());
            return none.with_lost(cause);
        }
    };
    let (generation, state) = kept;
    let journal = journal_of(file);
    let cause = match generation.map(|generation| (private_file::read(&journal), generation)) {
        None => return Loaded { state, ..none },
        Some((Ok(bytes), generation)) => match journal::read(&generation, &bytes) {
            Read::Contained => return Loaded { state, ..none },
            Read::Foreign => say!(
                "state-journal-foreign",
                file = shown(file),
                journal = shown(&journal)
            ),
            Read::Changes(changes, tip) => {
                let state = journal::apply(state, changes);
                let store = Store {
                    tip,
                    length,
                    ..none.store
                };
                return Loaded { state, store, ..none };
            }
            Read::Damaged(line) => say!("state-journal-damaged", file = shown(&journal), line = line),
        },
        // Also if there is none: whenever there is a state file, there has been one.
        Some((Err(error), _)) => {
            say!(
                "state-unreadable",
                file = shown(&journal),
                error = error.to_string()
            )
        }
    };
    // What is not known may have revoked any link. Ids are not given anew, and displays keep theirs.
    let state = State {
        links: Vec::new(),
        ..state
    };
    Loaded { state, ..none }.with_lost(cause)
}

/// What is wrong with the journal of a state file; for the doctor.
pub(crate) fn journal_fault(file: &Path) -> Option<String> {
    let (generation, _) = read_state(&private_file::read(file).ok()?).ok()?;
    let journal = journal_of(file);
    let generation = generation?;
    let bytes = match private_file::read(&journal) {
        Ok(bytes) => bytes,
        Err(error) => {
            let error = error.to_string();
            return Some(say!("state-unreadable", file = shown(&journal), error = error));
        }
    };
    match journal::read(&generation, &bytes) {
        Read::Damaged(line) => Some(say!("state-journal-damaged", file = shown(&journal), line = line)),
        Read::Foreign => Some(say!(
            "state-journal-foreign",
            file = shown(file),
            journal = shown(&journal)
        )),
        Read::Contained | Read::Changes(..) => None,
    }
}

impl Loaded {
    /// For a program that remembers nothing: whoever has this must not save.
    pub fn nothing() -> Self {
        Self {
            state: State::default(),
            lost: None,
            store: Store::anew(Path::new("")),
        }
    }

    /// The state file goes first: alone, the journal says nothing, and the state file says too much.
    fn with_lost(self, cause: String) -> Self {
        let file = &self.store.file;
        let aside = private_file::set_aside(file);
        let journal = journal_of(file);
        if aside.is_ok() && journal.exists() {
            // It is passed over from now on.
            let _ = fs::rename(&journal, journal.with_extension("damaged.journal"));
        }
        let kept = match aside {
            Ok(aside) => say!("state-kept", aside = shown(&aside)),
            Err(error) => say!("state-not-kept", error = error.to_string()),
        };
        let lost = format!("{cause} {kept} {}", say!("state-links-lost"));
        Self {
            lost: Some(lost),
            ..self
        }
    }
}

impl Store {
    /// A store that is written whole at first.
    pub fn anew(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            tip: None,
            length: 0,
            reserved: 0,
            _lock: None,
        }
    }

    /// The same, whose program holds this lock: no other program writes here, nor reads what will be written, as long as
    /// this lives.
    pub fn under(self, lock: Option<Arc<ProgramLock>>) -> Self {
        Self { _lock: lock, ..self }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Takes from `source` what has changed, or all, and writes it.
    ///
    /// # Errors
    /// It could not be written; then the next write is whole.
    pub(super) fn write(&mut self, source: &dyn Source, whole: bool) -> Result<(), SaveError> {
        // What has changed goes to the journal first, where room is kept for it: should there be none for a whole state (a
        // full disk, a quota), nothing is lost, and the journal goes on.
        let is_saved = self.write_changes(source);
        if is_saved && !self.should_replace(whole) {
            return Ok(());
        }
        match self.replace(&source.whole()) {
            Err(error) if is_saved => {
                tracing::debug!(%error, "the state is not written whole, its journal goes on");
                Ok(())
            }
            outcome => outcome.map_err(|cause| SaveError {
                file: self.file.clone(),
                cause: cause.to_string(),
            }),
        }
    }

    /// Adds what has changed to the journal; whether all is on the disk then.
    fn write_changes(&mut self, source: &dyn Source) -> bool {
        let tip = self.tip.take().filter(|tip| tip.length() <= MAX_JOURNAL_BYTES);
        let Some((tip, changes)) = tip.and_then(|tip| Some((tip, source.changes()?))) else {
            return false;
        };
        if changes.is_empty() {
            self.tip = Some(tip);
            return true;
        }
        match append(&self.file, tip, &changes, &mut self.reserved) {
            Ok(tip) if tip.is_some() => {
                self.tip = tip;
                return true;
            }
            Ok(_) => tracing::debug!("another program has written the state; all is written anew"),
            Err(error) => tracing::debug!(%error, "the journal of the state; all is written anew"),
        }
        false
    }

    /// Whether a whole state is wanted, and there is room for one.
    fn should_replace(&self, whole: bool) -> bool {
        let length = self.tip.as_ref().map_or(0, Tip::length);
        (whole || length > self.length + MAX_JOURNAL_EXCESS) && has_room(&self.file, self.length + length)
    }

    /// First the state, then an empty journal: in between, the state says that it contains the old one. A state file
    /// without any journal is one that has lost it, so that the first journal is there before.
    fn replace(&mut self, state: &State) -> io::Result<()> {
        let generation = generation()?;
        let journal = journal_of(&self.file);
        // What lies there now, whoever has written it: it is the state of this program that counts from here on.
        let replaces = private_file::read_beginning(&journal, MAX_HEADER_BYTES)
            .ok()
            .and_then(|beginning| journal::generation_of(&beginning));
        let json = serde_json::to_vec(&Written {
            generation: &generation,
            replaces: replaces.as_deref(),
            port: state.port,
            last_link: state.last_link,
            displays: &state.displays,
            links_before_journal: &state.links,
        })?;
        let (tip, line) = Tip::first(&generation);
        if !journal.try_exists()? {
            private_file::replace(&journal, &line)?;
        }
        private_file::replace(&self.file, &json)?;
        private_file::replace(&journal, &line)?;
        self.reserved = OpenOptions::new()
            .append(true)
            .open(&journal)
            .map_or(0, |journal| reserve(&journal, tip.length()));
        self.length = json.len() as u64;
        self.tip = Some(tip);
        Ok(())
    }
}

/// Adds a line, unless another program has written since: then `None`.
fn append(file: &Path, mut tip: Tip, changes: &Changes, reserved: &mut u64) -> io::Result<Option<Tip>> {
    let mut journal = match OpenOptions::new().read(true).append(true).open(journal_of(file)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        journal => journal?,
    };
    if journal.try_lock().is_err() {
        return Ok(None);
    }
    let (_, header) = Tip::first(tip.generation());
    let ours = journal.metadata()?.len() == tip.length()
        && begins_with(&mut journal, &header)?
        && begins_with(&mut File::open(file)?, beginning(tip.generation()).as_bytes())?;
    if !ours {
        return Ok(None);
    }
    let line = tip.add(&serde_json::to_vec(changes)?);
    journal.write_all(&line)?;
    journal.sync_data()?;
    if *reserved < tip.length() + RESERVE_BYTES / 2 {
        *reserved = reserve(&journal, tip.length());
    }
    Ok(Some(tip))
}

fn begins_with(file: &mut File, wanted: &[u8]) -> io::Result<bool> {
    let mut found = Vec::with_capacity(wanted.len());
    file.take(wanted.len() as u64).read_to_end(&mut found)?;
    Ok(found == wanted)
}

/// How a state file of this generation begins.
fn beginning(generation: &str) -> String {
    format!("{{\"generation\":\"{generation}\"")
}

pub(super) fn read_state(bytes: &[u8]) -> serde_json::Result<(Option<Generation>, State)> {
    let kept: Kept = serde_json::from_slice(bytes)?;
    let state = State {
        port: kept.port,
        links: kept.links_before_journal,
        last_link: kept.last_link,
        displays: kept.displays,
    };
    // Anything else was not written here, and no journal belongs to it.
    let generation = kept
        .generation
        .filter(|generation| generation.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let generation = generation.map(|this| Generation {
        this,
        replaces: kept.replaces,
    });
    Ok((generation, state))
}

/// Where the journal of a state file is.
pub(crate) fn journal_of(file: &Path) -> PathBuf {
    file.with_extension("journal")
}

/// One that no other state file has had.
fn generation() -> io::Result<String> {
    let number = || getrandom::u64().map_err(|error| io::Error::other(error.to_string()));
    Ok(format!("{:016x}{:016x}", number()?, number()?))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
