//! One target for everybody.

use crate::{Grant, Lookup, Route, Target, Token, TokenSource};

/// One target for every request, whatever token it shows, and also for those that show none: what websockify does when
/// it is given a target. No token protects it, so the gateway's [`Access`](crate::Access) must be strict.
pub struct Fixed(pub Target);

impl TokenSource for Fixed {
    fn lookup<'a>(&'a self, _: &'a Token) -> Lookup<'a> {
        let grant = Grant {
            display: self.0.to_string(),
            name: self.0.to_string(),
            target: self.0.clone(),
            route: Route::Raw,
            expires: None,
            door: None,
        };
        Box::pin(std::future::ready(Some(grant)))
    }
}
