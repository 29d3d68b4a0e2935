//! What is remembered, whatever happens to the files and in between.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use porthole_gateway::Token;
use proptest::prelude::*;

use super::{journal::Read, *};

fn link(number: u64) -> Link {
    let token = Token::from(format!("t{number}"));
    Link {
        token: token.hash(),
        display: "Alice".into(),
        display_id: Some("alice".parse().unwrap()),
        place: "h:1".into(),
        created: 1,
        expires: Some(1000),
        seen: Some(2),
        id: Some(number),
        terms: Some(Terms::default()),
        shared: true,
        of_start: false,
        pin: Some(PinHash::of("123456", &token)),
        wrong_pins: 4,
        uses: 5,
        last_use: Some(6),
    }
}

fn displays() -> Vec<KnownDisplay> {
    vec![KnownDisplay {
        id: "alice".parse().unwrap(),
        name: "Alice".into(),
        place: "h:1".into(),
        launch: "like this".into(),
        former_ids: vec!["a1".parse().unwrap()],
        gone: Some(Gone { ends: 8, seen: 9 }),
    }]
}

fn state() -> State {
    State {
        port: Some(6080),
        links: vec![link(3)],
        last_link: 7,
        displays: displays(),
    }
}

/// A state that changes, and how often it was taken.
#[derive(Default)]
struct Changing {
    state: Mutex<State>,
    changes: Mutex<Changes>,
    taken: AtomicUsize,
}

impl Changing {
    fn of(state: State) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(state),
            ..Self::default()
        })
    }

    fn change(&self, changes: Changes) {
        let mut state = self.state.lock().unwrap();
        *state = journal::apply(state.clone(), vec![changes.clone()]);
        *self.changes.lock().unwrap() = changes;
    }
}

impl Source for Changing {
    fn whole(&self) -> State {
        self.taken.fetch_add(1, Ordering::Relaxed);
        self.state.lock().unwrap().clone()
    }

    fn changes(&self) -> Option<Changes> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Some(std::mem::take(&mut self.changes.lock().unwrap()))
    }
}

/// A folder with a state file that somebody writes.
struct Place {
    folder: tempfile::TempDir,
    store: Store,
    source: Arc<Changing>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::anew(&folder.path().join("state.json"));
        let mut place = Self {
            folder,
            store,
            source: Changing::of(state()),
        };
        place.store.write(&*place.source, false).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    fn journal(&self) -> PathBuf {
        journal_of(&self.file())
    }

    fn change(&mut self, changes: Changes) {
        self.source.change(changes);
        self.store.write(&*self.source, false).unwrap();
    }

    fn put(&mut self, number: u64) {
        self.change(Changes {
            put: vec![link(number)],
            ..Changes::default()
        });
    }

    fn revoke(&mut self, number: u64) {
        self.change(Changes {
            removed: vec![link(number).token],
            ..Changes::default()
        });
    }

    fn now(&self) -> State {
        self.source.state.lock().unwrap().clone()
    }

    /// What another start of the program finds.
    fn loads(&self) -> State {
        let loaded = load(&self.file());
        assert_eq!(loaded.lost, None);
        loaded.state
    }
}

#[test]
fn a_state_survives_and_only_its_owner_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("porthole/state.json");
    let nothing = load(&file);
    assert_eq!((nothing.state, nothing.lost), (State::default(), None));
    let mut store = nothing.store;
    store.write(&*Changing::of(state()), false).unwrap();
    assert_eq!(load(&file).state, state());
    #[cfg(unix)]
    for (path, mode) in [
        (file.as_path(), 0o600),
        (&journal_of(&file), 0o600),
        (file.parent().unwrap(), 0o700),
    ] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
    assert_eq!(
        fs::read_dir(file.parent().unwrap()).unwrap().count(),
        2,
        "no temporary file is left"
    );
}

#[test]
fn a_state_of_the_first_versions_is_read_and_they_do_not_read_ours() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let token = String::from(Token::from("t").hash());
    let text = format!(
        r#"{{"port": 6080, "links": [{{"token": "{token}", "display": "Alice", "created": 1, "expires": 2}}]}}"#
    );
    fs::write(&file, text).unwrap();
    // What a newer version had written before the older one was there.
    fs::write(journal_of(&file), "nonsense\n").unwrap();
    let mut loaded = load(&file);
    assert_eq!((loaded.state.port, loaded.lost), (Some(6080), None));
    let kept = &loaded.state.links[0];
    assert_eq!((kept.created, kept.expires), (1, Some(2)));
    loaded.store.write(&*Changing::of(loaded.state), false).unwrap();
    let now: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert!(
        now["links"].is_null(),
        "the first versions refuse a state without it"
    );
}

#[test]
fn a_change_costs_a_line_and_not_the_file() {
    let mut place = Place::new();
    let before = fs::read(place.file()).unwrap();
    for number in 10..40 {
        place.put(number);
    }
    place.revoke(3);
    assert_eq!(fs::read(place.file()).unwrap(), before);
    assert_eq!(place.loads(), place.now());
    // The next start goes on where this one was.
    let mut again = load(&place.file());
    place.source.change(Changes {
        removed: vec![link(10).token],
        ..Changes::default()
    });
    again.store.write(&*place.source, false).unwrap();
    assert_eq!(fs::read(place.file()).unwrap(), before);
    assert_eq!(place.loads(), place.now());
}

#[test]
fn a_journal_that_has_grown_begins_anew() {
    let mut place = Place::new();
    let before = fs::read(place.file()).unwrap();
    let place_of = "x".repeat(1 << 20);
    let mut longest = 0;
    for number in 10..30 {
        let put = Link {
            place: place_of.clone(),
            ..link(number % 3)
        };
        place.change(Changes {
            put: vec![put],
            ..Changes::default()
        });
        longest = longest.max(fs::metadata(place.journal()).unwrap().len());
    }
    assert!(longest < 10 << 20, "{longest}");
    assert_ne!(fs::read(place.file()).unwrap(), before);
    assert_eq!(place.loads(), place.now());
}

#[test]
fn no_id_that_the_journal_saw_is_given_twice() {
    let mut place = Place::new();
    place.put(90);
    place.revoke(90);
    assert_eq!(place.loads().last_link, 90);
}

#[test]
fn what_was_seen_alive_only_ends_earlier() {
    let mut place = Place::new();
    let seen = |at| Changes {
        seen: Some(at),
        ..Changes::default()
    };
    place.change(seen(500));
    place.change(seen(400));
    let found = place.loads();
    assert_eq!(found.links[0].seen, Some(500));
    assert_eq!(found.displays[0].gone.unwrap().seen, 500);
}

/// All that a crash between writing the state and emptying the journal leaves.
#[test]
fn nothing_is_lost_or_done_twice_while_the_journal_begins_anew() {
    let mut place = Place::new();
    place.put(10);
    place.revoke(3);
    let old = fs::read(place.journal()).unwrap();
    place.store.write(&*place.source, true).unwrap();
    place.put(3);
    let (now, new) = (place.now(), fs::read(place.journal()).unwrap());
    fs::write(place.journal(), &old).unwrap();
    let whole = place.loads();
    assert_eq!(whole.links, [link(10)], "the old journal is passed over");
    fs::write(place.journal(), &new).unwrap();
    assert_eq!(place.loads(), now);
}

/// The half of a backup beside the half of today: what was revoked in between stays revoked.
#[test]
fn a_state_beside_the_journal_of_another_revives_no_link() {
    let mut place = Place::new();
    place.put(10);
    let backup = [place.file(), place.journal()].map(|file| fs::read(file).unwrap());
    place.revoke(3);
    // It is written whole now and then; what is revoked after that is in the journal alone.
    place.store.write(&*place.source, true).unwrap();
    place.revoke(10);
    place.put(11);
    let today = [place.file(), place.journal()].map(|file| fs::read(file).unwrap());
    for [state_file, journal] in [[&backup[0], &today[1]], [&today[0], &backup[1]]] {
        // With the older journal it could also be that the program ended in between, and then all of it is in the state:
        // but not of one that was written to since.
        fs::write(place.file(), state_file).unwrap();
        fs::write(place.journal(), journal).unwrap();
        let older_journal = journal == &backup[1];
        let found = load(&place.file());
        match older_journal {
            false => {
                assert_eq!(found.state.links, []);
                let said = found.lost.unwrap();
                assert!(
                    said.contains("do not belong together") && said.contains("no longer work"),
                    "{said}"
                );
                assert!(place.folder.path().join("state.damaged.json").exists());
            }
            true => assert!(!found.state.links.contains(&link(3)), "it was revoked before"),
        }
    }
    // Both of one backup are as it was then: nothing can tell them from today's.
    fs::write(place.file(), &backup[0]).unwrap();
    fs::write(place.journal(), &backup[1]).unwrap();
    assert_eq!(place.loads().links, [link(3), link(10)]);
}

/// A disk that takes the state, but never the journal behind it.
#[test]
fn what_a_state_contains_is_known_however_often_its_journal_was_not_begun() {
    let mut place = Place::new();
    place.put(10);
    let old = fs::read(place.journal()).unwrap();
    for revoked in [3, 10] {
        place.source.change(Changes {
            removed: vec![link(revoked).token],
            ..Changes::default()
        });
        place.store.write(&*place.source, true).unwrap();
        fs::write(place.journal(), &old).unwrap();
        assert_eq!(place.loads(), place.now());
    }
}

#[test]
fn files_that_are_too_long_are_not_read_and_are_set_aside() {
    for of_journal in [false, true] {
        let place = Place::new();
        let long = if of_journal { place.journal() } else { place.file() };
        fs::OpenOptions::new()
            .write(true)
            .open(&long)
            .unwrap()
            .set_len(300 << 20)
            .unwrap();
        if of_journal {
            assert!(
                journal_fault(&place.file())
                    .unwrap()
                    .contains("longer than 128 MiB")
            );
        }
        let found = load(&place.file());
        assert_eq!(found.state.links, []);
        let said = found.lost.unwrap();
        assert!(
            said.contains("longer than 128 MiB") && said.contains("was kept as"),
            "{said}"
        );
        assert_eq!(load(&place.file()).lost, None, "the next start begins anew");
    }
}

/// Nothing but somebody's hand, or half a backup, leaves a state file alone: the first journal is there before it.
#[test]
fn a_state_that_has_lost_its_journal_revives_no_link() {
    let mut place = Place::new();
    place.revoke(3);
    fs::remove_file(place.journal()).unwrap();
    assert!(journal_fault(&place.file()).is_some());
    let found = load(&place.file());
    assert_eq!(found.state.links, []);
    assert!(found.lost.unwrap().contains("state.journal cannot be read"));
    assert_eq!(load(&place.file()).state.links, []);
}

#[test]
fn a_damaged_state_is_kept_aside_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    for damaged in ["", "{\"port\": 60", "[]", "{\"port\": \"x\"}"] {
        fs::write(&file, damaged).unwrap();
        let found = load(&file);
        assert_eq!(found.state, State::default());
        assert!(found.lost.unwrap().contains("damaged"), "{damaged}");
        assert_eq!(
            fs::read_to_string(folder.path().join("state.damaged.json")).unwrap(),
            damaged
        );
        assert!(!file.exists());
    }
}

#[test]
fn a_journal_that_is_damaged_in_the_middle_revives_no_link() {
    let mut place = Place::new();
    place.put(10);
    place.revoke(3);
    place.put(11);
    let (state_file, journal) = (
        fs::read(place.file()).unwrap(),
        fs::read(place.journal()).unwrap(),
    );
    let lines: Vec<_> = journal.split_inclusive(|byte| *byte == b'\n').collect();
    let flipped = |line: usize, at: usize| {
        let mut lines: Vec<_> = lines.iter().map(|line| line.to_vec()).collect();
        lines[line][at] ^= 1;
        lines.concat()
    };
    let damaged = [
        Vec::new(),
        journal[..10].to_vec(),
        flipped(0, 0),
        flipped(0, 40),
        flipped(2, 0),
        flipped(2, 60),
        [lines[0], lines[1], lines[3]].concat(),
        [lines[0], lines[2], lines[1], lines[3]].concat(),
        [lines[0], lines[1], lines[1], lines[2], lines[3]].concat(),
        [lines[0], lines[1], &lines[2][..9], lines[3], b"\n"].concat(),
    ];
    for journal in damaged {
        fs::write(place.file(), &state_file).unwrap();
        fs::write(place.journal(), &journal).unwrap();
        assert!(journal_fault(&place.file()).is_some());
        let found = load(&place.file());
        assert_eq!(
            found.state,
            State {
                links: Vec::new(),
                ..state()
            }
        );
        let said = found.lost.unwrap();
        assert!(
            said.contains("state.journal is damaged") && said.contains("no longer work"),
            "{said}"
        );
        // Nor does any later start.
        assert_eq!(load(&place.file()).state.links, []);
        assert!(place.folder.path().join("state.damaged.json").exists());
        assert!(place.folder.path().join("state.damaged.journal").exists());
    }
}

#[test]
fn two_programs_leave_what_the_last_one_wrote_and_no_mixture() {
    let mut one = Place::new();
    one.put(10);
    let mut other = load(&one.file()).store;
    let others = Changing::of(State {
        links: vec![link(20)],
        ..state()
    });
    one.put(11);
    // It finds more than it has read.
    other.write(&*others, false).unwrap();
    others.change(Changes {
        put: vec![link(21)],
        ..Changes::default()
    });
    other.write(&*others, false).unwrap();
    assert_eq!(one.loads().links, [link(20), link(21)]);
    one.put(12);
    assert_eq!(one.loads(), one.now());
    // One has written its state, the other its journal.
    let journal = fs::read(one.journal()).unwrap();
    other.write(&*others, true).unwrap();
    fs::write(one.journal(), journal).unwrap();
    one.put(13);
    assert_eq!(one.loads(), one.now());
}

#[test]
fn what_cannot_be_added_is_written_whole() {
    let mut place = Place::new();
    fs::remove_file(place.journal()).unwrap();
    place.put(10);
    assert_eq!(place.loads(), place.now());
    fs::remove_file(place.journal()).unwrap();
    fs::create_dir(place.journal()).unwrap();
    place.source.change(Changes {
        removed: vec![link(3).token],
        ..Changes::default()
    });
    place.store.write(&*place.source, false).unwrap_err();
    fs::remove_dir(place.journal()).unwrap();
    place.store.write(&*place.source, false).unwrap();
    assert_eq!(place.loads(), place.now());
}

/// While the disk takes nothing, thousands of changes are taken once.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_queues_up_while_the_disk_is_slow() {
    struct Slow {
        inner: Arc<Changing>,
        disk: Mutex<mpsc::Receiver<()>>,
    }
    impl Source for Slow {
        fn whole(&self) -> State {
            self.disk.lock().unwrap().recv().unwrap();
            self.inner.whole()
        }
        fn changes(&self) -> Option<Changes> {
            self.disk.lock().unwrap().recv().unwrap();
            self.inner.changes()
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let inner = Changing::of(state());
    let (ready, disk) = mpsc::channel();
    let source = Slow {
        inner: Arc::clone(&inner),
        disk: Mutex::new(disk),
    };
    let saver = Saver::start(Store::anew(&file), Arc::new(source));
    let first = saver.save();
    let mut last = None;
    for number in 100..10_100 {
        inner.change(Changes {
            put: vec![link(number % 50)],
            last_link: number,
            ..Changes::default()
        });
        saver.save_soon();
        last = Some(saver.save());
    }
    ready.send(()).unwrap();
    first.await.unwrap();
    ready.send(()).unwrap();
    last.unwrap().await.unwrap();
    assert!(inner.taken.load(Ordering::Relaxed) <= 2);
    assert_eq!(load(&file).state.last_link, 10_099);
}

#[tokio::test]
async fn all_that_was_wanted_is_saved_before_saving_ends() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let inner = Changing::of(state());
    let saver = Saver::start(Store::anew(&file), Arc::clone(&inner) as _);
    saver.save().await.unwrap();
    inner.change(Changes {
        put: vec![link(50)],
        ..Changes::default()
    });
    saver.save_soon();
    let last = saver.save();
    drop(saver);
    last.await.unwrap();
    assert_eq!(load(&file).state, *inner.state.lock().unwrap());
}

#[tokio::test]
async fn a_save_that_fails_says_why_and_what_it_had_is_saved_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("file");
    fs::write(&blocked, "").unwrap();
    let file = blocked.join("state.json");
    let inner = Changing::of(state());
    let saver = Saver::start(Store::anew(&file), Arc::clone(&inner) as _);
    let error = saver.save().await.unwrap_err();
    assert!(error.to_string().starts_with("cannot save "), "{error}");
    fs::remove_file(&blocked).unwrap();
    saver.save().await.unwrap();
    assert_eq!(load(&file).state, state());
}

fn any_changes() -> impl Strategy<Value = Changes> {
    let put = prop::collection::vec(0..8u64, 0..4);
    let removed = prop::collection::vec(0..8u64, 0..3);
    let head = prop::option::of(1..9u16);
    (put, removed, prop::option::of(1..2000u64), head, 0..100u64)
        .prop_map(|(put, removed, seen, port, last_link)| Changes {
            removed: removed.iter().map(|number| link(*number).token).collect(),
            put: put
                .into_iter()
                .map(|number| Link {
                    uses: last_link as u32,
                    ..link(number)
                })
                .collect(),
            seen,
            head: port.map(|port| Head {
                port: Some(port),
                displays: displays(),
            }),
            last_link,
        })
        .prop_map(|changes| match changes.is_empty() {
            // Nothing is written then.
            true => Changes::default(),
            false => changes,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Killed after any byte: what the next start finds is what was there at one of the writes, and none that was
    /// finished is missing.
    #[test]
    fn a_kill_after_any_byte_leaves_the_state_of_a_write(all in prop::collection::vec(any_changes(), 1..8)) {
        let mut place = Place::new();
        let mut written = vec![(fs::metadata(place.journal()).unwrap().len(), place.now())];
        for changes in all {
            place.change(changes);
            written.push((fs::metadata(place.journal()).unwrap().len(), place.now()));
        }
        let journal = fs::read(place.journal()).unwrap();
        let first = written[0].0 as usize;
        for cut in first..=journal.len() {
            let (generation, state) = store::read_state(&fs::read(place.file()).unwrap()).unwrap();
            let Read::Changes(changes, tip) = journal::read(&generation.unwrap(), &journal[..cut]) else {
                panic!("{cut}: a cut is no damage");
            };
            let found = journal::apply(state, changes);
            let finished = written.iter().rfind(|(length, _)| *length <= cut as u64).unwrap();
            prop_assert_eq!(&found, &finished.1, "{}", cut);
            prop_assert_eq!(tip.is_some(), finished.0 == cut as u64);
        }
        if journal.len() == first {
            return Ok(());
        }
        // And a start that finds a torn line goes on.
        fs::write(place.journal(), &journal[..journal.len() - 1]).unwrap();
        let mut again = load(&place.file());
        prop_assert!(again.lost.is_none());
        again.store.write(&*place.source, false).unwrap();
        prop_assert_eq!(place.loads(), place.now());
    }

    /// Whatever was done to a journal, no link opens that did not at one of its writes.
    #[test]
    fn a_journal_that_was_changed_opens_nothing_more(at in 0..4000usize, bit in 0..8u32, cut in 0..4000usize) {
        let mut place = Place::new();
        place.put(10);
        place.revoke(3);
        place.put(11);
        place.revoke(10);
        let mut journal = fs::read(place.journal()).unwrap();
        let length = journal.len();
        journal[at % length] ^= 1 << bit;
        journal.truncate(length - cut % 100);
        let (generation, state) = store::read_state(&fs::read(place.file()).unwrap()).unwrap();
        match journal::read(&generation.unwrap(), &journal) {
            Read::Changes(changes, _) => {
                let found = journal::apply(state, changes).links;
                let open: Vec<_> = found.iter().filter_map(|link| link.id).collect();
                let ever = [&[3][..], &[3, 10], &[10], &[10, 11], &[11]];
                prop_assert!(ever.contains(&&open[..]), "{open:?}");
            }
            Read::Damaged(line) => prop_assert!(line >= 1),
            Read::Contained | Read::Foreign => prop_assert!(false, "it is this state's"),
        }
    }
}

/// As on a disk without inodes, or beyond a quota: the journal has its room, and no other file can be made.
#[cfg(target_os = "linux")]
#[test]
fn where_no_whole_state_can_be_written_the_journal_goes_on() {
    use std::os::unix::fs::{PermissionsExt, chown};

    use rustix::{process::Uid, thread::set_thread_res_uid};

    // Who may write is another's business than root's.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let mut place = Place::new();
    let ordinary = Uid::from_raw(65_534);
    for file in [place.file(), place.journal()] {
        chown(file, Some(ordinary.as_raw()), None).unwrap();
    }
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let place = std::thread::spawn(move || {
        set_thread_res_uid(ordinary, ordinary, ordinary).unwrap();
        for number in 10..13 {
            place.source.change(Changes {
                put: vec![link(number)],
                ..Changes::default()
            });
            place.store.write(&*place.source, true).unwrap();
        }
        place.revoke(11);
        place
    });
    let place = place.join().unwrap();
    assert_eq!(place.loads(), place.now());
}
