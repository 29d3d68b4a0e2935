//! Messages of an RFB client (RFC 6143 §7.5), as bytes.

/// The keys of a line of ASCII, and Enter.
#[must_use]
pub fn typed(line: &str) -> Vec<u8> {
    let keys = line.bytes().map(u32::from).chain([0xff0d]);
    keys.flat_map(|key| [key_event(1, key), key_event(0, key)])
        .flatten()
        .collect()
}

fn key_event(down: u8, key: u32) -> [u8; 8] {
    let [a, b, c, d] = key.to_be_bytes();
    [4, down, 0, 0, a, b, c, d]
}

/// The pointer at a place, with these buttons down.
#[must_use]
pub fn pointer(buttons: u8, (x, y): (u16, u16)) -> Vec<u8> {
    [&[5, buttons][..], &x.to_be_bytes(), &y.to_be_bytes()].concat()
}

/// A text for the clipboard.
#[must_use]
pub fn cut_text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(0).to_be_bytes();
    [&[6, 0, 0, 0][..], &length, text.as_bytes()].concat()
}

/// SetDesktopSize of the community's RFB specification: one screen of this size.
#[must_use]
pub fn desktop_size((width, height): (u16, u16)) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&[251, 0][..], &size, &[1, 0], &[0; 4], &[0; 4], &size, &[0; 4]].concat()
}

/// A request for one pixel, which the server answers whether it has changed or not.
#[must_use]
pub fn one_pixel() -> Vec<u8> {
    vec![3, 0, 0, 0, 0, 0, 0, 1, 0, 1]
}
