//! Text on a grid of cells: how wide it is, where it is cut and where it wraps, in any script.
//!
//! Invariant: a wide character is drawn whole or not at all, and nothing is written outside the given row.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

/// How many cells a text takes.
pub(crate) fn width(text: &str) -> usize {
    if is_plain(text) {
        text.len()
    } else {
        text.graphemes(true).map(grapheme_width).sum()
    }
}

/// ASCII without controls: one cell a byte.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// What the buffer will do with it: controls are dropped, everything else takes its cells.
fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        0
    } else {
        usize::from(grapheme.cell_width())
    }
}

/// The beginning of a text that fits into `room` cells, and how many it takes.
pub(crate) fn head(text: &str, room: usize) -> (&str, usize) {
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme_width(grapheme);
        if taken + wide > room {
            return (text.get(..at).unwrap_or_default(), taken);
        }
        taken += wide;
    }
    (text, taken)
}

/// The text where it fits into `room` cells, else its beginning and `…`.
pub(crate) fn cut(text: &str, room: usize) -> Cow<'_, str> {
    let short = text.len() <= room && is_plain(text);
    if short || head(text, room).0.len() == text.len() {
        return Cow::Borrowed(text);
    }
    if room == 0 {
        return Cow::Borrowed("");
    }
    let (kept, _) = head(text, room - 1);
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// The parts of a text set apart by dots that fit into `room` cells whole; the first is cut where even it does not.
pub(crate) fn whole_parts(text: &str, room: usize) -> Cow<'_, str> {
    let mut kept = text;
    while width(kept) > room {
        match kept.rsplit_once(" · ") {
            Some((before, _)) => kept = before,
            None => return cut(kept, room),
        }
    }
    Cow::Borrowed(kept)
}

/// Wraps one line (without line breaks) into rows of at most `room` cells, as byte ranges. Breaks after spaces and
/// between wide characters, within a word only where it alone is too long. Spaces at the end of a row may stand out.
/// There is always at least one row.
pub(crate) fn wrap(line: &str, room: usize) -> Vec<Range<usize>> {
    let room = room.max(1);
    let mut rows = Vec::new();
    if line.len() <= room && is_plain(line) {
        rows.push(0..line.len());
        return rows;
    }
    let mut start = 0;
    let mut taken = 0;
    // Where the row may end, and how many cells stand behind that point.
    let mut breakable = None;
    let mut behind = 0;
    let mut before = "";
    for (at, grapheme) in line.grapheme_indices(true) {
        let wide = grapheme_width(grapheme);
        if at > start && may_break(before, grapheme) {
            breakable = Some(at);
            behind = 0;
        }
        // A second round where what stands behind the break is too long as well.
        while taken + wide > room && grapheme != " " && at > start {
            let (end, kept) = breakable.map_or((at, 0), |end| (end, behind));
            rows.push(start..end);
            start = end;
            taken = kept;
            breakable = None;
        }
        taken += wide;
        behind += wide;
        before = grapheme;
    }
    rows.push(start..line.len());
    rows
}

/// Whether a row may end between two characters: behind a space, and beside a wide one.
fn may_break(before: &str, after: &str) -> bool {
    if after == " " {
        return false;
    }
    let wide = grapheme_width(before) > 1 || grapheme_width(after) > 1;
    before == " " || (wide && !is_opening(before) && !is_closing(after))
}

/// Punctuation that must not begin a row.
fn is_closing(grapheme: &str) -> bool {
    "，。、；：？！）】》」』〉”’…,.;:?!)]}".contains(grapheme)
}

/// Punctuation that must not end a row.
fn is_opening(grapheme: &str) -> bool {
    !grapheme.is_empty() && "（【《「『〈“‘([{".contains(grapheme)
}

/// Wraps a text of several lines for reading: rows without the spaces at their ends.
pub(crate) fn paragraphs(text: &str, room: usize) -> Vec<&str> {
    text.split('\n')
        .flat_map(|line| {
            wrap(line, room)
                .into_iter()
                .map(|range| line.get(range).unwrap_or_default().trim_end())
        })
        .collect()
}

/// A line being typed: the part of it that shows the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineView<'a> {
    /// The text in sight.
    pub(crate) text: &'a str,
    /// The cell of the cursor, from the left.
    pub(crate) cursor: usize,
    /// Whether there is more to the left.
    pub(crate) more_left: bool,
    /// Whether there is more to the right.
    pub(crate) more_right: bool,
}

/// The part of `line` that fits into `room` cells with the cursor (after `column` Unicode scalars) in sight, and a
/// cell for the cursor at the end.
pub(crate) fn line_view(line: &str, column: usize, room: usize) -> LineView<'_> {
    let cursor_at = line
        .char_indices()
        .nth(column)
        .map_or(line.len(), |(at, _)| at);
    let before = line.get(..cursor_at).unwrap_or(line);
    let after = line.get(before.len()..).unwrap_or_default();
    let room = room.max(1);
    let all = width(line);
    if all < room {
        return LineView {
            text: line,
            cursor: width(before),
            more_left: false,
            more_right: false,
        };
    }
    // Some of what follows stays in sight, so that it can be read while moving.
    let ahead = width(head(after, room / 4).0);
    let keep = room.saturating_sub(1 + ahead);
    let mut start = before.len();
    let mut cursor = 0;
    for (at, grapheme) in before.grapheme_indices(true).rev() {
        let wide = grapheme_width(grapheme);
        if cursor + wide > keep {
            break;
        }
        cursor += wide;
        start = at;
    }
    let rest = line.get(start..).unwrap_or_default();
    let (text, _) = head(rest, room);
    LineView {
        text,
        cursor,
        more_left: start > 0,
        more_right: text.len() < rest.len(),
    }
}

/// Bytes as a person reads them.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes.div_ceil(1000))
    } else {
        format!("{:.1} MB", bytes as f64 / 1_000_000.0)
    }
}

/// A style that leaves nothing of what a cell looked like before, such as the border under a title.
fn absolute(style: Style) -> Style {
    Style::reset().patch(style)
}

/// One row of an area, written from the left and from the right until no cell is left between.
pub(crate) struct Row<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    end: u16,
    y: u16,
}

impl<'a> Row<'a> {
    /// The row `y` of an area; outside the screen it has no room.
    pub(crate) fn new(buffer: &'a mut Buffer, area: Rect, y: u16) -> Self {
        let seen = area.intersection(*buffer.area());
        let inside = y >= seen.top() && y < seen.bottom();
        Row {
            x: seen.left(),
            end: if inside { seen.right() } else { seen.left() },
            y,
            buffer,
        }
    }

    /// The cells that are left.
    pub(crate) fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// The column of the next cell from the left.
    pub(crate) fn x(&self) -> u16 {
        self.x
    }

    /// Writes from the left; what does not fit is cut with `…`.
    pub(crate) fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let text = cut(text, self.room());
        if self.room() > 0 {
            let room = self.room();
            self.x = self
                .buffer
                .set_stringn(self.x, self.y, &text, room, absolute(style))
                .0;
        }
        self
    }

    /// Writes from the left and fills up to `cells`.
    pub(crate) fn put_padded(&mut self, text: &str, cells: usize, style: Style) -> &mut Self {
        let end = (usize::from(self.x) + cells).min(usize::from(self.end)) as u16;
        let whole = std::mem::replace(&mut self.end, end);
        self.put(text, style);
        self.x = end;
        self.end = whole;
        self
    }

    /// Writes at the right end, if all of it fits. Tells whether it did.
    pub(crate) fn put_right(&mut self, text: &str, style: Style) -> bool {
        let cells = width(text);
        if cells > self.room() {
            return false;
        }
        self.end -= cells as u16;
        self.buffer
            .set_stringn(self.end, self.y, text, cells, absolute(style));
        true
    }

    /// Leaves cells free from the left.
    pub(crate) fn skip(&mut self, cells: usize) -> &mut Self {
        self.x = (usize::from(self.x) + cells).min(usize::from(self.end)) as u16;
        self
    }

    /// Leaves cells free at the right end.
    pub(crate) fn skip_right(&mut self, cells: usize) -> &mut Self {
        self.end = self
            .end
            .saturating_sub(u16::try_from(cells).unwrap_or(u16::MAX))
            .max(self.x);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(line: &str, room: usize) -> Vec<&str> {
        wrap(line, room)
            .into_iter()
            .map(|range| line.get(range).expect("on a boundary"))
            .collect()
    }

    #[test]
    fn a_wide_character_is_cut_whole() {
        assert_eq!(cut("在陽光下", 8), "在陽光下");
        assert_eq!(cut("在陽光下", 7), "在陽光…");
        assert_eq!(cut("在陽光下", 6), "在陽…");
        assert_eq!(cut("在陽光下", 1), "…");
        assert_eq!(cut("在陽光下", 0), "");
        assert_eq!(cut("ab cd", 4), "ab…");
    }

    #[test]
    fn a_list_is_cut_between_its_parts() {
        assert_eq!(whole_parts("1 held · 2 running", 18), "1 held · 2 running");
        assert_eq!(whole_parts("1 held · 2 running", 17), "1 held");
        assert_eq!(whole_parts("1 held · 2 running", 5), "1 he…");
    }

    #[test]
    fn rows_end_at_words_and_between_wide_characters() {
        assert_eq!(
            rows("woke up with the sun", 8),
            ["woke up ", "with the ", "sun"]
        );
        assert_eq!(rows("在陽光下醒來", 5), ["在陽", "光下", "醒來"]);
        assert_eq!(rows("歌hello 詞", 5), ["歌", "hello ", "詞"]);
        assert_eq!(rows("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(rows("", 4), [""]);
    }

    #[test]
    fn punctuation_neither_begins_nor_ends_a_row_alone() {
        assert_eq!(rows("陽光下，醒來", 6), ["陽光", "下，醒", "來"]);
        assert_eq!(rows("他說「好」", 6), ["他說", "「好」"]);
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let line = "0123456789";
        let view = line_view(line, 10, 5);
        assert_eq!((view.text, view.cursor, view.more_left), ("6789", 4, true));
        let view = line_view(line, 0, 5);
        assert_eq!(
            (view.text, view.cursor, view.more_right),
            ("01234", 0, true)
        );
        let view = line_view("陽光下醒來", 5, 6);
        assert_eq!((view.text, view.cursor), ("醒來", 4));
    }

    proptest! {
        #[test]
        fn wrapped_rows_are_the_line_and_fit(line in "[a-z 在陽光，「」👨‍👩‍👧é]{0,60}", room in 2usize..20) {
            let rows = rows(&line, room);
            prop_assert_eq!(rows.concat(), line.as_str());
            for row in rows {
                prop_assert!(width(row.trim_end_matches(' ')) <= room, "{:?}", row);
            }
        }

        #[test]
        fn a_view_fits_and_holds_its_cursor(line in "[a-z 在陽光é]{0,60}", at in 0usize..60, room in 2usize..20) {
            let column = at.min(line.chars().count());
            let view = line_view(&line, column, room);
            prop_assert!(width(view.text) <= room);
            prop_assert!(view.cursor < room);
        }
    }
}
