/// More keys than this are not held down at once; ten fingers need fewer.
const MAX_HELD_KEYS: usize = 64;

/// The QEMU message that switches the sound off.
const AUDIO_OFF: [u8; 4] = [255, 1, 0, 1];

/// What lasts of the messages that a viewer has sent: the keys and buttons that it holds down, as the server sees it, and
/// the sound that it has switched on.
#[derive(Debug, Default)]
pub(crate) struct HeldInput {
    /// The oldest first.
    keys: Vec<Key>,
    /// The last PointerEvent, while it has a button down.
    pointer: Option<[u8; 6]>,
    /// QEMU sends the desktop's sound.
    audio: bool,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    symbol: [u8; 4],
    /// The key's place on the keyboard, where QEMU's message told it.
    code: Option<[u8; 4]>,
}

impl HeldInput {
    /// Takes note of a whole message that goes upstream. Where it presses one key too many, the oldest is let go first.
    pub(crate) fn note(&mut self, message: &[u8], upstream: &mut Vec<u8>) {
        match *message {
            [4, down, _, _, a, b, c, d] => {
                let symbol = [a, b, c, d];
                self.key(down != 0, Key { symbol, code: None }, upstream);
            }
            [255, 0, high, low, a, b, c, d, e, f, g, h] => {
                let (symbol, code) = ([a, b, c, d], Some([e, f, g, h]));
                self.key(high | low != 0, Key { symbol, code }, upstream);
            }
            [5, mask, a, b, c, d] => {
                self.pointer = (mask != 0).then_some([5, mask, a, b, c, d]);
            }
            [255, 1, 0, operation] => self.audio = operation == 0,
            _ => {}
        }
    }

    fn key(&mut self, down: bool, key: Key, upstream: &mut Vec<u8>) {
        self.keys.retain(|held| !held.is(key));
        if !down {
            return;
        }
        if self.keys.len() == MAX_HELD_KEYS {
            self.keys.remove(0).let_go(upstream);
        }
        self.keys.push(key);
    }

    /// Appends messages that let go all that is held, and switch the sound off.
    pub(crate) fn release(&mut self, upstream: &mut Vec<u8>) {
        if std::mem::take(&mut self.audio) {
            upstream.extend(AUDIO_OFF);
        }
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
    /// Whether a release of `other` lets this key go on every server. TigerVNC ignores one of the other form, and code 0
    /// names no place. A release that is not needed does no harm; one that is missing leaves a key down.
    fn is(self, other: Self) -> bool {
        match (self.code, other.code) {
            (Some(code), Some(other)) if code != [0; 4] => code == other,
            (code, other_code) => (code, self.symbol) == (other_code, other.symbol),
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
