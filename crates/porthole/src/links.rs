//! Our own links: tokens that open a display of the config.

mod asking;
mod clock;
mod door;
mod ledger;
mod life;
mod pin;
mod table;
#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use porthole_gateway::{Dial, Grant, Lookup, Rights, Route, Sessions, Target, Token, TokenHash, TokenSource};
use tokio::sync::watch;

use crate::{
    AskView, LinkView, SessionRights, Terms,
    config::{Config, Display, Place},
    desks::Desks,
    history::History,
    state::{Saver, Saving, State},
    texts::say,
};
use clock::{Clock, clock};
use door::LinkDoor;
use ledger::Ledger;
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

/// What links can open.
pub(crate) struct Displays {
    pub config: Arc<Config>,
    pub demo: Arc<dyn Dial>,
    pub desks: Desks,
}

/// The links that work, and what their displays are.
pub(crate) struct Links {
    config: ArcSwap<Config>,
    demo: Arc<dyn Dial>,
    desks: Desks,
    ledger: Arc<Ledger>,
}

/// The system has no random numbers to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("no-random", cause = .0.as_str()))]
pub(crate) struct NoRandom(String);

impl Links {
    /// The links of an earlier start. What is to be remembered goes to `saver` and `history`.
    pub fn new(state: State, saver: Saver, history: History, displays: Displays) -> Self {
        Self::by(clock(), state, saver, history, displays)
    }

    fn by(clock: Clock, state: State, saver: Saver, history: History, displays: Displays) -> Self {
        let Displays { config, demo, desks } = displays;
        let links = Self {
            config: ArcSwap::from(Arc::clone(&config)),
            demo,
            desks,
            ledger: Arc::new(Ledger::new(Table::of(state), clock, saver, history)),
        };
        links.set_config(config);
        links
    }

    /// From now on, sessions end with their links.
    pub fn follow(&self, sessions: Sessions) {
        self.ledger.follow(sessions);
    }

    /// What the displays are from now on.
    pub fn set_config(&self, config: Arc<Config>) {
        let names = config.displays.iter().map(|display| display.name.clone());
        self.ledger.set_displays(names.collect());
        self.config.store(config);
    }

    /// The config in force.
    pub fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    /// Remembers the port for the next start.
    pub fn keep_port(&self, port: u16) -> Saving {
        self.ledger.keep_port(port)
    }

    /// A new link to a display. It works at once; the future tells whether it could be saved.
    pub fn make(&self, display: &str, terms: Terms, audience: Audience) -> Result<(Made, Saving), NoRandom> {
        let token = Token::random().map_err(|error| NoRandom(error.to_string()))?;
        let pin = terms.pin.then(pin::random).transpose()?;
        let link = NewLink {
            display,
            terms,
            audience,
            pin: pin.as_ref().map(|pin| PinHash::of(pin, &token)),
        };
        let (id, saved) = self.ledger.insert(token.hash(), link);
        Ok((Made { token, id, pin }, saved))
    }

    /// A link that gives control of a display until the program ends.
    pub fn until_the_end(&self, display: &str) -> Result<Token, NoRandom> {
        let terms = Terms {
            seconds: None,
            ..Terms::default()
        };
        let (made, _) = self.make(display, terms, Audience::Window)?;
        Ok(made.token)
    }

    /// A link that gives control of a display for [`LIFETIME`], to a browser of this machine.
    pub fn to_keep(&self, display: &str) -> Result<(Token, Saving), NoRandom> {
        let terms = Terms {
            seconds: Some(LIFETIME.as_secs()),
            ..Terms::default()
        };
        let (made, saved) = self.make(display, terms, Audience::Here)?;
        Ok((made.token, saved))
    }

    /// Ends a link and its sessions; `false` if there is none of that name.
    pub fn revoke(&self, link: LinkId) -> (bool, Saving) {
        let (count, saved) = self.ledger.revoke(|table| table.revoke(link));
        (count > 0, saved)
    }

    /// Ends all links of a display and their sessions, but for windows of the program's own; says how many links.
    pub fn revoke_all(&self, display: &str) -> (usize, Saving) {
        self.ledger.revoke(|table| table.revoke_all(display))
    }

    /// The links that work, each with its display's name, the latest first; not those of the program's own windows.
    pub fn views(&self) -> Vec<(String, LinkView)> {
        self.ledger.views()
    }

    /// The link that a session came by; `None` for windows of the program's own.
    pub fn id(&self, token: TokenHash) -> Option<LinkId> {
        self.ledger.id(token)
    }

    /// The visitors who wait for an answer, the longest first.
    pub fn asking(&self) -> Vec<AskView> {
        self.ledger.asking.views()
    }

    /// Answers a visitor who waits: with the rights to let him in with, at most the link's, or `None`. `false` if he has
    /// gone.
    pub fn answer(&self, visitor: u64, rights: Option<SessionRights>) -> bool {
        self.ledger.asking.answer(visitor, rights.map(Rights::from))
    }

    /// Changes whenever one of the links or of the visitors who wait does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.ledger.changes()
    }

    /// Whether a link for others lives.
    pub fn shared_links_live(&self) -> watch::Receiver<bool> {
        self.ledger.shared()
    }

    /// Where a display's VNC server is called.
    pub fn target(&self, display: &Display, rights: Rights) -> Target {
        match &display.place {
            Place::Demo => Target::InProcess(Arc::clone(&self.demo)),
            Place::At(target) => target.clone(),
            Place::Launched(_) => self.desks.target(&display.name, rights),
        }
    }

    fn grant(&self, token: &Token) -> Option<Grant> {
        let opened = self.ledger.open(token.hash())?;
        let config = self.config.load();
        let display = config.display(&opened.display)?;
        let route = Route::Vnc {
            password: display.password.clone(),
            rights: opened.terms.rights.into(),
        };
        Some(Grant {
            display: display.name.clone(),
            // With the password for control, so that the owner can give it to a visitor who may only view.
            target: self.target(display, Rights::Control),
            route,
            expires: opened.left.and_then(|left| SystemTime::now().checked_add(left)),
            door: Some(Arc::new(LinkDoor {
                ledger: Arc::clone(&self.ledger),
                token: token.clone(),
                opened,
            })),
        })
    }
}

impl TokenSource for Links {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        Box::pin(async move { self.grant(token) })
    }
}
