//! Links, as the gateway and the controller see them.

use std::{
    io,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use porthole_gateway::{CloseReason, Door, SessionInfo, Visitor};
use tokio::net::TcpStream;

use super::{
    clock::Now,
    table::{Limits, MAX_WINDOW_LINKS_PER_DISPLAY},
    *,
};
use crate::{
    config::Display,
    sharing::state::{Loaded, Source},
};

#[derive(Debug)]
struct Nobody;

impl Dial for Nobody {
    fn dial(&self) -> Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + '_>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }
}

/// What a person has written: the names of displays and where they are.
fn config(displays: &[(&str, &str)]) -> Config {
    let displays = displays.iter().map(|(name, target)| display(None, name, target));
    Config {
        displays: displays.collect(),
        ..Config::empty()
    }
}

fn display(id: Option<&str>, name: &str, target: &str) -> Display {
    let place = Place::At(target.parse().unwrap());
    let derived = DisplayId::derived(name, &place.identity(), 0);
    Display {
        id: id.map_or(derived, |id| id.parse().unwrap()),
        id_is_written: id.is_some(),
        former_ids: Vec::new(),
        name: name.into(),
        place,
        password: Some("secret".into()),
        picture: true,
    }
}

/// Likewise, with ids that are the names.
fn written(displays: &[(&str, &str)]) -> Config {
    let displays = displays
        .iter()
        .map(|(name, target)| display(Some(&name.to_lowercase()), name, target));
    Config {
        displays: displays.collect(),
        ..Config::empty()
    }
}

async fn desktops(folder: &tempfile::TempDir) -> Desktops {
    let launcher = porthole_launcher::Launcher::at(folder.path().join("desktops"));
    Desktops::adopt(launcher, Duration::ZERO).await
}

/// In milliseconds.
const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A machine's clocks, as the test sets them.
#[derive(Clone, Default)]
pub(super) struct Clocks(Arc<Mutex<(u64, u64)>>);

impl Clocks {
    fn today() -> Self {
        Self(Arc::new(Mutex::new((1_800_000_000_000, 0))))
    }

    /// Sets the clock on the wall, by so much.
    fn set(&self, by: i64) {
        let mut clocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clocks.0 = clocks.0.checked_add_signed(by).unwrap();
    }

    pub fn now(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub fn pass(&self, time: i64) {
        self.set(time);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 += time as u64;
    }

    fn clock(&self) -> Clock {
        let clocks = self.clone();
        Arc::new(move || {
            let (wall, ran) = *clocks.0.lock().unwrap_or_else(PoisonError::into_inner);
            Now {
                wall,
                ran: Duration::from_millis(ran),
            }
        })
    }
}

pub(super) struct Fixture {
    pub folder: tempfile::TempDir,
    pub clocks: Clocks,
    pub links: Links,
}

impl Fixture {
    pub async fn new(displays: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clocks = Clocks::today();
        let links = Self::links(&folder, &clocks, config(displays)).await;
        Self {
            folder,
            clocks,
            links,
        }
    }

    async fn links(folder: &tempfile::TempDir, clocks: &Clocks, config: Config) -> Links {
        let file = folder.path().join("state.json");
        let Loaded { state, lost, store } = crate::sharing::state::load(&file);
        assert_eq!(lost, None);
        let targets = Displays {
            demo: Arc::new(Nobody),
            desktops: desktops(folder).await,
        };
        let history = History::start(folder.path().join("history.jsonl"));
        let links = Links::by(clocks.clock(), state, store, history, targets);
        links.put_in_force(config);
        links
    }

    /// The display of that name.
    pub fn id(&self, name: &str) -> DisplayId {
        let config = self.links.config();
        let mut displays = config.displays.iter();
        displays.find(|display| display.name == name).unwrap().id.clone()
    }

    /// Another start of the program with the same state file.
    async fn started_again(self, displays: &[(&str, &str)]) -> Self {
        self.started_again_with(config(displays)).await
    }

    pub async fn started_again_with(self, config: Config) -> Self {
        let links = Self::links(&self.folder, &self.clocks, config).await;
        Self { links, ..self }
    }

    async fn make(&self, terms: Terms) -> Made {
        let (made, saved) = self
            .links
            .make(&self.id("Alice"), terms, Audience::Others)
            .unwrap();
        saved.await.unwrap();
        made
    }

    /// Waits until all changes so far are on the disk.
    pub async fn saved(&self) {
        self.links.keep_port(6080).await.unwrap();
    }

    fn opens(&self, token: &Token) -> bool {
        self.links.grant(token).is_some()
    }

    fn door(&self, token: &Token) -> Arc<dyn Door> {
        self.links.grant(token).unwrap().door.unwrap()
    }

    async fn visit(&self, token: &Token, pin: Option<&str>) -> Result<porthole_gateway::Entry, CloseReason> {
        match self.links.grant(token) {
            Some(grant) => grant.door.unwrap().open(visitor(1, pin)).await,
            None => Err(CloseReason::NoSuchLink),
        }
    }

    fn view(&self, link: LinkId) -> Option<LinkView> {
        let views = self.links.views();
        views
            .into_iter()
            .map(|(_, view)| view)
            .find(|view| view.id == link)
    }
}

fn visitor(last: u8, pin: Option<&str>) -> Visitor {
    Visitor {
        address: [192, 0, 2, last].into(),
        pin: pin.map(porthole_gateway::Pin::from),
    }
}

fn session(token: &Token) -> SessionInfo {
    SessionInfo {
        id: 1,
        display: "alice".into(),
        name: "Alice".into(),
        token: token.hash(),
        address: [192, 0, 2, 1].into(),
        since: SystemTime::now(),
        rights: Some(Rights::Control),
        to_viewer: 0,
        to_server: 0,
    }
}

/// Whoever makes a mistake here gets this error in place of an entry.
fn refusal<T>(outcome: Result<T, CloseReason>) -> Option<CloseReason> {
    outcome.err()
}

#[tokio::test]
async fn a_link_opens_its_display_where_it_was_made_for_it() {
    let fixture = Fixture::new(&[]).await;
    fixture
        .links
        .put_in_force(written(&[("Alice", ":1"), ("Bob", ":2")]));
    let token = fixture.links.until_the_end(&fixture.id("Bob")).unwrap();
    let grant = fixture.links.lookup(&token).await.unwrap();
    assert_eq!(
        (&*grant.display, &*grant.name, grant.target),
        ("bob", "Bob", ":2".parse().unwrap())
    );
    assert!(matches!(
        grant.route,
        Route::Vnc {
            password: Some(_),
            rights: Rights::Control
        }
    ));
    // It is the same display, at another place than the link was made for.
    fixture.links.put_in_force(written(&[("Bob", ":3")]));
    assert!(!fixture.opens(&token), "it was made for :2");
    fixture
        .links
        .put_in_force(written(&[("Robert", ":1"), ("Bob", ":2")]));
    assert!(fixture.opens(&token), "it is back there");
    fixture.links.put_in_force(written(&[("Alice", ":1")]));
    assert!(!fixture.opens(&token), "a display that was removed");
    assert!(!fixture.opens(&Token::from("guess")));
    assert!(!fixture.opens(&Token::from("")));
}

#[tokio::test]
async fn a_copied_link_outlives_the_program_and_a_window_does_not() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let window = fixture.links.until_the_end(&fixture.id("Alice")).unwrap();
    let terms = Terms {
        rights: SessionRights::View,
        pin: true,
        ..Terms::default()
    };
    let Made { token, id, pin } = fixture.make(terms).await;
    let pin = pin.unwrap();
    let view = fixture.view(id).unwrap();
    let stored = ["state.json", "state.journal"]
        .map(|name| std::fs::read_to_string(fixture.folder.path().join(name)).unwrap())
        .concat();
    assert!(stored.contains(&String::from(token.hash())));
    for secret in [token.expose(), pin.as_str()] {
        assert!(!stored.contains(secret), "only hashes are stored");
    }
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(fixture.visit(&token, Some(&pin)).await.is_ok());
    assert_eq!(fixture.view(id).unwrap(), view);
    assert_eq!((view.terms, view.shared), (terms, true));
    assert!(!fixture.opens(&window));
}

#[tokio::test]
async fn no_id_is_given_twice() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let first = fixture.make(Terms::default()).await.id;
    fixture.links.revoke(first).1.await.unwrap();
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(fixture.make(Terms::default()).await.id > first);
}

#[tokio::test]
async fn a_link_works_for_its_time_whatever_the_clock_does() {
    for (set, pass, opens) in [
        (0, 59 * MINUTE, true),
        (0, HOUR, false),
        (-MINUTE, 0, true),
        (3650 * DAY, 0, false),
        (-3650 * DAY, 59 * MINUTE, true),
        (-3650 * DAY, HOUR, false),
    ] {
        let fixture = Fixture::new(&[("Alice", ":1")]).await;
        let token = fixture.make(Terms::default()).await.token;
        fixture.clocks.set(set);
        fixture.clocks.pass(pass);
        assert_eq!(fixture.opens(&token), opens, "{set} {pass}");
        if !opens {
            fixture.links.link_store.expire();
            fixture.saved().await;
            for back in [-set, -3650 * DAY, -3650 * DAY, 7300 * DAY] {
                fixture.clocks.set(back);
                assert!(!fixture.opens(&token), "{set} {pass} {back}");
            }
            fixture.clocks.set(-set - pass);
            let fixture = fixture.started_again(&[("Alice", ":1")]).await;
            assert!(!fixture.opens(&token), "{set} {pass}, started again");
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_put_back_while_the_program_is_gone_revives_nothing() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let hour = fixture.make(Terms::default()).await.token;
    let for_ever = Terms {
        seconds: None,
        ..Terms::default()
    };
    let for_ever = fixture.make(for_ever).await.token;
    fixture.clocks.set(-3650 * DAY);
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(
        !fixture.opens(&hour),
        "nobody knows how long the program was gone"
    );
    assert!(fixture.opens(&for_ever));
    // Links made meanwhile do not make the clock believable for older ones.
    let other = fixture.make(Terms::default()).await.token;
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(!fixture.opens(&hour) && fixture.opens(&other));
    fixture.clocks.set(3650 * DAY + 2 * HOUR);
    assert!(!fixture.opens(&hour) && fixture.opens(&for_ever));
}

#[tokio::test]
async fn a_link_of_the_first_versions_works_on() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let token = Token::from("of old");
    let now = fixture.clocks.clock()().wall / 1000;
    let text = format!(
        r#"{{"port": 1, "links": [{{"token": "{}", "display": "Alice", "created": {}, "expires": {}}}]}}"#,
        String::from(token.hash()),
        now - 60,
        now + 60
    );
    // What this start has to write must not come after.
    fixture.saved().await;
    std::fs::write(fixture.folder.path().join("state.json"), text).unwrap();
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(fixture.opens(&token));
    let (_, view) = &fixture.links.views()[0];
    assert_eq!((view.terms.seconds, view.id, view.shared), (Some(120), 1, false));
    fixture.clocks.pass(MINUTE);
    assert!(!fixture.opens(&token));
}

#[tokio::test]
async fn whatever_ids_a_state_file_has_none_is_that_of_two_links_and_a_window_can_read_each() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let tokens = ["one", "two", "three", "four"].map(Token::from);
    let links = tokens.iter().zip([7, 7, u64::MAX, 8]).map(|(token, id)| {
        format!(
            r#"{{"token": "{}", "display": "Alice", "created": 1, "expires": null, "id": {id}}}"#,
            String::from(token.hash()),
        )
    });
    let links = links.collect::<Vec<_>>().join(",");
    let text = format!(r#"{{"port": 1, "last_link": {}, "links": [{links}]}}"#, u64::MAX);
    // What this start has to write must not come after.
    fixture.saved().await;
    std::fs::write(fixture.folder.path().join("state.json"), text).unwrap();
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    let ids = |fixture: &Fixture| {
        tokens
            .each_ref()
            .map(|token| fixture.links.id(token.hash()).unwrap())
    };
    let given = ids(&fixture);
    assert_eq!((given[0], given[3]), (7, 8));
    let made = fixture.make(Terms::default()).await.id;
    let mut all = [&given[..], &[made]].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 5, "{given:?} and {made}");
    assert!(all.iter().all(|id| *id < 1 << 53), "{all:?}");
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert_eq!(ids(&fixture), given, "they keep what they were given");
    fixture.links.revoke(given[0]).1.await.unwrap();
    let open = tokens.each_ref().map(|token| fixture.opens(token));
    assert_eq!(open, [false, true, true, true]);
}

#[test]
fn what_a_start_makes_up_is_written_whole() {
    let token = String::from(Token::from("one").hash());
    let link = |more: &str| {
        let text = format!(r#"{{"token": "{token}", "display": "A", "created": 1, "expires": null{more}}}"#);
        serde_json::from_str(&text).unwrap()
    };
    let changes = |last_link: LinkId, more: &str| {
        Mutex::new(Table::of(State {
            links: vec![link(more)],
            last_link,
            ..State::default()
        }))
        .changes()
    };
    let good = r#", "id": 7, "display_id": "a""#;
    assert!(changes(7, good).unwrap().is_empty());
    assert_eq!(changes(u64::MAX, good), None);
    assert_eq!(changes(7, r#", "id": 7"#), None);
    assert_eq!(changes(7, r#", "display_id": "a""#), None);
}

#[tokio::test]
async fn a_link_that_a_state_file_has_twice_is_as_it_was_written_last() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let token = Token::from("twice");
    let link = |wrong_pins: u32| {
        let token = String::from(token.hash());
        format!(
            r#"{{"token": "{token}", "display": "Alice", "created": 1, "expires": null, "wrong_pins": {wrong_pins}}}"#
        )
    };
    let text = format!(r#"{{"port": 1, "links": [{}, {}]}}"#, link(0), link(1000));
    // What this start has to write must not come after.
    fixture.saved().await;
    std::fs::write(fixture.folder.path().join("state.json"), text).unwrap();
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(!fixture.opens(&token));
}

#[tokio::test]
async fn a_window_can_show_every_moment_of_a_state_file() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let token = Token::from("late");
    let latest = u64::MAX;
    let text = format!(
        r#"{{"port": 1, "links": [{{"token": "{}", "display": "Alice", "created": {latest}, "expires": {latest},
            "seen": 1, "uses": 1, "last_use": {latest}}}], "displays": [{{"id": "bob", "name": "Bob", "place": "h:1",
            "gone": {{"ends": {latest}, "seen": 1}}}}]}}"#,
        String::from(token.hash()),
    );
    // What this start has to write must not come after.
    fixture.saved().await;
    std::fs::write(fixture.folder.path().join("state.json"), text).unwrap();
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    let (_, view) = fixture.links.views().remove(0);
    // The end of a browser's calendar.
    let last = 8_640_000_000_000_000;
    assert_eq!(
        (view.created, view.ends, view.last_use),
        (last, Some(last), Some(last))
    );
    assert!(fixture.opens(&token));
}

#[tokio::test]
async fn no_link_that_was_given_out_ends_because_another_is_made() {
    let fixture = Fixture::new(&[("Alice", ":1"), ("Bob", ":2")]).await;
    let for_ever = Terms {
        seconds: None,
        ..Terms::default()
    };
    let (first, _) = fixture
        .links
        .make(&fixture.id("Alice"), for_ever, Audience::Others)
        .unwrap();
    let alice = fixture.id("Alice");
    let mut table = Table::of(State::default());
    table.put_in_force(
        &mut config(&[("Alice", ":1"), ("Bob", ":2")]).displays,
        fixture.clocks.clock()(),
    );
    let (per_display, in_all) = (20, 50);
    table.set_limits(Limits { per_display, in_all });
    let mut make = |display: &DisplayId, audience, number: usize| {
        let new = NewLink {
            display,
            place: ":1".into(),
            terms: for_ever,
            audience,
            pin: None,
        };
        let token = Token::from(format!("{number}")).hash();
        table
            .insert(token, new, Now::default())
            .map(|(id, gone)| (id, gone.is_some()))
    };
    for number in 0..per_display {
        make(&alice, Audience::Others, number).unwrap();
    }
    let full = TooMany::OfDisplay(per_display);
    for audience in [Audience::Others, Audience::Here, Audience::Start] {
        assert_eq!(make(&alice, audience, in_all), Err(full));
    }
    assert_eq!(
        full.to_string(),
        "this display already has 20 links, the maximum: revoke those nobody needs"
    );
    // Windows of our own are no concern of others.
    assert!(make(&alice, Audience::Window, in_all + 1).is_ok());
    for number in per_display..in_all {
        let display = DisplayId::derived("", "", (number / per_display) as u32);
        make(&display, Audience::Others, number).unwrap();
    }
    assert_eq!(
        make(&fixture.id("Bob"), Audience::Others, in_all + 2),
        Err(TooMany::InAll(in_all))
    );
    for _ in 0..200 {
        fixture.links.to_keep(&alice).unwrap();
    }
    assert!(fixture.opens(&first.token));
}

#[tokio::test]
async fn of_windows_links_the_oldest_that_nobody_uses_makes_room() {
    let fixture = Fixture::new(&[("Alice", ":1"), ("Bob", ":2")]).await;
    let (alice, bob) = (
        fixture.id("Alice"),
        fixture.links.until_the_end(&fixture.id("Bob")).unwrap(),
    );
    let kept = fixture.links.to_keep(&alice).unwrap().0;
    let used = fixture.links.until_the_end(&alice).unwrap();
    let mut entry = fixture.visit(&used, None).await.ok().unwrap();
    entry.visit.began(&session(&used));
    drop(entry);
    let mut tokens = Vec::new();
    for _ in 0..MAX_WINDOW_LINKS_PER_DISPLAY {
        tokens.push(fixture.links.until_the_end(&alice).unwrap());
    }
    assert!(!fixture.opens(&tokens[0]));
    assert!(tokens[1..].iter().all(|token| fixture.opens(token)));
    assert!(fixture.opens(&bob) && fixture.opens(&kept));
    assert!(fixture.opens(&used), "its window may come back");
}

#[tokio::test]
async fn links_of_starts_replace_each_other_and_no_others() {
    let mut fixture = Fixture::new(&[("Alice", ":1")]).await;
    let for_ever = Terms {
        seconds: None,
        ..Terms::default()
    };
    let given = fixture.make(for_ever).await.token;
    let bookmark = fixture.links.to_keep(&fixture.id("Alice")).unwrap().0;
    let mut printed: Vec<Token> = Vec::new();
    for _ in 0..5 {
        drop(fixture.links.retire_links_of_starts());
        assert!(printed.iter().all(|token| !fixture.opens(token)));
        printed.push(fixture.links.of_start(&fixture.id("Alice")).unwrap().0);
        // Within a run all of them work.
        drop(fixture.links.retire_links_of_starts());
        printed.push(fixture.links.of_start(&fixture.id("Alice")).unwrap().0);
        assert!(
            printed[printed.len() - 2..]
                .iter()
                .all(|token| fixture.opens(token))
        );
        fixture.saved().await;
        fixture = fixture.started_again(&[("Alice", ":1")]).await;
        assert!(fixture.opens(&given) && fixture.opens(&bookmark));
        assert_eq!(fixture.links.views().len(), 4);
    }
}

#[tokio::test]
async fn a_link_of_a_start_that_was_used_lasts() {
    let mut fixture = Fixture::new(&[("Alice", ":1")]).await;
    let [used, idle] = [(); 2].map(|()| fixture.links.of_start(&fixture.id("Alice")).unwrap().0);
    let mut entry = fixture.visit(&used, None).await.ok().unwrap();
    entry.visit.began(&session(&used));
    drop(entry);
    fixture.saved().await;
    fixture = fixture.started_again(&[("Alice", ":1")]).await;
    drop(fixture.links.retire_links_of_starts());
    assert!(fixture.opens(&used) && !fixture.opens(&idle));
}

#[tokio::test]
async fn one_that_works_once_lets_one_of_two_in() {
    let once = Terms {
        once: true,
        ..Terms::default()
    };
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let Made { token, id, .. } = fixture.make(once).await;
    let (one, other) = (fixture.door(&token), fixture.door(&token));
    let first = one.open(visitor(1, None)).await.unwrap();
    assert_eq!(
        refusal(other.open(visitor(2, None)).await),
        Some(CloseReason::NoSuchLink)
    );
    assert!(!fixture.opens(&token), "like a link that there never was");
    // The display could not be reached.
    drop(first);
    let mut second = fixture.door(&token).open(visitor(1, None)).await.unwrap();
    second.visit.began(&session(&token));
    assert_eq!(fixture.view(id).unwrap().uses, 1);
    second.visit.ended(&session(&token), &CloseReason::ViewerClosed);
    drop(second);
    assert!(!fixture.opens(&token));
    assert_eq!(fixture.view(id), None, "it is used up");
    fixture.saved().await;
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(!fixture.opens(&token));
}

#[tokio::test]
async fn one_that_was_used_when_the_program_was_killed_is_used_up() {
    let once = Terms {
        once: true,
        ..Terms::default()
    };
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let token = fixture.make(once).await.token;
    let mut entry = fixture.door(&token).open(visitor(1, None)).await.unwrap();
    entry.visit.began(&session(&token));
    fixture.saved().await;
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(!fixture.opens(&token));
}

#[tokio::test]
async fn uses_are_counted() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let Made { token, id, .. } = fixture.make(Terms::default()).await;
    for used in 0..3 {
        assert_eq!(fixture.view(id).unwrap().uses, used);
        drop(fixture.visit(&token, None).await.unwrap());
        assert_eq!(fixture.view(id).unwrap().uses, used, "there was no session");
        let mut entry = fixture.visit(&token, None).await.unwrap();
        fixture.clocks.pass(MINUTE);
        entry.visit.began(&session(&token));
    }
    let last = fixture.view(id).unwrap().last_use;
    assert_eq!(last, Some(fixture.clocks.clock()().wall));
}

#[tokio::test]
async fn a_pin_is_asked_for_and_ten_wrong_ones_end_the_link() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let wants = Terms {
        pin: true,
        ..Terms::default()
    };
    let Made { token, pin, .. } = fixture.make(wants).await;
    let pin = pin.unwrap();
    let wrong = if pin == "123456" { "123457" } else { "123456" };
    for _ in 0..20 {
        assert_eq!(
            refusal(fixture.visit(&token, None).await),
            Some(CloseReason::PinWanted)
        );
    }
    for _ in 0..9 {
        assert_eq!(
            refusal(fixture.visit(&token, Some(wrong)).await),
            Some(CloseReason::WrongPin)
        );
    }
    let inside = fixture.visit(&token, Some(&pin)).await.unwrap();
    // To start the program again gives no more attempts.
    fixture.saved().await;
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(fixture.visit(&token, Some(&pin)).await.is_ok());
    assert_eq!(
        refusal(fixture.visit(&token, Some(wrong)).await),
        Some(CloseReason::WrongPin)
    );
    assert_eq!(
        refusal(fixture.visit(&token, Some(&pin)).await),
        Some(CloseReason::NoSuchLink)
    );
    drop(inside);
    fixture.saved().await;
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(!fixture.opens(&token));
}

fn asks() -> Terms {
    Terms {
        ask: true,
        ..Terms::default()
    }
}

/// Waits until so many visitors wait.
async fn waiting(links: &Links, count: usize) -> Vec<AskView> {
    let mut changes = links.changes();
    loop {
        let asking = links.asking();
        if asking.len() == count {
            return asking;
        }
        changes.changed().await.unwrap();
    }
}

type Outcome = Result<Rights, CloseReason>;

/// A visitor at a door, with the one outcome that counts here.
fn knock(door: Arc<dyn Door>, last: u8) -> tokio::task::JoinHandle<Outcome> {
    tokio::spawn(async move { door.open(visitor(last, None)).await.map(|entry| entry.rights) })
}

#[tokio::test]
async fn the_owner_is_asked_and_his_answer_never_widens_the_link() {
    use SessionRights::{Control, View};
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    for (link, answer, outcome) in [
        (Control, Some(Control), Ok(Rights::Control)),
        (Control, Some(View), Ok(Rights::View)),
        (View, Some(Control), Ok(Rights::View)),
        (View, Some(View), Ok(Rights::View)),
        (Control, None, Err(CloseReason::Denied)),
    ] {
        let terms = Terms {
            rights: link,
            ..asks()
        };
        let token = fixture.make(terms).await.token;
        let door = fixture.door(&token);
        assert!(door.asks());
        let visit = knock(door, 7);
        let asking = waiting(&fixture.links, 1).await;
        assert_eq!(
            (
                asking[0].display.as_str(),
                asking[0].address.as_str(),
                asking[0].rights
            ),
            ("Alice", "192.0.2.7", link)
        );
        assert!(fixture.links.answer(asking[0].id, answer));
        assert_eq!(visit.await.unwrap(), outcome);
        assert!(!fixture.links.answer(asking[0].id, answer), "he waits no more");
    }
}

/// The outcome of a visit that is decided without anybody's answer.
async fn at_once(visit: tokio::task::JoinHandle<Outcome>) -> Outcome {
    let decided = tokio::time::timeout(Duration::from_secs(20), visit);
    decided.await.expect("it waits for an answer").unwrap()
}

#[tokio::test]
async fn so_many_of_a_link_wait_and_a_visitor_who_goes_makes_room() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let token = fixture.make(asks()).await.token;
    let other = fixture.make(asks()).await.token;
    let come = |last| knock(fixture.door(&token), last);
    let mut visits: Vec<_> = (0..8).map(|_| come(0)).collect();
    waiting(&fixture.links, 8).await;
    assert_eq!(
        at_once(come(0)).await,
        Err(CloseReason::TooManyWaiting),
        "eight of a link"
    );
    // A neighbour with another link waits beside them, and another address has a right to wait, too.
    visits.push(knock(fixture.door(&other), 0));
    waiting(&fixture.links, 9).await;
    visits.push(come(1));
    let (pushed_out, _, _) = futures_util::future::select_all(&mut visits).await;
    assert_eq!(pushed_out.unwrap(), Err(CloseReason::TooManyWaiting));
    let asking = waiting(&fixture.links, 9).await;
    assert!(asking.iter().any(|ask| ask.address == "192.0.2.1"), "{asking:?}");
    let last = visits.pop().unwrap();
    last.abort();
    waiting(&fixture.links, 8).await;
    visits.push(come(2));
    waiting(&fixture.links, 9).await;
}

#[tokio::test]
async fn who_waits_at_a_link_that_ends_goes_at_once() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let revoked = fixture.make(asks()).await;
    let visit = knock(fixture.door(&revoked.token), 1);
    waiting(&fixture.links, 1).await;
    let _ = fixture.links.revoke(revoked.id);
    assert_eq!(visit.await.unwrap(), Err(CloseReason::NoSuchLink));

    let once = Terms { once: true, ..asks() };
    let token = fixture.make(once).await.token;
    let (door, other) = (fixture.door(&token), fixture.door(&token));
    let first = tokio::spawn(async move { door.open(visitor(1, None)).await });
    let id = waiting(&fixture.links, 1).await[0].id;
    let second = knock(other, 2);
    waiting(&fixture.links, 2).await;
    assert!(fixture.links.answer(id, Some(SessionRights::Control)));
    let _inside = first.await.unwrap().unwrap();
    assert_eq!(second.await.unwrap(), Err(CloseReason::NoSuchLink));
}

#[tokio::test]
async fn revoking_meets_the_links_that_are_meant() {
    let fixture = Fixture::new(&[("Alice", ":1"), ("Bob", ":2")]).await;
    let [one, other] = [
        fixture.make(Terms::default()).await,
        fixture.make(Terms::default()).await,
    ];
    let window = fixture.links.until_the_end(&fixture.id("Alice")).unwrap();
    let bob = fixture.links.to_keep(&fixture.id("Bob")).unwrap().0;
    let (found, saved) = fixture.links.revoke(one.id);
    saved.await.unwrap();
    assert!(found && !fixture.opens(&one.token) && fixture.opens(&other.token));
    assert!(!fixture.links.revoke(one.id).0);
    assert_eq!(fixture.links.revoke_all(fixture.id("Alice").as_str()).0, 1);
    assert!(!fixture.opens(&other.token));
    assert!(fixture.opens(&window) && fixture.opens(&bob));
    fixture.saved().await;
    let fixture = fixture.started_again(&[("Alice", ":1")]).await;
    assert!(!fixture.opens(&one.token) && !fixture.opens(&other.token));
}

#[tokio::test]
async fn it_is_known_whether_others_may_have_to_reach_us() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    let mut shared = fixture.links.shared_links_live();
    fixture.links.until_the_end(&fixture.id("Alice")).unwrap();
    drop(fixture.links.to_keep(&fixture.id("Alice")).unwrap());
    assert!(!*shared.borrow());
    let made = fixture.make(Terms::default()).await;
    assert!(*shared.borrow_and_update());
    fixture.links.put_in_force(config(&[]));
    assert!(!*shared.borrow_and_update(), "it opens nothing");
    fixture.links.put_in_force(config(&[("Alice", ":1")]));
    assert!(*shared.borrow_and_update());
    drop(fixture.links.revoke(made.id));
    assert!(!*shared.borrow_and_update());
    fixture.make(Terms::default()).await;
    fixture.clocks.pass(HOUR);
    fixture.links.link_store.expire();
    assert!(!*shared.borrow());
}

#[tokio::test]
async fn what_is_over_goes_by_itself() {
    let fixture = Fixture::new(&[("Alice", ":1")]).await;
    fixture.links.follow(Sessions::default());
    fixture.make(Terms::default()).await;
    let mut changes = fixture.links.changes();
    fixture.clocks.pass(HOUR);
    fixture.links.until_the_end(&fixture.id("Alice")).unwrap();
    let gone = async {
        while !fixture.links.views().is_empty() {
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}
