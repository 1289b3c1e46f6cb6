//! Lines and blocks drawn as shapes, so that frames and waveforms have no gaps in any font.

use super::palette::Rgb;
use super::{CELL_HEIGHT, CELL_WIDTH};

const THIN: f32 = 1.2;
const THICK: f32 = 2.6;

/// Whether `draw` knows the character.
pub fn is_shape(character: char) -> bool {
    block(character).is_some() || arms(character).is_some() || corner(character).is_some()
}

/// The character in the cell whose upper left corner is given.
pub fn draw(character: char, x: f32, y: f32, ink: Rgb) -> String {
    if let Some((area, opacity)) = block(character) {
        return block_shape(area, opacity, (x, y), ink);
    }
    let (middle, centre) = (x + CELL_WIDTH / 2.0, y + CELL_HEIGHT / 2.0);
    if let Some((across, down)) = corner(character) {
        let side = x + if across > 0.0 { CELL_WIDTH } else { 0.0 };
        let end = y + if down > 0.0 { CELL_HEIGHT } else { 0.0 };
        let path = format!("M{side:.1} {centre:.1}Q{middle:.1} {centre:.1} {middle:.1} {end:.1}");
        return format!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{THIN}\"/>"
        );
    }
    let Some((arms, width)) = arms(character) else {
        return String::new();
    };
    let ends = [
        (middle, y),
        (x + CELL_WIDTH, centre),
        (middle, y + CELL_HEIGHT),
        (x, centre),
    ];
    let path = arms
        .into_iter()
        .zip(ends)
        .filter(|(has, _)| *has)
        .fold(String::new(), |path, (_, (end_x, end_y))| {
            format!("{path}M{middle:.1} {centre:.1}L{end_x:.1} {end_y:.1}")
        });
    format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\" stroke-linecap=\"square\"/>"
    )
}

/// Part of a cell, in fractions: left, top, width, height.
type Area = [f32; 4];

fn block_shape([left, top, width, height]: Area, opacity: f32, at: (f32, f32), ink: Rgb) -> String {
    let (x, y) = (at.0 + left * CELL_WIDTH, at.1 + top * CELL_HEIGHT);
    let (width, height) = (width * CELL_WIDTH, height * CELL_HEIGHT);
    let seen = if opacity < 1.0 {
        format!(" fill-opacity=\"{opacity}\"")
    } else {
        String::new()
    };
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.2}\" width=\"{width:.1}\" height=\"{height:.2}\" fill=\"{ink}\"{seen}/>"
    )
}

fn block(character: char) -> Option<(Area, f32)> {
    let eighths = |first: u32| (u32::from(character) - first) as f32 / 8.0;
    Some(match character {
        '▀' => ([0.0, 0.0, 1.0, 0.5], 1.0),
        '▁'..='█' => {
            let height = eighths(0x2580);
            ([0.0, 1.0 - height, 1.0, height], 1.0)
        }
        '▉'..='▏' => ([0.0, 0.0, 1.0 - eighths(0x2588), 1.0], 1.0),
        '▐' => ([0.5, 0.0, 0.5, 1.0], 1.0),
        '░' => ([0.0, 0.0, 1.0, 1.0], 0.25),
        '▒' => ([0.0, 0.0, 1.0, 1.0], 0.5),
        '▓' => ([0.0, 0.0, 1.0, 1.0], 0.75),
        '▔' => ([0.0, 0.0, 1.0, 0.125], 1.0),
        '▕' => ([0.875, 0.0, 0.125, 1.0], 1.0),
        _ => return None,
    })
}

/// Which arms a line has: up, right, down, left; and how thick they are.
fn arms(character: char) -> Option<([bool; 4], f32)> {
    let (arms, width) = match character {
        '─' => ("rl", THIN),
        '│' => ("ud", THIN),
        '┌' => ("rd", THIN),
        '┐' => ("dl", THIN),
        '└' => ("ur", THIN),
        '┘' => ("ul", THIN),
        '├' => ("urd", THIN),
        '┤' => ("udl", THIN),
        '┬' => ("rdl", THIN),
        '┴' => ("url", THIN),
        '┼' => ("urdl", THIN),
        '━' => ("rl", THICK),
        '┃' => ("ud", THICK),
        '┏' => ("rd", THICK),
        '┓' => ("dl", THICK),
        '┗' => ("ur", THICK),
        '┛' => ("ul", THICK),
        '┣' => ("urd", THICK),
        '┫' => ("udl", THICK),
        '┳' => ("rdl", THICK),
        '┻' => ("url", THICK),
        '╋' => ("urdl", THICK),
        _ => return None,
    };
    Some((['u', 'r', 'd', 'l'].map(|arm| arms.contains(arm)), width))
}

/// A rounded corner: to which side and to which end it opens.
fn corner(character: char) -> Option<(f32, f32)> {
    match character {
        '╭' => Some((1.0, 1.0)),
        '╮' => Some((-1.0, 1.0)),
        '╰' => Some((1.0, -1.0)),
        '╯' => Some((-1.0, -1.0)),
        _ => None,
    }
}
