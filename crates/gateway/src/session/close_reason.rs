//! Why a session ends, and how the viewer is told.

use porthole_phrase::{Explain, Phrase, phrase};
use porthole_rfb::shortened;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use crate::{NoWay, TargetError};

/// Why a session ends. It becomes the WebSocket's close code, which the viewer's page explains, and a text in English
/// for viewers that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The VNC server ended the connection.
    TargetClosed,
    /// The display's server was to be started by us, and could not be. Why is its owner's business: it may name accounts
    /// and files of the machine.
    DisplayNotStarted,
    /// The display's server was started by us, and came to its end; the phrase says what visitors may know of it.
    DisplayEnded(Phrase),
    /// The display's server was started by us, and is being started again: the viewer's page comes back by itself.
    DisplayRestarts,
    /// The viewer closed the connection, or its socket ended.
    ViewerClosed,
    /// Porthole is shutting down.
    ShuttingDown,
    /// The viewer broke the WebSocket protocol; the phrase says how.
    BrokenWebSocket(Phrase),
    /// The viewer sent a text frame; RFB is binary.
    TextFrame,
    /// The target could not be reached, or what answered there refused.
    Target(TargetError),
    /// The token is unknown, revoked or expired: all look the same, so that guessing learns nothing.
    NoSuchLink,
    /// The owner of the display ended the session.
    Disconnected,
    /// The owner of the display revoked the link, which ends the sessions that it opened.
    Revoked,
    /// The display was changed or removed in the configuration.
    DisplayChanged,
    /// Too many wrong tokens came from this address.
    TooManyGuesses,
    /// The viewer sent RFB that is not understood or not allowed; the phrase says what.
    BrokenRfb(Phrase),
    /// The link's time ran out during the session.
    Expired,
    /// The viewer answered nothing for too long.
    Silent,
    /// The link wants a PIN, and none was shown.
    PinWanted,
    /// The PIN that was shown is not the link's.
    WrongPin,
    /// The owner of the display was asked, and said no.
    Denied,
    /// The owner of the display was asked, and did not answer.
    NotAnswered,
    /// The link has as many sessions as it may have.
    LinkFull,
    /// The display has as many sessions as it may have.
    DisplayFull,
    /// The gateway has no descriptors left for another session.
    GatewayFull,
    /// As many visitors of this link wait for an answer as may.
    TooManyWaiting,
    /// The link works once, and that it was used cannot be saved.
    UseNotSaved,
}

impl CloseReason {
    /// The close code: RFC 6455 §7.4.1 below 4000, our own from there on. The viewer's table of explanations
    /// (`novnc-vendor/src/endings.ts`) has the same codes. 1000 says nothing but that one of the two ends closed.
    pub fn code(&self) -> u16 {
        match self {
            Self::TargetClosed | Self::ViewerClosed => 1000,
            Self::ShuttingDown => 1001,
            Self::DisplayRestarts => 1012,
            Self::BrokenWebSocket(_) => 1002,
            Self::TextFrame => 1003,
            Self::Target(error) if error.is_refusal() => 4004,
            Self::Target(_) => 1011,
            Self::NoSuchLink => 4001,
            Self::Disconnected => 4002,
            Self::DisplayChanged => 4003,
            Self::TooManyGuesses => 4005,
            Self::BrokenRfb(_) => 4006,
            Self::Expired => 4007,
            Self::Silent => 4008,
            Self::PinWanted => 4009,
            Self::WrongPin => 4010,
            Self::Denied => 4011,
            Self::NotAnswered => 4012,
            Self::LinkFull | Self::DisplayFull | Self::GatewayFull => 4013,
            Self::DisplayNotStarted => 4014,
            Self::TooManyWaiting => 4015,
            Self::Revoked => 4016,
            Self::UseNotSaved => 4017,
            Self::DisplayEnded(_) => 4018,
        }
    }

    /// Why there is no connection to the target. One that is full is there.
    pub(crate) fn from_connecting(error: TargetError) -> Self {
        match error {
            TargetError::Unreachable(NoWay::Full) => Self::DisplayFull,
            error => Self::Target(error),
        }
    }

    /// Whether the viewer has guessed, and was wrong.
    pub(crate) fn is_wrong_guess(&self) -> bool {
        matches!(self, Self::NoSuchLink | Self::WrongPin)
    }

    /// The frame that tells the viewer, its reason shortened to what a close frame holds.
    pub(crate) fn frame(&self) -> CloseFrame {
        CloseFrame {
            code: CloseCode::from(self.code()),
            reason: self.reason().into(),
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::ViewerClosed => String::new(),
            Self::TargetClosed => TARGET_CLOSED.into(),
            Self::Target(TargetError::Refused(error)) => error.within(MAX_REASON_BYTES),
            other => shortened(&other.cause().to_string(), MAX_REASON_BYTES),
        }
    }
}

/// Why a session ended: one sentence, for history and logs.
impl Explain for CloseReason {
    fn cause(&self) -> Phrase {
        match self {
            Self::TargetClosed => phrase!("close-target-closed"),
            Self::ViewerClosed => phrase!("close-viewer-left"),
            Self::DisplayRestarts => phrase!("close-restarts"),
            Self::ShuttingDown => phrase!("close-shutting-down"),
            Self::TextFrame => phrase!("close-text-frame"),
            Self::Target(error) => error.cause(),
            Self::NoSuchLink => phrase!("close-no-such-link"),
            Self::Disconnected => phrase!("close-disconnected"),
            Self::Revoked => phrase!("close-revoked"),
            Self::DisplayChanged => phrase!("close-changed"),
            Self::TooManyGuesses => phrase!("close-too-many-guesses"),
            Self::DisplayNotStarted => phrase!("close-not-started"),
            Self::DisplayEnded(why) | Self::BrokenWebSocket(why) | Self::BrokenRfb(why) => why.clone(),
            Self::Expired => phrase!("close-expired"),
            Self::Silent => phrase!("close-silent"),
            Self::PinWanted => phrase!("close-pin-wanted"),
            Self::WrongPin => phrase!("close-wrong-pin"),
            Self::Denied => phrase!("close-denied"),
            Self::NotAnswered => phrase!("close-not-answered"),
            Self::LinkFull => phrase!("close-link-full"),
            Self::DisplayFull => phrase!("close-display-full"),
            Self::GatewayFull => phrase!("close-gateway-full"),
            Self::TooManyWaiting => phrase!("close-too-many-waiting"),
            Self::UseNotSaved => phrase!("close-use-not-saved"),
        }
    }
}

/// websockify's own words, which its clients know.
const TARGET_CLOSED: &str = "Target closed";

/// What is left of a close frame's 125 bytes beside the code (RFC 6455 §5.5).
const MAX_REASON_BYTES: usize = 123;
