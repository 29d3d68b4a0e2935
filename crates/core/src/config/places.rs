//! Which display shows a VNC server.

use porthole_gateway::Target;

use super::{Config, Display, Place};

/// The display that shows a target.
pub(crate) fn display_at<'a>(config: &'a Config, target: &Target) -> Option<&'a Display> {
    let wanted = here(target.clone());
    let shows = |place: &Place| matches!(place, Place::At(other) if here(other.clone()) == wanted);
    config.displays.iter().find(|display| shows(&display.place))
}

/// A target of this machine by one name, whichever of its loopback addresses it was called by.
pub(crate) fn here(target: Target) -> Target {
    match target {
        Target::Tcp { host, port } if matches!(&*host, "127.0.0.1" | "::1" | "localhost") => Target::Tcp {
            host: "localhost".into(),
            port,
        },
        other => other,
    }
}
