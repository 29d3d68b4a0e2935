//! Serving until somebody stops it, for shells without a window.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::Porthole;
use crate::{Notice, NoticeKind, config::Refresh, sharing::token_file::Tokens};

/// Sessions that have not said goodbye by then are cut.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the last changes may take to be saved.
pub(super) const LAST_SAVE: Duration = Duration::from_secs(2);

/// Has all files looked at without waiting for their changes to be noticed.
pub struct Reload {
    config: Refresh,
    tokens: Arc<Tokens>,
}

impl Reload {
    /// Waits until changes that were made by now are taken up, or refused.
    pub async fn now(&self) {
        tokio::join!(self.config.now(), self.tokens.refresh());
    }
}

impl Porthole {
    /// For whoever knows that a file has changed.
    pub fn reload(&self) -> Reload {
        Reload {
            config: self.follower.refresh(),
            tokens: Arc::clone(&self.service.tokens),
        }
    }

    /// Serves until `stop` is done, and says in the log what happens to the config; then ends. For shells without a
    /// window.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) {
        log(&self.notes);
        let mut stop = std::pin::pin!(stop);
        loop {
            let (before, fault) = (Arc::clone(&self.config), self.fault.clone());
            let change = tokio::select! {
                change = self.changed() => change,
                () = &mut stop => break,
            };
            match &self.fault {
                Some(now) if fault.as_ref() != Some(now) => {
                    tracing::error!("{now}; the last good {}", self.what_stays());
                }
                None if !Arc::ptr_eq(&before, &self.config) => match self.source.file() {
                    Some(file) => tracing::info!("{} is in force", file.display()),
                    None => tracing::info!("the certificate was renewed"),
                },
                _ => {}
            }
            log(&change.notes);
        }
        self.stop().await;
    }

    fn what_stays(&self) -> &'static str {
        match self.source.file() {
            Some(_) => "config stays in force",
            None => "certificate stays in use",
        }
    }

    /// Stops accepting, lets sessions say goodbye, and is done within 5 s, unless the disk is slow.
    pub async fn stop(mut self) {
        // Or it would listen again.
        drop(self.network);
        #[cfg(unix)]
        if self.source.place().is_none() {
            // Before another program can listen at the address that names the control socket.
            self.control.take();
        }
        if timeout(CLOSE_TIMEOUT, self.gateway.stop()).await.is_err() {
            tracing::warn!("some sessions did not end in time and were cut");
        }
        if self.source.place().is_some() {
            // What comes of it is in the log.
            let _ = timeout(LAST_SAVE, self.service.links.saved()).await;
        }
    }
}

fn log(notes: &[Notice]) {
    for Notice { kind, text, .. } in notes {
        match kind {
            NoticeKind::Info => tracing::info!("{text}"),
            NoticeKind::Error => tracing::warn!("{text}"),
        }
    }
}
