//! Which display of the config file is meant, though the file may have changed since.

use super::{Config, Display};
use crate::DisplayId;

/// Which display is meant, by what the config file itself says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The one that the file gives this id.
    Id(DisplayId),
    /// The file gives it none: the one of this name at this [place](super::Place::identity).
    Named { name: String, place: String },
}

impl Which {
    /// The display of a config.
    pub fn of(display: &Display) -> Self {
        match display.id_is_written {
            true => Self::Id(display.id.clone()),
            false => Self::Named {
                name: display.name.clone(),
                place: display.place.identity(),
            },
        }
    }

    pub fn is(&self, display: &Display) -> bool {
        *self == Self::of(display)
    }

    pub fn find<'a>(&self, config: &'a Config) -> Option<&'a Display> {
        config.displays.iter().find(|display| self.is(display))
    }
}
