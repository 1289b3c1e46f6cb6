//! The action form: what to order and how.
//!
//! Invariant: it shows the fields the order takes and no others; mistakes stand under their field while typing, except
//! that an empty field is only called missing once the user has tried to order.

use crossterm::event::KeyEvent;

use crate::app::command::{ComposeCommand, Motion};
use crate::app::cx::Cx;
use crate::app::editor::Editor;
use crate::app::notice::{Notice, Refusal};
use crate::app::settings::Settings;
use crate::domain::action::{Choice, Field, FieldKind, Model, Range};
use crate::domain::draft::{Draft, FieldError, Problem};
use crate::domain::text::clean_line;
use crate::domain::{Completion, Seconds, Song};

/// How far an arrow key moves a strength.
const STEP: f64 = 0.05;
/// How many small steps a large one is, for a moment and for a strength.
const LARGE: i8 = 10;
const LARGE_STRENGTH: i8 = 2;
/// The longest id that is pasted, in characters.
const ID_MAX: usize = 100;

/// The form.
#[derive(Debug, Clone, PartialEq)]
pub struct Compose {
    draft: Draft,
    selected: Field,
    editor: Option<Editor>,
    errors: Vec<FieldError>,
    tried: bool,
    /// How long the source song is, where that is known.
    length: Option<Seconds>,
    /// Whether the source song is in the library.
    sourced: bool,
}

impl Compose {
    /// The form as it was left. The lyric of `draft` is not kept here but in the lyrics pane.
    pub fn new(draft: Draft) -> Self {
        let selected = if draft.custom {
            Field::Title
        } else {
            Field::Prompt
        };
        let mut compose = Compose {
            draft: Draft {
                lyric: String::new(),
                ..draft
            },
            selected,
            editor: None,
            errors: Vec::new(),
            tried: false,
            length: None,
            sourced: false,
        };
        compose.keep_selection_on_a_row();
        compose
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

    /// Takes in what is known of the source song. The API has words of its own for songs that were uploaded: the song
    /// decides which is sent.
    pub fn set_source(&mut self, song: Option<&Song>) {
        self.sourced = song.is_some();
        self.length = song.and_then(|song| song.duration);
        if let Some(song) = song {
            self.draft.action = self.draft.action.on_uploaded(song.more.uploaded);
        }
    }

    /// Chooses the source song by its id.
    pub fn choose_source(&mut self, id: String) {
        self.finish_line();
        self.draft.source = id;
    }

    /// Shows the fields that stand in no document, or hides them; what is in them stays.
    pub fn set_experimental(&mut self, shown: bool) {
        self.finish_line();
        self.draft.experimental = shown;
        self.keep_selection_on_a_row();
    }

    /// Puts a moment into the selected field. Tells whether it takes one.
    pub fn take_moment(&mut self, moment: Seconds) -> bool {
        let takes = self.selected.kind() == FieldKind::Moment;
        if takes {
            self.finish_line();
            self.set_moment((moment.0 * 10.0).round());
        }
        takes
    }

    /// Puts a moment into a field that takes one.
    pub fn put_moment(&mut self, field: Field, moment: Seconds) {
        self.select(field);
        self.take_moment(moment);
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
            ComposeCommand::Completion => {
                self.finish_line();
                self.step_completion(1, cx.settings);
                self.selected = Field::Completion;
                true
            }
            ComposeCommand::MuchLess => self.step(-LARGE, cx),
            ComposeCommand::MuchMore => self.step(LARGE, cx),
            // Stories between panes: dispatch takes them.
            ComposeCommand::New | ComposeCommand::TakePlayhead | ComposeCommand::Experimental => {
                false
            }
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

    /// Pasted text, into the line being typed or, where none is, into the selected field; an id takes the place of the
    /// one before. Returns the bytes left out, or nothing where the field takes no text.
    pub fn on_paste(&mut self, raw: &str) -> Option<usize> {
        if self.selected == Field::Source {
            self.draft.source = clean_line(raw, ID_MAX);
            return Some(0);
        }
        if self.editor.is_none() {
            self.begin_line();
        }
        let left_out = self.editor.as_mut()?.paste(raw);
        self.take_line();
        Some(left_out)
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
            | FieldKind::Moment
            | FieldKind::Address
            | FieldKind::Text => {
                self.begin_line();
                false
            }
            // Chosen from the library: dispatch opens the list.
            FieldKind::Song => false,
        }
    }

    fn clear(&mut self, cx: &mut Cx) -> bool {
        let before = self.draft.clone();
        match self.selected {
            Field::Model => self.draft.model = None,
            Field::Instrumental => self.draft.instrumental = None,
            Field::Custom => self.draft.custom = false,
            Field::Completion => self.draft.completion = None,
            Field::Action => self.choose(Choice::default()),
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
        self.finish_line();
        match self.selected.kind() {
            FieldKind::Number(range) => self.step_number(by, range),
            FieldKind::Moment => self.step_moment(by),
            FieldKind::Switch => {
                self.draft.instrumental = Some(self.draft.instrumental != Some(true));
            }
            FieldKind::Choice => match self.selected {
                Field::Custom => self.draft.custom = !self.draft.custom,
                Field::Action => self.step_action(by, &cx.settings.actions),
                Field::Completion => self.step_completion(by, cx.settings),
                _ => self.step_model(by, &cx.settings.models),
            },
            FieldKind::Line { .. } | FieldKind::Song | FieldKind::Address | FieldKind::Text => {
                return false;
            }
        }
        self.keep_selection_on_a_row();
        true
    }

    /// From the server's default, within the range.
    fn step_number(&mut self, by: i8, range: Range) {
        let Some(text) = self.draft.text_mut(self.selected) else {
            return;
        };
        let now = text.trim().replace(',', ".").parse();
        let by = by.clamp(-LARGE_STRENGTH, LARGE_STRENGTH);
        let steps = (now.unwrap_or(range.default) / STEP).round() + f64::from(by);
        let value = (steps * STEP).clamp(range.min, range.max);
        *text = format!("{value:.2}");
    }

    /// By tenths of a second, within the source song.
    fn step_moment(&mut self, by: i8) {
        let text = self.draft.text(self.selected).unwrap_or_default();
        let now = Seconds::parse(text).unwrap_or_default();
        self.set_moment((now.0 * 10.0).round() + f64::from(by));
    }

    fn set_moment(&mut self, tenths: f64) {
        let end = self
            .length
            .map_or(f64::MAX, |length| (length.0 * 10.0).floor());
        let moment = Seconds(tenths.min(end).max(0.0) / 10.0);
        if let Some(text) = self.draft.text_mut(self.selected) {
            *text = moment.clock_tenths();
        }
    }

    /// Through everything that can be chosen. The two words the API has for some actions are one choice, unless nothing is
    /// known of the song they are for.
    fn step_action(&mut self, by: i8, added: &[Choice]) {
        let with_uploads = !self.sourced && !self.draft.source.trim().is_empty();
        let choices: Vec<Choice> = Choice::all(added, with_uploads).collect();
        let mut now = self.draft.choice();
        if !with_uploads && now.name.is_none() {
            now.action = now.action.on_uploaded(false);
        }
        let is_now = |choice: &Choice| choice.word() == now.word();
        let at = choices.iter().position(is_now);
        if let Some(choice) = next_of(&choices, at, by) {
            self.choose(choice.clone());
        }
    }

    fn choose(&mut self, choice: Choice) {
        self.draft.action = choice.action;
        self.draft.action_name = choice.name;
    }

    /// Through the models in their order, from the server's default.
    fn step_model(&mut self, by: i8, models: &[Model]) {
        let current = self
            .draft
            .model
            .as_ref()
            .map_or(Model::SERVER_DEFAULT, |model| model.0.as_str());
        let at = models.iter().position(|model| model.0 == current);
        if let Some(model) = next_of(models, at, by) {
            self.draft.model = Some(model.clone());
        }
    }

    /// Through the ways to hear of the end that there are, from the one of the settings.
    fn step_completion(&mut self, by: i8, settings: &Settings) {
        let ways: Vec<Completion> = settings.completions().collect();
        let now = self.draft.completion.unwrap_or(settings.completion);
        let at = ways.iter().position(|way| *way == now);
        self.draft.completion = next_of(&ways, at, by).copied();
    }

    fn keep_selection_on_a_row(&mut self) {
        if !self.rows().any(|row| row == self.selected) {
            self.selected = Field::Action;
        }
    }
}

/// The value after the one at `at`, or before it, round and round; the first where that one is not among them.
fn next_of<T>(values: &[T], at: Option<usize>, by: i8) -> Option<&T> {
    let count = values.len();
    match (at, by) {
        (Some(at), 1..) => values.get((at + 1) % count),
        (Some(at), _) => values.get((at + count - 1) % count),
        (None, _) => values.first(),
    }
}
