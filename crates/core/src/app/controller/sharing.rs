//! Links for others, as the controller attends to them.

use super::{
    Controller,
    shell::Call,
    work::{Done, not_saved},
};
use crate::{
    DisplayId, Notice, QrView, Reachability, SessionRights, ShareAddress, ShareView, Terms,
    network::{NetworkStatus, qr, self_test},
    service::{LinkAddress, SharedLink},
    sharing::links::LinkId,
    texts::say,
};

/// The link that is shown: its token is known only as long as this lives.
pub(super) struct Shared {
    display: DisplayId,
    /// What it was called when the link was made.
    name: String,
    terms: Terms,
    link: SharedLink,
    /// Its addresses as pictures, in their order.
    qrs: Vec<QrView>,
    /// Tells the answer that is waited for from earlier ones.
    attempt: u64,
    /// The whole link that was copied.
    copied: Option<String>,
    /// Whether it is to be copied once it is known which address opens.
    to_copy: bool,
}

impl Shared {
    fn new((display, name): (DisplayId, String), terms: Terms, link: SharedLink) -> Self {
        Self {
            qrs: qrs(&link),
            display,
            name,
            terms,
            link,
            attempt: 0,
            copied: None,
            to_copy: true,
        }
    }

    pub fn view(&self) -> ShareView {
        ShareView {
            display: self.display.clone(),
            name: self.name.clone(),
            link: self.link.made.id,
            terms: self.terms,
            addresses: self.link.addresses.iter().zip(&self.qrs).map(address).collect(),
            pin: self.link.made.pin.clone(),
            copied: self.copied_host(),
        }
    }

    /// The address that is on the clipboard; none when its link has changed since, as with encryption.
    fn copied_host(&self) -> Option<String> {
        let mut addresses = self.link.addresses.iter();
        let copied = addresses.find(|address| Some(&address.url) == self.copied.as_ref())?;
        Some(copied.host.clone())
    }
}

impl Controller {
    /// Makes a link for others and shows it. Whether it opens is tried before it is handed out.
    pub(super) fn share(&mut self, display: DisplayId, terms: Terms) {
        if !self.begin(&display) {
            return;
        }
        let (made, saved) = match self.service.make_link(&display, terms) {
            Ok(made) => made,
            Err(error) => return self.give_up(&display, error),
        };
        let (service, name) = (self.service.clone(), self.service.name(&display));
        self.work.spawn(async move {
            let notice = saved.await.err().map(not_saved);
            let shared = Shared::new((display, name), terms, service.addresses(made, None).await);
            Done::Shared(Box::new(shared), notice)
        });
    }

    pub(super) fn take_shared(&mut self, shared: Shared, notice: Option<Notice>) {
        self.busy.remove(&shared.display);
        self.share_for = Some(shared.display.clone());
        self.share = Some(shared);
        self.notice = notice.or(self.notice.take());
        self.try_shared();
    }

    /// Makes a link as the config says, and copies it without showing it.
    pub(super) fn copy_link(&mut self, display: DisplayId) {
        let terms = self.porthole.config().links;
        if terms.pin {
            // A PIN has to be told, too, and not in passing.
            self.show_window();
            return self.share(display, terms);
        }
        if !self.begin(&display) {
            return;
        }
        let (made, saved) = match self.service.make_link(&display, terms) {
            Ok(made) => made,
            Err(error) => return self.give_up(&display, error),
        };
        let (service, shell) = (self.service.clone(), self.shell.clone());
        self.work.spawn(async move {
            let saved = saved.await;
            let mut link = service.addresses(made, None).await;
            link.test().await;
            let best = link.best();
            let url = best.map(|address| address.url.clone()).unwrap_or_default();
            let copied = shell.call(Call::Copy(url)).await;
            let notice = match (copied, saved) {
                (Err(error), _) => Notice::error(say!("failed-copy", cause = error.to_string())),
                (Ok(()), Err(cause)) => not_saved(cause),
                (Ok(()), Ok(())) => copied_notice(terms, &link.status, best.map(|address| &address.opens)),
            };
            Done::Asked {
                display: Some(display),
                notice: Some(notice),
            }
        });
    }

    /// Puts the link that is shown on the clipboard, as one of its addresses.
    pub(super) fn copy_shared(&mut self, host: String) {
        let Some(shared) = &mut self.share else { return };
        shared.to_copy = false;
        let Some(address) = shared.link.addresses.iter().find(|address| address.host == host) else {
            return self.fail(say!("failed-no-host", host = host));
        };
        let (link, url, shell) = (shared.link.made.id, address.url.clone(), self.shell.clone());
        self.work.spawn(async move {
            let copied = shell.call(Call::Copy(url.clone())).await;
            let notice = copied
                .err()
                .map(|error| Notice::error(say!("failed-copy", cause = error.to_string())));
            Done::Copied { link, url, notice }
        });
    }

    pub(super) fn take_copied(&mut self, link: LinkId, url: String, notice: Option<Notice>) {
        let shared = self.share.as_mut().filter(|shared| shared.link.made.id == link);
        if let Some(shared) = shared
            && notice.is_none()
        {
            shared.copied = Some(url);
        }
        self.notice = notice.or(self.notice.take());
    }

    /// Tries again whether the link that is shown opens, also by addresses that have come since.
    pub(super) fn recheck_shared(&mut self) {
        self.follow_network();
        if let Some(shared) = &mut self.share {
            for address in &mut shared.link.addresses {
                address.opens = Reachability::Checking;
            }
            self.try_shared();
        }
    }

    fn try_shared(&mut self) {
        self.attempts += 1;
        let Some(shared) = &mut self.share else { return };
        shared.attempt = self.attempts;
        let (attempt, tests) = (shared.attempt, shared.link.tests());
        self.work.spawn(async move {
            Done::Tried {
                attempt,
                opens: self_test(tests).await,
            }
        });
    }

    pub(super) fn take_tried(&mut self, attempt: u64, opens: Vec<Reachability>) {
        let Some(shared) = self.share.as_mut().filter(|shared| shared.attempt == attempt) else {
            return;
        };
        shared.link.learn(opens);
        if shared.to_copy
            && let Some(address) = shared.link.best()
        {
            let host = address.host.clone();
            self.copy_shared(host);
        }
    }

    /// Shows the link that is shown with the addresses that this machine has now.
    pub(super) fn follow_network(&mut self) {
        let status = self.service.network.last();
        let Some(shared) = &mut self.share else { return };
        if shared.link.follow(status) {
            shared.qrs = qrs(&shared.link);
            self.try_shared();
        }
    }

    pub(super) fn close_share(&mut self) {
        self.share_for = None;
        self.share = None;
    }

    /// A link that opens nothing any more is not shown as one to be handed out.
    pub(super) fn forget_ended_share(&mut self) {
        let Some(shared) = &self.share else { return };
        let lives = self.service.links.view(shared.link.made.id).is_some();
        if !lives || self.porthole.config().display(shared.display.as_str()).is_none() {
            self.close_share();
        }
    }
}

fn qrs(link: &SharedLink) -> Vec<QrView> {
    link.addresses.iter().map(|address| qr(&address.url)).collect()
}

fn address((address, qr): (&LinkAddress, &QrView)) -> ShareAddress {
    ShareAddress {
        host: address.host.clone(),
        label: address.label.clone(),
        url: address.url.clone(),
        qr: qr.clone(),
        opens: address.opens.clone(),
    }
}

fn copied_notice(terms: Terms, status: &NetworkStatus, opens: Option<&Reachability>) -> Notice {
    let mut text = given(terms);
    if !status.addresses.is_open() {
        text = format!("{text} {}", say!("copied-here"));
    }
    match opens {
        Some(Reachability::No { reason, fix }) => Notice::error(format!("{text} {reason} {fix}")),
        Some(Reachability::Yes { doubt: Some(doubt) }) => Notice::info(format!("{text} {doubt}")),
        _ => Notice::info(text),
    }
}

/// That a link was copied, and what it gives.
fn given(terms: Terms) -> String {
    let mut more = String::new();
    if terms.once {
        more.push_str(&say!("copied-once"));
    }
    if terms.ask {
        more.push_str(&say!("copied-ask"));
    }
    match (terms.rights, terms.seconds) {
        (SessionRights::Control, None) => say!("copied-control", more = more),
        (SessionRights::Control, Some(seconds)) => {
            say!("copied-control-for", time = time(seconds), more = more)
        }
        (SessionRights::View, None) => say!("copied-view", more = more),
        (SessionRights::View, Some(seconds)) => say!("copied-view-for", time = time(seconds), more = more),
    }
}

/// The largest unit that says a time exactly.
fn time(seconds: u64) -> String {
    match seconds {
        _ if seconds.is_multiple_of(86_400) => say!("time-days", count = seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => say!("time-hours", count = seconds / 3_600),
        _ if seconds.is_multiple_of(60) => say!("time-minutes", count = seconds / 60),
        _ => say!("time-seconds", count = seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::tests::in_german;

    #[test]
    fn what_a_link_gives_is_said() {
        let terms = Terms::default();
        for (terms, english, german) in [
            (
                terms,
                "control, for 1 hour",
                "1 Stunde lang, den Bildschirm zu steuern",
            ),
            (
                Terms {
                    rights: SessionRights::View,
                    seconds: Some(90 * 60),
                    once: true,
                    ask: true,
                    pin: false,
                },
                "view only, for 90 minutes, one visit, you approve",
                "90 Minuten lang zuzusehen, nur einmal, wenn Sie es erlauben",
            ),
            (
                Terms {
                    seconds: Some(7 * 86_400),
                    ..terms
                },
                "control, for 7 days",
                "7 Tage lang, den Bildschirm zu steuern",
            ),
            (
                Terms {
                    seconds: None,
                    ..terms
                },
                "control, until you revoke it",
                "den Bildschirm zu steuern, bis Sie ihn widerrufen",
            ),
        ] {
            assert_eq!(given(terms), format!("Link copied: {english}."));
            let said = in_german(|| given(terms));
            assert!(said.ends_with(&format!(" {german}.")), "{said}");
        }
    }
}
