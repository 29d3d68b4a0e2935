//! Where tokens are looked up.

use std::{pin::Pin, sync::Arc};

use crate::{Grant, Token};

/// The answer to [`TokenSource::lookup`], once it is there: what the token gives, or `None` for a token that is unknown,
/// revoked or expired alike.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = Option<Grant>> + Send + 'a>>;

/// Where tokens are looked up: our own links, a websockify token file, a database.
///
/// A lookup happens once for each WebSocket, and again when sessions were ended before its own began. A source that takes
/// tokens back, and wants what they opened to end, calls [`Sessions::end_where`](crate::Sessions::end_where) afterwards.
///
/// It should cost the same for ten tokens and for a million, and must not block its thread. A source that cannot answer
/// (its file is gone, its server is down) says so in its own log and answers `None`.
pub trait TokenSource: Send + Sync {
    /// What `token` gives. A request that shows no token is looked up with an empty one.
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a>;
}

/// Several sources are asked in their order; the first grant counts.
impl TokenSource for Vec<Arc<dyn TokenSource>> {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        Box::pin(async move {
            for source in self {
                if let Some(grant) = source.lookup(token).await {
                    return Some(grant);
                }
            }
            None
        })
    }
}
