//! What viewers send, honest and hostile, without end and the same in every run.

/// Numbers without an order.
pub struct Noise(u64);

impl Noise {
    /// Other numbers for each `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A message of any kind that does not end a view-only session, the forbidden ones most of all.
pub fn message(noise: &mut Noise) -> Vec<u8> {
    if noise.one_in(12) {
        // Raw, −316, −258, the extended clipboard: some of them.
        const LIST: [[u8; 4]; 4] = [
            [0; 4],
            [255, 255, 254, 196],
            [255, 255, 254, 254],
            [0xc0, 0xa1, 0xe5, 0xce],
        ];
        let start = noise.below(5);
        let list = LIST[start.min(4)..].concat();
        return [&[2, 0, 0, (list.len() / 4) as u8], &list[..]].concat();
    }
    input_or_wish(noise)
}

/// Likewise, and no SetEncodings.
pub fn input_or_wish(noise: &mut Noise) -> Vec<u8> {
    let (start, length): (&[u8], usize) = match noise.below(11) {
        0 => (&[0, 0, 0, 0, 32], 20),
        1 => (&[3], 10),
        2 => (&[4, 1], 8),
        3 => (&[4, 0], 8),
        4 => (&[5, 0x80], 6),
        5 => (&[5, 0], 6),
        6 => (&[6, 0, 0, 0, 255, 255, 255, 240], 24),
        7 => (&[248, 0, 0, 0, 0x80, 0, 0, 0, 5], 14),
        8 => (&[250, 0, 1, 2], 4),
        9 => (&[251, 0, 4, 0, 3, 0, 1, 0], 24),
        _ => (&[255, 0, 0, 1], 12),
    };
    let mut message = start.to_vec();
    // What fills the rest looks like the start of a key or pointer event.
    message.resize_with(length, || 4 + noise.below(2) as u8);
    message
}

/// A message with one byte of it wrong, or cut short, or nothing but noise.
pub fn hostile(noise: &mut Noise) -> Vec<u8> {
    let mut message = message(noise);
    let at = noise.below(message.len());
    match noise.below(3) {
        0 => message[at] = noise.below(256) as u8,
        1 => message.truncate(at),
        _ => message.fill_with(|| noise.below(256) as u8),
    }
    message
}

/// A script for [`play`](super::session::play) of about `messages` messages: pieces of any size and changes of rights at
/// any place, with `hostile` in a thousand that are wrong.
pub fn script(noise: &mut Noise, messages: usize, hostile: usize) -> Vec<u8> {
    use super::session::{CONTROL, SECOND, VIEW};
    let mut stream = Vec::new();
    for _ in 0..messages {
        let is_hostile = noise.below(1000) < hostile;
        stream.extend(if is_hostile {
            self::hostile(noise)
        } else {
            message(noise)
        });
    }
    // Half of the sessions keep the rights that they begin with.
    let changes = noise.one_in(2);
    let mut script = vec![noise.below(4) as u8];
    let mut rest = &stream[..];
    while !rest.is_empty() {
        if changes && noise.one_in(4) {
            script.push([VIEW, CONTROL, SECOND][noise.below(3)]);
        }
        let most = if noise.one_in(2) { 5 } else { SECOND.into() };
        let (piece, later) = rest.split_at(noise.below(most).min(rest.len()));
        script.push(piece.len() as u8);
        script.extend(piece);
        rest = later;
    }
    script
}
