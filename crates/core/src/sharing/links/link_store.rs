//! The links and what happens to them, for all who have to know.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::Duration,
};

use porthole_gateway::{CloseReason, Pin, Sessions, Token, TokenHash};
use tokio::{sync::watch, time::timeout};

use super::{
    Audience, LinkId, LinksSummary, Orphan, TooMany,
    approval_queue::ApprovalQueue,
    clock::{Clock, Now},
    table::{Begun, NewLink, Opened, Table},
};
use crate::{
    DisplayId, LinkView,
    config::Display,
    sharing::{
        history::History,
        state::{Saver, Saving, Store},
    },
};

/// A timer sleeps with the machine, and does not hear of a clock that was set. So while a link has an end, the clocks
/// are looked at this often.
const CLOCK_POLL_INTERVAL: Duration = Duration::from_secs(5);

/// How often it is saved that links with an end are still alive: a clock that is put back while the program is gone
/// can deceive it by no more.
const SEEN_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// The table of links behind its lock, the file that it is saved to, the sessions that its links opened, the visitors
/// who wait, and those who were here.
pub(super) struct LinkStore {
    table: Arc<Mutex<Table>>,
    clock: Clock,
    saver: Saver,
    pub asking: ApprovalQueue,
    pub history: History,
    sessions: OnceLock<Sessions>,
    changes: watch::Sender<u64>,
    shared: watch::Sender<bool>,
    /// Links that were revoked while nothing could be saved.
    unsaved: Arc<Mutex<HashSet<LinkId>>>,
}

impl LinkStore {
    pub fn new(table: Table, clock: Clock, store: Store, history: History) -> Self {
        let changes = watch::Sender::new(0);
        let shared = watch::Sender::new(table.is_shared());
        let table = Arc::new(Mutex::new(table));
        Self {
            shared,
            saver: Saver::start(store, Arc::clone(&table) as _),
            table,
            clock,
            asking: ApprovalQueue::new(changes.clone()),
            history,
            sessions: OnceLock::new(),
            changes,
            unsaved: Arc::default(),
        }
    }

    /// Saves nothing until sessions are followed.
    pub fn hold_back(&self) {
        self.saver.hold_back();
    }

    /// From now on, what happens to a link happens to its sessions; ends with the last link to this.
    pub fn follow(self: &Arc<Self>, sessions: Sessions) {
        self.saver.go_on();
        if self.sessions.set(sessions).is_ok() {
            tokio::spawn(sweep(Arc::downgrade(self), self.changes()));
        }
    }

    pub fn now(&self) -> Now {
        (self.clock)()
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether a link for others lives.
    pub fn shared(&self) -> watch::Receiver<bool> {
        self.shared.subscribe()
    }

    /// Gives the displays of a config their ids, and takes them for those that there are.
    pub fn put_in_force(&self, displays: &mut [Display]) {
        let (gone, saved) = self.change_and_save(|table, now| table.put_in_force(displays, now));
        // Whatever comes of saving is said with the next link that is made.
        drop(saved);
        self.cut(&gone, CloseReason::Expired);
    }

    /// What a display is called that is in the config, or was not long ago.
    pub fn name(&self, display: &str) -> Option<String> {
        let table = self.table();
        table.displays.get(display).map(|known| known.name.clone())
    }

    /// The displays that have left the config and still have links.
    pub fn orphans(&self) -> Vec<Orphan> {
        self.table().orphans()
    }

    pub fn keep_port(&self, port: u16) -> Saving {
        self.change_and_save(|table, _| table.set_port(port)).1
    }

    pub fn insert(&self, token: TokenHash, link: NewLink<'_>) -> Result<(LinkId, Saving), TooMany> {
        let (inserted, saved) = self.change_and_save(|table, now| table.insert(token, link, now));
        let (id, gone) = inserted?;
        self.cut(&Vec::from_iter(gone), CloseReason::Revoked);
        Ok((id, saved))
    }

    pub fn open(&self, token: TokenHash) -> Option<Opened> {
        self.table().open(token, self.now())
    }

    /// Waits until a link opens nothing any more.
    pub async fn shut(&self, token: TokenHash) {
        let mut changes = self.changes();
        while self.open(token).is_some() {
            // The sender is our own.
            let _ = changes.changed().await;
        }
    }

    /// Turns away a visitor without the PIN of a link that wants one, once it is saved that the PIN was wrong.
    pub async fn show_pin(&self, token: &Token, shown: Option<&Pin>) -> Result<(), CloseReason> {
        let tried = self.table().try_pin(token, shown, self.now());
        if tried == Err(CloseReason::WrongPin) {
            let ((), saved) = self.change_and_save(|_, _| ());
            // What comes of it is in the log, and the visitor is turned away in any case.
            let _ = saved.await;
            if self.open(token.hash()).is_none() {
                tracing::warn!("a link has ended: its PIN was wrong too often");
            }
        }
        tried
    }

    /// Lets a visitor in. Says which link it is, and when it is saved that its one session may have begun, if it has but
    /// one.
    pub fn enter(&self, token: TokenHash) -> Option<(LinkId, Option<Saving>)> {
        let (id, once) = self.change(|table, now| table.enter(token, now))?;
        Some((id, once.then(|| self.saver.save())))
    }

    /// A visitor who was let in has a session. Says for whom the link is; `None` if it was revoked meanwhile, which
    /// ends the session.
    pub fn begin(&self, token: TokenHash) -> Option<Audience> {
        let begun = self.change(|table, now| table.begin(token, now));
        match begun {
            // Whether a link was ever used is what the next start goes by.
            Some(Begun { is_first: true, .. }) => drop(self.saver.save()),
            Some(_) => self.saver.save_soon(),
            None => self.cut(&[token], CloseReason::Revoked),
        }
        begun.map(|begun| begun.audience)
    }

    pub fn leave(&self, token: TokenHash) {
        self.change(|table, _| table.leave(token));
        self.saver.save_soon();
    }

    /// Waits until all changes so far are saved.
    pub fn saved(&self) -> Saving {
        self.saver.save()
    }

    /// Takes links out, and ends their sessions; says how many they were.
    pub fn take_out(&self, which: impl FnOnce(&mut Table) -> Vec<TokenHash>) -> (usize, Saving) {
        let (gone, saved) = self.change_and_save(|table, _| which(table));
        self.cut(&gone, CloseReason::Revoked);
        (gone.len(), saved)
    }

    /// The same with one link. A second time it is tried to save what could not be; `false`: there is none of that name, nor
    /// was there one that is still to be saved as revoked.
    pub fn revoke(&self, link: LinkId) -> (bool, Saving) {
        let (count, saved) = self.take_out(|table| table.revoke(link));
        if count == 0 && !lock(&self.unsaved).contains(&link) {
            return (false, saved);
        }
        (true, self.noting(vec![link], saved))
    }

    /// The same with all links of a display, but for windows of the program's own; says how many they were.
    pub fn revoke_all(&self, display: &str) -> (usize, Saving) {
        let mut links = Vec::new();
        let (count, saved) = self.take_out(|table| {
            links = table.ids_of(display);
            table.revoke_all(display)
        });
        (count, self.noting(links, saved))
    }

    /// Remembers which links are revoked but not saved as such, and forgets it once they are.
    fn noting(&self, links: Vec<LinkId>, saved: Saving) -> Saving {
        let unsaved = Arc::clone(&self.unsaved);
        Box::pin(async move {
            let outcome = saved.await;
            let mut unsaved = lock(&unsaved);
            match outcome {
                Ok(()) => unsaved.retain(|link| !links.contains(link)),
                Err(_) => unsaved.extend(links),
            }
            outcome
        })
    }

    pub fn id(&self, token: TokenHash) -> Option<LinkId> {
        self.table().id(token)
    }

    pub fn view(&self, link: LinkId) -> Option<LinkView> {
        self.table().view(link)
    }

    pub fn views(&self) -> Vec<(DisplayId, LinkView)> {
        self.table().views()
    }

    pub fn summaries(&self, most: usize) -> HashMap<DisplayId, LinksSummary> {
        self.table().summaries(most)
    }

    /// Takes out what is over, and says when to look again.
    pub(super) fn expire(&self) -> Option<Duration> {
        let ((gone, forgotten), next, changed) = {
            let mut table = self.table();
            let now = self.now();
            let over = table.expire(now);
            (over, table.next_end(now), table.has_changed())
        };
        if !gone.is_empty() || forgotten {
            self.cut(&gone, CloseReason::Expired);
            drop(self.change_and_save(|_, _| ()));
        } else if changed {
            self.saver.save_soon();
        }
        next.map(|next| next.min(CLOCK_POLL_INTERVAL))
    }

    /// Saves that what lives is alive: at a start briefly, since the person waits, later in a state that is written whole.
    fn mark(&self, at_start: bool) {
        // Also for a state that is to be written whole: on a full disk it is a line instead.
        self.table().mark_seen(self.now());
        match at_start {
            true => self.saver.save_soon(),
            false => self.saver.rewrite(),
        }
    }

    fn cut(&self, tokens: &[TokenHash], why: CloseReason) {
        if let Some(sessions) = self.sessions.get().filter(|_| !tokens.is_empty()) {
            sessions.end_where(why, |session| tokens.contains(&session.token));
        }
    }

    fn change_and_save<T>(&self, what: impl FnOnce(&mut Table, Now) -> T) -> (T, Saving) {
        let done = self.change(what);
        (done, self.saver.save())
    }

    fn change<T>(&self, what: impl FnOnce(&mut Table, Now) -> T) -> T {
        let (done, shared) = {
            let mut table = self.table();
            (what(&mut table, self.now()), table.is_shared())
        };
        self.shared
            .send_if_modified(|before| std::mem::replace(before, shared) != shared);
        self.changes.send_modify(|count| *count += 1);
        done
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends links when their time is over, and keeps in the state file how long they lived.
async fn sweep(link_store: Weak<LinkStore>, mut changes: watch::Receiver<u64>) {
    let mut marked = None;
    loop {
        changes.borrow_and_update();
        let next = match link_store.upgrade() {
            Some(link_store) => {
                let next = link_store.expire();
                let ran = link_store.now().ran;
                if marked.is_none_or(|marked| ran.saturating_sub(marked) >= SEEN_INTERVAL) {
                    link_store.mark(marked.is_none());
                    marked = Some(ran);
                }
                next
            }
            None => return,
        };
        let changed = match next {
            Some(next) => timeout(next, changes.changed()).await,
            // No link has an end.
            None => Ok(changes.changed().await),
        };
        if let Ok(Err(_)) = changed {
            return;
        }
    }
}
