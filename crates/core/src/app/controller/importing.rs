//! Token files of websockify's, as the controller attends to them.

use std::path::PathBuf;

use super::{Controller, work::Done};
use crate::{
    Notice, TokenFileView, TokenTarget,
    config::{Added, Contents, Faulty, display_at},
    texts::{say, sentence::sentence},
};

impl Controller {
    /// Looks what a token file would bring.
    pub(super) fn look_into_token_file(&mut self, file: String) {
        let file = file.trim().to_owned();
        self.additions.attempt += 1;
        self.additions.token_file = Some(self.unread(file.clone()));
        let (attempt, service) = (self.additions.attempt, self.service.clone());
        self.work.spawn(async move {
            let contents = service.look_into_token_file(PathBuf::from(file)).await;
            Done::LookedIntoTokenFile { attempt, contents }
        });
    }

    pub(super) fn take_contents(&mut self, attempt: u64, contents: Result<Contents, Faulty>) {
        if attempt != self.additions.attempt {
            return;
        }
        let config = self.porthole.config();
        let Some(view) = &mut self.additions.token_file else {
            return;
        };
        match contents {
            Ok(Contents {
                tokens,
                targets,
                more,
                replaces,
                exposed,
            }) => {
                view.faults = Some(Vec::new());
                view.tokens = tokens;
                view.more = more;
                view.targets = targets
                    .into_iter()
                    .map(|(target, tokens)| TokenTarget {
                        display: display_at(config, &target).map(|display| display.name.clone()),
                        target: target.to_string(),
                        tokens,
                    })
                    .collect();
                view.replaces = replaces.map(|path| path.display().to_string());
                view.exposed = exposed.map(|exposed| sentence(&exposed.to_string()));
            }
            Err(Faulty(faults)) => view.faults = Some(sentences(&faults)),
        }
    }

    /// Takes a token file over.
    pub(super) fn import_token_file(&mut self, file: String) {
        let file = PathBuf::from(file.trim());
        let service = self.service.clone();
        self.work.spawn(async move {
            let imported = service.import_token_file(file.clone()).await;
            Done::Imported { imported, file }
        });
    }

    pub(super) fn take_imported(&mut self, file: PathBuf, imported: Result<Vec<Added>, Faulty>) {
        match imported {
            Ok(added) => {
                self.add_nothing();
                let taken = say!("done-imported", file = file.display().to_string());
                let displays = say!("done-imported-displays", count = added.len());
                let text = format!("{taken} {displays}");
                self.notice = Some(Notice::info(text));
                if let [added] = &added[..] {
                    self.additions.to_share = Some(added.which.clone());
                }
            }
            Err(Faulty(faults)) => match &mut self.additions.token_file {
                Some(view) => view.faults = Some(sentences(&faults)),
                None => self.fail(sentences(&faults).join(" ")),
            },
        }
    }

    fn unread(&self, file: String) -> TokenFileView {
        let config = self.porthole.config();
        let others = |addresses: &Vec<std::net::IpAddr>| addresses.iter().any(|ip| !ip.is_loopback());
        TokenFileView {
            file,
            faults: None,
            tokens: 0,
            targets: Vec::new(),
            more: 0,
            link: format!(
                "{}{}/vnc.html?path=websockify?token=TOKEN",
                self.porthole.address(),
                config.base_path
            ),
            open: config.listen.as_ref().is_some_and(others),
            replaces: None,
            exposed: None,
        }
    }
}

fn sentences(faults: &[String]) -> Vec<String> {
    faults.iter().map(|fault| sentence(fault)).collect()
}
