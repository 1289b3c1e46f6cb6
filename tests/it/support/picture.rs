//! Pictures of a screen, for people who read about the program before they start it.
//!
//! Invariant: a character stands in its column whatever font the reader has: runs are stretched to their
//! cells, and lines and blocks are drawn as shapes.

mod palette;
mod shapes;

use std::fmt::Write;

use palette::{BACKGROUND, CARET, FOREGROUND, Rgb, rgb};

/// Width of a cell in pixels.
const CELL_WIDTH: f32 = 8.4;
/// Height of a cell in pixels.
const CELL_HEIGHT: f32 = 17.0;
/// Blank space around the screen in pixels.
const MARGIN: f32 = 12.0;
/// From a row's top to its characters' base line.
const BASE_LINE: f32 = 13.0;
const FONTS: &str = "ui-monospace,'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,\
    'Noto Sans Mono CJK TC','Noto Sans CJK TC',monospace";

/// The screen as an SVG document.
pub fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let width = f32::from(columns.get()) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f32::from(rows.get()) * CELL_HEIGHT + 2.0 * MARGIN;
    let mut picture = String::new();
    let mut put = |text: String| picture.push_str(&text);
    put(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\" font-family=\"{FONTS}\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    ));
    for row in 0..rows.get() {
        let runs = runs(screen, row);
        put(background(&runs, row));
        put(runs.iter().map(|run| foreground(run, row)).collect());
    }
    if !screen.hide_cursor() {
        let (row, column) = screen.cursor_position();
        put(caret(row, column.min(columns.get() - 1)));
    }
    put("</svg>\n".to_owned());
    picture
}

/// Neighbouring cells that look the same.
struct Run {
    column: u16,
    cells: u16,
    text: String,
    style: Style,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
struct Style {
    ink: Rgb,
    paper: Rgb,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
}

/// How the characters of a run get onto the picture.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Blank,
    Narrow,
    Wide,
    Shape,
}

fn runs(screen: &vt100::Screen, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..screen.size().1.get() {
        let Some(cell) = screen.cell(row, column) else {
            break;
        };
        if cell.is_wide_continuation() {
            continue;
        }
        let (kind, style) = (kind(cell), style(cell));
        let cells = if cell.is_wide() { 2 } else { 1 };
        let text = if cell.has_contents() {
            cell.contents()
        } else {
            " "
        };
        match runs.last_mut() {
            // Each wide character is placed by itself: fallback fonts disagree about their widths most.
            Some(last) if last.style == style && last.kind == kind && kind != Kind::Wide => {
                last.cells += cells;
                last.text.push_str(text);
            }
            _ => runs.push(Run {
                column,
                cells,
                text: text.to_owned(),
                style,
                kind,
            }),
        }
    }
    runs
}

fn kind(cell: &vt100::Cell) -> Kind {
    let mut characters = cell.contents().chars();
    match (characters.next(), characters.next()) {
        _ if cell.is_wide() => Kind::Wide,
        (None | Some(' '), None) => Kind::Blank,
        (Some(character), None) if shapes::is_shape(character) => Kind::Shape,
        _ => Kind::Narrow,
    }
}

fn style(cell: &vt100::Cell) -> Style {
    let ink = rgb(cell.fgcolor(), FOREGROUND);
    let paper = rgb(cell.bgcolor(), BACKGROUND);
    let (ink, paper) = if cell.inverse() {
        (paper, ink)
    } else {
        (ink, paper)
    };
    Style {
        ink,
        paper,
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
    }
}

/// Neighbours on the same paper share one rectangle: two would show a seam.
fn background(runs: &[Run], row: u16) -> String {
    runs.chunk_by(|left, right| left.style.paper == right.style.paper)
        .filter_map(|group| group.first().map(|first| (first, group)))
        .filter(|(first, _)| first.style.paper != BACKGROUND)
        .map(|(first, group)| {
            let (x, y) = place(first.column, row);
            let cells: u16 = group.iter().map(|run| run.cells).sum();
            let width = f32::from(cells) * CELL_WIDTH;
            let paper = first.style.paper;
            format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT:.1}\" \
                 fill=\"{paper}\" shape-rendering=\"crispEdges\"/>\n"
            )
        })
        .collect::<Vec<_>>()
        .concat()
}

fn foreground(run: &Run, row: u16) -> String {
    let (x, y) = place(run.column, row);
    match run.kind {
        Kind::Blank if !run.style.underline => String::new(),
        Kind::Shape => format!(
            "<g{}>{}</g>\n",
            attributes(run.style),
            shapes::draw(&run.text, x, y, run.style.ink)
        ),
        _ => {
            let base = y + BASE_LINE;
            let width = f32::from(run.cells) * CELL_WIDTH;
            format!(
                "<text x=\"{x:.1}\" y=\"{base:.1}\" textLength=\"{width:.1}\" \
                 lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" fill=\"{}\"{}>{}</text>\n",
                run.style.ink,
                attributes(run.style),
                escaped(&run.text)
            )
        }
    }
}

fn attributes(style: Style) -> String {
    [
        (style.bold, " font-weight=\"bold\""),
        (style.dim, " opacity=\"0.6\""),
        (style.italic, " font-style=\"italic\""),
        (style.underline, " text-decoration=\"underline\""),
    ]
    .into_iter()
    .filter_map(|(has, attribute)| has.then_some(attribute))
    .collect()
}

fn caret(row: u16, column: u16) -> String {
    let (x, y) = place(column, row);
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"2\" height=\"{CELL_HEIGHT:.1}\" fill=\"{CARET}\"/>\n"
    )
}

fn place(column: u16, row: u16) -> (f32, f32) {
    (
        MARGIN + f32::from(column) * CELL_WIDTH,
        MARGIN + f32::from(row) * CELL_HEIGHT,
    )
}

/// Text as XML wants it; what XML forbids altogether is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' | '>' | '&' | '"' | '\'' => {
                write!(escaped, "&#{};", u32::from(character)).expect("a string takes text");
            }
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(character),
        }
    }
    escaped
}
