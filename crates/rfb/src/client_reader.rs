use std::time::Duration;

use crate::client_messages::{Measure, Message, measure};
use crate::gather::Gather;
use crate::held_input::HeldInput;
use crate::policy::{Verdict, judge};
use crate::update_budget::UpdateBudget;
use crate::{ClientError, Rights, ServerClipboard, encodings, extended_clipboard};

/// Reads what a viewer sends after ClientInit, message by message, and lets through what its rights allow.
///
/// With [`Rights::Control`] every known message passes. With [`Rights::View`] only those that ask for pixels do;
/// input, the clipboard and resizing are left out, and SetEncodings keeps only encodings that show something.
///
/// # A change of rights
///
/// When control is taken away, the keys and buttons that the viewer holds down are let go. In both directions the
/// viewer's last SetEncodings goes upstream anew, as its new rights allow it. Towards a server that knows the extended
/// clipboard, a view-only viewer's every list carries it and is followed by the [wall](ServerClipboard); with control
/// the server is told the viewer's own list, answers it, and hears from the viewer itself what it can take.
///
/// # In step
///
/// The reader must find the same ends of messages as the server does, or bytes of one message would be input
/// in the eyes of the other. Two encodings change how a server reads its client: −316 (extended mouse buttons)
/// adds a byte to some PointerEvents, and −305 (gii) adds a message of changing form. Whether a server took
/// them up is said among the pixels, which are not parsed. So they are taken out of every SetEncodings, with
/// any rights: a PointerEvent is always 6 bytes, gii is an error, and rights can change at any time, in both
/// directions and whatever was negotiated before, because every other message tells its own length. A message
/// of unknown type has no known end and ends the session.
///
/// # Memory
///
/// Only what a decision needs is held back: up to 73 bytes of a message, and SetEncodings, of at most 1,024
/// encodings, whole. Clipboard texts and screen layouts stream through. Kept are the last SetEncodings, and at most 64
/// keys that are down.
#[derive(Debug)]
pub struct ClientReader {
    rights: Rights,
    /// Those that the server has been told of: behind `rights` until a message that passes has passed.
    told: Rights,
    place: Place,
    gather: Gather,
    budget: UpdateBudget,
    held: HeldInput,
    /// The viewer's last SetEncodings, as it sent it; empty before the first.
    encodings: Box<[u8]>,
    extended_clipboard: bool,
}

/// Where in a message the reader is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In the part that is held back until the message can be judged.
    Head,
    /// In the part that follows the verdict.
    Body {
        left: usize,
        forward: bool,
    },
    Failed(ClientError),
}

impl ClientReader {
    /// A reader at the first byte after ClientInit.
    pub fn new(rights: Rights) -> Self {
        Self {
            rights,
            told: rights,
            place: Place::Head,
            gather: Gather::default(),
            budget: UpdateBudget::default(),
            held: HeldInput::default(),
            encodings: Box::default(),
            extended_clipboard: false,
        }
    }

    /// With `known`, the server has said that it knows the extended clipboard, and [`ServerClipboard`] has put up the
    /// wall before a view-only viewer: keep it up.
    pub fn with_extended_clipboard(self, known: bool) -> Self {
        Self {
            extended_clipboard: known,
            ..self
        }
    }

    /// The rights last set.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Changes the rights, and appends to `upstream` what makes the server follow. A message that has begun to pass, or
    /// not to pass, ends as it began, and the server hears of the change behind it; one of which only held-back bytes
    /// have come is judged by the new rights, as are all that follow.
    pub fn set_rights(&mut self, rights: Rights, upstream: &mut Vec<u8>) {
        self.rights = rights;
        if !matches!(
            self.place,
            Place::Body {
                forward: true,
                left: 1..
            } | Place::Failed(_)
        ) {
            self.tell_rights(upstream);
        }
    }

    /// Tells the reader how much time has passed since it was told last; call it before [`Self::read`].
    ///
    /// A view-only viewer may ask for ten full updates at once and then for one a second of this time. What
    /// it asks beyond that becomes a request for changes, which costs the server nothing while nothing
    /// changes; a request that was dropped could leave the viewer waiting for ever.
    pub fn elapse(&mut self, time: Duration) {
        self.budget.elapse(time);
    }

    /// Reads `input`, at any chunking, and appends to `upstream` what may go to the server: hardly more than has been
    /// read, and 20 bytes for each SetEncodings where the wall before the clipboard is kept up.
    ///
    /// # Errors
    ///
    /// The viewer sent what cannot be understood or is not allowed; every later call gives the same error.
    /// What was appended before it is whole messages.
    pub fn read(&mut self, input: &[u8], upstream: &mut Vec<u8>) -> Result<(), ClientError> {
        let mut rest = input;
        loop {
            match self.place {
                Place::Head => match self.message(&mut rest) {
                    Ok(Some(message)) => {
                        self.place = self.begin(message, upstream).unwrap_or_else(Place::Failed);
                        self.gather.clear();
                    }
                    Ok(None) => return Ok(()),
                    Err(error) => self.place = Place::Failed(error),
                },
                Place::Body { left: 0, .. } => {
                    self.place = Place::Head;
                    self.tell_rights(upstream);
                }
                Place::Body { .. } if rest.is_empty() => return Ok(()),
                Place::Body { left, forward } => {
                    let (now, later) = rest.split_at(left.min(rest.len()));
                    if forward {
                        upstream.extend_from_slice(now);
                    }
                    self.place = Place::Body {
                        left: left - now.len(),
                        forward,
                    };
                    rest = later;
                }
                Place::Failed(error) => return Err(error),
            }
        }
    }

    /// Holds back bytes until a message can be judged; `None` when the input ends before that.
    fn message(&mut self, input: &mut &[u8]) -> Result<Option<Message>, ClientError> {
        loop {
            match measure(self.gather.held())? {
                Measure::Known(message) => {
                    let judgeable = self.gather.fill(message.held, input);
                    return Ok(judgeable.then_some(message));
                }
                Measure::Needs(bytes) if self.gather.fill(bytes, input) => {}
                Measure::Needs(_) => return Ok(None),
            }
        }
    }

    /// Passes on the held part of a message, or does not, and tells what is to become of the rest.
    fn begin(&mut self, message: Message, upstream: &mut Vec<u8>) -> Result<Place, ClientError> {
        let held = self.gather.held();
        let verdict = judge(message, held, self.rights)?;
        match verdict {
            Verdict::Forward => {
                self.held.note(message.kind, held, upstream);
                upstream.extend_from_slice(held);
            }
            Verdict::Drop => {}
            Verdict::FilterEncodings => {
                self.encodings = held.into();
                self.tell_encodings(upstream);
            }
            Verdict::RationUpdates => ration(held, &mut self.budget, upstream),
        }
        Ok(Place::Body {
            left: message.streamed,
            forward: verdict != Verdict::Drop,
        })
    }

    /// Makes the server follow a change of rights, if there was one since the last time.
    fn tell_rights(&mut self, upstream: &mut Vec<u8>) {
        if self.told == self.rights {
            return;
        }
        self.told = self.rights;
        if self.rights == Rights::View {
            self.held.release(upstream);
        }
        self.tell_encodings(upstream);
    }

    fn tell_encodings(&self, upstream: &mut Vec<u8>) {
        let walled = self.extended_clipboard && self.rights == Rights::View;
        if !self.encodings.is_empty() {
            encodings::filter(&self.encodings, self.rights, walled, upstream);
        } else if walled {
            upstream.extend(ServerClipboard::QUESTION);
        }
        if walled {
            upstream.extend(extended_clipboard::WALL);
        }
    }
}

/// Passes on a FramebufferUpdateRequest (RFC 6143 §7.5.3), made incremental when the budget is spent.
fn ration(request: &[u8], budget: &mut UpdateBudget, upstream: &mut Vec<u8>) {
    let incremental = u8::from(request[1] != 0 || !budget.spend());
    upstream.extend_from_slice(&[request[0], incremental]);
    upstream.extend_from_slice(&request[2..]);
}
