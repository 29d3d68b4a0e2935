/// How far a handshake came with the bytes that it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many bytes of the input were used. The rest belongs to what follows the handshake, so it is less
    /// than the whole input only when `done`.
    pub consumed: usize,
    /// Whether the handshake is over, once the output has been sent.
    pub done: bool,
}
