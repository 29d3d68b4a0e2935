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
