//! Who has a picture taken, and when; by servers that send one black picture and then keep still.

use std::{io, pin::Pin, sync::Mutex, time::Duration};

use porthole_gateway::Dial;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use super::*;

/// A VNC server whose visitors can be counted and sent away.
#[derive(Debug, Default)]
struct Server {
    visitors: watch::Sender<usize>,
    sessions: Mutex<JoinSet<()>>,
}

impl Server {
    /// Waits until so many have come.
    async fn visited(&self, times: usize) {
        let mut visitors = self.visitors.subscribe();
        let visited = visitors.wait_for(|count| *count >= times);
        timeout(Duration::from_secs(30), visited)
            .await
            .expect("nobody came")
            .unwrap();
    }

    fn send_away(&self) {
        self.sessions.lock().unwrap().abort_all();
    }
}

impl Dial for Server {
    fn dial(&self) -> Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + '_>> {
        Box::pin(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let ours = TcpStream::connect(listener.local_addr()?).await?;
            let (theirs, _) = listener.accept().await?;
            self.sessions.lock().unwrap().spawn(async {
                // It ends when the visitor leaves.
                let _ = serve(theirs).await;
            });
            self.visitors.send_modify(|count| *count += 1);
            Ok(ours)
        })
    }
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(b"RFB 003.008\n").await?;
    stream.read_exact(&mut [0; 12]).await?;
    stream.write_all(&[1, 1]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    stream.write_all(&[0; 4]).await?;
    // ClientInit and the question about the clipboard.
    stream.read_exact(&mut [0; 1 + 8]).await?;
    let pixel_format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
    let init = [&[0, 1, 0, 1][..], &pixel_format, &[0, 0, 0, 1], b"x"].concat();
    stream.write_all(&init).await?;
    // The form of pixels, and a request.
    stream.read_exact(&mut [0; 32 + 10]).await?;
    let update = [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    stream.write_all(&update).await?;
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

fn subject(server: &Arc<Server>, watched: bool) -> HashMap<String, ThumbnailSource> {
    let target = Target::InProcess(server.clone());
    let subject = ThumbnailSource {
        target,
        password: None,
        watched,
    };
    [("Alice".to_owned(), subject)].into()
}

/// Waits until Alice's picture is so.
async fn becomes(pictures: &Thumbnails, wanted: impl Fn(Option<ThumbnailView>) -> bool) {
    let mut changes = pictures.changes();
    let changed = changes.wait_for(|_| wanted(pictures.view("Alice")));
    timeout(Duration::from_secs(30), changed)
        .await
        .expect("it did not become so")
        .unwrap();
}

fn live(view: Option<ThumbnailView>) -> bool {
    view.is_some_and(|picture| picture.live)
}

fn stale(view: Option<ThumbnailView>) -> bool {
    view.is_some_and(|picture| !picture.live)
}

#[tokio::test]
async fn a_session_lasts_as_long_as_somebody_looks() {
    let (server, pictures) = (Arc::new(Server::default()), Thumbnails::default());
    pictures.take_of(subject(&server, false), true);
    becomes(&pictures, live).await;
    for watched in [true, false] {
        pictures.take_of(subject(&server, watched), true);
    }
    pictures.take_of(subject(&server, false), false);
    assert!(stale(pictures.view("Alice")), "as it was");
    let number = pictures.view("Alice").unwrap().number;
    pictures.take_of(subject(&server, false), true);
    becomes(&pictures, live).await;
    assert_eq!(*server.visitors.borrow(), 2);
    assert_eq!(
        pictures.view("Alice").unwrap().number,
        number,
        "nothing has changed"
    );
    pictures.take_of(HashMap::new(), true);
    assert!(pictures.view("Alice").is_none() && pictures.png("Alice").is_none());
}

#[tokio::test]
async fn who_is_another_by_the_same_name_has_no_picture_yet() {
    let (server, pictures) = (Arc::new(Server::default()), Thumbnails::default());
    pictures.take_of(subject(&server, false), true);
    becomes(&pictures, live).await;
    let other = Arc::new(Server::default());
    pictures.take_of(subject(&other, false), true);
    assert!(!live(pictures.view("Alice")));
    becomes(&pictures, live).await;
}

#[tokio::test]
async fn a_server_that_sends_us_away_is_left_to_those_who_are_connected() {
    let (server, pictures) = (Arc::new(Server::default()), Thumbnails::default());
    pictures.take_of(subject(&server, true), true);
    becomes(&pictures, live).await;
    server.send_away();
    // It rests before it notices.
    becomes(&pictures, stale).await;
    pictures.take_of(subject(&server, true), true);
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(600)).await;
    tokio::time::resume();
    assert_eq!(*server.visitors.borrow(), 1);
    pictures.take_of(subject(&server, false), true);
    server.visited(2).await;
    becomes(&pictures, live).await;
}

#[tokio::test]
async fn where_there_are_more_displays_than_seats_they_take_turns() {
    let (server, pictures) = (Arc::new(Server::default()), Thumbnails::default());
    let many = || {
        let [subject] = subject(&server, false)
            .into_values()
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let names = (0..MAX_SESSIONS + 4).map(|number| number.to_string());
        names
            .map(|name| (name, subject.clone()))
            .collect::<HashMap<_, _>>()
    };
    pictures.take_of(many(), true);
    server.visited(MAX_SESSIONS).await;
    let all = async {
        let mut changes = pictures.changes();
        let seen = || many().keys().all(|name| pictures.png(name).is_some());
        changes.wait_for(|_| seen()).await.map(drop)
    };
    timeout(Duration::from_secs(60), all)
        .await
        .expect("some never had a turn")
        .unwrap();
}
