//! The program's side.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    task::AbortHandle,
    time::{sleep, timeout},
};

use super::{Answer, Request, Requests};
use crate::{
    ConfigPlace,
    platform::{private_file::create_folder, program_lock::ProgramLock},
    texts::say,
};

/// How long a client may take to ask, and to take its answer.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest request in bytes.
const MAX_REQUEST_BYTES: u64 = 4096;

/// So many clients are attended to at a time; others wait.
const MAX_CLIENTS: usize = 32;

/// After a connection could not be accepted: other programs may have closed some files by then.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The control socket, for as long as this lives.
pub(crate) struct Control {
    socket: PathBuf,
    serving: AbortHandle,
    /// Whoever holds it may replace the socket, and remove it.
    _lock: Arc<ProgramLock>,
}

/// Why there is no control socket.
#[derive(Debug, thiserror::Error)]
#[error("{}", say!("control-failed", path = path.display().to_string(), error = source.to_string()))]
pub(crate) struct ControlError {
    path: PathBuf,
    source: io::Error,
}

impl Control {
    /// Serves what can be asked of `requests`. A socket that a program has left that was killed is replaced: `lock` is the
    /// one of this config, so no other program serves it.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn start(
        place: &ConfigPlace,
        requests: Requests,
        lock: Arc<ProgramLock>,
    ) -> Result<Self, ControlError> {
        let mut places = place.control_sockets().into_iter();
        let (listener, socket) = loop {
            let socket = places.next().unwrap_or_default();
            match bind(&socket) {
                Ok(listener) => break (listener, socket),
                Err(source) if places.len() == 0 => return Err(ControlError { path: socket, source }),
                Err(_) => {}
            }
        };
        let serving = tokio::spawn(serve(listener, Arc::new(requests))).abort_handle();
        Ok(Self {
            socket,
            serving,
            _lock: lock,
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.serving.abort();
        // If it is gone already, so much the better.
        let _ = fs::remove_file(&self.socket);
    }
}

/// Listens at a path, whatever socket is there. It appears there only when nobody but its owner can open it.
fn bind(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    Ok(listener)
}

async fn serve(listener: UnixListener, requests: Arc<Requests>) {
    let places = Arc::new(Semaphore::new(MAX_CLIENTS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((client, _)) => {
                let requests = Arc::clone(&requests);
                tokio::spawn(async move {
                    let _place = place;
                    if let Err(error) = attend(client, &requests).await {
                        tracing::debug!(%error, "a client of the control socket");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn attend(mut client: UnixStream, requests: &Requests) -> io::Result<()> {
    let answer = match request(&mut client).await {
        Ok(request) => requests.answer(request).await,
        Err(error) => Answer::Failed {
            reason: format!("The request was not understood: {error}."),
            log: Vec::new(),
        },
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    timeout(CLIENT_TIMEOUT, client.write_all(&line)).await?
}

async fn request(client: &mut UnixStream) -> io::Result<Request> {
    let uid = client.peer_cred()?.uid();
    if uid != rustix::process::geteuid().as_raw() && uid != 0 {
        return Err(io::Error::other("it comes from another user"));
    }
    let mut line = String::new();
    let mut reader = BufReader::new(client.take(MAX_REQUEST_BYTES));
    timeout(CLIENT_TIMEOUT, reader.read_line(&mut line)).await??;
    Ok(serde_json::from_str(&line)?)
}
