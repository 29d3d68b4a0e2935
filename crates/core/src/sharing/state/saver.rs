//! Saves what changes, off the threads that serve. What is written is taken when the disk is ready for it: however much
//! changes meanwhile, nothing queues up.

use std::{path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{Changes, State, Store, store::SaveError};
use crate::{platform::blocking::blocking, texts::say};

/// How long changes wait that nobody waits for.
const SOON: Duration = Duration::from_secs(1);

/// How long after a write that failed the next one is tried, if nobody asks for one before.
const RETRY: Duration = Duration::from_secs(30);

/// Where the state is that is saved.
pub(crate) trait Source: Send + Sync + 'static {
    /// All of it.
    fn whole(&self) -> State;

    /// What has changed since this or `whole` was called last; `None` if that is not known.
    fn changes(&self) -> Option<Changes>;
}

/// Saves the state. Cheap to clone; saving ends with the last clone, after all that was wanted is saved.
#[derive(Clone)]
pub(crate) struct Saver {
    file: PathBuf,
    wanted: Arc<watch::Sender<Wanted>>,
    written: watch::Receiver<Written>,
}

/// How saving went, once that is known.
pub(crate) trait Saved: Future<Output = Result<(), SaveError>> + Send + 'static {}

impl<F: Future<Output = Result<(), SaveError>> + Send + 'static> Saved for F {}

/// That which tells how saving went. It is saved also if nobody waits.
pub(crate) type Saving = Pin<Box<dyn Saved>>;

/// How often somebody wanted something to be saved.
#[derive(Clone, Copy, Default)]
struct Wanted {
    at_once: u64,
    soon: u64,
    whole: u64,
    /// Nothing is to be written yet.
    held: bool,
}

/// How far saving has come.
#[derive(Clone, Default)]
struct Written {
    /// What was wanted `at_once` is saved up to here.
    saved: u64,
    /// It was tried up to here.
    tried: u64,
    /// Why the last write failed.
    error: Option<SaveError>,
}

impl Saver {
    /// Saves what `source` has to `store`.
    pub fn start(store: Store, source: Arc<dyn Source>) -> Self {
        let (wanted, orders) = watch::channel(Wanted::default());
        let (progress, written) = watch::channel(Written::default());
        let file = store.file().to_owned();
        tokio::spawn(keep(store, source, orders, progress));
        Self {
            file,
            wanted: Arc::new(wanted),
            written,
        }
    }

    /// Saves all changes until now; the future tells how it went.
    pub fn save(&self) -> Saving {
        let mut number = 0;
        self.wanted.send_modify(|wanted| {
            wanted.at_once += 1;
            number = wanted.at_once;
        });
        let mut written = self.written.clone();
        let ending = SaveError {
            file: self.file.clone(),
            cause: say!("state-ending"),
        };
        Box::pin(async move {
            match written.wait_for(|written| written.tried >= number).await {
                Ok(written) if written.saved >= number => Ok(()),
                Ok(written) => Err(written.error.clone().unwrap_or(ending)),
                Err(_) => Err(ending),
            }
        })
    }

    /// Saves all changes until now within about a second.
    pub fn save_soon(&self) {
        self.wanted.send_modify(|wanted| wanted.soon += 1);
    }

    /// Writes nothing until [`Saver::go_on`]; if that never comes, all that is wanted is forgotten.
    pub fn hold_back(&self) {
        self.wanted.send_modify(|wanted| wanted.held = true);
    }

    /// Writes what is wanted, and was wanted while it was held back.
    pub fn go_on(&self) {
        self.wanted.send_modify(|wanted| wanted.held = false);
    }

    /// Writes everything anew, as soon as possible.
    pub fn rewrite(&self) {
        self.wanted.send_modify(|wanted| wanted.whole += 1);
    }
}

async fn keep(
    store: Store,
    source: Arc<dyn Source>,
    mut orders: watch::Receiver<Wanted>,
    progress: watch::Sender<Written>,
) {
    let mut store = store;
    let (mut done, mut due) = (Wanted::default(), None);
    loop {
        let mut ends = false;
        loop {
            let wanted = *orders.borrow_and_update();
            if wanted.held {
                if orders.changed().await.is_err() {
                    return;
                }
                continue;
            }
            if ends || wanted.at_once > done.at_once || wanted.whole > done.whole {
                break;
            }
            if wanted.soon > done.soon && due.is_none() {
                due = Some(Instant::now() + SOON);
            }
            tokio::select! {
                changed = orders.changed() => ends = changed.is_err(),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => break,
            }
        }
        let wanted = *orders.borrow_and_update();
        if ends
            && (wanted.at_once, wanted.soon, wanted.whole) == (done.at_once, done.soon, done.whole)
            && due.is_none()
        {
            return;
        }
        let whole = wanted.whole > done.whole;
        let from = Arc::clone(&source);
        let (kept, outcome) = blocking(move || {
            let outcome = store.write(&*from, whole);
            (store, outcome)
        })
        .await;
        store = kept;
        done = wanted;
        due = outcome.is_err().then(|| Instant::now() + RETRY);
        tell(&progress, wanted.at_once, outcome);
        if ends {
            return;
        }
    }
}

/// A fault of the disk is said once until it is over, whoever waits and however its cause changes.
fn tell(progress: &watch::Sender<Written>, until: u64, outcome: Result<(), SaveError>) {
    let error = outcome.err();
    let known = progress.borrow().error.is_some();
    match &error {
        Some(error) if !known => tracing::warn!("{error}"),
        None if known => tracing::info!("what could not be saved is saved now"),
        _ => {}
    }
    progress.send_modify(|written| {
        written.tried = until;
        if error.is_none() {
            written.saved = until;
        }
        written.error = error;
    });
}
