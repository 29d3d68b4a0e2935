use std::sync::Arc;
use std::time::Duration;

use crate::client_messages::{Measure, Message, measure};
use crate::gather::Gather;
use crate::held_input::HeldInput;
use crate::policy::{MessageVerdict, judge};
use crate::update_budget::{SharedUpdateBudget, UpdateBudget};
use crate::{ClientError, Rights, ServerClipboard, encodings, extended_clipboard};

/// Reads what a viewer sends after ClientInit, message by message, and lets through what its rights allow.
///
/// With [`Rights::Control`] every known message passes. With [`Rights::View`] only those that ask for pixels do;
/// input, the clipboard and resizing are left out, and SetEncodings keeps only encodings that show something.
///
/// # A change of rights
///
/// A message passes when its last byte has come, whole or not at all. So the server is always between two messages, and
/// a change of rights takes effect at once: when control is taken away, the message that the viewer has begun is dropped,
/// and the keys and buttons that it holds down are released. In both directions the viewer's last SetEncodings goes
/// upstream anew, as its new rights allow it. Towards a server that knows the extended clipboard, a view-only viewer's
/// every list carries it and is followed by the [wall](ServerClipboard); with control the server is told the viewer's own
/// list, answers it, and hears from the viewer itself what it can take.
///
/// A message is judged by the least rights that the viewer had since its first byte: what was begun without control is
/// not sent because control was given before its end.
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
/// The extended clipboard gives ClientCutText a negative length. A server that does not know it would read that as a text
/// of up to 4 GiB and swallow everything after it. So towards a server that has not said that it knows it, the encoding is
/// taken out of every list, and messages of negative length are dropped: an honest viewer answers the server with one and
/// never begins, but may have heard an answer that came too late for the gateway.
///
/// # Memory
///
/// A message is held until it is whole: at most 4 KiB, and clipboard texts of up to 1 MiB (`MAX_PASSED_CUT_TEXT`), which
/// is the most that common servers take; longer ones are dropped as they come. Kept are the last SetEncodings, of at most
/// 1,024 encodings, and at most 64 keys that are down.
#[derive(Debug)]
pub struct ClientReader {
    rights: Rights,
    /// The least rights since the first byte of the message that is being read.
    least: Rights,
    place: StreamPlace,
    gather: Gather,
    budget: UpdateBudget,
    /// That of all viewers of the link. The first full update is not taken from it: without one a viewer has no picture.
    shared: Option<Arc<SharedUpdateBudget>>,
    has_updated: bool,
    held: HeldInput,
    /// The viewer's last SetEncodings, as it sent it; empty before the first.
    encodings: Box<[u8]>,
    extended_clipboard: bool,
}

/// Where in a message the reader is.
#[derive(Clone, Copy, Debug)]
enum StreamPlace {
    /// In the part by which the message is judged.
    Head,
    /// In a message that passes once so many bytes of it are held.
    Passing { length: usize },
    /// In a message that does not pass, of which so many bytes are still to come.
    Dropping { left: usize },
    /// There is no next message.
    Failed(ClientError),
}

impl ClientReader {
    /// A reader at the first byte after ClientInit.
    pub fn new(rights: Rights) -> Self {
        Self {
            rights,
            least: rights,
            place: StreamPlace::Head,
            gather: Gather::default(),
            budget: UpdateBudget::default(),
            shared: None,
            has_updated: false,
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

    /// The server has said, later than it was waited for, that it knows the extended clipboard. Appends to `upstream` what
    /// follows from that: the viewer's list with it, or the wall before a view-only viewer.
    pub fn learn_extended_clipboard(&mut self, upstream: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.extended_clipboard, true) {
            self.tell_encodings(upstream);
        }
    }

    /// Takes full updates, but for the first, from `budget` as well, which the viewers of a link share.
    pub fn with_shared_budget(self, budget: Arc<SharedUpdateBudget>) -> Self {
        Self {
            shared: Some(budget),
            ..self
        }
    }

    /// The rights last set.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Changes the rights, and appends to `upstream` what makes the server follow. Once that is sent, nothing more comes
    /// of a message that the viewer began with more rights than these.
    pub fn set_rights(&mut self, rights: Rights, upstream: &mut Vec<u8>) {
        if rights == self.rights {
            return;
        }
        self.rights = rights;
        if self.is_between_messages() {
            self.least = rights;
        }
        if rights == Rights::View {
            self.drop_begun_message();
            self.held.release(upstream);
        }
        self.tell_encodings(upstream);
    }

    /// Tells the reader how much time has passed since it was told last; call it before [`Self::read`].
    ///
    /// A view-only viewer may ask for ten full updates at once and then for one a second of this time. What
    /// it asks beyond that becomes a request for changes, which costs the server nothing while nothing
    /// changes; a request that was dropped could leave the viewer waiting for ever.
    pub fn elapse(&mut self, time: Duration) {
        self.budget.elapse(time);
    }

    /// Reads `input`, at any chunking, and appends to `upstream` what may go to the server: whole messages, hardly more
    /// than has been read, and 20 bytes for each SetEncodings where the wall before the clipboard is kept up.
    ///
    /// # Errors
    ///
    /// The viewer sent what cannot be understood or is not allowed; every later call gives the same error.
    pub fn read(&mut self, input: &[u8], upstream: &mut Vec<u8>) -> Result<(), ClientError> {
        let mut rest = input;
        loop {
            match self.place {
                StreamPlace::Head => match self.message(&mut rest) {
                    Ok(Some(message)) => self.begin(message),
                    Ok(None) => return Ok(()),
                    Err(error) => self.place = StreamPlace::Failed(error),
                },
                StreamPlace::Passing { length } => {
                    if !self.gather.fill(length, &mut rest) {
                        return Ok(());
                    }
                    self.pass(upstream);
                    self.next_message();
                }
                StreamPlace::Dropping { left: 0 } => self.next_message(),
                StreamPlace::Dropping { .. } if rest.is_empty() => return Ok(()),
                StreamPlace::Dropping { left } => {
                    let here = left.min(rest.len());
                    rest = &rest[here..];
                    self.place = StreamPlace::Dropping { left: left - here };
                }
                StreamPlace::Failed(error) => return Err(error),
            }
        }
    }

    fn is_between_messages(&self) -> bool {
        matches!(self.place, StreamPlace::Head) && self.gather.held().is_empty()
    }

    fn next_message(&mut self) {
        self.gather.clear();
        self.least = self.rights;
        self.place = StreamPlace::Head;
    }

    /// Holds back bytes until a message can be judged; `None` when the input ends before that.
    fn message(&mut self, input: &mut &[u8]) -> Result<Option<Message>, ClientError> {
        loop {
            match measure(self.gather.held())? {
                Measure::Known(message) => {
                    let judgeable = self.gather.fill(message.head, input);
                    return Ok(judgeable.then_some(message));
                }
                Measure::Needs(bytes) if self.gather.fill(bytes, input) => {}
                Measure::Needs(_) => return Ok(None),
            }
        }
    }

    /// Decides what becomes of a message, by its head.
    fn begin(&mut self, message: Message) {
        let length = message.head + message.rest;
        self.place = match judge(message, self.gather.held(), self.least, self.extended_clipboard) {
            Ok(MessageVerdict::Pass) => StreamPlace::Passing { length },
            Ok(MessageVerdict::Drop) => {
                self.gather.clear();
                StreamPlace::Dropping { left: message.rest }
            }
            Err(error) => StreamPlace::Failed(error),
        };
    }

    /// Passes on the whole message that is held.
    fn pass(&mut self, upstream: &mut Vec<u8>) {
        let message = self.gather.held();
        match message.first() {
            Some(2) => {
                self.encodings = message.into();
                self.tell_encodings(upstream);
            }
            Some(3) if self.least == Rights::View => {
                let full = message[1] == 0 && self.budget.spend() && {
                    let first = !std::mem::replace(&mut self.has_updated, true);
                    first || self.shared.as_deref().is_none_or(SharedUpdateBudget::spend)
                };
                ration(message, full, upstream);
            }
            Some(3) => {
                self.has_updated |= message[1] == 0;
                upstream.extend_from_slice(message);
            }
            _ => {
                self.held.note(message, upstream);
                upstream.extend_from_slice(message);
            }
        }
    }

    /// Nothing has been sent of a message that is not whole. Those that are judged before they are whole are clipboard texts
    /// and screen layouts, which need control; the others are judged without it at their last byte.
    fn drop_begun_message(&mut self) {
        self.least = Rights::View;
        if let StreamPlace::Passing { length } = self.place {
            let left = length.saturating_sub(self.gather.held().len());
            self.gather.clear();
            self.place = StreamPlace::Dropping { left };
        }
    }

    fn tell_encodings(&self, upstream: &mut Vec<u8>) {
        let walled = self.extended_clipboard && self.rights == Rights::View;
        if !self.encodings.is_empty() {
            encodings::filter(&self.encodings, self.rights, self.extended_clipboard, upstream);
        } else if walled {
            upstream.extend(ServerClipboard::QUESTION);
        }
        if walled {
            upstream.extend(extended_clipboard::WALL);
        }
    }
}

/// Passes on a FramebufferUpdateRequest (RFC 6143 §7.5.3), made incremental unless a `full` update may be asked for.
fn ration(request: &[u8], full: bool, upstream: &mut Vec<u8>) {
    upstream.extend_from_slice(&[request[0], u8::from(!full)]);
    upstream.extend_from_slice(&request[2..]);
}
