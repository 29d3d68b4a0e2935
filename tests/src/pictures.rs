//! What a VNC server says that knows no more than a benchmark asks for: RFB without input or output.

use bytes::Bytes;

/// The screen's size in pixels.
const WIDTH: u16 = 1024;
const HEIGHT: u16 = 768;
/// A pixel's bytes: red, green, blue as noVNC asks for them, and one that nobody is to look at. noVNC 1.3 does: it must
/// not be 0, or the pixel cannot be seen.
const DEPTH: usize = 4;
/// What is white in one picture is blue in the next.
const COLOURS: [[u8; DEPTH]; 2] = [[255, 255, 255, 255], [30, 60, 200, 255]];

/// What is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// The whole screen is another with each update: 3 MiB as they come, the most that the way can be asked for.
    Film,
    /// A piece of it is: 64 KiB, as much as a compressed picture.
    Patch,
    /// A corner changes when a key is pressed, and nothing else ever does.
    Still,
}

impl Scene {
    /// The part of the screen that changes, from its upper left corner.
    fn size(self) -> (u16, u16) {
        match self {
            Self::Film => (WIDTH, HEIGHT),
            Self::Patch => (128, 128),
            Self::Still => (16, 16),
        }
    }
}

/// All updates of a scene, made once, so that showing them costs next to nothing.
pub struct Pictures {
    scene: Scene,
    whole: Bytes,
    changes: [Bytes; 2],
}

impl Pictures {
    /// Those of a scene.
    #[must_use]
    pub fn of(scene: Scene) -> Self {
        Self {
            scene,
            whole: update((WIDTH, HEIGHT), COLOURS[0]),
            changes: COLOURS.map(|colour| update(scene.size(), colour)),
        }
    }
}

/// A FramebufferUpdate of one rectangle in one colour, raw (RFC 6143 §7.6.1, §7.7.1).
fn update((width, height): (u16, u16), colour: [u8; DEPTH]) -> Bytes {
    let (width, height, pixels) = (
        width.to_be_bytes(),
        height.to_be_bytes(),
        width as usize * height as usize,
    );
    let head = [&[0, 0, 0, 1, 0, 0, 0, 0][..], &width, &height, &[0; 4]].concat();
    [head, colour.repeat(pixels)].concat().into()
}

/// One viewer's visit.
pub struct Visit<'a> {
    pictures: &'a Pictures,
    heard: Vec<u8>,
    stage: Stage,
    /// A change was asked for that has not come yet.
    awaited: bool,
    shown: usize,
}

/// What the viewer says next (RFC 6143 §7.1 to §7.3, version 3.8).
#[derive(Clone, Copy)]
enum Stage {
    Version,
    Security,
    Init,
    Messages,
}

/// What is said first.
pub const GREETING: Bytes = Bytes::from_static(b"RFB 003.008\n");

impl<'a> Visit<'a> {
    /// One that begins, after the [`GREETING`].
    #[must_use]
    pub fn to(pictures: &'a Pictures) -> Self {
        Self {
            pictures,
            heard: Vec::new(),
            stage: Stage::Version,
            awaited: false,
            shown: 0,
        }
    }

    /// Hears what a viewer says, at any chunking, and gives what is to be said then; `None` when it is no viewer.
    pub fn hear(&mut self, said: &[u8]) -> Option<Vec<Bytes>> {
        self.heard.extend(said);
        let mut answers = Vec::new();
        loop {
            let length = match self.stage {
                Stage::Version => 12,
                Stage::Security | Stage::Init => 1,
                Stage::Messages => match message_length(&self.heard) {
                    Ok(length) => length,
                    Err(Unknown) => return None,
                },
            };
            if length == 0 || self.heard.len() < length {
                return Some(answers);
            }
            let message: Vec<u8> = self.heard.drain(..length).collect();
            answers.extend(self.answer(&message));
        }
    }

    fn answer(&mut self, message: &[u8]) -> Option<Bytes> {
        match self.stage {
            Stage::Version => {
                self.stage = Stage::Security;
                Some(Bytes::from_static(&[1, 1]))
            }
            Stage::Security => {
                self.stage = Stage::Init;
                Some(Bytes::from_static(&[0; 4]))
            }
            Stage::Init => {
                self.stage = Stage::Messages;
                Some(server_init())
            }
            Stage::Messages => match message {
                // FramebufferUpdateRequest: of everything, or of what changes (§7.5.3).
                [3, 0, ..] => Some(self.pictures.whole.clone()),
                [3, ..] if self.pictures.scene == Scene::Still => {
                    self.awaited = true;
                    None
                }
                [3, ..] => Some(self.change()),
                // KeyEvent, of a key that goes down (§7.5.4).
                [4, 1, ..] if self.awaited => {
                    self.awaited = false;
                    Some(self.change())
                }
                _ => None,
            },
        }
    }

    fn change(&mut self) -> Bytes {
        self.shown += 1;
        self.pictures.changes[self.shown % 2].clone()
    }
}

/// A message that this server never offered to understand.
struct Unknown;

/// The length of the message that `heard` begins with (RFC 6143 §7.5); 0 while that cannot be told.
fn message_length(heard: &[u8]) -> Result<usize, Unknown> {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    Ok(match heard {
        [] => 0,
        [0, ..] => 20,
        [2, _, high, low, ..] => 4 + 4 * number(&[*high, *low]),
        [3, ..] => 10,
        [4, ..] => 8,
        [5, ..] => 6,
        [6, _, _, _, a, b, c, d, ..] => 8 + number(&[*a, *b, *c, *d]),
        [2 | 6, ..] => 0,
        _ => return Err(Unknown),
    })
}

/// ServerInit (RFC 6143 §7.3.2): the screen's size, 32 bits a pixel, and a name.
fn server_init() -> Bytes {
    let format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];
    let size = [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat();
    [&size[..], &format, &[0, 0, 0, 8], b"Pictures"].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfb;

    const GREETED: &[u8] = b"RFB 003.008\n\x01\x01";
    /// FramebufferUpdateRequest of changes.
    const CHANGES: &[u8] = &[3, 1, 0, 0, 0, 0, 4, 0, 3, 0];

    fn said(visit: &mut Visit, heard: &[u8], size: usize) -> Vec<usize> {
        let pieces = heard
            .chunks(size)
            .map(|piece| visit.hear(piece).unwrap_or_default());
        pieces.flatten().map(|answer| answer.len()).collect()
    }

    #[test]
    fn whatever_the_pieces_every_request_is_answered() {
        let pictures = Pictures::of(Scene::Patch);
        let encodings = [2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7];
        let all = [
            GREETED,
            &encodings,
            &rfb::cut_text("text"),
            CHANGES,
            &rfb::pointer(0, (1, 1)),
            CHANGES,
        ]
        .concat();
        for size in [1, 3, all.len()] {
            let mut visit = Visit::to(&pictures);
            let patch = 4 + 12 + 128 * 128 * 4;
            assert_eq!(
                said(&mut visit, &all, size),
                [2, 4, 32, patch, patch],
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn what_stands_still_changes_once_with_each_key() {
        let pictures = Pictures::of(Scene::Still);
        let mut visit = Visit::to(&pictures);
        said(&mut visit, GREETED, 100);
        assert!(said(&mut visit, CHANGES, 100).is_empty());
        let corner = 4 + 12 + 16 * 16 * 4;
        assert_eq!(said(&mut visit, &rfb::typed("a"), 100), [corner]);
        assert_eq!(visit.hear(&[99]), None);
    }
}
