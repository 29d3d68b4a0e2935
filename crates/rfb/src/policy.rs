use crate::client_messages::{Kind, Message, check};
use crate::{ClientError, Rights};

/// The longest list of encodings of a view-only viewer.
const MAX_VIEW_ENCODINGS: u32 = 256;
/// The longest clipboard text that a view-only viewer may send in vain, in bytes.
const MAX_VIEW_CUT_TEXT: u32 = 64 << 10;

/// What is to become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Forward,
    Drop,
    /// Forward with a list of encodings from which some may be missing.
    FilterEncodings,
    /// Forward as long as the budget for full updates lasts, else as a request for changes only.
    RationUpdates,
}

/// Judges a message by the bytes of it that are held.
pub(crate) fn judge(message: Message, held: &[u8], rights: Rights) -> Result<Verdict, ClientError> {
    match (rights, message.kind) {
        (Rights::Control, Kind::SetEncodings) => Ok(Verdict::FilterEncodings),
        (Rights::Control, _) => Ok(Verdict::Forward),
        (Rights::View, _) => view(message, held),
    }
}

/// What a view-only viewer may send: what asks for pixels. Input, the clipboard and changes of the screen or
/// the machine are dropped, since honest viewers send them unawares; what none would send is an error.
fn view(message: Message, held: &[u8]) -> Result<Verdict, ClientError> {
    match message.kind {
        Kind::SetPixelFormat => match held[4] {
            8 | 16 | 32 => Ok(Verdict::Forward),
            bits => Err(ClientError::PixelFormat { bits }),
        },
        Kind::SetEncodings => {
            let count = u32::from(u16::from_be_bytes([held[2], held[3]]));
            check("SetEncodings", "encodings", count, MAX_VIEW_ENCODINGS)?;
            Ok(Verdict::FilterEncodings)
        }
        Kind::FramebufferUpdateRequest => Ok(Verdict::RationUpdates),
        Kind::EnableContinuousUpdates => Ok(Verdict::Forward),
        // An answer to the server's fence passes; a request would make the server answer, as often as one likes.
        Kind::ClientFence if held[4] & 0x80 == 0 => Ok(Verdict::Forward),
        Kind::ClientFence => Ok(Verdict::Drop),
        Kind::ClientCutText => {
            let length = u32::try_from(message.streamed).unwrap_or(u32::MAX);
            check("ClientCutText", "bytes", length, MAX_VIEW_CUT_TEXT)?;
            Ok(Verdict::Drop)
        }
        Kind::KeyEvent | Kind::PointerEvent | Kind::Xvp | Kind::SetDesktopSize | Kind::QemuKeyEvent => {
            Ok(Verdict::Drop)
        }
        Kind::QemuAudio => Err(ClientError::NotAllowed {
            message: "QEMU audio",
        }),
    }
}
