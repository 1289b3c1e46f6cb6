//! The form as it looks: labels, values, what the server would take, and mistakes under their field.
//!
//! Invariant: the values stand in one column, whatever the language.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::command::Command;
use crate::app::event::Target;
use crate::app::panes::PaneId;
use crate::app::settings::Role;
use crate::domain::action::Range;
use crate::domain::{Action, Draft, Field, FieldKind, Mark, Model, Seconds, Work};
use crate::ui::Skin;
use crate::ui::chrome::{self, Head};
use crate::ui::layout::{Form, Place};
use crate::ui::list;
use crate::ui::panes::library;
use crate::ui::text::{self, Row};
use unicode_segmentation::UnicodeSegmentation;

/// How many rows a long text may take.
const TEXT_ROWS: usize = 3;
const BAR: usize = 9;

/// One row of the form.
struct Line {
    field: Field,
    part: Part,
}

/// What of a field stands on a row.
enum Part {
    /// The value, or this row of it.
    Value(usize),
    /// This row of what is wrong with it.
    Problem(usize),
}

/// Draws the pane.
pub(crate) fn draw(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    let focused = app.focus == PaneId::Compose;
    if place.form == Form::Folded {
        let (words, role) = summary(app, skin);
        chrome::folded(skin, frame, place, PaneId::Compose, (&words, role));
        return;
    }
    let draft = app.compose.draft();
    let head = Head {
        warning: "",
        focused,
        key: &skin.keymap.label(Command::Focus(PaneId::Compose)),
        title: (skin.strings.pane)(PaneId::Compose),
        detail: (skin.strings.work)(Work::Song(draft.action)),
        foot: &counter(app),
    };
    chrome::frame(skin, frame, place, &head);
    let inner = place.inner();
    for (line, y) in lines(app, skin, inner).iter().zip(inner.top()..) {
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        draw_line(app, skin, line, row, frame);
        if line.field == app.compose.selected() && matches!(line.part, Part::Value(0)) {
            chrome::select(skin, frame, row, focused && app.compose.editor().is_none());
        }
    }
}

/// The field at a cell.
pub(crate) fn target(app: &App, skin: &Skin, inner: Rect, at: Position) -> Option<Target> {
    let line = usize::from(at.y.checked_sub(inner.y)?);
    let lines = lines(app, skin, inner);
    Some(Target::ComposeField(lines.get(line)?.field))
}

/// What a folded form tells: mistakes first, then what the song is made from.
fn summary(app: &App, skin: &Skin) -> (String, Role) {
    let strings = skin.strings;
    let draft = app.compose.draft();
    let shown = app
        .compose
        .rows()
        .filter(|field| app.compose.problem(*field).is_some())
        .count();
    if shown > 0 {
        return (format!("! {}", (strings.mistakes)(shown)), Role::Error);
    }
    let way = if draft.custom {
        strings.way_lyrics
    } else {
        strings.way_prompt
    };
    let what = [&draft.title, &draft.prompt]
        .into_iter()
        .find(|text| !text.is_empty());
    let model = draft.model.as_ref().map(|model| model.0.as_str());
    let has_way = app.compose.rows().any(|field| field == Field::Custom);
    let mut words = match draft.action {
        Action::Generate => format!("{} {way}", (strings.field)(Field::Custom)),
        _ => action(app, skin),
    };
    let source = app.source().map(|song| library::title(skin, song));
    let what = what.map(String::as_str).filter(|_| has_way);
    for part in [source, what, model].into_iter().flatten() {
        words.push_str(" · ");
        words.push_str(part);
    }
    (words, Role::Muted)
}

/// How much of the selected field is filled, where there is a limit.
fn counter(app: &App) -> String {
    let field = app.compose.selected();
    match (field.kind(), app.compose.draft().text(field)) {
        (FieldKind::Line { max: Some(max) }, Some(text)) => {
            format!("{}/{max}", text.trim().graphemes(true).count())
        }
        _ => String::new(),
    }
}

/// The column of the values within the pane.
fn value_column(app: &App, skin: &Skin) -> usize {
    // Labels of all fields of the action, so that nothing moves when the way of working changes.
    let draft = app.compose.draft();
    let fields = draft.action.fields().iter().map(|rule| rule.field);
    let label = fields
        .filter(|field| *field != Field::Lyric)
        .filter(|field| draft.experimental || !field.is_experimental())
        .map(|field| text::width((skin.strings.field)(field)))
        .max();
    1 + label.unwrap_or(0) + 2
}

fn value_room(app: &App, skin: &Skin, inner: Rect) -> usize {
    // The last column stays free: for the cursor, and to breathe.
    usize::from(inner.width)
        .saturating_sub(value_column(app, skin) + 1)
        .max(4)
}

/// The rows in sight.
fn lines(app: &App, skin: &Skin, inner: Rect) -> Vec<Line> {
    let room = value_room(app, skin, inner);
    let mut lines = Vec::with_capacity(16);
    let mut selected = 0;
    for field in app.compose.rows() {
        if field == app.compose.selected() {
            selected = lines.len();
        }
        for row in 0..value_rows(app, skin, field, room) {
            let part = Part::Value(row);
            lines.push(Line { field, part });
        }
        let problem = problem_text(app, skin, field);
        let rows = problem.map_or(0, |words| text::wrap(&words, room).len());
        for row in 0..rows.min(2) {
            let part = Part::Problem(row);
            lines.push(Line { field, part });
        }
    }
    let seen = list::window(selected, lines.len(), usize::from(inner.height));
    lines.drain(seen).collect()
}

fn value_rows(app: &App, skin: &Skin, field: Field, room: usize) -> usize {
    let editing = app.compose.editor().is_some() && field == app.compose.selected();
    if editing || !wraps(field) {
        return 1;
    }
    let value = Value::of(app, skin, field);
    text::wrap(&value.text, room).len().min(TEXT_ROWS)
}

/// Whether a value may take several rows; the others are cut.
fn wraps(field: Field) -> bool {
    matches!(field.kind(), FieldKind::Line { .. } | FieldKind::Address)
}

/// Whether the value moves with the arrow keys.
fn steps(field: Field) -> bool {
    matches!(
        field.kind(),
        FieldKind::Choice | FieldKind::Switch | FieldKind::Number(_) | FieldKind::Moment
    )
}

fn problem_text(app: &App, skin: &Skin, field: Field) -> Option<String> {
    let problem = app.compose.problem(field)?;
    let words = (skin.strings.problem)(problem, skin.keymap);
    Some(format!("✗ {words}"))
}

fn draw_line(app: &App, skin: &Skin, line: &Line, area: Rect, frame: &mut Frame) {
    let column = value_column(app, skin);
    let room = value_room(app, skin, area);
    let field = line.field;
    let value = Rect {
        x: (area.x + column as u16).min(area.right()),
        width: (room as u16).min(area.width.saturating_sub(column as u16)),
        ..area
    };
    match line.part {
        Part::Problem(at) => {
            let words = problem_text(app, skin, field).unwrap_or_default();
            let range = text::wrap(&words, room).get(at).cloned();
            let part = range.and_then(|range| words.get(range)).unwrap_or_default();
            Row::new(frame.buffer_mut(), value, area.y)
                .put(part.trim_end(), skin.style(Role::Error));
        }
        Part::Value(at) => {
            if at == 0 {
                let label = (skin.strings.field)(field);
                Row::new(frame.buffer_mut(), area, area.y)
                    .skip(1)
                    .put_padded(label, column - 2, skin.style(Role::Muted));
            }
            match app.compose.editor() {
                Some(editor) if field == app.compose.selected() => {
                    let cursor = app.overlay.is_none() && app.focus == PaneId::Compose;
                    chrome::typed_line(skin, editor, value, cursor, frame);
                }
                _ => draw_value(app, skin, (field, at), value, frame),
            }
        }
    }
}

/// A value, or this row of it where it takes several.
fn draw_value(app: &App, skin: &Skin, (field, at): (Field, usize), area: Rect, frame: &mut Frame) {
    let value = Value::of(app, skin, field);
    let style = skin.style(value.role);
    let room = usize::from(area.width);
    let selected = field == app.compose.selected();
    let steps = steps(field);
    let buffer = frame.buffer_mut();
    if selected && steps {
        // The marks of a choice stand beside the column, so that the value does not move.
        let before = Rect {
            x: area.x.saturating_sub(2),
            width: 2,
            ..area
        };
        Row::new(buffer, before, area.y).put("‹", skin.style(Role::Accent));
    }
    let mut row = Row::new(buffer, area, area.y);
    if let Some(share) = value.share {
        let filled = (share.clamp(0.0, 1.0) * BAR as f64).round() as usize;
        if room > BAR + 2 + text::width(&value.text) {
            row.put(&"▓".repeat(filled), style)
                .put(&"░".repeat(BAR - filled), skin.style(Role::Muted))
                .skip(1);
        }
        row.put(&value.text, style);
    } else if !wraps(field) {
        // The mark of a choice keeps its place behind what is cut.
        let room = room.saturating_sub(if selected && steps { 2 } else { 0 });
        row.put(&text::cut(&value.text, room), style);
        if is_at_mark(app, field, &value.text) {
            let note = format!(" ({})", skin.strings.listening.at_mark);
            if text::width(&value.text) + text::width(&note) <= room {
                row.put(&note, skin.style(Role::Muted));
            }
        }
    } else {
        let rows = text::wrap(&value.text, room);
        let start = rows.get(at).map_or(0, |range| range.start);
        let end = match rows.get(at) {
            Some(range) if at + 1 < TEXT_ROWS => range.end,
            _ => value.text.len(),
        };
        let part = value.text.get(start..end).unwrap_or_default();
        row.put(part.trim_end(), style);
    }
    if selected && steps {
        row.skip(1).put("›", skin.style(Role::Accent));
    }
}

/// Whether a moment is one that is marked in the source song.
fn is_at_mark(app: &App, field: Field, moment: &str) -> bool {
    if field.kind() != FieldKind::Moment {
        return false;
    }
    let Some((moment, song)) = Seconds::parse(moment).zip(app.source()) else {
        return false;
    };
    let marks = [Mark::In, Mark::Out].map(|mark| song.more.marks.get(mark));
    // The form has tenths of a second.
    let mut marks = marks.into_iter().flatten();
    marks.any(|mark| (mark.0 - moment.0).abs() < 0.051)
}

/// What stands in a field.
struct Value {
    text: String,
    role: Role,
    /// How much of the range, for a number.
    share: Option<f64>,
}

impl Value {
    fn of(app: &App, skin: &Skin, field: Field) -> Value {
        let draft = app.compose.draft();
        let strings = skin.strings;
        let yes_no = |yes| if yes { strings.yes } else { strings.no };
        let typed = draft.text(field).unwrap_or_default();
        match field {
            Field::Action => Value::set(&action(app, skin)),
            Field::Source => Value::source(app, skin),
            Field::Custom if draft.custom => Value::set(strings.way_lyrics),
            Field::Custom => Value::set(strings.way_prompt),
            Field::Completion => Value::set(draft.completion.map_or("", strings.hearing.way)),
            Field::Model => match &draft.model {
                Some(model) => Value::set(&model.0),
                None => Value::server(skin, Model::SERVER_DEFAULT),
            },
            Field::Instrumental => match draft.instrumental {
                Some(instrumental) => Value::set(yes_no(instrumental)),
                None => Value::server(skin, strings.no),
            },
            Field::Seed if typed.is_empty() => Value::server(skin, strings.random),
            _ if typed.is_empty() => match field.kind() {
                FieldKind::Number(range) => Value {
                    share: Some(share(range, range.default)),
                    ..Value::server(skin, &format!("{:.2}", range.default))
                },
                _ => Value {
                    text: (strings.placeholder)(field, is_style(draft)).to_owned(),
                    role: Role::Muted,
                    share: None,
                },
            },
            _ => Value {
                share: match (field.kind(), typed.trim().replace(',', ".").parse::<f64>()) {
                    (FieldKind::Number(range), Ok(number)) if number.is_finite() => {
                        Some(share(range, number))
                    }
                    _ => None,
                },
                ..Value::set(typed)
            },
        }
    }

    /// The song by its title and length, one that is not in the library by its id.
    fn source(app: &App, skin: &Skin) -> Value {
        let typed = app.compose.draft().source.trim();
        match app.source() {
            Some(song) => {
                let title = library::title(skin, song);
                let length = song.duration.map(|length| format!("{length} · "));
                Value::set(&format!("{}{title}", length.unwrap_or_default()))
            }
            None if typed.is_empty() => Value {
                role: Role::Muted,
                ..Value::set(&(skin.strings.deeds.choose)(skin.keymap))
            },
            None => Value::set(typed),
        }
    }

    fn set(text: &str) -> Value {
        Value {
            text: text.to_owned(),
            role: Role::Text,
            share: None,
        }
    }

    fn server(skin: &Skin, text: &str) -> Value {
        Value {
            text: (skin.strings.server)(text),
            role: Role::Muted,
            share: None,
        }
    }
}

/// Whether the prompt asks for a style: the idea is in the words, or in the source song.
fn is_style(draft: &Draft) -> bool {
    draft.custom || draft.action.needs_source()
}

/// What the action is called, with the word that is sent where that is another.
fn action(app: &App, skin: &Skin) -> String {
    let choice = app.compose.draft().choice();
    let word = choice.word();
    if choice.name.is_some() {
        return word.to_owned();
    }
    let name = (skin.strings.work)(Work::Song(choice.action));
    if word == name || word.replace('_', " ") == name {
        name.to_owned()
    } else {
        format!("{name} · {word}")
    }
}

fn share(range: Range, number: f64) -> f64 {
    (number - range.min) / (range.max - range.min)
}
