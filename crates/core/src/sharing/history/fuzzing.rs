//! What the fuzz targets in `fuzz/` read of the history. Not part of the program.

use super::{
    file::{lines, read_lines},
    fold::MAX_LINES,
};
use crate::{VisitView, model::milliseconds::LATEST};

/// Reads the file of a history; says how many lines it has when it is folded.
///
/// # Panics
/// If it has more than are kept, or is another one when it was written and read again.
pub fn read_history_file(bytes: &[u8]) -> usize {
    let written = read_lines(bytes).and_then(|fold| lines(fold.events()));
    let views = read_lines(bytes).map(|fold| fold.views()).unwrap_or_default();
    assert!(views.len() <= 2 * MAX_LINES, "so many are kept at most");
    let moments = |view: &VisitView| [Some(view.began), Some(view.last), view.ended];
    assert!(
        views.iter().flat_map(moments).flatten().all(|at| at <= LATEST),
        "a window can show it"
    );
    if let Ok(text) = written {
        let again = read_lines(&text[..]).map(|fold| fold.views());
        assert!(
            again.is_ok_and(|again| again == views),
            "what is written is what was read"
        );
    }
    views.len()
}
