//! What was refused before any token was looked at, folded: each cause once in the log, and a short list for the owner.

use std::{
    collections::VecDeque,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::{sync::watch, time::Instant};

/// How many Hosts and Origins are kept, the latest: a stranger can make up as many as it likes.
const MAX_NAMES: usize = 32;
/// How many causes are logged in an hour.
const MAX_LOGGED_PER_HOUR: usize = 32;
const HOUR: Duration = Duration::from_secs(3600);
/// The longest name that DNS knows, and a scheme before it and a port behind it.
const MAX_NAME_BYTES: usize = 253 + 16;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalCause {
    /// It asked for this Host name, which is not ours; empty if it named none that could be.
    Host(String),
    /// It came from a page of this Origin, which may not connect; empty if it named none that could be.
    Origin(String),
    /// It asked for a WebSocket by HTTP/1.0, as a reverse proxy does that was not told to speak 1.1.
    Http10,
    /// It asked for a WebSocket without the headers `Upgrade` and `Connection`: a reverse proxy took them away.
    NoUpgrade,
    /// It speaks another version of the WebSocket protocol than 13.
    Version,
    /// It offers only subprotocols that are not spoken here.
    Subprotocol,
    /// Its handshake is malformed in another way.
    Malformed,
}

/// A cause for which requests were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The cause.
    pub cause: RefusalCause,
    /// How often.
    pub times: u64,
    /// When last.
    pub last: SystemTime,
}

/// What was refused since the start. Cheap to clone; every clone sees the same.
#[derive(Clone, Default)]
pub struct Refusals(Arc<Shared>);

#[derive(Default)]
struct Shared {
    causes: Mutex<Causes>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Causes {
    /// The one that was last noted comes last.
    known: Vec<Refusal>,
    /// When the last causes were logged.
    logged: VecDeque<Instant>,
    /// That there were more was said.
    overflowed: bool,
}

impl Refusals {
    /// The causes, the latest first: 32 Hosts and Origins at most, and what is wrong with handshakes.
    pub fn list(&self) -> Vec<Refusal> {
        let causes = self.0.causes.lock().unwrap_or_else(PoisonError::into_inner);
        causes.known.iter().rev().cloned().collect()
    }

    /// Changes whenever something is refused for a new cause.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Takes note of a request that is refused, and logs it if its cause is new.
    pub(crate) fn note(&self, cause: RefusalCause, client: IpAddr) {
        let mut causes = self.0.causes.lock().unwrap_or_else(PoisonError::into_inner);
        let at = causes.known.iter().position(|refusal| refusal.cause == cause);
        let before = at.map(|at| causes.known.remove(at));
        let is_new = before.is_none();
        if is_new {
            causes.log(&cause, client);
        }
        causes.known.push(Refusal {
            cause,
            times: before.map_or(0, |before| before.times) + 1,
            last: SystemTime::now(),
        });
        causes.forget_the_oldest_name();
        drop(causes);
        if is_new {
            self.0.changes.send_modify(|count| *count += 1);
        }
    }
}

impl Causes {
    fn forget_the_oldest_name(&mut self) {
        let names = || {
            self.known
                .iter()
                .enumerate()
                .filter(|(_, refusal)| refusal.cause.is_name())
        };
        if names().count() > MAX_NAMES
            && let Some((oldest, _)) = names().next()
        {
            self.known.remove(oldest);
        }
    }

    fn log(&mut self, cause: &RefusalCause, client: IpAddr) {
        let now = Instant::now();
        while self
            .logged
            .front()
            .is_some_and(|at| now.duration_since(*at) >= HOUR)
        {
            self.logged.pop_front();
            self.overflowed = false;
        }
        if self.logged.len() < MAX_LOGGED_PER_HOUR {
            self.logged.push_back(now);
            tracing::warn!(%client, "refused: {cause}");
        } else if !std::mem::replace(&mut self.overflowed, true) {
            tracing::warn!(%client, "refused: {cause}; there were many such causes, and further ones are not logged now");
        }
    }
}

impl RefusalCause {
    fn is_name(&self) -> bool {
        matches!(self, Self::Host(_) | Self::Origin(_))
    }

    /// A Host that is not ours.
    pub(crate) fn host(name: Option<&str>) -> Self {
        Self::Host(
            name.filter(|name| is_name(name))
                .unwrap_or_default()
                .to_ascii_lowercase(),
        )
    }

    /// An Origin that may not connect.
    pub(crate) fn origin(origin: Option<&str>) -> Self {
        let plausible = |origin: &&str| {
            let (scheme, rest) = origin.split_once("://").unwrap_or_default();
            matches!(scheme, "http" | "https") && is_name(&rest.replace([':', '[', ']'], "."))
        };
        Self::Origin(origin.filter(plausible).unwrap_or_default().to_ascii_lowercase())
    }
}

/// Whether a text can be a name in the network; then it is safe wherever text is.
pub(crate) fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !text.is_empty() && text.len() <= MAX_NAME_BYTES && text.bytes().all(plain)
}

/// The end of a sentence that begins with "refused:", for the log.
impl fmt::Display for RefusalCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) if name.is_empty() => f.write_str("the request names no Host that could be ours"),
            Self::Host(name) => write!(
                f,
                "`{name}` is not a Host of ours; if it should be, add it to `hosts` in the config, or start with \
                 --allow-host={name}"
            ),
            Self::Origin(origin) if origin.is_empty() => {
                f.write_str("the WebSocket names no Origin that could be ours; only browsers' pages may connect")
            }
            Self::Origin(origin) => write!(
                f,
                "pages of {origin} may not connect; if they should, add it to `origins` in the config, or start with \
                 --allow-origin={origin}"
            ),
            Self::Http10 => f.write_str(
                "the WebSocket handshake came by HTTP/1.0: a reverse proxy passes it on so; with NGINX set \
                 `proxy_http_version 1.1`, `proxy_set_header Upgrade $http_upgrade` and \
                 `proxy_set_header Connection \"upgrade\"`",
            ),
            Self::NoUpgrade => f.write_str(
                "the WebSocket handshake came without `Upgrade: websocket` and `Connection: Upgrade`: a reverse proxy \
                 took them away; with NGINX set `proxy_set_header Upgrade $http_upgrade` and \
                 `proxy_set_header Connection \"upgrade\"`",
            ),
            Self::Version => f.write_str("the client speaks another WebSocket version than 13"),
            Self::Subprotocol => f.write_str("the client offers only WebSocket subprotocols other than `binary`"),
            Self::Malformed => f.write_str("the WebSocket handshake is malformed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_counted_and_bounded_and_the_latest_are_kept() {
        let refusals = Refusals::default();
        let client = IpAddr::from([192, 0, 2, 1]);
        refusals.note(RefusalCause::Http10, client);
        for i in 0..1000 {
            refusals.note(RefusalCause::host(Some(&format!("host{i}.example"))), client);
            refusals.note(RefusalCause::NoUpgrade, client);
        }
        let list = refusals.list();
        assert_eq!(list.len(), MAX_NAMES + 2);
        assert_eq!((&list[0].cause, list[0].times), (&RefusalCause::NoUpgrade, 1000));
        assert_eq!(list[1].cause, RefusalCause::Host("host999.example".into()));
        // No number of names pushes out what is wrong with a proxy.
        assert_eq!(list.last().unwrap().cause, RefusalCause::Http10);
        assert_eq!(*refusals.changes().borrow(), 1002);
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_are_logged_and_more_an_hour_later() {
        let mut causes = Causes::default();
        let client = IpAddr::from([192, 0, 2, 1]);
        let log = |causes: &mut Causes| (0..100).for_each(|_| causes.log(&RefusalCause::Http10, client));
        log(&mut causes);
        assert!(causes.logged.len() == MAX_LOGGED_PER_HOUR && causes.overflowed);
        tokio::time::advance(HOUR).await;
        causes.log(&RefusalCause::Version, client);
        assert!(causes.logged.len() == 1 && !causes.overflowed);
    }

    #[test]
    fn only_what_can_be_a_name_is_kept() {
        for (host, kept) in [
            (Some("Desk.Fritz.Box"), "desk.fritz.box"),
            (Some("<b>"), ""),
            (Some("a b"), ""),
            (Some("x\r\ny"), ""),
            (None, ""),
        ] {
            assert_eq!(RefusalCause::host(host), RefusalCause::Host(kept.into()));
        }
        assert_eq!(
            RefusalCause::host(Some(&"x".repeat(1000))),
            RefusalCause::Host(String::new())
        );
        for (origin, kept) in [
            (Some("https://Desk.example:8443"), "https://desk.example:8443"),
            (Some("https://[::1]:8443"), "https://[::1]:8443"),
            (Some("null"), ""),
            (Some("https://a\u{1b}[31m"), ""),
            (Some("javascript://x"), ""),
        ] {
            assert_eq!(
                RefusalCause::origin(origin),
                RefusalCause::Origin(kept.into()),
                "{origin:?}"
            );
        }
    }
}
