//! Why the program could not start.

use porthole_gateway::sources::Faults;

use super::AlreadyRunning;
use crate::{
    config::{ConfigError, token_faults},
    network::listen::ListenError,
    texts::{say, sentence::sentence},
};

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The config is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Another program serves this config.
    #[error(transparent)]
    Running(#[from] AlreadyRunning),
    /// The token file that websockify's command line names is wrong.
    #[error(transparent)]
    Tokens(#[from] Faults),
    /// An address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
}

impl StartError {
    /// As sentences in the person's language.
    pub fn told(&self) -> String {
        let why = match self {
            Self::Config(error) => sentence(&error.to_string()),
            Self::Running(error) => error.told(),
            Self::Tokens(faults) => sentence(&token_faults(faults).join("; ")),
            Self::Listen(error) => error.told(),
        };
        say!("start-failed", cause = why)
    }
}
