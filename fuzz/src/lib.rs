//! What the targets share: bytes of a fuzzer read as a stream that comes in pieces.

pub mod log_ins;

/// A stream, and the sizes of the pieces in which it comes, over and over.
pub struct Pieces<'a> {
    sizes: &'a [u8],
    stream: &'a [u8],
}

impl<'a> Pieces<'a> {
    /// Reads a fuzzer's bytes: how many sizes there are (at most 15), the sizes, the stream.
    pub fn new(script: &'a [u8]) -> Self {
        let (&count, rest) = script.split_first().unwrap_or((&0, &[]));
        let (sizes, stream) = rest.split_at(rest.len().min(usize::from(count & 15)));
        Self { sizes, stream }
    }

    /// The whole stream in one piece.
    pub fn whole(&self) -> &'a [u8] {
        self.stream
    }
}

impl<'a> IntoIterator for &Pieces<'a> {
    type Item = &'a [u8];
    type IntoIter = std::vec::IntoIter<&'a [u8]>;

    fn into_iter(self) -> Self::IntoIter {
        let (mut rest, mut pieces) = (self.stream, Vec::new());
        let mut sizes = self.sizes.iter().cycle();
        // Machines that speak first do so on the first call, also when nothing has come.
        if rest.is_empty() {
            pieces.push(rest);
        }
        while !rest.is_empty() {
            let size = sizes.next().map_or(rest.len(), |&size| 1 + usize::from(size));
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.into_iter()
    }
}
