//! Links and visitors, as the control socket attends to them.

use std::{fmt, str::FromStr};

use porthole_gateway::RightsError;
use serde::{Deserialize, Serialize};

use super::{Answer, MAX_LINKS_PER_ANSWER, Page, Requests};
use crate::{
    DisplayId, LinkView, NetworkView, Reachability, SessionRights, SessionView, Terms,
    config::{MAX_LINK_SECONDS, duration},
    network::NetworkStatus,
    service::LinkAddress,
    sharing::state::Saving,
    texts::sentence::sentence,
};

/// A link as it is asked for; what is not said is as the config says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Wish {
    /// The display's name, or its id.
    pub display: String,
    /// What visitors may do.
    pub rights: Option<SessionRights>,
    /// How long it works.
    pub ends: Option<Ends>,
    /// It opens one session.
    pub once: bool,
    /// The owner is asked about every visitor.
    pub ask: bool,
    /// Visitors have to show a PIN.
    pub pin: bool,
    /// The host that the link is to name: one of this machine's addresses or names.
    pub address: Option<String>,
}

/// When a link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ends {
    /// After so many seconds.
    After(u64),
    /// When somebody revokes it.
    Never,
}

/// A link that was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewLink {
    /// The display's name.
    pub display: String,
    /// The display's id.
    pub display_id: DisplayId,
    /// The whole link, with the address that was asked for, or the likeliest that opens. A secret.
    pub url: String,
    /// Its PIN, if it has one. A secret, too.
    pub pin: Option<String>,
    /// The SHA-256 fingerprint of a certificate that Porthole made itself, if links are https: browsers warn of it, and
    /// a visitor can compare.
    pub fingerprint: Option<String>,
    /// What it gives.
    #[serde(flatten)]
    pub link: LinkView,
    /// All addresses that it can be handed out with, the likeliest first.
    pub addresses: Vec<LinkAddress>,
    /// What is not as it should be, as sentences.
    pub warnings: Vec<String>,
}

/// A link that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkStatus {
    /// The display's name.
    pub display: String,
    /// The display's id.
    pub display_id: DisplayId,
    /// When the link is gone for good because its display has left the config, in milliseconds since 1970 (UTC), unless
    /// that comes back before; the link opens nothing until then. `None`: the display is in the config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan_until: Option<u64>,
    /// What it gives.
    #[serde(flatten)]
    pub link: LinkView,
}

/// A viewer that is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionStatus {
    /// The display's name.
    pub display: String,
    /// The display's id; `None` for a token file's target that no display shows.
    pub display_id: Option<DisplayId>,
    /// Who it is, and since when.
    #[serde(flatten)]
    pub session: SessionView,
}

impl fmt::Debug for NewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewLink({}, {})", self.display, self.link.id)
    }
}

/// Like `30m`, `1h`, `7d` or `forever`.
impl FromStr for Ends {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "forever" | "never" => Ok(Self::Never),
            text => {
                let seconds = duration(text).filter(|seconds| (1..=MAX_LINK_SECONDS).contains(seconds));
                seconds
                    .map(Self::After)
                    .ok_or("write it like 30m, 1h, 7d or forever")
            }
        }
    }
}

impl Wish {
    fn terms(&self, usual: Terms) -> Terms {
        Terms {
            rights: self.rights.unwrap_or(usual.rights),
            seconds: match self.ends {
                None => usual.seconds,
                Some(Ends::Never) => None,
                Some(Ends::After(seconds)) => Some(seconds),
            },
            once: self.once || usual.once,
            ask: self.ask || usual.ask,
            pin: self.pin || usual.pin,
        }
    }
}

impl Requests {
    pub(super) async fn link(&self, wish: Wish) -> Answer {
        let display = match self.in_config(&wish.display) {
            Ok(display) => display,
            Err(reason) => return failed(reason),
        };
        let terms = wish.terms(self.service.links.config().links);
        let (made, saved) = match self.service.make_link(&display, terms) {
            Ok(made) => made,
            Err(error) => return failed(sentence(&error.to_string())),
        };
        let mut shared = self.service.addresses(made, wish.address.as_deref()).await;
        shared.test().await;
        let address = match &wish.address {
            Some(host) => shared.by_host(host),
            None => shared.best(),
        };
        let Some(address) = address else {
            drop(self.service.revoke(shared.made.id));
            return wrong_address(&wish.address.unwrap_or_default(), &shared.addresses);
        };
        let Some(link) = self.service.links.view(shared.made.id) else {
            return failed("The link was revoked while it was made.".into());
        };
        let not_saved = saved
            .await
            .err()
            .map(|cause| format!("The link only works until Porthole quits: {cause}."));
        let warnings = warnings(&shared.status, address);
        Answer::Link(Box::new(NewLink {
            display: self.service.name(&display),
            display_id: display,
            url: address.url.clone(),
            pin: shared.made.pin.clone(),
            fingerprint: NetworkView::from(&*shared.status).fingerprint,
            link,
            warnings: not_saved.into_iter().chain(warnings).collect(),
            addresses: shared.addresses,
        }))
    }

    pub(super) fn links(&self, display: Option<&str>, page: Option<Page>) -> Answer {
        let display = match display.map(|display| self.with_links(display)).transpose() {
            Ok(display) => display,
            Err(reason) => return failed(reason),
        };
        let orphans = self.service.links.orphans();
        let Page { before, limit } = page.unwrap_or_default();
        let (before, limit) = (before.unwrap_or(u64::MAX), limit.min(MAX_LINKS_PER_ANSWER));
        let links =
            self.service.links.views().into_iter().filter(|(of, link)| {
                display.as_ref().is_none_or(|display| display == of) && link.id < before
            });
        let mut links = links.peekable();
        let status = |(display, link): (DisplayId, LinkView)| LinkStatus {
            display: self.service.name(&display),
            orphan_until: orphans
                .iter()
                .find(|orphan| orphan.id == display)
                .map(|orphan| orphan.until),
            display_id: display,
            link,
        };
        Answer::Links {
            links: links.by_ref().take(limit).map(status).collect(),
            more: links.peek().is_some(),
        }
    }

    pub(super) async fn revoke(&self, link: u64) -> Answer {
        match self.service.revoke(link) {
            (true, saved) => revoked(format!("Link {link} is revoked."), saved).await,
            (false, _) => failed(format!("There is no link {link}; `portholed links` lists them.")),
        }
    }

    pub(super) async fn revoke_all(&self, display: &str) -> Answer {
        let id = match self.with_links(display) {
            Ok(id) => id,
            Err(reason) => return failed(reason),
        };
        match self.service.revoke_all(&id) {
            (0, saved) => revoked(format!("{display} has no links."), saved).await,
            (1, saved) => revoked(format!("1 link to {display} is revoked."), saved).await,
            (more, saved) => revoked(format!("{more} links to {display} are revoked."), saved).await,
        }
    }

    pub(super) fn sessions(&self) -> Answer {
        let status = |(session, display, display_id)| SessionStatus {
            session,
            display,
            display_id,
        };
        let sessions = self.service.sessions().map(status);
        Answer::Sessions {
            sessions: sessions.collect(),
        }
    }

    pub(super) fn disconnect(&self, session: u64) -> Answer {
        match self.service.disconnect(session) {
            true => done(format!("Session {session} is disconnected.")),
            false => no_session(session),
        }
    }

    /// Answers once it is so.
    pub(super) async fn rights(&self, session: u64, rights: SessionRights) -> Answer {
        let may = match rights {
            SessionRights::Control => "control the display",
            SessionRights::View => "only view the display",
        };
        match self.service.set_rights(session, rights).await {
            Ok(()) if rights == SessionRights::View => done(format!(
                "Session {session} may {may} from now on, and so may all other sessions of its link from the same address, \
                 also later ones, until one of them is given control."
            )),
            Ok(()) => done(format!("Session {session} may {may} from now on.")),
            Err(RightsError::NoSession) if self.is_raw(session) => failed(format!(
                "Session {session} came by a token file or a command line, whose sessions are passed on byte for byte: their \
                 rights cannot be changed. `portholed disconnect {session}` ends it."
            )),
            Err(RightsError::NoSession) => no_session(session),
            Err(RightsError::Ended) => failed(format!(
                "Session {session} has ended: it was over, or its VNC server could not be told of the new rights."
            )),
            Err(RightsError::Overruled) => {
                failed(format!("Session {session} was given other rights meanwhile."))
            }
            Err(RightsError::NotYet) => failed(format!(
                "The VNC server of session {session} takes nothing at the moment; as soon as it does, the visitor may \
                 {may}."
            )),
        }
    }

    /// Whether there is such a session, and nobody can tell or change what it may do.
    fn is_raw(&self, session: u64) -> bool {
        let sessions = self.service.sessions.list();
        sessions
            .iter()
            .any(|found| found.id == session && found.rights.is_none())
    }

    pub(super) fn answer_visitor(&self, visitor: u64, rights: Option<SessionRights>) -> Answer {
        match (self.service.answer(visitor, rights), rights) {
            (true, Some(_)) => done(format!("Visitor {visitor} is let in.")),
            (true, None) => done(format!("Visitor {visitor} is turned away.")),
            (false, _) => failed(format!(
                "No visitor {visitor} waits; `portholed visitors` lists who does."
            )),
        }
    }
}

/// What may keep a link from opening.
fn warnings(status: &NetworkStatus, address: &LinkAddress) -> Vec<String> {
    let of_address = match &address.opens {
        Reachability::No { reason, fix } => Some(format!("{reason} {fix}")),
        Reachability::Yes { doubt } => doubt.clone(),
        Reachability::Checking => None,
    };
    status.faults.iter().cloned().chain(of_address).collect()
}

fn wrong_address(host: &str, addresses: &[LinkAddress]) -> Answer {
    let known: Vec<_> = addresses.iter().map(|address| address.host.as_str()).collect();
    failed(format!(
        "This machine cannot be reached as {host}; a link can name: {}. Further names go into `hosts` in the config.",
        known.join(", ")
    ))
}

/// A link that is revoked opens nothing any more; but if that cannot be saved, it would again after the next start.
async fn revoked(text: String, saved: Saving) -> Answer {
    match saved.await {
        Ok(()) => done(text),
        Err(cause) => failed(format!(
            "{text} But only until Porthole ends: {cause}. Once that is mended, try again."
        )),
    }
}

fn no_session(session: u64) -> Answer {
    failed(format!(
        "There is no session {session}; `portholed sessions` lists them."
    ))
}

fn done(done: String) -> Answer {
    Answer::Done { done }
}

pub(super) fn failed(reason: String) -> Answer {
    Answer::Failed {
        reason,
        log: Vec::new(),
    }
}
