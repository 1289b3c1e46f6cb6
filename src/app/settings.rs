//! What the user has set: plain values, read once at the start.

use serde::{Deserialize, Serialize};

use super::keymap::Keymap;
use crate::domain::time::TimeZone;
use crate::domain::{Choice, Completion, Model};

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Locale {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// 繁體中文.
    #[serde(rename = "zh-TW")]
    ZhTw,
    /// 简体中文.
    #[serde(rename = "zh-CN")]
    ZhCn,
}

impl Locale {
    /// Every language.
    pub const ALL: [Locale; 3] = [Locale::En, Locale::ZhTw, Locale::ZhCn];
}

/// A set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeBase {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light backgrounds.
    Light,
    /// No colours at all (`NO_COLOR`): bold, dim, underlined and reversed only.
    Plain,
}

/// What a piece of the screen means; a theme gives each a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Text to read.
    Text,
    /// Text that can be overlooked.
    Muted,
    /// Values and keys worth finding.
    Accent,
    /// The border of the pane with the keyboard.
    Focus,
    /// The selected row.
    Selection,
    /// Went well.
    Ok,
    /// Needs the user.
    Warn,
    /// Went wrong.
    Error,
    /// What plays.
    Playing,
    /// Titles and `[Section]` lines.
    Heading,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 10] = [
        Role::Text,
        Role::Muted,
        Role::Accent,
        Role::Focus,
        Role::Selection,
        Role::Ok,
        Role::Warn,
        Role::Error,
        Role::Playing,
        Role::Heading,
    ];
}

/// A colour as the config writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colour {
    /// One of the terminal's 256 colours.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// How a role looks, as the config writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StyleSpec {
    /// Of the characters.
    pub fg: Option<Colour>,
    /// Behind the characters.
    pub bg: Option<Colour>,
    /// Bold.
    pub bold: bool,
    /// Dim.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Colours swapped.
    pub reverse: bool,
}

/// What a waveform is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaveStyle {
    /// Blocks of an eighth of a cell.
    #[default]
    Blocks,
    /// Braille: twice as fine across.
    Braille,
}

/// Everything the user has set that decisions and the screen depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The language.
    pub locale: Locale,
    /// The colours.
    pub theme: ThemeBase,
    /// Roles that look different from the theme's.
    pub styles: Vec<(Role, StyleSpec)>,
    /// Which key does what.
    pub keymap: Keymap,
    /// How many tasks may be in flight at once.
    pub in_flight: usize,
    /// How many songs may be ordered a day (UTC); more are held. `None`: any number.
    #[serde(default)]
    pub songs_per_day: Option<u32>,
    /// How the end of a song is heard of, where nothing was chosen for its order.
    #[serde(default)]
    pub completion: Completion,
    /// Where the provider can call us, as far as anybody may see it. `None`: it cannot.
    #[serde(default)]
    pub webhook: Option<String>,
    /// Where the API is, for requests that are shown or copied.
    #[serde(default)]
    pub base_url: String,
    /// The models that can be chosen.
    pub models: Vec<Model>,
    /// The actions that can be chosen beside those of the table.
    #[serde(default)]
    pub actions: Vec<Choice>,
    /// Whether fields that stand in no document of the provider are shown.
    #[serde(default)]
    pub experimental: bool,
    /// Whether there is a token to order with.
    pub has_token: bool,
    /// Whether this is the demo, which costs nothing.
    pub demo: bool,
    /// Where a token typed in is stored, as the user would write it.
    pub token_file: String,
    /// What comes before that file at a start: a flag or a variable, by name.
    pub token_outranked_by: Option<String>,
    /// Where the songs' files are, as the user would write it.
    pub media_folder: String,
    /// The folder the program was started in, which paths that are typed start from.
    #[serde(default)]
    pub start_folder: String,
    /// Where the user's clock stands.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// How often the spectrum of what is heard is shown, a second.
    #[serde(default = "spectrum_hertz")]
    pub spectrum_hertz: u8,
    /// Whether it is shown from the start.
    #[serde(default)]
    pub spectrum: bool,
    /// What the waveform is drawn with.
    #[serde(default)]
    pub wave: WaveStyle,
    /// The name of this program among all that may share the profile. Empty: it hands nothing over.
    #[serde(default)]
    pub program: String,
    /// Whether another program has the engine at the start: this one shows what that does, and hands it its orders.
    #[serde(default)]
    pub is_guest: bool,
    /// How long the first answer to a poll is waited for, as a factor: 1 for the real API, less for a quick simulator.
    pub pace: f64,
}

impl Settings {
    /// The ways to hear of the end of a song that there are.
    pub fn completions(&self) -> impl Iterator<Item = Completion> {
        let is_called = self.webhook.is_some();
        Completion::ALL
            .into_iter()
            .filter(move |way| *way != Completion::Webhook || is_called)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            locale: Locale::En,
            theme: ThemeBase::Dark,
            styles: Vec::new(),
            keymap: Keymap::default(),
            in_flight: 5,
            songs_per_day: None,
            completion: Completion::Polling,
            webhook: None,
            base_url: "https://api.acedata.cloud".to_owned(),
            models: Model::known(),
            actions: Vec::new(),
            experimental: false,
            has_token: true,
            demo: false,
            token_file: "~/.config/fuzzbox/token".to_owned(),
            token_outranked_by: None,
            media_folder: "~/.local/share/fuzzbox/media".to_owned(),
            start_folder: String::new(),
            zone: TimeZone::UTC,
            spectrum_hertz: spectrum_hertz(),
            spectrum: false,
            wave: WaveStyle::Blocks,
            program: String::new(),
            is_guest: false,
            pace: 1.0,
        }
    }
}

fn spectrum_hertz() -> u8 {
    20
}
