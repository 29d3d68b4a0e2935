/// Bytes held back until there are as many as one step needs.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    held: Vec<u8>,
}

impl Gather {
    /// Moves bytes from the front of `input` until `wanted` are held, and tells whether they are.
    pub(crate) fn fill(&mut self, wanted: usize, input: &mut &[u8]) -> bool {
        let missing = wanted.saturating_sub(self.held.len()).min(input.len());
        let (now, later) = input.split_at(missing);
        self.held.extend_from_slice(now);
        *input = later;
        self.held.len() >= wanted
    }

    pub(crate) fn held(&self) -> &[u8] {
        &self.held
    }

    /// Gives the held bytes away and starts anew.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// Starts anew, and gives back the memory that a long message took.
    pub(crate) fn clear(&mut self) {
        self.held.clear();
        self.held.shrink_to(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_leaves_no_memory_behind() {
        let mut gather = Gather::default();
        assert!(gather.fill(4100, &mut &[0; 4100][..]));
        gather.clear();
        assert!(gather.held().is_empty() && gather.held.capacity() <= 32);
    }
}
