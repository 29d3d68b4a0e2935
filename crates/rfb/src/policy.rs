use crate::client_messages::{Kind, Message, check};
use crate::{ClientError, Rights, Unit};

/// The longest list of encodings of a view-only viewer.
const MAX_VIEW_ENCODINGS: u32 = 256;
/// The longest clipboard text that a view-only viewer may send in vain, in bytes.
const MAX_VIEW_CUT_TEXT: u32 = 64 << 10;

/// The longest clipboard text that passes, in bytes: TigerVNC takes 256 KiB unless told otherwise, LibVNCServer and QEMU
/// 1 MiB. It is held until it is whole, so this bounds the memory of a session.
const MAX_PASSED_CUT_TEXT: usize = 1 << 20;

/// What is to become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageVerdict {
    Pass,
    Drop,
}

/// Judges a message by its head, towards a server that knows the extended clipboard or is not known to.
pub(crate) fn judge(
    message: Message,
    head: &[u8],
    rights: Rights,
    extended_clipboard: bool,
) -> Result<MessageVerdict, ClientError> {
    match (rights, message.kind) {
        (Rights::Control, Kind::ClientCutText) => Ok(cut_text(message, head, extended_clipboard)),
        (Rights::Control, _) => Ok(MessageVerdict::Pass),
        (Rights::View, _) => view(message, head),
    }
}

fn cut_text(message: Message, head: &[u8], extended_clipboard: bool) -> MessageVerdict {
    // A negative length is the mark of the extended clipboard; to other servers it is one of up to 4 GiB.
    let extended = head[4] & 0x80 != 0;
    if message.rest > MAX_PASSED_CUT_TEXT || (extended && !extended_clipboard) {
        MessageVerdict::Drop
    } else {
        MessageVerdict::Pass
    }
}

/// What a view-only viewer may send: what asks for pixels. Input, the clipboard and changes of the screen or
/// the machine are dropped, since honest viewers send them unawares; what none would send is an error.
fn view(message: Message, head: &[u8]) -> Result<MessageVerdict, ClientError> {
    match message.kind {
        Kind::SetPixelFormat => match head[4] {
            8 | 16 | 32 => Ok(MessageVerdict::Pass),
            bits => Err(ClientError::PixelFormat { bits }),
        },
        Kind::SetEncodings => {
            let count = u32::from(u16::from_be_bytes([head[2], head[3]]));
            check("SetEncodings", Unit::Encodings, count, MAX_VIEW_ENCODINGS)?;
            Ok(MessageVerdict::Pass)
        }
        Kind::FramebufferUpdateRequest | Kind::EnableContinuousUpdates => Ok(MessageVerdict::Pass),
        // An answer to the server's fence passes; a request would make the server answer, as often as one likes.
        Kind::ClientFence if head[4] & 0x80 == 0 => Ok(MessageVerdict::Pass),
        Kind::ClientFence => Ok(MessageVerdict::Drop),
        Kind::ClientCutText => {
            let length = u32::try_from(message.rest).unwrap_or(u32::MAX);
            check("ClientCutText", Unit::Bytes, length, MAX_VIEW_CUT_TEXT)?;
            Ok(MessageVerdict::Drop)
        }
        Kind::KeyEvent | Kind::PointerEvent | Kind::Xvp | Kind::SetDesktopSize | Kind::QemuKeyEvent => {
            Ok(MessageVerdict::Drop)
        }
        Kind::QemuAudio => Err(ClientError::NotAllowed {
            message: "QEMU audio",
        }),
    }
}
