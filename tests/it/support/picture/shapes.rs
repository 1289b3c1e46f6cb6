//! Lines and blocks drawn as shapes, so that frames and waveforms have no gaps in any font.

use super::palette::Rgb;
use super::{CELL_HEIGHT, CELL_WIDTH};

const THIN: f32 = 1.2;
const THICK: f32 = 2.6;

/// Whether `draw` knows the character.
pub fn is_shape(character: char) -> bool {
    block(character).is_some() || arms(character).is_some() || corner(character).is_some()
}

/// The characters of a run whose first cell has the given upper left corner.
pub fn draw(text: &str, x: f32, y: f32, ink: Rgb) -> String {
    let [mut thin, mut thick, mut filled, mut shaded] = [const { String::new() }; 4];
    for (at, character) in (0u16..).zip(text.chars()) {
        let cell = (x + f32::from(at) * CELL_WIDTH, y);
        if let Some((area, opacity)) = block(character) {
            let path = rectangle(area, cell);
            if opacity < 1.0 {
                let look = format!("fill=\"{ink}\" fill-opacity=\"{opacity}\"");
                shaded += &shape(&path, &look);
            } else {
                filled += &path;
            }
        } else if let Some(opening) = corner(character) {
            thin += &arc(opening, cell);
        } else if let Some((arms, is_thick)) = arms(character) {
            *(if is_thick { &mut thick } else { &mut thin }) += &lines(arms, cell);
        }
    }
    let filled = shape(&filled, &format!("fill=\"{ink}\""));
    let strokes = [(thin, THIN), (thick, THICK)].map(|(lines, width)| {
        let look = format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\"");
        shape(&lines, &look)
    });
    shaded + &filled + &strokes.concat()
}

fn shape(path: &str, look: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    format!("<path d=\"{path}\" {look}/>")
}

/// Part of a cell, in fractions: left, top, width, height.
type Area = [f32; 4];

fn rectangle([left, top, width, height]: Area, (x, y): (f32, f32)) -> String {
    let (x, y) = (x + left * CELL_WIDTH, y + top * CELL_HEIGHT);
    let (width, height) = (width * CELL_WIDTH, height * CELL_HEIGHT);
    format!("M{x:.1} {y:.2}h{width:.1}v{height:.2}h-{width:.1}z")
}

fn arc((across, down): (f32, f32), (x, y): (f32, f32)) -> String {
    let (x, y) = (x + CELL_WIDTH / 2.0, y + CELL_HEIGHT / 2.0);
    let (across, down) = (across * CELL_WIDTH / 2.0, down * CELL_HEIGHT / 2.0);
    let (side, end) = (x + across, y + down);
    format!("M{side:.1} {y:.1}Q{x:.1} {y:.1} {x:.1} {end:.1}")
}

fn lines([up, right, down, left]: [bool; 4], (x, y): (f32, f32)) -> String {
    let (middle, centre) = (CELL_WIDTH / 2.0, CELL_HEIGHT / 2.0);
    // Past the middle by half a line's width, so that corners are not notched.
    let reach = THIN / 2.0;
    let across = (
        if left { 0.0 } else { middle - reach },
        if right { CELL_WIDTH } else { middle + reach },
    );
    let along = (
        if up { 0.0 } else { centre - reach },
        if down { CELL_HEIGHT } else { centre + reach },
    );
    let horizontal = if left || right {
        let (from, length) = (x + across.0, across.1 - across.0);
        format!("M{from:.1} {:.1}h{length:.1}", y + centre)
    } else {
        String::new()
    };
    let vertical = if up || down {
        let (from, length) = (y + along.0, along.1 - along.0);
        format!("M{:.1} {from:.1}v{length:.1}", x + middle)
    } else {
        String::new()
    };
    horizontal + &vertical
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

/// Which arms a line has: up, right, down, left; and whether they are thick.
fn arms(character: char) -> Option<([bool; 4], bool)> {
    let (arms, is_thick) = match character {
        '─' => ("rl", false),
        '│' => ("ud", false),
        '┌' => ("rd", false),
        '┐' => ("dl", false),
        '└' => ("ur", false),
        '┘' => ("ul", false),
        '├' => ("urd", false),
        '┤' => ("udl", false),
        '┬' => ("rdl", false),
        '┴' => ("url", false),
        '┼' => ("urdl", false),
        '━' => ("rl", true),
        '┃' => ("ud", true),
        '┏' => ("rd", true),
        '┓' => ("dl", true),
        '┗' => ("ur", true),
        '┛' => ("ul", true),
        '┣' => ("urd", true),
        '┫' => ("udl", true),
        '┳' => ("rdl", true),
        '┻' => ("url", true),
        '╋' => ("urdl", true),
        _ => return None,
    };
    Some((['u', 'r', 'd', 'l'].map(|arm| arms.contains(arm)), is_thick))
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
