//! From what the config says to what the app goes by.

use anyhow::anyhow;

use super::Trouble;
use crate::app::command::Command;
use crate::app::keymap::{Binding, Chord, Context, Keymap};
use crate::app::settings::{Colour, Locale, Role, Settings, StyleSpec, ThemeBase, WaveStyle};
use crate::config::{self, Config, ConfigError, Flags, Language, Origin, SpectrumShown, Theme};
use crate::domain::time::TimeZone;
use crate::domain::{Model, Timestamp};

/// How fast the demo's songs are asked for, against the real API's 5 to 15 seconds.
const DEMO_PACE: f64 = 0.2;

/// The settings of a config; a key that cannot be understood is an error with its place.
pub(super) fn from_config(
    config: &Config,
    flags: &Flags,
    token: Option<&config::FoundToken>,
    env: config::Environment<'_>,
) -> Result<Settings, Trouble> {
    let home = env("HOME").map(|home| home.to_string_lossy().into_owned());
    let shown = |path: &std::path::Path| {
        let path = path.to_string_lossy();
        match home.as_deref().and_then(|home| path.strip_prefix(home)) {
            Some(rest) if rest.starts_with('/') => format!("~{rest}"),
            _ => path.into_owned(),
        }
    };
    let is_remote = ["SSH_CONNECTION", "SSH_TTY"]
        .into_iter()
        .any(|name| env(name).is_some_and(|value| !value.is_empty()));
    let mut models = Model::known();
    models.extend(config.extra_models.value.iter().cloned());
    Ok(Settings {
        program: String::new(),
        is_guest: false,
        locale: match config.language.value {
            Language::En => Locale::En,
            Language::ZhTw => Locale::ZhTw,
            Language::ZhCn => Locale::ZhCn,
        },
        theme: match config.theme.value {
            Theme::Auto | Theme::Dark => ThemeBase::Dark,
            Theme::Light => ThemeBase::Light,
            Theme::Plain => ThemeBase::Plain,
        },
        styles: config.theme_colors.iter().filter_map(style).collect(),
        keymap: keymap(config)?,
        in_flight: usize::from(config.in_flight.value),
        songs_per_day: config.songs_per_day.value,
        completion: config.completion.value,
        webhook: config.webhook.as_ref().map(config::Webhook::shown),
        base_url: config.base_url.value.to_string(),
        models,
        actions: config.actions.clone(),
        experimental: config.experimental.value,
        has_token: token.is_some() || flags.demo,
        demo: flags.demo,
        token_outranked_by: token.and_then(|found| match found.origin {
            Origin::Env(name) | Origin::Flag(name) => Some(name.to_owned()),
            Origin::Default | Origin::File { .. } => None,
        }),
        token_file: shown(&config.paths.token_file),
        media_folder: shown(&config.paths.media),
        start_folder: std::env::current_dir()
            .map(|folder| folder.to_string_lossy().into_owned())
            .unwrap_or_default(),
        zone: zone(env),
        // Over a slow line each frame counts, and nobody asked for a dancing screen.
        spectrum_hertz: if is_remote { 10 } else { 20 },
        spectrum: match config.spectrum.value {
            SpectrumShown::On => true,
            SpectrumShown::Off => false,
            SpectrumShown::Auto => !is_remote,
        },
        wave: match config.waveform.value {
            config::Waveform::Blocks => WaveStyle::Blocks,
            config::Waveform::Braille => WaveStyle::Braille,
        },
        pace: if flags.demo { DEMO_PACE } else { 1.0 },
    })
}

/// The system's time zone, in a form that a recording can hold. The usual place is read by its name alone: a look through
/// the whole zone database would cost a third of a start.
fn zone(env: config::Environment<'_>) -> TimeZone {
    let is_told = env("TZ").is_some_and(|zone| !zone.is_empty());
    if !is_told && let Some(zone) = usual_zone() {
        return zone;
    }
    let system = TimeZone::system();
    if system.iana_name().is_some() {
        return system;
    }
    system.to_offset(Timestamp::now()).to_time_zone()
}

/// What `/etc/localtime` names, where it is a link into the zone database.
fn usual_zone() -> Option<TimeZone> {
    let path = std::fs::canonicalize("/etc/localtime").ok()?;
    let (_, name) = path.to_str()?.rsplit_once("/zoneinfo/")?;
    TimeZone::tzif(name, &std::fs::read(&path).ok()?).ok()
}

fn style(own: &config::RoleStyle) -> Option<(Role, StyleSpec)> {
    let role = Role::ALL
        .into_iter()
        .zip(config::ROLES)
        .find(|(_, name)| *name == own.role)
        .map(|(role, _)| role)?;
    let spec = &own.style;
    Some((
        role,
        StyleSpec {
            fg: spec.fg.and_then(colour),
            bg: spec.bg.and_then(colour),
            bold: spec.bold,
            dim: spec.dim,
            italic: spec.italic,
            underline: spec.underline,
            reverse: spec.reverse,
        },
    ))
}

/// `None`: the terminal's own.
fn colour(colour: config::StyleColor) -> Option<Colour> {
    match colour {
        config::StyleColor::Default => None,
        config::StyleColor::Indexed(index) => Some(Colour::Indexed(index)),
        config::StyleColor::Rgb(red, green, blue) => Some(Colour::Rgb(red, green, blue)),
    }
}

fn keymap(config: &Config) -> Result<Keymap, Trouble> {
    let mut own = Vec::new();
    let mut mistakes = Vec::new();
    for key in &config.keys {
        match binding(key) {
            Ok(binding) => own.push(binding),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() {
        return Ok(Keymap::with(own));
    }
    Err(Trouble::Usage(anyhow!(ConfigError::File(mistakes))))
}

fn binding(key: &config::KeyBinding) -> Result<Binding, config::Mistake> {
    let contexts: Vec<&str> = Context::ALL.iter().map(|context| context.name()).collect();
    let context = Context::ALL
        .into_iter()
        .find(|context| context.name() == key.context.value)
        .ok_or_else(|| unknown("key context", &key.context, &contexts))?;
    let chord = key
        .chord
        .value
        .parse::<Chord>()
        .map_err(|error| key.chord.place.mistake(error.to_string()))?;
    let names: Vec<&str> = Command::ALL.iter().map(|(_, name)| *name).collect();
    let command = match key.command.value.as_str() {
        "none" => None,
        name => {
            Some(Command::from_name(name).ok_or_else(|| unknown("command", &key.command, &names))?)
        }
    };
    Ok(Binding {
        context,
        chord,
        command,
    })
}

fn unknown(what: &str, said: &config::Located<String>, known: &[&str]) -> config::Mistake {
    let near = config::suggestion(&said.value, known);
    let hint = near.map_or_else(
        || "`?` in the studio shows them all".to_owned(),
        |near| format!("Did you mean \"{near}\"?"),
    );
    said.place
        .mistake(format!("unknown {what} \"{}\". {hint}", said.value))
}
