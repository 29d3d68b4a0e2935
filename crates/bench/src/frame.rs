//! The least of WebSocket that a load generator needs (RFC 6455 §5): cheap enough to be faster than what it measures.

/// One binary message, masked as a client must. The mask is always the same, so that a message can be sent many times.
pub fn message(payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = vec![0x82];
    match payload.len() {
        len @ 0..=125 => frame.push(0x80 | len as u8),
        len @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((len as u16).to_be_bytes());
        }
        len => {
            frame.push(0x80 | 127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    frame
}

/// Counts the payload in what a server sends, in pieces of any size, and looks at nothing else.
#[derive(Default)]
pub struct Counter {
    header: Vec<u8>,
    /// Bytes that are left of the frame under way.
    left: u64,
    counts: bool,
}

impl Counter {
    /// How many bytes of data messages are in `input`.
    pub fn count(&mut self, mut input: &[u8]) -> u64 {
        let mut payload = 0;
        while !input.is_empty() {
            if self.left == 0 {
                self.header.push(input[0]);
                input = &input[1..];
                if let Some(length) = length(&self.header) {
                    self.left = length;
                    self.counts = self.header[0] & 0x08 == 0;
                    self.header.clear();
                }
                continue;
            }
            let here = input.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= here as u64;
            payload += if self.counts { here as u64 } else { 0 };
            input = &input[here..];
        }
        payload
    }
}

/// The payload's length, once the header is whole.
fn length(header: &[u8]) -> Option<u64> {
    let (extended, bytes) = match header.get(1)? & 0x7f {
        126 => (&header[2..], 2),
        127 => (&header[2..], 8),
        short => return Some(u64::from(short)),
    };
    (extended.len() == bytes).then(|| extended.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payload_is_counted_whatever_the_pieces_and_control_frames_are_not() {
        let mut stream = vec![0x82, 3, 1, 2, 3, 0x89, 2, 7, 7, 0x82, 126, 0, 200];
        stream.extend([9; 200]);
        stream.extend([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        stream.extend([9; 65536]);
        for size in [1, 2, 7, 1000, stream.len()] {
            let mut counter = Counter::default();
            let counted: u64 = stream.chunks(size).map(|piece| counter.count(piece)).sum();
            assert_eq!(counted, 3 + 200 + 65536, "in pieces of {size}");
        }
    }

    #[test]
    fn a_message_is_masked() {
        let frame = message(b"abc");
        assert_eq!(&frame[..2], &[0x82, 0x83]);
        assert_eq!(frame[6] ^ frame[2], b'a');
        assert_eq!(&message(&[0; 200])[..4], &[0x82, 0xfe, 0, 200]);
    }
}
