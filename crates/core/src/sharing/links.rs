//! Our own links: tokens that open a display of the config.

mod admission;
mod approval_queue;
mod clock;
mod expiry;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod identity;
mod link_store;
mod pin;
mod table;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use porthole_gateway::{Dial, Grant, Lookup, Rights, Route, Sessions, Target, Token, TokenHash, TokenSource};
use tokio::sync::watch;

use crate::{
    AskView, DisplayId, LinkView, SessionRights, Terms, VisitView,
    config::{Config, Display, Place},
    desktops::Desktops,
    sharing::{
        history::History,
        state::{Saving, State, Store},
    },
    texts::say,
};
use admission::LinkAdmission;
use clock::{Clock, clock};
use link_store::LinkStore;
use table::{NewLink, Table};

pub(crate) use pin::PinHash;

/// How long a link works that nobody chose an end for.
pub const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Names a link for people. It opens nothing, and is given to no other link, also after a start of the program.
pub(crate) type LinkId = u64;

/// Whom a link is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Others: while it lives, they must be able to reach us.
    Others,
    /// A browser of this machine, which may keep it among its bookmarks.
    Here,
    /// Likewise; it was printed by a start of the headless program, and the next start replaces it unless it was used.
    Start,
    /// A window of the program's own. The link is gone when the program ends, and is not shown among the links.
    Window,
}

impl Audience {
    fn outlives_us(self) -> bool {
        self != Self::Window
    }
}

/// A link that was made just now.
pub(crate) struct Made {
    /// The link's secret: known from here on to its holder alone.
    pub token: Token,
    /// Its name.
    pub id: LinkId,
    /// Its PIN, if one was asked for: likewise.
    pub pin: Option<String>,
}

/// The links of a display, as many as somebody looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinksSummary {
    /// The latest, and those that are in use; the latest first.
    pub shown: Vec<LinkView>,
    /// How many there are besides.
    pub more: usize,
    /// How many of all of them are for others, and open the display.
    pub for_others: usize,
}

/// A display that has left the config and still has links, which open nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Orphan {
    pub id: DisplayId,
    /// What it was called last.
    pub name: String,
    /// When it is forgotten with its links, in milliseconds since 1970 (UTC).
    pub until: u64,
}

/// What links can open, besides VNC servers that the config says.
pub(crate) struct Displays {
    pub demo: Arc<dyn Dial>,
    pub desktops: Desktops,
}

/// The links that work, and what their displays are.
pub(crate) struct Links {
    config: ArcSwap<Config>,
    demo: Arc<dyn Dial>,
    desktops: Desktops,
    link_store: Arc<LinkStore>,
}

/// Why a link was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotMade {
    /// The system has no random numbers to give.
    #[error("{}", say!("no-random", cause = .0.as_str()))]
    NoRandom(String),
    /// The config has no such display.
    #[error("{}", say!("link-no-display"))]
    NoDisplay,
    /// There are too many already.
    #[error("{0}")]
    TooMany(#[from] TooMany),
}

/// There are so many links that no further one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMany {
    /// To the display.
    #[error("{}", say!("link-too-many", count = *.0))]
    OfDisplay(usize),
    /// To all displays together.
    #[error("{}", say!("link-too-many-in-all", count = *.0))]
    InAll(usize),
}

impl Links {
    /// The links of an earlier start; they open nothing before a config is put in force. What is to be remembered goes to `store` and `history`.
    pub fn new(state: State, store: Store, history: History, displays: Displays) -> Self {
        Self::by(clock(), state, store, history, displays)
    }

    fn by(clock: Clock, state: State, store: Store, history: History, displays: Displays) -> Self {
        let Displays { demo, desktops } = displays;
        Self {
            config: ArcSwap::from_pointee(Config::empty()),
            demo,
            desktops,
            link_store: Arc::new(LinkStore::new(Table::of(state), clock, store, history)),
        }
    }

    /// Saves nothing until sessions are followed: the state may be another program's, which runs and goes on changing it.
    pub fn hold_back(&self) {
        self.link_store.hold_back();
    }

    /// From now on, sessions end with their links.
    pub fn follow(&self, sessions: Sessions) {
        self.link_store.follow(sessions);
    }

    /// Puts a config in force, and returns it with the ids that its displays have: a display that is known is known
    /// again. Links of displays that it no longer has open nothing from now on.
    pub fn put_in_force(&self, mut config: Config) -> Arc<Config> {
        self.link_store.put_in_force(&mut config.displays);
        let config = Arc::new(config);
        self.config.store(Arc::clone(&config));
        config
    }

    /// What a display is called that is in the config, or was not long ago.
    pub fn name(&self, display: &str) -> Option<String> {
        self.link_store.name(display)
    }

    /// Calls the displays of visits what they are called now, as far as they are known.
    pub fn call(&self, visits: &mut [VisitView]) {
        for visit in visits {
            let now = visit.display_id.as_ref().and_then(|id| self.name(id.as_str()));
            if let Some(name) = now {
                visit.display = name;
            }
        }
    }

    /// The displays that have left the config and still have links.
    pub fn orphans(&self) -> Vec<Orphan> {
        self.link_store.orphans()
    }

    /// The config in force.
    pub fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    /// Remembers the port for the next start.
    pub fn keep_port(&self, port: u16) -> Saving {
        self.link_store.keep_port(port)
    }

    /// A new link to a display. It works at once; the future tells whether it could be saved.
    pub fn make(
        &self,
        display: &DisplayId,
        terms: Terms,
        audience: Audience,
    ) -> Result<(Made, Saving), NotMade> {
        let config = self.config.load();
        let place = config
            .display(display.as_str())
            .map(|display| display.place.identity());
        let token = Token::random().map_err(|error| NotMade::NoRandom(error.to_string()))?;
        let pin = terms.pin.then(pin::random).transpose()?;
        let link = NewLink {
            display,
            place: place.ok_or(NotMade::NoDisplay)?,
            terms,
            audience,
            pin: pin.as_ref().map(|pin| PinHash::of(pin, &token)),
        };
        let (id, saved) = self.link_store.insert(token.hash(), link)?;
        Ok((Made { token, id, pin }, saved))
    }

    /// A link that gives control of a display until the program ends.
    pub fn until_the_end(&self, display: &DisplayId) -> Result<Token, NotMade> {
        let terms = Terms {
            seconds: None,
            ..Terms::default()
        };
        let (made, _) = self.make(display, terms, Audience::Window)?;
        Ok(made.token)
    }

    /// A link that gives control of a display for [`LIFETIME`], to a browser of this machine.
    pub fn to_keep(&self, display: &DisplayId) -> Result<(Token, Saving), NotMade> {
        self.for_this_machine(display, Audience::Here)
    }

    /// Likewise, for a start of the headless program to print.
    pub fn of_start(&self, display: &DisplayId) -> Result<(Token, Saving), NotMade> {
        self.for_this_machine(display, Audience::Start)
    }

    /// Ends the links that earlier starts have printed and nobody has used: those of this one take their place.
    pub fn retire_links_of_starts(&self) -> Saving {
        self.link_store.take_out(Table::retire_links_of_starts).1
    }

    fn for_this_machine(&self, display: &DisplayId, audience: Audience) -> Result<(Token, Saving), NotMade> {
        let terms = Terms {
            seconds: Some(LIFETIME.as_secs()),
            ..Terms::default()
        };
        let (made, saved) = self.make(display, terms, audience)?;
        Ok((made.token, saved))
    }

    /// Ends a link and its sessions; `false` if there is none of that name. One that was revoked already, but could not be
    /// saved as such, is tried to be saved again.
    pub fn revoke(&self, link: LinkId) -> (bool, Saving) {
        self.link_store.revoke(link)
    }

    /// Ends all links of a display and their sessions, but for windows of the program's own; says how many links.
    pub fn revoke_all(&self, display: &str) -> (usize, Saving) {
        self.link_store.revoke_all(display)
    }

    /// Waits until all changes so far are saved.
    pub fn saved(&self) -> Saving {
        self.link_store.saved()
    }

    /// One link; `None` if there is none of that name.
    pub fn view(&self, link: LinkId) -> Option<LinkView> {
        self.link_store.view(link)
    }

    /// The links that work, or did when their display was in the config, each with its display, the latest first; not those of the program's own windows.
    pub fn views(&self) -> Vec<(DisplayId, LinkView)> {
        self.link_store.views()
    }

    /// The links of each display, of each at most the latest `most` and those that are in use; likewise.
    pub fn summaries(&self, most: usize) -> HashMap<DisplayId, LinksSummary> {
        self.link_store.summaries(most)
    }

    /// The link that a session came by; `None` for windows of the program's own.
    pub fn id(&self, token: TokenHash) -> Option<LinkId> {
        self.link_store.id(token)
    }

    /// The visitors who wait for an answer, the longest first.
    pub fn asking(&self) -> Vec<AskView> {
        self.link_store
            .asking
            .views(|display| self.name(display.as_str()))
    }

    /// Answers a visitor who waits: with the rights to let him in with, at most the link's, or `None`. `false` if he has
    /// gone.
    pub fn answer(&self, visitor: u64, rights: Option<SessionRights>) -> bool {
        self.link_store.asking.answer(visitor, rights.map(Rights::from))
    }

    /// Changes whenever one of the links or of the visitors who wait does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.link_store.changes()
    }

    /// Whether a link for others lives.
    pub fn shared_links_live(&self) -> watch::Receiver<bool> {
        self.link_store.shared()
    }

    /// Where a display's VNC server is called.
    pub fn target(&self, display: &Display, rights: Rights) -> Target {
        match &display.place {
            Place::Demo => Target::InProcess(Arc::clone(&self.demo)),
            Place::At(target) => target.clone(),
            Place::Launched(plan) => self.desktops.target(&display.id, &plan.what, rights),
        }
    }

    fn grant(&self, token: &Token) -> Option<Grant> {
        let opened = self.link_store.open(token.hash())?;
        let config = self.config.load();
        let display = config.display(opened.display.as_str())?;
        // Whatever else may be wrong: a link opens the place that it was made for.
        if display.place.identity() != opened.place {
            return None;
        }
        let route = Route::Vnc {
            password: display.password.clone(),
            rights: opened.terms.rights.into(),
        };
        Some(Grant {
            display: display.id.to_string(),
            name: display.name.clone(),
            // With the password for control, so that the owner can give it to a visitor who may only view.
            target: self.target(display, Rights::Control),
            route,
            expires: opened.left.and_then(|left| SystemTime::now().checked_add(left)),
            door: Some(Arc::new(LinkAdmission {
                link_store: Arc::clone(&self.link_store),
                token: token.clone(),
                opened,
                name: display.name.clone(),
            })),
        })
    }
}

impl TokenSource for Links {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        Box::pin(async move { self.grant(token) })
    }
}
