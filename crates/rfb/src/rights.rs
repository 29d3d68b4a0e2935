/// What the viewer of a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rights {
    /// See the screen and use keyboard, pointer and clipboard.
    Control,
    /// See the screen only.
    View,
}
