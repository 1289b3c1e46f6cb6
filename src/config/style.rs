//! Styles as people write them: `bold cyan on black`, `underline #ff8800`, `208 on default`.
//!
//! Invariant: plain values; nothing here knows a terminal.

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StyleColor {
    /// The terminal's own.
    Default,
    /// One of its 256; the names stand for the first sixteen.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// How a role looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StyleSpec {
    /// The colour of the text, where one is named.
    pub fg: Option<StyleColor>,
    /// The colour of the ground, where one is named.
    pub bg: Option<StyleColor>,
    /// Bold.
    pub bold: bool,
    /// Dim.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Text and ground exchanged.
    pub reverse: bool,
}

/// In the order of the terminal's palette.
const COLORS: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

impl StyleSpec {
    /// Reads a style. The error says which word is wrong.
    pub fn parse(text: &str) -> Result<StyleSpec, String> {
        let mut style = StyleSpec::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let slot = match word {
                "bold" => &mut style.bold,
                "dim" => &mut style.dim,
                "italic" => &mut style.italic,
                "underline" => &mut style.underline,
                "reverse" => &mut style.reverse,
                "on" => {
                    let word = words.next().ok_or("a colour must follow \"on\"")?;
                    set(&mut style.bg, color(word)?)?;
                    continue;
                }
                _ => {
                    set(&mut style.fg, color(word)?)?;
                    continue;
                }
            };
            *slot = true;
        }
        if style == StyleSpec::default() {
            return Err("an empty style; write for example \"bold cyan\" or \"default\"".into());
        }
        Ok(style)
    }
}

fn set(slot: &mut Option<StyleColor>, color: StyleColor) -> Result<(), String> {
    match slot.replace(color) {
        None => Ok(()),
        Some(_) => Err("two colours for one thing; the ground is written \"on black\"".into()),
    }
}

fn color(word: &str) -> Result<StyleColor, String> {
    let unknown = || {
        let mut known = vec![
            "bold",
            "dim",
            "italic",
            "underline",
            "reverse",
            "default",
            "gray",
        ];
        known.extend(COLORS);
        let hint = super::suggestion(word, &known).map_or_else(
            || {
                "There are colour names, numbers from 0 to 255, #rrggbb, default, \
                 bold, dim, italic, underline and reverse"
                    .to_owned()
            },
            |near| format!("Did you mean \"{near}\"?"),
        );
        format!("unknown style \"{}\". {hint}", word.escape_debug())
    };
    if word == "default" {
        return Ok(StyleColor::Default);
    }
    if let Some(digits) = word.strip_prefix('#') {
        let plain = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| plain);
        let [_, r, g, b] = number.ok_or_else(unknown)?.to_be_bytes();
        return Ok(StyleColor::Rgb(r, g, b));
    }
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().map(StyleColor::Indexed).map_err(|_| unknown());
    }
    let name = if matches!(word, "gray" | "grey") {
        "bright-black"
    } else {
        word
    };
    let index = COLORS.iter().position(|color| *color == name);
    index
        .map(|index| StyleColor::Indexed(index as u8))
        .ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_read_as_they_are_written() {
        let style = StyleSpec::parse("bold cyan on black").unwrap();
        assert!(style.bold && !style.dim);
        assert_eq!(style.fg, Some(StyleColor::Indexed(6)));
        assert_eq!(style.bg, Some(StyleColor::Indexed(0)));
        let style = StyleSpec::parse("#ff8800 underline reverse on 234").unwrap();
        assert_eq!(style.fg, Some(StyleColor::Rgb(0xff, 0x88, 0)));
        assert_eq!(style.bg, Some(StyleColor::Indexed(234)));
        assert!(style.underline && style.reverse);
        let style = StyleSpec::parse("dim italic default").unwrap();
        assert_eq!(style.fg, Some(StyleColor::Default));
        assert_eq!(
            StyleSpec::parse("grey").unwrap().fg,
            Some(StyleColor::Indexed(8))
        );
    }

    #[test]
    fn what_is_not_a_style_is_explained() {
        for (bad, part) in [
            ("", "empty"),
            ("cyna", "\"cyan\""),
            ("red green", "two colours"),
            ("bold on", "must follow"),
            ("256", "unknown style"),
            ("#ff88", "unknown style"),
            ("#+12345", "unknown style"),
            ("歌", "unknown style"),
        ] {
            let error = StyleSpec::parse(bad).unwrap_err();
            assert!(error.contains(part), "{bad}: {error}");
        }
    }
}
