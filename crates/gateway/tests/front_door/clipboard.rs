//! What a real VNC server tells of its clipboard: everything to a viewer in control, and to one that may only view that
//! there is something. And that no key stays down on it.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use futures_util::{SinkExt, StreamExt};
use porthole_gateway::{Rights, Target};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;
use x11rb::protocol::xproto::ConnectionExt;

use crate::common::{TestGateway, Viewer, receive, send, until, viewer::receive_some, vnc, within};

/// Xtigervnc (package tigervnc-standalone-server), with a screen that nobody draws on.
struct Screen {
    server: Child,
    display: String,
    folder: TempDir,
}

impl Screen {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new("Xtigervnc")
            .args(["-SecurityTypes", "None", "-UseBlacklist", "0", "-nolisten", "tcp"])
            .args(["-rfbport", "-1", "-rfbunixmode", "0600", "-rfbunixpath"])
            .arg(folder.path().join("vnc.sock"))
            // Its number, once it is ready.
            .args(["-displayfd", "1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let display = format!(":{}", number.trim());
        Self {
            server,
            display,
            folder,
        }
    }

    fn target(&self) -> Target {
        Target::Unix(self.folder.path().join("vnc.sock"))
    }

    /// By xclip, from the package of that name.
    fn copy(&self, text: &str) {
        let mut xclip = Command::new("xclip")
            .args(["-selection", "clipboard", "-display", &self.display])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        xclip.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        // It goes on in the background, and ends with the screen.
        assert!(xclip.wait().unwrap().success());
    }
}

impl Screen {
    /// What is on its clipboard.
    async fn clipboard(&self) -> String {
        let mut xclip = tokio::process::Command::new("xclip");
        xclip.args(["-selection", "clipboard", "-out", "-display", &self.display]);
        let output = within(xclip.output()).await.unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Whether any key is down.
    fn has_keys_down(&self) -> bool {
        let (x, _) = x11rb::connect(Some(&self.display)).unwrap();
        let keys = x.query_keymap().unwrap().reply().unwrap().keys;
        keys != [0; 32]
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

const EXTENDED: [u8; 4] = 0xc0a1_e5ce_u32.to_be_bytes();
const CAPS: u32 = 1 << 24;
const REQUEST: u32 = 1 << 25;
const NOTIFY: u32 = 1 << 27;
const PROVIDE: u32 = 1 << 28;
const TEXT: u32 = 1;
/// What Xtigervnc 1.12 can do, which it answers to every list with the extended clipboard.
const ANSWER: Said = Said::Extended(CAPS | REQUEST | 1 << 26 | NOTIFY | PROVIDE | TEXT);

/// What a server says of its clipboard.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Plain(String),
    Extended(u32),
}

/// A viewer that asks for no pixels, so that all it gets are messages that it can read.
struct Eavesdropper {
    viewer: Viewer,
    unread: Vec<u8>,
}

impl Eavesdropper {
    async fn open(gateway: &TestGateway, token: &str, extended: bool) -> Self {
        let mut viewer = gateway.viewer(token).await;
        receive(&mut viewer, 12).await;
        send(&mut viewer, vnc::VERSION).await;
        receive(&mut viewer, 2).await;
        send(&mut viewer, &[1]).await;
        receive(&mut viewer, 4).await;
        send(&mut viewer, &[1]).await;
        let mut unread = Vec::new();
        // ServerInit, of which the last four of 24 bytes tell how long the name behind them is.
        let end = loop {
            unread.extend(receive_some(&mut viewer).await);
            if let Some(length) = unread.get(20..24) {
                let end = 24 + u32::from_be_bytes(length.try_into().unwrap()) as usize;
                if unread.len() >= end {
                    break end;
                }
            }
        };
        unread.drain(..end);
        let raw = [0; 4];
        let list = if extended {
            [&[2, 0, 0, 2][..], &raw, &EXTENDED].concat()
        } else {
            [&[2, 0, 0, 1][..], &raw].concat()
        };
        send(&mut viewer, &list).await;
        Self { viewer, unread }
    }

    async fn hears(&mut self) -> Said {
        loop {
            if let Some(head) = self.unread.get(..12) {
                assert_eq!(head[0], 3, "no ServerCutText: {head:?}");
                let length = i32::from_be_bytes(head[4..8].try_into().unwrap());
                let end = 8 + length.unsigned_abs() as usize;
                if self.unread.len() >= end {
                    let message: Vec<u8> = self.unread.drain(..end).collect();
                    return if length < 0 {
                        Said::Extended(u32::from_be_bytes(message[8..12].try_into().unwrap()))
                    } else {
                        Said::Plain(String::from_utf8(message[8..].to_vec()).unwrap())
                    };
                }
            }
            let more = receive_some(&mut self.viewer).await;
            self.unread.extend(more);
        }
    }

    /// Waits until the gateway has read all that it said.
    async fn is_read(&mut self) {
        within(self.viewer.send(Message::Ping("?".into()))).await.unwrap();
        loop {
            match within(self.viewer.next()).await.unwrap().unwrap() {
                Message::Pong(_) => return,
                Message::Binary(more) => self.unread.extend(more),
                other => panic!("instead of a pong came {other:?}"),
            }
        }
    }

    async fn hears_at_last(&mut self, awaited: &Said) {
        within(async { while self.hears().await != *awaited {} }).await;
    }

    /// Answers what the server can do as noVNC does: text, never sent unasked, and all that can be done with it.
    async fn says_what_it_can_take(&mut self) {
        let flags = CAPS | REQUEST | NOTIFY | PROVIDE | TEXT;
        self.says(&[&flags.to_be_bytes()[..], &[0; 4]].concat()).await;
    }

    async fn says(&mut self, content: &[u8]) {
        let length = -i32::try_from(content.len()).unwrap();
        let message = [&[6, 0, 0, 0], &length.to_be_bytes()[..], content].concat();
        send(&mut self.viewer, &message).await;
    }

    /// Listens until it is told that there is a text, and sees that it is not told what text.
    async fn is_only_notified(&mut self) {
        loop {
            match self.hears().await {
                Said::Extended(flags) if flags & CAPS != 0 => self.says_what_it_can_take().await,
                // xclip takes the selection in two steps: away, and there.
                Said::Extended(NOTIFY) => {}
                said => {
                    assert_eq!(said, Said::Extended(NOTIFY | TEXT));
                    // It may ask: nobody answers, as what is heard later shows.
                    self.says(&(REQUEST | TEXT).to_be_bytes()).await;
                    return self.is_read().await;
                }
            }
        }
    }

    /// Listens until it gets a text in the extended way, asking for it.
    async fn is_provided(&mut self) {
        loop {
            match self.hears().await {
                Said::Extended(flags) if flags & CAPS != 0 => self.says_what_it_can_take().await,
                Said::Extended(flags) if flags & PROVIDE != 0 => return,
                Said::Extended(flags) if flags == NOTIFY | TEXT => {
                    self.says(&(REQUEST | TEXT).to_be_bytes()).await;
                }
                said => assert_eq!(said, Said::Extended(NOTIFY)),
            }
        }
    }
}

#[tokio::test]
async fn what_is_copied_stays_where_it_is_while_somebody_may_only_view() {
    let screen = Screen::start();
    screen.copy("before anybody came");
    let gateway = TestGateway::start().await;
    for (token, rights) in [("control", Rights::Control), ("view", Rights::View)] {
        gateway.grant_vnc(token, screen.target(), None, rights);
    }
    let mut control = Eavesdropper::open(&gateway, "control", false).await;
    let mut extended = Eavesdropper::open(&gateway, "view", true).await;
    // It did not say that it knows the extended clipboard, to be told a text in the way of before.
    let mut cunning = Eavesdropper::open(&gateway, "view", false).await;
    let views: Vec<_> = gateway.sessions_become(3).await[1..]
        .iter()
        .map(|session| session.id)
        .collect();
    let all_may = async |rights| {
        for id in &views {
            within(gateway.sessions().set_rights(*id, rights)).await.unwrap();
        }
    };

    for round in ["first", "second"] {
        let text = format!("the {round} text");
        screen.copy(&text);
        control.hears_at_last(&Said::Plain(text)).await;
        extended.is_only_notified().await;
        cunning.is_only_notified().await;

        // In the same connection.
        all_may(Rights::Control).await;
        extended.hears_at_last(&ANSWER).await;
        extended.says_what_it_can_take().await;
        let text = format!("the {round} text for all");
        screen.copy(&text);
        control.hears_at_last(&Said::Plain(text.clone())).await;
        extended.is_provided().await;
        cunning.hears_at_last(&Said::Plain(text)).await;

        all_may(Rights::View).await;
        // The server answers the list that comes with the wall.
        extended.hears_at_last(&ANSWER).await;
        cunning.hears_at_last(&ANSWER).await;
    }
    screen.copy("the last text");
    let text = Said::Plain("the last text".into());
    control.hears_at_last(&text).await;
    extended.is_only_notified().await;
    cunning.is_only_notified().await;
}

/// What was seen with TigerVNC: the list said "view only", and nothing had reached the server.
#[tokio::test]
async fn a_viewer_that_leaves_a_text_open_does_not_set_the_clipboard_when_control_is_gone() {
    const SHIFT_DOWN: [u8; 8] = [4, 1, 0, 0, 0, 0, 0xff, 0xe1];
    let screen = Screen::start();
    screen.copy("the owner's");
    let gateway = TestGateway::start().await;
    gateway.grant_vnc("control", screen.target(), None, Rights::Control);
    let mut visitor = Eavesdropper::open(&gateway, "control", false).await;
    let id = gateway.sessions_become(1).await[0].id;
    // A text of 40 bytes, of which one comes.
    let open = [&SHIFT_DOWN[..], &[6, 0, 0, 0, 0, 0, 0, 40, b'x']].concat();
    send(&mut visitor.viewer, &open).await;
    within(until(|| screen.has_keys_down())).await;
    within(gateway.sessions().set_rights(id, Rights::View))
        .await
        .unwrap();
    within(until(|| !screen.has_keys_down())).await;
    send(&mut visitor.viewer, &[b'x'; 39]).await;
    visitor.is_read().await;
    // What it is told before that it was told in control.
    visitor.hears_at_last(&ANSWER).await;
    screen.copy("the owner's second");
    visitor.is_only_notified().await;
    assert_eq!(screen.clipboard().await, "the owner's second");
    // With control again, what is sent whole arrives.
    within(gateway.sessions().set_rights(id, Rights::Control))
        .await
        .unwrap();
    let text = b"the visitor's";
    send(
        &mut visitor.viewer,
        &[&[6, 0, 0, 0, 0, 0, 0, 13], &text[..]].concat(),
    )
    .await;
    let text = std::str::from_utf8(text).unwrap();
    within(async { while screen.clipboard().await != text {} }).await;
}

/// TigerVNC ignores a release of the other form.
#[tokio::test]
async fn a_key_that_is_let_go_by_another_message_than_it_was_pressed_by_is_up_when_control_is_gone() {
    const DOWN: [u8; 8] = [4, 1, 0, 0, 0, 0, 0, b'a'];
    const UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0, b'a'];
    /// QEMU's key event, with the place of the key on a PC's keyboard.
    const QEMU_DOWN: [u8; 12] = [255, 0, 0, 1, 0, 0, 0, b'a', 0, 0, 0, 0x1e];
    const QEMU_UP: [u8; 12] = [255, 0, 0, 0, 0, 0, 0, b'a', 0, 0, 0, 0x1e];
    let screen = Screen::start();
    let gateway = TestGateway::start().await;
    gateway.grant_vnc("control", screen.target(), None, Rights::Control);
    let mut visitor = Eavesdropper::open(&gateway, "control", false).await;
    let id = gateway.sessions_become(1).await[0].id;
    for (down, up) in [(&QEMU_DOWN[..], &UP[..]), (&DOWN, &QEMU_UP)] {
        send(&mut visitor.viewer, down).await;
        within(until(|| screen.has_keys_down())).await;
        send(&mut visitor.viewer, up).await;
        visitor.is_read().await;
        for rights in [Rights::View, Rights::Control] {
            within(gateway.sessions().set_rights(id, rights)).await.unwrap();
        }
        within(until(|| !screen.has_keys_down())).await;
    }
}
