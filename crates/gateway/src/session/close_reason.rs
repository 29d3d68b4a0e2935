//! Why a session ends, and how the viewer is told.

use std::borrow::Cow;

use porthole_rfb::shortened;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use crate::{NoWay, TargetError};

/// Why a session ends. The reason becomes the WebSocket's close code and text, which the viewer's page explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The VNC server ended the connection.
    TargetClosed,
    /// The display's server was to be started by us, and could not be. Why is its owner's business: it may name accounts
    /// and files of the machine.
    DisplayNotStarted,
    /// The display's server was started by us, and came to its end; the text says what visitors may know of it.
    DisplayEnded(&'static str),
    /// The display's server was started by us, and is being started again: the viewer's page comes back by itself.
    DisplayRestarts,
    /// The viewer closed the connection, or its socket ended.
    ViewerClosed,
    /// Porthole is shutting down.
    ShuttingDown,
    /// The viewer broke the WebSocket protocol; the text says how.
    BrokenWebSocket(&'static str),
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
    /// The viewer sent RFB that is not understood or not allowed; the text says what.
    BrokenRfb(String),
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
    /// The link works once, and it could not be saved that it was used.
    UseNotSaved,
}

impl CloseReason {
    /// The close code: RFC 6455 §7.4.1 below 4000, our own from there on. The viewer's table of explanations
    /// (`novnc-vendor/src/endings.ts`) has the same codes.
    pub fn code(&self) -> u16 {
        match self {
            Self::TargetClosed | Self::DisplayEnded(_) | Self::ViewerClosed => 1000,
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
        }
    }

    /// One sentence for the person at the viewer.
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::TargetClosed => "Target closed".into(),
            Self::ViewerClosed => "".into(),
            Self::DisplayRestarts => "This display is being started again".into(),
            Self::ShuttingDown => "Porthole is shutting down".into(),
            Self::BrokenWebSocket(what) => (*what).into(),
            Self::TextFrame => "Text frames are not understood here; send binary ones".into(),
            Self::Target(error) => error.to_string().into(),
            Self::NoSuchLink => "This link does not open a display".into(),
            Self::Disconnected => "The owner of this display ended the session".into(),
            Self::Revoked => "The owner of this display revoked the link".into(),
            Self::DisplayChanged => "This display was changed or removed".into(),
            Self::TooManyGuesses => "Too many wrong links from this address; wait a minute".into(),
            Self::DisplayNotStarted => "This desktop could not be started".into(),
            Self::DisplayEnded(why) => (*why).into(),
            Self::BrokenRfb(why) => why.clone().into(),
            Self::Expired => "This link's time is over".into(),
            Self::Silent => "The viewer did not answer".into(),
            Self::PinWanted => "This link wants a PIN".into(),
            Self::WrongPin => "That is not this link's PIN".into(),
            Self::Denied => "The owner of this display said no".into(),
            Self::NotAnswered => "The owner of this display did not answer".into(),
            Self::LinkFull => "This link has as many sessions as it may have".into(),
            Self::DisplayFull => "This display has as many sessions as it may have".into(),
            Self::GatewayFull => "The gateway has no room for another session".into(),
            Self::TooManyWaiting => "Too many visitors are already waiting for this link".into(),
            Self::UseNotSaved => "This link works once, and Porthole cannot save that it was used".into(),
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
            reason: self.short_reason().as_str().into(),
        }
    }

    fn short_reason(&self) -> String {
        match self {
            Self::Target(TargetError::Refused(error)) => error.within(MAX_REASON_BYTES),
            end => shortened(&end.reason(), MAX_REASON_BYTES),
        }
    }
}

/// What is left of a close frame's 125 bytes beside the code (RFC 6455 §5.5).
const MAX_REASON_BYTES: usize = 123;
