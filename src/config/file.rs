//! The settings file: read with the place of every word in it.
//!
//! Invariant: a key that is not understood is a mistake, never ignored; all mistakes are found in one reading.

use std::fs;
use std::io;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use url::Url;

use super::error::{ConfigError, Located, Mistake, Place, suggestion};
use super::style::StyleSpec;
use super::webhook;
use super::words::{self, Language, SoundOutput, SpectrumShown, Theme, Waveform, Words};
use crate::domain::text::clean_line;
use crate::domain::{Action, Choice, Completion, Model};

/// The roles a theme gives styles to.
pub const ROLES: [&str; 10] = [
    "text",
    "muted",
    "accent",
    "focus",
    "selection",
    "ok",
    "warn",
    "error",
    "playing",
    "heading",
];

/// The longest name of a model or an action that is offered.
const NAME_MAX: usize = 60;
/// How many tasks the settings may allow at the API at a time.
const IN_FLIGHT: std::ops::RangeInclusive<i64> = 1..=1000;
/// How many songs a day the settings may allow; 0 holds every one.
const SONGS_PER_DAY: std::ops::RangeInclusive<i64> = 0..=100_000;

/// A role that looks different from the theme's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleStyle {
    /// One of [`ROLES`].
    pub role: &'static str,
    /// How it looks.
    pub style: StyleSpec,
}

/// A line of a `[keys.…]` table, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding {
    /// The context: `global`, or a pane.
    pub context: Located<String>,
    /// The chord, such as `ctrl-g`.
    pub chord: Located<String>,
    /// The command, such as `compose:submit`, or `none`.
    pub command: Located<String>,
}

/// What the file says; `None` where it says nothing.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// `None` inside for `auto`.
    pub language: Option<Located<Option<Language>>>,
    pub theme: Option<Located<Theme>>,
    pub base_url: Option<Located<Url>>,
    pub in_flight: Option<Located<u16>>,
    pub songs_per_day: Option<Located<u32>>,
    pub completion: Option<Located<Completion>>,
    pub webhook: webhook::Said,
    pub files_host: Option<Located<Url>>,
    pub files_token_file: Option<Located<String>>,
    pub sound: Option<Located<SoundOutput>>,
    pub waveform: Option<Located<Waveform>>,
    pub spectrum: Option<Located<SpectrumShown>>,
    pub mouse: Option<Located<bool>>,
    pub extra_models: Option<Located<Vec<Model>>>,
    pub experimental: Option<Located<bool>>,
    pub actions: Vec<Choice>,
    pub theme_colors: Vec<RoleStyle>,
    pub keys: Vec<KeyBinding>,
}

type Key<'i> = Spanned<DeString<'i>>;
type Value<'i> = Spanned<DeValue<'i>>;

/// Reads the file at `path`; one that is not there says nothing.
pub(super) fn read(path: &Path) -> Result<Said, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Said::default()),
        Err(error) => Err(ConfigError::Unreadable {
            path: path.to_owned(),
            detail: error.to_string(),
        }),
    }
}

fn parse(path: &Path, text: &str) -> Result<Said, ConfigError> {
    let mut reader = Reader {
        path,
        text,
        mistakes: Vec::new(),
    };
    let mut said = Said::default();
    match DeTable::parse(text) {
        Ok(table) => reader.root(table.get_ref(), &mut said),
        Err(error) => {
            let span = error.span().unwrap_or(text.len()..text.len());
            // The first line alone: what follows in it is the excerpt we make ourselves.
            let message = clean_line(error.message(), 200);
            let mistake = reader.place(span).mistake(message);
            reader.mistakes.push(mistake);
        }
    }
    said.keys
        .sort_by_key(|key| (key.chord.place.line(), key.chord.value.clone()));
    if reader.mistakes.is_empty() {
        return Ok(said);
    }
    reader.mistakes.sort_by_key(|mistake| mistake.place.line());
    Err(ConfigError::File(reader.mistakes))
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn sound(&mut self, value: &Spanned<DeValue<'_>>, said: &mut Said) {
        self.section(value, |reader, key, value| match key.get_ref().as_ref() {
            "output" => said.sound = reader.value(value, word),
            "waveform" => said.waveform = reader.value(value, word),
            "spectrum" => said.spectrum = reader.value(value, word),
            _ => reader.unknown(key, "in [sound]", &["output", "waveform", "spectrum"]),
        });
    }

    fn root(&mut self, table: &DeTable<'_>, said: &mut Said) {
        const KNOWN: &[&str] = &[
            "language",
            "theme",
            "mouse",
            "api",
            "webhook",
            "files",
            "sound",
            "models",
            "actions",
            "experimental",
            "theme_colors",
            "keys",
        ];
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "language" => said.language = self.value(value, language),
                "theme" => said.theme = self.value(value, word),
                "mouse" => said.mouse = self.value(value, boolean),
                "api" => self.api(value, said),
                "webhook" => self.webhook(value, &mut said.webhook),
                "files" => self.section(value, |reader, key, value| match key.get_ref().as_ref() {
                    "host" => said.files_host = reader.value(value, base_url),
                    "token_file" => {
                        said.files_token_file =
                            reader.value(value, |value| string(value).map(str::to_owned));
                    }
                    _ => reader.unknown(key, "in [files]", &["host", "token_file"]),
                }),
                "sound" => self.sound(value, said),
                "models" => {
                    self.section(value, |reader, key, value| match key.get_ref().as_ref() {
                        "extra" => said.extra_models = reader.value(value, models),
                        _ => reader.unknown(key, "in [models]", &["extra"]),
                    });
                }
                "actions" => self.section(value, |reader, key, value| {
                    said.actions.extend(reader.action(key, value));
                }),
                "experimental" => said.experimental = self.value(value, boolean),
                "theme_colors" => self.section(value, |reader, key, value| {
                    said.theme_colors.extend(reader.role(key, value));
                }),
                "keys" => self.section(value, |reader, context, value| {
                    reader.section(value, |reader, chord, value| {
                        said.keys.extend(reader.binding(context, chord, value));
                    });
                }),
                _ => self.unknown(key, "", KNOWN),
            }
        }
    }

    fn api(&mut self, value: &Value<'_>, said: &mut Said) {
        self.section(value, |reader, key, value| match key.get_ref().as_ref() {
            "base_url" => said.base_url = reader.value(value, base_url),
            "in_flight" => said.in_flight = reader.value(value, in_flight),
            "songs_per_day" => said.songs_per_day = reader.value(value, songs_per_day),
            "completion" => said.completion = reader.value(value, completion),
            _ => {
                let known = &["base_url", "completion", "in_flight", "songs_per_day"];
                reader.unknown(key, "in [api]", known);
            }
        });
    }

    fn webhook(&mut self, value: &Value<'_>, said: &mut webhook::Said) {
        said.section = Some(Located {
            value: (),
            place: self.place(value.span()),
        });
        self.section(value, |reader, key, value| match key.get_ref().as_ref() {
            "listen" => {
                said.listen = reader.value(value, |value| webhook::listen(string(value)?));
            }
            "public_url" => said.public_url = reader.value(value, base_url),
            _ => reader.unknown(key, "in [webhook]", &["listen", "public_url"]),
        });
    }

    /// A word of the API that we do not know, with the known action whose fields it takes.
    fn action(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<Choice> {
        let word = clean_line(key.get_ref(), NAME_MAX);
        if word.is_empty() {
            self.mistake(key.span(), "an action needs a word".to_owned());
            return None;
        }
        if Action::from_name(&word).is_some() {
            let message = format!("\"{word}\" is known already: it needs no line here");
            self.mistake(key.span(), message);
            return None;
        }
        let action = self.value(value, action)?;
        Some(Choice {
            action: action.value,
            name: Some(word),
        })
    }

    fn role(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<RoleStyle> {
        let Some(role) = ROLES.into_iter().find(|role| *role == key.get_ref()) else {
            self.unknown(key, "in [theme_colors]", &ROLES);
            return None;
        };
        let style = self.value(value, |value| StyleSpec::parse(string(value)?))?;
        Some(RoleStyle {
            role,
            style: style.value,
        })
    }

    fn binding(
        &mut self,
        context: &Key<'_>,
        chord: &Key<'_>,
        command: &Value<'_>,
    ) -> Option<KeyBinding> {
        let command = self.value(command, |value| string(value).map(str::to_owned))?;
        let name = |reader: &Self, key: &Key<'_>| Located {
            value: key.get_ref().as_ref().to_owned(),
            place: reader.place(key.span()),
        };
        Some(KeyBinding {
            context: name(self, context),
            chord: name(self, chord),
            command,
        })
    }

    /// Hands every entry of a table on.
    fn section(
        &mut self,
        value: &Value<'_>,
        mut entry: impl FnMut(&mut Self, &Key<'_>, &Value<'_>),
    ) {
        match value.get_ref() {
            DeValue::Table(table) => {
                for (key, value) in table {
                    entry(self, key, value);
                }
            }
            other => {
                let message = format!("expected a table, found {}", kind(other));
                self.mistake(value.span(), message);
            }
        }
    }

    /// A value as `read` understands it, or a mistake.
    fn value<T>(
        &mut self,
        value: &Value<'_>,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, String>,
    ) -> Option<Located<T>> {
        match read(value.get_ref()) {
            Ok(read) => Some(Located {
                value: read,
                place: self.place(value.span()),
            }),
            Err(message) => {
                self.mistake(value.span(), message);
                None
            }
        }
    }

    fn unknown(&mut self, key: &Key<'_>, section: &str, known: &[&str]) {
        let name = key.get_ref().as_ref();
        let gap = if section.is_empty() { "" } else { " " };
        let hint = if name.contains("token") {
            "The token does not belong here: put it into the file \"token\" beside this one".into()
        } else if let Some(near) = suggestion(name, known) {
            format!("Did you mean \"{near}\"?")
        } else {
            format!("There are: {}", known.join(", "))
        };
        let name = name.escape_debug();
        self.mistake(
            key.span(),
            format!("unknown key \"{name}\"{gap}{section}. {hint}"),
        );
    }

    fn mistake(&mut self, span: std::ops::Range<usize>, message: String) {
        let mistake = self.place(span).mistake(message);
        self.mistakes.push(mistake);
    }

    fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place::new(self.path, self.text, span)
    }
}

fn string<'v>(value: &'v DeValue<'_>) -> Result<&'v str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("expected a text in quotes, found {}", kind(value)))
}

fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("expected true or false, found {}", kind(value)))
}

fn word<T: Words>(value: &DeValue<'_>) -> Result<T, String> {
    T::parse(string(value)?)
}

fn language(value: &DeValue<'_>) -> Result<Option<Language>, String> {
    match string(value)? {
        "auto" => Ok(None),
        text => Language::parse(text).map(Some).map_err(|_| {
            let mut known = Language::words();
            known.insert(0, "auto");
            words::no_such(Language::WHAT, text, &known)
        }),
    }
}

fn base_url(value: &DeValue<'_>) -> Result<Url, String> {
    words::base_url(string(value)?)
}

fn completion(value: &DeValue<'_>) -> Result<Completion, String> {
    let text = string(value)?;
    Completion::from_name(text).ok_or_else(|| {
        let known: Vec<&str> = Completion::ALL.into_iter().map(Completion::name).collect();
        words::no_such("completion", text, &known)
    })
}

fn in_flight(value: &DeValue<'_>) -> Result<u16, String> {
    whole(value, IN_FLIGHT)
}

fn songs_per_day(value: &DeValue<'_>) -> Result<u32, String> {
    whole(value, SONGS_PER_DAY)
}

/// A whole number within a range that fits the type.
fn whole<T: TryFrom<i64>>(
    value: &DeValue<'_>,
    range: std::ops::RangeInclusive<i64>,
) -> Result<T, String> {
    let wrong = || {
        let (least, most) = (range.start(), range.end());
        format!("expected a whole number from {least} to {most}")
    };
    let number = value.as_integer().ok_or_else(wrong)?;
    i64::from_str_radix(number.as_str(), number.radix())
        .ok()
        .filter(|number| range.contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(wrong)
}

fn models(value: &DeValue<'_>) -> Result<Vec<Model>, String> {
    let list = value
        .as_array()
        .ok_or_else(|| format!("expected a list of texts, found {}", kind(value)))?;
    list.iter()
        .map(|entry| {
            let name = clean_line(string(entry.get_ref())?, NAME_MAX);
            if name.is_empty() {
                return Err("a model needs a name".to_owned());
            }
            Ok(Model(name))
        })
        .collect()
}

fn action(value: &DeValue<'_>) -> Result<Action, String> {
    let text = string(value)?;
    Action::from_name(text).ok_or_else(|| {
        let known: Vec<&str> = Action::all().map(Action::name).collect();
        words::no_such("action", text, &known)
    })
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
