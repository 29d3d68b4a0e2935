//! What is under way to a viewer: one frame, and how far it is written.

use std::{io, ops::Range};

use crate::{
    platform::splice::Pipe,
    relay::{
        buffers::Buffer,
        viewer::{LONGEST_HEADER, put_header},
    },
    transport::socket::Socket,
};

/// Room that is left before the bytes that are read into a buffer, for their header.
pub(crate) const HEADER_ROOM: usize = LONGEST_HEADER;

/// A frame under way to the viewer.
pub(crate) enum Outgoing {
    /// There is none.
    Nothing,
    /// Header and payload in one piece.
    Copied(Buffer, Range<usize>),
    /// A header before payload that stands in a pipe.
    Spliced {
        /// The header stands at its end.
        room: [u8; HEADER_ROOM],
        /// What of `room` is written, or was never used.
        done: usize,
        payload: Pipe,
    },
    /// A whole frame, and how much of it is written.
    Whole(Vec<u8>, usize),
}

impl Outgoing {
    /// A binary message of the `len` bytes that stand in `buffer` behind [`HEADER_ROOM`].
    pub(crate) fn copied(mut buffer: Buffer, len: usize) -> Self {
        let start = HEADER_ROOM - put_header(&mut buffer[..HEADER_ROOM], len);
        Self::Copied(buffer, start..HEADER_ROOM + len)
    }

    /// A binary message of the bytes in `payload`.
    pub(crate) fn spliced(payload: Pipe) -> Self {
        let mut room = [0; HEADER_ROOM];
        let done = HEADER_ROOM - put_header(&mut room, payload.filled());
        Self::Spliced { room, done, payload }
    }

    /// Writes what `socket` has room for.
    ///
    /// # Errors
    /// `WouldBlock` when it has none; else the viewer is gone.
    pub(crate) fn write(&mut self, socket: &impl Socket) -> io::Result<()> {
        match self {
            Self::Nothing => return Ok(()),
            Self::Copied(buffer, rest) => rest.start += socket.try_write(&buffer[rest.clone()])?,
            // Payload follows at once: it leaves together with its header.
            Self::Spliced { room, done, .. } if *done < HEADER_ROOM => {
                *done += socket.try_write_more(&room[*done..])?;
            }
            Self::Spliced { payload, .. } => {
                socket.try_drain(payload)?;
            }
            Self::Whole(bytes, done) => *done += socket.try_write(&bytes[*done..])?,
        }
        if self.is_written() {
            *self = Self::Nothing;
        }
        Ok(())
    }

    fn is_written(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Copied(_, rest) => rest.is_empty(),
            Self::Spliced { done, payload, .. } => *done == HEADER_ROOM && payload.filled() == 0,
            Self::Whole(bytes, done) => *done == bytes.len(),
        }
    }
}
