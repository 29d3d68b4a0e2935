use porthole_phrase::{Explain, Phrase, display_explained, phrase};

use crate::Progress;
use crate::gather::Gather;
use crate::printable::printable;

const VERSION: &[u8; 12] = b"RFB 003.008\n";
const NONE: u8 = 1;
const VNC_AUTH: u8 = 2;

/// The handshake with a viewer, up to and with its ClientInit: always RFB 3.8, and security type None.
///
/// Who may connect was decided by the link, before RFB begins. Only a server whose password nobody here knows has it
/// [asked](Self::asking) of the viewer, by its own challenge. Older versions are not offered: their None has
/// no SecurityResult, and 3.3 has another form of the type (RFC 6143 §7.1).
///
/// ClientInit is read and forgotten; the gateway sends its own, [`crate::CLIENT_INIT_SHARED`].
#[derive(Debug)]
pub struct ViewerHandshake {
    step: ViewerStep,
    refusal: Option<String>,
    challenge: Option<[u8; 16]>,
    gather: Gather,
}

/// Why a viewer cannot be let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewerError {
    /// The viewer answered with something else than RFB 3.8.
    Version {
        /// The twelve bytes that it sent, made printable.
        said: String,
    },
    /// The viewer chose a security type that was not offered.
    Security {
        /// The type that it chose.
        chosen: u8,
        /// The one that there was: None (1) or VncAuth (2).
        offered: u8,
    },
}

impl Explain for ViewerError {
    fn cause(&self) -> Phrase {
        match self {
            Self::Version { said } => phrase!("viewer-version", said = said),
            Self::Security { chosen, offered } => {
                phrase!("viewer-security", chosen = *chosen, offered = *offered)
            }
        }
    }
}

display_explained!(ViewerError);

#[derive(Clone, Debug)]
enum ViewerStep {
    Greet,
    Version,
    Security,
    Answer,
    /// Nothing: the server is to judge the answer.
    Answered([u8; 16]),
    ClientInit,
    Done,
    Failed(ViewerError),
}

impl Default for ViewerHandshake {
    fn default() -> Self {
        Self::new()
    }
}

impl ViewerHandshake {
    /// A handshake that lets the viewer in.
    pub fn new() -> Self {
        Self {
            step: ViewerStep::Greet,
            refusal: None,
            challenge: None,
            gather: Gather::default(),
        }
    }

    /// A handshake that asks the viewer for the server's password: by security type VncAuth and the server's own
    /// challenge (RFC 6143 §7.2.2), so that the password stays with the viewer. Nothing goes on between its
    /// [answer](Self::answer) and what the server [says](Self::judge) to that.
    pub fn asking(challenge: [u8; 16]) -> Self {
        Self {
            challenge: Some(challenge),
            ..Self::new()
        }
    }

    /// What the viewer made of the challenge, while it is to be judged.
    pub fn answer(&self) -> Option<[u8; 16]> {
        match self.step {
            ViewerStep::Answered(answer) => Some(answer),
            _ => None,
        }
    }

    /// Takes what the server said to the viewer's answer, and appends to `output` what must be sent to the viewer: it
    /// is let in, or the handshake is done with the reason why not (RFC 6143 §7.1.3). Without an answer this does
    /// nothing.
    pub fn judge(&mut self, judged: Result<(), &str>, output: &mut Vec<u8>) {
        if self.answer().is_none() {
            return;
        }
        self.step = match judged {
            Ok(()) => {
                output.extend([0; 4]);
                ViewerStep::ClientInit
            }
            Err(reason) => {
                output.extend(1u32.to_be_bytes());
                put_reason(&printable(reason.as_bytes()), output);
                ViewerStep::Done
            }
        };
    }

    /// A handshake that turns the viewer away: it is done once `reason`, which the viewer shows as it is, has
    /// been written in place of the security types (RFC 6143 §7.1.2). Of the reason, 4 KiB are sent.
    pub fn refusing(reason: &str) -> Self {
        Self {
            refusal: Some(printable(reason.as_bytes())),
            ..Self::new()
        }
    }

    /// Takes bytes of the viewer from `input` and appends to `output` what must be sent to it. The first call
    /// writes the version, also with an empty `input`. Bytes after ClientInit are left alone.
    ///
    /// # Errors
    ///
    /// The viewer does not follow the script; every later call gives the same error.
    pub fn advance(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Progress, ViewerError> {
        let mut rest = input;
        loop {
            let wanted = match &self.step {
                ViewerStep::Greet => 0,
                ViewerStep::Version => VERSION.len(),
                ViewerStep::Security | ViewerStep::ClientInit => 1,
                ViewerStep::Answer => 16,
                ViewerStep::Answered(_) | ViewerStep::Done => {
                    return Ok(Progress {
                        consumed: input.len() - rest.len(),
                        done: matches!(self.step, ViewerStep::Done),
                    });
                }
                ViewerStep::Failed(error) => return Err(error.clone()),
            };
            if !self.gather.fill(wanted, &mut rest) {
                return Ok(Progress {
                    consumed: input.len(),
                    done: false,
                });
            }
            let bytes = self.gather.take();
            self.step = self.next(&bytes, output).unwrap_or_else(ViewerStep::Failed);
        }
    }

    fn next(&self, bytes: &[u8], output: &mut Vec<u8>) -> Result<ViewerStep, ViewerError> {
        match self.step {
            ViewerStep::Greet => {
                output.extend(VERSION);
                Ok(ViewerStep::Version)
            }
            ViewerStep::Version if bytes != VERSION => Err(ViewerError::Version {
                said: printable(bytes),
            }),
            ViewerStep::Version => Ok(self.offer(output)),
            ViewerStep::Security if bytes != [self.offered()] => Err(ViewerError::Security {
                chosen: bytes[0],
                offered: self.offered(),
            }),
            ViewerStep::Security => match self.challenge {
                None => {
                    output.extend([0; 4]);
                    Ok(ViewerStep::ClientInit)
                }
                Some(challenge) => {
                    output.extend(challenge);
                    Ok(ViewerStep::Answer)
                }
            },
            ViewerStep::Answer => Ok(bytes.try_into().map_or(ViewerStep::Answer, ViewerStep::Answered)),
            ViewerStep::ClientInit | ViewerStep::Answered(_) | ViewerStep::Done | ViewerStep::Failed(_) => {
                Ok(ViewerStep::Done)
            }
        }
    }

    fn offered(&self) -> u8 {
        match self.challenge {
            None => NONE,
            Some(_) => VNC_AUTH,
        }
    }

    fn offer(&self, output: &mut Vec<u8>) -> ViewerStep {
        match &self.refusal {
            None => {
                output.extend([1, self.offered()]);
                ViewerStep::Security
            }
            Some(reason) => {
                output.push(0);
                put_reason(reason, output);
                ViewerStep::Done
            }
        }
    }
}

/// A reason with its length, cut at 4 KiB.
fn put_reason(reason: &str, output: &mut Vec<u8>) {
    let reason = &reason[..reason.floor_char_boundary(crate::MAX_TEXT)];
    output.extend(u32::try_from(reason.len()).unwrap_or(0).to_be_bytes());
    output.extend(reason.as_bytes());
}
