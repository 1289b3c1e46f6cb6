//! How this studio is set up: defaults, then the file, then the environment, then flags; and where things live.
//!
//! Invariant: every setting knows where it came from, and every mistake names the place it was made in.

mod error;
mod file;
mod paths;
mod style;
mod token;
mod webhook;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use url::Url;

pub use self::error::{ConfigError, Located, Mistake, Place, suggestion};
pub use self::file::{KeyBinding, ROLES, RoleStyle};
pub use self::paths::Paths;
pub use self::style::{StyleColor, StyleSpec};
pub use self::token::{FoundToken, Token, files_token, protect_token, store_token, token};
pub use self::webhook::Webhook;
pub use self::words::{Language, SoundOutput, SpectrumShown, Theme, Waveform};
use crate::domain::{Choice, Completion, Model};

/// Where the API is when nothing else is said.
pub const DEFAULT_BASE_URL: &str = "https://api.acedata.cloud";
/// Where local files are brought when nothing else is said.
pub const DEFAULT_FILES_HOST: &str = "https://platform.acedata.cloud/api/v1/files/";
/// The path of a host of files beside another API.
pub const FILES_PATH: &str = "/api/v1/files/";
/// The variable that names another place.
pub const BASE_URL_VARIABLE: &str = "ACEDATACLOUD_API_BASE_URL";
/// How many tasks may be at the API at a time when nothing else is said.
pub const DEFAULT_IN_FLIGHT: u16 = 5;

/// What looks up a variable of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// What the command line says; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flags {
    /// `--demo`: a profile of its own. The file, the token and the addresses of the real one are not looked at.
    pub demo: bool,
    /// `--base-url`, as typed.
    pub base_url: Option<String>,
    /// `--token-file`.
    pub token_file: Option<PathBuf>,
    /// `--language`.
    pub language: Option<Language>,
    /// `--theme`.
    pub theme: Option<Theme>,
    /// `--sound`.
    pub sound: Option<SoundOutput>,
    /// `--mouse`.
    pub mouse: Option<bool>,
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The language to speak.
    pub language: Sourced<Language>,
    /// The colours to use. `NO_COLOR` makes `auto` plain; a theme named in the file or by a flag stands.
    pub theme: Sourced<Theme>,
    /// Where the API is.
    pub base_url: Sourced<Url>,
    /// How many tasks may be at the API at a time, 1–50.
    pub in_flight: Sourced<u16>,
    /// How the end of a song is heard of, where nothing was chosen for its order.
    pub completion: Sourced<Completion>,
    /// Where the provider can call us; `None`: nowhere.
    pub webhook: Option<Webhook>,
    /// How many songs may be ordered a day; `None`: any number.
    pub songs_per_day: Sourced<Option<u32>>,
    /// Where local files are brought, so that the API can fetch them.
    pub files_host: Sourced<Url>,
    /// The file with the token of that host, where it has one of its own.
    pub files_token_file: Option<PathBuf>,
    /// Where sound goes.
    pub sound: Sourced<SoundOutput>,
    /// What the waveform is drawn with.
    pub waveform: Sourced<Waveform>,
    /// Whether the spectrum is shown from the start.
    pub spectrum: Sourced<SpectrumShown>,
    /// Whether the mouse is listened to.
    pub mouse: Sourced<bool>,
    /// Models to offer beside the known ones.
    pub extra_models: Sourced<Vec<Model>>,
    /// Actions to offer beside the known ones.
    pub actions: Vec<Choice>,
    /// Whether fields that stand in no document of the provider are shown from the start.
    pub experimental: Sourced<bool>,
    /// The roles that look different from the theme's, in the order of the file.
    pub theme_colors: Vec<RoleStyle>,
    /// Changes to the keymap, in the order of the file; contexts, chords and commands are still as typed.
    pub keys: Vec<KeyBinding>,
    /// Where things live.
    pub paths: Paths,
}

/// A setting and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The setting.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A file; with the line where one setting of many was meant.
    File {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
    },
    /// A variable of the environment.
    Env(&'static str),
    /// A flag.
    Flag(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line: None } => write!(f, "{}", path.display()),
            Origin::File {
                path,
                line: Some(line),
            } => write!(f, "{}:{line}", path.display()),
            Origin::Env(name) => write!(f, "${name}"),
            Origin::Flag(name) => f.write_str(name),
        }
    }
}

impl<T> Sourced<T> {
    fn default(value: T) -> Self {
        Sourced {
            value,
            origin: Origin::Default,
        }
    }

    /// What the file says instead, where it says something.
    fn or_file(self, said: Option<Located<T>>) -> Self {
        said.map_or(self, |said| Sourced {
            origin: said.place.origin(),
            value: said.value,
        })
    }

    /// What a flag says instead, where it says something.
    fn or_flag(self, name: &'static str, said: Option<T>) -> Self {
        said.map_or(self, |value| Sourced {
            value,
            origin: Origin::Flag(name),
        })
    }
}

/// Brings the defaults, the file, the environment and the flags together. No file is as good as an empty one.
///
/// Fails with every mistake in the file at once, or with the first one elsewhere; the program should exit with 2.
pub fn load(flags: &Flags, env: Environment<'_>) -> Result<Config, ConfigError> {
    let paths = if flags.demo {
        Paths::demo(env)?
    } else {
        Paths::find(env)?
    };
    let said = file::read(&paths.config_file)?;
    let base_url = base_url(said.base_url, flags, env)?;
    let default_host = files_host(&base_url)?;
    let webhook = if flags.demo && said.webhook.section.is_none() {
        Some(webhook::of_demo())
    } else {
        said.webhook.resolve(&base_url.value)?
    };
    webhook::check(said.completion.as_ref(), webhook.as_ref())?;
    Ok(Config {
        language: language(said.language, flags, env),
        theme: theme(said.theme, flags, env),
        base_url,
        files_host: default_host.or_file(said.files_host),
        files_token_file: match said.files_token_file {
            Some(said) => Some(paths.named(&said.value, env)?),
            None => None,
        },
        in_flight: Sourced::default(DEFAULT_IN_FLIGHT).or_file(said.in_flight),
        completion: Sourced::default(Completion::Polling).or_file(said.completion),
        webhook,
        songs_per_day: said
            .songs_per_day
            .map_or(Sourced::default(None), |said| Sourced {
                origin: said.place.origin(),
                value: Some(said.value),
            }),
        sound: Sourced::default(SoundOutput::Auto)
            .or_file(said.sound)
            .or_flag("--sound", flags.sound),
        waveform: Sourced::default(Waveform::Blocks).or_file(said.waveform),
        spectrum: Sourced::default(SpectrumShown::Auto).or_file(said.spectrum),
        mouse: Sourced::default(true)
            .or_file(said.mouse)
            .or_flag("--mouse", flags.mouse),
        extra_models: Sourced::default(Vec::new()).or_file(said.extra_models),
        actions: said.actions,
        experimental: Sourced::default(false).or_file(said.experimental),
        theme_colors: said.theme_colors,
        keys: said.keys,
        paths,
    })
}

/// The language of the file or a flag, else that of the locale.
fn language(
    said: Option<Located<Option<Language>>>,
    flags: &Flags,
    env: Environment<'_>,
) -> Sourced<Language> {
    let from_locale = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| {
                Some(Sourced {
                    value: Language::of_locale(&variable(env, name)?.to_string_lossy()),
                    origin: Origin::Env(name),
                })
            })
            .unwrap_or(Sourced::default(Language::En))
    };
    let named = said.and_then(|said| {
        Some(Sourced {
            value: said.value?,
            origin: said.place.origin(),
        })
    });
    named
        .unwrap_or_else(from_locale)
        .or_flag("--language", flags.language)
}

fn theme(said: Option<Located<Theme>>, flags: &Flags, env: Environment<'_>) -> Sourced<Theme> {
    let theme = Sourced::default(Theme::Auto)
        .or_file(said)
        .or_flag("--theme", flags.theme);
    if theme.value == Theme::Auto && variable(env, "NO_COLOR").is_some() {
        return Sourced {
            value: Theme::Plain,
            origin: Origin::Env("NO_COLOR"),
        };
    }
    theme
}

fn base_url(
    said: Option<Located<Url>>,
    flags: &Flags,
    env: Environment<'_>,
) -> Result<Sourced<Url>, ConfigError> {
    let parse = |source: &str, text: &str| {
        words::base_url(text).map_err(|problem| ConfigError::Value {
            source_name: source.to_owned(),
            problem,
        })
    };
    if let Some(text) = &flags.base_url {
        return Ok(Sourced {
            value: parse("--base-url", text)?,
            origin: Origin::Flag("--base-url"),
        });
    }
    if !flags.demo
        && let Some(text) = variable(env, BASE_URL_VARIABLE)
    {
        return Ok(Sourced {
            value: parse(BASE_URL_VARIABLE, &text.to_string_lossy())?,
            origin: Origin::Env(BASE_URL_VARIABLE),
        });
    }
    Ok(Sourced::default(parse("default", DEFAULT_BASE_URL)?).or_file(said))
}

/// The provider's host of files; beside another API, that API's own: the token of one is none of the other's business.
fn files_host(base_url: &Sourced<Url>) -> Result<Sourced<Url>, ConfigError> {
    let parse = |text: &str| {
        words::base_url(text).map_err(|problem| ConfigError::Value {
            source_name: "default".to_owned(),
            problem,
        })
    };
    let value = if base_url.value == parse(DEFAULT_BASE_URL)? {
        parse(DEFAULT_FILES_HOST)?
    } else {
        let base = base_url.value.as_str().trim_end_matches('/');
        parse(&format!("{base}{FILES_PATH}"))?
    };
    Ok(Sourced::default(value))
}

/// A variable that is set to something.
fn variable(env: Environment<'_>, name: &str) -> Option<OsString> {
    env(name).filter(|value| !value.is_empty())
}
