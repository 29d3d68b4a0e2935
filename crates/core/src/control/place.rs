//! Where the control socket is.

use std::path::PathBuf;

use super::folders::runtime;
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
