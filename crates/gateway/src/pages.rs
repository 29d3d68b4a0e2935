//! The pages.
use std::{path::PathBuf, sync::Arc};

/// What is served to a browser besides the WebSocket.
#[derive(Clone)]
pub enum Pages {
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
