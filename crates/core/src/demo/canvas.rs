//! Pixels, and the few shapes that the scene is made of.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

pub(super) const WIDTH: usize = 960;
pub(super) const HEIGHT: usize = 600;

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// A picture of red, green, blue and a byte that counts for nothing.
#[derive(Clone)]
pub(super) struct Canvas(Vec<[u8; 4]>);

impl Canvas {
    /// A picture whose rows have one colour each.
    pub fn of_rows(colour: impl Fn(usize) -> Colour) -> Self {
        Self((0..HEIGHT).flat_map(|y| [opaque(colour(y)); WIDTH]).collect())
    }

    pub fn copy_from(&mut self, other: &Self) {
        self.0.copy_from_slice(&other.0);
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    /// Part of a column, from `top` to above `bottom`.
    pub fn column(&mut self, x: usize, top: usize, bottom: usize, colour: Colour) {
        for y in top..bottom.min(HEIGHT) {
            self.0[y * WIDTH + x] = opaque(colour);
        }
    }

    /// All rows from `top` to above `bottom`.
    pub fn rows(&mut self, top: usize, bottom: usize, colour: Colour) {
        self.0[top * WIDTH..bottom.min(HEIGHT) * WIDTH].fill(opaque(colour));
    }

    /// Part of a row, `width` pixels from `x` on; what is outside of the picture is left out.
    pub fn row(&mut self, x: f32, y: f32, width: f32, colour: Colour) {
        let from = x.max(0.0) as usize;
        let to = ((x + width).max(0.0) as usize).min(WIDTH);
        if y >= 0.0 && (y as usize) < HEIGHT && from < to {
            let start = y as usize * WIDTH;
            self.0[start + from..start + to].fill(opaque(colour));
        }
    }

    /// Mixes `colour` into a pixel: `share` 0 leaves it as it is, 1 replaces it.
    pub fn mix(&mut self, x: f32, y: f32, colour: Colour, share: f32) {
        if x < 0.0 || y < 0.0 || x as usize >= WIDTH || y as usize >= HEIGHT {
            return;
        }
        let pixel = &mut self.0[y as usize * WIDTH + x as usize];
        let [r, g, b, _] = *pixel;
        *pixel = opaque(between([r, g, b], colour, share));
    }

    /// A disc with a soft edge of `soft` pixels.
    pub fn disc(&mut self, (x, y): (f32, f32), radius: f32, soft: f32, colour: Colour) {
        let reach = (radius + soft) as i32;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let far = (dx as f32).hypot(dy as f32) - radius;
                let share = (1.0 - far / soft).clamp(0.0, 1.0);
                self.mix(x + dx as f32, y + dy as f32, colour, share * share);
            }
        }
    }

    /// A circle, three pixels wide.
    pub fn ring(&mut self, (x, y): (f32, f32), radius: f32, colour: Colour, share: f32) {
        let steps = (radius * 7.0) as i32 + 8;
        for step in 0..steps {
            let (sin, cos) = (step as f32 / steps as f32 * std::f32::consts::TAU).sin_cos();
            for (out, part) in [(-1.0, 0.5), (0.0, 1.0), (1.0, 0.5)] {
                self.mix(
                    x + cos * (radius + out),
                    y + sin * (radius + out),
                    colour,
                    share * part * 0.5,
                );
            }
        }
    }

    /// A line of text in the middle of the picture; characters that the font does not have become `?`.
    pub fn text(&mut self, text: &str, top: f32, size: RasterHeight, colour: Colour) {
        let step = get_raster_width(FontWeight::Regular, size) as f32;
        let left = ((WIDTH as f32 - step * text.chars().count() as f32) / 2.0).max(0.0);
        for (place, char) in text.chars().enumerate() {
            let raster = get_raster(char, FontWeight::Regular, size);
            let Some(raster) = raster.or_else(|| get_raster('?', FontWeight::Regular, size)) else {
                return;
            };
            for (dy, row) in raster.rows().enumerate() {
                for (dx, &share) in row.iter().enumerate() {
                    let x = left + step * place as f32 + dx as f32;
                    self.mix(x, top + dy as f32, colour, f32::from(share) / 255.0);
                }
            }
        }
    }
}

/// The colour at `share` of the way from one to the other.
pub(super) fn between(one: Colour, other: Colour, share: f32) -> Colour {
    std::array::from_fn(|i| {
        let (one, other) = (f32::from(one[i]), f32::from(other[i]));
        (one + (other - one) * share.clamp(0.0, 1.0)) as u8
    })
}

fn opaque([r, g, b]: Colour) -> [u8; 4] {
    [r, g, b, 255]
}
