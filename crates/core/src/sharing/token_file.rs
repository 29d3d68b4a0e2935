//! A websockify token file whose tokens work beside Porthole's own links.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use porthole_gateway::{
    Index, IndexEntry, Lookup, Target, Token, TokenSource,
    sources::{Faults, TokenFile, TokenLine},
};
use tokio::sync::watch;
use url::form_urlencoded::byte_serialize;

use crate::{
    config::{Config, display_at, token_faults},
    texts::say,
};

/// The token file that the config names. Its sessions count as those of the displays that show the same targets, so
/// that the owner sees who is there.
#[derive(Default)]
pub(crate) struct Tokens {
    in_force: Mutex<InForce>,
    /// That the file has become empty. Whatever else is wrong with it is a fault of the config that names it.
    emptied: watch::Sender<Option<String>>,
}

/// What a token file gives.
pub(crate) struct TokensSummary {
    pub tokens: usize,
    pub targets: Vec<Target>,
    pub more_targets: usize,
    pub faults: Vec<String>,
}

#[derive(Default)]
struct InForce {
    config: Option<Arc<Config>>,
    /// The file that the config names, once it is open.
    file: Option<(PathBuf, Arc<TokenFile>)>,
}

impl Tokens {
    /// Puts a config in force; what it returns opens the file that is named there now, and need not be waited for. The
    /// error is what is wrong with the file: it is not served, then.
    pub fn set_config(
        self: &Arc<Self>,
        config: Arc<Config>,
    ) -> impl Future<Output = Result<(), Faults>> + Send + use<> {
        let listed = config.arguments.as_ref().is_some_and(|arguments| arguments.index);
        let to_open = {
            let mut now = self.now();
            now.file
                .take_if(|(path, _)| Some(&*path) != config.token_file.as_ref());
            let named = config.token_file.clone().filter(|_| now.file.is_none());
            now.config = Some(config);
            named
        };
        let tokens = Arc::clone(self);
        async move {
            match to_open {
                Some(path) => tokens.open(path, listed).await,
                None => Ok(()),
            }
        }
    }

    async fn open(&self, path: PathBuf, listed: bool) -> Result<(), Faults> {
        let file = TokenFile::open(path.clone(), listed).await?;
        self.follow(&file);
        let mut now = self.now();
        if now.names(&path) {
            now.file = Some((path, Arc::new(file)));
        }
        Ok(())
    }

    /// Waits until changes of the file that were made by now are taken up, or refused.
    pub async fn refresh(&self) {
        let file = self.file();
        if let Some(file) = file {
            file.refresh().await;
        }
    }

    /// All tokens with their links, for a page that lists them: the config has to say that they are listed.
    pub fn index(self: &Arc<Self>) -> Index {
        let tokens = Arc::clone(self);
        Arc::new(move || {
            let lines = tokens.file().map(|file| file.list()).unwrap_or_default();
            lines.iter().map(entry).collect()
        })
    }

    /// What is in force, and what is wrong with the file as it is now; `None` if there is no file. `most` targets are told
    /// at most.
    pub fn summary(&self, most: usize) -> Option<TokensSummary> {
        let file = self.file()?;
        let (tokens, targets, more_targets) = file.summary(most);
        let faults = file.faults().borrow().clone();
        Some(TokensSummary {
            tokens,
            targets,
            more_targets,
            faults: faults.map(|faults| token_faults(&faults)).unwrap_or_default(),
        })
    }

    fn file(&self) -> Option<Arc<TokenFile>> {
        self.now().file.as_ref().map(|(_, file)| Arc::clone(file))
    }

    /// That the file has become empty, in the person's words, or `None`; tells of each change.
    pub fn emptied(&self) -> watch::Receiver<Option<String>> {
        self.emptied.subscribe()
    }

    fn follow(&self, file: &TokenFile) {
        let (mut faults, emptied) = (file.faults(), self.emptied.clone());
        tokio::spawn(async move {
            // It ends with the file.
            while faults.changed().await.is_ok() {
                let now = faults.borrow_and_update().clone();
                let now = now.filter(|faults| faults.are_of_emptying());
                emptied.send_replace(now.map(|faults| {
                    let faults = token_faults(&faults).join("; ");
                    say!("tokens-kept", faults = faults)
                }));
            }
        });
    }

    fn now(&self) -> MutexGuard<'_, InForce> {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InForce {
    /// Whether the config still names this file.
    fn names(&self, path: &Path) -> bool {
        let named = self
            .config
            .as_ref()
            .and_then(|config| config.token_file.as_deref());
        named == Some(path)
    }

    /// The display that the sessions of a target count as: its id and its name.
    fn display(&self, target: &Target) -> Option<(String, String)> {
        let display = display_at(self.config.as_ref()?, target)?;
        Some((display.id.to_string(), display.name.clone()))
    }
}

impl TokenSource for Tokens {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        let file = self.file();
        Box::pin(async move {
            let mut grant = file?.lookup(token).await?;
            if let Some((id, name)) = self.now().display(&grant.target) {
                grant.display = id;
                grant.name = name;
            }
            Some(grant)
        })
    }
}

/// The token stands in the fragment, which no server or proxy gets to log. It may hold any characters, so it is encoded
/// once for the WebSocket's URL, and that again for the page's.
fn entry(line: &TokenLine) -> IndexEntry {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let path = format!("websockify?token={}", encoded(line.token.expose()));
    IndexEntry {
        name: line.target.to_string(),
        link: format!("vnc.html#path={}", encoded(&path)),
    }
}
