//! The answer to one HTTP request: whether it is answered at all, and whether it opens a WebSocket.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Version, header, request};
use hyper::{body::Incoming, upgrade::OnUpgrade};

use crate::{
    Access, RefusalCause,
    http::{
        access,
        connection::{Caller, Open},
        forwarded,
        pages::{self, Page},
        pending_connections::PendingSlot,
        upgrade::{self, Credentials},
    },
};

/// Our own page asks why its WebSocket was refused, since a browser does not tell it: by a POST with this header to the
/// WebSocket's address, which comes by the same proxies, with the same Host and Origin. Pages of other Origins can
/// neither send the header nor read the answer.
const WHY: HeaderName = HeaderName::from_static("x-porthole-why");

/// What a client asked for, once its WebSocket is open.
pub(crate) struct Visit {
    pub(crate) upgraded: OnUpgrade,
    pub(crate) shown: Credentials,
    /// Whose visit it is.
    pub(crate) client: IpAddr,
}

/// The answer to a request; if it opens a WebSocket, that is in `asked` then.
pub(crate) async fn answer(
    request: Request<Incoming>,
    caller: Caller,
    open: &Open,
    place: &PendingSlot,
    asked: &Mutex<Option<Visit>>,
) -> Page {
    let (mut parts, _) = request.into_parts();
    if !caller.secure && !open.plain.load().serves(caller.peer, caller.to) {
        return pages::https_only();
    }
    if pages::is_health_check(&parts) {
        return pages::healthy();
    }
    let access = open.access.load();
    let client = forwarded::client(&parts.headers, caller.client, &access.trusted_proxies);
    place.count_for(client);
    let refused = refusal(&parts, caller.secure, open, &access).await;
    if is_why(&parts) {
        return pages::why_refused(refused.as_ref(), access.settings);
    }
    let is_upgrade = upgrade::is_asked_for(&parts);
    match refused {
        Some(cause @ RefusalCause::Host(_)) => {
            open.refusals.note(cause.clone(), client);
            let RefusalCause::Host(name) = cause else {
                return pages::nothing_here();
            };
            return pages::foreign_host(&name, access.settings, &parts.headers);
        }
        Some(cause) if is_upgrade => {
            open.refusals.note(cause, client);
            return pages::refuse(StatusCode::FORBIDDEN);
        }
        _ if !is_upgrade => return open.pages.answer(&parts, &access.frame_ancestors).await,
        _ => {}
    }
    let (shown, response) = match upgrade::accept(&parts) {
        Ok(accepted) => accepted,
        Err(cause) => {
            let page = pages::bad_handshake(&cause);
            open.refusals.note(cause, client);
            return page;
        }
    };
    let Some(upgraded) = parts.extensions.remove::<OnUpgrade>() else {
        return pages::refuse(StatusCode::BAD_REQUEST);
    };
    let visit = Visit {
        upgraded,
        shown,
        client,
    };
    *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(visit);
    response.map(|()| pages::empty())
}

/// Why a WebSocket is refused to whoever sends these headers, whatever token it shows. Pages only ask for the Host.
async fn refusal(parts: &request::Parts, secure: bool, open: &Open, access: &Access) -> Option<RefusalCause> {
    let host = text(&parts.headers, header::HOST);
    if !access.answers(host) {
        let name = access::name_in(host);
        let own = match (&open.own_names, &name) {
            (Some(names), Some(name)) => names.has(name).await,
            _ => false,
        };
        if !own {
            return Some(RefusalCause::host(name.as_deref()));
        }
    }
    let origin = text(&parts.headers, header::ORIGIN);
    if !access.admits(origin, host, secure) {
        return Some(RefusalCause::origin(origin));
    }
    (parts.version < Version::HTTP_11 && is_why(parts)).then_some(RefusalCause::Http10)
}

fn is_why(parts: &request::Parts) -> bool {
    parts.method == Method::POST && parts.headers.contains_key(WHY)
}

/// The value of a header that may be there once; a second one is for whoever reads the other.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next()?, values.next());
    first.to_str().ok().filter(|_| second.is_none())
}
