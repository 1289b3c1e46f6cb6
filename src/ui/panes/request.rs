//! An order as a whole: what is sent, what of it can be copied, and many of it at once.
//!
//! Invariant: the number of songs and their price stand above the key that orders them, whatever the size of the screen.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::overlay::{Words, answers, draw_words, open_around, reading_width, wrapped};
use crate::app::App;
use crate::app::batch::{Batch, BatchRow, Way};
use crate::app::settings::Role;
use crate::app::take::{CopyMenu, Subject};
use crate::domain::ledger::makes_song;
use crate::domain::{Request, price, recipe};
use crate::ui::Skin;
use crate::ui::{list, popup, text};

/// From this height on a batch has blank lines and all its words.
const ROOMY: u16 = 16;

/// Draws the preview of an order from line `top` on.
pub(super) fn draw(app: &App, skin: &Skin, of: &Subject, top: usize, frame: &mut Frame) {
    let words = &skin.strings.taking;
    let width = reading_width(frame.area());
    let room = usize::from(width).saturating_sub(4);
    let title = match of {
        Subject::Draft => words.preview,
        Subject::Task(_) | Subject::Song(_) => words.preview_task,
    };
    let rows = match app.request_of(of) {
        Some(_) => preview(app, skin, of, room),
        None => wrapped(skin.strings.details.gone, room, Role::Muted).collect(),
    };
    let inner = open_around(skin, frame, title, &rows, width);
    draw_words(skin, frame, inner, &rows, top);
}

fn preview(app: &App, skin: &Skin, of: &Subject, room: usize) -> Vec<Words> {
    let strings = skin.strings;
    let Some((request, errors)) = app.request_of(of) else {
        return Vec::new();
    };
    let mut rows: Vec<Words> = Vec::new();
    if !errors.is_empty() {
        let told = (strings.taking.not_yet)(errors.len());
        rows.extend(wrapped(&told, room, Role::Error));
        for error in &errors {
            let field = (strings.field)(error.field);
            let problem = (strings.problem)(&error.problem, skin.keymap);
            rows.extend(wrapped(&format!("✗ {field}: {problem}"), room, Role::Error));
        }
        rows.push(Vec::new());
    }
    let address = recipe::address(&request, &app.settings.base_url);
    rows.extend(wrapped(&format!("POST {address}"), room, Role::Heading));
    if matches!(&request, Request::Upload(order) if order.audio_url.is_none()) {
        rows.extend(wrapped(strings.taking.file_first, room, Role::Muted));
    }
    rows.push(Vec::new());
    // Line by line, so that wrapping never joins two.
    rows.extend(wrapped(&recipe::json(&request), room, Role::Text));
    rows
}

/// What an order does, in a word or two: an action of the config by its own name.
pub(super) fn work<'a>(skin: &Skin, request: &'a Request) -> &'a str {
    match request {
        Request::Audios(order) => order.action_name.as_deref(),
        _ => None,
    }
    .unwrap_or_else(|| (skin.strings.work)(request.work()))
}

/// Where the rows of the menu stand.
pub(super) fn copy_rows(skin: &Skin, screen: Rect, menu: &CopyMenu) -> Rect {
    let (width, height) = (copy_width(skin, screen, menu), menu.items().len() + 2);
    let height = u16::try_from(height).unwrap_or(u16::MAX);
    popup::inner(popup::area(screen, (width, height)))
}

fn copy_width(skin: &Skin, screen: Rect, menu: &CopyMenu) -> u16 {
    let labels = menu.items().iter();
    let widest = labels
        .map(|what| text::width((skin.strings.taking.item)(*what)))
        .max();
    let width = u16::try_from(widest.unwrap_or(0) + 8).unwrap_or(u16::MAX);
    width.clamp(24, screen.width.max(24))
}

/// Draws the menu of what can be copied.
pub(super) fn draw_copy(skin: &Skin, menu: &CopyMenu, frame: &mut Frame) {
    let words = &skin.strings.taking;
    let rows: Vec<Words> = menu
        .items()
        .iter()
        .enumerate()
        .map(|(at, what)| choice((words.item)(*what), at == menu.selected_row()))
        .collect();
    let width = copy_width(skin, frame.area(), menu);
    let inner = open_around(skin, frame, words.copy, &rows, width);
    let seen = list::window(menu.selected_row(), rows.len(), usize::from(inner.height));
    draw_words(skin, frame, inner, &rows, seen.start);
}

fn choice(label: &str, is_selected: bool) -> Words {
    let (mark, role) = if is_selected {
        ("▸ ", Role::Accent)
    } else {
        ("  ", Role::Text)
    };
    vec![(format!("{mark}{label}"), role)]
}

/// Where the fields of a batch stand, as far as they are in sight.
pub(super) fn batch_rows(app: &App, skin: &Skin, screen: Rect, batch: &Batch) -> Rect {
    let foot = batch_foot(app, skin, batch, screen).len();
    let count = batch.rows().len();
    let height = u16::try_from(count + foot + 2).unwrap_or(u16::MAX);
    let mut inner = popup::inner(popup::area(screen, (reading_width(screen), height)));
    let above = usize::from(inner.height).saturating_sub(foot).max(1);
    inner.height = inner
        .height
        .min(u16::try_from(above.min(count)).unwrap_or(u16::MAX));
    inner
}

/// What stands under the fields: the number of songs, their price, the keys.
fn batch_foot(app: &App, skin: &Skin, batch: &Batch, screen: Rect) -> Vec<Words> {
    let words = &skin.strings.taking;
    let room = usize::from(reading_width(screen)).saturating_sub(4);
    let requests = batch.requests(app.now);
    // A low screen has room for what costs money, and for the key.
    let is_low = screen.height < ROOMY;
    let mut foot: Vec<Words> = Vec::new();
    let told = (words.price)(requests.len(), price::of_all(&requests));
    foot.extend(wrapped(&told, room, Role::Heading));
    if let Some((over, cap)) = over_cap(app, &requests) {
        foot.extend(wrapped(&(words.over_cap)(over, cap), room, Role::Warn));
    }
    if !is_low {
        foot.insert(0, Vec::new());
        foot.extend(wrapped(words.charged, room, Role::Muted));
        foot.push(Vec::new());
    }
    foot.push(answers(skin, words.order, words.leave));
    foot
}

/// Draws the window in which a batch is put together.
pub(super) fn draw_batch(app: &App, skin: &Skin, batch: &Batch, frame: &mut Frame) {
    let words = &skin.strings.taking;
    let width = reading_width(frame.area());
    let foot = batch_foot(app, skin, batch, frame.area());
    let fields: Vec<Words> = batch
        .rows()
        .into_iter()
        .enumerate()
        .map(|(at, row)| field(skin, row, at == batch.selected_row()))
        .collect();
    let all: Vec<Words> = fields.iter().chain(&foot).cloned().collect();
    let inner = open_around(skin, frame, words.batch, &all, width);
    // Where not everything has room, the fields scroll and the price stays.
    let height = usize::from(inner.height);
    let above = height.saturating_sub(foot.len()).max(1).min(fields.len());
    let seen = list::window(batch.selected_row(), fields.len(), above);
    let shown: Vec<Words> = fields
        .into_iter()
        .take(seen.end)
        .skip(seen.start)
        .chain(foot)
        .collect();
    draw_words(skin, frame, inner, &shown, 0);
}

/// How many of these are over the cap of the day, and the cap.
fn over_cap(app: &App, requests: &[Request]) -> Option<(usize, u32)> {
    let cap = app.settings.songs_per_day?;
    let left = app.tasks.left_today(app.now, Some(cap))?;
    let songs = requests
        .iter()
        .filter(|request| makes_song(request))
        .count();
    let over = songs.saturating_sub(left as usize);
    (over > 0).then_some((over, cap))
}

fn field(skin: &Skin, row: BatchRow<'_>, is_selected: bool) -> Words {
    let strings = skin.strings;
    let words = &strings.taking;
    let labels = [words.differ, words.count, words.from, words.to];
    let column = labels.map(text::width).into_iter().max().unwrap_or(0) + 2;
    let (label, value) = match row {
        BatchRow::Way(way) => (words.differ, way_words(skin, way)),
        BatchRow::Count(count) => (words.count, count.to_string()),
        BatchRow::From(value) => (words.from, format!("{value:.2}")),
        BatchRow::To(value) => (words.to, format!("{value:.2}")),
        BatchRow::Model(model, taken) => {
            let mark = if taken { "[x]" } else { "[ ]" };
            ("", format!("{mark} {model}"))
        }
    };
    let gap = " ".repeat(column.saturating_sub(text::width(label)));
    let (mark, role) = if is_selected {
        ("▸ ", Role::Accent)
    } else {
        ("  ", Role::Text)
    };
    let value = match row {
        BatchRow::Model(..) => value,
        _ if is_selected => format!("‹ {value} ›"),
        _ => format!("  {value}"),
    };
    vec![
        (mark.to_owned(), Role::Accent),
        (format!("{label}{gap}"), Role::Muted),
        (value, role),
    ]
}

fn way_words(skin: &Skin, way: Way) -> String {
    match ((skin.strings.taking.way)(way), way) {
        (Some(words), _) => words.to_owned(),
        (None, Way::Sweep(field)) => (skin.strings.field)(field).to_owned(),
        (None, _) => String::new(),
    }
}
