use crate::{ClientError, Unit};

/// The longest list of encodings, in encodings. Viewers send some thirty.
const MAX_ENCODINGS: u16 = 1024;
/// The longest payload of a fence, by its definition, in bytes.
const MAX_FENCE: u8 = 64;
/// The longest clipboard text that does not end the session, in bytes; see `policy::MAX_PASSED_CUT_TEXT` for the longest
/// that passes.
const MAX_CUT_TEXT: u32 = 16 << 20;

/// A client message whose end is known: RFC 6143 §7.5, and for the others the community's RFB specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    /// How many bytes decide whether it may pass.
    pub(crate) head: usize,
    /// How many bytes follow these.
    pub(crate) rest: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SetPixelFormat,
    SetEncodings,
    FramebufferUpdateRequest,
    KeyEvent,
    PointerEvent,
    ClientCutText,
    EnableContinuousUpdates,
    ClientFence,
    Xvp,
    SetDesktopSize,
    QemuKeyEvent,
    QemuAudio,
}

/// What the first bytes of a message tell about its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Nothing yet: this many bytes of it are needed.
    Needs(usize),
    Known(Message),
}

/// Measures the message that begins with `head`, which may be empty.
pub(crate) fn measure(head: &[u8]) -> Result<Measure, ClientError> {
    let Some(&number) = head.first() else {
        return Ok(Measure::Needs(1));
    };
    match number {
        0 => Ok(whole(Kind::SetPixelFormat, 20)),
        2 => set_encodings(head),
        3 => Ok(whole(Kind::FramebufferUpdateRequest, 10)),
        4 => Ok(whole(Kind::KeyEvent, 8)),
        // Never 7: the encoding that adds a byte (−316) is taken out of every SetEncodings.
        5 => Ok(whole(Kind::PointerEvent, 6)),
        6 => client_cut_text(head),
        150 => Ok(whole(Kind::EnableContinuousUpdates, 10)),
        248 => client_fence(head),
        250 => Ok(whole(Kind::Xvp, 4)),
        251 => Ok(set_desktop_size(head)),
        // Its contents decide its form, and nobody who got here was offered it (−305 is taken out as well).
        253 => Err(ClientError::NotAllowed { message: "gii" }),
        255 => qemu(head),
        number => Err(ClientError::UnknownMessage { number }),
    }
}

fn whole(kind: Kind, length: usize) -> Measure {
    Measure::Known(Message {
        kind,
        head: length,
        rest: 0,
    })
}

fn set_encodings(head: &[u8]) -> Result<Measure, ClientError> {
    let &[_, _, high, low, ..] = head else {
        return Ok(Measure::Needs(4));
    };
    let count = u16::from_be_bytes([high, low]);
    check(
        "SetEncodings",
        Unit::Encodings,
        count.into(),
        MAX_ENCODINGS.into(),
    )?;
    Ok(whole(Kind::SetEncodings, 4 + 4 * usize::from(count)))
}

/// A negative length marks the extended clipboard; its absolute value counts the bytes.
fn client_cut_text(head: &[u8]) -> Result<Measure, ClientError> {
    let &[_, _, _, _, a, b, c, d, ..] = head else {
        return Ok(Measure::Needs(8));
    };
    let length = i32::from_be_bytes([a, b, c, d]).unsigned_abs();
    let rest = check("ClientCutText", Unit::Bytes, length, MAX_CUT_TEXT)?;
    Ok(Measure::Known(Message {
        kind: Kind::ClientCutText,
        head: 8,
        rest,
    }))
}

fn client_fence(head: &[u8]) -> Result<Measure, ClientError> {
    let &[_, _, _, _, _, _, _, _, length, ..] = head else {
        return Ok(Measure::Needs(9));
    };
    let payload = check("ClientFence", Unit::Bytes, length.into(), MAX_FENCE.into())?;
    Ok(whole(Kind::ClientFence, 9 + payload))
}

fn set_desktop_size(head: &[u8]) -> Measure {
    let &[_, _, _, _, _, _, screens, _, ..] = head else {
        return Measure::Needs(8);
    };
    Measure::Known(Message {
        kind: Kind::SetDesktopSize,
        head: 8,
        rest: 16 * usize::from(screens),
    })
}

fn qemu(head: &[u8]) -> Result<Measure, ClientError> {
    match *head {
        [_] => Ok(Measure::Needs(2)),
        [_, 0, ..] => Ok(whole(Kind::QemuKeyEvent, 12)),
        [_, 1, high, low, ..] => match u16::from_be_bytes([high, low]) {
            0 | 1 => Ok(whole(Kind::QemuAudio, 4)),
            2 => Ok(whole(Kind::QemuAudio, 10)),
            operation => Err(ClientError::UnknownQemuMessage {
                subtype: 1,
                operation,
            }),
        },
        [_, 1, ..] => Ok(Measure::Needs(4)),
        [_, subtype, ..] => Err(ClientError::UnknownQemuMessage {
            subtype,
            operation: 0,
        }),
        [] => Ok(Measure::Needs(1)),
    }
}

/// Refuses a length over its limit.
pub(crate) fn check(
    message: &'static str,
    unit: Unit,
    length: u32,
    limit: u32,
) -> Result<usize, ClientError> {
    let too_long = ClientError::TooLong {
        message,
        unit,
        length,
        limit,
    };
    if length > limit {
        return Err(too_long);
    }
    usize::try_from(length).map_err(|_| too_long)
}
