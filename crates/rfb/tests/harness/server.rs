//! A VNC server's side of a session, read by a parser of its own that knows nothing of the reader's.

use porthole_rfb::Rights;

const EXTENDED_CLIPBOARD: i32 = 0xc0a1_e5ce_u32.cast_signed();
/// ClientCutText that takes nothing but news of a text (caps and notify).
const WALL: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];

/// Reads what comes upstream, and calls the first thing that this viewer must not say an error.
pub struct Server {
    /// Whether it knows the extended clipboard, so that a view-only viewer is walled off from it.
    walled: bool,
    rights: Rights,
    /// The rights when the unread message began.
    began: Rights,
    unread: Vec<u8>,
    /// The keys and buttons that are down: a key's symbol and, where it was told, its code.
    keys: Vec<([u8; 4], Option<[u8; 4]>)>,
    buttons: u8,
    /// QEMU's sound is on.
    audio: bool,
    /// The last message was the wall.
    wall_was_last: bool,
    /// Control was just taken away: what is held down may be let go.
    letting_go: bool,
    /// The next SetEncodings is the sign that control has been taken away.
    demoted_by_list: bool,
    /// How many messages came.
    pub messages: usize,
    /// How many of them were SetEncodings.
    pub lists: usize,
}

impl Server {
    pub fn new(rights: Rights, walled: bool) -> Self {
        Self {
            walled,
            rights,
            began: rights,
            unread: Vec::new(),
            keys: Vec::new(),
            buttons: 0,
            audio: false,
            wall_was_last: false,
            letting_go: false,
            demoted_by_list: false,
            messages: 0,
            lists: 0,
        }
    }

    /// Holds every message that begins from here on to these rights.
    pub fn set_rights(&mut self, rights: Rights) {
        self.letting_go = rights == Rights::View && (self.letting_go || self.rights == Rights::Control);
        self.rights = rights;
        self.demoted_by_list = false;
    }

    /// Holds it to view-only rights from its next SetEncodings on, which tells that they hold.
    pub fn expect_demotion(&mut self) {
        self.demoted_by_list = true;
    }

    pub fn rights(&self) -> Rights {
        self.rights
    }

    pub fn is_between_messages(&self) -> bool {
        self.unread.is_empty()
    }

    /// Control has been taken away, and all that makes it so has come.
    ///
    /// # Errors
    /// What is missing.
    pub fn is_demoted(&self) -> Result<(), String> {
        if !self.unread.is_empty() {
            return Err(format!("{:?} and no end of it came", self.unread));
        }
        if self.walled && !self.wall_was_last {
            return Err("the wall is not up".into());
        }
        self.nothing_is_held()
    }

    /// Reads more; the error names what should not have come.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.unread.is_empty() {
            self.began = self.rights;
        }
        let mut unread = std::mem::take(&mut self.unread);
        unread.extend_from_slice(bytes);
        let mut rest = &unread[..];
        while let Some(length) = length(rest, self.walled)?.filter(|length| *length <= rest.len()) {
            let (message, later) = rest.split_at(length);
            self.hear(message)?;
            self.began = self.rights;
            rest = later;
        }
        self.unread = rest.to_vec();
        Ok(())
    }

    /// What must be true when no more comes.
    pub fn end(&self) -> Result<(), String> {
        if self.rights == Rights::View && self.unread.is_empty() {
            self.nothing_is_held()?;
        }
        Ok(())
    }

    fn hear(&mut self, message: &[u8]) -> Result<(), String> {
        self.messages += 1;
        self.wall_was_last = message == WALL;
        if message[0] == 2 && std::mem::take(&mut self.demoted_by_list) {
            self.nothing_is_held()?;
            self.rights = Rights::View;
            self.began = Rights::View;
        }
        if message[0] == 2 {
            self.lists += 1;
            self.look_at_encodings(message)?;
        }
        match self.began {
            Rights::Control => self.take_input(message),
            Rights::View if self.letting_go && lets_go(message) => {
                let held = (self.keys.len(), self.buttons, self.audio);
                self.take_input(message);
                if held == (self.keys.len(), self.buttons, self.audio) {
                    return Err(format!("{message:?} lets go what was not held"));
                }
            }
            Rights::View => {
                self.letting_go = false;
                self.nothing_is_held()?;
                self.look_at_wish(message)?;
            }
        }
        if self.keys.len() > 64 {
            return Err("more keys are down than can be let go".into());
        }
        Ok(())
    }

    fn nothing_is_held(&self) -> Result<(), String> {
        if self.keys.is_empty() && self.buttons == 0 && !self.audio {
            return Ok(());
        }
        Err(format!(
            "{:?} and buttons {:#x} stay down, or the sound stays on: {}",
            self.keys, self.buttons, self.audio
        ))
    }

    fn take_input(&mut self, message: &[u8]) {
        let word = |at: usize| message[at..at + 4].try_into().unwrap_or_default();
        let (down, symbol, code) = match message[0] {
            4 => (message[1] != 0, word(4), None),
            255 if message[1] == 0 => (message[2] | message[3] != 0, word(4), Some(word(8))),
            5 => {
                self.buttons = message[1];
                return;
            }
            255 if message.len() == 4 => {
                self.audio = message[3] == 0;
                return;
            }
            _ => return,
        };
        // As TigerVNC does, which ignores a release of the other form.
        self.keys.retain(|(held, place)| match (place, code) {
            (Some(place), Some(code)) if code != [0; 4] => *place != code,
            (place, code) => (*place, *held) != (code, symbol),
        });
        if down {
            self.keys.push((symbol, code));
        }
    }

    fn look_at_encodings(&self, message: &[u8]) -> Result<(), String> {
        let forbidden: &[i32] = match self.began {
            Rights::Control => &[-316, -305],
            Rights::View => &[-316, -305, -258, -309, -259, -257],
        };
        let view = self.began == Rights::View;
        let list = message[4..]
            .as_chunks::<4>()
            .0
            .iter()
            .map(|each| i32::from_be_bytes(*each));
        for each in list {
            if forbidden.contains(&each) || (!self.walled && each == EXTENDED_CLIPBOARD) {
                return Err(format!("encoding {each} came through"));
            }
        }
        if view && self.walled && !message.ends_with(&EXTENDED_CLIPBOARD.to_be_bytes()) {
            return Err("a list came without the wall".into());
        }
        Ok(())
    }

    /// What a view-only viewer may say is a wish for pixels.
    fn look_at_wish(&self, message: &[u8]) -> Result<(), String> {
        match message[0] {
            0 if ![8, 16, 32].contains(&message[4]) => Err("a pixel format that does not exist".into()),
            248 if message[4] & 0x80 != 0 => Err("a fence request came through".into()),
            248 if message[8] > 64 => Err("a fence of more than 64 bytes came through".into()),
            0 | 2 | 3 | 150 | 248 => Ok(()),
            6 if self.walled && message == WALL => Ok(()),
            _ => Err(format!("{message:?} came through")),
        }
    }
}

/// How long the message is that begins here; `None` while too little of it has come. A server that does not know the
/// extended clipboard has never heard of negative lengths.
fn length(bytes: &[u8], extended_clipboard: bool) -> Result<Option<usize>, String> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    Ok(match bytes.first() {
        None => None,
        Some(0) => Some(20),
        Some(2) => bytes
            .get(2..4)
            .map(|n| 4 + 4 * (usize::from(n[0]) << 8 | usize::from(n[1]))),
        Some(3 | 150) => Some(10),
        Some(4) => Some(8),
        Some(5) => Some(6),
        Some(6) => match word(4).map(i32::from_be_bytes) {
            Some(length @ ..0) if !extended_clipboard => {
                return Err(format!("a text of {} bytes: out of step", length.cast_unsigned()));
            }
            length => length.map(|n| 8 + n.unsigned_abs() as usize),
        },
        Some(248) => bytes.get(8).map(|n| 9 + usize::from(*n)),
        Some(250) => Some(4),
        Some(251) => bytes.get(6).map(|n| 8 + 16 * usize::from(*n)),
        Some(255) => match bytes.get(1..4) {
            None => None,
            Some([0, ..]) => Some(12),
            Some([1, 0, 0 | 1]) => Some(4),
            Some([1, 0, 2]) => Some(10),
            Some(other) => return Err(format!("QEMU message {other:?}: out of step")),
        },
        Some(other) => return Err(format!("message {other}: out of step")),
    })
}

/// Whether a message only lets go of keys or buttons.
fn lets_go(message: &[u8]) -> bool {
    match message[0] {
        4 | 5 => message[1] == 0,
        255 => message[..4] == [255, 0, 0, 0] || message == [255, 1, 0, 1],
        _ => false,
    }
}
