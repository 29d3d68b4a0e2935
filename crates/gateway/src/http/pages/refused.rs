//! What those see who are refused, and can do something about it.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, StatusCode, header};
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
pub(crate) fn foreign_host(name: &str, settings: SettingsPlace, headers: &HeaderMap) -> Page {
    let (language, title, what_to_do) = foreign_host_words(name, settings, prefers_german(headers));
    let html = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n\
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

/// The page's language, its title, and what to do.
fn foreign_host_words(
    name: &str,
    settings: SettingsPlace,
    is_german: bool,
) -> (&'static str, String, String) {
    let add = escape(&settings.for_host(name));
    let name = escape(name);
    match (is_german, name.is_empty()) {
        (false, true) => (
            "en",
            "No host name".to_owned(),
            "<p>The request does not say by which name it asks for this server.</p>".to_owned(),
        ),
        (true, true) => (
            "de",
            "Kein Servername".to_owned(),
            "<p>Die Anfrage sagt nicht, unter welchem Namen sie diesen Server erreichen will.</p>".to_owned(),
        ),
        (false, false) => {
            let place = match settings {
                SettingsPlace::ConfigFile => "add it to <code>config.toml</code>:",
                SettingsPlace::CommandLine => "start <code>portholed</code> with",
            };
            (
                "en",
                format!("{name} is not a name of this server"),
                format!(
                    "<p>It only answers to names that it knows, so that no other website can pass for it.</p>\n\
                     <p>If you run this server and the name is right, {place} <code>{add}</code></p>"
                ),
            )
        }
        (true, false) => {
            let place = match settings {
                SettingsPlace::ConfigFile => "tragen Sie ihn in <code>config.toml</code> ein:",
                SettingsPlace::CommandLine => "starten Sie <code>portholed</code> mit",
            };
            (
                "de",
                format!("{name} ist kein Name dieses Servers"),
                format!(
                    "<p>Er antwortet nur auf Namen, die er kennt, damit sich keine andere Website für ihn ausgeben kann.</p>\n\
                     <p>Wenn Sie diesen Server betreiben und der Name stimmt, {place} <code>{add}</code></p>"
                ),
            )
        }
    }
}

/// Whether a browser would rather read German than English (RFC 9110 section 12.5.4).
fn prefers_german(headers: &HeaderMap) -> bool {
    let (mut german, mut english) = (0.0, 0.0);
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
    let ranges = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    for range in ranges {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: Option<f32> = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.parse().ok());
        let primary = tag.trim().split('-').next().unwrap_or_default();
        let wanted = if primary.eq_ignore_ascii_case("de") {
            &mut german
        } else if primary.eq_ignore_ascii_case("en") {
            &mut english
        } else {
            continue;
        };
        *wanted = weight.unwrap_or_default().max(*wanted);
    }
    german > english
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
            let page = foreign_host(name, settings, &HeaderMap::new());
            let body = page.into_body().collect().await.unwrap().to_bytes();
            let html = str::from_utf8(&body).unwrap();
            assert!(html.contains(part) && !html.contains("<script"), "{html}");
        }
    }
}
