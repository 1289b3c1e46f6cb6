//! The text area behind the lyrics and behind every line that is typed.
//!
//! Invariant: its text holds no control character but the line break, and the cursor never stands inside a character
//! as the user sees it. The engine is `tui_textarea`; this is the only file that names it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{lyric::normalise, text::clean_text};

/// The most bytes a text may grow to; more of a paste is left out.
pub const TEXT_MAX_BYTES: usize = 200_000;
/// The most bytes of a line.
const LINE_MAX_BYTES: usize = 4_000;
/// How far `PageUp` and `PageDown` go, in lines: a fixed step, since the app does not know the height of the screen.
const PAGE: usize = 10;
const UNDO_STEPS: usize = 500;

/// Text being typed: one line, or many.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    single: bool,
    /// The text before and after it was last replaced as a whole: two steps for the engine, one for the user.
    replaced: Option<(String, String)>,
}

/// Two editors are the same when their texts are: cursor and undo are disposable.
impl PartialEq for Editor {
    fn eq(&self, other: &Self) -> bool {
        self.single == other.single && self.area.lines() == other.area.lines()
    }
}

impl Editor {
    /// One line, with the cursor at its end.
    pub fn line(text: &str) -> Self {
        let text = clean_text(text).replace('\n', " ");
        let mut editor = Editor::over(vec![text], true);
        editor.area.move_cursor(CursorMove::End);
        editor
    }

    /// Many lines, with the cursor at the top.
    pub fn text(text: &str) -> Self {
        let clean = clean_text(text);
        Editor::over(clean.split('\n').map(str::to_owned).collect(), false)
    }

    fn over(lines: Vec<String>, single: bool) -> Self {
        let mut area = TextArea::new(lines);
        area.set_max_histories(UNDO_STEPS);
        area.set_undo_coalescing(true);
        Editor {
            area,
            single,
            replaced: None,
        }
    }

    /// The text.
    pub fn contents(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The text, line by line; at least one.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Where the cursor stands: line, and characters (Unicode scalars) before it on that line.
    pub fn cursor(&self) -> (usize, usize) {
        self.area.cursor()
    }

    /// Puts the cursor there, or as near as the text allows.
    pub fn put_cursor(&mut self, (line, column): (usize, usize)) {
        let saturated = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(saturated(line), saturated(column)));
        self.step_out_of_grapheme();
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// The bytes of text.
    pub fn len(&self) -> usize {
        self.area
            .lines()
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>()
            - 1
    }

    /// Whether a key that no command of typing claims is for the text.
    pub fn claims(&self, key: KeyEvent) -> bool {
        let plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        let control = key.modifiers == KeyModifiers::CONTROL;
        let alt = key.modifiers == KeyModifiers::ALT;
        match key.code {
            KeyCode::Char(c) if plain => !c.is_control(),
            KeyCode::Char(c) if control => "aefhkuwdy_/7r".contains(c.to_ascii_lowercase()),
            KeyCode::Char(c) if alt => "bfdur".contains(c),
            KeyCode::Enter | KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                !self.single && !alt && (plain || key.code != KeyCode::Enter)
            }
            KeyCode::Left | KeyCode::Right => !alt,
            KeyCode::Home | KeyCode::End | KeyCode::Backspace | KeyCode::Delete => true,
            _ => false,
        }
    }

    /// Types, deletes or moves. Keys that are not claimed do nothing. Tells whether the text changed.
    pub fn on_key(&mut self, key: KeyEvent) -> bool {
        if !self.claims(key) {
            return false;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char(c) if !control && !alt => self.insert(c),
            KeyCode::Enter => {
                let room = self.len() < TEXT_MAX_BYTES;
                if room {
                    self.area.insert_newline();
                }
                room
            }
            // ^h is what some terminals send for Backspace.
            KeyCode::Char('h') | KeyCode::Backspace if !alt => self.delete_back(),
            KeyCode::Char('d') if alt => self.area.delete_next_word(),
            KeyCode::Char('d') | KeyCode::Delete => self.delete_forward(),
            KeyCode::Char('w') | KeyCode::Backspace => self.area.delete_word(),
            KeyCode::Char('k') => self.area.delete_line_by_end(),
            KeyCode::Char('u') if !alt => self.area.delete_line_by_head(),
            KeyCode::Char('_' | '/' | '7' | 'u') => self.undo(),
            KeyCode::Char('r') => self.redo(),
            KeyCode::Char('y') => self.area.paste(),
            _ => {
                self.move_cursor(key.code, control || alt);
                false
            }
        }
    }

    /// Takes the last change back. Tells whether there was one.
    pub fn undo(&mut self) -> bool {
        let is_replacement = self
            .replaced
            .as_ref()
            .is_some_and(|(_, after)| self.contents() == *after);
        let is_undone = self.area.undo();
        // Between the two texts there was none.
        if is_replacement && self.area.is_empty() {
            self.area.undo();
        }
        is_undone
    }

    /// Brings back what was taken back.
    pub fn redo(&mut self) -> bool {
        let is_replacement = self
            .replaced
            .as_ref()
            .is_some_and(|(before, _)| self.contents() == *before);
        let is_redone = self.area.redo();
        if is_replacement && self.area.is_empty() {
            self.area.redo();
        }
        is_redone
    }

    /// Inserts pasted text, cleaned, with line breaks of every origin. Returns the bytes that found no room.
    pub fn paste(&mut self, raw: &str) -> usize {
        let mut text = clean_text(&normalise(raw));
        if self.single {
            text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        let most = if self.single {
            LINE_MAX_BYTES
        } else {
            TEXT_MAX_BYTES
        };
        let room = most.saturating_sub(self.len());
        let kept = floor_grapheme(&text, room);
        if !kept.is_empty() {
            self.area.insert_str(kept);
        }
        text.len() - kept.len()
    }

    /// Replaces the whole text in one step that can be undone.
    pub fn replace(&mut self, text: &str) {
        let before = self.contents();
        self.area.select_all();
        if text.is_empty() {
            self.area.delete_str(1);
        } else {
            self.area.insert_str(clean_text(text));
        }
        let after = self.contents();
        // An empty text on either side is one step anyway.
        let is_two_steps = !before.is_empty() && !after.is_empty();
        self.replaced = is_two_steps.then_some((before, after));
    }

    fn insert(&mut self, c: char) -> bool {
        let most = if self.single {
            LINE_MAX_BYTES
        } else {
            TEXT_MAX_BYTES
        };
        let room = self.len() < most;
        if room {
            self.area.insert_char(c);
        }
        room
    }

    fn delete_back(&mut self) -> bool {
        let (row, column) = self.area.cursor();
        if column == 0 {
            return !self.single && row > 0 && self.area.delete_newline();
        }
        let length = self.grapheme_before(row, column);
        for _ in 0..length {
            self.area.move_cursor(CursorMove::Back);
        }
        self.area.delete_str(length)
    }

    fn delete_forward(&mut self) -> bool {
        let (row, column) = self.area.cursor();
        match self.grapheme_after(row, column) {
            0 if self.single || row + 1 == self.area.lines().len() => false,
            0 => self.area.delete_str(1),
            length => self.area.delete_str(length),
        }
    }

    fn move_cursor(&mut self, code: KeyCode, far: bool) {
        let (row, column) = self.area.cursor();
        let (motion, times) = match code {
            KeyCode::Left | KeyCode::Char('b') if far => (CursorMove::WordBack, 1),
            KeyCode::Right | KeyCode::Char('f') if far => (CursorMove::WordForward, 1),
            KeyCode::Left => (CursorMove::Back, self.grapheme_before(row, column).max(1)),
            KeyCode::Right => (CursorMove::Forward, self.grapheme_after(row, column).max(1)),
            KeyCode::Home if far => (CursorMove::Top, 1),
            KeyCode::End if far => (CursorMove::Bottom, 1),
            KeyCode::Home | KeyCode::Char('a') => (CursorMove::Head, 1),
            KeyCode::End | KeyCode::Char('e') => (CursorMove::End, 1),
            KeyCode::Up => (CursorMove::Up, 1),
            KeyCode::Down => (CursorMove::Down, 1),
            KeyCode::PageUp => (CursorMove::Up, PAGE),
            KeyCode::PageDown => (CursorMove::Down, PAGE),
            _ => return,
        };
        for _ in 0..times {
            self.area.move_cursor(motion);
        }
        self.step_out_of_grapheme();
    }

    /// Vertical moves keep the column and can land inside an emoji family: step back to its beginning.
    fn step_out_of_grapheme(&mut self) {
        let (row, column) = self.area.cursor();
        let line = self.area.lines().get(row).map_or("", String::as_str);
        let mut start = 0;
        for grapheme in line.graphemes(true) {
            let end = start + grapheme.chars().count();
            if column < end {
                break;
            }
            start = end;
        }
        for _ in start..column {
            self.area.move_cursor(CursorMove::Back);
        }
    }

    fn grapheme_before(&self, row: usize, column: usize) -> usize {
        let line = self.area.lines().get(row).map_or("", String::as_str);
        let before: String = line.chars().take(column).collect();
        before
            .graphemes(true)
            .next_back()
            .map_or(0, |g| g.chars().count())
    }

    fn grapheme_after(&self, row: usize, column: usize) -> usize {
        let line = self.area.lines().get(row).map_or("", String::as_str);
        let after: String = line.chars().skip(column).collect();
        after
            .graphemes(true)
            .next()
            .map_or(0, |g| g.chars().count())
    }
}

/// The longest beginning of `text` of at most `room` bytes that ends between characters as they are seen.
fn floor_grapheme(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let end = text
        .grapheme_indices(true)
        .map(|(at, grapheme)| at + grapheme.len())
        .take_while(|end| *end <= room)
        .last()
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, code: KeyCode) -> bool {
        editor.on_key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn an_emoji_family_is_one_character() {
        let mut editor = Editor::line("a👨‍👩‍👧‍👦");
        assert!(press(&mut editor, KeyCode::Backspace));
        assert_eq!(editor.contents(), "a");
        editor.paste("👨‍👩‍👧‍👦b");
        press(&mut editor, KeyCode::Left);
        press(&mut editor, KeyCode::Left);
        assert_eq!(editor.cursor(), (0, 1));
        assert!(press(&mut editor, KeyCode::Delete));
        assert_eq!(editor.contents(), "ab");
    }

    #[test]
    fn a_vertical_move_never_lands_inside_a_character() {
        let mut editor = Editor::text("abcd\n👨‍👩‍👧‍👦x");
        for _ in 0..4 {
            press(&mut editor, KeyCode::Right);
        }
        press(&mut editor, KeyCode::Down);
        assert_eq!(editor.cursor(), (1, 0));
    }

    #[test]
    fn a_paste_is_cleaned_and_its_breaks_kept() {
        let mut editor = Editor::text("");
        assert_eq!(editor.paste("[Verse]\r歌\u{1b}[31m詞\r\nend\u{7}"), 0);
        assert_eq!(editor.lines(), ["[Verse]", "歌詞", "end"]);
        let mut line = Editor::line("");
        line.paste("a\r\nb\tc");
        assert_eq!(line.contents(), "a b c");
    }

    #[test]
    fn a_megabyte_is_cut_to_what_has_room() {
        let mut editor = Editor::text("");
        let left_out = editor.paste(&"歌".repeat(400_000));
        assert_eq!(editor.len() + left_out, 1_200_000);
        assert!(editor.len() <= TEXT_MAX_BYTES);
        assert!(!press(&mut editor, KeyCode::Enter) || editor.len() <= TEXT_MAX_BYTES + 1);
    }

    #[test]
    fn a_replacement_is_one_step_back() {
        let mut editor = Editor::text("old\nwords");
        editor.replace("new");
        assert_eq!(editor.contents(), "new");
        assert!(editor.undo());
        while editor.contents() != "old\nwords" && editor.undo() {}
        assert_eq!(editor.contents(), "old\nwords");
    }
}
