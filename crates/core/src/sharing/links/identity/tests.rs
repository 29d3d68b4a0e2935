//! Displays that come, go and change, and what their links open.

use porthole_gateway::{Rights, Target};
use porthole_launcher::{Desktop, What};
use proptest::prelude::*;

use super::{
    super::{Audience, Made, tests::Fixture},
    GRACE_SECONDS,
};
use crate::{
    DisplayId, Terms,
    config::{Config, Display, LaunchPlan, Place, StartWhen, StopWhen},
};

const MINUTE: i64 = 60 * 1000;

/// A display as a person writes it.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    id: Option<&'static str>,
    name: &'static str,
    place: &'static str,
}

fn entry(name: &'static str, place: &'static str) -> Written {
    let id = None;
    Written { id, name, place }
}

fn with_id(id: &'static str, name: &'static str, place: &'static str) -> Written {
    let id = Some(id);
    Written { id, name, place }
}

/// `h:1` is a VNC server, `bob's` a desktop of bob's, and `bob's twm` one in which that runs.
fn place(text: &str) -> Place {
    let Some((user, session)) = text.split_once("'s") else {
        return Place::At(text.parse().unwrap());
    };
    let session = session.trim();
    Place::Launched(LaunchPlan {
        what: What::Desktop(Desktop {
            user: Some(user.into()),
            session: (!session.is_empty()).then(|| session.into()),
            ..Desktop::default()
        }),
        start: StartWhen::OnOpen,
        stop: StopWhen::Keep,
    })
}

/// What a link to there is made for.
fn made_for(text: &str) -> String {
    place(text).identity()
}

/// What the config file says then; `None` if that is a fault.
fn config(entries: &[Written]) -> Option<Config> {
    for (at, one) in entries.iter().enumerate() {
        let taken = |other: &Written| other.name == one.name || (one.id.is_some() && other.id == one.id);
        if entries[..at].iter().any(taken) {
            return None;
        }
    }
    let display = |entry: &Written| {
        let place = place(entry.place);
        let derived = DisplayId::derived(entry.name, &place.identity(), 0);
        Display {
            id: entry.id.map_or(derived, |id| id.parse().unwrap()),
            id_is_written: entry.id.is_some(),
            former_ids: Vec::new(),
            name: entry.name.into(),
            place,
            password: None,
            picture: true,
        }
    };
    Some(Config {
        displays: entries.iter().map(display).collect(),
        ..Config::empty()
    })
}

impl Fixture {
    fn says(&self, entries: &[Written]) {
        self.links.put_in_force(config(entries).unwrap());
    }

    async fn link(&self, name: &str) -> Made {
        let terms = Terms {
            seconds: None,
            ..Terms::default()
        };
        let (made, saved) = self.links.make(&self.id(name), terms, Audience::Others).unwrap();
        saved.await.unwrap();
        made
    }

    fn leads_to(&self, made: &Made) -> Option<Target> {
        self.links.grant(&made.token).map(|grant| grant.target)
    }

    /// The display that a link opens: its name, and what tells its place from others.
    fn shows(&self, made: &Made) -> Option<(String, String)> {
        let grant = self.links.grant(&made.token)?;
        let config = self.links.config();
        let display = config.display(&grant.display).unwrap();
        match &display.place {
            Place::At(target) => assert_eq!(grant.target, *target),
            place => assert_eq!(
                format!("{:?}", grant.target),
                format!("{:?}", self.links.target(display, Rights::Control)),
                "{place}"
            ),
        }
        Some((grant.name, display.place.identity()))
    }
}

fn at(place: &str) -> Option<Target> {
    Some(place.parse().unwrap())
}

#[tokio::test]
async fn a_display_is_known_again_where_nothing_else_can_be_meant() {
    let before = [
        entry("A", "h:1"),
        entry("B", "h:1"),
        entry("C", "h:2"),
        entry("D", "h:3"),
    ];
    let [a, b, c, d] = &before;
    for (then, known) in [
        // Reordered, and one renamed.
        (
            vec![d.clone(), entry("X", "h:2"), a.clone(), b.clone()],
            [true, true, true, true],
        ),
        // Of two at one place, one is renamed.
        (
            vec![entry("X", "h:1"), b.clone(), c.clone(), d.clone()],
            [true, true, true, true],
        ),
        // Both are: which is which?
        (
            vec![entry("X", "h:1"), entry("Y", "h:1"), c.clone(), d.clone()],
            [false, false, true, true],
        ),
        // One has gone, and another has come to its place.
        (
            vec![b.clone(), c.clone(), entry("D", "h:4"), entry("X", "h:3")],
            [false, true, true, false],
        ),
        // Names change hands.
        (
            vec![entry("C", "h:3"), entry("D", "h:2")],
            [false, false, false, false],
        ),
        // A name is reused, and its display renamed.
        (
            vec![entry("C", "h:9"), entry("X", "h:2")],
            [false, false, false, false],
        ),
    ] {
        let fixture = Fixture::new(&[]).await;
        fixture.says(&before);
        let mut links = Vec::new();
        for entry in &before {
            links.push(fixture.link(entry.name).await);
        }
        fixture.says(&then);
        for ((link, known), entry) in links.iter().zip(known).zip(&before) {
            let expected = at(entry.place).filter(|_| known);
            assert_eq!(fixture.leads_to(link), expected, "{entry:?} in {then:?}");
        }
    }
}

#[tokio::test]
async fn a_display_that_has_left_comes_back_with_its_links_for_ten_minutes() {
    for (minutes, restarts, comes_back) in [
        (9, false, true),
        (9, true, true),
        (10, false, false),
        (10, true, false),
    ] {
        let fixture = Fixture::new(&[]).await;
        fixture.says(&[entry("A", "h:1"), entry("B", "h:2")]);
        let link = fixture.link("A").await;
        fixture.says(&[entry("B", "h:2")]);
        let orphan = &fixture.links.orphans()[0];
        assert_eq!(orphan.name, "A");
        assert_eq!(orphan.until, fixture.clocks.now() + GRACE_SECONDS * 1000);
        fixture.says(&[entry("B", "h:2"), entry("C", "h:1")]);
        assert_eq!(fixture.leads_to(&link), None, "what has gone is not renamed");
        fixture.says(&[entry("B", "h:2")]);
        fixture.clocks.pass(minutes * MINUTE);
        fixture.saved().await;
        let fixture = match restarts {
            true => {
                fixture
                    .started_again_with(config(&[entry("B", "h:2"), entry("A", "h:1")]).unwrap())
                    .await
            }
            false => fixture,
        };
        fixture.says(&[entry("B", "h:2"), entry("A", "h:1")]);
        assert_eq!(
            fixture.leads_to(&link),
            at("h:1").filter(|_| comes_back),
            "{minutes} {restarts}"
        );
        assert_eq!(fixture.links.orphans(), []);
        let kept = fixture.links.views().len();
        assert_eq!(kept, usize::from(comes_back));
    }
}

#[tokio::test]
async fn links_of_the_first_versions_belong_to_what_has_their_name_first() {
    let fixture = Fixture::new(&[]).await;
    fixture.says(&[entry("A", "h:1"), entry("B", "h:2")]);
    let (to_a, to_b) = (fixture.link("A").await, fixture.link("B").await);
    fixture.saved().await;
    // As the last version without ids has written it.
    let file = fixture.folder.path().join("state.json");
    let kept = crate::sharing::state::load(&file).state;
    let mut state =
        serde_json::json!({ "port": kept.port, "last_link": kept.last_link, "links": kept.links });
    for link in state["links"].as_array_mut().unwrap() {
        let link = link.as_object_mut().unwrap();
        link.remove("display_id").unwrap();
        link.remove("place").unwrap();
    }
    std::fs::write(&file, state.to_string()).unwrap();
    let fixture = fixture
        .started_again_with(config(&[entry("A", "h:7")]).unwrap())
        .await;
    assert_eq!(
        fixture.leads_to(&to_a),
        at("h:7"),
        "a name is all that is known of it"
    );
    assert_eq!(fixture.links.orphans()[0].name, "B");
    // From then on it is that display's, and the name means nothing any more.
    fixture.says(&[entry("X", "h:7")]);
    fixture.says(&[entry("X", "h:7"), entry("A", "h:1"), entry("B", "h:2")]);
    assert_eq!(fixture.leads_to(&to_a), at("h:7"));
    assert_eq!(fixture.leads_to(&to_b), None);
    fixture.saved().await;
    let again = [entry("Y", "h:7"), entry("A", "h:1"), entry("B", "h:2")];
    let fixture = fixture.started_again_with(config(&again).unwrap()).await;
    assert_eq!(fixture.leads_to(&to_a), at("h:7"));
    assert_eq!(fixture.leads_to(&to_b), None);
}

#[tokio::test]
async fn an_id_that_is_written_takes_the_links_along_and_one_that_changes_its_place_leaves_them() {
    let before = [entry("A", "h:1"), with_id("b", "B", "h:2"), entry("C", "bob's")];
    for (then, opens) in [
        // Ids are written, one that was there is written anew, and one is taken out.
        (
            vec![
                with_id("a", "A", "h:1"),
                with_id("b2", "B", "h:2"),
                with_id("c", "C", "bob's"),
            ],
            [Some("A"), Some("B"), Some("C")],
        ),
        (
            vec![entry("A", "h:1"), entry("B", "h:2"), entry("C", "bob's")],
            [Some("A"), Some("B"), Some("C")],
        ),
        // The id stays, and leads elsewhere.
        (
            vec![entry("A", "h:1"), with_id("b", "B", "h:3")],
            [Some("A"), None, None],
        ),
        (
            vec![with_id("b", "A", "h:1"), entry("B", "h:2"), entry("C", "bob's")],
            [None, None, Some("C")],
        ),
        // A new id, and a new place or a new name: nothing tells that it is the same.
        (
            vec![
                with_id("a", "A", "h:9"),
                with_id("b2", "X", "h:2"),
                with_id("c", "C", "ann's"),
            ],
            [None, None, None],
        ),
    ] {
        let mut fixture = Fixture::new(&[]).await;
        fixture.says(&before);
        let mut links = Vec::new();
        for entry in &before {
            links.push(fixture.link(entry.name).await);
        }
        for again in [false, true] {
            match again {
                false => fixture.says(&then),
                true => {
                    fixture.saved().await;
                    fixture = fixture.started_again_with(config(&then).unwrap()).await;
                }
            }
            for (link, opens) in links.iter().zip(opens) {
                let name = fixture.shows(link).map(|(name, _)| name);
                assert_eq!(name.as_deref(), opens, "in {then:?}, started again: {again}");
            }
        }
        // Whatever it was: taken back, everything is as it was before.
        fixture.says(&before);
        for (link, entry) in links.iter().zip(&before) {
            let place = fixture.shows(link).map(|(_, place)| place);
            if opens != [None; 3] || entry.id.is_some() {
                assert_eq!(place, Some(made_for(entry.place)), "{entry:?} after {then:?}");
            }
        }
    }
}

#[tokio::test]
async fn desktops_of_one_user_are_known_again_where_nothing_else_can_be_meant() {
    let (bobs, twm) = ("bob's", "bob's twm");
    for (before, then, known) in [
        // The only one is renamed; so is each of two that are told apart by what runs in them.
        (vec![entry("A", bobs)], vec![entry("X", bobs)], vec![true]),
        (
            vec![entry("A", bobs), entry("B", twm)],
            vec![entry("X", bobs), entry("Y", twm)],
            vec![true, true],
        ),
        // What runs in it has changed: its name says which it is.
        (vec![entry("A", bobs)], vec![entry("A", twm)], vec![true]),
        (
            vec![entry("A", bobs), entry("B", bobs)],
            vec![entry("A", twm), entry("B", bobs)],
            vec![true, true],
        ),
        // One has gone, and another has come.
        (vec![entry("A", bobs)], vec![entry("X", twm)], vec![false]),
        (
            vec![entry("A", bobs), entry("B", bobs)],
            vec![entry("B", bobs), entry("X", bobs)],
            vec![false, true],
        ),
        (
            vec![entry("A", bobs), entry("B", twm)],
            vec![entry("B", twm), entry("X", twm)],
            vec![false, true],
        ),
        (
            vec![entry("A", bobs)],
            vec![entry("X", bobs), entry("Y", bobs)],
            vec![false],
        ),
        // Names change hands.
        (
            vec![entry("A", bobs), entry("B", twm)],
            vec![entry("A", twm), entry("B", bobs)],
            vec![false, false],
        ),
        (
            vec![entry("A", bobs), entry("B", twm)],
            vec![entry("X", bobs), entry("A", twm)],
            vec![false, false],
        ),
    ] {
        let fixture = Fixture::new(&[]).await;
        fixture.says(&before);
        let mut links = Vec::new();
        for entry in &before {
            links.push(fixture.link(entry.name).await);
        }
        fixture.says(&then);
        for (link, (known, entry)) in links.iter().zip(known.iter().zip(&before)) {
            assert_eq!(fixture.shows(link).is_some(), *known, "{entry:?} in {then:?}");
        }
    }
}

const NAMES: [&str; 4] = ["A", "B", "C", "D"];
const PLACES: [&str; 5] = ["h:1", "h:2", "bob's", "bob's twm", "ann's"];
const IDS: [Option<&str>; 3] = [None, Some("one"), Some("two")];

/// What a person does.
#[derive(Clone, Debug)]
enum Does {
    Adds(usize, usize, usize),
    Renames(usize, usize),
    Retargets(usize, usize),
    /// Writes another id, or takes it out.
    Names(usize, usize),
    SwapsIds(usize, usize),
    SwapsPlaces(usize, usize),
    Moves(usize, usize),
    Removes(usize),
    Links(usize),
    Waits(i64),
    StartsAgain,
}

fn does() -> impl Strategy<Value = Does> {
    let number = || 0..12_usize;
    prop_oneof![
        4 => (number(), number(), number()).prop_map(|(name, place, id)| Does::Adds(name, place, id)),
        3 => (number(), number()).prop_map(|(at, name)| Does::Renames(at, name)),
        2 => (number(), number()).prop_map(|(at, place)| Does::Retargets(at, place)),
        2 => (number(), number()).prop_map(|(at, id)| Does::Names(at, id)),
        1 => (number(), number()).prop_map(|(one, other)| Does::SwapsIds(one, other)),
        1 => (number(), number()).prop_map(|(one, other)| Does::SwapsPlaces(one, other)),
        1 => (number(), number()).prop_map(|(from, to)| Does::Moves(from, to)),
        2 => number().prop_map(Does::Removes),
        5 => number().prop_map(Does::Links),
        1 => (0..12_i64).prop_map(Does::Waits),
        2 => Just(Does::StartsAgain),
    ]
}

fn edited(mut entries: Vec<Written>, does: &Does) -> Vec<Written> {
    let count = entries.len();
    match *does {
        Does::Adds(name, place, id) => entries.push(Written {
            id: IDS[id % IDS.len()],
            name: NAMES[name % NAMES.len()],
            place: PLACES[place % PLACES.len()],
        }),
        _ if count == 0 => {}
        Does::Renames(at, name) => entries[at % count].name = NAMES[name % NAMES.len()],
        Does::Retargets(at, place) => entries[at % count].place = PLACES[place % PLACES.len()],
        Does::Names(at, id) => entries[at % count].id = IDS[id % IDS.len()],
        Does::SwapsIds(one, other) => {
            let (one, other) = (one % count, other % count);
            (entries[one].id, entries[other].id) = (entries[other].id, entries[one].id);
        }
        Does::SwapsPlaces(one, other) => {
            let (one, other) = (one % count, other % count);
            (entries[one].place, entries[other].place) = (entries[other].place, entries[one].place);
        }
        Does::Moves(from, to) => {
            let entry = entries.remove(from % count);
            entries.insert(to % count, entry);
        }
        Does::Removes(at) => drop(entries.remove(at % count)),
        Does::Links(_) | Does::Waits(_) | Does::StartsAgain => {}
    }
    entries
}

/// A link, and what is known of it.
struct Given {
    made: Made,
    place: String,
    /// What its display is called, or was called when it last opened something.
    name: &'static str,
}

/// Whether a link that opened the entry of that name `before` may open this one `now`: it is called so still, or it is a
/// new name for the only one of its kind.
fn may_open(name: &str, before: &[Written], now: &[Written], opened: &Written) -> bool {
    let kind = |entry: &&Written| entry.place == opened.place;
    let only_one = |entries: &[Written]| entries.iter().filter(kind).count() == 1;
    let was = before.iter().find(|entry| entry.name == name);
    let is_renamed = was.is_some_and(|was| was.place == opened.place && was.id.is_none())
        && only_one(before)
        && only_one(now)
        && now.iter().all(|entry| entry.name != name);
    opened.name == name || is_renamed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    /// Whatever is done to the config, in however many steps, and however often the program starts: a link opens the place
    /// that it was made for, or nothing. And a desktop without an id is that of the same name, or has a new name and is the
    /// only one that can be meant.
    #[test]
    fn a_link_opens_the_place_that_it_was_made_for_or_nothing(
        story in prop::collection::vec(prop::collection::vec(does(), 1..4), 1..30),
        ids in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut fixture = Fixture::new(&[]).await;
            let mut entries: Vec<Written> = Vec::new();
            let mut links: Vec<Given> = Vec::new();
            for step in story {
                let before = entries.clone();
                let mut next = entries.clone();
                for does in &step {
                    next = edited(next, does);
                }
                if !ids {
                    next.iter_mut().for_each(|entry| entry.id = None);
                }
                // A faulty config is not put in force.
                if let Some(config) = config(&next) {
                    entries = next;
                    let starts_again = step.iter().any(|does| matches!(does, Does::StartsAgain));
                    match starts_again {
                        true => {
                            fixture.saved().await;
                            fixture = fixture.started_again_with(config).await;
                        }
                        false => drop(fixture.links.put_in_force(config)),
                    }
                }
                for does in &step {
                    match does {
                        Does::Waits(minutes) => fixture.clocks.pass(minutes * MINUTE),
                        Does::Links(which) if !entries.is_empty() => {
                            let Written { name, place, .. } = entries[which % entries.len()];
                            let made = fixture.link(name).await;
                            let place = made_for(place);
                            prop_assert_eq!(fixture.shows(&made), Some((name.into(), place.clone())));
                            links.push(Given { made, place, name });
                        }
                        _ => {}
                    }
                }
                let ids_now: std::collections::HashSet<_> = entries.iter().map(|entry| fixture.id(entry.name)).collect();
                prop_assert_eq!(ids_now.len(), entries.len(), "two displays have one id");
                for given in &mut links {
                    let Some((name, place)) = fixture.shows(&given.made) else { continue };
                    prop_assert_eq!(&place, &given.place, "after {:?}", step);
                    let opened = entries.iter().find(|entry| entry.name == name).unwrap();
                    if !ids && opened.place.contains('\'') {
                        prop_assert!(
                            may_open(given.name, &before, &entries, opened),
                            "a link to {} opens {}: {:?} became {:?}", given.name, name, before, entries
                        );
                    }
                    given.name = opened.name;
                }
            }
            Ok(())
        })?;
    }
}
