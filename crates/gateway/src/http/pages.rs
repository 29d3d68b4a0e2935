//! What a browser gets besides the WebSocket.

mod refused;

use std::{
    borrow::Cow,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::body::Bytes;
use percent_encoding::percent_decode_str;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// A response of ours.
pub(crate) type Page = Response<UnsyncBoxBody<Bytes, std::io::Error>>;

/// What is served to a browser besides the WebSocket.
#[derive(Clone)]
pub enum Pages {
    /// The viewer that is built in, where there is one target that asks for no token: `/` leads to it.
    OneTarget,
    /// The viewer that is built in.
    Embedded {
        /// What `/` lists; `None`: nothing is told there.
        index: Option<Index>,
    },
    /// A folder of the administrator's, in place of the viewer (websockify's `--web`).
    Dir(PathBuf),
}

/// What the index page lists, asked each time it is shown.
pub type Index = Arc<dyn Fn() -> Vec<IndexEntry> + Send + Sync>;

/// A line of the index page.
#[derive(Clone, Debug)]
pub struct IndexEntry {
    /// What people read.
    pub name: String,
    /// The link, relative to the page.
    pub link: String,
}

/// The viewer's build. It is missing only where nobody built it, and then every page is not found.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../novnc-vendor/dist"]
#[allow_missing = true]
struct Viewer;

/// Folders above ours that a link may name: websockify's links say `/novnc/vnc.html`, whatever a proxy makes of it.
const MOST_FOLDERS: usize = 8;

/// What health checks ask for: whether we answer, and nothing else.
const HEALTH_PATH: &str = "/healthz";

/// The page of the viewer for websockify's links.
const VIEWER_PAGE: &str = "vnc.html";

impl Pages {
    /// Answers a request that asks for no WebSocket; `frame_ancestors` are the Origins that may frame a page.
    pub(crate) async fn answer(&self, request: &request::Parts, frame_ancestors: &[String]) -> Page {
        match request.method {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return options(),
            _ => return nothing_here(),
        }
        let path = request.uri.path();
        let mut page = match self {
            Self::OneTarget if path == "/" => to_viewer(),
            Self::Embedded { index: Some(index) } if path == "/" => {
                page("text/html; charset=utf-8", index_page(&index()).into(), NO_STORE)
            }
            Self::OneTarget | Self::Embedded { .. } => embedded(path).unwrap_or_else(nothing_here),
            Self::Dir(folder) => return from_folder(folder, request).await,
        };
        if !frame_ancestors.is_empty() && page.status().is_success() {
            let_be_framed(&mut page, frame_ancestors);
        }
        page
    }
}

/// For a connection that there is no descriptor for, so that there is no time to read what it asks.
pub(crate) const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 70\r\nRetry-After: 5\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n\
    The gateway has no room for more connections now. Try again in a bit.\n";

/// Whether the request is a health check, which is answered whatever its Host: many send none.
pub(crate) fn is_health_check(request: &request::Parts) -> bool {
    matches!(request.method, Method::GET | Method::HEAD) && request.uri.path() == HEALTH_PATH
}

/// The answer to a health check.
pub(crate) fn healthy() -> Page {
    words(StatusCode::OK, b"ok\n")
}

/// The one answer to everything that is not for whoever asks: unknown paths and foreign Origins alike.
pub(crate) fn nothing_here() -> Page {
    refuse(StatusCode::NOT_FOUND)
}

/// [`nothing_here`] under another status.
pub(crate) fn refuse(status: StatusCode) -> Page {
    words(status, b"There is nothing here.\n")
}

/// What can be asked of every path alike.
fn options() -> Page {
    let mut page = words(StatusCode::NO_CONTENT, b"");
    page.headers_mut().remove(header::CONTENT_TYPE);
    page.headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    page
}

/// Relative to `/`, whatever a proxy puts before it.
fn to_viewer() -> Page {
    let mut page = words(StatusCode::TEMPORARY_REDIRECT, b"");
    page.headers_mut()
        .insert(header::LOCATION, HeaderValue::from_static(VIEWER_PAGE));
    page
}

/// Lets pages of these Origins show a page in a frame. Also those that isolate themselves from other sites (COEP), which
/// frame only what does so, too, and agrees to be framed (CORP).
fn let_be_framed(page: &mut Page, frame_ancestors: &[String]) {
    let headers = page.headers_mut();
    let policy = CONTENT_POLICY.replace(
        "frame-ancestors 'none'",
        &format!("frame-ancestors {}", frame_ancestors.join(" ")),
    );
    // Origins have no characters that a header could not hold.
    if let Ok(policy) = policy.parse() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let is_page = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    if headers.get(header::CONTENT_TYPE).is_some_and(is_page) {
        headers.insert(
            "cross-origin-resource-policy",
            HeaderValue::from_static("cross-origin"),
        );
    }
    headers.insert(
        "cross-origin-embedder-policy",
        HeaderValue::from_static("require-corp"),
    );
}

pub(crate) use refused::{bad_handshake, foreign_host, https_only, why_refused};

fn words(status: StatusCode, words: &'static [u8]) -> Page {
    let mut page = page("text/plain; charset=utf-8", Cow::Borrowed(words), NO_STORE);
    *page.status_mut() = status;
    page
}

/// No body.
pub(crate) fn empty() -> UnsyncBoxBody<Bytes, std::io::Error> {
    Full::default().map_err(|never| match never {}).boxed_unsync()
}

fn embedded(path: &str) -> Option<Page> {
    let mut rest = path.trim_start_matches('/');
    for _ in 0..=MOST_FOLDERS {
        let name = if rest == "v" { "v.html" } else { rest };
        if let Some(file) = Viewer::get(name) {
            let kind = mime_guess::from_path(name).first_or_octet_stream();
            // A name under assets/ holds a hash of its content.
            let keep = if name.starts_with("assets/") {
                FOR_EVER
            } else {
                NO_STORE
            };
            let kind = if kind.type_() == "text" {
                format!("{kind}; charset=utf-8")
            } else {
                kind.to_string()
            };
            return Some(page(&kind, file.data, keep));
        }
        rest = rest.split_once('/')?.1;
    }
    None
}

async fn from_folder(folder: &PathBuf, request: &request::Parts) -> Page {
    let mut bare = Request::new(());
    *bare.method_mut() = request.method.clone();
    *bare.uri_mut() = request.uri.clone();
    *bare.headers_mut() = request.headers.clone();
    if names_a_special_file(folder, request.uri.path()).await {
        return nothing_here();
    }
    let Ok(found) = ServeDir::new(folder)
        .oneshot(bare.map(|()| Full::<Bytes>::default()))
        .await;
    if found.status() == StatusCode::NOT_FOUND {
        return nothing_here();
    }
    let mut found = found.map(BodyExt::boxed_unsync);
    if let Some(below) = found.headers().get(header::LOCATION).and_then(relative) {
        found.headers_mut().insert(header::LOCATION, below);
    }
    // The folder's pages are not ours to restrict; they still need not be guessed at, or told where they came from.
    found.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    found
        .headers_mut()
        .insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    found
}

/// Whether a path in the folder leads to a pipe, a socket or a device. To open a pipe waits for its writer, on a thread
/// that others need.
async fn names_a_special_file(folder: &Path, path: &str) -> bool {
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        // It leads nowhere.
        return false;
    };
    let steps = Path::new(&*path).components();
    let below: PathBuf = steps
        .filter(|step| matches!(step, Component::Normal(_)))
        .collect();
    let file = folder.join(below);
    for file in [file.join("index.html"), file] {
        if let Ok(found) = tokio::fs::metadata(&file).await
            && !found.is_file()
            && !found.is_dir()
        {
            return true;
        }
    }
    false
}

/// The same redirection from a folder's name to the folder, `/sub` to `sub/`, relative to the page: behind a proxy ours
/// is not the site's root, and a path of two slashes would name another site.
fn relative(location: &HeaderValue) -> Option<HeaderValue> {
    let location = location.to_str().ok()?;
    let (path, query) = location.split_at(location.find('?').unwrap_or(location.len()));
    let folder = path.strip_suffix('/')?.rsplit('/').next()?;
    HeaderValue::from_str(&format!("./{folder}/{query}")).ok()
}

const NO_STORE: &str = "no-store";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn page(kind: &str, content: Cow<'static, [u8]>, keep: &'static str) -> Page {
    let bytes = match content {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut response = Response::new(Full::new(bytes).map_err(|never| match never {}).boxed_unsync());
    let headers: &mut HeaderMap = response.headers_mut();
    if let Ok(kind) = kind.parse() {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, keep),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

fn index_page(entries: &[IndexEntry]) -> Vec<u8> {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Displays</title>\n<h1>Displays</h1>\n<ul>\n",
    );
    for IndexEntry { name, link } in entries {
        html.push_str(&format!(
            "<li><a href=\"{}\">{}</a></li>\n",
            escape(link),
            escape(name)
        ));
    }
    html.push_str("</ul>\n");
    html.into_bytes()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_index_are_text() {
        let entries = [IndexEntry {
            name: "<b>&".into(),
            link: "v#\"x".into(),
        }];
        let html = String::from_utf8(index_page(&entries)).unwrap();
        assert!(
            html.contains("<a href=\"v#&quot;x\">&lt;b&gt;&amp;</a>"),
            "{html}"
        );
    }

    #[test]
    fn nothing_outside_the_viewers_build_is_found() {
        for path in [
            "/",
            "/../Cargo.toml",
            "/v/../../Cargo.toml",
            "//etc/passwd",
            "/a/b/c/d/e/f/g/h/i/j/v",
            "/%2e%2e/Cargo.toml",
        ] {
            assert!(embedded(path).is_none(), "{path}");
        }
    }
}
