//! The journal of a state file: what has changed since that was written whole. Does no I/O.
//!
//! Its first line names the generation of the state file that it belongs to. Each further line holds all that changed from
//! one write to the next: however much is cut off the end, what is left is the state as it was at one of the writes. A line
//! begins with a digest over itself and all lines before it. So a line that is damaged, missing or repeated is noticed, and
//! told from one that a crash has torn: that is the last one, and has no end.

use std::collections::HashMap;

use porthole_gateway::TokenHash;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{KnownDisplay, Link, State};
use crate::sharing::links::LinkId;

/// How many hexadecimal digits of its digest a line begins with.
const DIGITS: usize = 16;

/// What has changed from one write of the state to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changes {
    /// The id that was given to a link last. Never a reason to write by itself: ids that were given since belong to links of
    /// windows, which do not outlive the program.
    pub last_link: LinkId,
    /// Links that are new or have changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put: Vec<Link>,
    /// Links that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<TokenHash>,
    /// When all links that could be believed were seen alive, in seconds since 1970 (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
    /// What is not about links, if any of it has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
}

/// What a state holds besides links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub port: Option<u16>,
    pub displays: Vec<KnownDisplay>,
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    journal_of: &'a str,
}

/// The end of a journal, where it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tip {
    generation: String,
    /// In bytes.
    length: u64,
    digest: [u8; 32],
}

/// The generation of a state file, and that which its journal was of when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Generation {
    pub this: String,
    /// The journal of this generation is contained in the state file; `None`: none is.
    pub replaces: Option<String>,
}

/// What a journal says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The state file contains all that it says: the program ended before it could begin another.
    Contained,
    /// It belongs to another state file, an older or a newer one: one of the two is not where it was written.
    Foreign,
    /// What has changed, in its order, and where it goes on. `None`: its last line is torn, so that it cannot.
    Changes(Vec<Changes>, Option<Tip>),
    /// This line, counted from 1, is not as it was written.
    Damaged(usize),
}

impl Changes {
    /// Whether nothing has changed that must be written.
    pub fn is_empty(&self) -> bool {
        let Self {
            last_link: _,
            put,
            removed,
            seen,
            head,
        } = self;
        put.is_empty() && removed.is_empty() && seen.is_none() && head.is_none()
    }
}

impl Tip {
    /// The beginning of a journal of this generation, and what stands there.
    pub fn first(generation: &str) -> (Self, Vec<u8>) {
        let mut tip = Self {
            generation: generation.to_owned(),
            length: 0,
            digest: [0; 32],
        };
        // A generation is hexadecimal digits.
        let header = format!("{{\"journal_of\":\"{generation}\"}}");
        let line = tip.add(header.as_bytes());
        (tip, line)
    }

    /// The line that holds `json`, behind which the journal then goes on.
    pub fn add(&mut self, json: &[u8]) -> Vec<u8> {
        self.digest = digest(&self.digest, json);
        let mut line = digits(&self.digest).into_bytes();
        line.push(b' ');
        line.extend_from_slice(json);
        line.push(b'\n');
        self.length += line.len() as u64;
        line
    }

    pub fn generation(&self) -> &str {
        &self.generation
    }

    /// The length of the journal in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// Reads the journal that lies beside the state file of this generation.
pub(super) fn read(generation: &Generation, journal: &[u8]) -> Read {
    let (mut tip, first) = Tip::first(&generation.this);
    let Some(mut rest) = journal.strip_prefix(&first[..]) else {
        return match generation_of(journal) {
            None => Read::Damaged(1),
            found if found == generation.replaces => Read::Contained,
            Some(_) => Read::Foreign,
        };
    };
    let (mut changes, mut number) = (Vec::new(), 1);
    while !rest.is_empty() {
        number += 1;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        match read_line(&mut tip, line) {
            Some(change) => changes.push(change),
            // A line that was not yet written to its end when the program or the machine stopped: nobody was told that
            // what it says is saved.
            None if end.is_none() => return Read::Changes(changes, None),
            None => return Read::Damaged(number),
        }
        rest = after;
    }
    Read::Changes(changes, Some(tip))
}

fn read_line(tip: &mut Tip, line: &[u8]) -> Option<Changes> {
    let mut next = tip.clone();
    let json = line.get(DIGITS + 1..)?.strip_suffix(b"\n")?;
    if next.add(json) != line {
        return None;
    }
    let changes = serde_json::from_slice(json).ok()?;
    *tip = next;
    Some(changes)
}

/// The generation that a journal names, of which its first line is enough; `None`: it does not begin as a journal does.
pub(super) fn generation_of(journal: &[u8]) -> Option<String> {
    let line = journal.split_inclusive(|byte| *byte == b'\n').next()?;
    let json = line.get(DIGITS + 1..)?.strip_suffix(b"\n")?;
    let Header { journal_of } = serde_json::from_slice(json).ok()?;
    (Tip::first(journal_of).1 == line).then(|| journal_of.to_owned())
}

/// Makes the changes in their order.
pub(super) fn apply(state: State, changes: Vec<Changes>) -> State {
    if changes.is_empty() {
        return state;
    }
    let mut state = state;
    let of_token = |link: Link| (link.token, link);
    let mut links: HashMap<_, _> = std::mem::take(&mut state.links)
        .into_iter()
        .map(of_token)
        .collect();
    for change in changes {
        let ids = change.put.iter().filter_map(|link| link.id);
        state.last_link = ids
            .chain([state.last_link, change.last_link])
            .max()
            .unwrap_or_default();
        if let Some(Head { port, displays }) = change.head {
            state.port = port;
            state.displays = displays;
        }
        if let Some(seen) = change.seen {
            see(&mut links, &mut state.displays, seen);
        }
        for token in change.removed {
            links.remove(&token);
        }
        links.extend(change.put.into_iter().map(of_token));
    }
    state.links = links.into_values().collect();
    state.links.sort_by_key(|link| (link.id, link.token));
    state
}

/// A later moment only makes a link end earlier.
fn see(links: &mut HashMap<TokenHash, Link>, displays: &mut [KnownDisplay], at: u64) {
    for link in links.values_mut().filter(|link| link.expires.is_some()) {
        link.seen = link.seen.max(Some(at));
    }
    for gone in displays.iter_mut().filter_map(|display| display.gone.as_mut()) {
        gone.seen = gone.seen.max(at);
    }
}

fn digest(before: &[u8; 32], json: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(before)
        .chain_update(json)
        .finalize()
        .into()
}

fn digits(digest: &[u8; 32]) -> String {
    digest
        .iter()
        .take(DIGITS / 2)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
