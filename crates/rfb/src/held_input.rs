use crate::client_messages::Kind;

/// More keys than this are not held down at once; ten fingers need fewer.
const MOST_KEYS: usize = 64;

/// The keys and buttons that a viewer holds down, as the server sees it.
#[derive(Debug, Default)]
pub(crate) struct HeldInput {
    /// The oldest first.
    keys: Vec<Key>,
    /// The last PointerEvent, while it has a button down.
    pointer: Option<[u8; 6]>,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    symbol: [u8; 4],
    /// The key's place on the keyboard, where QEMU's message told it.
    code: Option<[u8; 4]>,
}

impl HeldInput {
    /// Takes note of a whole message that goes upstream. Where it presses one key too many, the oldest is let go first.
    pub(crate) fn note(&mut self, kind: Kind, message: &[u8], upstream: &mut Vec<u8>) {
        match (kind, message) {
            (Kind::KeyEvent, &[_, down, _, _, a, b, c, d]) => {
                let symbol = [a, b, c, d];
                self.key(down != 0, Key { symbol, code: None }, upstream);
            }
            (Kind::QemuKeyEvent, &[_, _, high, low, a, b, c, d, e, f, g, h]) => {
                let (symbol, code) = ([a, b, c, d], Some([e, f, g, h]));
                self.key(high | low != 0, Key { symbol, code }, upstream);
            }
            (Kind::PointerEvent, &[number, mask, a, b, c, d]) => {
                self.pointer = (mask != 0).then_some([number, mask, a, b, c, d]);
            }
            _ => {}
        }
    }

    fn key(&mut self, down: bool, key: Key, upstream: &mut Vec<u8>) {
        self.keys.retain(|held| !held.is(key));
        if !down {
            return;
        }
        if self.keys.len() == MOST_KEYS {
            self.keys.remove(0).let_go(upstream);
        }
        self.keys.push(key);
    }

    /// Appends messages that let go all that is held.
    pub(crate) fn release(&mut self, upstream: &mut Vec<u8>) {
        for key in self.keys.drain(..) {
            key.let_go(upstream);
        }
        if let Some([number, _, at @ ..]) = self.pointer.take() {
            upstream.extend([number, 0]);
            upstream.extend(at);
        }
    }
}

impl Key {
    /// A key may be pressed in one of the two ways and let go in the other.
    fn is(self, other: Self) -> bool {
        match (self.code, other.code) {
            (Some(code), Some(other)) => code == other,
            _ => self.symbol == other.symbol,
        }
    }

    fn let_go(self, upstream: &mut Vec<u8>) {
        match self.code {
            None => upstream.extend([4, 0, 0, 0]),
            Some(_) => upstream.extend([255, 0, 0, 0]),
        }
        upstream.extend(self.symbol);
        upstream.extend(self.code.iter().flatten());
    }
}
