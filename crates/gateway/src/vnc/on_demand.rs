//! VNC servers that are started when somebody comes.

use std::{fmt, pin::Pin};

use porthole_phrase::Phrase;
use porthole_rfb::Password;

use crate::Target;

/// An answer that takes its time.
pub type Awaited<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A VNC server that may have to be started before it can be reached, and that can tell why it ends.
pub trait OnDemand: Send + Sync + fmt::Debug {
    /// Starts it, unless it runs, and waits until it can be reached. The viewer's WebSocket is open meanwhile, and says
    /// nothing. Cancel safe. `None`: it could not be started; its owner is told why, and the visitor is not.
    fn ready(&self) -> Awaited<'_, Option<Ready>>;

    /// Asked when it has closed a connection, or took none: why, for the visitor, if it comes to its end as a
    /// whole. `None`: it runs on.
    /// Answers within about a second.
    fn last_words(&self) -> Awaited<'_, Option<Phrase>>;
}

/// How a server is reached that was started.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Where it listens.
    pub target: Target,
    /// What it asks for on a VNC route; it takes the place of the route's password.
    pub password: Option<Password>,
}
