//! The pictures of displays, as addresses that the window's page can show: `picture://localhost/ID?NUMBER`.

use percent_encoding::percent_decode_str;
use porthole_core::Handle;
use tauri::{
    Manager, Runtime, UriSchemeContext,
    http::{Request, Response, StatusCode, header},
};

use crate::windows::MAIN;

/// What their addresses begin with.
pub const SCHEME: &str = "picture";

/// Answers whoever asks for a picture. Only the window with the list may: a viewer's page comes from elsewhere.
pub fn answer<R: Runtime>(context: UriSchemeContext<'_, R>, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let id = request.uri().path().trim_start_matches('/');
    let id = percent_decode_str(id).decode_utf8_lossy();
    // Before the program has started there is nothing to be seen.
    let handle = context.app_handle().try_state::<Handle>();
    let png = handle
        .filter(|_| context.webview_label() == MAIN)
        .and_then(|handle| handle.pictures.png(&id));
    match png {
        Some(png) => with(StatusCode::OK, png.to_vec()),
        None => with(StatusCode::NOT_FOUND, Vec::new()),
    }
}

fn with(status: StatusCode, png: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(png);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("image/png"),
    );
    // Its address is another when the picture is; nothing of a screen is to be left behind.
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    response
}
