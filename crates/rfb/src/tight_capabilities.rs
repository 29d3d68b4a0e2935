use crate::gather::Gather;

/// Counts of server messages, client messages and encodings, and padding.
const COUNTS_BYTES: usize = 8;
const CAPABILITY_BYTES: usize = 16;

/// Takes away what a server of the Tight security type says behind ServerInit: which messages and encodings it knows. A
/// viewer that came in by another security type does not expect that.
#[derive(Debug, Default)]
pub struct TightCapabilities {
    counts: Gather,
    /// How many bytes of the lists are still to come, once that is known.
    left: Option<usize>,
}

impl TightCapabilities {
    /// At the first byte behind ServerInit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes of the server: how many of `input` are to be left out, and whether that was all. They are at most
    /// 3 MiB, and not held.
    pub fn advance(&mut self, input: &[u8]) -> crate::Progress {
        let mut rest = input;
        if self.left.is_none() && self.counts.fill(COUNTS_BYTES, &mut rest) {
            let counts = self.counts.take();
            let (counts, _) = counts.as_chunks::<2>();
            let lists = counts
                .iter()
                .take(3)
                .map(|count| usize::from(u16::from_be_bytes(*count)));
            self.left = Some(CAPABILITY_BYTES * lists.sum::<usize>());
        }
        if let Some(left) = &mut self.left {
            let now = rest.len().min(*left);
            *left -= now;
            rest = &rest[now..];
        }
        crate::Progress {
            consumed: input.len() - rest.len(),
            done: self.left == Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_taken_away_to_their_last_byte_and_not_held() {
        for counts in [[0, 0, 0], [1, 0, 2], [1, 2, 3]] {
            let mut said: Vec<u8> = counts.into_iter().flat_map(u16::to_be_bytes).collect();
            let entries: u16 = counts.into_iter().sum();
            said.resize(8 + 16 * usize::from(entries), b'c');
            let length = said.len();
            said.extend(b"\0\0");
            for size in 1..=said.len() {
                let (mut lists, mut taken, mut done) = (TightCapabilities::new(), 0, false);
                for piece in said.chunks(size) {
                    let progress = lists.advance(piece);
                    taken += progress.consumed;
                    done = progress.done;
                }
                assert!(taken == length && done, "{counts:?} by {size}");
            }
        }
        let mut most = TightCapabilities::new();
        assert!(!most.advance(&[0xff; 8]).done);
        assert_eq!(most.advance(&vec![0; 4 << 20]).consumed, 3 * 16 * 0xffff);
        assert!(most.counts.held().is_empty());
    }
}
