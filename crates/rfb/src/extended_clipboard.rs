use crate::Rights;

/// The pseudo-encoding by which a viewer says that it knows the extended clipboard.
pub(crate) const ENCODING: [u8; 4] = 0xc0a1_e5ce_u32.to_be_bytes();
/// In the flags of a message: it tells what its sender can do.
const CAPS: u32 = 1 << 24;
/// ServerCutText (RFC 6143 §7.6.4).
const SERVER_CUT_TEXT: u8 = 3;
/// Bell (RFC 6143 §7.6.3).
const BELL: u8 = 2;

/// A ClientCutText that takes nothing but the news that there is a text: its flags are *caps* (bit 24) and *notify*
/// (bit 27). A server that holds itself to it sends no text, neither by itself nor in the way of before.
pub(crate) const WALL: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];

/// Finds out whether a VNC server knows the extended clipboard, and has it keep the clipboard from a view-only viewer.
///
/// What a server sends is not parsed once there are pixels in it, so a text cannot be taken out on its way to the
/// viewer; the server must be kept from sending it. The extended clipboard (in the community's RFB specification) has
/// the means: a client that can take only *notify* is sent no text. A server that does not know it would misread the
/// message that says so. So it is asked first, by a SetEncodings right behind ClientInit: one that knows it answers
/// each such list by telling what it can do, before there are pixels, and one that does not is silent.
///
/// Until the server has confirmed the wall by answering a second time, texts towards a view-only viewer are taken out.
#[derive(Debug)]
pub struct ServerClipboard {
    rights: Rights,
    answers: u8,
    body: Option<Body>,
}

/// What is still to come of a ServerCutText.
#[derive(Clone, Copy, Debug)]
struct Body {
    left: usize,
    pass: bool,
    is_answer: bool,
}

impl ServerClipboard {
    /// SetEncodings with the extended clipboard alone; to be sent right behind ClientInit.
    pub const QUESTION: [u8; 8] = [2, 0, 0, 1, ENCODING[0], ENCODING[1], ENCODING[2], ENCODING[3]];

    /// A conversation that begins with [`Self::QUESTION`], for a viewer with these rights.
    pub fn new(rights: Rights) -> Self {
        Self {
            rights,
            answers: 0,
            body: None,
        }
    }

    /// Whether the server has said that it knows the extended clipboard.
    pub fn is_extended(&self) -> bool {
        self.answers > 0
    }

    /// Whether what is still to come may be left to somebody who passes it on as it is: a text that the viewer is not to
    /// have must be read to its end here.
    pub fn may_stop(&self) -> bool {
        self.body.is_none_or(|body| body.pass)
    }

    /// Reads what follows ServerInit from the front of `unread`. Appends to `to_viewer` what it may have, and to
    /// `to_server` what is to be answered. `true`: all is said, and what is left in `unread` is the viewer's; `false`:
    /// more would have to come.
    pub fn advance(
        &mut self,
        unread: &mut Vec<u8>,
        to_viewer: &mut Vec<u8>,
        to_server: &mut Vec<u8>,
    ) -> bool {
        loop {
            if let Some(body) = self.body {
                let here = body.left.min(unread.len());
                let bytes = unread.drain(..here);
                if body.pass {
                    to_viewer.extend(bytes);
                } else {
                    drop(bytes);
                }
                let left = body.left - here;
                self.body = (left > 0).then_some(Body { left, ..body });
                if left > 0 {
                    return false;
                }
                if body.is_answer && self.answered(to_server) {
                    return true;
                }
            }
            match begins(unread) {
                Begins::Unknown => return false,
                Begins::Bell => to_viewer.extend(unread.drain(..1)),
                Begins::Text { length, is_answer } => {
                    let pass = !is_answer && self.rights == Rights::Control;
                    self.body = Some(Body {
                        left: length,
                        pass,
                        is_answer,
                    });
                }
                Begins::Other => return true,
            }
        }
    }

    /// Takes note of an answer; `true` when no other is awaited.
    fn answered(&mut self, to_server: &mut Vec<u8>) -> bool {
        self.answers += 1;
        if self.rights == Rights::View && self.answers == 1 {
            to_server.extend(WALL);
            to_server.extend(Self::QUESTION);
            return false;
        }
        true
    }
}

/// Looks out for an answer that comes later than anybody waits for it, from a server that is slow at the moment. Until a
/// viewer has asked for pixels there are none, and what passes can be read.
///
/// The answer passes with the rest: what has begun to pass cannot be taken out.
#[derive(Debug)]
pub struct LateAnswer {
    head: Vec<u8>,
    /// Of a text whose head has been seen.
    left: usize,
}

/// What is known of a server's clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// It knows the extended clipboard.
    Extended,
    /// What it says now cannot be read, so no more can be learnt.
    NoMore,
}

impl ServerClipboard {
    /// Goes on with what passes from here on; `unread` is the first of it.
    ///
    /// # Errors
    /// What is known already.
    pub fn look_out(&self, unread: &[u8]) -> Result<LateAnswer, Learnt> {
        if self.is_extended() {
            return Err(Learnt::Extended);
        }
        let mut late = LateAnswer {
            head: Vec::new(),
            left: self.body.map_or(0, |body| body.left),
        };
        late.read(unread).map_or(Ok(late), Err)
    }
}

impl LateAnswer {
    /// As much as tells an answer from another text.
    const HEAD_BYTES: usize = 12;

    /// Looks at more of what passes. Does nothing more after it has said what it learnt.
    pub fn read(&mut self, mut bytes: &[u8]) -> Option<Learnt> {
        loop {
            let passed = self.left.min(bytes.len());
            bytes = &bytes[passed..];
            self.left -= passed;
            let missing = Self::HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
            let (head, rest) = bytes.split_at(missing);
            self.head.extend_from_slice(head);
            bytes = rest;
            let length = match begins(&self.head) {
                Begins::Unknown => return None,
                Begins::Text { is_answer: true, .. } => return Some(Learnt::Extended),
                Begins::Other => return Some(Learnt::NoMore),
                Begins::Bell => 1,
                Begins::Text { length, .. } => length,
            };
            let here = length.min(self.head.len());
            self.head.drain(..here);
            self.left = length - here;
        }
    }
}

/// How a server's message begins.
enum Begins {
    /// Too little of it has come.
    Unknown,
    Bell,
    Text {
        /// Of the whole message.
        length: usize,
        is_answer: bool,
    },
    Other,
}

fn begins(bytes: &[u8]) -> Begins {
    match *bytes {
        [] => Begins::Unknown,
        [BELL, ..] => Begins::Bell,
        [SERVER_CUT_TEXT, _, _, _, a, b, c, d, ref content @ ..] => {
            let length = i32::from_be_bytes([a, b, c, d]);
            let is_answer = match *content {
                // A negative length marks the extended clipboard.
                _ if length > -4 => false,
                [e, f, g, h, ..] => u32::from_be_bytes([e, f, g, h]) & CAPS != 0,
                _ => return Begins::Unknown,
            };
            let length = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
            Begins::Text {
                length: length.saturating_add(8),
                is_answer,
            }
        }
        [SERVER_CUT_TEXT, ..] => Begins::Unknown,
        _ => Begins::Other,
    }
}
