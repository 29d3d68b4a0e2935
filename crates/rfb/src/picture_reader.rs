use porthole_phrase::{Explain, Phrase, display_explained, phrase};

use crate::gather::Gather;
use crate::picture::Picture;

/// The longest side of a screen that pictures are made of.
const MAX_SIDE: u16 = 16384;

/// SetPixelFormat (RFC 6143 §7.5.1): 16 bits, the last byte first, true colour of five, six and five bits.
const SET_PIXEL_FORMAT: [u8; 20] = [0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0];
/// SetEncodings (RFC 6143 §7.5.2): raw, and DesktopSize, without which some servers drop a client when their size
/// changes.
const SET_ENCODINGS: [u8; 12] = [2, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21];
const RAW: i32 = 0;
const DESKTOP_SIZE: i32 = -223;

/// Reads what a VNC server sends after ServerInit, and makes a [`Picture`] of its screen (RFC 6143 §7.6).
///
/// Pixels are painted as they come and then forgotten: of a screen of any size, no more is held than the picture. A text
/// for the clipboard is passed over.
#[derive(Debug)]
pub struct PictureReader {
    screen: (u16, u16),
    most: (u16, u16),
    picture: Picture,
    /// The picture is of no use until the whole screen was asked for.
    blank: bool,
    step: UpdateStep,
    gather: Gather,
}

/// What the server has to say next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UpdateStep {
    /// A message's type.
    Type,
    /// The rest of the head of a message of this type.
    Head(Kind),
    /// What is passed over of a message.
    Skip(u64),
    /// The head of a rectangle; so many are still to come, this one included.
    Rectangle(u16),
    /// Pixels of a rectangle, and how many rectangles come behind it.
    Pixels(Area, u16),
    Failed(UpdateError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Update,
    Colours,
    Text,
}

/// A rectangle, and how many of its pixels have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    done: usize,
}

/// Why no picture can be made of what a server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// Its screen is longer than 16,384 pixels.
    TooLarge {
        /// From left to right.
        width: u16,
        /// From top to bottom.
        height: u16,
    },
    /// It sent a message that was not asked for and whose end is not known.
    UnknownMessage(u8),
    /// It sent pixels in another way than was asked for.
    UnknownEncoding(i32),
    /// It sent pixels that are not on its screen.
    Outside,
}

impl Explain for UpdateError {
    fn cause(&self) -> Phrase {
        match *self {
            Self::TooLarge { width, height } => phrase!("picture-too-large", width = width, height = height),
            Self::UnknownMessage(number) => phrase!("picture-unknown-message", number = number),
            Self::UnknownEncoding(number) => phrase!("picture-unknown-encoding", number = number),
            Self::Outside => phrase!("picture-outside"),
        }
    }
}

display_explained!(UpdateError);

impl PictureReader {
    /// What is to be sent before the first request: in which form pixels are wanted.
    pub const BEGINNING: [u8; 32] = {
        let mut both = [0; 32];
        let (format, encodings) = both.split_at_mut(20);
        format.copy_from_slice(&SET_PIXEL_FORMAT);
        encodings.copy_from_slice(&SET_ENCODINGS);
        both
    };

    /// A reader at the first byte after ServerInit, which said that the screen is so large; its picture will be no larger
    /// than `most`. Both are width and height in pixels.
    ///
    /// # Errors
    ///
    /// [`UpdateError::TooLarge`].
    pub fn new(screen: (u16, u16), most: (u16, u16)) -> Result<Self, UpdateError> {
        Ok(Self {
            screen: checked(screen)?,
            most,
            picture: Picture::new(screen, most),
            blank: true,
            step: UpdateStep::Type,
            gather: Gather::default(),
        })
    }

    /// FramebufferUpdateRequest (RFC 6143 §7.5.3): of the whole screen if there is no picture of it yet, else of what
    /// changes. An update is [read](Self::read) in answer to it, and then it is time for the next.
    pub fn request(&mut self) -> [u8; 10] {
        let incremental = u8::from(!std::mem::take(&mut self.blank));
        let ([a, b], [c, d]) = (self.screen.0.to_be_bytes(), self.screen.1.to_be_bytes());
        [3, incremental, 0, 0, 0, 0, a, b, c, d]
    }

    /// Reads `input`, at any chunking; `true` when an update has ended in it.
    ///
    /// # Errors
    ///
    /// The server sent what was not asked for; every later call gives the same error.
    pub fn read(&mut self, input: &[u8]) -> Result<bool, UpdateError> {
        let mut rest = input;
        let mut ended = false;
        loop {
            let wanted = match &mut self.step {
                UpdateStep::Rectangle(0) => {
                    ended = true;
                    self.step = UpdateStep::Type;
                    continue;
                }
                UpdateStep::Pixels(area, behind) if area.is_done() => {
                    self.step = UpdateStep::Rectangle(*behind);
                    continue;
                }
                UpdateStep::Skip(0) => {
                    self.step = UpdateStep::Type;
                    continue;
                }
                UpdateStep::Failed(error) => return Err(*error),
                _ if rest.is_empty() => return Ok(ended),
                UpdateStep::Skip(left) => {
                    let here = rest.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= here as u64;
                    rest = &rest[here..];
                    continue;
                }
                UpdateStep::Pixels(area, _) => {
                    area.paint(&mut self.gather, &mut rest, &mut self.picture);
                    continue;
                }
                UpdateStep::Type => 1,
                UpdateStep::Head(kind) => kind.head(),
                UpdateStep::Rectangle(_) => 12,
            };
            if self.gather.fill(wanted, &mut rest) {
                let bytes = self.gather.take();
                self.step = self.next(&bytes).unwrap_or_else(UpdateStep::Failed);
            }
        }
    }

    /// Whether nothing is left of a message that has begun: only then may one wait for ever.
    pub fn is_between_messages(&self) -> bool {
        self.step == UpdateStep::Type
    }

    /// The screen as it was at the last update; `None` when it has changed its size since, and nothing is known of it
    /// until the next update.
    pub fn picture(&self) -> Option<&Picture> {
        (!self.blank).then_some(&self.picture)
    }

    /// How many bytes the whole screen takes, as it is sent.
    pub fn screen_bytes(&self) -> u64 {
        2 * u64::from(self.screen.0) * u64::from(self.screen.1)
    }

    /// What follows a head that is whole.
    fn next(&mut self, bytes: &[u8]) -> Result<UpdateStep, UpdateError> {
        let short = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        Ok(match self.step {
            UpdateStep::Type => match bytes[0] {
                0 => UpdateStep::Head(Kind::Update),
                1 => UpdateStep::Head(Kind::Colours),
                // Bell.
                2 => UpdateStep::Type,
                3 => UpdateStep::Head(Kind::Text),
                other => return Err(UpdateError::UnknownMessage(other)),
            },
            UpdateStep::Head(Kind::Update) => UpdateStep::Rectangle(short(1)),
            UpdateStep::Head(Kind::Colours) => UpdateStep::Skip(u64::from(short(3)) * 6),
            UpdateStep::Head(Kind::Text) => {
                // A negative length marks the extended clipboard.
                let length = i32::from_be_bytes([bytes[3], bytes[4], bytes[5], bytes[6]]);
                UpdateStep::Skip(length.unsigned_abs().into())
            }
            UpdateStep::Rectangle(left) => {
                let encoding = i32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
                let [x, y, width, height] = [0, 2, 4, 6].map(short);
                self.rectangle(encoding, (x, y), (width, height), left - 1)?
            }
            step @ (UpdateStep::Skip(_) | UpdateStep::Pixels(..) | UpdateStep::Failed(_)) => step,
        })
    }

    fn rectangle(
        &mut self,
        encoding: i32,
        (x, y): (u16, u16),
        size: (u16, u16),
        behind: u16,
    ) -> Result<UpdateStep, UpdateError> {
        match encoding {
            DESKTOP_SIZE => {
                self.screen = checked(size)?;
                self.picture = Picture::new(size, self.most);
                self.blank = true;
                Ok(UpdateStep::Rectangle(behind))
            }
            RAW => {
                let [x, y, width, height] = [x, y, size.0, size.1].map(usize::from);
                let fits = x + width <= self.screen.0.into() && y + height <= self.screen.1.into();
                let area = Area {
                    x,
                    y,
                    width,
                    height,
                    done: 0,
                };
                fits.then_some(UpdateStep::Pixels(area, behind))
                    .ok_or(UpdateError::Outside)
            }
            other => Err(UpdateError::UnknownEncoding(other)),
        }
    }
}

fn checked((width, height): (u16, u16)) -> Result<(u16, u16), UpdateError> {
    if width.max(height) > MAX_SIDE {
        return Err(UpdateError::TooLarge { width, height });
    }
    Ok((width, height))
}

impl Kind {
    /// How long the rest of its head is, in bytes.
    fn head(self) -> usize {
        match self {
            Self::Update => 3,
            Self::Colours => 5,
            Self::Text => 7,
        }
    }
}

impl Area {
    fn is_done(&self) -> bool {
        self.done >= self.width * self.height
    }

    /// Paints what has come of it, up to the end of a row. The half of a pixel is gathered until the other half is there.
    fn paint(&mut self, gather: &mut Gather, input: &mut &[u8], picture: &mut Picture) {
        let (column, row) = (self.done % self.width, self.done / self.width);
        let (pixels, _) = input.as_chunks::<2>();
        if !gather.held().is_empty() || pixels.is_empty() {
            if gather.fill(2, input) {
                let whole = gather.take();
                picture.paint(self.x + column, self.y + row, &[[whole[0], whole[1]]]);
                self.done += 1;
            }
            return;
        }
        let run = &pixels[..pixels.len().min(self.width - column)];
        picture.paint(self.x + column, self.y + row, run);
        self.done += run.len();
        *input = &input[2 * run.len()..];
    }
}
