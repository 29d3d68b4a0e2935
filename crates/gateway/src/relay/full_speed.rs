//! Threads for sessions at full speed.
//!
//! Whoever moves bytes without pause uses up what the system gives a thread of processor time, and whatever else that
//! thread has to do is kept waiting for milliseconds. So a session at full speed goes on elsewhere until it calms down,
//! and the small updates of all others find rested threads.
//!
//! Measured by `npm run bench` beside the same program without it (two cores, 23 November 2026; `docs/performance.md`): the p99
//! of a small update beside bulk was 2.5 ms, and is 0.15 to 0.7 ms. Where a session's sockets stayed with the runtime that
//! they came from, it was 1.1 ms: so sockets move, too.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    thread,
    time::Duration,
};

use tokio::{
    runtime::{self, Handle},
    task::JoinSet,
    time::{Instant, sleep},
};

/// A session that moves so much, in bytes …
const MUCH: u64 = 32 << 20;
/// … in so little time is at full speed …
const SOON: Duration = Duration::from_millis(500);
/// … until it moves less in so long.
const CALM: Duration = Duration::from_secs(1);

/// On the heap, for it moves.
pub(crate) type Session<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs `session` to its end, here or, while it is at full speed, elsewhere. `moved` tells how many bytes it has moved.
pub(crate) async fn apart<T: Send + 'static>(
    mut session: Session<T>,
    moved: impl Fn() -> u64 + Send + Sync + 'static,
) -> T {
    let moved = Arc::new(moved);
    loop {
        if let Some(end) = until_fast(&mut session, &*moved).await {
            return end;
        }
        let Some(place) = SessionPlace::take() else {
            return session.await;
        };
        let moved = Arc::clone(&moved);
        let there = async move {
            let end = until_calm(&mut session, &*moved).await;
            (session, end)
        };
        // A set of one: unlike a task alone, it ends with whoever drops it.
        let mut elsewhere = JoinSet::new();
        elsewhere.spawn_on(there, &place.thread.runtime);
        match elsewhere.join_next().await {
            Some(Ok((_, Some(end)))) => return end,
            Some(Ok((calm, None))) => session = calm,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Those runtimes end with the process.
            _ => return std::future::pending().await,
        }
    }
}

/// `None`: the session is at full speed.
async fn until_fast<T>(session: &mut Session<T>, moved: &impl Fn() -> u64) -> Option<T> {
    let mut since = (moved(), Instant::now());
    poll_fn(|cx| {
        if let Poll::Ready(end) = session.as_mut().poll(cx) {
            return Poll::Ready(Some(end));
        }
        if moved() - since.0 < MUCH {
            return Poll::Pending;
        }
        let before = std::mem::replace(&mut since, (moved(), Instant::now()));
        if since.1 - before.1 > SOON {
            return Poll::Pending;
        }
        Poll::Ready(None)
    })
    .await
}

/// `None`: the session has calmed down.
async fn until_calm<T>(session: &mut Session<T>, moved: &impl Fn() -> u64) -> Option<T> {
    let calm = async {
        let mut before = moved();
        loop {
            sleep(CALM).await;
            let now = moved();
            if now - before < MUCH {
                return;
            }
            before = now;
        }
    };
    tokio::select! {
        end = session => Some(end),
        () = calm => None,
    }
}

/// A thread that is there for nothing else. It sleeps while no session is at full speed.
struct Thread {
    runtime: Handle,
    sessions: AtomicUsize,
}

/// As many as there are processors, once the first is needed.
static THREADS: OnceLock<Vec<Thread>> = OnceLock::new();

/// A session's place on a thread; dropping it leaves.
struct SessionPlace {
    thread: &'static Thread,
}

impl SessionPlace {
    /// On the thread with the fewest. `None`: the system gives us no thread.
    fn take() -> Option<Self> {
        let threads = THREADS.get_or_init(|| {
            let most = thread::available_parallelism().map_or(1, usize::from);
            (0..most).filter_map(|_| Thread::start()).collect()
        });
        let thread = threads
            .iter()
            .min_by_key(|thread| thread.sessions.load(Ordering::Relaxed))?;
        thread.sessions.fetch_add(1, Ordering::Relaxed);
        Some(Self { thread })
    }
}

impl Drop for SessionPlace {
    fn drop(&mut self) {
        self.thread.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Thread {
    fn start() -> Option<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let handle = runtime.handle().clone();
        let serve = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new()
            .name("full-speed".into())
            .spawn(serve)
            .ok()?;
        Some(Self {
            runtime: handle,
            sessions: AtomicUsize::new(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use tokio::sync::mpsc;

    use super::*;

    fn here() -> runtime::Id {
        Handle::current().id()
    }

    #[tokio::test]
    async fn a_session_ends_with_whoever_drops_it_wherever_it_is() {
        let (bytes, home) = (Arc::new(AtomicU64::new(0)), here());
        let (say, mut heard) = mpsc::channel(1);
        let moved = Arc::clone(&bytes);
        // Never calm, so that it does not come back by itself.
        let session = async move {
            loop {
                bytes.fetch_add(MUCH, Ordering::Relaxed);
                if here() != home {
                    let _ = say.try_send("there");
                }
                tokio::task::yield_now().await;
            }
        };
        let apart = tokio::spawn(apart(Box::pin(session), move || moved.load(Ordering::Relaxed)));
        assert_eq!(heard.recv().await, Some("there"));
        apart.abort();
        let silence = async { while heard.recv().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(10), silence)
            .await
            .expect("it goes on, though nobody wants it");
    }

    #[tokio::test]
    async fn a_session_leaves_at_full_speed_comes_back_when_calm_and_ends_in_either_place() {
        for ends_at_full_speed in [true, false] {
            let (bytes, home) = (Arc::new(AtomicU64::new(0)), here());
            let (say, mut heard) = mpsc::unbounded_channel();
            let moved = Arc::clone(&bytes);
            let session = async move {
                let is_home = || here() == home;
                bytes.fetch_add(MUCH - 1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                say.send(("little", is_home())).unwrap();
                while is_home() {
                    bytes.fetch_add(MUCH, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
                say.send(("much", is_home())).unwrap();
                while !ends_at_full_speed && !is_home() {
                    tokio::task::yield_now().await;
                }
                say.send(("over", is_home())).unwrap();
                "end"
            };
            let end = apart(Box::pin(session), move || moved.load(Ordering::Relaxed)).await;
            assert_eq!(end, "end");
            let mut all = Vec::new();
            while let Some(said) = heard.recv().await {
                all.push(said);
            }
            assert_eq!(
                all,
                [("little", true), ("much", false), ("over", !ends_at_full_speed)]
            );
        }
    }
}
