//! The RFB handshakes of a VNC route: with the server first, so that a viewer hears of its failure as a close code.

use std::{future::poll_fn, time::Duration};

use porthole_phrase::Explain;
use porthole_rfb::{
    CLIENT_INIT_SHARED, LateAnswer, Learnt, Password, Rights, ServerClipboard, ServerHandshake, ServerInit,
    ViewerHandshake,
};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    CloseReason, TargetError,
    relay::viewer::Viewer,
    transport::socket::{ServerStream, Socket},
};

/// How long each side's handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a person may take to write a password.
const WRITE_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a server has to say that it knows the extended clipboard. It is asked together with ClientInit, so one that
/// knows it has its answer ready by the time ServerInit is there; this is what the others cost.
const CLIPBOARD_ANSWER_TIMEOUT: Duration = Duration::from_millis(100);

/// How much of what a server says before its first pixels is held here until it is left to the relay, in bytes. The answer
/// of one that knows the extended clipboard comes first; what else there may be is bells and texts.
const MAX_SETTLING_BYTES: usize = 64 << 10;

/// What a server said when its screen was asked for.
pub(crate) struct Screen {
    /// ServerInit and what came behind it, as it is to be passed on.
    pub(crate) said: Vec<u8>,
    /// It knows the extended clipboard.
    pub(crate) extended_clipboard: bool,
    /// It may still say that it does, before its first pixels.
    pub(crate) late_answer: Option<LateAnswer>,
}

/// A VNC server's side of a handshake, and what it sent that is not read yet.
pub(crate) struct Server<'a> {
    stream: &'a ServerStream,
    handshake: ServerHandshake,
    unread: Vec<u8>,
}

impl<'a> Server<'a> {
    /// Authenticates with the server, up to its SecurityResult (RFC 6143 §7.1).
    ///
    /// # Errors
    /// What the server or the password lacks; or that it did not answer in 10 s.
    pub(crate) async fn log_in(
        stream: &'a ServerStream,
        password: Option<&Password>,
    ) -> Result<Self, TargetError> {
        Self::begin(stream, ServerHandshake::new(password.cloned())).await
    }

    /// Likewise, for a viewer who may know the password that the display lacks: then it is [asked](welcome) for it.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn log_in_for_viewer(
        stream: &'a ServerStream,
        password: Option<&Password>,
    ) -> Result<Self, TargetError> {
        Self::begin(stream, ServerHandshake::asking(password.cloned())).await
    }

    async fn begin(stream: &'a ServerStream, handshake: ServerHandshake) -> Result<Self, TargetError> {
        let mut server = Self {
            stream,
            handshake,
            unread: Vec::new(),
        };
        server.go_on(Vec::new()).await?;
        Ok(server)
    }

    /// Sends the viewer's answer to the challenge.
    async fn answer(&mut self, answer: [u8; 16]) -> Result<(), TargetError> {
        let mut output = Vec::new();
        self.handshake.answer(answer, &mut output);
        self.go_on(output).await
    }

    /// Sends this, and shakes hands until that is done or a viewer's answer is wanted.
    async fn go_on(&mut self, mut output: Vec<u8>) -> Result<(), TargetError> {
        let whole = async {
            loop {
                let progress = self
                    .handshake
                    .advance(&self.unread, &mut output)
                    .map_err(TargetError::Refused)?;
                self.unread.drain(..progress.consumed);
                // A server that has locked us out closes with our bytes unread: then the write fails, and its reason is
                // still to be read.
                let _ = write(self.stream, &output).await;
                output.clear();
                if progress.done || self.handshake.challenge().is_some() {
                    return Ok(());
                }
                if self.read().await.is_none() {
                    return Err(TargetError::Refused(self.handshake.cut_short()));
                }
            }
        };
        timeout(HANDSHAKE_TIMEOUT, whole)
            .await
            .unwrap_or(Err(TargetError::NoAnswer))
    }

    /// Asks for a shared session and reads ServerInit; then, for a view-only viewer, has the server keep its clipboard to
    /// itself, if it can.
    pub(crate) async fn initialise(mut self, rights: Rights) -> Result<Screen, TargetError> {
        let mut init = ServerInit::new();
        let mut said = Vec::new();
        let hello = [&CLIENT_INIT_SHARED[..], &ServerClipboard::QUESTION].concat();
        let whole = async {
            write(self.stream, &hello)
                .await
                .ok_or_else(|| TargetError::Refused(init.cut_short()))?;
            loop {
                if let Some((consumed, _)) = init.advance(&self.unread).map_err(TargetError::Refused)? {
                    said.extend(self.unread.drain(..consumed));
                    return Ok(());
                }
                // The reader has taken in all of it.
                said.append(&mut self.unread);
                self.read()
                    .await
                    .ok_or_else(|| TargetError::Refused(init.cut_short()))?;
            }
        };
        timeout(HANDSHAKE_TIMEOUT, whole)
            .await
            .unwrap_or(Err(TargetError::NoAnswer))?;
        let clipboard = timeout(HANDSHAKE_TIMEOUT, self.settle_clipboard(rights, &mut said))
            .await
            .map_err(|_| TargetError::NoAnswer)?;
        let late_answer = clipboard.look_out(&self.unread);
        said.append(&mut self.unread);
        Ok(Screen {
            said,
            extended_clipboard: matches!(late_answer, Err(Learnt::Extended)),
            late_answer: late_answer.ok(),
        })
    }

    /// Asks the server whether it knows the extended clipboard. One that does not answer within [`CLIPBOARD_ANSWER_TIMEOUT`], or says
    /// [`MAX_SETTLING_BYTES`] of other things first, is not waited for.
    async fn settle_clipboard(&mut self, rights: Rights, said: &mut Vec<u8>) -> ServerClipboard {
        let mut clipboard = ServerClipboard::new(rights);
        let mut answer = Vec::new();
        let mut deadline = Instant::now() + CLIPBOARD_ANSWER_TIMEOUT;
        while !clipboard.advance(&mut self.unread, said, &mut answer) {
            if !answer.is_empty() {
                // A server that closes is seen by the relay, as is one that takes no more.
                let _ = write(self.stream, &answer).await;
                answer.clear();
                deadline = Instant::now() + CLIPBOARD_ANSWER_TIMEOUT;
            }
            let more = if !clipboard.may_stop() {
                let more = self.read().await;
                deadline = Instant::now() + CLIPBOARD_ANSWER_TIMEOUT;
                more
            } else if said.len() > MAX_SETTLING_BYTES {
                break;
            } else {
                timeout_at(deadline, self.read()).await.ok().flatten()
            };
            if more.is_none() {
                break;
            }
        }
        clipboard
    }

    /// `None` when the server has closed.
    async fn read(&mut self) -> Option<()> {
        let mut buffer = [0; 1024];
        let read = poll_fn(|cx| self.stream.poll_read(cx, &mut buffer))
            .await
            .ok()
            .filter(|read| *read > 0)?;
        self.unread.extend_from_slice(&buffer[..read]);
        Some(())
    }
}

/// Writes all of `bytes` to the server; `None` when it takes no more.
pub(crate) async fn write(stream: &ServerStream, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        let written = poll_fn(|cx| stream.poll_write(cx, bytes)).await.ok()?;
        bytes = &bytes[written..];
    }
    Some(())
}

/// Lets the viewer in: its link was its password, unless the server wants one that only the viewer may know. Returns what
/// it sent behind its ClientInit.
///
/// # Errors
/// How the viewer ended the session, or that it took longer than 10 s, or 2 minutes for a password; or what the server
/// said to that.
pub(crate) async fn welcome<S: Socket>(
    viewer: &mut Viewer<S>,
    server: &mut Server<'_>,
) -> Result<Vec<u8>, CloseReason> {
    let (mut handshake, longest) = match server.handshake.challenge() {
        None => (ViewerHandshake::new(), HANDSHAKE_TIMEOUT),
        Some(challenge) => (ViewerHandshake::asking(challenge), WRITE_TIMEOUT),
    };
    let (mut unread, mut answer) = (Vec::new(), Vec::new());
    let whole = async {
        loop {
            let progress = handshake
                .advance(&unread, &mut answer)
                .map_err(|error| CloseReason::BrokenRfb(error.cause()))?;
            unread.drain(..progress.consumed);
            let judged = match handshake.answer() {
                None => Ok(()),
                Some(shown) => {
                    let judged = viewer.stays(server.answer(shown)).await?;
                    let refusal = judged.as_ref().err().map(said);
                    handshake.judge(refusal.as_deref().map_or(Ok(()), Err), &mut answer);
                    judged
                }
            };
            if !answer.is_empty() {
                viewer
                    .send(&answer)
                    .await
                    .map_err(|_| CloseReason::ViewerClosed)?;
                answer.clear();
            }
            judged.map_err(CloseReason::Target)?;
            if progress.done {
                return Ok(());
            }
            if unread.is_empty() {
                viewer.receive(&mut unread).await?;
            }
        }
    };
    timeout(longest, whole)
        .await
        .unwrap_or(Err(CloseReason::Silent))?;
    Ok(unread)
}

/// A server's own reason for refusing what a viewer showed; or what else kept it from letting us in.
fn said(error: &TargetError) -> String {
    match error {
        TargetError::Refused(refusal) => refusal.said().unwrap_or_default().to_owned(),
        error => error.to_string(),
    }
}
