//! What the fuzz targets in `fuzz/` read of the state. Not part of the program.

use super::{
    State,
    journal::{Generation, Read, Tip, apply, read},
    store::read_state,
};
use crate::sharing::links::fuzzing::take_up;

/// Reads a state file and its journal, both of them foreign; says how many links there are then.
///
/// # Panics
/// If a journal that goes on does not say the same when it is cut at its last line and goes on from there.
pub fn read_state_file(bytes: &[u8]) -> Option<usize> {
    let (state_file, journal) = match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    let (generation, state) = read_state(state_file).ok()?;
    let Some(generation) = generation else {
        let count = state.links.len();
        take_up(state, apply);
        return Some(count);
    };
    match read(&generation, journal) {
        Read::Changes(changes, tip) => {
            assert_eq!(
                tip.is_some(),
                journal.ends_with(b"\n"),
                "only a line without its end is passed over"
            );
            let state = apply(state, changes);
            let count = state.links.len();
            take_up(state, apply);
            Some(count)
        }
        Read::Contained | Read::Foreign | Read::Damaged(_) => None,
    }
}

/// Reads lines that a journal could hold, one for each line of `lines`, with the digests that they need.
///
/// # Panics
/// If lines that say what the program says are not read, or a link is there twice.
pub fn read_journal_lines(lines: &[u8]) -> usize {
    let (mut tip, mut journal) = Tip::first("00");
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for line in lines {
        journal.extend_from_slice(&tip.add(line));
    }
    assert_eq!(tip.length(), journal.len() as u64);
    let generation = Generation {
        this: "00".into(),
        replaces: None,
    };
    match read(&generation, &journal) {
        Read::Changes(changes, end) => {
            assert_eq!(end, Some(tip), "it goes on where it was written");
            let state = apply(State::default(), changes);
            let links = &state.links;
            assert!(
                links
                    .iter()
                    .all(|link| link.id.is_none_or(|id| id <= state.last_link))
            );
            let mut tokens: Vec<_> = links.iter().map(|link| link.token).collect();
            tokens.sort_unstable();
            tokens.dedup();
            let count = links.len();
            assert_eq!(tokens.len(), count, "a link is there once");
            take_up(state, apply);
            count
        }
        Read::Damaged(line) => {
            assert!(line > 1, "the header is ours");
            0
        }
        Read::Contained | Read::Foreign => 0,
    }
}
