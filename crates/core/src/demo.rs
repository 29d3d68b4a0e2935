//! The display that is built in, so that everything can be tried with nothing else installed.

mod canvas;
mod scene;

use std::{
    fmt, io,
    net::Ipv4Addr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

use porthole_gateway::Dial;
use rustvncserver::{Framebuffer, VncServer, server::ServerEvent};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::{Mutex as AsyncMutex, Semaphore, mpsc::UnboundedReceiver},
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

use scene::{HEIGHT, Painter, Scene, WIDTH};

/// The time between two pictures.
const FRAME_INTERVAL: Duration = Duration::from_millis(90);

/// A connection is there at once, or something is very wrong.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a viewer may take for the RFB handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// So many viewers at once; each has a thread.
const MAX_VIEWERS: usize = 32;

/// A small VNC server in this process. All its viewers see the same picture, and what the others do.
///
/// Nobody but the gateway can connect: for each connection a loopback port is opened, called once from inside, and
/// closed. While nobody looks, nothing is drawn, and no screen is kept.
pub(crate) struct Demo {
    stage: Arc<Stage>,
    viewers: Arc<Semaphore>,
}

/// What all viewers of a demo share.
#[derive(Default)]
struct Stage {
    scene: Mutex<Scene>,
    /// Exists as long as somebody looks at it.
    screen: Mutex<Weak<Screen>>,
}

/// The screen that all viewers of a demo see: painted once for all of them, and in memory once. A framebuffer and a painter
/// for each viewer took 9 MiB, and the allocator kept much of it after short visits.
struct Screen {
    framebuffer: Framebuffer,
    painting: AsyncMutex<Painting>,
}

struct Painting {
    painter: Painter,
    /// When the last frame was painted.
    painted: Option<Instant>,
}

impl Demo {
    pub fn new() -> Self {
        Self {
            stage: Arc::default(),
            viewers: Arc::new(Semaphore::new(MAX_VIEWERS)),
        }
    }
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Demo")
    }
}

impl Dial for Demo {
    fn dial(&self) -> Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + '_>> {
        Box::pin(async {
            let viewer = Arc::clone(&self.viewers)
                .try_acquire_owned()
                .map_err(|_| io::ErrorKind::ResourceBusy)?;
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = listener.local_addr()?.port();
            let stage = Arc::clone(&self.stage);
            thread::Builder::new().name("demo viewer".into()).spawn(move || {
                serve(port, &stage);
                drop(viewer);
            })?;
            let (stream, _) = timeout(DIAL_TIMEOUT, listener.accept()).await??;
            Ok(stream)
        })
    }
}

/// Calls `port`, and serves whoever answers until they leave.
///
/// The server's tasks outlive a connection that breaks off. So each viewer has a server and a runtime of its own, with
/// which all of that ends; and what it costs to encode pictures does not hold up the sessions of other displays.
fn serve(port: u16, stage: &Stage) {
    let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        let screen = stage.screen();
        screen.paint(&stage.scene).await;
        // The server allocates its own framebuffer, so it begins with a tiny one, which the shared one replaces.
        let (mut server, events) = VncServer::new(1, 1, "Demo".into(), None);
        *server.framebuffer_mut() = screen.framebuffer.clone();
        let begun = server.connect_reverse(Ipv4Addr::LOCALHOST.to_string(), port);
        // A viewer that leaves during the handshake was only looking whether somebody is there.
        if let Ok(Ok(_)) = timeout(HANDSHAKE_TIMEOUT, begun).await {
            attend(&server, events, &screen, &stage.scene).await;
        }
    });
}

async fn attend(
    server: &VncServer,
    mut events: UnboundedReceiver<ServerEvent>,
    screen: &Screen,
    scene: &Mutex<Scene>,
) {
    // Not at once: the server needs its first turn to begin with the viewer, see `gone`.
    let mut frames = interval_at(Instant::now() + FRAME_INTERVAL, FRAME_INTERVAL);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(ServerEvent::PointerMove { x, y, button_mask, .. }) => lock(scene).pointer(x, y, button_mask),
                Some(ServerEvent::KeyPress { down: true, key, .. }) => lock(scene).key(key),
                Some(ServerEvent::ClientDisconnected { .. }) | None => return,
                Some(_) => {}
            },
            _ = frames.tick() => {
                if gone(server) {
                    return;
                }
                screen.paint(scene).await;
            }
        }
    }
}

/// Whether the viewer is gone. The server tells so only if it left in good order; but as long as it attends to a viewer
/// it holds the viewer's lock.
fn gone(server: &VncServer) -> bool {
    server
        .clients_try_read()
        .is_ok_and(|clients| clients.iter().all(|client| client.try_read().is_ok()))
}

impl Stage {
    /// The screen that others look at, or a new one.
    fn screen(&self) -> Arc<Screen> {
        let mut kept = lock(&self.screen);
        kept.upgrade().unwrap_or_else(|| {
            let screen = Arc::new(Screen::new());
            *kept = Arc::downgrade(&screen);
            screen
        })
    }
}

impl Screen {
    fn new() -> Self {
        Self {
            framebuffer: Framebuffer::new(WIDTH, HEIGHT),
            painting: AsyncMutex::new(Painting {
                painter: Painter::new(),
                painted: None,
            }),
        }
    }

    /// Paints the next frame, unless it has just been painted for another viewer: each has a timer of its own.
    async fn paint(&self, scene: &Mutex<Scene>) {
        let mut painting = self.painting.lock().await;
        let now = Instant::now();
        if painting
            .painted
            .is_some_and(|painted| now - painted < FRAME_INTERVAL / 2)
        {
            return;
        }
        painting.painted = Some(now);
        let scene = lock(scene).now();
        // It fails for a picture of another size only.
        let _ = self
            .framebuffer
            .update_from_slice(painting.painter.paint(&scene))
            .await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use porthole_gateway::{Target, probe};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Connects as a viewer, up to the point where pictures may be asked for.
    async fn viewer(demo: &Demo) -> TcpStream {
        let mut stream = demo.dial().await.unwrap();
        let mut greeting = [0; 12];
        stream.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"RFB 003.008\n");
        stream.write_all(&greeting).await.unwrap();
        let mut security = [0; 2];
        stream.read_exact(&mut security).await.unwrap();
        assert_eq!(security, [1, 1], "no password");
        stream.write_all(&[1]).await.unwrap();
        let mut result = [0; 4];
        stream.read_exact(&mut result).await.unwrap();
        stream.write_all(&[1]).await.unwrap();
        let mut init = [0; 24 + 4];
        stream.read_exact(&mut init).await.unwrap();
        assert_eq!(init[..4], [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat());
        assert_eq!(&init[24..], b"Demo");
        stream
    }

    /// Asks for a picture, in raw encoding, which is what a viewer gets that names none.
    async fn ask(stream: &mut TcpStream) {
        let request = [
            &[3, 0, 0, 0, 0, 0][..],
            &WIDTH.to_be_bytes(),
            &HEIGHT.to_be_bytes(),
        ]
        .concat();
        stream.write_all(&request).await.unwrap();
    }

    /// Asks for a picture, and reads its first rectangle.
    async fn picture(stream: &mut TcpStream) -> Vec<u8> {
        ask(stream).await;
        let mut header = [0; 4 + 12];
        stream.read_exact(&mut header).await.unwrap();
        assert_eq!(
            (header[0], &header[12..]),
            (0, &[0, 0, 0, 0][..]),
            "an update, raw"
        );
        let size = |at: usize| usize::from(u16::from_be_bytes([header[at], header[at + 1]]));
        let mut pixels = vec![0; size(8) * size(10) * 4];
        stream.read_exact(&mut pixels).await.unwrap();
        pixels
    }

    /// Waits until all viewers' threads have ended.
    async fn nobody_left(demo: &Demo) {
        let all = demo.viewers.acquire_many(MAX_VIEWERS as u32);
        let _all = timeout(Duration::from_secs(20), all).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_viewer_sees_a_picture_that_moves() {
        let demo = Demo::new();
        let mut stream = viewer(&demo).await;
        let first = picture(&mut stream).await;
        assert_eq!(first.len(), usize::from(WIDTH) * usize::from(HEIGHT) * 4);
        assert_ne!(first, vec![0; first.len()]);
        assert_ne!(picture(&mut stream).await, first);
    }

    #[tokio::test]
    async fn nothing_is_left_of_viewers_that_are_gone() {
        let demo = Demo::new();
        drop(viewer(&demo).await);
        // With data unread, the connection is reset, which the server does not tell of.
        let mut stream = viewer(&demo).await;
        ask(&mut stream).await;
        stream.read_exact(&mut [0]).await.unwrap();
        drop(stream);
        drop(demo.dial().await.unwrap());
        assert!(
            probe(&Target::InProcess(Arc::new(Demo::new())), None)
                .await
                .is_ok()
        );
        nobody_left(&demo).await;
    }

    #[tokio::test]
    async fn viewers_share_one_screen_which_goes_with_the_last() {
        let demo = Demo::new();
        let viewers = (viewer(&demo).await, viewer(&demo).await);
        let screen = lock(&demo.stage.screen).upgrade().unwrap();
        assert_eq!(Arc::strong_count(&screen), 3, "both viewers, and this test");
        drop((screen, viewers));
        nobody_left(&demo).await;
        assert!(lock(&demo.stage.screen).upgrade().is_none());
    }

    #[tokio::test]
    async fn a_viewer_that_reads_nothing_stops_nobody_elses_picture() {
        let demo = Demo::new();
        let (mut deaf, mut stream) = (viewer(&demo).await, viewer(&demo).await);
        let mut last = picture(&mut stream).await;
        // More than the system keeps for the one that does not read.
        for _ in 0..10 {
            ask(&mut deaf).await;
            // Two pictures of one frame are the same.
            let mut next = picture(&mut stream).await;
            while next == last {
                next = picture(&mut stream).await;
            }
            last = next;
        }
    }

    /// Those who say nothing are sent away after [`HANDSHAKE_TIMEOUT`], which a busy machine needs to let in so many. So
    /// one viewer is a real one, and the others are only counted.
    #[tokio::test]
    async fn too_many_viewers_are_refused() {
        let demo = Demo::new();
        let last = viewer(&demo).await;
        let others = demo.viewers.acquire_many(MAX_VIEWERS as u32 - 1).await.unwrap();
        assert!(demo.dial().await.is_err());
        drop((last, others));
        nobody_left(&demo).await;
        drop(viewer(&demo).await);
        nobody_left(&demo).await;
    }
}
