//! The action form: what to order and how.
//!
//! Invariant: it shows the fields the order takes and no others; mistakes stand under their field while typing, except
//! that an empty field is only called missing once the user has tried to order.

use crossterm::event::KeyEvent;

use crate::app::command::{ComposeCommand, Motion};
use crate::app::cx::Cx;
use crate::app::editor::Editor;
use crate::app::notice::{Notice, Refusal};
use crate::domain::action::{Field, FieldKind, Model};
use crate::domain::draft::{Draft, FieldError, Problem};

/// How far an arrow key moves a strength.
const STEP: f64 = 0.05;

/// The form.
#[derive(Debug, Clone, PartialEq)]
pub struct Compose {
    draft: Draft,
    selected: Field,
    editor: Option<Editor>,
    errors: Vec<FieldError>,
    tried: bool,
}

impl Compose {
    /// The form as it was left. The lyric of `draft` is not kept here but in the lyrics pane.
    pub fn new(draft: Draft) -> Self {
        let selected = if draft.custom {
            Field::Title
        } else {
            Field::Prompt
        };
        Compose {
            draft: Draft {
                lyric: String::new(),
                ..draft
            },
            selected,
            editor: None,
            errors: Vec::new(),
            tried: false,
        }
    }

    /// What is filled in, without the lyric; a field being typed counts as far as it is typed.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The fields shown, in order.
    pub fn rows(&self) -> impl Iterator<Item = Field> + '_ {
        self.draft
            .fields()
            .map(|(field, _)| field)
            .filter(|field| *field != Field::Lyric)
    }

    /// The selected field.
    pub fn selected(&self) -> Field {
        self.selected
    }

    /// The line being typed into the selected field.
    pub fn editor(&self) -> Option<&Editor> {
        self.editor.as_ref()
    }

    /// What is wrong with a field and should be shown now.
    pub fn problem(&self, field: Field) -> Option<&Problem> {
        self.errors
            .iter()
            .find(|error| error.field == field)
            .map(|error| &error.problem)
            .filter(|problem| self.tried || **problem != Problem::Missing)
    }

    /// How many mistakes there are, shown or not.
    pub fn mistakes(&self) -> usize {
        self.errors.len()
    }

    /// Takes the result of a check. `tried`: the user has tried to order, so missing fields are shown from now on.
    pub fn set_errors(&mut self, errors: Vec<FieldError>, tried: bool) {
        self.errors = errors;
        self.tried |= tried;
    }

    /// Selects a field, if it is shown.
    pub fn select(&mut self, field: Field) {
        if self.rows().any(|row| row == field) {
            self.finish_line();
            self.selected = field;
        }
    }

    /// Replaces the whole form and gives back the old one.
    pub fn replace(&mut self, draft: Draft) -> Draft {
        let mut new = Compose::new(draft);
        std::mem::swap(self, &mut new);
        new.draft
    }

    /// A command of the form. Tells whether the draft changed.
    pub fn on_command(&mut self, command: ComposeCommand, cx: &mut Cx) -> bool {
        match command {
            ComposeCommand::Edit => self.edit(cx),
            ComposeCommand::Clear => self.clear(cx),
            ComposeCommand::SwitchWay => {
                self.finish_line();
                self.draft.custom = !self.draft.custom;
                self.keep_selection_on_a_row();
                true
            }
            // A story between panes: dispatch takes it.
            ComposeCommand::New => false,
        }
    }

    /// A movement: up and down between fields, left and right between values. Tells whether the draft changed.
    pub fn on_motion(&mut self, motion: Motion, cx: &mut Cx) -> bool {
        self.finish_line();
        let rows: Vec<Field> = self.rows().collect();
        let at = rows
            .iter()
            .position(|row| *row == self.selected)
            .unwrap_or(0);
        let last = rows.len().saturating_sub(1);
        let to = match motion {
            Motion::Left => return self.step(-1, cx),
            Motion::Right => return self.step(1, cx),
            Motion::Up => at.saturating_sub(1),
            Motion::Down => (at + 1).min(last),
            Motion::PageUp | Motion::First => 0,
            Motion::PageDown | Motion::Last => last,
        };
        if let Some(field) = rows.get(to) {
            self.selected = *field;
        }
        false
    }

    /// A key for the line being typed. Tells whether the draft changed.
    pub fn on_text(&mut self, key: KeyEvent) -> bool {
        let changed = self
            .editor
            .as_mut()
            .is_some_and(|editor| editor.on_key(key));
        self.take_line();
        changed
    }

    /// Pasted text, into the line being typed or, where none is, into the selected field. Returns the bytes left out.
    pub fn on_paste(&mut self, raw: &str) -> usize {
        if self.editor.is_none() {
            self.begin_line();
        }
        let left_out = self.editor.as_mut().map_or(0, |editor| editor.paste(raw));
        self.take_line();
        left_out
    }

    /// Ends typing; what was typed stays.
    pub fn finish_line(&mut self) {
        self.take_line();
        self.editor = None;
    }

    fn take_line(&mut self) {
        let Some(editor) = &self.editor else { return };
        let typed = editor.contents();
        if let Some(text) = self.draft.text_mut(self.selected) {
            *text = typed;
        }
    }

    fn begin_line(&mut self) {
        if let Some(text) = self.draft.text(self.selected) {
            self.editor = Some(Editor::line(text));
        }
    }

    fn edit(&mut self, cx: &mut Cx) -> bool {
        match self.selected.kind() {
            FieldKind::Choice | FieldKind::Switch => self.step(1, cx),
            FieldKind::Line { .. }
            | FieldKind::Number(_)
            | FieldKind::Song
            | FieldKind::Moment
            | FieldKind::Address
            | FieldKind::Text => {
                self.begin_line();
                false
            }
        }
    }

    fn clear(&mut self, cx: &mut Cx) -> bool {
        let before = self.draft.clone();
        match self.selected {
            Field::Model => self.draft.model = None,
            Field::Instrumental => self.draft.instrumental = None,
            Field::Custom => self.draft.custom = false,
            field => {
                if let Some(text) = self.draft.text_mut(field) {
                    text.clear();
                }
            }
        }
        self.keep_selection_on_a_row();
        if self.draft == before {
            cx.notify(Notice::Refused(
                crate::app::command::Command::Compose(ComposeCommand::Clear),
                Refusal::NothingToClear,
            ));
            return false;
        }
        true
    }

    fn step(&mut self, by: i8, cx: &Cx) -> bool {
        match self.selected.kind() {
            FieldKind::Number(range) => {
                let text = self.draft.text(self.selected).unwrap_or_default().trim();
                let now = text.replace(',', ".").parse().unwrap_or(range.default);
                let steps = (now / STEP).round() + f64::from(by);
                let value = (steps * STEP).clamp(range.min, range.max);
                if let Some(text) = self.draft.text_mut(self.selected) {
                    *text = format!("{value:.2}");
                }
            }
            FieldKind::Switch => {
                self.draft.instrumental = Some(self.draft.instrumental != Some(true));
            }
            FieldKind::Choice if self.selected == Field::Custom => {
                self.draft.custom = !self.draft.custom;
            }
            FieldKind::Choice => self.step_model(by, &cx.settings.models),
            FieldKind::Line { .. }
            | FieldKind::Song
            | FieldKind::Moment
            | FieldKind::Address
            | FieldKind::Text => return false,
        }
        self.keep_selection_on_a_row();
        true
    }

    /// Through the models in their order, from the server's default.
    fn step_model(&mut self, by: i8, models: &[Model]) {
        let count = models.len();
        if count == 0 {
            return;
        }
        let current = self
            .draft
            .model
            .as_ref()
            .map_or(Model::SERVER_DEFAULT, |model| model.0.as_str());
        let at = models.iter().position(|model| model.0 == current);
        let next = match (at, by) {
            (Some(at), 1..) => (at + 1) % count,
            (Some(at), _) => (at + count - 1) % count,
            (None, _) => 0,
        };
        self.draft.model = models.get(next).cloned();
    }

    fn keep_selection_on_a_row(&mut self) {
        if !self.rows().any(|row| row == self.selected) {
            let first = self.rows().next();
            self.selected = first.unwrap_or(Field::Custom);
        }
    }
}
