//! What is to be known of a display's picture.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is to be known of a display's picture. The picture itself is asked of [`Thumbnails`](crate::Thumbnails).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ThumbnailView {
    /// Another with each picture that differs from the one before; no two pictures of a program's run have the same.
    #[ts(type = "number")]
    pub number: u64,
    /// Whether it shows what is on the screen now; else it was taken a while ago.
    pub live: bool,
}
