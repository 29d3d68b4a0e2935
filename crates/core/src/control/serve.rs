//! The program's side.

use std::{
    fs::{self, Permissions},
    io,
    net::SocketAddr,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    task::AbortHandle,
    time::{sleep, timeout},
};

use super::{Answer, Asked, Requests, folders, instance};
use crate::{
    ConfigPlace, Language,
    platform::{blocking::blocking, private_file::create_folder, program_lock::ProgramLock},
    texts::{in_language, say},
};

/// How long a client may take to ask, and to take its answer.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest request in bytes.
const MAX_REQUEST_BYTES: u64 = 4096;

/// So many clients are attended to at a time; others wait.
const MAX_CLIENTS: usize = 32;

/// After a connection could not be accepted: other programs may have closed some files by then.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often it is looked whether the socket is still where it was made: a login that ends takes the folder for what lives
/// as long with it, and what was started in the background goes on.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// What a program's control socket is known by.
#[derive(Clone)]
pub(crate) enum ControlPlace {
    /// Its config.
    OfConfig(ConfigPlace),
    /// The first address that it listens on.
    At(SocketAddr),
}

/// The control socket, for as long as this lives.
pub(crate) struct Control {
    bound: Arc<Mutex<Option<Bound>>>,
    serving: AbortHandle,
    /// Whoever holds it may replace the socket of a config, and remove it.
    _lock: Option<Arc<ProgramLock>>,
}

/// A socket, and the file that it is known by.
struct Bound {
    path: PathBuf,
    /// Device and number, by which it is told from what others may have put in its place.
    file: (u64, u64),
}

/// Why there is no control socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("{}", say!("control-elsewhere"))]
    Taken,
    #[error("{}", say!("control-failed", path = path.display().to_string(), error = source.to_string()))]
    Io { path: PathBuf, source: io::Error },
    #[error("{}", say!("control-nowhere", error = .0.to_string()))]
    Nowhere(io::Error),
}

impl Control {
    /// Serves what can be asked of `requests`. A socket that a program has left that was killed is replaced:
    /// no other program has the `lock` of its config, or listens at its address.
    ///
    /// # Errors
    /// The system does not let us, or another network namespace has the same address.
    pub async fn start(
        place: ControlPlace,
        requests: Requests,
        lock: Option<Arc<ProgramLock>>,
    ) -> Result<Self, ControlError> {
        let (listener, bound) = blocking({
            let place = place.clone();
            move || listen(&place)
        })
        .await?;
        let bound = Arc::new(Mutex::new(Some(bound)));
        let listener = own(listener)?;
        let serving =
            tokio::spawn(keep(place, listener, Arc::clone(&bound), Arc::new(requests))).abort_handle();
        Ok(Self {
            bound,
            serving,
            _lock: lock,
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.serving.abort();
        let bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(bound) = bound.filter(Bound::is_there) {
            // If it is gone already, so much the better.
            let _ = fs::remove_file(&bound.path);
        }
    }
}

impl Bound {
    fn new(path: PathBuf) -> io::Result<Self> {
        let file = number(&path)?;
        Ok(Self { path, file })
    }

    fn is_there(&self) -> bool {
        number(&self.path).is_ok_and(|file| file == self.file)
    }
}

fn number(path: &Path) -> io::Result<(u64, u64)> {
    let data = path.symlink_metadata()?;
    Ok((data.dev(), data.ino()))
}

type Listening = (std::os::unix::net::UnixListener, Bound);

/// Listens at the first place that can be used. Blocks.
fn listen(place: &ControlPlace) -> Result<Listening, ControlError> {
    match place {
        ControlPlace::OfConfig(place) => {
            let mut outcome = Err(ControlError::Nowhere(io::ErrorKind::NotFound.into()));
            for path in place.control_sockets() {
                outcome = bind(&path).map_err(|source| ControlError::Io { path, source });
                if outcome.is_ok() {
                    break;
                }
            }
            outcome
        }
        ControlPlace::At(address) => {
            let mut outcome = Err(ControlError::Nowhere(io::ErrorKind::NotFound.into()));
            for folder in folders::to_listen() {
                outcome = match folder {
                    Ok(folder) => listen_in(&folder, *address),
                    Err(error) => Err(ControlError::Nowhere(error)),
                };
                if matches!(outcome, Ok(_) | Err(ControlError::Taken)) {
                    break;
                }
            }
            outcome
        }
    }
}

fn listen_in(folder: &Path, address: SocketAddr) -> Result<Listening, ControlError> {
    instance::clear_up(folder);
    let path = folder.join(instance::name(address));
    // In another network namespace somebody may have the same address.
    if instance::is_alive(&path) {
        return Err(ControlError::Taken);
    }
    bind(&path).map_err(ControlError::Nowhere)
}

fn own(listener: std::os::unix::net::UnixListener) -> Result<UnixListener, ControlError> {
    UnixListener::from_std(listener).map_err(ControlError::Nowhere)
}

/// Listens at a path, whatever socket is there. It appears there only when nobody but its owner can open it.
fn bind(path: &Path) -> io::Result<Listening> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = std::os::unix::net::UnixListener::bind(&new)?;
    listener.set_nonblocking(true)?;
    fs::set_permissions(&new, Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    Ok((listener, Bound::new(path.to_owned())?))
}

/// Serves, and makes the socket anew where it was lost.
async fn keep(
    place: ControlPlace,
    mut listener: UnixListener,
    bound: Arc<Mutex<Option<Bound>>>,
    requests: Arc<Requests>,
) {
    loop {
        let lost = async {
            loop {
                sleep(LOOK_INTERVAL).await;
                let bound = Arc::clone(&bound);
                let is_there = move || {
                    let bound = bound.lock().unwrap_or_else(PoisonError::into_inner);
                    bound.as_ref().is_some_and(Bound::is_there)
                };
                if !blocking(is_there).await {
                    return;
                }
            }
        };
        tokio::select! {
            () = serve(&listener, &requests) => {}
            () = lost => {}
        }
        let again = blocking({
            let place = place.clone();
            move || listen(&place)
        });
        // If it cannot be made now, perhaps later.
        if let Ok((again, new)) = again.await
            && let Ok(again) = own(again)
        {
            listener = again;
            *bound.lock().unwrap_or_else(PoisonError::into_inner) = Some(new);
        }
    }
}

async fn serve(listener: &UnixListener, requests: &Arc<Requests>) {
    let places = Arc::new(Semaphore::new(MAX_CLIENTS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((client, _)) => {
                let requests = Arc::clone(requests);
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
        Ok(Asked { request, language }) => {
            let language = language.as_deref().and_then(Language::of).unwrap_or_default();
            in_language(language, requests.answer(request)).await
        }
        Err(error) => Answer::Failed {
            reason: format!("The request was not understood: {error}."),
            log: Vec::new(),
        },
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    timeout(CLIENT_TIMEOUT, client.write_all(&line)).await?
}

async fn request(client: &mut UnixStream) -> io::Result<Asked> {
    let uid = client.peer_cred()?.uid();
    if uid != rustix::process::geteuid().as_raw() && uid != 0 {
        return Err(io::Error::other("it comes from another user"));
    }
    let mut line = String::new();
    let mut reader = BufReader::new(client.take(MAX_REQUEST_BYTES));
    timeout(CLIENT_TIMEOUT, reader.read_line(&mut line)).await??;
    Ok(serde_json::from_str(&line)?)
}
