//! What the demo shows: the sea at dusk, a boat, what was typed, and ripples where the pointer was.

use std::{collections::VecDeque, time::Instant};

use noto_sans_mono_bitmap::RasterHeight;

use super::canvas::{self, Canvas, Colour, between};

/// The picture's width in pixels.
pub(super) const WIDTH: u16 = canvas::WIDTH as u16;
/// The picture's height in pixels.
pub(super) const HEIGHT: u16 = canvas::HEIGHT as u16;

const HORIZON: f32 = 330.0;
const SKY: [Colour; 3] = [[22, 27, 63], [132, 72, 116], [250, 170, 116]];
const SUN: Colour = [255, 226, 168];
const PAPER: Colour = [255, 246, 230];

/// The waves from the horizon to the front: height of the middle, of the swing, length in pixels, speed, colour.
const WAVES: [(f32, f32, f32, f32, Colour); 6] = [
    (HORIZON, 1.0, 70.0, 0.5, [190, 122, 118]),
    (348.0, 2.5, 110.0, 0.7, [138, 92, 118]),
    (378.0, 4.0, 160.0, -0.6, [92, 72, 112]),
    (420.0, 6.0, 220.0, 0.8, [60, 56, 100]),
    (474.0, 8.0, 300.0, -0.7, [40, 44, 86]),
    (536.0, 10.0, 390.0, 0.9, [24, 32, 68]),
];

/// The wave that the boat floats on.
const BOAT_WAVE: usize = 3;

/// Left, middle and right button; and none.
const BUTTONS: [Colour; 3] = [[255, 122, 104], [255, 211, 92], [140, 224, 255]];
const NO_BUTTON: Colour = PAPER;

/// How long a ripple lasts, in seconds.
const RIPPLE: f32 = 1.4;

/// More ripples than this at once are not told apart.
const MAX_RIPPLES: usize = 48;

/// How much of what was typed is shown, in characters.
const MAX_TEXT_CHARS: usize = 36;

/// What has happened to the scene.
#[derive(Clone)]
pub(super) struct Scene {
    began: Instant,
    /// Seconds since it began, when this was copied.
    time: f32,
    text: String,
    ripples: VecDeque<Ripple>,
    buttons: u8,
}

#[derive(Clone, Copy)]
struct Ripple {
    at: (f32, f32),
    colour: Colour,
    born: f32,
    size: f32,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            time: 0.0,
            text: String::new(),
            ripples: VecDeque::new(),
            buttons: 0,
        }
    }
}

impl Scene {
    /// The scene at this moment, for painting without holding up others.
    pub fn now(&mut self) -> Self {
        self.time = self.began.elapsed().as_secs_f32();
        let time = self.time;
        self.ripples.retain(|ripple| time - ripple.born < RIPPLE);
        self.clone()
    }

    /// The pointer is at a place, with a mask of the buttons that are down: 1 is the left one, 2 the middle, 4 the right
    /// (RFC 6143 §7.5.5).
    pub fn pointer(&mut self, x: u16, y: u16, buttons: u8) {
        let pressed = buttons & !self.buttons;
        self.buttons = buttons;
        let colour = |mask: u8| (0..3).find(|bit| mask & 1 << bit != 0).map(|bit| BUTTONS[bit]);
        let (colour, size) = match colour(pressed) {
            Some(colour) => (colour, 70.0),
            None => (colour(buttons).unwrap_or(NO_BUTTON), 14.0),
        };
        if self.ripples.len() == MAX_RIPPLES {
            self.ripples.pop_front();
        }
        let born = self.began.elapsed().as_secs_f32();
        self.ripples.push_back(Ripple {
            at: (x.into(), y.into()),
            colour,
            born,
            size,
        });
    }

    /// A key went down, named by its keysym (RFC 6143 §7.5.4).
    pub fn key(&mut self, keysym: u32) {
        match keysym {
            0xff08 => drop(self.text.pop()),
            0xff0d | 0xff1b => self.text.clear(),
            // Latin-1 stands for itself, the rest of Unicode above 0x0100_0000.
            0x20..=0x7e | 0xa0..=0xff => self.text.extend(char::from_u32(keysym)),
            0x0100_0100..=0x0110_ffff => self.text.extend(char::from_u32(keysym - 0x0100_0000)),
            _ => {}
        }
        if self.text.chars().count() > MAX_TEXT_CHARS {
            self.text.remove(0);
        }
    }
}

/// Paints scenes, with what does not change painted once.
pub(super) struct Painter {
    backdrop: Canvas,
    canvas: Canvas,
}

impl Painter {
    pub fn new() -> Self {
        let mut backdrop = Canvas::of_rows(|y| sky(y as f32 / HORIZON));
        backdrop.disc((canvas::WIDTH as f32 * 0.68, HORIZON - 26.0), 46.0, 60.0, SUN);
        backdrop.text("Porthole", 70.0, RasterHeight::Size32, PAPER);
        backdrop.text(
            "This display is built in. Type, click and draw.",
            116.0,
            RasterHeight::Size20,
            PAPER,
        );
        Self {
            canvas: backdrop.clone(),
            backdrop,
        }
    }

    /// The picture's bytes: rows from the top, of red, green, blue and a byte that counts for nothing.
    pub fn paint(&mut self, scene: &Scene) -> &[u8] {
        self.canvas.copy_from(&self.backdrop);
        for wave in 0..WAVES.len() {
            if wave == BOAT_WAVE {
                self.boat(scene.time);
            }
            self.wave(wave, scene.time);
        }
        if !scene.text.is_empty() {
            self.canvas.text(&scene.text, 190.0, RasterHeight::Size32, PAPER);
        }
        for ripple in &scene.ripples {
            let age = ((scene.time - ripple.born) / RIPPLE).clamp(0.0, 1.0);
            self.canvas
                .ring(ripple.at, 3.0 + ripple.size * age, ripple.colour, 1.0 - age);
        }
        self.canvas.bytes()
    }

    fn wave(&mut self, wave: usize, time: f32) {
        let colour = WAVES[wave].4;
        let deepest = trough(wave);
        for x in 0..canvas::WIDTH {
            let top = crest(wave, x as f32, time) as usize;
            self.canvas.column(x, top, deepest, colour);
            self.canvas
                .column(x, top, top + 1 + wave / 3, between(colour, SUN, 0.35));
        }
        // Below the next wave's deepest point nothing of this one is seen.
        let bottom = if wave + 1 < WAVES.len() {
            trough(wave + 1)
        } else {
            canvas::HEIGHT
        };
        self.canvas.rows(deepest, bottom, colour);
    }

    /// Drifts from left to right, and then comes again.
    fn boat(&mut self, time: f32) {
        let x = (time * 14.0 + 260.0) % (canvas::WIDTH as f32 + 160.0) - 80.0;
        let water = crest(BOAT_WAVE, x, time);
        for row in 0..14 {
            let inset = row as f32 * 1.6;
            self.canvas.row(
                x - 36.0 + inset,
                water - 8.0 + row as f32,
                72.0 - 2.0 * inset,
                [58, 36, 52],
            );
        }
        for row in 0..64 {
            let height = row as f32;
            self.canvas
                .row(x + 2.0, water - 74.0 + height, height * 0.48, PAPER);
            self.canvas
                .row(x - 2.0 - height * 0.3, water - 70.0 + height, height * 0.3, SUN);
        }
    }
}

/// The height of a wave's surface at `x`.
fn crest(wave: usize, x: f32, time: f32) -> f32 {
    let (middle, swing, length, speed, _) = WAVES[wave];
    let phase = x / length * std::f32::consts::TAU;
    middle + swing * ((phase + time * speed).sin() + 0.5 * (phase * 1.7 - time * speed * 1.3).sin())
}

/// The row below a wave's surface everywhere.
fn trough(wave: usize) -> usize {
    let (middle, swing, ..) = WAVES[wave];
    (middle + swing * 1.5) as usize + 1
}

/// The sky's colour, from 0 at the top to 1 at the horizon.
fn sky(depth: f32) -> Colour {
    let [top, middle, bottom] = SKY;
    if depth < 0.6 {
        between(top, middle, depth / 0.6)
    } else {
        between(middle, bottom, (depth - 0.6) / 0.4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: impl IntoIterator<Item = u32>) -> String {
        let mut scene = Scene::default();
        keys.into_iter().for_each(|key| scene.key(key));
        scene.text
    }

    #[test]
    fn keys_become_text() {
        assert_eq!(typed("Ab é".chars().map(u32::from)), "Ab é");
        assert_eq!(typed([0x61, 0x62, 0xff08]), "a");
        assert_eq!(typed([0x61, 0xff0d, 0x62]), "b");
        assert_eq!(typed([0xffe1, 0x0100_20ac, 0x0100_d800, 0, u32::MAX]), "€");
        assert_eq!(typed([0x61; 100]).len(), MAX_TEXT_CHARS);
    }

    #[test]
    fn the_pointer_leaves_ripples_in_the_colour_of_its_button() {
        let mut scene = Scene::default();
        for (buttons, colour) in [
            (0, NO_BUTTON),
            (1, BUTTONS[0]),
            (1, BUTTONS[0]),
            (4, BUTTONS[2]),
            (0, NO_BUTTON),
        ] {
            scene.pointer(10, 10, buttons);
            assert_eq!(scene.ripples.back().unwrap().colour, colour);
        }
        (0..1000).for_each(|x| scene.pointer(x, u16::MAX, 0xff));
        assert_eq!(scene.ripples.len(), MAX_RIPPLES);
    }

    #[test]
    fn a_picture_has_its_size_wherever_the_boat_and_the_pointer_are() {
        let mut painter = Painter::new();
        let mut scene = Scene::default();
        for (x, y) in [(0, 0), (WIDTH, HEIGHT), (u16::MAX, u16::MAX), (WIDTH - 1, 5)] {
            scene.pointer(x, y, 1);
        }
        scene.text = "\u{1f6a2} boat".into();
        for time in (0..100).step_by(9) {
            scene.time = time as f32;
            assert_eq!(painter.paint(&scene).len(), canvas::WIDTH * canvas::HEIGHT * 4);
        }
    }
}
