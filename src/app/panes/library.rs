//! The library pane: the songs, newest first or as a tree of who was made from whom, or those that match what is looked for.
//!
//! Invariant: it holds no song, only which are in sight and which row is selected.

mod tree;

use crossterm::event::KeyEvent;

use super::queue::moved;
use crate::app::command::Motion;
use crate::app::editor::Editor;
use crate::app::songs::Songs;
use crate::domain::SongId;
pub use tree::Branch;

/// The library pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Library {
    rows: Vec<SongId>,
    is_tree: bool,
    /// Where each row hangs, while the songs stand as a tree.
    branches: Vec<Branch>,
    selected: usize,
    query: String,
    editor: Option<Editor>,
}

impl Library {
    /// The library as it was left.
    pub fn new(is_tree: bool) -> Self {
        Library {
            is_tree,
            ..Library::default()
        }
    }

    /// Whether the songs stand as a tree, unless some are looked for.
    pub fn is_tree(&self) -> bool {
        self.is_tree
    }

    /// Turns the list into a tree, or back. The selection stays on its song.
    pub fn toggle_tree(&mut self, songs: &Songs) {
        self.is_tree = !self.is_tree;
        let selected = self.selected().cloned();
        self.refresh(songs);
        if let Some(song) = selected {
            self.select(&song);
        }
    }

    /// Where a row hangs in the tree; `None` in a list.
    pub fn branch(&self, row: usize) -> Option<&Branch> {
        self.branches.get(row)
    }

    /// The songs in sight, top to bottom.
    pub fn rows(&self) -> &[SongId] {
        &self.rows
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// The selected song.
    pub fn selected(&self) -> Option<&SongId> {
        self.rows.get(self.selected)
    }

    /// What is looked for; empty when everything is in sight.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The line being typed into.
    pub fn editor(&self) -> Option<&Editor> {
        self.editor.as_ref()
    }

    /// Selects a row.
    pub fn select_row(&mut self, row: usize) {
        self.selected = row.min(self.rows.len().saturating_sub(1));
    }

    /// Selects a song, if it is in sight.
    pub fn select(&mut self, song: &SongId) {
        if let Some(row) = self.rows.iter().position(|id| id == song) {
            self.selected = row;
        }
    }

    /// Takes in that songs came or changed. The selection stays on its song; at the top it stays at the top.
    pub fn refresh(&mut self, songs: &Songs) {
        let selected = self.selected().cloned().filter(|_| self.selected > 0);
        let needle = self.query.trim().to_lowercase();
        if self.is_tree && needle.is_empty() {
            (self.rows, self.branches) = tree::order(songs).into_iter().unzip();
            self.keep_selected(selected);
            return;
        }
        self.branches.clear();
        let found = |text: &str| text.to_lowercase().contains(&needle);
        self.rows = songs
            .iter()
            .rev()
            .filter(|song| {
                needle.is_empty()
                    || found(&song.title)
                    || found(&song.prompt)
                    || found(&song.lyric)
                    || found(&song.model)
            })
            .map(|song| song.id.clone())
            .collect();
        self.keep_selected(selected);
    }

    fn keep_selected(&mut self, song: Option<SongId>) {
        self.select_row(self.selected);
        if let Some(song) = song {
            self.select(&song);
        }
    }

    /// A movement.
    pub fn on_motion(&mut self, motion: Motion) {
        self.selected = moved(self.selected, self.rows.len(), motion);
    }

    /// Begins to look for songs.
    pub fn find(&mut self) {
        self.editor = Some(Editor::line(&self.query));
    }

    /// A key for the line being typed. Tells whether the query changed.
    pub fn on_text(&mut self, key: KeyEvent) -> bool {
        let changed = self
            .editor
            .as_mut()
            .is_some_and(|editor| editor.on_key(key));
        self.take_query();
        changed
    }

    /// Pasted text. Returns the bytes left out, or nothing where no text is typed.
    pub fn on_paste(&mut self, raw: &str) -> Option<usize> {
        let left_out = self.editor.as_mut()?.paste(raw);
        self.take_query();
        Some(left_out)
    }

    /// Ends typing; what is looked for stays.
    pub fn accept(&mut self) {
        self.editor = None;
    }

    /// Looks for nothing any more.
    pub fn show_all(&mut self) {
        self.editor = None;
        self.query.clear();
    }

    fn take_query(&mut self) {
        if let Some(editor) = &self.editor {
            self.query = editor.contents();
        }
        self.selected = 0;
    }
}
