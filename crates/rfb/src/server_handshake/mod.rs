mod outcome;
mod ra2;
mod refusal;
mod step;
mod tight;
mod types;
mod vencrypt;
mod version;

use std::fmt;

use crate::{
    ClientKey, Credentials, LogIn, LogInFault, Need, Password, Progress, Records, Secret, SecurityChoice,
    ServerError, TlsKind,
    gather::Gather,
    printable::printable,
    security::{choice::Asks, ra2::Ra2Exchange},
};
use ra2::OpenRecords;
use step::{HandshakeStep, Waiting};
use version::Version;

/// The handshake with a VNC server, from its version to its SecurityResult (RFC 6143 §7.1).
///
/// Speaks RFB 3.3, 3.7 and 3.8. [`new`](Self::new) knows the security types None and VncAuth; [`with`](Self::with) knows
/// RA2 and its kin, VeNCrypt, Tight, XVP, Apple's and UltraVNC's as well. It stops before ClientInit.
///
/// Give it the server's bytes by [`advance`](Self::advance), send what it says, and see what it [needs](Self::need). Once
/// it is done, [`choice`](Self::choice) says what the log-in is worth, and [`take_records`](Self::take_records) whether all
/// that follows is sealed.
///
/// A server that refuses at once may say so and close without reading anything: TigerVNC does after too many
/// wrong passwords. So when the output cannot be written, read on to the end before giving up, or the reason
/// is lost behind a broken pipe.
pub struct ServerHandshake {
    log_in: LogIn,
    version: Version,
    step: HandshakeStep,
    gather: Gather,
    /// The types that the server offered at first.
    offered: Vec<u32>,
    /// The TLS that has begun, or is about to.
    tls: Option<TlsKind>,
    choice: Option<SecurityChoice>,
    ra2: Option<Box<Ra2Exchange>>,
    records: Option<OpenRecords>,
    /// What the server judges.
    sent: Asks,
    is_tight: bool,
    can_retry: bool,
}

impl ServerHandshake {
    /// With a password, VncAuth is required; without one, None is.
    ///
    /// There is no fallback from one to the other: a display with a password must never be served by a server
    /// that asks for none, which might be somebody else's.
    pub fn new(password: Option<Password>) -> Self {
        let known = password.map(|password| Credentials::Password(Secret::new(password.bytes())));
        Self::with(LogIn::basic(known.unwrap_or(Credentials::Nothing)))
    }

    /// Like [`new`](Self::new), but a [challenge](Self::challenge) for which no password is known is left to another.
    pub fn asking(password: Option<Password>) -> Self {
        match password {
            Some(password) => Self::new(Some(password)),
            None => Self::with(LogIn::basic(Credentials::Unknown)),
        }
    }

    /// By the strongest security type that the credentials and the policy allow.
    ///
    /// Who has a user name comes in by it wherever the server takes one. Types without a password are never chosen where
    /// there is one.
    pub fn with(log_in: LogIn) -> Self {
        Self {
            log_in,
            version: Version::V38,
            step: HandshakeStep::Version,
            gather: Gather::default(),
            offered: Vec::new(),
            tls: None,
            choice: None,
            ra2: None,
            records: None,
            sent: Asks::Nothing,
            is_tight: false,
            can_retry: false,
        }
    }

    /// What is needed before `advance` can go on.
    pub fn need(&self) -> Need {
        let HandshakeStep::Waiting(waiting) = &self.step else {
            return match self.step {
                HandshakeStep::Done | HandshakeStep::Failed(_) => Need::Nothing,
                _ => Need::Bytes,
            };
        };
        match waiting {
            Waiting::Answer(challenge) => Need::Answer(*challenge),
            Waiting::Credentials(form) => Need::Credentials(form.asks()),
            Waiting::ClientKey => Need::ClientKey,
            Waiting::Tls => Need::Tls(self.tls.unwrap_or(TlsKind::Anonymous)),
            Waiting::Trust => match &self.ra2 {
                Some(ra2) => Need::Trust(Box::new(ra2.server_key.clone())),
                None => Need::Nothing,
            },
        }
    }

    /// What the server wants encrypted with the password (RFC 6143 §7.2.2), while another is to [answer](Self::answer).
    pub fn challenge(&self) -> Option<[u8; 16]> {
        match self.step {
            HandshakeStep::Waiting(Waiting::Answer(challenge)) => Some(challenge),
            _ => None,
        }
    }

    /// Appends the answer to the [challenge](Self::challenge) to `output`, as for the server. Without one, does nothing.
    pub fn answer(&mut self, answer: [u8; 16], output: &mut Vec<u8>) {
        if self.challenge().is_some() {
            output.extend(answer);
            self.sent = Asks::ShortPassword;
            self.step = HandshakeStep::Outcome;
        }
    }

    /// Gives the [credentials](Need::Credentials) that nobody had told. Where none are needed, does nothing.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        self.step = match std::mem::replace(&mut self.step, HandshakeStep::Done) {
            HandshakeStep::Waiting(Waiting::Credentials(form)) => {
                self.log_in.learn(credentials);
                HandshakeStep::Send(form)
            }
            step => step,
        };
    }

    /// The server's [key](Need::Trust) is the right one.
    pub fn trust_server_key(&mut self) {
        if matches!(self.step, HandshakeStep::Waiting(Waiting::Trust)) {
            self.step = HandshakeStep::Waiting(Waiting::ClientKey);
        }
    }

    /// Gives the [key](Need::ClientKey) for this one log-in.
    pub fn set_client_key(&mut self, key: ClientKey) {
        if matches!(self.step, HandshakeStep::Waiting(Waiting::ClientKey)) {
            self.step = HandshakeStep::SendClientKey(Box::new(key));
        }
    }

    /// [TLS](Need::Tls) is up, and the server is the right one if it has a certificate.
    pub fn tls_started(&mut self) {
        if !matches!(self.step, HandshakeStep::Waiting(Waiting::Tls)) {
            return;
        }
        // Without a choice it is the old type: the types come anew, inside.
        self.step = match self.choice {
            Some(choice) => self.authenticate(choice),
            None => HandshakeStep::TypeCount,
        };
    }

    /// The security type that was chosen, once it is.
    pub fn choice(&self) -> Option<SecurityChoice> {
        self.choice
    }

    /// After RA2 and RA2_256: all that follows is sealed by these. Ask once the handshake is done.
    pub fn take_records(&mut self) -> Option<Records> {
        self.records.take().map(OpenRecords::into_records)
    }

    /// After Tight: ServerInit is followed by [`TightCapabilities`](crate::TightCapabilities).
    pub fn has_tight_capabilities(&self) -> bool {
        self.is_tight
    }

    /// Whether the handshake failed only because VeNCrypt had nothing for us, or something worse than another type: then a
    /// new connection with [`Policy::vencrypt`](crate::Policy::vencrypt) off gets in.
    pub fn can_retry_without_vencrypt(&self) -> bool {
        self.can_retry
    }

    /// Takes bytes of the server from `input` and appends to `output` what must be sent to it. Bytes after
    /// the handshake, and those that belong to TLS, are left alone.
    ///
    /// # Errors
    ///
    /// The server refused, or is none that can be spoken with; every later call gives the same error.
    pub fn advance(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Progress, ServerError> {
        let mut rest = input;
        loop {
            if let HandshakeStep::Failed(error) = &self.step {
                return Err(error.clone());
            }
            let is_filled = match self.wanted() {
                Some(wanted) => self.fill(wanted, &mut rest),
                None => Ok(false),
            };
            match is_filled {
                Ok(true) => {
                    let bytes = self.gather.take();
                    let step = std::mem::replace(&mut self.step, HandshakeStep::Done);
                    self.step = self
                        .next(step, &bytes, output)
                        .unwrap_or_else(HandshakeStep::Failed);
                }
                Ok(false) => {
                    return Ok(Progress {
                        consumed: input.len() - rest.len(),
                        done: matches!(self.step, HandshakeStep::Done),
                    });
                }
                Err(fault) => self.step = HandshakeStep::Failed(self.broken(fault)),
            }
        }
    }

    /// The error to report when the server closes the connection or falls silent before the handshake is done.
    pub fn cut_short(&self) -> ServerError {
        match &self.step {
            HandshakeStep::Version if !self.gather.held().is_empty() => ServerError::NotRfb {
                greeting: printable(self.gather.held()),
            },
            HandshakeStep::ReasonLength(refusal) => refusal.error(&[]),
            HandshakeStep::Reason(_, refusal) => refusal.error(self.gather.held()),
            HandshakeStep::Failed(error) => error.clone(),
            step => ServerError::CutShort {
                during: step.missing(),
            },
        }
    }

    fn wanted(&self) -> Option<usize> {
        match (&self.step, &self.ra2) {
            (HandshakeStep::Hash, Some(ra2)) => Some(ra2.hash_bytes()),
            (step, _) => step.wanted(),
        }
    }

    /// Gathers what a step takes, out of records once there are any.
    fn fill(&mut self, wanted: usize, input: &mut &[u8]) -> Result<bool, LogInFault> {
        match &mut self.records {
            Some(records) => records.fill(wanted, input, &mut self.gather),
            None => Ok(self.gather.fill(wanted, input)),
        }
    }

    fn next(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, ServerError> {
        match step {
            HandshakeStep::Version
            | HandshakeStep::TypeCount
            | HandshakeStep::Types(_)
            | HandshakeStep::OneType => self.read_types(step, bytes, output),
            HandshakeStep::VeNCryptVersion
            | HandshakeStep::VeNCryptAnswer
            | HandshakeStep::SubtypeCount
            | HandshakeStep::Subtypes(_)
            | HandshakeStep::TlsAnswer => self.read_vencrypt(step, bytes, output),
            HandshakeStep::TunnelCount
            | HandshakeStep::Tunnels(_)
            | HandshakeStep::TightCount
            | HandshakeStep::TightTypes(_) => self.read_tight(step, bytes, output),
            HandshakeStep::ServerKeyLength
            | HandshakeStep::ServerKey(..)
            | HandshakeStep::SendClientKey(_)
            | HandshakeStep::RandomLength
            | HandshakeStep::Random(_)
            | HandshakeStep::Hash
            | HandshakeStep::Subtype => self.read_ra2(step, bytes, output),
            step => self.read_outcome(step, bytes, output),
        }
    }

    /// The error for a fault in what was chosen.
    fn broken(&self, fault: LogInFault) -> ServerError {
        let log_in = match self.choice {
            Some(choice) => choice.to_string(),
            None if self.is_tight => "Tight".into(),
            None => "VeNCrypt".into(),
        };
        ServerError::LogInBroken { log_in, fault }
    }
}

impl fmt::Debug for ServerHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandshake")
            .field("log_in", &self.log_in)
            .field("choice", &self.choice)
            .field("missing", &self.step.missing())
            .finish_non_exhaustive()
    }
}

fn u32_of(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}
