//! What the program must remember from one start to the next.

use std::{
    io,
    path::{Path, PathBuf},
    pin::Pin,
};

use porthole_gateway::TokenHash;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use crate::{
    DisplayId, Terms,
    platform::{blocking::blocking, private_file},
    sharing::links::{LinkId, PinHash},
    texts::say,
};

/// What the program must remember. Not for people to edit; a change of its form needs a new field, not a new meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// The port that was chosen when the config named none.
    pub port: Option<u16>,
    /// The links that outlive the program.
    pub links: Vec<Link>,
    /// The id that was given to a link last.
    #[serde(default)]
    pub last_link: LinkId,
    /// The displays that links may belong to: those of the config, and those that have left it not long ago.
    #[serde(default)]
    pub displays: Vec<KnownDisplay>,
}

/// A display that the program knows again, whatever it is called. Times are in seconds since 1970 (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownDisplay {
    pub id: DisplayId,
    pub name: String,
    /// What tells its place from others.
    pub place: String,
    /// How its desktop is started, if it is one.
    #[serde(default)]
    pub launch: String,
    /// Ids that it had before.
    #[serde(default)]
    pub former_ids: Vec<DisplayId>,
    /// Set when it has left the config.
    #[serde(default)]
    pub gone: Option<Gone>,
}

/// How long a display that has left the config is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gone {
    pub ends: u64,
    /// When the program last saw that this is not over.
    pub seen: u64,
}

/// A link that outlives the program. Its token is known to its holder alone. Times are in seconds since 1970 (UTC).
///
/// What has a default was not there in the first versions of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub token: TokenHash,
    /// The name of its display, which says in the first versions' files which it is.
    pub display: String,
    #[serde(default)]
    pub display_id: Option<DisplayId>,
    /// What tells the place that it was made for from others.
    #[serde(default)]
    pub place: String,
    pub created: u64,
    /// `None`: never.
    pub expires: Option<u64>,
    /// When the program last saw that it works.
    #[serde(default)]
    pub seen: Option<u64>,
    #[serde(default)]
    pub id: Option<LinkId>,
    #[serde(default)]
    pub terms: Option<Terms>,
    #[serde(default)]
    pub shared: bool,
    /// A start of the headless program has made it, and the next one replaces it unless it was used.
    #[serde(default)]
    pub of_start: bool,
    #[serde(default)]
    pub pin: Option<PinHash>,
    #[serde(default)]
    pub wrong_pins: u32,
    #[serde(default)]
    pub uses: u32,
    #[serde(default)]
    pub last_use: Option<u64>,
}

/// Why the state could not be saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("state-not-saved", file = file.display().to_string(), cause = cause.as_str()))]
pub(crate) struct SaveError {
    file: PathBuf,
    cause: String,
}

/// Reads the state file. One that makes no sense is moved aside, and the program starts afresh: then the second value
/// says so. Blocks.
pub(crate) fn load(file: &Path) -> (State, Option<String>) {
    let shown = file.display().to_string();
    let cause = match private_file::read(file).map(|bytes| serde_json::from_slice(&bytes)) {
        Ok(Ok(state)) => return (state, None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (State::default(), None),
        Ok(Err(error)) => say!("state-damaged", file = shown, error = error.to_string()),
        Err(error) => say!("state-unreadable", file = shown, error = error.to_string()),
    };
    let kept = match private_file::set_aside(file) {
        Ok(aside) => say!("state-kept", aside = aside.display().to_string()),
        Err(error) => say!("state-not-kept", error = error.to_string()),
    };
    (
        State::default(),
        Some(format!("{cause} {kept} {}", say!("state-links-lost"))),
    )
}

/// Saves states in the order in which they come, off the threads that serve.
#[derive(Clone)]
pub(crate) struct Saver {
    file: PathBuf,
    jobs: mpsc::UnboundedSender<Job>,
}

/// So many states that wait are saved as one.
const MOST_AT_ONCE: usize = 1024;

/// How saving went, once that is known.
pub(crate) trait Saved: Future<Output = Result<(), SaveError>> + Send + 'static {}

impl<F: Future<Output = Result<(), SaveError>> + Send + 'static> Saved for F {}

/// That which tells how saving went. It is saved also if nobody waits.
pub(crate) type Saving = Pin<Box<dyn Saved>>;

struct Job {
    state: State,
    done: oneshot::Sender<Result<(), SaveError>>,
}

impl Saver {
    /// Ends with its last clone, after what it was given is saved.
    pub fn start(file: PathBuf) -> Self {
        let (jobs, mut queue) = mpsc::unbounded_channel::<Job>();
        let path = file.clone();
        tokio::spawn(async move {
            let mut jobs = Vec::new();
            while queue.recv_many(&mut jobs, MOST_AT_ONCE).await > 0 {
                let (states, waiting): (Vec<_>, Vec<_>) =
                    jobs.drain(..).map(|Job { state, done }| (state, done)).unzip();
                // Each state is whole, so the last one is enough for all that were waiting.
                let Some(state) = states.into_iter().next_back() else {
                    continue;
                };
                let path = path.clone();
                let saved = blocking(move || save(&path, &state)).await;
                // Nobody waiting any more is no reason not to save.
                let mut unheard = false;
                for done in waiting {
                    unheard |= done.send(saved.clone()).is_err();
                }
                if let (true, Err(error)) = (unheard, saved) {
                    tracing::warn!("{error}");
                }
            }
        });
        Self { file, jobs }
    }

    /// Takes the state now, so that the order of calls is that of the file's contents; the future says how it went.
    pub fn save(&self, state: State) -> Saving {
        let (done, saved) = oneshot::channel();
        let lost = SaveError {
            file: self.file.clone(),
            cause: say!("state-ending"),
        };
        let sent = self.jobs.send(Job { state, done });
        Box::pin(async move {
            match sent {
                Ok(()) => saved.await.unwrap_or(Err(lost)),
                Err(_) => Err(lost),
            }
        })
    }
}

fn save(file: &Path, state: &State) -> Result<(), SaveError> {
    let wrong = |cause: io::Error| SaveError {
        file: file.to_owned(),
        cause: cause.to_string(),
    };
    let json = serde_json::to_vec_pretty(state).map_err(|error| wrong(error.into()))?;
    private_file::replace(file, &json).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use porthole_gateway::Token;

    use super::*;

    fn state() -> State {
        let token = Token::from("t");
        let link = Link {
            token: token.hash(),
            display: "Alice".into(),
            display_id: Some("alice".parse().unwrap()),
            place: "h:1".into(),
            created: 1,
            expires: None,
            seen: Some(2),
            id: Some(3),
            terms: Some(Terms::default()),
            shared: true,
            of_start: false,
            pin: Some(PinHash::of("123456", &token)),
            wrong_pins: 4,
            uses: 5,
            last_use: Some(6),
        };
        State {
            port: Some(6080),
            links: vec![link],
            last_link: 7,
            displays: vec![KnownDisplay {
                id: "alice".parse().unwrap(),
                name: "Alice".into(),
                place: "h:1".into(),
                launch: "like this".into(),
                former_ids: vec!["a1".parse().unwrap()],
                gone: Some(Gone { ends: 8, seen: 9 }),
            }],
        }
    }

    #[tokio::test]
    async fn a_state_survives_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("porthole/state.json");
        assert_eq!(load(&file), (State::default(), None));
        Saver::start(file.clone()).save(state()).await.unwrap();
        assert_eq!(load(&file), (state(), None));
        #[cfg(unix)]
        for (path, mode) in [(file.as_path(), 0o600), (file.parent().unwrap(), 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                mode,
                "{}",
                path.display()
            );
        }
        assert_eq!(
            fs::read_dir(file.parent().unwrap()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }

    #[test]
    fn a_state_of_the_first_versions_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        let token = String::from(Token::from("t").hash());
        let text = format!(
            r#"{{"port": 6080, "links": [{{"token": "{token}", "display": "Alice", "created": 1, "expires": 2}}]}}"#
        );
        fs::write(&file, text).unwrap();
        let (state, said) = load(&file);
        assert_eq!((state.port, said), (Some(6080), None));
        assert_eq!((state.links[0].created, state.links[0].expires), (1, Some(2)));
    }

    #[tokio::test]
    async fn the_last_of_many_saves_is_what_remains() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        let saver = Saver::start(file.clone());
        let saves: Vec<_> = (1..=50)
            .map(|port| {
                saver.save(State {
                    port: Some(port),
                    ..state()
                })
            })
            .collect();
        for save in saves {
            save.await.unwrap();
        }
        assert_eq!(load(&file).0.port, Some(50));
    }

    #[test]
    fn a_damaged_state_is_kept_aside_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        for damaged in ["", "{\"port\": 60", "[]", "{\"port\": \"x\"}"] {
            fs::write(&file, damaged).unwrap();
            let (state, said) = load(&file);
            assert_eq!(state, State::default());
            assert!(said.unwrap().contains("damaged"), "{damaged}");
            assert_eq!(
                fs::read_to_string(folder.path().join("state.damaged.json")).unwrap(),
                damaged
            );
            assert!(!file.exists());
        }
    }

    #[tokio::test]
    async fn a_save_that_fails_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let error = Saver::start(blocked.join("state.json"))
            .save(state())
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("state.json could not be saved"),
            "{error}"
        );
    }
}
