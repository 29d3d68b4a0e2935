//! What the fuzz targets in `fuzz/` do with links. Not part of the program.

use std::{collections::HashSet, sync::Mutex, time::Duration};

use porthole_gateway::Token;

use super::{
    Audience,
    clock::Now,
    table::{NewLink, Table},
};
use crate::{
    DisplayId, Terms,
    model::milliseconds::LATEST,
    sharing::state::{Changes, Source, State},
};

/// Takes up the links of an earlier start, as the program does when it starts; `apply` makes a journal's changes.
///
/// # Panics
/// If two links have one id, a window cannot read an id or a moment, or the next start finds something else.
pub(crate) fn take_up(state: State, apply: fn(State, Vec<Changes>) -> State) {
    let table = Mutex::new(Table::of(state.clone()));
    let changes = table.changes();
    let kept = table.whole();
    let as_kept = |state| Mutex::new(Table::of(state)).whole();
    assert!(as_kept(kept.clone()) == kept, "what is written is what was read");
    if let Some(changes) = changes {
        let again = as_kept(apply(state, vec![changes]));
        assert!(again == kept, "the journal says the same");
    }

    let now = Now {
        wall: 1_800_000_000_000,
        ran: Duration::from_secs(60),
    };
    let mut table = Table::of(kept);
    let mut ids = HashSet::new();
    for (_, view) in table.views() {
        assert!(ids.insert(view.id), "{} is two links", view.id);
        let moments = [Some(view.created), view.ends, view.last_use];
        assert!(moments.into_iter().flatten().all(|at| at <= LATEST), "{view:?}");
    }
    let display = DisplayId::derived("Alice", "h:1", 0);
    let new = NewLink {
        display: &display,
        place: String::new(),
        terms: Terms::default(),
        audience: Audience::Others,
        pin: None,
    };
    if let Ok((id, _)) = table.insert(Token::from("new").hash(), new, now) {
        assert!(ids.insert(id) && id < 1 << 53, "{id}");
    }
    table.put_in_force(&mut [], now);
    assert!(table.orphans().iter().all(|orphan| orphan.until <= LATEST));
    table.next_end(now);
    table.expire(now);
}
