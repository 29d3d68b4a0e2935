use porthole_phrase::{Explain, Phrase, display_explained, phrase};

/// The viewer sent what cannot be understood, or what its rights do not cover: the session has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A message of a type that is not known, so that its end cannot be found.
    UnknownMessage {
        /// Its first byte.
        number: u8,
    },
    /// A message of QEMU (type 255) of a kind that is not known.
    UnknownQemuMessage {
        /// Its second byte.
        subtype: u8,
        /// The operation where it is an audio message, else 0.
        operation: u16,
    },
    /// A message that is longer than any honest one.
    TooLong {
        /// The message's name.
        message: &'static str,
        /// What is counted: bytes or encodings.
        unit: Unit,
        /// How many there would be.
        length: u32,
        /// How many there may be.
        limit: u32,
    },
    /// A message that a viewer with these rights never has a reason to send.
    NotAllowed {
        /// The message's name.
        message: &'static str,
    },
    /// Pixels of a size that RFB does not have.
    PixelFormat {
        /// How many bits a pixel should have had.
        bits: u8,
    },
}

/// What the length of a message counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of a text or a payload.
    Bytes,
    /// Entries of a list of encodings.
    Encodings,
}

impl Explain for ClientError {
    fn cause(&self) -> Phrase {
        match *self {
            Self::UnknownMessage { number } => phrase!("viewer-unknown-message", number = number),
            Self::UnknownQemuMessage { subtype, operation } => {
                phrase!("viewer-unknown-qemu", subtype = subtype, operation = operation)
            }
            Self::TooLong {
                message,
                unit: Unit::Bytes,
                length,
                limit,
            } => phrase!(
                "viewer-too-many-bytes",
                message = message,
                length = length,
                limit = limit
            ),
            Self::TooLong {
                message,
                unit: Unit::Encodings,
                length,
                limit,
            } => phrase!(
                "viewer-too-many-encodings",
                message = message,
                length = length,
                limit = limit
            ),
            Self::NotAllowed { message } => phrase!("viewer-not-allowed", message = message),
            Self::PixelFormat { bits } => phrase!("viewer-pixel-format", bits = bits),
        }
    }
}

display_explained!(ClientError);
