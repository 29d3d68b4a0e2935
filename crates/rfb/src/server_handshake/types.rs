//! Version and security types, and where each type begins.

use super::{
    ServerHandshake,
    refusal::Refusal,
    step::{HandshakeStep, Waiting},
    u32_of,
    version::Version,
};
use crate::{
    SecurityChoice, ServerError, TlsKind,
    security::{
        choice::LogInMethod,
        form::Form,
        offer::{Way, choose},
    },
};

impl ServerHandshake {
    pub(super) fn read_types(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, ServerError> {
        match step {
            HandshakeStep::Version => self.greet(bytes, output),
            HandshakeStep::TypeCount if bytes == [0] => Ok(HandshakeStep::ReasonLength(Refusal::Connection)),
            HandshakeStep::TypeCount => Ok(HandshakeStep::Types(bytes[0].into())),
            HandshakeStep::OneType => match u32_of(bytes) {
                0 => Ok(HandshakeStep::ReasonLength(Refusal::Connection)),
                only => self.take_only_type(only),
            },
            _ => self.choose_type(bytes, output),
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

    /// 3.3 knows None and VncAuth.
    fn take_only_type(&mut self, only: u32) -> Result<HandshakeStep, ServerError> {
        let offered = [only];
        match choose(&self.log_in, &offered, None) {
            Ok((1 | 2, Way::Direct(choice), _)) => Ok(self.authenticate(choice)),
            Ok(_) => Err(ServerError::UnsupportedSecurity {
                offered: offered.into(),
            }),
            Err(lack) => Err(lack.error(&offered)),
        }
    }

    fn choose_type(&mut self, types: &[u8], output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        self.offered = types.iter().copied().map(u32::from).collect();
        let (number, way, _) =
            choose(&self.log_in, &self.offered, self.tls).map_err(|lack| lack.error(&self.offered))?;
        // It is one of theirs, of one byte.
        output.extend(u8::try_from(number));
        Ok(match way {
            Way::Direct(choice) => self.authenticate(choice),
            Way::Tight => {
                self.is_tight = true;
                HandshakeStep::TunnelCount
            }
            Way::VeNCrypt => HandshakeStep::VeNCryptVersion,
            Way::OldTls => {
                self.tls = Some(TlsKind::Anonymous);
                HandshakeStep::Waiting(Waiting::Tls)
            }
        })
    }

    /// What follows the choice of a security type; None has a SecurityResult in 3.8 only.
    pub(super) fn authenticate(&mut self, choice: SecurityChoice) -> HandshakeStep {
        self.choice = Some(choice);
        match choice.method {
            LogInMethod::None if self.version == Version::V38 || choice.tls.is_some() => {
                HandshakeStep::Outcome
            }
            LogInMethod::None => HandshakeStep::Done,
            LogInMethod::VncAuth => HandshakeStep::Challenge,
            LogInMethod::Plain | LogInMethod::Unix => self.send_or_ask(Form::Plain),
            LogInMethod::Xvp => self.send_or_ask(Form::Xvp),
            LogInMethod::Ra2(_) => HandshakeStep::ServerKeyLength,
            LogInMethod::Apple => HandshakeStep::AppleHead,
            LogInMethod::MsLogon => HandshakeStep::MsLogonKey,
        }
    }
}
