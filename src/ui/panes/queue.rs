//! The tasks as they look: a glyph and a word for the state, how long, how far, and why not.
//!
//! Invariant: each wait shows how long it has taken, and no state is told by colour alone.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::command::Command;
use crate::app::event::Target;
use crate::app::panes::PaneId;
use crate::app::settings::Role;
use crate::domain::time::elapsed;
use crate::domain::{Seconds, Task, TaskState, Timestamp};
use crate::i18n::QueueCount;
use crate::ui::Skin;
use crate::ui::chrome::{self, Head};
use crate::ui::layout::{Form, Place};
use crate::ui::list;
use crate::ui::text::{self, Row};

/// How many rows the reason of the selected task may take.
const REASON_ROWS: usize = 3;
const BAR: usize = 10;
/// From this width on a row tells the action and has a bar.
const WITH_ACTION: u16 = 58;

/// Draws the pane.
pub(crate) fn draw(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    let focused = app.focus == PaneId::Queue;
    let strings = skin.strings;
    let count = count(app);
    if place.form == Form::Folded {
        let (words, role) = summary(app, skin, count);
        chrome::folded(skin, frame, place, PaneId::Queue, (&words, role));
        return;
    }
    let head = Head {
        focused,
        key: &skin.keymap.label(Command::Focus(PaneId::Queue)),
        title: (strings.pane)(PaneId::Queue),
        warning: if app.tasks.is_paused() {
            strings.flow.paused
        } else {
            ""
        },
        detail: &(strings.queue_count)(count),
        foot: &spent(app, skin),
    };
    chrome::frame(skin, frame, place, &head);
    let inner = place.inner();
    if app.queue.rows().is_empty() {
        chrome::empty(skin, frame, inner, &(strings.queue_empty)(skin.keymap));
        return;
    }
    let plan = Plan::new(app, skin, inner);
    for row in &plan.rows {
        draw_row(app, skin, row, inner, frame);
    }
    if place.form == Form::Boxed {
        let style = skin.style(if focused { Role::Focus } else { Role::Muted });
        let count = app.queue.rows().len();
        list::scrollbar(frame.buffer_mut(), inner, &plan.seen(), count, style);
    }
}

/// The task at a cell.
pub(crate) fn target(app: &App, skin: &Skin, inner: Rect, at: Position) -> Option<Target> {
    let plan = Plan::new(app, skin, inner);
    let row = plan
        .rows
        .iter()
        .find(|row| (row.y..row.y + 1 + row.reason.len() as u16).contains(&at.y))?;
    Some(Target::QueueRow(row.index))
}

fn count(app: &App) -> QueueCount {
    let counts = app.tasks.counts();
    let open = counts.running + counts.waiting + counts.held + counts.in_doubt;
    QueueCount {
        running: counts.running,
        waiting: counts.waiting,
        held: counts.held,
        in_doubt: counts.in_doubt,
        finished: app.queue.rows().len().saturating_sub(open),
    }
}

/// What was spent today, where there is something to tell.
fn spent(app: &App, skin: &Skin) -> String {
    let today = app.spend.today(app.now, &app.settings.zone);
    today
        .filter(|sums| sums.charged > 0)
        .map_or_else(String::new, |sums| (skin.strings.flow.today)(&sums))
}

/// What a folded queue tells: what needs the user first, then how far the first running task is.
fn summary(app: &App, skin: &Skin, count: QueueCount) -> (String, Role) {
    let mut told = (skin.strings.queue_count)(count);
    if app.tasks.is_paused() {
        told = joined(skin.strings.flow.paused, &told);
    }
    if told.is_empty() {
        return (skin.strings.queue_none.to_owned(), Role::Muted);
    }
    let role = if count.in_doubt + count.held > 0 || app.tasks.is_paused() {
        Role::Warn
    } else {
        Role::Muted
    };
    let running = app
        .queue
        .rows()
        .iter()
        .filter_map(|id| app.tasks.get(*id))
        .find(|task| task.state.is_in_flight());
    let far = running.map_or_else(String::new, |task| {
        format!("   {} {}", glyph(task).0, progress(app, skin, task))
    });
    (format!("{told}{far}"), role)
}

fn joined(one: &str, other: &str) -> String {
    if other.is_empty() {
        one.to_owned()
    } else {
        format!("{one} · {other}")
    }
}

/// The rows in sight with their reasons.
struct Plan {
    rows: Vec<PlannedRow>,
}

struct PlannedRow {
    index: usize,
    y: u16,
    reason: Vec<String>,
}

impl Plan {
    fn new(app: &App, skin: &Skin, inner: Rect) -> Plan {
        let ids = app.queue.rows();
        let height = usize::from(inner.height);
        let selected = app.queue.selected_row();
        let reason_of = |index: usize| {
            let task = ids.get(index).and_then(|id| app.tasks.get(*id));
            let words = task.map_or_else(String::new, |task| reason(app, skin, task));
            let rows = if index == selected { REASON_ROWS } else { 1 };
            reason_rows(&words, usize::from(inner.width).saturating_sub(5), rows)
        };
        // Every reason is told where there is room for all of them, else that of the selected task.
        let roomy = ids.len() <= height
            && ids.len()
                + (0..ids.len())
                    .map(|index| reason_of(index).len())
                    .sum::<usize>()
                <= height;
        let told = reason_of(selected);
        let spare = height.saturating_sub(1).min(told.len());
        let seen = list::window(selected, ids.len(), height.saturating_sub(spare));
        let mut rows = Vec::with_capacity(seen.len());
        let mut y = inner.y;
        for index in seen {
            let mut reason = if index == selected {
                told.clone()
            } else if roomy {
                reason_of(index)
            } else {
                Vec::new()
            };
            let left = usize::from(inner.bottom().saturating_sub(y));
            if left == 0 {
                break;
            }
            reason.truncate(left - 1);
            let taken = 1 + reason.len() as u16;
            rows.push(PlannedRow { index, y, reason });
            y += taken;
        }
        Plan { rows }
    }

    fn seen(&self) -> std::ops::Range<usize> {
        let first = self.rows.first().map_or(0, |row| row.index);
        let last = self.rows.last().map_or(0, |row| row.index + 1);
        first..last
    }
}

/// The rows of a reason: the last one that has room is cut, and the trace id stands on a row of its own.
fn reason_rows(words: &str, room: usize, rows: usize) -> Vec<String> {
    if words.is_empty() {
        return Vec::new();
    }
    let (told, trace) = match words.split_once('\n') {
        Some((told, trace)) if rows > 1 => (told, Some(trace)),
        Some((told, _)) => (told, None),
        None => (words, None),
    };
    let rows = rows - usize::from(trace.is_some());
    let ranges = text::wrap(told, room);
    let mut kept = Vec::with_capacity(rows + 1);
    for (at, range) in ranges.into_iter().take(rows).enumerate() {
        let part = if at + 1 == rows {
            text::cut(told.get(range.start..).unwrap_or_default(), room)
        } else {
            told.get(range).unwrap_or_default().trim_end().into()
        };
        kept.push(part.into_owned());
    }
    kept.extend(trace.map(|trace| text::cut(trace, room).into_owned()));
    kept
}

fn draw_row(app: &App, skin: &Skin, planned: &PlannedRow, inner: Rect, frame: &mut Frame) {
    let id = app.queue.rows().get(planned.index);
    let Some(task) = id.and_then(|id| app.tasks.get(*id)) else {
        return;
    };
    let (glyph, role) = glyph(task);
    let mut row = Row::new(frame.buffer_mut(), inner, planned.y);
    row.skip(1)
        .put(glyph, skin.style(role))
        .skip(1)
        .skip_right(1);
    let far = progress(app, skin, task);
    row.put_right(&far, skin.style(role));
    row.skip_right(1);
    if let Some(percent) = task.progress.filter(|_| task.state.is_in_flight())
        && inner.width >= WITH_ACTION
    {
        let filled = usize::from(percent.min(100)) * BAR / 100;
        row.put_right(&"░".repeat(BAR - filled), skin.style(Role::Muted));
        row.put_right(&"▓".repeat(filled), skin.style(role));
        row.skip_right(1);
    }
    if inner.width >= WITH_ACTION {
        let action = super::request::work(skin, &task.request);
        row.put_padded(action, text::width(action) + 2, skin.style(Role::Muted));
    }
    row.put(label(skin, task), skin.style(Role::Text));
    for (part, y) in planned.reason.iter().zip(planned.y + 1..) {
        Row::new(frame.buffer_mut(), inner, y)
            .skip(3)
            .put(part, skin.style(reason_role(task)));
    }
    if planned.index == app.queue.selected_row() {
        let area = Rect {
            y: planned.y,
            height: 1,
            ..inner
        };
        chrome::select(skin, frame, area, app.focus == PaneId::Queue);
    }
}

fn label<'a>(skin: &Skin, task: &'a Task) -> &'a str {
    let label = task.label();
    if label.is_empty() {
        skin.strings.untitled
    } else {
        label
    }
}

/// The sign of a state and the role it speaks in.
pub(crate) fn glyph(task: &Task) -> (&'static str, Role) {
    match task.state {
        TaskState::Waiting { .. } => ("◌", Role::Muted),
        TaskState::Submitting | TaskState::Running { .. } => ("◐", Role::Accent),
        TaskState::InDoubt { .. } => ("?", Role::Warn),
        TaskState::Held { .. } => ("‖", Role::Warn),
        TaskState::Succeeded => ("✓", Role::Ok),
        TaskState::Failed { .. } => ("✗", Role::Error),
    }
}

/// The state in a word, how far it is where that is told, and how long it has taken.
fn progress(app: &App, skin: &Skin, task: &Task) -> String {
    let state = (skin.strings.state)(&task.state);
    let time = taken(task, app.now);
    if let Some(percent) = app.tasks.hosting(task.id) {
        return format!("{} {time:>5}", (skin.strings.hosting)(percent));
    }
    match (&task.state, task.progress) {
        (TaskState::Submitting | TaskState::Running { .. }, Some(percent)) => {
            format!("{percent}% {time:>5}")
        }
        (TaskState::Failed { .. }, _) => state.to_owned(),
        _ => format!("{state} {time:>5}"),
    }
}

/// How long a task has taken so far, or took: from the moment it was put on the wire, or ordered.
pub(crate) fn taken(task: &Task, now: Timestamp) -> String {
    let from = task.submitted_at.unwrap_or(task.created_at);
    let Seconds(seconds) = elapsed(from, task.finished_at.unwrap_or(now));
    Seconds(seconds).to_string()
}

fn reason_role(task: &Task) -> Role {
    match task.state {
        TaskState::Failed { .. } => Role::Error,
        TaskState::InDoubt { .. } | TaskState::Held { .. } => Role::Warn,
        _ => Role::Muted,
    }
}

/// Why a task is not a song yet, and what to do.
fn reason(app: &App, skin: &Skin, task: &Task) -> String {
    let strings = skin.strings;
    let mut told = match &task.state {
        TaskState::Failed { because } => {
            let mut told = strings.failure_line(because);
            if !because.message.is_empty() {
                told.push_str(" · ");
                told.push_str(&because.message);
            }
            told
        }
        TaskState::InDoubt { look_at, .. } if look_at.is_some() => strings.looking.to_owned(),
        TaskState::InDoubt { .. } => (strings.decide)(skin.keymap),
        TaskState::Waiting { .. } if app.tasks.is_handed(task.id) => {
            strings.company.waiting.to_owned()
        }
        TaskState::Held { why, .. } => (strings.hold)(*why, skin.keymap),
        TaskState::Waiting {
            because: Some(because),
            retry_at,
        } => {
            let mut told = (strings.failure)(because).to_owned();
            if let Some(moment) = retry_at {
                let left = elapsed(app.now, *moment).to_string();
                told.push_str(" · ");
                told.push_str(&(strings.again_in)(&left));
            }
            told
        }
        _ => return String::new(),
    };
    let failure = task.failure();
    if let Some(trace) = failure.and_then(|failure| failure.trace_id.as_deref()) {
        told.push('\n');
        told.push_str(strings.details.trace_id);
        told.push(' ');
        told.push_str(trace);
    }
    told
}
