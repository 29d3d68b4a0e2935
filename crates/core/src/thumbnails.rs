//! Live pictures of displays, taken while somebody looks at the window.
//!
//! Each is taken in a view-only session of its own, which is in no list and no history and keeps no display running. It
//! is held open while the window is seen: to log in for each picture would cost the server more than the picture does,
//! and fill its log.

mod png;
mod task;
mod thumbnail_view;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use porthole_gateway::{Password, Target};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinHandle,
};

pub use thumbnail_view::ThumbnailView;

/// So many sessions at once. Where there are more displays, they take turns.
const MAX_SESSIONS: usize = 16;

/// Live pictures of displays, by the displays' ids. Cheap to clone; every clone is the same.
#[derive(Clone, Default)]
pub struct Thumbnails(Arc<ThumbnailStore>);

struct ThumbnailStore {
    frames: Mutex<HashMap<String, Frame>>,
    /// Counts all that is to be seen otherwise than before; also what pictures are numbered by.
    changes: watch::Sender<u64>,
    permits: Semaphore,
}

/// What a picture is taken of.
#[derive(Clone, Debug)]
pub(crate) struct ThumbnailSource {
    /// Where its VNC server listens.
    pub target: Target,
    /// What it asks for.
    pub password: Option<Password>,
    /// Whether somebody is connected to it.
    pub watched: bool,
}

/// A display's place in the gallery.
struct Frame {
    subject: ThumbnailSource,
    /// What takes its picture, while somebody looks.
    taking: Option<ThumbnailTask>,
    picture: Option<Picture>,
    /// The picture is that of a session that lasts.
    live: bool,
    /// The server has ended a session, and no picture came since.
    sent_away: bool,
}

/// A picture as it is sent to the window.
struct Picture {
    number: u64,
    png: Arc<[u8]>,
}

/// A session; it ends when this is dropped.
struct ThumbnailTask(JoinHandle<()>);

impl Drop for ThumbnailTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Default for ThumbnailStore {
    fn default() -> Self {
        Self {
            frames: Mutex::default(),
            changes: watch::Sender::default(),
            permits: Semaphore::new(MAX_SESSIONS),
        }
    }
}

impl Thumbnails {
    /// A display's last picture, as a PNG of at most [256 × 160](task::MAX_THUMBNAIL_SIZE) pixels.
    pub fn png(&self, display: &str) -> Option<Arc<[u8]>> {
        let frames = self.0.frames();
        let picture = frames.get(display)?.picture.as_ref()?;
        Some(Arc::clone(&picture.png))
    }

    /// What is to be known of a display's picture.
    pub(crate) fn view(&self, display: &str) -> Option<ThumbnailView> {
        let frames = self.0.frames();
        let frame = frames.get(display)?;
        frame.picture.as_ref().map(|picture| ThumbnailView {
            number: picture.number,
            live: frame.is_live(),
        })
    }

    /// Changes whenever a picture does.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Takes pictures of these displays while `looked_at`, and forgets those of others. What was taken stays to be seen.
    pub(crate) fn take_of(&self, subjects: HashMap<String, ThumbnailSource>, looked_at: bool) {
        let mut frames = self.0.frames();
        let mut news = false;
        frames.retain(|name, frame| {
            let stays = subjects.get(name).is_some_and(|now| now.is_at(&frame.subject));
            news |= !stays && frame.picture.is_some();
            stays
        });
        for (name, subject) in subjects {
            let frame = frames.entry(name.clone()).or_insert_with(|| Frame::of(&subject));
            // A server that has sent us away may have room for one viewer: the others come first.
            let take = looked_at && !(frame.sent_away && subject.watched);
            if take == frame.taking.is_some() {
                continue;
            }
            news |= frame.is_live();
            frame.live = false;
            frame.taking = take.then(|| {
                let taking = task::take(Arc::clone(&self.0), name, subject);
                ThumbnailTask(tokio::spawn(taking))
            });
        }
        drop(frames);
        if news {
            self.0.changed();
        }
    }
}

impl ThumbnailSource {
    /// Whether this is the same server, and called in the same way.
    fn is_at(&self, other: &Self) -> bool {
        self.target == other.target && self.password == other.password
    }
}

impl Frame {
    fn of(subject: &ThumbnailSource) -> Self {
        Self {
            subject: subject.clone(),
            taking: None,
            picture: None,
            live: false,
            sent_away: false,
        }
    }

    fn is_live(&self) -> bool {
        self.live && self.taking.is_some()
    }
}

impl ThumbnailStore {
    /// Hangs up what was taken of `subject`, unless something else is called so by now.
    fn hang(&self, display: &str, subject: &ThumbnailSource, png: Vec<u8>) {
        self.update(display, subject, |frame, number| {
            let same = |picture: &Picture| *picture.png == *png;
            let news = !frame.picture.as_ref().is_some_and(same);
            if news {
                frame.picture = Some(Picture {
                    number,
                    png: png.into(),
                });
            }
            frame.sent_away = false;
            !std::mem::replace(&mut frame.live, true) || news
        });
    }

    /// The session is over; `sent_away`: the server has ended it.
    fn take_leave(&self, display: &str, subject: &ThumbnailSource, sent_away: bool) {
        self.update(display, subject, |frame, _| {
            frame.sent_away |= sent_away;
            std::mem::take(&mut frame.live)
        });
    }

    /// Changes a frame, which tells whether that is to be seen.
    fn update(&self, display: &str, subject: &ThumbnailSource, change: impl FnOnce(&mut Frame, u64) -> bool) {
        let mut frames = self.frames();
        // What ends a session may be slower than what comes in its place.
        let frame = frames
            .get_mut(display)
            .filter(|frame| frame.subject.is_at(subject));
        let number = *self.changes.borrow() + 1;
        let news = frame.is_some_and(|frame| change(frame, number));
        drop(frames);
        if news {
            self.changed();
        }
    }

    /// Whether there are more displays than sessions at once, so that they have to take turns.
    fn is_crowded(&self) -> bool {
        self.frames().len() > MAX_SESSIONS
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn frames(&self) -> MutexGuard<'_, HashMap<String, Frame>> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
