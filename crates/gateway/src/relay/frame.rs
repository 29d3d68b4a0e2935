//! The viewer's WebSocket frames, read in place (RFC 6455 §5). No I/O.
//!
//! Payload streams through as it comes, so neither a long frame nor a long message costs memory; what is held between
//! two reads is a header (14 bytes) or a control frame's payload (125 bytes).

use std::{io::Cursor, ops::Range};

use porthole_phrase::phrase;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control as ControlCode, Data, OpCode},
};

use crate::CloseReason;

/// The longest header of a frame from a viewer: 2 bytes, an extended length of 8, a mask of 4.
const LONGEST_HEADER: usize = 14;
/// The longest payload of a control frame (RFC 6455 §5.5).
const LONGEST_CONTROL: u64 = 125;

/// Reads a viewer's frames. Feed it what was read from the socket, in pieces of any size.
#[derive(Default)]
pub(crate) struct FrameReader {
    header: [u8; LONGEST_HEADER],
    header_len: usize,
    frame: Option<Frame>,
    /// A fragmented message is under way (RFC 6455 §5.4).
    in_message: bool,
    control: Vec<u8>,
}

/// A frame whose header has been read.
struct Frame {
    left: u64,
    /// Turned so that its first byte masks the next byte of payload.
    mask: [u8; 4],
    control: Option<ControlCode>,
}

/// How far [`FrameReader::read`] came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FrameStep {
    /// How many bytes of the input are dealt with.
    pub(crate) consumed: usize,
    /// Where in the input the payload stands now, unmasked and in one piece.
    pub(crate) payload: Range<usize>,
    /// A control frame that must be answered before reading on.
    pub(crate) control: Option<Control>,
}

/// A control frame that wants an answer, with its payload. (A pong wants none.)
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// To be answered by a pong of the same payload.
    Ping(Vec<u8>),
    /// To be answered by a close frame of the same status code; `None` if it has none.
    Close(Option<u16>),
}

impl FrameReader {
    /// Reads from `input` until its end, or just past a control frame that wants an answer.
    ///
    /// # Errors
    /// What the viewer did wrong, as the end of its session.
    pub(crate) fn read(&mut self, input: &mut [u8]) -> Result<FrameStep, CloseReason> {
        let mut step = FrameStep::default();
        while step.consumed < input.len() && step.control.is_none() {
            match self.frame.take() {
                None => step.consumed += self.read_header(&input[step.consumed..])?,
                Some(frame) => self.read_payload(frame, input, &mut step),
            }
            // Also right after the header: a ping without payload is complete with it.
            if let Some(Frame { left: 0, control, .. }) = self.frame {
                self.frame = None;
                if let Some(code) = control {
                    step.control = self.finish_control(code)?;
                }
            }
        }
        Ok(step)
    }

    fn read_header(&mut self, input: &[u8]) -> Result<usize, CloseReason> {
        let mut taken = 0;
        while taken < input.len() && (self.header_len < 2 || self.header_len < header_len(self.header[1])) {
            self.header[self.header_len] = input[taken];
            self.header_len += 1;
            taken += 1;
        }
        let parsed = FrameHeader::parse(&mut Cursor::new(&self.header[..self.header_len]));
        if let Some((header, len)) =
            parsed.map_err(|_| CloseReason::BrokenWebSocket(phrase!("websocket-opcode")))?
        {
            self.header_len = 0;
            self.frame = Some(self.check(&header, len)?);
        }
        Ok(taken)
    }

    fn check(&mut self, header: &FrameHeader, len: u64) -> Result<Frame, CloseReason> {
        let wrong = |how| Err(CloseReason::BrokenWebSocket(how));
        if header.rsv1 || header.rsv2 || header.rsv3 {
            return wrong(phrase!("websocket-reserved-bit"));
        }
        if len > i64::MAX as u64 {
            return wrong(phrase!("websocket-length"));
        }
        let Some(mask) = header.mask else {
            return wrong(phrase!("websocket-unmasked"));
        };
        let control = match header.opcode {
            OpCode::Data(Data::Text) => return Err(CloseReason::TextFrame),
            OpCode::Data(Data::Binary) if self.in_message => {
                return wrong(phrase!("websocket-message-inside"));
            }
            OpCode::Data(Data::Continue) if !self.in_message => {
                return wrong(phrase!("websocket-never-began"));
            }
            OpCode::Data(_) => {
                self.in_message = !header.is_final;
                None
            }
            OpCode::Control(_) if !header.is_final => return wrong(phrase!("websocket-control-fragmented")),
            OpCode::Control(_) if len > LONGEST_CONTROL => return wrong(phrase!("websocket-control-long")),
            OpCode::Control(code) => Some(code),
        };
        Ok(Frame {
            left: len,
            mask,
            control,
        })
    }

    fn read_payload(&mut self, mut frame: Frame, input: &mut [u8], step: &mut FrameStep) {
        let start = step.consumed;
        let here = usize::try_from(frame.left)
            .unwrap_or(usize::MAX)
            .min(input.len() - start);
        let payload = start..start + here;
        unmask(&mut input[payload.clone()], frame.mask);
        frame.mask.rotate_left(here % 4);
        frame.left -= here as u64;
        step.consumed += here;
        if frame.control.is_some() {
            self.control.extend_from_slice(&input[payload]);
        } else if step.payload.is_empty() {
            step.payload = payload;
        } else {
            // A further frame in one read: close the gap that its header left, so that all goes out in one write.
            input.copy_within(payload, step.payload.end);
            step.payload.end += here;
        }
        self.frame = Some(frame);
    }

    fn finish_control(&mut self, code: ControlCode) -> Result<Option<Control>, CloseReason> {
        let payload = std::mem::take(&mut self.control);
        match code {
            ControlCode::Ping => Ok(Some(Control::Ping(payload))),
            ControlCode::Close => Ok(Some(Control::Close(close_code(&payload)?))),
            ControlCode::Pong | ControlCode::Reserved(_) => Ok(None),
        }
    }
}

/// The whole header's length, by its second byte.
fn header_len(second: u8) -> usize {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & 0x80 != 0 { 4 } else { 0 };
    2 + extended + mask
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, CloseReason> {
    let (code, reason) = match payload {
        [] => return Ok(None),
        [_] => {
            return Err(CloseReason::BrokenWebSocket(phrase!("websocket-half-code")));
        }
        [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
    };
    // RFC 6455 §7.4: these may stand in a frame.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(CloseReason::BrokenWebSocket(phrase!("websocket-bad-code")));
    }
    match std::str::from_utf8(reason) {
        Ok(_) => Ok(Some(code)),
        Err(_) => Err(CloseReason::BrokenWebSocket(phrase!("websocket-reason"))),
    }
}

/// RFC 6455 §5.3, eight bytes at a time.
fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        chunk.copy_from_slice(&(u64::from_ne_bytes(word) ^ wide).to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn frame(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            len @ 0..=125 => bytes.push(0x80 | len as u8),
            len @ 126..=0xffff => {
                bytes.push(0x80 | 126);
                bytes.extend((len as u16).to_be_bytes());
            }
            len => {
                bytes.push(0x80 | 127);
                bytes.extend((len as u64).to_be_bytes());
            }
        }
        bytes.extend(mask);
        bytes.extend(
            payload
                .iter()
                .zip(mask.iter().cycle())
                .map(|(byte, key)| byte ^ key),
        );
        bytes
    }

    /// Everything that a reader makes of `stream` when it comes in pieces of these sizes, over and over.
    fn read_all(stream: &[u8], sizes: &[usize]) -> Result<(Vec<u8>, Vec<Control>), CloseReason> {
        let (mut reader, mut payload, mut controls) = (FrameReader::default(), Vec::new(), Vec::new());
        let (mut rest, mut sizes) = (stream, sizes.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
            rest = after;
            let mut piece = piece.to_vec();
            let mut undecoded = &mut piece[..];
            while !undecoded.is_empty() {
                let step = reader.read(undecoded)?;
                payload.extend_from_slice(&undecoded[step.payload]);
                controls.extend(step.control);
                undecoded = &mut undecoded[step.consumed..];
            }
        }
        Ok((payload, controls))
    }

    #[derive(Clone, Debug)]
    enum Sent {
        Message(Vec<Vec<u8>>),
        Ping(Vec<u8>),
        Pong(Vec<u8>),
    }

    fn sent() -> impl Strategy<Value = Sent> {
        let bytes = || prop_oneof![4 => vec(any::<u8>(), 0..40), 1 => vec(any::<u8>(), 120..140), 1 => vec(any::<u8>(), 65530..65540)];
        prop_oneof![
            4 => vec(bytes(), 1..4).prop_map(Sent::Message),
            1 => vec(any::<u8>(), 0..126).prop_map(Sent::Ping),
            1 => vec(any::<u8>(), 0..126).prop_map(Sent::Pong),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Fragments, empty messages, control frames in between and every way of splitting give the same bytes.
        #[test]
        fn whatever_the_split_the_payload_is_what_was_sent(
            sent in vec((sent(), any::<[u8; 4]>()), 1..8),
            sizes in vec(1..5000usize, 1..8),
        ) {
            let (mut stream, mut payload, mut pings) = (Vec::new(), Vec::new(), Vec::new());
            for (sent, mask) in &sent {
                match sent {
                    Sent::Message(parts) => for (i, part) in parts.iter().enumerate() {
                        let fin = if i + 1 == parts.len() { 0x80 } else { 0 };
                        stream.extend(frame(fin | if i == 0 { 2 } else { 0 }, part, *mask));
                        // A ping between the fragments is allowed (RFC 6455 §5.4).
                        stream.extend(frame(0x89, b"between", *mask));
                        pings.push(Control::Ping(b"between".to_vec()));
                        payload.extend_from_slice(part);
                    },
                    Sent::Ping(bytes) => {
                        stream.extend(frame(0x89, bytes, *mask));
                        pings.push(Control::Ping(bytes.clone()));
                    }
                    Sent::Pong(bytes) => stream.extend(frame(0x8a, bytes, *mask)),
                }
            }
            let whole = read_all(&stream, &[usize::MAX]).unwrap();
            prop_assert_eq!(&whole.0, &payload);
            prop_assert_eq!(&whole.1, &pings);
            prop_assert_eq!(&read_all(&stream, &sizes).unwrap(), &whole);
            if stream.len() < 2000 {
                prop_assert_eq!(&read_all(&stream, &[1]).unwrap(), &whole);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(stream in vec(any::<u8>(), 0..300), sizes in vec(1..20usize, 1..5)) {
            let _ = read_all(&stream, &sizes);
        }
    }

    #[test]
    fn what_is_wrong_ends_the_session_with_its_code() {
        let mask = [1, 2, 3, 4];
        let unmasked = vec![0x82, 1, 7];
        let huge = [&[0x82, 0xff][..], &u64::MAX.to_be_bytes(), &mask].concat();
        for (what, stream, code) in [
            ("text", frame(0x81, b"hi", mask), 1003),
            ("unmasked", unmasked, 1002),
            ("reserved bit", frame(0xc2, b"", mask), 1002),
            ("reserved opcode", frame(0x83, b"", mask), 1002),
            ("reserved control", frame(0x8b, b"", mask), 1002),
            ("continuation of nothing", frame(0x80, b"", mask), 1002),
            (
                "message in a message",
                [frame(0x02, b"a", mask), frame(0x82, b"b", mask)].concat(),
                1002,
            ),
            ("fragmented ping", frame(0x09, b"", mask), 1002),
            ("long ping", frame(0x89, &[0; 126], mask), 1002),
            ("impossible length", huge, 1002),
            ("half a close code", frame(0x88, b"\x03", mask), 1002),
            ("close code 1005", frame(0x88, &1005u16.to_be_bytes(), mask), 1002),
            ("close reason not UTF-8", frame(0x88, b"\x03\xe8\xff", mask), 1002),
        ] {
            for sizes in [&[usize::MAX][..], &[1]] {
                assert_eq!(read_all(&stream, sizes).unwrap_err().code(), code, "{what}");
            }
        }
    }

    #[test]
    fn a_close_frame_gives_its_code() {
        for (payload, code) in [
            (&b""[..], None),
            (b"\x03\xe8", Some(1000)),
            (b"\x0f\xa1bye", Some(4001)),
        ] {
            let (_, controls) = read_all(&frame(0x88, payload, [9, 8, 7, 6]), &[3]).unwrap();
            assert_eq!(controls, [Control::Close(code)]);
        }
    }
}
