//! VeNCrypt 0.2: a choice among sub-types, most of which begin with TLS (community RFB specification, "VeNCrypt").

use super::{
    ServerHandshake,
    step::{HandshakeStep, Waiting},
    u32_of,
};
use crate::{
    LogInFault, SecurityChoice, ServerError,
    security::{
        log_in::Lack,
        offer::{VENCRYPT, choose, choose_inside},
    },
};

impl ServerHandshake {
    pub(super) fn read_vencrypt(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, ServerError> {
        match (step, bytes) {
            (HandshakeStep::VeNCryptVersion, &[major, minor]) if [major, minor] >= [0, 2] => {
                output.extend([0, 2]);
                Ok(HandshakeStep::VeNCryptAnswer)
            }
            (HandshakeStep::VeNCryptVersion, &[major, minor]) => {
                Err(self.broken(LogInFault::VeNCryptVersion { major, minor }))
            }
            (HandshakeStep::VeNCryptAnswer, [0]) => Ok(HandshakeStep::SubtypeCount),
            (HandshakeStep::VeNCryptAnswer, _) => Err(self.broken(LogInFault::VeNCryptRefused)),
            (HandshakeStep::SubtypeCount, [0]) => Err(self.broken(LogInFault::NoSubtypes)),
            (HandshakeStep::SubtypeCount, &[count]) => Ok(HandshakeStep::Subtypes(4 * usize::from(count))),
            (HandshakeStep::TlsAnswer, [1]) => Ok(HandshakeStep::Waiting(Waiting::Tls)),
            (HandshakeStep::TlsAnswer, _) => Err(self.broken(LogInFault::TlsRefused)),
            _ => self.choose_subtype(bytes, output),
        }
    }

    fn choose_subtype(&mut self, list: &[u8], output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        let offered: Vec<u32> = list.as_chunks::<4>().0.iter().map(|each| u32_of(each)).collect();
        let (number, choice) = self.best_subtype(&offered).map_err(|lack| lack.error(&offered))?;
        output.extend(number.to_be_bytes());
        self.choice = Some(choice);
        self.tls = choice.tls;
        Ok(if choice.tls.is_some() {
            HandshakeStep::TlsAnswer
        } else {
            self.authenticate(choice)
        })
    }

    /// The best sub-type, unless the server has something better outside of VeNCrypt. TigerVNC lists its other types
    /// among the sub-types as well, so there this is never so.
    fn best_subtype(&mut self, offered: &[u32]) -> Result<(u32, SecurityChoice), Lack> {
        let known = offered
            .iter()
            .filter_map(|&number| Some((number, SecurityChoice::of_number(number, None)?)));
        let inside = choose_inside(&self.log_in, known);
        let others: Vec<u32> = self
            .offered
            .iter()
            .copied()
            .filter(|&other| other != VENCRYPT)
            .collect();
        if let Ok((_, _, other)) = choose(&self.log_in, &others, None) {
            let worth = inside.map(|(_, choice)| self.log_in.rank(choice));
            if worth.is_err() || worth < Ok(other) {
                self.can_retry = true;
                return Err(Lack::Unknown);
            }
        }
        inside
    }
}
