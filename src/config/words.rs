//! The words settings are written in.
//!
//! Invariant: what a setting prints is what it can be set to.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::error::suggestion;

/// A setting that is one of a few words.
pub(super) trait Words: Copy + PartialEq + 'static {
    /// What it is called in a message.
    const WHAT: &'static str;
    /// The words and what they mean.
    const WORDS: &'static [(&'static str, Self)];

    fn parse(text: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(word, _)| *word == text);
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| no_such(Self::WHAT, text, &Self::words()))
    }

    fn words() -> Vec<&'static str> {
        Self::WORDS.iter().map(|(word, _)| *word).collect()
    }

    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.map_or("", |(word, _)| word)
    }
}

/// `unknown language "zh-tw". Did you mean "zh-TW"?`, or with all there are.
pub(super) fn no_such(what: &str, text: &str, known: &[&str]) -> String {
    let text = text.escape_debug();
    match suggestion(&text.to_string(), known) {
        Some(near) => format!("unknown {what} \"{text}\". Did you mean \"{near}\"?"),
        None => format!("unknown {what} \"{text}\". There are: {}", known.join(", ")),
    }
}

/// A language the studio speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// Traditional Chinese.
    ZhTw,
    /// Simplified Chinese.
    ZhCn,
}

/// Which colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Theme {
    /// What suits the terminal.
    Auto,
    /// For a dark ground.
    Dark,
    /// For a light ground.
    Light,
    /// None at all.
    Plain,
}

/// Where sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoundOutput {
    /// To a sound device where there is one.
    Auto,
    /// Nowhere; time passes all the same.
    Silent,
}

/// What a waveform is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Waveform {
    /// Blocks of an eighth of a cell.
    Blocks,
    /// Braille.
    Braille,
}

/// Whether the spectrum of what is heard is shown from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpectrumShown {
    /// Not over SSH.
    Auto,
    /// Always.
    On,
    /// Never; a key shows it.
    Off,
}

impl Words for Language {
    const WHAT: &'static str = "language";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("en", Language::En),
        ("zh-TW", Language::ZhTw),
        ("zh-CN", Language::ZhCn),
    ];
}

impl Words for Theme {
    const WHAT: &'static str = "theme";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("auto", Theme::Auto),
        ("dark", Theme::Dark),
        ("light", Theme::Light),
        ("plain", Theme::Plain),
    ];
}

impl Words for SoundOutput {
    const WHAT: &'static str = "sound output";
    const WORDS: &'static [(&'static str, Self)] =
        &[("auto", SoundOutput::Auto), ("silent", SoundOutput::Silent)];
}

impl Words for Waveform {
    const WHAT: &'static str = "waveform";
    const WORDS: &'static [(&'static str, Self)] =
        &[("blocks", Waveform::Blocks), ("braille", Waveform::Braille)];
}

impl Words for SpectrumShown {
    const WHAT: &'static str = "spectrum";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("auto", SpectrumShown::Auto),
        ("on", SpectrumShown::On),
        ("off", SpectrumShown::Off),
    ];
}

impl Language {
    /// The language for a locale such as `zh_TW.UTF-8`; English for those not spoken.
    pub fn of_locale(locale: &str) -> Language {
        let name = locale.split(['.', '@']).next().unwrap_or_default();
        let mut parts = name.split(['_', '-']);
        if !parts.next().unwrap_or_default().eq_ignore_ascii_case("zh") {
            return Language::En;
        }
        let traditional = ["TW", "HK", "MO", "Hant"];
        if parts.any(|part| traditional.iter().any(|t| part.eq_ignore_ascii_case(t))) {
            Language::ZhTw
        } else {
            Language::ZhCn
        }
    }
}

impl FromStr for Language {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Words::parse(text)
    }
}

impl FromStr for Theme {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Words::parse(text)
    }
}

impl FromStr for SoundOutput {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Words::parse(text)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for SoundOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// An address requests can be sent to. The message does not repeat it: it may hold a password.
pub(super) fn base_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| {
        format!("not an address: {error}. It should look like \"https://api.acedata.cloud\"")
    })?;
    let complaint = if !matches!(url.scheme(), "http" | "https") {
        "the address must begin with https:// or http://"
    } else if !url.username().is_empty() || url.password().is_some() {
        "the address must not hold a user name or password; the token has a file of its own"
    } else if url.query().is_some() || url.fragment().is_some() {
        "the address must end before any \"?\" or \"#\""
    } else {
        return Ok(url);
    };
    Err(complaint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_picks_the_language() {
        for (locale, language) in [
            ("zh_TW.UTF-8", Language::ZhTw),
            ("zh_HK", Language::ZhTw),
            ("zh_MO.Big5", Language::ZhTw),
            ("zh-Hant-SG", Language::ZhTw),
            ("zh_CN.UTF-8", Language::ZhCn),
            ("zh_SG@x", Language::ZhCn),
            ("zh", Language::ZhCn),
            ("zha_TW", Language::En),
            ("en_US.UTF-8", Language::En),
            ("C", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }

    #[test]
    fn what_is_printed_can_be_set() {
        fn all<T: Words + FromStr<Err = String> + fmt::Display + fmt::Debug>() {
            for (word, value) in T::WORDS {
                assert_eq!(word.parse::<T>().as_ref(), Ok(value));
                assert_eq!(value.to_string(), *word);
            }
        }
        all::<Language>();
        all::<Theme>();
        all::<SoundOutput>();
        let error = "zh-tw".parse::<Language>().unwrap_err();
        assert_eq!(error, "unknown language \"zh-tw\". Did you mean \"zh-TW\"?");
        let error = "loud\u{1b}".parse::<SoundOutput>().unwrap_err();
        assert!(
            !error.contains('\u{1b}') && error.contains("auto, silent"),
            "{error}"
        );
    }

    #[test]
    fn addresses_that_would_not_work_are_refused() {
        assert!(base_url(" http://127.0.0.1:8787 ").is_ok());
        assert!(base_url("https://example.org/proxy/").is_ok());
        for bad in [
            "api.acedata.cloud",
            "ftp://example.org",
            "https://user:hunter2@example.org",
            "https://example.org/?a=b",
            "https://",
            "localhost:8787",
        ] {
            let problem = base_url(bad).unwrap_err();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
