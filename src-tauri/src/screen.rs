//! The screen before there is a window on it, and when there will be none.

use anyhow::anyhow;
use gtk::{ButtonsType, DialogFlags, MessageDialog, MessageType, prelude::*};
use porthole_core::StartError;

/// Connects to the screen. Tauri does it the same way, and panics where there is none.
pub fn open() -> anyhow::Result<()> {
    gtk::init().map_err(|_| {
        anyhow!(
            "there is no screen to show a window on: neither DISPLAY nor WAYLAND_DISPLAY names one that can be used. \
             Start porthole in a graphical session, or use portholed, which needs none"
        )
    })
}

/// Shows why the program could not start, until the person has read it. Does nothing where there is no screen.
pub fn tell(error: &anyhow::Error) {
    if !gtk::is_initialized() {
        return;
    }
    let ours = error.downcast_ref().map(StartError::told);
    let text = ours.unwrap_or_else(|| format!("Porthole cannot start: {error:#}"));
    let nobody = None::<&gtk::Window>;
    let dialog = MessageDialog::new(
        nobody,
        DialogFlags::empty(),
        MessageType::Error,
        ButtonsType::Close,
        &text,
    );
    dialog.set_title("Porthole");
    dialog.run();
}
