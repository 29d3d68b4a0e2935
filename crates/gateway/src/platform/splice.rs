//! Bytes that pass from socket to socket without being copied (Linux's splice).

pub(crate) use system::Pipe;

#[cfg(target_os = "linux")]
mod system {
    use std::{
        io,
        os::fd::{AsFd, OwnedFd},
        sync::{Mutex, PoisonError},
    };

    use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

    use crate::{
        relay::buffers::LARGE,
        transport::descriptors::{DescriptorClass, room_behind},
    };

    /// Pipes that wait for their next use, all of them empty.
    static FREE: Mutex<Vec<Ends>> = Mutex::new(Vec::new());
    const MOST_FREE: usize = 8;

    struct Ends {
        read: OwnedFd,
        write: OwnedFd,
    }

    /// A borrowed pipe, through which bytes pass; dropping it gives it back. At most [`LARGE`] bytes are in it.
    pub(crate) struct Pipe {
        /// `None` only while it is dropped.
        ends: Option<Ends>,
        filled: usize,
    }

    impl Pipe {
        /// An empty pipe; `None` where the system has none left to spare.
        pub(crate) fn borrow() -> Option<Self> {
            let waiting = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let ends = waiting.or_else(|| {
                let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
                // Copying is slower, and needs none.
                if room_behind(&write) != DescriptorClass::Plenty {
                    return None;
                }
                // Where it stays smaller, less passes at once.
                let _ = fcntl_setpipe_size(&write, LARGE);
                Some(Ends { read, write })
            });
            Some(Self {
                ends: Some(ends?),
                filled: 0,
            })
        }

        /// Takes in what `socket` has; 0 is its end. Call it only while the pipe is empty: a full one would look like a
        /// socket that has nothing.
        pub(crate) fn fill(&mut self, socket: &impl AsFd) -> io::Result<usize> {
            let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
            let moved = match &self.ends {
                Some(ends) => splice(socket, None, &ends.write, None, LARGE, flags)?,
                None => 0,
            };
            self.filled += moved;
            Ok(moved)
        }

        /// Gives `socket` what it takes.
        pub(crate) fn drain(&mut self, socket: &impl AsFd) -> io::Result<usize> {
            let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
            let moved = match &self.ends {
                Some(ends) => splice(&ends.read, None, socket, None, self.filled, flags)?,
                None => 0,
            };
            self.filled -= moved;
            Ok(moved)
        }

        /// How many bytes are in it.
        pub(crate) fn filled(&self) -> usize {
            self.filled
        }
    }

    impl Drop for Pipe {
        fn drop(&mut self) {
            let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
            // What a session left in it when it was cut is nobody else's to see.
            if self.filled == 0 && free.len() < MOST_FREE {
                free.extend(self.ends.take());
            }
        }
    }
}

/// Elsewhere bytes are copied.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    /// There is none.
    pub(crate) enum Pipe {}

    impl Pipe {
        pub(crate) fn borrow() -> Option<Self> {
            None
        }

        pub(crate) fn fill<S>(&mut self, _: &S) -> io::Result<usize> {
            match *self {}
        }

        pub(crate) fn drain<S>(&mut self, _: &S) -> io::Result<usize> {
            match *self {}
        }

        pub(crate) fn filled(&self) -> usize {
            match *self {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{
        io::{Read, Write},
        os::unix::net::UnixStream,
    };

    use super::Pipe;

    #[test]
    fn bytes_pass_and_what_is_left_in_a_pipe_is_nobody_elses() {
        let (mut server, from) = UnixStream::pair().unwrap();
        let (to, mut viewer) = UnixStream::pair().unwrap();
        server.write_all(b"one viewer's screen").unwrap();
        let mut cut = Pipe::borrow().unwrap();
        assert_eq!(cut.fill(&from).unwrap(), 19);
        drop(cut);

        server.write_all(b"another's").unwrap();
        let mut pipe = Pipe::borrow().unwrap();
        assert_eq!(
            (pipe.filled(), pipe.fill(&from).unwrap(), pipe.filled()),
            (0, 9, 9)
        );
        assert_eq!((pipe.drain(&to).unwrap(), pipe.filled()), (9, 0));
        drop((pipe, to));
        let mut seen = String::new();
        viewer.read_to_string(&mut seen).unwrap();
        assert_eq!(seen, "another's");
    }
}
