//! Where a config comes from.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Arguments, ConfigError, ConfigPlace, Loaded, load};
use crate::platform::interfaces::Interfaces;

/// What a config is made from, each time one of its files has changed.
#[derive(Clone, Debug)]
pub(crate) enum ConfigSource {
    /// A config file, beside whose state the program remembers things.
    File(ConfigPlace),
    /// A command line, after which nothing stays: like websockify, the program writes no state.
    Arguments(Arc<Arguments>),
}

impl ConfigSource {
    /// The config as it is now; the files that were looked for are added to `files`, whether they were good or not. The
    /// config file itself is not among them. Blocks.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn load(&self, files: &mut Vec<PathBuf>) -> Result<Loaded, ConfigError> {
        match self {
            Self::File(place) => load(place, files),
            Self::Arguments(arguments) => arguments.load(files),
        }
    }

    /// The config file.
    pub fn file(&self) -> Option<&Path> {
        self.place().map(ConfigPlace::file)
    }

    /// Where config file and state are.
    pub fn place(&self) -> Option<&ConfigPlace> {
        match self {
            Self::File(place) => Some(place),
            Self::Arguments(_) => None,
        }
    }

    /// Where the addresses are listed that others may use.
    pub fn interfaces(&self) -> Interfaces {
        self.place()
            .map_or(Interfaces::System, |place| place.interfaces.clone())
    }

    /// A config file that was there once is missed when it is gone: it may have been moved by mistake.
    pub(super) fn expect_file(&mut self) {
        if let Self::File(place) = self {
            place.named |= place.file.exists();
        }
    }
}
