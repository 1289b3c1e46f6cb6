//! The screen as a function of the app: what a musician sees.
//!
//! Invariant: drawing changes nothing and asks nobody; the same app gives the same screen.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod chrome;
mod layout;
mod list;
mod panes;
mod popup;
mod text;
mod theme;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::App;
use crate::app::command::Command;
use crate::app::event::Target;
use crate::app::keymap::Keymap;
use crate::app::panes::PaneId;
use crate::app::settings::Role;
use crate::i18n::{self, Strings};
use layout::Form;
use theme::Theme;

/// What everything is drawn with: the looks, the words, the keys.
struct Skin<'a> {
    theme: Theme,
    strings: &'static Strings,
    keymap: &'a Keymap,
}

impl<'a> Skin<'a> {
    fn new(app: &'a App) -> Self {
        Skin {
            theme: Theme::new(&app.settings),
            strings: i18n::strings(app.settings.locale),
            keymap: &app.settings.keymap,
        }
    }

    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    fn key(&self, command: Command) -> String {
        i18n::key(self.keymap, command)
    }
}

/// Draws the app and puts the cursor of the terminal where text is typed: input methods anchor to it.
pub fn draw(app: &App, frame: &mut Frame) {
    let skin = Skin::new(app);
    let Some(areas) = layout::areas(frame.area(), app.focus) else {
        chrome::too_small(&skin, frame);
        return;
    };
    panes::compose::draw(app, &skin, &areas.pane(PaneId::Compose), frame);
    panes::lyrics::draw(app, &skin, &areas.pane(PaneId::Lyrics), frame);
    panes::queue::draw(app, &skin, &areas.pane(PaneId::Queue), frame);
    panes::library::draw(app, &skin, &areas.pane(PaneId::Library), frame);
    panes::player::draw(app, &skin, &areas.player, frame);
    chrome::hints(app, &skin, areas.hints, frame);
    panes::overlay::draw(app, &skin, frame);
}

/// What stands at a cell of a screen of `size` columns and rows: where a click goes. Nothing under an overlay.
pub fn target(app: &App, size: (u16, u16), column: u16, row: u16) -> Option<Target> {
    let screen = Rect::new(0, 0, size.0, size.1);
    let skin = Skin::new(app);
    let at = Position::new(column, row);
    let areas = layout::areas(screen, app.focus)?;
    if app.overlay.is_some() {
        return panes::overlay::target(app, &skin, screen, at);
    }
    if areas.player.area.contains(at) {
        return panes::player::target(app, &areas.player, at);
    }
    let pane = PaneId::ALL
        .into_iter()
        .find(|pane| areas.pane(*pane).area.contains(at))?;
    let place = areas.pane(pane);
    let inside = place.form != Form::Folded && place.inner().contains(at);
    let row = match pane {
        _ if !inside => None,
        PaneId::Compose => panes::compose::target(app, &skin, place.inner(), at),
        PaneId::Lyrics => panes::lyrics::target(app, &skin, place.inner(), at),
        PaneId::Queue => panes::queue::target(app, &skin, place.inner(), at),
        PaneId::Library => panes::library::target(app, place.inner(), at),
    };
    Some(row.unwrap_or(Target::Pane(pane)))
}
