/// How many places of the screen a pixel of the picture is the mean of, from side to side and from top to bottom.
const PLACES: usize = 3;

/// A screen made small, to be recognised by.
///
/// Each of its pixels is the mean of nine places of the screen, spread evenly. Of the screen nothing but those places is
/// kept, 18 bytes for each pixel of the picture. So a part of the screen that changes can be painted by itself, and the
/// picture is what it would be if the whole screen had been painted anew.
#[derive(Clone, Debug)]
pub struct Picture {
    width: usize,
    height: usize,
    columns: Places,
    rows: Places,
    /// The colours of the places, row by row: five bits of red, six of green, five of blue.
    colours: Vec<u16>,
}

impl Picture {
    /// A black picture of a screen of this width and height, in the same proportions and as large as `most` allows, but
    /// no larger than the screen.
    pub(crate) fn new((width, height): (u16, u16), most: (u16, u16)) -> Self {
        let (screen_width, screen_height) = (usize::from(width), usize::from(height));
        let (width, height) = fit((width, height), most);
        Self {
            width,
            height,
            columns: Places::new(screen_width, width * PLACES),
            rows: Places::new(screen_height, height * PLACES),
            colours: vec![0; width * height * PLACES * PLACES],
        }
    }

    /// Its own width and height, in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Its pixels, row by row, as red, green and blue.
    pub fn rgb(&self) -> Vec<u8> {
        let across = self.width * PLACES;
        let mut pixels = Vec::with_capacity(self.width * self.height * 3);
        for rows in self.colours.chunks_exact(across * PLACES) {
            for left in (0..across).step_by(PLACES) {
                let places = (0..PLACES).flat_map(|row| &rows[row * across + left..][..PLACES]);
                pixels.extend(mean(places));
            }
        }
        pixels
    }

    /// Paints a run of pixels of the screen, which lie side by side from `(x, y)` on. The run is not empty and does not
    /// leave the screen.
    pub(crate) fn paint(&mut self, x: usize, y: usize, run: &[[u8; 2]]) {
        let rows = self.rows.within(y, 1);
        if rows.is_empty() {
            return;
        }
        let across = self.width * PLACES;
        for column in self.columns.within(x, run.len()) {
            let colour = u16::from_le_bytes(run[self.columns.0[column] - x]);
            for row in rows.clone() {
                self.colours[row * across + column] = colour;
            }
        }
    }
}

/// Where on a side of the screen the places lie, in rising order.
#[derive(Clone, Debug)]
struct Places(Vec<usize>);

impl Places {
    /// So many places, each in the middle of its share of the side.
    fn new(side: usize, count: usize) -> Self {
        Self(
            (0..count)
                .map(|place| (2 * place + 1) * side / (2 * count))
                .collect(),
        )
    }

    /// The numbers of the places on this part of the side.
    fn within(&self, from: usize, length: usize) -> std::ops::Range<usize> {
        let before = |end: usize| self.0.partition_point(|place| *place < end);
        before(from)..before(from + length)
    }
}

/// The largest size in the proportions of the screen.
fn fit((width, height): (u16, u16), (most_width, most_height): (u16, u16)) -> (usize, usize) {
    let [width, height, most_width, most_height] =
        [width, height, most_width, most_height].map(|side| u64::from(side.max(1)));
    let (divisor, factor) = if width <= most_width && height <= most_height {
        (1, 1)
    } else if width * most_height > height * most_width {
        (width, most_width)
    } else {
        (height, most_height)
    };
    // Neither is more than `most`, which is 16 bits.
    let scaled = |side: u64| usize::try_from((side * factor / divisor).max(1)).unwrap_or(usize::MAX);
    (scaled(width), scaled(height))
}

fn mean<'a>(colours: impl Iterator<Item = &'a u16>) -> [u8; 3] {
    let mut sums = [0u32; 3];
    for colour in colours {
        let colour = u32::from(*colour);
        sums[0] += colour >> 11;
        sums[1] += colour >> 5 & 63;
        sums[2] += colour & 31;
    }
    let full = (PLACES * PLACES) as u32;
    let [red, green, blue] = sums;
    // Rounded; a mean is no more than 255.
    [(red, 31), (green, 63), (blue, 31)].map(|(sum, most)| ((sum * 510 / (full * most)).div_ceil(2)) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_THUMBNAIL_SIZE: (u16, u16) = (256, 160);

    #[test]
    fn a_picture_has_the_screens_proportions_and_is_never_larger() {
        for (screen, picture) in [
            ((1920, 1080), (256, 144)),
            ((1080, 1920), (90, 160)),
            ((2560, 1600), (256, 160)),
            ((800, 600), (213, 160)),
            ((200, 100), (200, 100)),
            ((1, 1), (1, 1)),
            ((16384, 1), (256, 1)),
            ((1, 16384), (1, 160)),
            ((65535, 65535), (160, 160)),
            ((0, 0), (1, 1)),
        ] {
            let made = Picture::new(screen, MAX_THUMBNAIL_SIZE);
            assert_eq!(made.size(), picture, "{screen:?}");
            assert_eq!(made.rgb().len(), picture.0 * picture.1 * 3);
        }
    }

    #[test]
    fn a_pixel_is_the_mean_of_its_share_of_the_screen() {
        let mut picture = Picture::new((6, 3), (2, 1));
        // 0x001f is blue, 0xf800 red, 0x07e0 green.
        for y in 0..3 {
            let left = if y == 0 { [0x1f, 0] } else { [0, 0] };
            picture.paint(
                0,
                y,
                &[left, left, left, [0xff, 0xff], [0xe0, 0xff], [0xff, 0xff]],
            );
        }
        assert_eq!(picture.rgb(), [0, 0, 85, 255, 255, 170]);
    }
}
