//! What was refused before any token was looked at, folded: each cause once in the log, and a short list for the owner.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::{sync::watch, time::Instant};

/// How many causes are told apart; a stranger can make up as many Hosts as it likes.
const MAX_CAUSES: usize = 32;
/// After so long without another, a cause makes room for a new one and would be logged anew.
const FORGET_AFTER: Duration = Duration::from_secs(3600);
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
    known: Vec<(Refusal, Instant)>,
    /// There were more than are told apart, and that was said.
    overflowed: bool,
}

impl Refusals {
    /// The causes, the latest first: 32 at most.
    pub fn list(&self) -> Vec<Refusal> {
        let causes = self.0.causes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = causes.known.iter().map(|(refusal, _)| refusal.clone()).collect();
        list.sort_by_key(|refusal| std::cmp::Reverse(refusal.last));
        list
    }

    /// Changes whenever something is refused for a new cause.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Takes note of a request that is refused, and logs it if its cause is new.
    pub(crate) fn note(&self, cause: RefusalCause, client: IpAddr) {
        let now = Instant::now();
        let mut causes = self.0.causes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((refusal, seen)) = causes
            .known
            .iter_mut()
            .find(|(refusal, _)| refusal.cause == cause)
        {
            refusal.times += 1;
            refusal.last = SystemTime::now();
            *seen = now;
            return;
        }
        if causes.known.len() >= MAX_CAUSES {
            causes
                .known
                .retain(|(_, seen)| now.duration_since(*seen) < FORGET_AFTER);
        }
        if causes.known.len() >= MAX_CAUSES {
            if !std::mem::replace(&mut causes.overflowed, true) {
                tracing::warn!(%client, "refused: {cause}; causes that are new for an hour are no longer logged");
            }
            return;
        }
        causes.overflowed = false;
        tracing::warn!(%client, "refused: {cause}");
        let refusal = Refusal {
            cause,
            times: 1,
            last: SystemTime::now(),
        };
        causes.known.push((refusal, now));
        drop(causes);
        self.0.changes.send_modify(|count| *count += 1);
    }
}

impl RefusalCause {
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
    fn causes_are_counted_and_bounded() {
        let refusals = Refusals::default();
        let client = IpAddr::from([192, 0, 2, 1]);
        for i in 0..1000 {
            refusals.note(RefusalCause::host(Some(&format!("host{i}.example"))), client);
            refusals.note(RefusalCause::Http10, client);
        }
        let list = refusals.list();
        assert_eq!(list.len(), MAX_CAUSES);
        assert_eq!((&list[0].cause, list[0].times), (&RefusalCause::Http10, 1000));
        assert_eq!(*refusals.changes().borrow(), MAX_CAUSES as u64);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_long_past_makes_room() {
        let refusals = Refusals::default();
        let client = IpAddr::from([192, 0, 2, 1]);
        (0..MAX_CAUSES).for_each(|i| refusals.note(RefusalCause::host(Some(&format!("h{i}"))), client));
        tokio::time::advance(FORGET_AFTER).await;
        refusals.note(RefusalCause::host(Some("new")), client);
        assert_eq!(refusals.list().len(), 1);
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
