//! Where the control socket is.

use std::path::PathBuf;

use porthole_launcher::is_runtime_folder;

use crate::{ConfigPlace, config::digest};

impl ConfigPlace {
    /// Where the control socket may be, the best place first: in the folder for what lives as long as its owner is
    /// logged in, or else beside the state. Who is asked may have been started without such a folder, as services are,
    /// and who asks may have one.
    pub(super) fn control_sockets(&self) -> Vec<PathBuf> {
        let name = format!("control-{}.sock", digest(&self.state));
        let in_runtime = runtime().map(|runtime| runtime.join("porthole").join(&name));
        in_runtime
            .into_iter()
            .chain([self.state.with_file_name(&name)])
            .collect()
    }
}

/// `XDG_RUNTIME_DIR`, if it is our own, and closed to others.
fn runtime() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
    let us = rustix::process::geteuid().as_raw();
    is_runtime_folder(&folder, us).then_some(folder)
}
