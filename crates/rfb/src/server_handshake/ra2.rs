//! The order of RA2's messages, and records while the handshake lasts.

use super::{
    ServerHandshake,
    step::{HandshakeStep, Waiting},
    u32_of,
};
use crate::{
    LogInFault, Opened, Records, ServerError, ServerKey,
    gather::Gather,
    security::{
        choice::LogInMethod,
        form::Form,
        ra2::{Ra2Exchange, subtype},
        records::{RecordOpener, RecordSealer},
    },
};

/// The longest content of a record before the handshake is done, in bytes: TigerVNC's longest.
const MAX_HANDSHAKE_RECORD_BYTES: usize = 8192;

/// Both directions, and what was received but not read.
#[derive(Debug)]
pub(super) struct OpenRecords {
    pub(super) sealer: RecordSealer,
    opener: RecordOpener,
    /// The beginning of a record.
    held: Gather,
    /// What records held.
    opened: Vec<u8>,
}

impl OpenRecords {
    fn new(sealer: RecordSealer, opener: RecordOpener) -> Self {
        Self {
            sealer,
            opener,
            held: Gather::default(),
            opened: Vec::new(),
        }
    }

    /// Moves what records hold to `gather` until `wanted` bytes are there; takes no record from `input` that is not needed
    /// for that.
    pub(super) fn fill(
        &mut self,
        wanted: usize,
        input: &mut &[u8],
        gather: &mut Gather,
    ) -> Result<bool, LogInFault> {
        loop {
            let mut opened = &self.opened[..];
            let is_filled = gather.fill(wanted, &mut opened);
            let read = self.opened.len() - opened.len();
            self.opened.drain(..read);
            if is_filled || !self.open_next(input)? {
                return Ok(is_filled);
            }
        }
    }

    /// Opens one record; `false` if it is not whole yet.
    fn open_next(&mut self, input: &mut &[u8]) -> Result<bool, LogInFault> {
        if !self.held.fill(2, input) {
            return Ok(false);
        }
        let length = match self.held.held() {
            [high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => 0,
        };
        if length > MAX_HANDSHAKE_RECORD_BYTES {
            return Err(LogInFault::RecordLength { length });
        }
        if !self.held.fill(2 + length + 16, input) {
            return Ok(false);
        }
        if let Opened::Record { plain, .. } = self.opener.open(&mut self.held.take())? {
            self.opened.extend_from_slice(plain);
        }
        Ok(true)
    }

    pub(super) fn into_records(self) -> Records {
        Records {
            sealer: self.sealer,
            opener: self.opener,
            opened: self.opened,
        }
    }

    pub(super) fn is_read(&self) -> bool {
        self.opened.is_empty() && self.held.held().is_empty()
    }
}

impl ServerHandshake {
    pub(super) fn read_ra2(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, ServerError> {
        let broken = |this: &Self| {
            let choice = this.choice;
            move |fault| ServerError::LogInBroken {
                log_in: choice.map(|choice| choice.to_string()).unwrap_or_default(),
                fault,
            }
        };
        let broken = broken(self);
        match step {
            HandshakeStep::ServerKeyLength => {
                let bits = u32_of(bytes);
                let length = ServerKey::bytes_behind(bits).map_err(broken)?;
                Ok(HandshakeStep::ServerKey(bits, length))
            }
            HandshakeStep::ServerKey(bits, _) => {
                let key = ServerKey::read(bits, bytes).map_err(broken)?;
                if let Some(LogInMethod::Ra2(kind)) = self.choice.map(|choice| choice.method) {
                    self.ra2 = Some(Box::new(Ra2Exchange::new(kind, key)));
                }
                Ok(HandshakeStep::Waiting(Waiting::Trust))
            }
            step => self.exchange(step, bytes, output).map_err(broken),
        }
    }

    /// From our key on.
    fn exchange(
        &mut self,
        step: HandshakeStep,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<HandshakeStep, LogInFault> {
        let (Some(ra2), Some((_, random))) = (&mut self.ra2, self.log_in.parts()) else {
            return Err(LogInFault::RsaKey);
        };
        match step {
            HandshakeStep::SendClientKey(key) => {
                ra2.send(*key, random, output)?;
                Ok(HandshakeStep::RandomLength)
            }
            HandshakeStep::RandomLength => {
                let length = bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
                ra2.check_random_length(length).map(HandshakeStep::Random)
            }
            HandshakeStep::Random(_) => {
                let (sealer, opener) = ra2.agree(bytes, random, output)?;
                self.records = Some(OpenRecords::new(sealer, opener));
                Ok(HandshakeStep::Hash)
            }
            HandshakeStep::Hash => {
                ra2.check_hash(bytes)?;
                // The keys have done their work.
                Ok(HandshakeStep::Subtype)
            }
            _ => {
                let asks = subtype(bytes)?;
                self.ra2 = None;
                if let Some(choice) = &mut self.choice {
                    choice.asks = asks;
                }
                Ok(self.send_or_ask(Form::Ra2(asks)))
            }
        }
    }
}
