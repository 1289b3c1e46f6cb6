//! The lyric text area.
//!
//! Invariant: no word is lost but by the user's own keys, and those can be undone.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::command::{LyricsCommand, Motion};
use crate::app::editor::Editor;
use crate::domain::lyric::{self, Lyric, LyricCount};

/// The lyrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Lyrics {
    editor: Editor,
    editing: bool,
    /// Of the text as it stands: counted when it changes, not when it is drawn.
    count: LyricCount,
}

/// The order in which sections are offered: the shape most songs have.
const SHAPE: [&str; 6] = ["Verse", "Chorus", "Verse 2", "Chorus", "Bridge", "Chorus"];

impl Lyrics {
    /// The text area over a lyric.
    pub fn new(lyric: &str) -> Self {
        let mut lyrics = Lyrics {
            editor: Editor::text(lyric),
            editing: false,
            count: LyricCount::default(),
        };
        lyrics.recount();
        lyrics
    }

    /// The text area itself.
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// Whether letters are text now.
    pub fn is_editing(&self) -> bool {
        self.editing
    }

    /// The lyric.
    pub fn contents(&self) -> String {
        self.editor.contents()
    }

    /// The counts shown under the text.
    pub fn count(&self) -> LyricCount {
        self.count
    }

    /// Whether a `\n` stands in the text where a line break is meant.
    pub fn has_literal_breaks(&self) -> bool {
        self.editor.lines().iter().any(|line| line.contains("\\n"))
    }

    fn recount(&mut self) {
        let mut count = LyricCount::default();
        for line in self.editor.lines() {
            let of_line = Lyric::new(line).count();
            count.characters += of_line.characters;
            count.lines += of_line.lines;
            count.sections += of_line.sections;
        }
        self.count = count;
    }

    /// A command of the lyrics. Tells whether the text changed.
    pub fn on_command(&mut self, command: LyricsCommand) -> bool {
        match command {
            LyricsCommand::Edit => {
                self.editing = true;
                false
            }
            LyricsCommand::AddSection => {
                self.add_section();
                true
            }
            // An order of its own: dispatch takes it.
            LyricsCommand::Write => false,
            LyricsCommand::BreakLines => {
                let text = self.contents();
                let broken = text.replace("\\r\\n", "\n").replace("\\n", "\n");
                if broken == text {
                    return false;
                }
                self.editor.replace(&broken);
                self.recount();
                true
            }
        }
    }

    /// A movement while no text is typed: the cursor moves with it.
    pub fn on_motion(&mut self, motion: Motion) {
        let (code, modifiers) = match motion {
            Motion::Up => (KeyCode::Up, KeyModifiers::NONE),
            Motion::Down => (KeyCode::Down, KeyModifiers::NONE),
            Motion::Left => (KeyCode::Left, KeyModifiers::NONE),
            Motion::Right => (KeyCode::Right, KeyModifiers::NONE),
            Motion::PageUp => (KeyCode::PageUp, KeyModifiers::NONE),
            Motion::PageDown => (KeyCode::PageDown, KeyModifiers::NONE),
            Motion::First => (KeyCode::Home, KeyModifiers::CONTROL),
            Motion::Last => (KeyCode::End, KeyModifiers::CONTROL),
        };
        self.editor.on_key(KeyEvent::new(code, modifiers));
    }

    /// Puts the cursor at a place that was clicked. Tells whether it stood there.
    pub fn put_cursor(&mut self, place: (usize, usize)) -> bool {
        let stood = self.editor.cursor();
        self.editor.put_cursor(place);
        self.editor.cursor() == stood
    }

    /// A key for the text. Tells whether it changed.
    pub fn on_text(&mut self, key: KeyEvent) -> bool {
        let changed = self.editor.on_key(key);
        if changed {
            self.recount();
        }
        changed
    }

    /// Pasted text. Returns the bytes left out.
    pub fn on_paste(&mut self, raw: &str) -> usize {
        let left_out = self.editor.paste(raw);
        self.recount();
        left_out
    }

    /// Ends typing.
    pub fn leave(&mut self) {
        self.editing = false;
    }

    /// Takes the last change back. Tells whether there was one.
    pub fn undo(&mut self) -> bool {
        let undone = self.editor.undo();
        self.recount();
        undone
    }

    /// Replaces the whole lyric in one step that can be undone, and gives back the old one.
    pub fn replace(&mut self, lyric: &str) -> String {
        let old = self.contents();
        self.editor.replace(lyric);
        self.recount();
        self.editor
            .on_key(KeyEvent::new(KeyCode::Home, KeyModifiers::CONTROL));
        old
    }

    /// Below the line of the cursor, after a blank line, and ready to type under it.
    fn add_section(&mut self) {
        let headers = self
            .editor
            .lines()
            .iter()
            .filter(|line| lyric::is_section(line))
            .count();
        let name = SHAPE.get(headers).copied().unwrap_or("Outro");
        self.editor
            .on_key(KeyEvent::new(KeyCode::End, KeyModifiers::NONE));
        let (row, column) = self.editor.cursor();
        let above = row
            .checked_sub(1)
            .and_then(|row| self.editor.lines().get(row));
        let breaks = match (column, above) {
            (0, None) => "",
            (0, Some(line)) if line.is_empty() => "",
            (0, Some(_)) => "\n",
            _ => "\n\n",
        };
        self.editor.paste(&format!("{breaks}[{name}]\n"));
        self.recount();
        self.editing = true;
    }
}
