//! What stands around the panes: borders, titles, the line of keys, the notice, the screen that is too small.
//!
//! Invariant: every key on screen comes from the live key map.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, BorderType, Widget};

use super::Skin;
use super::layout::{Form, Place};
use super::popup;
use super::text::{self, Row};
use crate::app::App;
use crate::app::command::{
    Command, ComposeCommand as C, LibraryCommand as B, LinkCommand as I, LyricsCommand as L,
    MarkCommand as K, MixerCommand as X, Motion, OverlayCommand as O, QueueCommand as Q,
    RequestCommand as R, TextCommand as T, TransportCommand as P, UpNextCommand as N,
    ViewCommand as V,
};
use crate::app::editor::Editor;
use crate::app::keymap::{Chord, Context};
use crate::app::notice::Tone;
use crate::app::panes::PaneId;
use crate::app::panes::overlay::Overlay;
use crate::app::settings::Role;
use crate::domain::{Field, FieldKind, Hold, TaskState};

/// The mark of the selected row.
pub(crate) const MARK: &str = "▸";

/// What stands on the border of a pane.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head<'a> {
    /// Whether it has the keyboard.
    pub(crate) focused: bool,
    /// The key that leads here.
    pub(crate) key: &'a str,
    /// Its name.
    pub(crate) title: &'a str,
    /// What must not be overlooked.
    pub(crate) warning: &'a str,
    /// What is to be known at a glance.
    pub(crate) detail: &'a str,
    /// Counts, below; at the right where there is no line below.
    pub(crate) foot: &'a str,
}

/// Draws the border or the line above a pane with what stands on it.
pub(crate) fn frame(skin: &Skin, frame: &mut Frame, place: &Place, head: &Head) {
    let (line, title) = if head.focused {
        (skin.style(Role::Focus), skin.style(Role::Focus))
    } else {
        (skin.style(Role::Muted), skin.style(Role::Text))
    };
    let thick = head.focused && skin.theme.plain;
    let area = place.area;
    match place.form {
        Form::Boxed => {
            let border = if thick {
                BorderType::Thick
            } else {
                BorderType::Rounded
            };
            Block::bordered()
                .border_type(border)
                .border_style(line)
                .render(area, frame.buffer_mut());
        }
        Form::Ruled => rule(frame, area, area.y, if thick { "━" } else { "─" }, line),
        Form::Folded => return,
    }
    // Corners and ruled ends stay free.
    let inset = Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    };
    let mut row = Row::new(frame.buffer_mut(), inset, area.y);
    if place.form == Form::Ruled && !head.foot.is_empty() {
        row.put_right(&format!(" {} ", head.foot), skin.style(Role::Muted));
        row.skip_right(1);
    }
    if !head.key.is_empty() {
        row.put(" ", title).put(head.key, skin.style(Role::Accent));
    }
    row.put(" ", title).put(head.title, title).put(" ", title);
    if !head.warning.is_empty() && row.room() > text::width(head.warning) {
        row.put("‖ ", skin.style(Role::Warn))
            .put(head.warning, skin.style(Role::Warn))
            .put(" ", title);
    }
    if !head.detail.is_empty() && row.room() > 6 {
        row.skip(2);
        let detail = text::whole_parts(head.detail, row.room() - 2);
        row.put(&format!(" {detail} "), skin.style(Role::Muted));
    }
    if place.form == Form::Boxed && !head.foot.is_empty() && area.height > 1 {
        let mut row = Row::new(frame.buffer_mut(), inset, area.bottom() - 1);
        row.put_right(&format!(" {} ", head.foot), skin.style(Role::Muted));
    }
}

/// A line across an area.
fn rule(frame: &mut Frame, area: Rect, y: u16, symbol: &str, style: Style) {
    let area = area.intersection(frame.area());
    if y < area.top() || y >= area.bottom() {
        return;
    }
    for x in area.left()..area.right() {
        if let Some(cell) = frame.buffer_mut().cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

/// A pane as one line: key, name, and what is in it.
pub(crate) fn folded(
    skin: &Skin,
    frame: &mut Frame,
    place: &Place,
    pane: PaneId,
    told: (&str, Role),
) {
    let names = PaneId::ALL.map(|pane| (skin.strings.pane)(pane));
    let column = names.into_iter().map(text::width).max().unwrap_or(0);
    let key = skin.keymap.label(Command::Focus(pane));
    let mut row = Row::new(frame.buffer_mut(), place.area, place.area.y);
    row.skip(1)
        .put_padded(&key, 2, skin.style(Role::Accent))
        .put_padded(
            (skin.strings.pane)(pane),
            column + 2,
            skin.style(Role::Text),
        )
        .skip_right(1);
    let told_parts = text::whole_parts(told.0, row.room());
    row.put(&told_parts, skin.style(told.1));
}

/// Paints the selected row: its mark always, the whole row where the pane has the keyboard.
pub(crate) fn select(skin: &Skin, frame: &mut Frame, area: Rect, focused: bool) {
    let buffer = frame.buffer_mut();
    let role = if focused { Role::Text } else { Role::Muted };
    Row::new(buffer, area, area.y).put(MARK, skin.style(role));
    if focused {
        buffer.set_style(area, skin.style(Role::Selection));
    }
}

/// A line being typed, with the cursor in sight. A mark beside it tells that it goes on to the left or the right.
pub(crate) fn typed_line(
    skin: &Skin,
    editor: &Editor,
    area: Rect,
    cursor: bool,
    frame: &mut Frame,
) {
    let line = editor.lines().first().map_or("", String::as_str);
    let view = text::line_view(line, editor.cursor().1, usize::from(area.width));
    let buffer = frame.buffer_mut();
    Row::new(buffer, area, area.y).put(view.text, skin.style(Role::Text));
    let marks = [
        (view.more_left, area.x.saturating_sub(1)),
        (view.more_right, area.right()),
    ];
    for (more, x) in marks {
        if more && let Some(cell) = buffer.cell_mut((x, area.y)) {
            cell.set_symbol("…").set_style(skin.style(Role::Muted));
        }
    }
    if cursor {
        frame.set_cursor_position((area.x + view.cursor as u16, area.y));
    }
}

/// Lines of help in an empty pane.
pub(crate) fn empty(skin: &Skin, frame: &mut Frame, area: Rect, lines: &[String]) {
    let room = usize::from(area.width).saturating_sub(2);
    let mut y = area.y;
    for line in lines {
        for part in text::paragraphs(line, room) {
            Row::new(frame.buffer_mut(), area, y)
                .skip(1)
                .put(part, skin.style(Role::Muted));
            y = y.saturating_add(1);
        }
    }
}

/// The last line: the notice while there is one, else the keys that work now.
pub(crate) fn hints(app: &App, skin: &Skin, area: Rect, frame: &mut Frame) {
    if notice(app, skin, area, frame) {
        return;
    }
    let mut hints: Vec<(String, &str)> = Vec::with_capacity(10);
    for command in offered(app) {
        if let Some(key) = key_in(app, command) {
            hints.push((key, words(app, skin, command)));
        }
    }
    let mut row = Row::new(frame.buffer_mut(), area, area.y);
    row.skip(1).skip_right(1);
    tag(app, skin, &mut row);
    let cells = |(key, words): &(String, &str)| text::width(key) + 1 + text::width(words);
    // The way to all other keys is the last to go.
    let last = hints.pop();
    let kept = last.as_ref().map_or(0, cells);
    for hint in hints.iter().chain(&last) {
        let is_last = Some(hint) == last.as_ref();
        let needed = cells(hint) + if is_last { 0 } else { kept + 2 };
        if needed <= row.room() {
            row.put(&hint.0, skin.style(Role::Accent))
                .put(" ", Style::new())
                .put(hint.1, skin.style(Role::Muted))
                .skip(2);
        }
    }
}

/// What a command does here, in a word or two.
fn words(app: &App, skin: &Skin, command: Command) -> &'static str {
    let hint = skin.strings.hint;
    match (command, &app.overlay) {
        (Command::Overlay(O::Accept), Some(Overlay::Link(_))) => skin.strings.listening.link_copy,
        (Command::Text(T::Accept), Some(_)) => hint(Command::Overlay(O::Accept)),
        (Command::Text(T::Leave), Some(_)) => hint(Command::Overlay(O::Close)),
        (Command::Text(T::Leave), None) if app.focus == PaneId::Library => skin.strings.show_all,
        _ => hint(command),
    }
}

/// What is worth knowing all the time: another program that has the engine, a paused queue, the demo, a missing token.
fn tag(app: &App, skin: &Skin, row: &mut Row) {
    if app.settings.is_guest {
        let tag = skin.strings.company.guest;
        if row.room() >= text::width(tag) + 40 {
            row.put_right(tag, skin.style(Role::Muted));
            row.skip_right(2);
        }
    }
    let tag = if app.tasks.is_paused() {
        (skin.strings.flow.paused_tag)(skin.keymap)
    } else if app.settings.demo {
        skin.strings.demo.to_owned()
    } else if app.settings.has_token || app.settings.is_guest {
        return;
    } else {
        (skin.strings.no_token)(skin.keymap)
    };
    if row.room() >= text::width(&tag) + 40 {
        row.put_right(&tag, skin.style(Role::Warn));
        row.skip_right(2);
    }
}

fn notice(app: &App, skin: &Skin, area: Rect, frame: &mut Frame) -> bool {
    let Some(notice) = app.notices.current() else {
        return false;
    };
    let (glyph, role) = match notice.tone() {
        Tone::Good => ("✓", Role::Ok),
        Tone::Plain => ("·", Role::Text),
        Tone::Warning => ("!", Role::Warn),
        Tone::Error => ("✗", Role::Error),
    };
    let words = skin.strings.notice(notice, skin.keymap);
    let room = usize::from(area.width).saturating_sub(4);
    let rows = text::wrap(&words, room);
    // What does not fit into the line takes one more, above; then it is cut.
    let taken = (rows.len() as u16).clamp(1, 2).min(area.y + 1);
    let over = Rect {
        y: area.y + 1 - taken,
        height: taken,
        ..area
    };
    if taken > 1 {
        popup::clear(frame, over);
    }
    for (at, y) in (over.top()..over.bottom()).enumerate() {
        let is_last = at + 1 == usize::from(taken);
        let range = rows.get(at).cloned().unwrap_or_default();
        let part = if is_last {
            words.get(range.start..)
        } else {
            words.get(range).map(str::trim_end)
        };
        let mut row = Row::new(frame.buffer_mut(), over, y);
        row.skip(1)
            .put(if at == 0 { glyph } else { " " }, skin.style(role))
            .skip(1)
            .skip_right(1)
            .put(part.unwrap_or_default(), skin.style(role));
    }
    true
}

/// The first key that means the command now; a letter means none while text is typed.
fn key_in(app: &App, command: Command) -> Option<String> {
    let keymap = &app.settings.keymap;
    let (contexts, typing) = app.contexts();
    keymap
        .chords(command)
        .find(|chord| {
            let here = keymap.resolve(contexts, *chord);
            let meant = here.or_else(|| {
                let claimed = typing && chord.is_text();
                keymap
                    .resolve(&[Context::Global], *chord)
                    .filter(|_| !claimed)
            });
            meant == Some(command)
        })
        .map(Chord::label)
}

/// What is offered in the line of keys, the most useful first; the last one stays the longest.
fn offered(app: &App) -> Vec<Command> {
    const EVERYWHERE: [Command; 3] = [Command::Palette, Command::Quit, Command::Help];
    let mut offered = Vec::with_capacity(12);
    if let Some(overlay) = &app.overlay {
        return offered_over(overlay);
    }
    match app.focus {
        PaneId::Compose if app.compose.editor().is_some() => {
            return vec![Command::Text(T::Accept), Command::Submit];
        }
        PaneId::Library if app.library.editor().is_some() => {
            return vec![Command::Text(T::Accept), Command::Text(T::Leave)];
        }
        PaneId::Lyrics if app.lyrics.is_editing() => {
            return vec![
                Command::Lyrics(L::AddSection),
                Command::Submit,
                Command::Text(T::Leave),
            ];
        }
        PaneId::Compose => offer_compose(app, &mut offered),
        PaneId::Lyrics => {
            offered.extend([L::Edit, L::AddSection, L::Write].map(Command::Lyrics));
            offered.push(Command::Submit);
        }
        PaneId::Queue => offer_queue(app, &mut offered),
        PaneId::Library => {
            if !app.library.query().is_empty() {
                offered.push(Command::Text(T::Leave));
            }
            if !app.library.rows().is_empty() {
                offered.extend([B::Play, B::Actions, B::Find, B::Details].map(Command::Library));
            }
        }
    }
    offered.push(Command::NextPane);
    if app.player.song().is_some() && app.focus != PaneId::Library {
        offered.push(Command::Player(P::Toggle));
    }
    offered.extend(EVERYWHERE);
    offered
}

/// What is offered while something lies over the panes.
fn offered_over(overlay: &Overlay) -> Vec<Command> {
    let close = Command::Overlay(O::Close);
    let accept = Command::Overlay(O::Accept);
    let mut offered = Vec::with_capacity(8);
    match overlay {
        Overlay::Ask(_) | Overlay::Token { .. } => return offered,
        overlay if overlay.editor().is_some() => {
            return vec![Command::Text(T::Accept), Command::Text(T::Leave)];
        }
        Overlay::Player => {
            offered.extend([K::SetIn, K::SetOut, K::Loop, K::Use].map(Command::Mark));
            offered.push(Command::View(V::PlayFromCursor));
            offered.push(Command::Player(P::Toggle));
        }
        Overlay::UpNext { .. } => {
            offered.push(accept);
            offered.extend([N::Sooner, N::Later, N::Remove, N::Repeat].map(Command::UpNext));
        }
        Overlay::Mixer { .. } => {
            offered.extend([X::Louder, X::Mute, X::Solo, X::Reset, X::Export].map(Command::Mixer));
            offered.push(Command::Player(P::Toggle));
        }
        Overlay::Link(_) => offered.extend([accept, Command::Link(I::End)]),
        Overlay::Batch(_) => offered.extend([Command::Move(Motion::Right), accept]),
        Overlay::Actions(_) | Overlay::Copy(_) => offered.push(accept),
        _ => offered.push(Command::Move(Motion::Down)),
    }
    offered.push(close);
    offered
}

fn offer_compose(app: &App, offered: &mut Vec<Command>) {
    let kind = app.compose.selected().kind();
    if !matches!(kind, FieldKind::Choice | FieldKind::Switch) {
        offered.push(Command::Compose(C::Edit));
    }
    if !matches!(
        kind,
        FieldKind::Line { .. } | FieldKind::Song | FieldKind::Address
    ) {
        offered.push(Command::Move(Motion::Right));
    }
    if kind == FieldKind::Moment {
        offered.push(Command::Compose(C::TakePlayhead));
    }
    offered.push(Command::Submit);
    if app.compose.rows().any(|field| field == Field::Custom) {
        offered.push(Command::Compose(C::SwitchWay));
    }
}

/// What can be done about the selected task.
fn offer_queue(app: &App, offered: &mut Vec<Command>) {
    let selected = app.queue.selected().and_then(|id| app.tasks.get(id));
    let Some(task) = selected else {
        offered.push(Command::Submit);
        return;
    };
    match task.state {
        TaskState::Waiting { .. }
        | TaskState::Held {
            why: Hold::Paused, ..
        } => {
            offered.extend([Q::PauseTask, Q::Drop].map(Command::Queue));
        }
        TaskState::InDoubt { look_at: None, .. } | TaskState::Held { .. } => {
            offered.extend([Q::SendAgain, Q::Drop].map(Command::Queue));
        }
        TaskState::InDoubt { .. } => {
            offered.push(Command::Queue(Q::Drop));
        }
        TaskState::Failed { .. } => {
            offered.extend([Command::Queue(Q::OrderAgain), Command::Request(R::Copy)]);
        }
        TaskState::Submitting | TaskState::Running { .. } | TaskState::Succeeded => {}
    }
    offered.push(Command::Queue(Q::Details));
}

/// A screen without room for the panes.
pub(crate) fn too_small(skin: &Skin, frame: &mut Frame) {
    let area = frame.area();
    let words = (skin.strings.too_small)(area.width, area.height);
    let rows = text::paragraphs(&words, usize::from(area.width));
    let top = usize::from(area.height).saturating_sub(rows.len()) / 2;
    for (at, part) in rows.into_iter().enumerate() {
        let Ok(y) = u16::try_from(usize::from(area.y) + top + at) else {
            return;
        };
        let indent = usize::from(area.width).saturating_sub(text::width(part)) / 2;
        Row::new(frame.buffer_mut(), area, y)
            .skip(indent)
            .put(part, skin.style(Role::Text));
    }
}
