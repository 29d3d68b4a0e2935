//! The client's side.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::SocketAddr,
    os::unix::net::UnixStream,
    path::PathBuf,
    time::Duration,
};

use super::{Answer, Asked, Instance, LinkStatus, Page, Request};
use crate::texts;

/// How long an answer may take. A display that does not come up is given up by the program before.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// The longest answer in bytes: of tens of thousands of sessions. Links come page by page.
const MAX_ANSWER_BYTES: u64 = 32 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No program runs with this config.
    #[error("Porthole is not running with {0}. Start it with: portholed --config {0}", .config.display())]
    NotRunning {
        /// The config file.
        config: PathBuf,
    },
    /// The program that websockify's command line had started has gone.
    #[error("Porthole is not running at {address} any more")]
    Gone {
        /// Where it listened.
        address: SocketAddr,
    },
    /// The socket cannot be connected to.
    #[error("Porthole cannot be reached at {}: {source}", .socket.display())]
    Unreachable {
        /// The socket.
        socket: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program ended, or hangs.
    #[error("Porthole has not answered: {0}. Its log may say why")]
    NoAnswer(io::Error),
}

/// Asks a program that runs. Blocks until the answer is there, for two minutes at most.
///
/// # Errors
/// There is no answer.
pub fn ask(instance: &Instance, request: &Request) -> Result<Answer, AskError> {
    match request {
        Request::Links { display, page: None } => ask_for_all_links(instance, display.as_ref()),
        request => ask_once(instance, request),
    }
}

/// Page by page, so that the program that runs never has to hold all of a long answer at once.
fn ask_for_all_links(instance: &Instance, display: Option<&String>) -> Result<Answer, AskError> {
    let mut all: Vec<LinkStatus> = Vec::new();
    loop {
        let page = Page {
            before: all.last().map(|last| last.link.id),
            ..Page::default()
        };
        let request = Request::Links {
            display: display.cloned(),
            page: Some(page),
        };
        match ask_once(instance, &request)? {
            Answer::Links { links, more } => {
                let is_last = !more || links.is_empty();
                all.extend(links);
                if is_last {
                    return Ok(Answer::Links {
                        links: all,
                        more: false,
                    });
                }
            }
            // The display may have gone meanwhile.
            other => return Ok(other),
        }
    }
}

fn ask_once(instance: &Instance, request: &Request) -> Result<Answer, AskError> {
    for socket in instance.sockets() {
        match UnixStream::connect(&socket) {
            Ok(stream) => return talk(stream, request).map_err(AskError::NoAnswer),
            Err(error) if is_nobody(&error) => {}
            Err(source) => return Err(AskError::Unreachable { socket, source }),
        }
    }
    Err(match instance {
        Instance::OfConfig(place) => AskError::NotRunning {
            config: place.file().to_owned(),
        },
        Instance::At(socket) => AskError::Gone {
            address: socket.address,
        },
    })
}

/// Nobody listens there, or could: a path that is too long is passed over by the program, too.
fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, InvalidInput, NotADirectory, NotFound};
    matches!(
        error.kind(),
        NotFound | ConnectionRefused | NotADirectory | InvalidInput
    )
}

fn talk(mut stream: UnixStream, request: &Request) -> io::Result<Answer> {
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
    let mut line = serde_json::to_vec(&Asked {
        request: request.clone(),
        language: Some(texts::language().tag().into()),
    })?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream.take(MAX_ANSWER_BYTES)).read_line(&mut answer)?;
    if answer.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it has closed the connection",
        ));
    }
    if !answer.ends_with('\n') {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "its answer is cut off, or longer than anything that is answered",
        ));
    }
    Ok(serde_json::from_str(&answer)?)
}
