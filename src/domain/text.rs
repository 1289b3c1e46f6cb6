//! Text from outside, made harmless where it enters.
//!
//! Invariant: what [`clean_line`] and [`clean_text`] return holds no control character, no terminal sequence or
//! remainder of one, no bidirectional override and no invisible character that could disguise other text.

use unicode_segmentation::UnicodeSegmentation;

/// The most marks kept on one character: enough for every script, too few to climb over other lines.
const MARKS_MAX: usize = 8;

/// One line of text from outside: sequences and controls removed, white space runs joined, cut after `max` characters.
pub fn clean_line(raw: &str, max: usize) -> String {
    let text = clean_text(raw);
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&joined, max)
}

/// Text of several lines from outside: as [`clean_line`], with its line breaks kept.
pub fn clean_text(raw: &str) -> String {
    let visible: String = without_sequences(&super::lyric::normalise(raw))
        .chars()
        .filter(|&c| c == '\n' || !(c.is_control() || is_hidden(c)))
        .collect();
    visible.graphemes(true).map(without_stacked_marks).collect()
}

/// The first `max` characters as the user sees them, with `…` for the rest.
pub fn cut(text: &str, max: usize) -> String {
    let mut graphemes = text.graphemes(true);
    let mut kept: String = graphemes.by_ref().take(max).collect();
    if graphemes.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Characters that are not seen but change how other text is seen. Joiners inside emoji and scripts that need them stay.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

fn without_stacked_marks(grapheme: &str) -> &str {
    match grapheme.char_indices().nth(MARKS_MAX + 1) {
        Some((end, _)) if !grapheme.contains('\u{200d}') => grapheme.get(..end).unwrap_or(grapheme),
        _ => grapheme,
    }
}

/// Removes whole terminal sequences, so that no payload (`]52;c;…`, `[31m`) is left as text.
fn without_sequences(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let introducer = match c {
            '\u{1b}' => chars.next(),
            '\u{9b}' => Some('['),
            '\u{9d}' => Some(']'),
            '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => Some('P'),
            _ => {
                kept.push(c);
                continue;
            }
        };
        match introducer {
            Some('[') => skip_control_sequence(&mut chars),
            Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut chars),
            Some('\n') => kept.push('\n'),
            // Two-character and three-character escapes: intermediate bytes, then one final byte.
            Some(' '..='/') => {
                chars.next();
            }
            _ => {}
        }
    }
    kept
}

/// Skips a CSI sequence: parameters and intermediates up to its final byte; anything else ends it unread.
fn skip_control_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(&c) = chars.peek() {
        match c {
            '\u{20}'..='\u{3f}' => {
                chars.next();
            }
            '\u{40}'..='\u{7e}' => {
                chars.next();
                return;
            }
            _ => return,
        }
    }
}

/// Skips an OSC, DCS, SOS, PM or APC string up to its terminator. Without one, the rest of the line is taken for it.
fn skip_string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(&c) = chars.peek() {
        match c {
            '\n' => return,
            '\u{07}' | '\u{9c}' => {
                chars.next();
                return;
            }
            '\u{1b}' => {
                chars.next();
                if chars.peek() == Some(&'\\') {
                    chars.next();
                }
                return;
            }
            _ => {
                chars.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_vanish_with_their_payload() {
        for raw in [
            "a\u{1b}[31mb",
            "a\u{1b}]52;c;ZXZpbA==\u{07}b",
            "a\u{1b}]0;title\u{1b}\\b",
            "a\u{9b}2Jb",
            "a\u{1b}Pq#0\u{1b}\\b",
            "a\u{1b}(Bb",
            "a\u{202e}\u{200b}\u{feff}b",
            "a\u{7f}\u{0}\u{8}b",
        ] {
            assert_eq!(clean_line(raw, 80), "ab", "{raw:?}");
        }
    }

    #[test]
    fn an_unfinished_string_does_not_eat_the_next_line() {
        assert_eq!(clean_text("a\u{1b}]52;c;evil\nb"), "a\nb");
    }

    #[test]
    fn stacked_marks_are_thinned_and_emoji_families_kept() {
        let zalgo = format!("e{}", "\u{301}".repeat(50));
        assert_eq!(clean_line(&zalgo, 80).chars().count(), MARKS_MAX + 1);
        assert_eq!(clean_line("👨‍👩‍👧‍👦歌", 80), "👨‍👩‍👧‍👦歌");
    }

    #[test]
    fn long_lines_are_cut_by_what_is_seen() {
        assert_eq!(clean_line("在陽光 下\n醒來", 4), "在陽光 …");
        assert_eq!(cut("abc", 3), "abc");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_moves_a_cursor_survives(raw in "\\PC*|[\\x00-\\x9f\\u{202a}-\\u{202e}a-z\\[\\];]{0,40}") {
            let clean = clean_text(&raw);
            proptest::prop_assert!(clean.chars().all(|c| c == '\n' || !(c.is_control() || is_hidden(c))));
            proptest::prop_assert_eq!(clean_text(&clean), clean);
        }
    }
}
