//! Our own links: tokens that open a display of the config.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use porthole_gateway::{Dial, Grant, Lookup, Rights, Route, Target, Token, TokenHash, TokenSource};

use crate::{
    config::{Config, Display, Place},
    desks::Desks,
    state::{Link, Saved, Saver, State},
};

/// How long a link works that outlives the program.
pub const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// So many links of one display work at once, of those that outlive the program and of those that do not; the oldest
/// one makes room.
const MOST: usize = 100;

/// A clock that is put right may go back a little without making new links void.
const SLACK: u64 = 60 * 60;

/// The links that work, and what their displays are.
pub(crate) struct Links {
    config: ArcSwap<Config>,
    demo: Arc<dyn Dial>,
    desks: Desks,
    table: Mutex<Table>,
    saver: Saver,
}

#[derive(Default)]
struct Table {
    port: Option<u16>,
    links: HashMap<TokenHash, Entry>,
    made: u64,
}

struct Entry {
    display: String,
    /// The order in which links were made.
    number: u64,
    /// `None`: until the program ends.
    life: Option<Life>,
}

/// In seconds since 1970 (UTC).
#[derive(Clone, Copy)]
struct Life {
    created: u64,
    expires: u64,
}

/// The system has no random numbers to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers ({0})")]
pub(crate) struct NoRandom(String);

impl Links {
    pub fn new(state: State, config: Arc<Config>, demo: Arc<dyn Dial>, desks: Desks, saver: Saver) -> Self {
        let mut table = Table {
            port: state.port,
            ..Table::default()
        };
        let now = seconds(SystemTime::now());
        for Link {
            token,
            display,
            created,
            expires,
        } in state.links
        {
            table.insert(token, display, Some(Life { created, expires }), now);
        }
        Self {
            config: config.into(),
            demo,
            desks,
            table: Mutex::new(table),
            saver,
        }
    }

    /// What the displays are from now on.
    pub fn set_config(&self, config: Arc<Config>) {
        self.config.store(config);
    }

    /// Remembers the port for the next start.
    pub fn keep_port(&self, port: u16) -> impl Saved + use<> {
        let mut table = self.table();
        table.port = Some(port);
        self.saver.save(table.state())
    }

    /// A link that works until the program ends.
    pub fn until_the_end(&self, display: &str) -> Result<Token, NoRandom> {
        let token = random()?;
        self.table()
            .insert(token.hash(), display.to_owned(), None, seconds(SystemTime::now()));
        Ok(token)
    }

    /// A link that works for [`LIFETIME`], also when the program was started anew in between. It works at once; the
    /// future tells whether it could be saved.
    pub fn to_keep(&self, display: &str) -> Result<(Token, impl Saved + use<>), NoRandom> {
        let token = random()?;
        let created = seconds(SystemTime::now());
        let life = Life {
            created,
            expires: created + LIFETIME.as_secs(),
        };
        let mut table = self.table();
        table.insert(token.hash(), display.to_owned(), Some(life), created);
        Ok((token, self.saver.save(table.state())))
    }

    /// The config in force.
    pub fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    /// Where a display's VNC server is called.
    pub fn target(&self, display: &Display, rights: Rights) -> Target {
        match &display.place {
            Place::Demo => Target::InProcess(Arc::clone(&self.demo)),
            Place::At(target) => target.clone(),
            Place::Launched(_) => self.desks.target(&display.name, rights),
        }
    }

    fn grant(&self, token: &Token, now: u64) -> Option<Grant> {
        let (name, expires) = self.table().display(token.hash(), now)?;
        let config = self.config.load();
        let display = config.display(&name)?;
        let rights = Rights::Control;
        let target = self.target(display, rights);
        let route = Route::Vnc {
            password: display.password.clone(),
            rights,
        };
        let expires = expires.map(|expires| UNIX_EPOCH + Duration::from_secs(expires));
        Some(Grant {
            display: name,
            target,
            route,
            expires,
            door: None,
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenSource for Links {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        Box::pin(async move { self.grant(token, seconds(SystemTime::now())) })
    }
}

impl Table {
    /// The display that a link opens, and when the link ends.
    fn display(&self, token: TokenHash, now: u64) -> Option<(String, Option<u64>)> {
        let entry = self
            .links
            .get(&token)
            .filter(|entry| entry.life.is_none_or(|life| life.holds(now)))?;
        Some((entry.display.clone(), entry.life.map(|life| life.expires)))
    }

    fn insert(&mut self, token: TokenHash, display: String, life: Option<Life>, now: u64) {
        self.links
            .retain(|_, entry| entry.life.is_none_or(|life| now < life.expires));
        self.made += 1;
        self.links.insert(
            token,
            Entry {
                display: display.clone(),
                number: self.made,
                life,
            },
        );
        let alike = |entry: &Entry| entry.display == display && entry.life.is_some() == life.is_some();
        let alike: Vec<_> = self.links.iter().filter(|(_, entry)| alike(entry)).collect();
        if alike.len() > MOST
            && let Some(oldest) = alike
                .iter()
                .min_by_key(|(_, entry)| entry.number)
                .map(|(token, _)| **token)
        {
            self.links.remove(&oldest);
        }
    }

    fn state(&self) -> State {
        let mut kept: Vec<_> = self
            .links
            .iter()
            .filter_map(|(token, entry)| Some((token, entry, entry.life?)))
            .collect();
        kept.sort_by_key(|(_, entry, _)| entry.number);
        let link = |(token, entry, life): (&TokenHash, &Entry, Life)| Link {
            token: *token,
            display: entry.display.clone(),
            created: life.created,
            expires: life.expires,
        };
        State {
            port: self.port,
            links: kept.into_iter().map(link).collect(),
        }
    }
}

impl Life {
    /// Before its creation a link does not hold either: a clock that was put back must not lengthen its life.
    fn holds(self, now: u64) -> bool {
        (self.created.saturating_sub(SLACK)..self.expires).contains(&now)
    }
}

fn random() -> Result<Token, NoRandom> {
    Token::random().map_err(|error| NoRandom(error.to_string()))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use std::{io, pin::Pin};

    use tokio::net::TcpStream;

    use super::*;
    use crate::config::Display;

    #[derive(Debug)]
    struct Nobody;

    impl Dial for Nobody {
        fn dial(&self) -> Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + '_>> {
            Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
        }
    }

    fn config(displays: &[(&str, &str)]) -> Arc<Config> {
        let displays = displays.iter().map(|(name, target)| Display {
            name: (*name).into(),
            place: Place::At(target.parse().unwrap()),
            password: Some("secret".into()),
        });
        Arc::new(Config {
            displays: displays.collect(),
            ..Config::empty()
        })
    }

    async fn desks(folder: &tempfile::TempDir) -> Desks {
        let launcher = porthole_launcher::Launcher::at(folder.path().join("desks"));
        Desks::adopt(launcher, Duration::ZERO).await
    }

    struct Fixture {
        folder: tempfile::TempDir,
        links: Links,
    }

    impl Fixture {
        async fn new(displays: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let saver = Saver::start(folder.path().join("state.json"));
            let links = Links::new(
                State::default(),
                config(displays),
                Arc::new(Nobody),
                desks(&folder).await,
                saver,
            );
            Self { folder, links }
        }

        /// Another start of the program with the same state file.
        async fn started_again(self, displays: &[(&str, &str)]) -> Self {
            let file = self.folder.path().join("state.json");
            let (state, said) = crate::state::load(&file);
            assert_eq!(said, None);
            let links = Links::new(
                state,
                config(displays),
                Arc::new(Nobody),
                desks(&self.folder).await,
                Saver::start(file),
            );
            Self { links, ..self }
        }

        fn now(&self, token: &Token) -> Option<Grant> {
            self.after(token, 0)
        }

        fn after(&self, token: &Token, after: i64) -> Option<Grant> {
            self.links.grant(
                token,
                seconds(SystemTime::now()).checked_add_signed(after).unwrap(),
            )
        }
    }

    const DAY: i64 = 24 * 60 * 60;

    #[tokio::test]
    async fn a_link_opens_what_its_display_is_now() {
        let fixture = Fixture::new(&[("Alice", ":1"), ("Bob", ":2")]).await;
        let token = fixture.links.until_the_end("Bob").unwrap();
        let grant = fixture.links.lookup(&token).await.unwrap();
        assert_eq!(
            (grant.display.as_str(), grant.target),
            ("Bob", ":2".parse().unwrap())
        );
        assert!(matches!(
            grant.route,
            Route::Vnc {
                password: Some(_),
                rights: Rights::Control
            }
        ));
        fixture.links.set_config(config(&[("Bob", ":3")]));
        assert_eq!(fixture.now(&token).unwrap().target, ":3".parse().unwrap());
        fixture.links.set_config(config(&[("Alice", ":1")]));
        assert!(fixture.now(&token).is_none(), "a display that was removed");
        assert!(fixture.now(&Token::from("guess")).is_none());
        assert!(fixture.now(&Token::from("")).is_none());
    }

    #[tokio::test]
    async fn a_copied_link_outlives_the_program_and_a_window_does_not() {
        let fixture = Fixture::new(&[("Alice", ":1")]).await;
        let window = fixture.links.until_the_end("Alice").unwrap();
        let (copied, saved) = fixture.links.to_keep("Alice").unwrap();
        saved.await.unwrap();
        fixture.links.keep_port(6081).await.unwrap();
        let stored = std::fs::read_to_string(fixture.folder.path().join("state.json")).unwrap();
        assert!(!stored.contains(copied.expose()), "only the hash is stored");
        let fixture = fixture.started_again(&[("Alice", ":1")]).await;
        assert!(fixture.now(&copied).is_some());
        assert!(fixture.now(&window).is_none());
        assert_eq!(fixture.links.table().port, Some(6081));
    }

    #[tokio::test]
    async fn a_link_works_for_its_time_whatever_the_clock_does() {
        let fixture = Fixture::new(&[("Alice", ":1")]).await;
        let (token, saved) = fixture.links.to_keep("Alice").unwrap();
        saved.await.unwrap();
        let opens = [
            (0, true),
            (-60, true),
            (6 * DAY, true),
            (7 * DAY, false),
            (3650 * DAY, false),
            (-3650 * DAY, false),
        ];
        for (after, opens) in opens {
            assert_eq!(fixture.after(&token, after).is_some(), opens, "after {after} s");
        }
        let end = fixture.now(&token).unwrap().expires.unwrap();
        assert_eq!(
            end.duration_since(SystemTime::now())
                .unwrap()
                .as_secs()
                .div_ceil(60),
            7 * 24 * 60
        );
    }

    #[tokio::test]
    async fn the_oldest_link_of_a_display_makes_room() {
        let fixture = Fixture::new(&[("Alice", ":1"), ("Bob", ":2")]).await;
        let bob = fixture.links.until_the_end("Bob").unwrap();
        let window = fixture.links.until_the_end("Alice").unwrap();
        let mut tokens = Vec::new();
        for _ in 0..=MOST {
            tokens.push(fixture.links.to_keep("Alice").unwrap().0);
        }
        assert!(fixture.now(&tokens[0]).is_none());
        assert!(tokens[1..].iter().all(|token| fixture.now(token).is_some()));
        assert!(fixture.now(&bob).is_some() && fixture.now(&window).is_some());
    }
}
