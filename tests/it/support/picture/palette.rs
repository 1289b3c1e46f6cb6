//! Calm colours on a dark ground.

use std::fmt;

/// A colour as a picture has it.
#[derive(Clone, Copy, PartialEq)]
pub struct Rgb(u8, u8, u8);

/// Where nothing is written.
pub const BACKGROUND: Rgb = Rgb(0x1a, 0x1d, 0x23);
/// What is written without a colour.
pub const FOREGROUND: Rgb = Rgb(0xd3, 0xd7, 0xde);
/// Where one types.
pub const CARET: Rgb = Rgb(0xe6, 0xc3, 0x84);

const NAMED: [Rgb; 16] = [
    Rgb(0x2a, 0x2f, 0x38),
    Rgb(0xd9, 0x73, 0x7a),
    Rgb(0x94, 0xb8, 0x7a),
    Rgb(0xd8, 0xb2, 0x6b),
    Rgb(0x7a, 0xa2, 0xd6),
    Rgb(0xb0, 0x8f, 0xcf),
    Rgb(0x73, 0xb7, 0xb5),
    Rgb(0xb9, 0xbf, 0xc9),
    Rgb(0x6b, 0x74, 0x82),
    Rgb(0xe8, 0x8c, 0x92),
    Rgb(0xad, 0xd1, 0x92),
    Rgb(0xec, 0xcb, 0x8b),
    Rgb(0x97, 0xbb, 0xeb),
    Rgb(0xc8, 0xa9, 0xe4),
    Rgb(0x8f, 0xd0, 0xcd),
    Rgb(0xee, 0xf1, 0xf5),
];

/// A terminal's colour, or `default` where the program asked for none.
pub fn rgb(colour: vt100::Color, default: Rgb) -> Rgb {
    match colour {
        vt100::Color::Default => default,
        vt100::Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        vt100::Color::Idx(index) => indexed(index),
    }
}

fn indexed(index: u8) -> Rgb {
    match index {
        0..=15 => NAMED.get(usize::from(index)).copied().unwrap_or(FOREGROUND),
        16..=231 => {
            let cube = index - 16;
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            Rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            Rgb(grey, grey, grey)
        }
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self(red, green, blue) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}
