use crate::{Rights, extended_clipboard};

/// Appends `message`, a whole SetEncodings, to `upstream`, with only those encodings that are allowed. Towards a server
/// that knows the extended clipboard, a view-only viewer's list has it, by which the wall is kept up.
pub(crate) fn filter(message: &[u8], rights: Rights, extended_clipboard: bool, upstream: &mut Vec<u8>) {
    let (fixed, list) = message.split_at(4);
    let (list, _) = list.as_chunks::<4>();
    let start = upstream.len();
    upstream.extend_from_slice(fixed);
    let mut count: u16 = 0;
    for encoding in list {
        let is_clipboard = *encoding == extended_clipboard::ENCODING;
        if allowed(i32::from_be_bytes(*encoding), rights) && (extended_clipboard || !is_clipboard) {
            upstream.extend_from_slice(encoding);
            count += 1;
        }
    }
    if extended_clipboard && rights == Rights::View {
        upstream.extend_from_slice(&extended_clipboard::ENCODING);
        count += 1;
    }
    upstream[start + 2..start + 4].copy_from_slice(&count.to_be_bytes());
}

/// Whether an encoding may stay in the SetEncodings of a viewer with these rights.
///
/// An encoding in the list is an offer which a server is free to ignore (RFC 6143 §7.5.2), so a viewer must
/// work without the ones that are taken out.
fn allowed(encoding: i32, rights: Rights) -> bool {
    match rights {
        Rights::Control => !changes_client_messages(encoding),
        Rights::View => only_shows(encoding),
    }
}

/// Encodings which change the form of a client message, and would put the reader out of step:
///
/// - −316, extended mouse buttons: a server that took it up reads a seventh byte of some PointerEvents;
/// - −305, gii: adds a message whose own contents decide how it is to be read.
fn changes_client_messages(encoding: i32) -> bool {
    matches!(encoding, -316 | -305)
}

/// Encodings which do nothing but bring pixels, or say how they are to be shown. Anything not named here is
/// taken out of a view-only list: it may open a way for input or the clipboard.
fn only_shows(encoding: i32) -> bool {
    const VMWARE_CURSOR: i32 = 0x574d_5664;
    match encoding {
        0 | 1 | 2 | 5 | 6 | 7 | 16 => true, // Raw, CopyRect, RRE, Hextile, zlib, Tight, ZRLE
        21 | 50 | -260 => true,             // JPEG, H.264, TightPNG
        -32..=-23 | -512..=-412 => true,    // JPEG quality, coarse and fine
        -256..=-247 => true,                // compression
        -768..=-763 => true,                // JPEG subsampling
        -223 | -308 | -224 => true,         // DesktopSize, ExtendedDesktopSize, LastRect
        -312 | -313 => true,                // Fence, ContinuousUpdates
        -239 | VMWARE_CURSOR => true,       // the pointer's shape
        -261 | -307 => true,                // the keyboard's lights, the desktop's name
        _ => false,
    }
}
