//! TightVNC's security type: tunnels, of which none is taken, then a choice among its own log-ins (community RFB
//! specification, "Tight Security Type").

use super::{ServerHandshake, step::HandshakeStep, u32_of};
use crate::{
    LogInFault, SecurityChoice, ServerError,
    security::{choice::LogInMethod, offer::choose_inside},
};

/// What one capability takes: code, vendor, signature.
const CAPABILITY_BYTES: usize = 16;

/// How many tunnels or log-ins a server may list.
const MAX_CAPABILITIES: u32 = 64;

const NO_TUNNEL: &[u8] = b"\0\0\0\0TGHTNOTUNNEL";
/// Servers of Siemens that list this tunnel know NO_TUNNEL without listing it (from noVNC).
const SIEMENS_TUNNEL: &[u8] = b"\0\0\0\x01SICRSCHANNEL";

impl ServerHandshake {
    pub(super) fn read_tight(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, ServerError> {
        match step {
            HandshakeStep::TunnelCount => match self.list_bytes(bytes)? {
                0 => Ok(HandshakeStep::TightCount),
                length => Ok(HandshakeStep::Tunnels(length)),
            },
            HandshakeStep::Tunnels(_) => self.choose_tunnel(bytes, output),
            HandshakeStep::TightCount => match self.list_bytes(bytes)? {
                // An empty list means that nothing is asked for.
                0 => self.choose_tight_type(&[], output),
                length => Ok(HandshakeStep::TightTypes(length)),
            },
            _ => self.choose_tight_type(bytes, output),
        }
    }

    fn list_bytes(&self, count: &[u8]) -> Result<usize, ServerError> {
        let count = u32_of(count);
        match usize::try_from(count) {
            Ok(fits) if count <= MAX_CAPABILITIES => Ok(fits * CAPABILITY_BYTES),
            _ => Err(self.broken(LogInFault::TooManyCapabilities { count })),
        }
    }

    fn choose_tunnel(&self, tunnels: &[u8], output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        let (tunnels, _) = tunnels.as_chunks::<CAPABILITY_BYTES>();
        if !tunnels
            .iter()
            .any(|tunnel| [NO_TUNNEL, SIEMENS_TUNNEL].contains(&&tunnel[..]))
        {
            return Err(self.broken(LogInFault::NoTunnel));
        }
        output.extend([0; 4]);
        Ok(HandshakeStep::TightCount)
    }

    fn choose_tight_type(&mut self, list: &[u8], output: &mut Vec<u8>) -> Result<HandshakeStep, ServerError> {
        let (list, _) = list.as_chunks::<CAPABILITY_BYTES>();
        let codes: Vec<u32> = list.iter().map(|each| u32_of(&each[..4])).collect();
        let known = list
            .iter()
            .filter_map(|each| {
                let method = match &each[4..] {
                    b"STDVNOAUTH__" => LogInMethod::None,
                    b"STDVVNCAUTH_" => LogInMethod::VncAuth,
                    b"TGHTULGNAUTH" => LogInMethod::Unix,
                    _ => return None,
                };
                Some((Some(u32_of(&each[..4])), method))
            })
            .chain(list.is_empty().then_some((None, LogInMethod::None)))
            .map(|(code, method)| (code, SecurityChoice::new(self.tls, method)));
        let (code, choice) = choose_inside(&self.log_in, known).map_err(|lack| lack.error(&codes))?;
        if let Some(code) = code {
            output.extend(code.to_be_bytes());
        }
        Ok(self.authenticate(choice))
    }
}
