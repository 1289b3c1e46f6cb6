//! What was spent: a row for all of it, and one for each day.
//!
//! Invariant: an amount stands there only as far as prices are printed, and how many orders have none stands beside it.

use ratatui::Frame;

use super::{Words, draw_words, open_around, reading_width, wrapped};
use crate::app::App;
use crate::app::settings::Role;
use crate::domain::ledger::Sums;
use crate::ui::Skin;
use crate::ui::text;

/// Columns of a number with the blank before it, at least.
const NUMBER: usize = 4;

/// Draws the window from line `top` on.
pub(super) fn draw(app: &App, skin: &Skin, top: usize, frame: &mut Frame) {
    let words = &skin.strings.flow;
    let width = reading_width(frame.area());
    let room = usize::from(width).saturating_sub(4);
    let mut rows: Vec<Words> = Vec::new();
    if app.spend.is_read() {
        let heads = [
            words.sent,
            words.charged,
            words.failed,
            words.in_doubt,
            words.open,
        ];
        let columns = heads.map(|head| text::width(head).max(NUMBER) + 2);
        let lines = app.spend.days().map(|(day, sums)| (day.to_string(), sums));
        let total = (words.in_all.to_owned(), app.spend.total());
        let lines: Vec<(String, Sums)> = std::iter::once(total).chain(lines).collect();
        let first = lines
            .iter()
            .map(|(day, _)| text::width(day))
            .max()
            .unwrap_or(0);
        let mut head = vec![(" ".repeat(first), Role::Muted)];
        head.extend(
            heads
                .iter()
                .zip(columns)
                .map(|(head, room)| (padded(head, room), Role::Muted)),
        );
        head.push((format!("  {}", words.credits), Role::Muted));
        rows.push(head);
        for (at, (day, sums)) in lines.iter().enumerate() {
            rows.push(row(skin, (day, first), sums, columns));
            if at == 0 {
                rows.push(Vec::new());
            }
        }
    } else {
        rows.extend(wrapped(words.not_read, room, Role::Muted));
    }
    rows.push(Vec::new());
    let zone = app.settings.zone.iana_name().unwrap_or("UTC");
    rows.extend(wrapped(&(words.spend_note)(zone), room, Role::Muted));
    let inner = open_around(skin, frame, words.spend, &rows, width);
    draw_words(skin, frame, inner, &rows, top);
}

fn row(skin: &Skin, (day, first): (&str, usize), sums: &Sums, columns: [usize; 5]) -> Words {
    let counts = [
        sums.sent,
        sums.charged,
        sums.failed,
        sums.in_doubt,
        sums.open,
    ];
    let gap = first.saturating_sub(text::width(day));
    let mut row = vec![(format!("{day}{}", " ".repeat(gap)), Role::Text)];
    for (at, (count, room)) in counts.into_iter().zip(columns).enumerate() {
        let role = match (at, count) {
            (_, 0) => Role::Muted,
            (3, _) => Role::Warn,
            _ => Role::Text,
        };
        let shown = if count == 0 {
            "·".to_owned()
        } else {
            count.to_string()
        };
        row.push((padded(&shown, room), role));
    }
    let amount = (skin.strings.flow.amount)(sums);
    row.push((format!("  {amount}"), Role::Accent));
    row
}

/// A text at the right end of its column.
fn padded(words: &str, room: usize) -> String {
    format!(
        "{}{words}",
        " ".repeat(room.saturating_sub(text::width(words)))
    )
}
