//! What each role looks like.
//!
//! Invariant: panes ask for roles and never for colours; the plain theme has no colour at all.

use ratatui::style::{Color, Modifier, Style};

use crate::app::settings::{Colour, Role, Settings, StyleSpec, ThemeBase};

/// Ten roles and their styles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    styles: [Style; Role::ALL.len()],
    /// Whether focus must be told by lines and not by colours.
    pub(crate) plain: bool,
}

impl Theme {
    /// The theme of the settings with the user's own styles.
    pub(crate) fn new(settings: &Settings) -> Self {
        let base = match settings.theme {
            ThemeBase::Dark => dark,
            ThemeBase::Light => light,
            ThemeBase::Plain => plain,
        };
        let mut styles = Role::ALL.map(base);
        let plain = settings.theme == ThemeBase::Plain;
        for (role, spec) in &settings.styles {
            if let Some(style) = styles.get_mut(*role as usize) {
                *style = own(spec, plain);
            }
        }
        Theme { styles, plain }
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

fn indexed(colour: u8) -> Style {
    Style::new().fg(Color::Indexed(colour))
}

fn dark(role: Role) -> Style {
    match role {
        Role::Text => Style::new(),
        Role::Muted => indexed(245),
        Role::Accent => indexed(117),
        Role::Focus => indexed(75).add_modifier(Modifier::BOLD),
        Role::Selection => indexed(255).bg(Color::Indexed(24)),
        Role::Ok => indexed(114),
        Role::Warn => indexed(221),
        Role::Error => indexed(210),
        Role::Playing => indexed(80),
        Role::Heading => indexed(183).add_modifier(Modifier::BOLD),
    }
}

fn light(role: Role) -> Style {
    match role {
        Role::Text => Style::new(),
        Role::Muted => indexed(242),
        Role::Accent => indexed(25),
        Role::Focus => indexed(26).add_modifier(Modifier::BOLD),
        Role::Selection => indexed(16).bg(Color::Indexed(153)),
        Role::Ok => indexed(28),
        Role::Warn => indexed(130),
        Role::Error => indexed(160),
        Role::Playing => indexed(30),
        Role::Heading => indexed(90).add_modifier(Modifier::BOLD),
    }
}

fn plain(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Ok => style,
        Role::Muted => style.add_modifier(Modifier::DIM),
        Role::Accent | Role::Focus | Role::Warn | Role::Error | Role::Playing => {
            style.add_modifier(Modifier::BOLD)
        }
        Role::Selection => style.add_modifier(Modifier::REVERSED),
        Role::Heading => style.add_modifier(Modifier::UNDERLINED),
    }
}

/// The user's own style; without colours where there must be none.
fn own(spec: &StyleSpec, plain: bool) -> Style {
    let colour = |colour: Option<Colour>| colour.filter(|_| !plain).map(shade);
    let modifiers = [
        (spec.bold, Modifier::BOLD),
        (spec.dim, Modifier::DIM),
        (spec.italic, Modifier::ITALIC),
        (spec.underline, Modifier::UNDERLINED),
        (spec.reverse, Modifier::REVERSED),
    ];
    let mut style = Style {
        fg: colour(spec.fg),
        bg: colour(spec.bg),
        ..Style::new()
    };
    for (set, modifier) in modifiers {
        if set {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn shade(colour: Colour) -> Color {
    match colour {
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stand_in_the_order_of_their_table() {
        for (at, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, at);
        }
    }

    #[test]
    fn the_plain_theme_has_no_colour_even_where_the_user_set_one() {
        let settings = Settings {
            theme: ThemeBase::Plain,
            styles: vec![(
                Role::Error,
                StyleSpec {
                    fg: Some(Colour::Rgb(255, 0, 0)),
                    underline: true,
                    ..StyleSpec::default()
                },
            )],
            ..Settings::default()
        };
        let theme = Theme::new(&settings);
        for role in Role::ALL {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        let error = theme.style(Role::Error);
        assert_eq!(error.add_modifier, Modifier::UNDERLINED);
    }
}
