//! A websockify token file whose tokens work beside Porthole's own links.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use porthole_gateway::{Lookup, Target, Token, TokenSource, sources::TokenFile};
use tokio::sync::watch;

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

#[derive(Default)]
struct InForce {
    config: Option<Arc<Config>>,
    /// The file that the config names, once it is open.
    file: Option<(PathBuf, Arc<TokenFile>)>,
}

impl Tokens {
    /// Puts a config in force; what it returns opens the file that is named there now, and need not be waited for.
    pub fn set_config(self: &Arc<Self>, config: Arc<Config>) -> impl Future<Output = ()> + Send + use<> {
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
            if let Some(path) = to_open {
                tokens.open(path).await;
            }
        }
    }

    async fn open(&self, path: PathBuf) {
        match TokenFile::open(path.clone(), false).await {
            Ok(file) => {
                self.follow(&file);
                let mut now = self.now();
                if now.names(&path) {
                    now.file = Some((path, Arc::new(file)));
                }
            }
            // It was good when the config was checked. Once it is mended the config is read again, and it is opened.
            Err(faults) => tracing::warn!("the token file cannot be served: {faults}"),
        }
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
        let file = self.now().file.as_ref().map(|(_, file)| Arc::clone(file));
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
