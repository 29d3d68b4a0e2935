use crate::Progress;
use crate::gather::Gather;
use crate::printable::printable;

const VERSION: &[u8; 12] = b"RFB 003.008\n";
const NONE: u8 = 1;

/// The handshake with a viewer, up to and with its ClientInit: always RFB 3.8 and security type None.
///
/// Who may connect was decided by the link, before RFB begins. Older versions are not offered: their None has
/// no SecurityResult, and 3.3 has another form of the type (RFC 6143 §7.1).
///
/// ClientInit is read and forgotten; the gateway sends its own, [`crate::CLIENT_INIT_SHARED`].
#[derive(Debug)]
pub struct ViewerHandshake {
    step: Step,
    refusal: Option<String>,
    gather: Gather,
}

/// Why a viewer cannot be let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewerError {
    /// The viewer answered with something else than RFB 3.8.
    #[error("the viewer speaks {said:?}; use one that speaks RFB 003.008")]
    Version {
        /// The twelve bytes that it sent, made printable.
        said: String,
    },
    /// The viewer chose a security type that was not offered.
    #[error("the viewer chose security type {chosen}, but only None (1) was offered")]
    Security {
        /// The type that it chose.
        chosen: u8,
    },
}

#[derive(Clone, Debug)]
enum Step {
    Greet,
    Version,
    Security,
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
            step: Step::Greet,
            refusal: None,
            gather: Gather::default(),
        }
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
                Step::Greet => 0,
                Step::Version => VERSION.len(),
                Step::Security | Step::ClientInit => 1,
                Step::Done => {
                    return Ok(Progress {
                        consumed: input.len() - rest.len(),
                        done: true,
                    });
                }
                Step::Failed(error) => return Err(error.clone()),
            };
            if !self.gather.fill(wanted, &mut rest) {
                return Ok(Progress {
                    consumed: input.len(),
                    done: false,
                });
            }
            let bytes = self.gather.take();
            self.step = self.next(&bytes, output).unwrap_or_else(Step::Failed);
        }
    }

    fn next(&self, bytes: &[u8], output: &mut Vec<u8>) -> Result<Step, ViewerError> {
        match self.step {
            Step::Greet => {
                output.extend(VERSION);
                Ok(Step::Version)
            }
            Step::Version if bytes != VERSION => Err(ViewerError::Version {
                said: printable(bytes),
            }),
            Step::Version => Ok(self.offer(output)),
            Step::Security if bytes != [NONE] => Err(ViewerError::Security { chosen: bytes[0] }),
            Step::Security => {
                output.extend([0; 4]);
                Ok(Step::ClientInit)
            }
            Step::ClientInit | Step::Done | Step::Failed(_) => Ok(Step::Done),
        }
    }

    fn offer(&self, output: &mut Vec<u8>) -> Step {
        match &self.refusal {
            None => {
                output.extend([1, NONE]);
                Step::Security
            }
            Some(reason) => {
                let reason = &reason.as_bytes()[..reason.len().min(crate::MAX_TEXT)];
                output.push(0);
                output.extend(u32::try_from(reason.len()).unwrap_or(0).to_be_bytes());
                output.extend(reason);
                Step::Done
            }
        }
    }
}
