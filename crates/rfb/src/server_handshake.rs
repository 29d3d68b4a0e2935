use crate::gather::Gather;
use crate::printable::printable;
use crate::{MAX_TEXT, Password, Progress, ServerError};

const NONE: u8 = 1;
const VNC_AUTH: u8 = 2;

/// The handshake with a VNC server, from its version to its SecurityResult (RFC 6143 §7.1).
///
/// Speaks RFB 3.3, 3.7 and 3.8, and the security types None and VncAuth. It stops before ClientInit.
///
/// A server that refuses at once may say so and close without reading anything: TigerVNC does after too many
/// wrong passwords. So when the output cannot be written, read on to the end before giving up, or the reason
/// is lost behind a broken pipe.
#[derive(Debug)]
pub struct ServerHandshake {
    password: Option<Password>,
    /// If no password is known, a challenge is another's to answer; and whether that is done.
    asks: bool,
    answered: bool,
    version: Version,
    step: HandshakeStep,
    gather: Gather,
}

/// The three forms that the handshake has (RFC 6143 appendix A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V33,
    V37,
    V38,
}

/// What the server has to say next.
#[derive(Clone, Debug)]
enum HandshakeStep {
    Version,
    TypeCount,
    Types(usize),
    /// 3.3: the server decides, and says so in four bytes.
    OneType,
    Challenge,
    /// Nothing: its challenge is another's to answer.
    Asked([u8; 16]),
    /// SecurityResult, after None or after a password.
    Outcome,
    ReasonLength(Refusal),
    Reason(usize, Refusal),
    Done,
    Failed(ServerError),
}

/// What the server had refused when it goes on to give a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Connection,
    Password,
    TooMany,
}

impl ServerHandshake {
    /// With a password, VncAuth is required; without one, None is.
    ///
    /// There is no fallback from one to the other: a display with a password must never be served by a server
    /// that asks for none, which might be somebody else's.
    pub fn new(password: Option<Password>) -> Self {
        Self {
            password,
            asks: false,
            answered: false,
            version: Version::V38,
            step: HandshakeStep::Version,
            gather: Gather::default(),
        }
    }

    /// Like [`new`](Self::new), but a [challenge](Self::challenge) for which no password is known is left to another.
    pub fn asking(password: Option<Password>) -> Self {
        Self {
            asks: password.is_none(),
            ..Self::new(password)
        }
    }

    /// What the server wants encrypted with the password (RFC 6143 §7.2.2), while another is to [answer](Self::answer).
    pub fn challenge(&self) -> Option<[u8; 16]> {
        match self.step {
            HandshakeStep::Asked(challenge) => Some(challenge),
            _ => None,
        }
    }

    /// Appends the answer to the [challenge](Self::challenge) to `output`, as for the server. Without one, does nothing.
    pub fn answer(&mut self, answer: [u8; 16], output: &mut Vec<u8>) {
        if self.challenge().is_some() {
            output.extend(answer);
            self.answered = true;
            self.step = HandshakeStep::Outcome;
        }
    }

    /// Takes bytes of the server from `input` and appends to `output` what must be sent to it. Bytes after
    /// the handshake are left alone.
    ///
    /// # Errors
    ///
    /// The server refused, or is none that can be spoken with; every later call gives the same error.
    pub fn advance(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Progress, ServerError> {
        let mut rest = input;
        loop {
            let wanted = match &self.step {
                HandshakeStep::Version => 12,
                HandshakeStep::TypeCount => 1,
                HandshakeStep::Types(count) => *count,
                HandshakeStep::OneType | HandshakeStep::Outcome | HandshakeStep::ReasonLength(_) => 4,
                HandshakeStep::Challenge => 16,
                HandshakeStep::Reason(length, _) => *length,
                HandshakeStep::Asked(_) | HandshakeStep::Done => {
                    return Ok(Progress {
                        consumed: input.len() - rest.len(),
                        done: matches!(self.step, HandshakeStep::Done),
                    });
                }
                HandshakeStep::Failed(error) => return Err(error.clone()),
            };
            if !self.gather.fill(wanted, &mut rest) {
                return Ok(Progress {
                    consumed: input.len(),
                    done: false,
                });
            }
            let bytes = self.gather.take();
            self.step = self.next(&bytes, output).unwrap_or_else(HandshakeStep::Failed);
        }
    }

    /// The error to report when the server closes the connection or falls silent before the handshake is done.
    pub fn cut_short(&self) -> ServerError {
        let cut = |during| ServerError::CutShort { during };
        match &self.step {
            HandshakeStep::Version if self.gather.held().is_empty() => cut("it greeted"),
            HandshakeStep::Version => ServerError::NotRfb {
                greeting: printable(self.gather.held()),
            },
            HandshakeStep::TypeCount | HandshakeStep::Types(_) | HandshakeStep::OneType => {
                cut("it offered a security type")
            }
            HandshakeStep::Challenge => cut("it sent its challenge"),
            HandshakeStep::Asked(_) | HandshakeStep::Outcome => cut("it accepted us"),
            HandshakeStep::ReasonLength(refusal) => refusal.error(&[]),
            HandshakeStep::Reason(_, refusal) => refusal.error(self.gather.held()),
            HandshakeStep::Done => cut("it described its screen"),
            HandshakeStep::Failed(error) => error.clone(),
        }
    }

    fn next(&mut self, bytes: &[u8], output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        match self.step {
            HandshakeStep::Version => self.greet(bytes, output),
            HandshakeStep::TypeCount if bytes == [0] => Ok(HandshakeStep::ReasonLength(Refusal::Connection)),
            HandshakeStep::TypeCount => Ok(HandshakeStep::Types(bytes[0].into())),
            HandshakeStep::Types(_) => {
                let offered: Vec<u32> = bytes.iter().copied().map(u32::from).collect();
                let chosen = self.choose(&offered)?;
                output.push(chosen);
                Ok(self.authenticate(chosen))
            }
            HandshakeStep::OneType => match u32_of(bytes) {
                0 => Ok(HandshakeStep::ReasonLength(Refusal::Connection)),
                only => self.choose(&[only]).map(|chosen| self.authenticate(chosen)),
            },
            HandshakeStep::Challenge => Ok(self.encrypt(bytes, output)),
            HandshakeStep::Outcome => self.outcome(u32_of(bytes)),
            HandshakeStep::ReasonLength(refusal) => {
                // A longer reason is cut rather than refused: the session ends here in either case.
                let length = usize::try_from(u32_of(bytes)).unwrap_or(MAX_TEXT).min(MAX_TEXT);
                Ok(HandshakeStep::Reason(length, refusal))
            }
            HandshakeStep::Reason(_, refusal) => Err(refusal.error(bytes)),
            HandshakeStep::Asked(_) | HandshakeStep::Done | HandshakeStep::Failed(_) => Ok(self.step.clone()),
        }
    }

    fn greet(&mut self, greeting: &[u8], output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        self.version = Version::of(greeting)?;
        output.extend(self.version.line());
        Ok(if self.version == Version::V33 {
            HandshakeStep::OneType
        } else {
            HandshakeStep::TypeCount
        })
    }

    fn choose(&self, offered: &[u32]) -> Result<u8, ServerError> {
        let offers = |kind: u8| offered.contains(&kind.into());
        match &self.password {
            Some(_) if offers(VNC_AUTH) => Ok(VNC_AUTH),
            None if offers(NONE) => Ok(NONE),
            None if offers(VNC_AUTH) && self.asks => Ok(VNC_AUTH),
            Some(_) if offers(NONE) => Err(ServerError::PasswordNotAsked),
            None if offers(VNC_AUTH) => Err(ServerError::PasswordMissing),
            _ => Err(ServerError::UnsupportedSecurity {
                offered: offered.to_vec(),
            }),
        }
    }

    /// What follows the choice of a security type; None has a SecurityResult in 3.8 only.
    fn authenticate(&self, chosen: u8) -> HandshakeStep {
        match chosen {
            VNC_AUTH => HandshakeStep::Challenge,
            _ if self.version == Version::V38 => HandshakeStep::Outcome,
            _ => HandshakeStep::Done,
        }
    }

    fn encrypt(&self, challenge: &[u8], output: &mut Vec<u8>) -> HandshakeStep {
        match (challenge.try_into(), &self.password) {
            (Ok(challenge), None) => return HandshakeStep::Asked(challenge),
            (Ok(challenge), Some(password)) => output.extend(password.answer(challenge)),
            (Err(_), _) => {}
        }
        HandshakeStep::Outcome
    }

    /// SecurityResult (RFC 6143 §7.1.3). The value 2, too many attempts, is an older one that some still send.
    fn outcome(&self, result: u32) -> Result<HandshakeStep, ServerError> {
        let refusal = match result {
            0 => return Ok(HandshakeStep::Done),
            2 => Refusal::TooMany,
            _ if self.password.is_some() || self.answered => Refusal::Password,
            _ => Refusal::Connection,
        };
        match self.version {
            Version::V38 => Ok(HandshakeStep::ReasonLength(refusal)),
            Version::V33 | Version::V37 => Err(refusal.error(&[])),
        }
    }
}

impl Version {
    /// Reads the server's version and decides which of the three forms to speak.
    ///
    /// Between 3.3 and 3.7 lie servers that report versions of their own and mean 3.3 (RFC 6143 §7.1.1); from
    /// 3.8 on (Apple's 3.889, RealVNC's 4 and 5) servers understand 3.8.
    fn of(greeting: &[u8]) -> Result<Self, ServerError> {
        let (major, minor) = numbers(greeting).ok_or_else(|| ServerError::NotRfb {
            greeting: printable(greeting),
        })?;
        match (major, minor) {
            (3, 3..=6) => Ok(Self::V33),
            (3, 7) => Ok(Self::V37),
            (3, 8..) | (4.., _) => Ok(Self::V38),
            _ => Err(ServerError::Version {
                version: format!("{major:03}.{minor:03}"),
            }),
        }
    }

    fn line(self) -> &'static [u8; 12] {
        match self {
            Self::V33 => b"RFB 003.003\n",
            Self::V37 => b"RFB 003.007\n",
            Self::V38 => b"RFB 003.008\n",
        }
    }
}

impl Refusal {
    fn error(self, reason: &[u8]) -> ServerError {
        let said = printable(reason);
        let lower = said.to_lowercase();
        // TigerVNC says "Too many security failures", RealVNC "Too many authentication failures".
        let too_many = lower.contains("too many") && lower.contains("failures");
        match self {
            Self::TooMany => ServerError::TooManyFailures { said },
            _ if too_many => ServerError::TooManyFailures { said },
            Self::Connection => ServerError::Refused { said },
            Self::Password => ServerError::WrongPassword { said },
        }
    }
}

/// The two numbers of `RFB 003.008\n` (RFC 6143 §7.1.1).
fn numbers(greeting: &[u8]) -> Option<(u16, u16)> {
    let numbers = greeting.strip_prefix(b"RFB ")?.strip_suffix(b"\n")?;
    match numbers {
        [major @ .., b'.', _, _, _] if major.len() == 3 => Some((decimal(major)?, decimal(&numbers[4..])?)),
        _ => None,
    }
}

fn decimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |sum, digit| match digit {
        b'0'..=b'9' => Some(sum * 10 + u16::from(digit - b'0')),
        _ => None,
    })
}

fn u32_of(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}
