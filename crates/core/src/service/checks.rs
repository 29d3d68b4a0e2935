//! Whether displays can be reached, asked of their VNC servers.

use porthole_gateway::Rights;

use super::Service;
use crate::{DisplayId, config::Place, reachability::display_states::Why};

impl Service {
    /// Begins to find out whether a display can be reached. Whoever awaits it has it known when it is done. `None`: that is
    /// under way, would do harm, or there is nothing to ask: a desktop can be opened whenever it can be started.
    pub fn check(&self, display: &DisplayId, why: Why) -> Option<impl Future<Output = ()> + use<>> {
        let display = self.links.config().display(display.as_str())?.clone();
        if matches!(display.place, Place::Launched(_)) {
            return None;
        }
        let attempt = self.display_states.begin(display.id.as_str(), why)?;
        let target = self.links.target(&display, Rights::Control);
        let display_states = self.display_states.clone();
        Some(async move {
            let checked = attempt
                .run(display.place, &target, display.password.as_ref())
                .await;
            display_states.learn(display.id.as_str(), attempt.number, checked);
        })
    }
}
