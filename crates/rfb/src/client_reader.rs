use std::time::Duration;

use crate::client_messages::{Measure, Message, measure};
use crate::gather::Gather;
use crate::policy::{Verdict, judge};
use crate::update_budget::UpdateBudget;
use crate::{ClientError, Rights, encodings};

/// Reads what a viewer sends after ClientInit, message by message, and lets through what its rights allow.
///
/// With [`Rights::Control`] every known message passes. With [`Rights::View`] only those that ask for pixels do;
/// input, the clipboard and resizing are left out, and SetEncodings keeps only encodings that show something.
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
/// encodings, whole. Clipboard texts and screen layouts stream through.
#[derive(Debug)]
pub struct ClientReader {
    rights: Rights,
    place: Place,
    gather: Gather,
    budget: UpdateBudget,
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
            place: Place::Head,
            gather: Gather::default(),
            budget: UpdateBudget::default(),
        }
    }

    /// The rights last set.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Changes the rights. A message that has begun to pass, or not to pass, ends as it began; one of which
    /// only held-back bytes have come is judged by the new rights, as are all that follow.
    pub fn set_rights(&mut self, rights: Rights) {
        self.rights = rights;
    }

    /// Tells the reader how much time has passed since it was told last; call it before [`Self::read`].
    ///
    /// A view-only viewer may ask for ten full updates at once and then for one a second of this time. What
    /// it asks beyond that becomes a request for changes, which costs the server nothing while nothing
    /// changes; a request that was dropped could leave the viewer waiting for ever.
    pub fn elapse(&mut self, time: Duration) {
        self.budget.elapse(time);
    }

    /// Reads `input`, at any chunking, and appends to `upstream` what may go to the server: never more bytes
    /// than have been read.
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
                Place::Body { left: 0, .. } => self.place = Place::Head,
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
            Verdict::Forward => upstream.extend_from_slice(held),
            Verdict::Drop => {}
            Verdict::FilterEncodings => encodings::filter(held, self.rights, upstream),
            Verdict::RationUpdates => ration(held, &mut self.budget, upstream),
        }
        Ok(Place::Body {
            left: message.streamed,
            forward: verdict != Verdict::Drop,
        })
    }
}

/// Passes on a FramebufferUpdateRequest (RFC 6143 §7.5.3), made incremental when the budget is spent.
fn ration(request: &[u8], budget: &mut UpdateBudget, upstream: &mut Vec<u8>) {
    let incremental = u8::from(request[1] != 0 || !budget.spend());
    upstream.extend_from_slice(&[request[0], incremental]);
    upstream.extend_from_slice(&request[2..]);
}
