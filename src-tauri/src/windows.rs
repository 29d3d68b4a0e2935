//! The windows: the main one, and one for each display that is looked at.

use porthole_core::{DisplayId, Theme};
use tauri::{
    AppHandle, Manager, Result, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    webview::NewWindowResponse,
};

use crate::language;

/// The label of the window with the list of displays, the only one with a capability.
pub const MAIN: &str = "main";

/// Brings up the main window, which is made on the first call.
pub fn show_main<R: Runtime>(app: &AppHandle<R>) -> Result<()> {
    if let Some(window) = app.get_webview_window(MAIN) {
        return raise(&window);
    }
    let (_, language) = language::wanted();
    let page = WebviewUrl::App(format!("index.html?language={language}").into());
    WebviewWindowBuilder::new(app, MAIN, page)
        .title("Porthole")
        .inner_size(840.0, 640.0)
        .min_inner_size(440.0, 360.0)
        .on_navigation(|to| to.scheme() == "tauri")
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// Hides the main window, and keeps it for the next time.
pub fn hide_main<R: Runtime>(app: &AppHandle<R>) -> Result<()> {
    app.get_webview_window(MAIN)
        .map_or(Ok(()), |window| window.hide())
}

/// Shows the viewer page at `url` in the window of a display, of which its id and its name are given.
///
/// The page comes from the gateway, which is a remote origin to Tauri: its window has no capability and may go nowhere
/// else.
pub fn show_viewer<R: Runtime>(
    app: &AppHandle<R>,
    (display, name): (&DisplayId, &str),
    url: &Url,
    theme: Theme,
) -> Result<()> {
    let label = viewer_label(display);
    if let Some(window) = app.get_webview_window(&label) {
        // It may have been given another name since.
        window.set_title(name)?;
        return raise(&window);
    }
    let gateway = url.origin();
    WebviewWindowBuilder::new(app, label, WebviewUrl::External(dressed(url, theme)))
        .title(name)
        .inner_size(1024.0, 768.0)
        .min_inner_size(320.0, 240.0)
        // Copy and paste between this computer and the display are what a viewer is for.
        .enable_clipboard_access()
        .on_navigation(move |to| to.origin() == gateway)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(())
}

/// The page's address with the theme that it is to have, unless that is the system's.
fn dressed(url: &Url, theme: Theme) -> Url {
    let theme = match theme {
        Theme::System => return url.clone(),
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let mut url = url.clone();
    url.query_pairs_mut().append_pair("theme", theme);
    url
}

/// A label names its display, so that no table is needed to find a display's window: by its id, since another display
/// may get its name.
fn viewer_label(display: &DisplayId) -> String {
    format!("viewer-{display}")
}

fn raise<R: Runtime>(window: &WebviewWindow<R>) -> Result<()> {
    window.show()?;
    window.unminimize()?;
    window.set_focus()
}

#[cfg(test)]
mod tests {
    use tauri::test::mock_app;

    use super::*;

    #[test]
    fn a_display_has_one_window_whatever_its_name() {
        let app = mock_app();
        let url: Url = "http://127.0.0.1:6080/v#token".parse().unwrap();
        for (id, name) in [
            ("a", "Alice"),
            ("a", "Anna"),
            ("b", "Alice"),
            ("c", "Bob & Łukasz/1"),
        ] {
            let id = id.parse().unwrap();
            show_viewer(app.handle(), (&id, name), &url, Theme::System).unwrap();
        }
        assert_eq!(app.webview_windows().len(), 3);
    }

    #[test]
    fn a_theme_goes_along_and_the_token_stays_where_no_server_sees_it() {
        let url: Url = "http://127.0.0.1:6080/v#token".parse().unwrap();
        assert_eq!(dressed(&url, Theme::System), url);
        let dark = dressed(&url, Theme::Dark);
        assert_eq!(dark.as_str(), "http://127.0.0.1:6080/v?theme=dark#token");
    }
}
