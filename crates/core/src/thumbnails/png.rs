//! Thumbnails as the window's page can show them.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

/// A PNG of these pixels, row by row, as red, green and blue.
pub(super) fn encode((width, height): (usize, usize), rgb: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side(width), side(height));
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(file)
}
