//! The session in which a display's pictures are taken.

use std::{sync::Arc, time::Duration};

use porthole_gateway::{Monitor, MonitorError};
use tokio::time::{Instant, sleep};

use super::{ThumbnailSource, ThumbnailStore, png::encode};
use crate::platform::blocking::blocking;

/// The largest picture, in pixels: twice as large as the window shows it, for screens with small pixels.
pub(super) const MAX_THUMBNAIL_SIZE: (u16, u16) = (256, 160);

/// The time between two pictures of a display, if it is small.
const THUMBNAIL_INTERVAL: Duration = Duration::from_secs(2);

/// So many bytes a second are taken of a display in the long run.
const MAX_BYTES_PER_SECOND: u64 = 1 << 20;

/// The longest time between two pictures.
const MAX_THUMBNAIL_INTERVAL: Duration = Duration::from_secs(30);

/// How long a display has its seat where not all have one.
const TURN_TIME: Duration = Duration::from_secs(10);

/// How long a display is left alone after a session that failed; twice as long after each further one.
const FIRST_RETRY_PAUSE: Duration = Duration::from_secs(2);
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(60);

/// Takes pictures of a display, until this is dropped or the server refuses us. To try again by itself after a refusal
/// could lock the display.
pub(super) async fn take(gallery: Arc<ThumbnailStore>, name: String, subject: ThumbnailSource) {
    let mut pause = FIRST_RETRY_PAUSE;
    loop {
        let began = Instant::now();
        let ended = {
            let Ok(_seat) = gallery.permits.acquire().await else {
                return;
            };
            attend(&gallery, &name, &subject).await
        };
        gallery.take_leave(&name, &subject, ended == Err(MonitorError::Closed));
        let Err(error) = ended else {
            continue;
        };
        tracing::debug!(display = %name, %error, "no picture");
        if error.is_refusal() {
            return;
        }
        if began.elapsed() > MAX_RETRY_PAUSE {
            pause = FIRST_RETRY_PAUSE;
        }
        sleep(pause).await;
        pause = MAX_RETRY_PAUSE.min(2 * pause);
    }
}

/// One session, until it fails or its turn is over.
async fn attend(gallery: &ThumbnailStore, name: &str, subject: &ThumbnailSource) -> Result<(), MonitorError> {
    let mut onlooker =
        Monitor::connect(&subject.target, subject.password.as_ref(), MAX_THUMBNAIL_SIZE).await?;
    let mut turn = std::pin::pin!(over(gallery));
    loop {
        let before = onlooker.received();
        let picture = tokio::select! {
            looked = onlooker.look() => looked?.map(|picture| (picture.size(), picture.rgb())),
            () = &mut turn => return Ok(()),
        };
        if let Some((size, rgb)) = picture {
            match blocking(move || encode(size, &rgb)).await {
                Ok(png) => gallery.hang(name, subject, png),
                Err(error) => tracing::error!(%error, "a picture could not be written"),
            }
        }
        sleep(rest(onlooker.received() - before)).await;
    }
}

/// The end of a display's turn, if others wait for theirs.
async fn over(gallery: &ThumbnailStore) {
    loop {
        sleep(TURN_TIME).await;
        if gallery.is_crowded() {
            return;
        }
    }
}

/// How long to leave a display alone that has sent so many bytes.
fn rest(bytes: u64) -> Duration {
    Duration::from_millis(bytes * 1000 / MAX_BYTES_PER_SECOND)
        .clamp(THUMBNAIL_INTERVAL, MAX_THUMBNAIL_INTERVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_is_left_alone_the_longer_the_more_it_has_sent() {
        for (bytes, seconds) in [
            (0, 2),
            (1000, 2),
            (4 << 20, 4),
            (8 << 20, 8),
            (u64::from(u32::MAX), 30),
        ] {
            assert_eq!(rest(bytes), Duration::from_secs(seconds), "{bytes}");
        }
    }
}
