//! Who is here from elsewhere.

use super::{DisplayView, SessionView, Snapshot};

impl Snapshot {
    /// The sessions that came by a link for others, display by display. The program's own windows, and browsers that it
    /// opened on this machine, are no guests.
    pub fn guests(&self) -> impl Iterator<Item = (&DisplayView, &SessionView)> {
        self.displays.iter().flat_map(|display| {
            let sessions = display.sessions.iter();
            sessions
                .filter(|session| is_guest(display, session))
                .map(move |session| (display, session))
        })
    }
}

/// A link that is in the list no more was for others: it may have been for one session only.
fn is_guest(display: &DisplayView, session: &SessionView) -> bool {
    session.link.is_some_and(|id| {
        let mut links = display.links.iter();
        links.find(|link| link.id == id).is_none_or(|link| link.shared)
    })
}
