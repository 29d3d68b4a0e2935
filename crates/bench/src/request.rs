//! What a viewer asks of a target: so many bytes.
//!
//! It has the form of a FramebufferUpdateRequest for changes (RFC 6143 §7.5.3), so that it passes every route, also one
//! that reads the viewer's messages.

/// The length of a request.
pub const LEN: usize = 10;
/// A pointer event (RFC 6143 §7.5.5): what a viewer sends much of, and a view-only one in vain.
pub const POINTER_EVENT: [u8; 6] = [5, 0, 0, 0, 0, 0];

/// Asks for `bytes`.
pub fn request(bytes: u64) -> [u8; LEN] {
    let mut request = [3, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    request[2..].copy_from_slice(&bytes.to_be_bytes());
    request
}

/// Finds a request at the end of what came. Pointer events before it are passed over, and never taken for one.
#[derive(Default)]
pub struct Tail {
    last: [u8; LEN],
    filled: usize,
}

impl Tail {
    /// How many bytes are asked for, if `input` ends in a request.
    pub fn read(&mut self, input: &[u8]) -> Option<u64> {
        let new = input.len().min(LEN);
        self.last.rotate_left(new);
        self.last[LEN - new..].copy_from_slice(&input[input.len() - new..]);
        self.filled = (self.filled + new).min(LEN);
        let [3, 1, bytes @ ..] = self.last else {
            return None;
        };
        if self.filled < LEN {
            return None;
        }
        self.filled = 0;
        Some(u64::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_found_behind_other_messages_in_any_pieces() {
        let stream = [&POINTER_EVENT[..], &POINTER_EVENT, &request(70_000)].concat();
        for size in [1, 3, 10, stream.len()] {
            let mut tail = Tail::default();
            let found: Vec<_> = stream.chunks(size).filter_map(|piece| tail.read(piece)).collect();
            assert_eq!(found, [70_000], "in pieces of {size}");
        }
    }
}
