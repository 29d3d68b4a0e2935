//! What the controller knows, as a snapshot.

use porthole_gateway::SessionInfo;

use super::{Controller, sharing::Shared};
use crate::{
    DisplayId, DisplayState, DisplayView, LaunchView, NetworkView, OrphanView, SessionView, Snapshot,
    desktops::forgotten, sharing::links::Orphan, texts::say,
};

/// So many links of each display are shown, and counted beyond: each change of any of them makes a new snapshot.
const MAX_LINKS_SHOWN: usize = 50;

impl Controller {
    pub(super) fn snapshot(&self) -> Snapshot {
        let sessions = self.service.sessions.list();
        let mut links = self.service.links.summaries(MAX_LINKS_SHOWN);
        let sessions_of = |id: &DisplayId| {
            let sessions = sessions.iter().filter(|session| session.display == id.as_str());
            let link = |session: &SessionInfo| self.service.links.id(session.token);
            sessions
                .map(|session| SessionView::of(session, link(session)))
                .collect()
        };
        let mut links_of = |id: &DisplayId| links.remove(id).unwrap_or_default();
        let known = self.porthole.config().displays.iter();
        let known = known.map(|display| (display, links_of(&display.id)));
        let known = known.map(|(display, links)| DisplayView {
            id: display.id.clone(),
            name: display.name.clone(),
            target: display.place.to_string(),
            launch: self.launch_of(&display.id),
            state: self.reach_of(display.id.as_str()),
            busy: self.busy.contains(&display.id),
            sessions: sessions_of(&display.id),
            links: links.shown,
            more_links: links.more,
            links_for_others: links.for_others,
            picture: self.pictures.view(display.id.as_str()),
        });
        let known: Vec<_> = known.collect();
        let runs_on = self.service.desktops.forgotten().into_iter();
        let runs_on = runs_on.map(|(id, name)| DisplayView {
            target: forgotten(),
            launch: self.launch_of(&id),
            state: DisplayState::Unreachable {
                reason: say!("desk-forgotten-runs"),
                fix: say!("desk-forgotten-fix"),
            },
            busy: false,
            sessions: sessions_of(&id),
            links: Vec::new(),
            more_links: 0,
            links_for_others: 0,
            picture: None,
            name,
            id,
        });
        let orphans = self.service.links.orphans().into_iter();
        let orphans = orphans.map(|orphan| (links_of(&orphan.id), orphan));
        let orphans = orphans.map(|(links, Orphan { id, name, until })| OrphanView {
            links: links.shown,
            more_links: links.more,
            id,
            name,
            until,
        });
        let mut snapshot = Snapshot {
            orphans: orphans.collect(),
            displays: known.into_iter().chain(runs_on).collect(),
            fault: self.porthole.fault().map(ToString::to_string),
            notice: self.notice.clone(),
            address: self.porthole.address(),
            config_file: self.place.file().display().to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            found: self.found_views(),
            new_desktop: self.new_desktop.clone(),
            this_screen: self.this_screen.clone(),
            adding: self.additions.server.clone(),
            token_file: self.additions.token_file.clone(),
            network: NetworkView::from(&*self.service.network.last()),
            default_terms: self.porthole.config().links,
            share_for: self.share_for.clone(),
            share: self.share.as_ref().map(Shared::view),
            question: None,
            asking: self.service.links.asking(),
            history: self.past.visits.clone(),
            doctor: self.doctor.clone(),
            settings: self.settings_view(),
        };
        snapshot.question = self.question.as_ref().and_then(|asked| asked.view(&snapshot));
        snapshot
    }

    fn launch_of(&self, display: &DisplayId) -> Option<LaunchView> {
        let mut view = self.service.desktops.view(display.as_str());
        if let Some(LaunchView::Running { memory, .. }) = &mut view {
            *memory = self.memory.get(display).copied();
        }
        view
    }

    /// A display that is launched can be opened whether it runs or not.
    fn reach_of(&self, display: &str) -> DisplayState {
        match self.service.desktops.view(display) {
            None => self.service.display_states.of(display),
            Some(LaunchView::Unavailable { reason, fix }) => DisplayState::Unreachable { reason, fix },
            Some(_) => DisplayState::Reachable,
        }
    }
}
