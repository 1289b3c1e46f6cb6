//! What lies over the panes as it looks: palette, question, token, and the frames of help and details.
//!
//! Invariant: the token itself is never here, only how many characters are typed.

mod actions;
mod line;
mod link;
mod mixer;
mod source;
mod spend;
mod up_next;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::{details, help, library, player, request};
use crate::app::App;
use crate::app::command::{Command, OverlayCommand};
use crate::app::editor::Editor;
use crate::app::event::Target;
use crate::app::panes::overlay::{Entry, Overlay, Palette, Question};
use crate::app::settings::Role;
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::list;
use crate::ui::popup;
use crate::ui::text::{self, Row};

/// A row of words in their roles.
pub(super) type Words = Vec<(String, Role)>;

/// Draws the overlay, if there is one.
pub(crate) fn draw(app: &App, skin: &Skin, frame: &mut Frame) {
    match &app.overlay {
        None => {}
        Some(Overlay::Help { top }) => help::draw(app, skin, *top, frame),
        Some(Overlay::Palette(palette)) => draw_palette(app, skin, palette, frame),
        Some(Overlay::Source(picker)) => source::draw(app, skin, picker, frame),
        Some(Overlay::Actions(menu)) => actions::draw(app, skin, menu, frame),
        Some(Overlay::Line(line)) => line::draw(skin, line, frame),
        Some(Overlay::Ask(question)) => draw_question(app, skin, question, frame),
        Some(Overlay::Token { typed, problem }) => {
            draw_token(app, skin, (*typed, problem.as_deref()), frame);
        }
        Some(Overlay::Task { task, top }) => details::draw_task(app, skin, *task, *top, frame),
        Some(Overlay::Spend { top }) => spend::draw(app, skin, *top, frame),
        Some(Overlay::Request { of, top }) => request::draw(app, skin, of, *top, frame),
        Some(Overlay::Copy(menu)) => request::draw_copy(skin, menu, frame),
        Some(Overlay::Batch(batch)) => request::draw_batch(app, skin, batch, frame),
        Some(Overlay::Player) => player::draw_large(app, skin, frame),
        Some(Overlay::UpNext { selected }) => up_next::draw(app, skin, *selected, frame),
        Some(Overlay::Mixer { song, selected }) => {
            mixer::draw(app, skin, (song, *selected), frame);
        }
        Some(Overlay::Link(song)) => link::draw(app, skin, song, frame),
        Some(Overlay::Song { song, top }) => details::draw_song(app, skin, song, *top, frame),
    }
}

/// The row of a list over the panes at a cell.
pub(crate) fn target(app: &App, skin: &Skin, screen: Rect, at: Position) -> Option<Target> {
    let searched = || below_line(popup::inner(search_area(screen)));
    let (list, selected, count) = match app.overlay.as_ref()? {
        Overlay::Player => return player::target_large(app, screen, at),
        Overlay::Palette(palette) => (searched(), palette.selected_row(), palette.len()),
        Overlay::Source(picker) => (searched(), picker.selected_row(), picker.len()),
        Overlay::Actions(menu) => {
            let area = popup::inner(actions::area(screen, menu));
            (below_line(area), menu.selected, menu.rows.len())
        }
        Overlay::UpNext { selected } => {
            let count = app.player.up_next.songs().len();
            (up_next::area(app, screen), *selected, count)
        }
        Overlay::Mixer { song, selected } => {
            let stems = app.songs.get(song).map_or(0, |song| song.more.stems.len());
            (mixer::area(app, screen, song), *selected, stems)
        }
        Overlay::Copy(menu) => {
            let area = request::copy_rows(skin, screen, menu);
            (area, menu.selected_row(), menu.items().len())
        }
        Overlay::Batch(batch) => {
            let area = request::batch_rows(app, skin, screen, batch);
            (area, batch.selected_row(), batch.rows().len())
        }
        _ => return None,
    };
    if !list.contains(at) {
        return None;
    }
    let seen = list::window(selected, count, usize::from(list.height));
    let row = seen.start + usize::from(at.y - list.y);
    seen.contains(&row).then_some(Target::PaletteRow(row))
}

/// The window of a list that is narrowed by typing.
fn search_area(screen: Rect) -> Rect {
    let height = screen.height.saturating_sub(3).min(26);
    popup::area(screen, (window_width(screen, 92), height))
}

/// Below the first line and a blank one.
fn below_line(inner: Rect) -> Rect {
    let above = 2.min(inner.height);
    Rect {
        y: inner.y + above,
        height: inner.height - above,
        ..inner
    }
}

/// Opens the window of a list that is narrowed by typing, with its line. Returns the room for the list.
fn open_search(
    skin: &Skin,
    frame: &mut Frame,
    (title, mark): (&str, &str),
    typed: &Editor,
) -> Rect {
    let area = search_area(frame.area());
    let inner = popup::open(skin, frame, area, (title, ""));
    let line = Rect {
        x: inner.x + 2.min(inner.width),
        width: inner.width.saturating_sub(3),
        height: 1.min(inner.height),
        ..inner
    };
    Row::new(frame.buffer_mut(), inner, inner.y).put(mark, skin.style(Role::Accent));
    chrome::typed_line(skin, typed, line, true, frame);
    below_line(inner)
}

fn draw_palette(app: &App, skin: &Skin, palette: &Palette, frame: &mut Frame) {
    let strings = skin.strings;
    let head = (strings.windows.palette, ":");
    let list = open_search(skin, frame, head, palette.editor());
    if palette.is_empty() {
        Row::new(frame.buffer_mut(), list, list.y)
            .skip(2)
            .put(strings.windows.palette_nothing, skin.style(Role::Muted));
        return;
    }
    let labels = palette.rows().map(|entry| strings.command(entry.command));
    let column = labels.map(text::width).max().unwrap_or(0);
    let seen = list::window(
        palette.selected_row(),
        palette.len(),
        usize::from(list.height),
    );
    let rows = palette.rows().enumerate().take(seen.end).skip(seen.start);
    for ((index, entry), y) in rows.zip(list.top()..) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        draw_entry(app, skin, (entry, column), row, frame);
        if index == palette.selected_row() {
            chrome::select(skin, frame, row, true);
        }
    }
    let bar = Rect {
        width: list.width + 1,
        ..list
    };
    let style = skin.style(Role::Focus);
    list::scrollbar(frame.buffer_mut(), bar, &seen, palette.len(), style);
}

/// A command: its words, its name, its key, and why it can do nothing now.
fn draw_entry(
    app: &App,
    skin: &Skin,
    (entry, column): (&Entry, usize),
    area: Rect,
    frame: &mut Frame,
) {
    let muted = skin.style(Role::Muted);
    let key = app.settings.keymap.label(entry.command);
    let role = if entry.refusal.is_some() {
        Role::Muted
    } else {
        Role::Text
    };
    let mut row = Row::new(frame.buffer_mut(), area, area.y);
    row.skip(2).skip_right(1);
    row.put_right(&format!("{key:>9}"), skin.style(Role::Accent));
    row.skip_right(2);
    row.put(skin.strings.command(entry.command), skin.style(role));
    let used = usize::from(row.x().saturating_sub(area.x + 2));
    row.skip(column.saturating_sub(used) + 2);
    match entry.refusal {
        Some(why) => row.put((skin.strings.refusal)(why), muted),
        None => row.put(entry.command.name(), muted),
    };
}

/// A window as high as its words.
pub(super) fn open_around(
    skin: &Skin,
    frame: &mut Frame,
    title: &str,
    rows: &[Words],
    width: u16,
) -> Rect {
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX);
    let area = popup::area(frame.area(), (width, height));
    popup::open(skin, frame, area, (title, ""))
}

/// Draws the rows from `top` on, as far as there are so many, with a mark of how far that is.
pub(super) fn draw_words(skin: &Skin, frame: &mut Frame, area: Rect, rows: &[Words], top: usize) {
    let seen = list::page(top, rows.len(), usize::from(area.height));
    for (words, y) in rows
        .iter()
        .take(seen.end)
        .skip(seen.start)
        .zip(area.top()..)
    {
        let mut row = Row::new(frame.buffer_mut(), area, y);
        for (part, role) in words {
            row.put(part, skin.style(*role));
        }
    }
    let bar = Rect {
        width: area.width + 1,
        ..area
    };
    let style = skin.style(Role::Focus);
    list::scrollbar(frame.buffer_mut(), bar, &seen, rows.len(), style);
}

/// A text as rows of one role.
pub(super) fn wrapped(words: &str, room: usize, role: Role) -> impl Iterator<Item = Words> {
    text::paragraphs(words, room)
        .into_iter()
        .map(move |part| vec![(part.to_owned(), role)])
}

/// The width of a window of at most `most` columns. A narrow screen is taken whole: slivers of panes beside a window
/// only disturb.
pub(super) fn window_width(screen: Rect, most: u16) -> u16 {
    if screen.width < most + 8 {
        screen.width
    } else {
        most
    }
}

/// The width of a window for reading.
pub(super) fn reading_width(screen: Rect) -> u16 {
    window_width(screen, 76)
}

fn draw_question(app: &App, skin: &Skin, question: &Question, frame: &mut Frame) {
    let strings = skin.strings;
    let width = frame.area().width.min(60);
    let room = usize::from(width).saturating_sub(4);
    let mut rows: Vec<Words> = vec![Vec::new()];
    rows.extend(wrapped((strings.question)(question), room, Role::Heading));
    let task = match question {
        Question::OrderAgain(task) | Question::SendAgain(task) | Question::Drop(task) => {
            app.tasks.get(*task)
        }
        Question::OrderTwice(_) | Question::QuitWhileSubmitting | Question::OrderFile(..) => None,
    };
    if let Question::OrderFile(song, _) = question
        && let Some(song) = app.songs.get(song)
    {
        let title = text::cut(library::title(skin, song), room).into_owned();
        rows.push(vec![(title, Role::Accent)]);
    }
    if let Some(task) = task {
        let label = text::cut(task.request.label(), room).into_owned();
        rows.push(vec![(label, Role::Accent)]);
    }
    rows.push(Vec::new());
    rows.extend(wrapped((strings.question_body)(question), room, Role::Text));
    rows.push(Vec::new());
    rows.push(answers(skin, strings.windows.yes, strings.windows.no));
    let inner = open_around(skin, frame, strings.windows.question, &rows, width);
    draw_words(skin, frame, inner, &rows, usize::MAX);
}

/// The keys that answer.
pub(super) fn answers(skin: &Skin, yes: &str, no: &str) -> Words {
    vec![
        (
            skin.key(Command::Overlay(OverlayCommand::Accept)),
            Role::Accent,
        ),
        (format!(" {yes}    "), Role::Text),
        (
            skin.key(Command::Overlay(OverlayCommand::Close)),
            Role::Accent,
        ),
        (format!(" {no}"), Role::Text),
    ]
}

fn draw_token(app: &App, skin: &Skin, (typed, problem): (usize, Option<&str>), frame: &mut Frame) {
    let words = &skin.strings.windows;
    let width = reading_width(frame.area());
    let room = usize::from(width).saturating_sub(4);
    let mut rows: Vec<Words> = vec![Vec::new()];
    rows.extend(wrapped(words.token_why, room, Role::Text));
    rows.push(Vec::new());
    let count = (words.token_typed)(typed);
    let bullets = typed.min(room.saturating_sub(text::width(&count) + 6));
    let line = rows.len();
    rows.push(vec![
        ("▸ ".to_owned(), Role::Accent),
        ("•".repeat(bullets), Role::Text),
        ("   ".to_owned(), Role::Text),
        (count, Role::Muted),
    ]);
    if let Some(problem) = problem {
        rows.extend(wrapped(&format!("✗ {problem}"), room, Role::Error));
    }
    rows.push(Vec::new());
    rows.extend(wrapped(
        &(words.token_where)(&app.settings),
        room,
        Role::Muted,
    ));
    rows.extend(wrapped(words.token_else, room, Role::Muted));
    rows.push(Vec::new());
    rows.push(answers(skin, words.store, words.later));
    let inner = open_around(skin, frame, words.token, &rows, width);
    // What is typed and the answers stay in sight where not everything has room.
    let seen = list::window(line, rows.len(), usize::from(inner.height));
    draw_words(skin, frame, inner, &rows, seen.start);
    let y = inner.y + (line - seen.start) as u16;
    let x = inner.x + 2 + bullets as u16;
    if x < inner.right() && y < inner.bottom() {
        frame.set_cursor_position((x, y));
    }
}
