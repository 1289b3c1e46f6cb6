//! What a tape sets, and the grid of characters that comes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;

/// The settings of a tape, each as it was written and checked for its kind.
#[derive(Debug, Default)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// Sets one, or says why not.
    pub fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        let good = match name {
            "Shell" => SHELLS.contains(&value.as_str()),
            "FontFamily" | "Theme" => !value.trim().is_empty(),
            "FontSize" | "Framerate" | "Height" | "Width" | "Padding" | "Margin"
            | "WindowBarSize" | "BorderRadius" => value.parse::<u32>().is_ok(),
            "LetterSpacing" | "LineHeight" | "PlaybackSpeed" => value.parse::<f64>().is_ok(),
            "LoopOffset" => value.trim_end_matches('%').parse::<f64>().is_ok(),
            "TypingSpeed" | "WaitTimeout" => time(&value).is_ok(),
            "WaitPattern" => Regex::new(&value).is_ok(),
            "MarginFill" => value.strip_prefix('#').is_none_or(is_hexadecimal_colour),
            "WindowBar" => ["Colorful", "ColorfulRight", "Rings", "RingsRight"].contains(&&*value),
            "CursorBlink" => value.parse::<bool>().is_ok(),
            _ => return Err(format!("unknown setting {name:?}")),
        };
        if !good {
            return Err(format!("{value:?} is no value for {name}"));
        }
        self.values.insert(name.to_owned(), value);
        Ok(())
    }

    /// As the tape has it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// How long a `Wait` waits that does not say.
    pub fn wait_timeout(&self) -> Duration {
        self.value("WaitTimeout")
            .and_then(|text| time(text).ok())
            .unwrap_or(Duration::from_secs(15))
    }

    /// What a `Wait` waits for that does not say: the shell's prompt.
    pub fn wait_pattern(&self) -> Regex {
        Regex::new(self.value("WaitPattern").unwrap_or(">$")).expect("it was compiled before")
    }

    /// Columns and rows: what VHS's browser fits into the film at the proportions of its font.
    pub fn grid(&self) -> (u16, u16) {
        let margin = match self.value("MarginFill") {
            Some(_) => self.number("Margin", 0.0),
            None => 0.0,
        };
        let bar = match self.value("WindowBar") {
            Some(_) => self.number("WindowBarSize", 30.0),
            None => 0.0,
        };
        let frame = 2.0 * (self.number("Padding", 60.0) + margin);
        let size = self.number("FontSize", 22.0);
        let cell_width = size * 0.6 + self.number("LetterSpacing", 1.0);
        let cell_height = (size * 1.32 * self.number("LineHeight", 1.0)).ceil();
        let columns = (self.number("Width", 1200.0) - frame) / cell_width;
        let rows = (self.number("Height", 600.0) - frame - bar) / cell_height;
        (columns.max(1.0) as u16, rows.max(1.0) as u16)
    }

    fn number(&self, name: &str, otherwise: f64) -> f64 {
        self.value(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    }
}

const SHELLS: [&str; 9] = [
    "bash",
    "cmd",
    "fish",
    "nu",
    "osh",
    "powershell",
    "pwsh",
    "xonsh",
    "zsh",
];

/// A time as VHS writes it: `500ms`, `2s`, `1m`, or seconds alone.
pub fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = if let Some(number) = text.strip_suffix("ms") {
        (number, 0.001)
    } else if let Some(number) = text.strip_suffix('s') {
        (number, 1.0)
    } else if let Some(number) = text.strip_suffix('m') {
        (number, 60.0)
    } else {
        (text, 1.0)
    };
    number
        .parse::<f64>()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number * unit).ok())
        .ok_or_else(|| format!("{text:?} is no time"))
}

fn is_hexadecimal_colour(digits: &str) -> bool {
    digits.len() == 6 && digits.chars().all(|digit| digit.is_ascii_hexdigit())
}
