/// The viewer sent what cannot be understood, or what its rights do not cover: the session has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A message of a type that is not known, so that its end cannot be found.
    #[error("the viewer sent a message of unknown type {number}")]
    UnknownMessage {
        /// Its first byte.
        number: u8,
    },
    /// A message of QEMU (type 255) of a kind that is not known.
    #[error("the viewer sent an unknown QEMU message {subtype}, operation {operation}")]
    UnknownQemuMessage {
        /// Its second byte.
        subtype: u8,
        /// The operation where it is an audio message, else 0.
        operation: u16,
    },
    /// A message that is longer than any honest one.
    #[error("the viewer sent {length} {unit} in {message}; at most {limit} are taken")]
    TooLong {
        /// The message's name.
        message: &'static str,
        /// What is counted.
        unit: &'static str,
        /// How many there would be.
        length: u32,
        /// How many there may be.
        limit: u32,
    },
    /// A message that a viewer with these rights never has a reason to send.
    #[error("the viewer sent {message}, which is not allowed")]
    NotAllowed {
        /// The message's name.
        message: &'static str,
    },
    /// Pixels of a size that RFB does not have.
    #[error("the viewer asked for {bits} bits per pixel; there are 8, 16 and 32")]
    PixelFormat {
        /// How many bits a pixel should have had.
        bits: u8,
    },
}
