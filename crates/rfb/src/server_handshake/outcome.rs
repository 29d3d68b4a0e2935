//! What is sent at the end of each log-in, and what the server says to it.

use super::{
    ServerHandshake,
    refusal::Refusal,
    step::{HandshakeStep, Waiting},
    u32_of,
    version::Version,
};
use crate::{
    Asks, Credentials, LogInFault, MAX_TEXT, Password, ServerError,
    security::{
        apple::{self, AppleKey},
        choice::LogInMethod,
        form::Form,
        ms_logon::MsLogonKey,
    },
};
use zeroize::Zeroizing;

impl ServerHandshake {
    pub(super) fn read_outcome(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, ServerError> {
        match step {
            HandshakeStep::AppleHead => {
                let length = apple::bytes_behind(bytes).map_err(|fault| self.broken(fault))?;
                let generator = bytes
                    .iter()
                    .take(2)
                    .fold(0, |sum, &byte| sum << 8 | u16::from(byte));
                Ok(HandshakeStep::AppleKey(generator, length))
            }
            HandshakeStep::AppleKey(generator, _) => {
                let key = AppleKey::read(generator, bytes).map_err(|fault| self.broken(fault))?;
                Ok(self.send_or_ask(Form::Apple(Box::new(key))))
            }
            HandshakeStep::MsLogonKey => {
                let key = MsLogonKey::read(bytes).map_err(|fault| self.broken(fault))?;
                Ok(self.send_or_ask(Form::MsLogon(key)))
            }
            HandshakeStep::Send(form) => self.send(&form, output),
            HandshakeStep::Challenge => Ok(self.encrypt(bytes, output)),
            HandshakeStep::Outcome => self.outcome(u32_of(bytes)),
            HandshakeStep::ReasonLength(refusal) => {
                // A longer reason is cut rather than refused: the session ends here in either case.
                let length = usize::try_from(u32_of(bytes)).unwrap_or(MAX_TEXT).min(MAX_TEXT);
                Ok(HandshakeStep::Reason(length, refusal))
            }
            HandshakeStep::Reason(_, refusal) => Err(refusal.error(bytes)),
            step => Ok(step),
        }
    }

    /// Sends the credentials, once they are known.
    pub(super) fn send_or_ask(&self, form: Form) -> HandshakeStep {
        match self.log_in.credentials() {
            Credentials::Unknown => HandshakeStep::Waiting(Waiting::Credentials(form)),
            _ => HandshakeStep::Send(form),
        }
    }

    fn send(&mut self, form: &Form, output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        let (Some(choice), Some((credentials, random))) = (self.choice, self.log_in.parts()) else {
            return Err(ServerError::UnsupportedSecurity {
                offered: self.offered.clone(),
            });
        };
        self.sent = form.asks();
        let LogInMethod::Ra2(kind) = choice.method else {
            form.write(choice, credentials, random, output)?;
            return Ok(match form {
                Form::Xvp => HandshakeStep::Challenge,
                _ => HandshakeStep::Outcome,
            });
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(2 + 2 * usize::from(u8::MAX)));
        form.write(choice, credentials, random, &mut plain)?;
        if let Some(records) = &mut self.records {
            records.sealer.seal(&plain, output);
            if !kind.encrypts_session {
                if !records.is_read() {
                    return Err(self.broken(LogInFault::OutOfTurn));
                }
                self.records = None;
            }
        }
        Ok(HandshakeStep::Outcome)
    }

    fn encrypt(&mut self, challenge: &[u8], output: &mut Vec<u8>) -> HandshakeStep {
        match (challenge.try_into(), self.log_in.credentials().password()) {
            (Ok(challenge), None) => return HandshakeStep::Waiting(Waiting::Answer(challenge)),
            (Ok(challenge), Some(password)) => {
                output.extend(Password::new(password.bytes()).answer(challenge));
                self.sent = match self.sent {
                    Asks::Nothing => Asks::ShortPassword,
                    user => user,
                };
            }
            (Err(_), _) => {}
        }
        HandshakeStep::Outcome
    }

    /// SecurityResult (RFC 6143 §7.1.3). The value 2, too many attempts, is an older one that some still send.
    fn outcome(&self, result: u32) -> Result<HandshakeStep, ServerError> {
        let refusal = match (result, self.sent) {
            (0, _) => return Ok(HandshakeStep::Done),
            (2, _) => Refusal::TooMany,
            (_, Asks::Nothing) => Refusal::Connection,
            (_, Asks::ShortPassword | Asks::Password) => Refusal::Password,
            (_, Asks::UserAndPassword) => Refusal::UserAndPassword,
        };
        match self.version {
            Version::V38 => Ok(HandshakeStep::ReasonLength(refusal)),
            Version::V33 | Version::V37 => Err(refusal.error(&[])),
        }
    }
}
