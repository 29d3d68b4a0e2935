//! Displays that come, go and change, and what their links open.

use porthole_gateway::Target;
use proptest::prelude::*;

use super::{
    super::{Audience, Made, tests::Fixture},
    GRACE_SECONDS,
};
use crate::{
    DisplayId, Terms,
    config::{Config, Display, Place},
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

/// What the config file says then; `None` if that is a fault.
fn config(entries: &[Written]) -> Option<Config> {
    for (at, one) in entries.iter().enumerate() {
        let taken = |other: &Written| other.name == one.name || (one.id.is_some() && other.id == one.id);
        if entries[..at].iter().any(taken) {
            return None;
        }
    }
    let display = |entry: &Written| {
        let place = Place::At(entry.place.parse().unwrap());
        let derived = DisplayId::derived(entry.name, &place.identity(), 0);
        Display {
            id: entry.id.map_or(derived, |id| id.parse().unwrap()),
            id_is_written: entry.id.is_some(),
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
    let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("displays");
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

const NAMES: [&str; 4] = ["A", "B", "C", "D"];
const PLACES: [&str; 3] = ["h:1", "h:2", "h:3"];
const IDS: [Option<&str>; 3] = [None, Some("one"), Some("two")];

/// What a person does.
#[derive(Clone, Debug)]
enum Does {
    Adds(usize, usize, usize),
    Renames(usize, usize),
    Retargets(usize, usize),
    /// Writes another id, or takes it out.
    Names(usize, usize),
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
        Does::Moves(from, to) => {
            let entry = entries.remove(from % count);
            entries.insert(to % count, entry);
        }
        Does::Removes(at) => drop(entries.remove(at % count)),
        Does::Links(_) | Does::Waits(_) | Does::StartsAgain => {}
    }
    entries
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is done to the config, and however often the program starts: a link opens the place that it was made for,
    /// or nothing; or the place of the display with the id that the person wrote, and no other.
    #[test]
    fn a_link_opens_the_place_that_it_was_made_for_or_nothing(story in prop::collection::vec(does(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut fixture = Fixture::new(&[]).await;
            let mut entries: Vec<Written> = Vec::new();
            let mut links: Vec<(Made, DisplayId, &str)> = Vec::new();
            for does in story {
                let next = edited(entries.clone(), &does);
                // A faulty config is not put in force.
                if let Some(config) = config(&next) {
                    entries = next;
                    match does {
                        Does::StartsAgain => {
                            fixture.saved().await;
                            fixture = fixture.started_again_with(config).await;
                        }
                        Does::Waits(minutes) => fixture.clocks.pass(minutes * MINUTE),
                        _ => drop(fixture.links.put_in_force(config)),
                    }
                }
                if let (Does::Links(which), false) = (&does, entries.is_empty()) {
                    let entry = &entries[which % entries.len()];
                    let made = fixture.link(entry.name).await;
                    prop_assert_eq!(fixture.leads_to(&made), at(entry.place));
                    links.push((made, fixture.id(entry.name), entry.place));
                }
                let ids: std::collections::HashSet<_> = entries.iter().map(|entry| fixture.id(entry.name)).collect();
                prop_assert_eq!(ids.len(), entries.len(), "two displays have one id");
                for (made, id, place) in &links {
                    let Some(target) = fixture.leads_to(made) else { continue };
                    let said = entries.iter().find(|entry| entry.id == Some(id.as_str()));
                    let expected = said.map_or(*place, |entry| entry.place);
                    prop_assert_eq!(Some(target), at(expected), "after {:?}", does);
                }
            }
            Ok(())
        })?;
    }
}
