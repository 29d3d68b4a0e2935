//! The Porthole that runs.

use std::time::Duration;

use tokio::time::timeout;
use url::Url;

use crate::{
    Finding,
    control::{Answer, ArgumentsStatus, AskError, Instance, RefusalStatus, Request, ask as ask_control},
    platform::blocking::blocking,
    texts::{say, sentence::sentence},
};

/// How long a Porthole may take to say how it is; it waits some seconds for displays that do not answer.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a Porthole runs with the config.
#[derive(Clone, Debug)]
pub(super) enum Running {
    /// This one does.
    Yes {
        version: String,
        process: u32,
        address: String,
        refused: Vec<RefusalStatus>,
        /// What websockify's command line says, if that has started it.
        arguments: Option<Box<ArgumentsStatus>>,
    },
    No,
    /// It cannot be asked.
    Unknown {
        /// A sentence.
        cause: String,
    },
}

impl Running {
    /// The port that it listens on.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Yes { address, .. } => Url::parse(address).ok()?.port_or_known_default(),
            Self::No | Self::Unknown { .. } => None,
        }
    }

    /// What it refused.
    pub fn refused(&self) -> &[RefusalStatus] {
        match self {
            Self::Yes { refused, .. } => refused,
            Self::No | Self::Unknown { .. } => &[],
        }
    }

    /// What websockify's command line says, if that has started it.
    pub fn arguments(&self) -> Option<&ArgumentsStatus> {
        match self {
            Self::Yes { arguments, .. } => arguments.as_deref(),
            Self::No | Self::Unknown { .. } => None,
        }
    }

    pub fn process(&self) -> Option<u32> {
        match self {
            Self::Yes { process, .. } => Some(*process),
            Self::No | Self::Unknown { .. } => None,
        }
    }
}

/// Asks the Porthole that runs.
pub(super) async fn ask(instance: Instance) -> Running {
    let answer = timeout(
        ASK_TIMEOUT,
        blocking(move || ask_control(&instance, &Request::Status)),
    )
    .await;
    let unknown = |cause: String| Running::Unknown { cause };
    match answer {
        Ok(Ok(Answer::Status(status))) => Running::Yes {
            version: status.version,
            process: status.process,
            address: status.address,
            refused: status.refused,
            arguments: status.arguments.map(Box::new),
        },
        Ok(Ok(_)) => unknown(say!("doctor-running-odd")),
        Ok(Err(AskError::NotRunning { .. } | AskError::Gone { .. })) => Running::No,
        Ok(Err(error)) => unknown(sentence(&error.to_string())),
        Err(_) => unknown(say!("doctor-running-silent")),
    }
}

/// What is to be said of it.
pub(super) fn control(running: &Running) -> Vec<Finding> {
    const CHECK: &str = "running";
    let ours = env!("CARGO_PKG_VERSION");
    vec![match running {
        Running::Yes { version, process, .. } if version != ours => Finding::warn(
            CHECK,
            say!(
                "doctor-running-other",
                process = *process,
                version = version.as_str(),
                ours = ours
            ),
            say!("doctor-running-other-fix"),
        ),
        Running::Yes { process, address, .. } => Finding::ok(
            CHECK,
            say!(
                "doctor-running-well",
                process = *process,
                address = address.as_str()
            ),
        ),
        Running::No => Finding::ok(CHECK, say!("doctor-running-not")),
        Running::Unknown { cause } => Finding::fault(CHECK, cause, say!("doctor-running-unknown-fix")),
    }]
}
