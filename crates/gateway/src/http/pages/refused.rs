//! What those see who are refused, and can do something about it.

use std::borrow::Cow;

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::{NO_STORE, Page, escape, page, words};
use crate::{RefusalCause, SettingsPlace};

/// For those who came without TLS where it is asked of everybody. It does not say where to: a link begins with https, or
/// is no link of ours.
pub(crate) fn https_only() -> Page {
    words(
        StatusCode::BAD_REQUEST,
        b"Only https is spoken here: the address begins with https://\n",
    )
}

/// For those who ask by a name that is not ours: which setting makes it ours. It is the same whatever they ask for, so
/// that it tells nothing of any link. The name is whoever asks's own word.
pub(crate) fn foreign_host(name: &str, settings: SettingsPlace) -> Page {
    let (title, what_to_do) = if name.is_empty() {
        (
            "No host name".to_owned(),
            "<p>The request does not say by which name it asks for this server.</p>".to_owned(),
        )
    } else {
        let add = escape(&settings.for_host(name));
        let place = match settings {
            SettingsPlace::ConfigFile => format!("add it to <code>config.toml</code>: <code>{add}</code>"),
            SettingsPlace::CommandLine => format!("start <code>portholed</code> with <code>{add}</code>"),
        };
        (
            format!("{} is not a name of this server", escape(name)),
            format!(
                "<p>It only answers to names that it knows, so that no other website can pass for it.</p>\n\
                 <p>If you run this server and the name is right, {place}</p>"
            ),
        )
    };
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<h1>{title}</h1>\n{what_to_do}\n"
    );
    let mut page = page(
        "text/html; charset=utf-8",
        Cow::Owned(html.into_bytes()),
        NO_STORE,
    );
    *page.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    page
}

/// For a handshake that is none.
pub(crate) fn bad_handshake(cause: &RefusalCause) -> Page {
    let mut page = words(StatusCode::BAD_REQUEST, match cause {
        RefusalCause::Http10 => {
            b"This request for a WebSocket came by HTTP/1.0. The reverse proxy in between has to speak HTTP/1.1; \
              with NGINX: proxy_http_version 1.1;\n"
        }
        RefusalCause::NoUpgrade => {
            b"This request for a WebSocket came without its Upgrade headers. The reverse proxy in between has to pass \
              them on; with NGINX: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";\n"
        }
        RefusalCause::Version => b"Only version 13 of the WebSocket protocol is spoken here.\n",
        RefusalCause::Subprotocol => b"Of WebSocket subprotocols only `binary` is spoken here.\n",
        _ => b"This is no WebSocket handshake.\n",
    });
    if *cause == RefusalCause::Version {
        // RFC 6455 section 4.4.
        page.headers_mut()
            .insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    page
}

/// Tells our own page why its WebSocket was refused, which a browser keeps from it.
pub(crate) fn why_refused(cause: Option<&RefusalCause>, settings: SettingsPlace) -> Page {
    #[derive(Serialize)]
    struct Why<'a> {
        refused: Option<&'static str>,
        name: &'a str,
        setting: String,
    }
    let (refused, name, setting) = match cause {
        Some(RefusalCause::Host(name)) => (Some("host"), name.as_str(), settings.for_host(name)),
        Some(RefusalCause::Origin(origin)) => (Some("origin"), origin.as_str(), settings.for_origin(origin)),
        Some(_) => (Some("http"), "", String::new()),
        None => (None, "", String::new()),
    };
    let setting = if name.is_empty() { String::new() } else { setting };
    // Strings alone: it does not fail.
    let json = serde_json::to_vec(&Why {
        refused,
        name,
        setting,
    })
    .unwrap_or_default();
    page("application/json", Cow::Owned(json), NO_STORE)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn the_page_names_the_setting_of_the_mode_that_runs_and_a_name_stays_text() {
        for (name, settings, part) in [
            (
                "desk.lan",
                SettingsPlace::ConfigFile,
                "<code>hosts = [&quot;desk.lan&quot;]</code>",
            ),
            (
                "desk.lan",
                SettingsPlace::CommandLine,
                "<code>--allow-host=desk.lan</code>",
            ),
            (
                "<script>",
                SettingsPlace::CommandLine,
                "<h1>&lt;script&gt; is not",
            ),
            ("", SettingsPlace::ConfigFile, "<h1>No host name</h1>"),
        ] {
            let page = foreign_host(name, settings);
            let body = page.into_body().collect().await.unwrap().to_bytes();
            let html = str::from_utf8(&body).unwrap();
            assert!(html.contains(part) && !html.contains("<script"), "{html}");
        }
    }
}
