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

    /// Whether nothing is left of a message that has begun: only then may one stop to wait for more.
    pub fn is_between_messages(&self) -> bool {
        self.body.is_none()
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
