//! How many descriptors are taken, and how many there may be.

pub(crate) use system::{Descriptor, Usage, allow_many, usage_behind, usage_now};

#[cfg(unix)]
mod system {
    use std::{
        io,
        os::fd::{AsFd, AsRawFd, BorrowedFd},
    };

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use socket2::{Domain, Socket, Type};

    use crate::transport::socket::ServerStream;

    /// What has a number.
    pub(crate) use std::os::fd::AsFd as Descriptor;

    /// Descriptors that are taken, and the most that there may be.
    pub(crate) struct Usage {
        pub taken: u64,
        pub limit: u64,
    }

    /// Raises the limit of open files to the hard one, unless that is refused.
    pub(crate) fn allow_many() {
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            ..limit
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }

    /// Before the next descriptor; `None`: there is no limit. It fails where no more are left.
    pub(crate) fn usage_now() -> io::Result<Option<Usage>> {
        Socket::new(Domain::UNIX, Type::STREAM, None).map(|next| usage_behind(&next))
    }

    /// Before a descriptor that is new, and so has the lowest number that was free; `None`: there is no limit.
    pub(crate) fn usage_behind(new: &impl Descriptor) -> Option<Usage> {
        let number = new.as_fd().as_raw_fd();
        getrlimit(Resource::Nofile).current.map(|limit| Usage {
            taken: u64::try_from(number).unwrap_or_default(),
            limit,
        })
    }

    impl AsFd for ServerStream {
        fn as_fd(&self) -> BorrowedFd<'_> {
            match self {
                Self::Tcp(stream) => stream.as_fd(),
                Self::Unix(stream) => stream.as_fd(),
            }
        }
    }
}

/// There they are not numbered.
#[cfg(not(unix))]
mod system {
    use std::io;

    pub(crate) trait Descriptor {}

    impl<T> Descriptor for T {}

    pub(crate) struct Usage {
        pub taken: u64,
        pub limit: u64,
    }

    pub(crate) fn allow_many() {}

    pub(crate) fn usage_now() -> io::Result<Option<Usage>> {
        Ok(None)
    }

    pub(crate) fn usage_behind(_: &impl Descriptor) -> Option<Usage> {
        None
    }
}
