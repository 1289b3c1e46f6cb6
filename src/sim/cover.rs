//! Covers: a sky, a sun or moon, and layered hills or waves, in colours of the song's own.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageError};

use super::dice::Dice;

/// Pixels a side.
pub const SIDE: u32 = 512;
const QUALITY: u8 = 88;

type Colour = [f64; 3];

/// The picture of a song: the same for the same seed.
struct Picture {
    top: Colour,
    bottom: Colour,
    disc: Colour,
    /// Centre and radius, in parts of the side.
    place: (f64, f64, f64),
    /// True for rings across the disc.
    is_striped: bool,
    ridges: Vec<Ridge>,
    grain: u64,
}

/// One line of hills.
struct Ridge {
    height: f64,
    /// Amplitude, frequency and phase of its waves.
    waves: [(f64, f64, f64); 3],
    colour: Colour,
}

/// Paints a cover and encodes it as a JPEG.
pub fn jpeg(seed: u64) -> Result<Vec<u8>, ImageError> {
    let picture = Picture::new(&mut Dice::named(seed, "cover"));
    let mut pixels = Vec::with_capacity((SIDE * SIDE * 3) as usize);
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (x, y) = (
                f64::from(column) / f64::from(SIDE),
                f64::from(row) / f64::from(SIDE),
            );
            let grain = picture.grain(u64::from(row * SIDE + column));
            pixels.extend(
                picture
                    .at(x, y)
                    .map(|level| ((level + grain) * 255.0).clamp(0.0, 255.0) as u8),
            );
        }
    }
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY).write_image(
        &pixels,
        SIDE,
        SIDE,
        ExtendedColorType::Rgb8,
    )?;
    Ok(file)
}

impl Picture {
    fn new(dice: &mut Dice) -> Self {
        let hue = dice.unit();
        let is_night = dice.chance(0.4);
        let drift = dice.between(0.08, 0.2) * if dice.chance(0.5) { 1.0 } else { -1.0 };
        let light = if is_night { 0.22 } else { 0.62 };
        let layers = 3 + (dice.throw() % 3) as usize;
        let ridges = (0..layers)
            .map(|layer| {
                let depth = layer as f64 / layers as f64;
                let wave = |dice: &mut Dice, size: f64, pace: f64| {
                    (
                        size * dice.between(0.5, 1.0),
                        pace * dice.between(0.6, 1.5),
                        dice.between(0.0, 6.3),
                    )
                };
                Ridge {
                    height: 0.55 + 0.40 * depth,
                    waves: [
                        wave(dice, 0.06, 6.0),
                        wave(dice, 0.025, 15.0),
                        wave(dice, 0.008, 41.0),
                    ],
                    colour: hsl(
                        hue + drift * (1.5 + depth),
                        0.45,
                        light * (0.75 - 0.62 * depth),
                    ),
                }
            })
            .collect();
        Self {
            top: hsl(hue, 0.55, light * 0.8),
            bottom: hsl(hue + drift * 2.0, 0.75, light + 0.18),
            disc: hsl(hue + 0.5 + drift, 0.7, if is_night { 0.88 } else { 0.80 }),
            place: (
                dice.between(0.25, 0.75),
                dice.between(0.22, 0.46),
                dice.between(0.10, 0.21),
            ),
            is_striped: dice.chance(0.45),
            ridges,
            grain: dice.throw(),
        }
    }

    fn at(&self, x: f64, y: f64) -> Colour {
        let mut colour = blend(self.top, self.bottom, (y * 1.3).min(1.0));
        let (centre_x, centre_y, radius) = self.place;
        let away = (x - centre_x).hypot(y - centre_y);
        let glow = (-(away - radius).max(0.0) * 7.0).exp() * 0.35;
        colour = blend(colour, self.disc, glow);
        let below = (y - centre_y) / radius;
        let is_gap = self.is_striped && below > 0.0 && (below * 9.0).fract() < below * 0.62;
        if !is_gap {
            colour = blend(colour, self.disc, edge(radius - away));
        }
        for ridge in &self.ridges {
            let line = ridge
                .waves
                .iter()
                .fold(ridge.height, |line, (size, pace, phase)| {
                    line + size * (x * pace + phase).sin()
                });
            let haze = ((y - line) * 1.4).clamp(0.0, 0.35);
            colour = blend(
                colour,
                blend(ridge.colour, self.bottom, haze * 0.5),
                edge(y - line),
            );
        }
        colour
    }

    /// Fine noise, which keeps the sky from showing steps.
    fn grain(&self, pixel: u64) -> f64 {
        (Dice::new(self.grain ^ pixel.wrapping_mul(0x9e37_79b9)).unit() - 0.5) * 0.022
    }
}

/// 0 outside … 1 inside, soft over two pixels.
fn edge(inside: f64) -> f64 {
    (inside * f64::from(SIDE) / 2.0 + 0.5).clamp(0.0, 1.0)
}

fn blend(under: Colour, over: Colour, share: f64) -> Colour {
    [0, 1, 2].map(|part| under[part] + (over[part] - under[part]) * share)
}

fn hsl(hue: f64, saturation: f64, light: f64) -> Colour {
    let light = light.clamp(0.02, 0.95);
    let reach = saturation * light.min(1.0 - light);
    [0.0, 8.0, 4.0].map(|offset| {
        let turn = (offset + hue.rem_euclid(1.0) * 12.0) % 12.0;
        light - reach * (turn - 3.0).min(9.0 - turn).clamp(-1.0, 1.0)
    })
}
