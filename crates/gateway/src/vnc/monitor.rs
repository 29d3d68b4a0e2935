//! The gateway itself as a viewer, for the small pictures of displays in the program's window.

use std::{future::poll_fn, time::Duration};

use porthole_phrase::{Explain, Phrase, display_explained, phrase};
use porthole_rfb::{
    ClientReader, Password, Picture, PictureReader, Rights, ServerInit, ServerInitInfo, UpdateError,
};
use tokio::time::{Instant, timeout_at};

use crate::{
    Target, TargetError,
    transport::{
        descriptors::{DescriptorClass, room_behind},
        socket::{ServerStream, Socket},
    },
    vnc::log_in::{Server, write},
};

/// How long a server may take for what it has begun to say, and for a picture that it owes at once.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a server on whose screen nothing changes may be silent before it has to show that it is still there.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// What it is asked for then: one pixel, whether it has changed or not (FramebufferUpdateRequest, RFC 6143 §7.5.3).
const ONE_PIXEL: [u8; 10] = [3, 0, 0, 0, 0, 0, 0, 1, 0, 1];

/// What a server may send for one picture besides pixels, in bytes.
const MAX_OTHER_BYTES: u64 = 1 << 20;

/// So much is read at once, in bytes.
const READ_BYTES: usize = 32 << 10;

/// Looks at a VNC server's screen, and makes small pictures of it.
///
/// It is a view-only session that nobody else is told of: it stands in no list and no history, and what it sends passes
/// the same reader as what a visitor sends who may only look. It asks for pixels, never for a text of the clipboard, and
/// shares the screen with whoever looks at it already.
pub struct Monitor {
    stream: ServerStream,
    gate: ClientReader,
    reader: PictureReader,
    asked: Instant,
    received: u64,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MonitorError {
    /// No session could begin.
    Target(#[from] TargetError),
    /// What the server sent makes none.
    Update(#[from] UpdateError),
    /// It ended the session.
    Closed,
    /// It owes something since [`ANSWER_TIMEOUT`].
    TooSlow,
    /// It sent more than four times its screen.
    TooMuch,
    /// The descriptors that are left are for visitors.
    NoRoom,
}

impl Explain for MonitorError {
    fn cause(&self) -> Phrase {
        match self {
            Self::Target(error) => error.cause(),
            Self::Update(error) => error.cause(),
            Self::Closed => phrase!("picture-closed"),
            Self::TooSlow => phrase!("picture-slow", seconds = ANSWER_TIMEOUT.as_secs()),
            Self::TooMuch => phrase!("picture-too-much"),
            Self::NoRoom => phrase!("picture-no-room"),
        }
    }
}

display_explained!(MonitorError);

impl MonitorError {
    /// Whether the server does not want this session: trying again by itself could lock the display.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Target(error) if error.is_refusal())
    }
}

impl Monitor {
    /// Begins a session with `target`, for pictures no larger than `most`, its width and height in pixels. One that is
    /// started on demand is not: it cannot be reached.
    ///
    /// # Errors
    /// Why none could begin.
    pub async fn connect(
        target: &Target,
        password: Option<&Password>,
        most: (u16, u16),
    ) -> Result<Self, MonitorError> {
        let stream = target.connect().await?;
        if room_behind(&stream) != DescriptorClass::Plenty {
            return Err(MonitorError::NoRoom);
        }
        let server = Server::log_in(&stream, password).await?;
        let screen = server.initialise(Rights::View).await?;
        let (ServerInitInfo { width, height, .. }, behind) = split(&screen.said)?;
        let mut onlooker = Self {
            stream,
            gate: ClientReader::new(Rights::View).with_extended_clipboard(screen.extended_clipboard),
            reader: PictureReader::new((width, height), most)?,
            asked: Instant::now(),
            received: 0,
        };
        onlooker.reader.read(behind)?;
        onlooker.send(&PictureReader::BEGINNING).await?;
        Ok(onlooker)
    }

    /// Looks at the screen: the first time at once, and then as soon as something on it has changed, or after half a
    /// minute, so that a server which does not answer any more is found. `None`: its size has
    /// changed, and it has to be looked at once more. If this is dropped before it is done, drop the onlooker, too.
    ///
    /// # Errors
    /// Why there will be no picture from this session any more.
    pub async fn look(&mut self) -> Result<Option<&Picture>, MonitorError> {
        let owed = self.reader.picture().is_none();
        let before = std::mem::replace(&mut self.asked, Instant::now());
        self.gate.elapse(before.elapsed());
        let request = self.reader.request();
        self.send(&request).await?;
        self.update(owed).await?;
        Ok(self.reader.picture())
    }

    /// How many bytes the server has sent since the session began.
    pub fn received(&self) -> u64 {
        self.received
    }

    async fn send(&mut self, message: &[u8]) -> Result<(), MonitorError> {
        let mut passed = Vec::new();
        // What it does not understand, it does not let pass: nothing of ours.
        let _ = self.gate.read(message, &mut passed);
        let written = timeout_at(Instant::now() + ANSWER_TIMEOUT, write(&self.stream, &passed)).await;
        written
            .map_err(|_| MonitorError::TooSlow)?
            .ok_or(MonitorError::Closed)
    }

    /// Reads to the end of an update. While nothing changes, one that is not `owed` comes when it is asked for once more.
    async fn update(&mut self, mut owed: bool) -> Result<(), MonitorError> {
        let end = self.received + MAX_OTHER_BYTES + 4 * self.reader.screen_bytes();
        let patience = Instant::now() + SILENCE_LIMIT;
        let mut deadline = owed.then(|| Instant::now() + ANSWER_TIMEOUT);
        loop {
            match self.readable(deadline.unwrap_or(patience)).await {
                Err(MonitorError::TooSlow) if deadline.is_none() => {
                    self.send(&ONE_PIXEL).await?;
                    owed = true;
                    deadline = Some(Instant::now() + ANSWER_TIMEOUT);
                    continue;
                }
                ready => ready?,
            }
            let mut piece = vec![0; READ_BYTES];
            let read = match self.stream.try_read(&mut piece) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Ok(0) | Err(_) => return Err(MonitorError::Closed),
                Ok(read) => read,
            };
            self.received += read as u64;
            if self.reader.read(&piece[..read])? {
                return Ok(());
            }
            if self.received > end {
                return Err(MonitorError::TooMuch);
            }
            if owed || !self.reader.is_between_messages() {
                deadline.get_or_insert_with(|| Instant::now() + ANSWER_TIMEOUT);
            } else {
                deadline = None;
            }
        }
    }

    async fn readable(&self, deadline: Instant) -> Result<(), MonitorError> {
        let readable = poll_fn(|cx| self.stream.poll_read_ready(cx));
        let ready = timeout_at(deadline, readable).await;
        ready
            .map_err(|_| MonitorError::TooSlow)?
            .map_err(|_| MonitorError::Closed)
    }
}

/// ServerInit, and what came behind it.
fn split(said: &[u8]) -> Result<(ServerInitInfo, &[u8]), MonitorError> {
    let mut init = ServerInit::new();
    let read = init
        .advance(said)
        .map_err(|error| MonitorError::Target(TargetError::Refused(error)))?;
    let (length, info) = read.ok_or(MonitorError::Closed)?;
    Ok((info, &said[length..]))
}
