//! What differs by operating system.

use std::path::Path;

use porthole_core::ShellError;

/// Opens a file in the program for plain text: systems that know no `.toml` have one.
#[cfg(target_os = "linux")]
pub fn open_as_text(path: &Path) -> Result<(), ShellError> {
    use gtk::gio::{AppInfo, AppLaunchContext, File, prelude::AppInfoExt};
    use tracing::debug;

    let editor = AppInfo::default_for_type("text/plain", false).ok_or(ShellError::NothingOpens)?;
    let opened = editor.launch(&[File::for_path(path)], None::<&AppLaunchContext>);
    opened.map_err(|error| {
        debug!(%error, "the program for text did not start");
        ShellError::NothingOpens
    })
}

/// There is no such program.
#[cfg(not(target_os = "linux"))]
pub fn open_as_text(_path: &Path) -> Result<(), ShellError> {
    Err(ShellError::NothingOpens)
}

/// Whether the library is there that the tray icon needs. Tauri loads it the same way, and panics when it is missing.
#[cfg(target_os = "linux")]
pub fn has_tray_library() -> bool {
    use std::panic;

    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let loaded = panic::catch_unwind(|| _ = &*libappindicator_sys::LIB);
    panic::set_hook(hook);
    loaded.is_ok()
}

/// The icon needs none.
#[cfg(not(target_os = "linux"))]
pub fn has_tray_library() -> bool {
    true
}
