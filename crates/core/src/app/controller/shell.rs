//! Calls to the desktop, off the loop.

use std::{path::PathBuf, thread, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use url::Url;

use crate::{Desktop, DisplayId, ShellError, texts::say};

/// A desktop that has not answered by then is said to have failed.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// What is asked of the desktop.
pub(super) enum Call {
    Window {
        display: DisplayId,
        name: String,
        url: Url,
    },
    Browser(Url),
    Copy(String),
    File(PathBuf),
    Show,
    StartAtLogin(bool),
    StartsAtLogin(oneshot::Sender<bool>),
    Quit,
}

/// The desktop, on a thread of its own: its calls may block.
#[derive(Clone)]
pub(super) struct Shell {
    calls: mpsc::UnboundedSender<(Call, Answer)>,
}

type Answer = oneshot::Sender<Result<(), ShellError>>;

impl Shell {
    /// The thread ends with the last clone, or after [`Call::Quit`].
    pub fn start(desktop: impl Desktop) -> Self {
        let (calls, queue) = mpsc::unbounded_channel();
        // Without a thread the calls fail, and say so.
        let _ = thread::Builder::new()
            .name("desktop".into())
            .spawn(move || answer(desktop, queue));
        Self { calls }
    }

    /// Calls the desktop. What was called before comes before.
    pub async fn call(&self, call: Call) -> Result<(), ShellError> {
        let (answer, answered) = oneshot::channel();
        let _ = self.calls.send((call, answer));
        match timeout(CALL_TIMEOUT, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(ShellError::Failed(say!("desktop-gone"))),
            Err(_) => Err(ShellError::Failed(say!("desktop-silent"))),
        }
    }

    /// Asks the desktop whether the program is started at login.
    pub async fn starts_at_login(&self) -> Result<bool, ShellError> {
        let (told, on) = oneshot::channel();
        self.call(Call::StartsAtLogin(told)).await?;
        on.await.map_err(ShellError::new)
    }
}

fn answer(mut desktop: impl Desktop, mut queue: mpsc::UnboundedReceiver<(Call, Answer)>) {
    while let Some((call, answer)) = queue.blocking_recv() {
        let result = match call {
            Call::Window { display, name, url } => desktop.open_window(&display, &name, &url),
            Call::Browser(url) => desktop.open_browser(&url),
            Call::Copy(text) => desktop.copy(&text),
            Call::File(path) => desktop.open_file(&path),
            Call::Show => desktop.show_window(),
            Call::StartAtLogin(on) => desktop.start_at_login(on),
            Call::StartsAtLogin(told) => desktop.starts_at_login().map(|on| {
                // As below.
                let _ = told.send(on);
            }),
            Call::Quit => return desktop.quit(),
        };
        // Who asked may have given up waiting.
        let _ = answer.send(result);
    }
}
