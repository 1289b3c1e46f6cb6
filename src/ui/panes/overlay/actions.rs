//! What can be done with a song, as a list.
//!
//! Invariant: what cannot be done now stands in its place all the same, and says why.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{below_line, window_width};
use crate::app::App;
use crate::app::panes::overlay::{ActionsMenu, Deed};
use crate::app::settings::Role;
use crate::domain::{Action, MediaKind, Work};
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::list;
use crate::ui::panes::library;
use crate::ui::popup;
use crate::ui::text::{self, Row};

/// The window of a menu.
pub(super) fn area(screen: Rect, menu: &ActionsMenu) -> Rect {
    let height = u16::try_from(menu.rows.len() + 4).unwrap_or(u16::MAX);
    popup::area(screen, (window_width(screen, 64), height))
}

/// Draws the window.
pub(super) fn draw(app: &App, skin: &Skin, menu: &ActionsMenu, frame: &mut Frame) {
    let words = &skin.strings.deeds;
    let area = area(frame.area(), menu);
    let inner = popup::open(skin, frame, area, (words.title, ""));
    if let Some(song) = app.songs.get(&menu.song) {
        Row::new(frame.buffer_mut(), inner, inner.y)
            .skip(2)
            .put(library::title(skin, song), skin.style(Role::Heading));
    }
    let list = below_line(inner);
    let labels = menu
        .rows
        .iter()
        .map(|(deed, _)| text::width(label(skin, deed)));
    let column = labels.max().unwrap_or(0);
    let height = usize::from(list.height);
    let seen = list::window(menu.selected, menu.rows.len(), height);
    let rows = menu.rows.iter().enumerate().take(seen.end).skip(seen.start);
    for ((index, (deed, refusal)), y) in rows.zip(list.top()..) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        let role = if refusal.is_some() {
            Role::Muted
        } else {
            Role::Text
        };
        let what = match refusal {
            Some(why) => (skin.strings.refusal)(*why),
            None => (words.what)(deed),
        };
        let mark = if refusal.is_some() { "✗ " } else { "" };
        Row::new(frame.buffer_mut(), row, y)
            .skip(2)
            .skip_right(1)
            .put_padded(label(skin, deed), column + 2, skin.style(role))
            .put(mark, skin.style(Role::Muted))
            .put(what, skin.style(Role::Muted));
        if index == menu.selected {
            chrome::select(skin, frame, row, true);
        }
    }
    let bar = Rect {
        width: list.width + 1,
        ..list
    };
    let style = skin.style(Role::Focus);
    list::scrollbar(frame.buffer_mut(), bar, &seen, menu.rows.len(), style);
}

/// What a deed is called. An action of the config has no name but its word.
fn label<'a>(skin: &Skin, deed: &'a Deed) -> &'a str {
    let work = match deed {
        Deed::Make(choice) => match &choice.name {
            Some(name) => return name,
            None => Work::Song(choice.action),
        },
        Deed::File(MediaKind::Stems) => Work::Song(Action::Stems),
        Deed::File(MediaKind::Video) => Work::Video,
        Deed::File(MediaKind::Wav | MediaKind::Audio | MediaKind::Cover) => Work::Wav,
        Deed::ReplaceMarked => Work::Song(Action::ReplaceSection),
        Deed::ExtendMarked => Work::Song(Action::Extend),
        Deed::Listen => return skin.strings.deeds.listen,
        Deed::Reuse => return skin.strings.deeds.reuse,
    };
    (skin.strings.work)(work)
}
