//! What the controller knows, as a snapshot.

use std::collections::HashMap;

use porthole_gateway::SessionInfo;

use super::{Controller, sharing::Shared};
use crate::{
    DisplayId, DisplayState, DisplayView, LaunchView, LinkView, NetworkView, OrphanView, SessionView,
    Snapshot, desktops::forgotten, sharing::links::Orphan, texts::say,
};

impl Controller {
    pub(super) fn snapshot(&self) -> Snapshot {
        let sessions = self.service.sessions.list();
        let links = self.service.links.views();
        let sessions_of = |id: &DisplayId| {
            let sessions = sessions.iter().filter(|session| session.display == id.as_str());
            let link = |session: &SessionInfo| self.service.links.id(session.token);
            sessions
                .map(|session| SessionView::of(session, link(session)))
                .collect()
        };
        let mut of_displays: HashMap<DisplayId, Vec<LinkView>> = HashMap::new();
        for (display, link) in links {
            of_displays.entry(display).or_default().push(link);
        }
        let links_of = |id: &DisplayId| of_displays.get(id).cloned().unwrap_or_default();
        let known = self.porthole.config().displays.iter().map(|display| DisplayView {
            id: display.id.clone(),
            name: display.name.clone(),
            target: display.place.to_string(),
            launch: self.launch_of(&display.id),
            state: self.reach_of(display.id.as_str()),
            busy: self.busy.contains(&display.id),
            sessions: sessions_of(&display.id),
            links: links_of(&display.id),
            picture: self.pictures.view(display.id.as_str()),
        });
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
            picture: None,
            name,
            id,
        });
        let orphans = self.service.links.orphans().into_iter();
        let orphans = orphans.map(|Orphan { id, name, until }| OrphanView {
            links: links_of(&id),
            id,
            name,
            until,
        });
        let mut snapshot = Snapshot {
            orphans: orphans.collect(),
            displays: known.chain(runs_on).collect(),
            fault: self.porthole.fault().map(ToString::to_string),
            notice: self.notice.clone(),
            address: self.porthole.address(),
            config_file: self.porthole.config_file().display().to_string(),
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
