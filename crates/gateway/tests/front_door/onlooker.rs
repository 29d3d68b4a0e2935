//! The gateway as a viewer of its own: what it says to a VNC server, and what it makes of the answers.

use std::time::Duration;

use porthole_gateway::{Monitor, MonitorError, Password, Target, TargetError, UpdateError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{
    Server, TestTarget, skip,
    vnc::{read, serve},
    within,
};

const MOST: (u16, u16) = (64, 64);

/// What is said before the first picture, to a server that knows nothing of the extended clipboard.
const BEGINNING: [u8; 32] = [
    0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0, // SetPixelFormat
    2, 0, 0, 2, 0, 0, 0, 0, 255, 255, 255, 33, // SetEncodings
];
/// FramebufferUpdateRequest of all that the screen of 640 × 480 shows, and of what changes on it.
const WHOLE: [u8; 10] = [3, 0, 0, 0, 0, 0, 2, 128, 1, 224];
const CHANGES: [u8; 10] = [3, 1, 0, 0, 0, 0, 2, 128, 1, 224];

/// A FramebufferUpdate of one plain rectangle from the upper left corner on.
fn update((width, height): (u16, u16), colour: [u8; 2]) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let pixels = colour.repeat(usize::from(width) * usize::from(height));
    [&[0, 0, 0, 1, 0, 0, 0, 0][..], &size, &[0; 4], &pixels].concat()
}

/// A session that a server has begun, and the server's end of it.
async fn begin() -> (Monitor, Server) {
    let target = TestTarget::tcp().await;
    let address = target.target();
    let served = async {
        let mut server = target.accept().await;
        serve(&mut server, Some("rosebud")).await;
        server
    };
    let password = Password::new("rosebud");
    let connected = Monitor::connect(&address, Some(&password), MOST);
    let (onlooker, mut server) = tokio::join!(connected, served);
    assert_eq!(read::<32>(&mut server).await, BEGINNING);
    (onlooker.unwrap(), server)
}

/// What comes of a look when the server answers so.
async fn look(onlooker: &mut Monitor, server: &mut Server, asked: [u8; 10], answer: &[u8]) -> Looked {
    let answered = async {
        assert_eq!(read::<10>(server).await, asked);
        server.write_all(answer).await.unwrap();
    };
    let (picture, ()) = within(async { tokio::join!(onlooker.look(), answered) }).await;
    picture.map(|picture| picture.map(|picture| picture.rgb()[..3].try_into().unwrap()))
}

/// The colour in the upper left corner.
type Looked = Result<Option<[u8; 3]>, MonitorError>;

#[tokio::test]
async fn it_asks_for_pixels_and_sees_what_changes() {
    let (mut onlooker, mut server) = begin().await;
    let red = update((640, 480), [0x00, 0xf8]);
    let seen = look(&mut onlooker, &mut server, WHOLE, &red).await;
    assert_eq!(seen, Ok(Some([255, 0, 0])));
    assert!(onlooker.received() >= 2 * 640 * 480);
    // The bell, and a text that is passed over.
    server.write_all(b"\x02\x03\0\0\0\0\0\0\x03abc").await.unwrap();
    let green = update((100, 100), [0xe0, 0x07]);
    let seen = look(&mut onlooker, &mut server, CHANGES, &green).await;
    assert_eq!(seen, Ok(Some([0, 255, 0])));
    // Nothing was said besides, to its end.
    drop(onlooker);
    assert_eq!(within(server.read(&mut [0])).await.unwrap(), 0);
}

#[tokio::test]
async fn a_screen_of_another_size_is_looked_at_once_more() {
    let (mut onlooker, mut server) = begin().await;
    let resized = [0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 255, 255, 255, 33];
    let seen = look(&mut onlooker, &mut server, WHOLE, &resized).await;
    assert_eq!(seen, Ok(None));
    let whole = [3, 0, 0, 0, 0, 0, 0, 2, 0, 1];
    let seen = look(&mut onlooker, &mut server, whole, &update((2, 1), [0x1f, 0])).await;
    assert_eq!(seen, Ok(Some([0, 0, 255])));
}

#[tokio::test]
async fn what_was_not_asked_for_ends_the_session() {
    let (mut onlooker, mut server) = begin().await;
    let outside = update((641, 480), [0, 0]);
    let seen = look(&mut onlooker, &mut server, WHOLE, &outside).await;
    assert_eq!(seen, Err(MonitorError::Update(UpdateError::Outside)));
}

#[tokio::test]
async fn a_server_that_never_stops_talking_is_left() {
    let (mut onlooker, mut server) = begin().await;
    let talk = async {
        let bells = vec![2; 1 << 16];
        while server.write_all(&bells).await.is_ok() {}
    };
    let seen = within(async {
        tokio::select! {
            seen = onlooker.look() => seen.map(|_| ()),
            () = talk => Ok(()),
        }
    });
    assert_eq!(seen.await, Err(MonitorError::TooMuch));
    assert!(onlooker.received() < 10 << 20, "{}", onlooker.received());
}

#[tokio::test]
async fn a_server_that_closes_is_gone() {
    let (mut onlooker, server) = begin().await;
    drop(server);
    let seen = within(onlooker.look()).await.map(|_| ());
    assert_eq!(seen, Err(MonitorError::Closed));
}

#[tokio::test]
async fn a_server_on_which_nothing_changes_shows_now_and_then_that_it_is_there() {
    let (mut onlooker, mut server) = begin().await;
    let black = update((640, 480), [0, 0]);
    let seen = look(&mut onlooker, &mut server, WHOLE, &black).await;
    assert_eq!(seen, Ok(Some([0; 3])));
    for answers in [true, false] {
        let asked_for_a_pixel = async {
            assert_eq!(read::<10>(&mut server).await, CHANGES);
            skip(Duration::from_secs(31)).await;
            assert_eq!(read::<10>(&mut server).await, [3, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
            match answers {
                true => server.write_all(&update((1, 1), [0, 0])).await.unwrap(),
                // It has hung up in all but name.
                false => skip(Duration::from_secs(21)).await,
            }
        };
        let (seen, ()) = tokio::join!(onlooker.look(), asked_for_a_pixel);
        let expected = if answers {
            Ok(())
        } else {
            Err(MonitorError::TooSlow)
        };
        assert_eq!(seen.map(|_| ()), expected);
    }
}

#[tokio::test]
async fn a_server_has_no_time_when_it_owes_a_picture_or_the_rest_of_a_message() {
    let (owed, _server) = begin().await;
    let (mut begun, mut server) = begin().await;
    let black = update((640, 480), [0, 0]);
    let seen = look(&mut begun, &mut server, WHOLE, &black).await;
    assert_eq!(seen, Ok(Some([0; 3])));
    server.write_all(&[0, 0, 0, 1]).await.unwrap();
    tokio::time::pause();
    for mut late in [owed, begun] {
        assert_eq!(late.look().await.map(|_| ()), Err(MonitorError::TooSlow));
    }
}

#[tokio::test]
async fn a_refusal_is_told_from_other_faults() {
    let target = TestTarget::tcp().await;
    let address = target.target();
    let refusing = async {
        let mut server = target.accept().await;
        server.write_all(b"RFB 003.008\n").await.unwrap();
        read::<12>(&mut server).await;
        // No password is asked for.
        server.write_all(&[1, 1]).await.unwrap();
    };
    let password = Password::new("rosebud");
    let connected = Monitor::connect(&address, Some(&password), MOST);
    let (refused, ()) = within(async { tokio::join!(connected, refusing) }).await;
    assert!(refused.err().unwrap().is_refusal());

    let nowhere = Target::Unix("/nowhere/at/all".into());
    let error = Monitor::connect(&nowhere, None, MOST).await.err().unwrap();
    assert!(
        matches!(error, MonitorError::Target(TargetError::Unreachable(_))),
        "{error}"
    );
    assert!(!error.is_refusal());
}
