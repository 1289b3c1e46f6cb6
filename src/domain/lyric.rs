//! Lyric text: lines, and `[Section]` headers that give a song its shape.
//!
//! Invariant: a lyric has real line breaks only.

use unicode_segmentation::UnicodeSegmentation;

/// A lyric as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lyric<'a> {
    text: &'a str,
}

/// What is counted under the text area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LyricCount {
    /// Characters as the user sees them, without section headers and line breaks.
    pub characters: usize,
    /// Lines with words to sing.
    pub lines: usize,
    /// `[Section]` headers.
    pub sections: usize,
}

/// Whether a line is a section header: `[Verse]`, `[Chorus 2]`, `[副歌]`.
pub fn is_section(line: &str) -> bool {
    section_name(line).is_some()
}

/// The name in a section header.
pub fn section_name(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    (!name.is_empty() && !name.contains(['[', ']'])).then_some(name)
}

/// Line breaks of every origin (`\r\n`, lone `\r`, U+2028, U+2029, vertical tab, form feed) as `\n`, tabs as two
/// spaces: what a paste must go through, since terminals send pasted line breaks as `\r`.
pub fn normalise(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(
            ['\r', '\u{2028}', '\u{2029}', '\u{0b}', '\u{0c}', '\u{85}'],
            "\n",
        )
        .replace('\t', "  ")
}

impl<'a> Lyric<'a> {
    /// A lyric in `text`.
    pub fn new(text: &'a str) -> Self {
        Lyric { text }
    }

    /// The text as it is sent: no blank lines at either end, no spaces at line ends.
    pub fn to_send(self) -> String {
        let lines: Vec<&str> = self.text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_matches('\n').to_owned()
    }

    /// The sections with the share of the song, 0–1, at which each may begin: as many lines, as much time. An estimate: nobody
    /// tells where a section really begins.
    pub fn outline(self) -> Vec<(&'a str, f64)> {
        let mut sections: Vec<(&str, usize)> = Vec::new();
        for line in self.text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            match (section_name(line), sections.last_mut()) {
                (Some(name), _) => sections.push((name, 0)),
                (None, Some((_, lines))) => *lines += 1,
                (None, None) => sections.push(("", 1)),
            }
        }
        // A section without words is played all the same.
        let weight = |lines: usize| lines.max(1) as f64;
        let all: f64 = sections.iter().map(|(_, lines)| weight(*lines)).sum();
        let mut before = 0.0;
        let mut outline = Vec::with_capacity(sections.len());
        for (name, lines) in sections {
            if !name.is_empty() {
                outline.push((name, before / all));
            }
            before += weight(lines);
        }
        outline
    }

    /// The counts shown under the text area.
    pub fn count(self) -> LyricCount {
        let mut count = LyricCount::default();
        for line in self.text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            if is_section(line) {
                count.sections += 1;
            } else {
                count.lines += 1;
                count.characters += characters(line);
            }
        }
        count
    }
}

/// Characters as they are seen. Letters and Chinese characters are one each; the rest is looked at closely.
fn characters(line: &str) -> usize {
    if line.is_ascii() {
        return line.len();
    }
    let simple = |c: char| {
        c < '\u{300}'
            || matches!(c, '\u{3000}'..='\u{3029}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
    };
    if line.chars().all(simple) {
        line.chars().count()
    } else {
        line.graphemes(true).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_whole_lines_in_brackets() {
        assert_eq!(section_name(" [Verse 2] "), Some("Verse 2"));
        assert_eq!(section_name("[副歌]"), Some("副歌"));
        for line in ["[]", "[ ]", "Verse", "[Verse] sing", "[a][b]"] {
            assert!(!is_section(line), "{line}");
        }
    }

    #[test]
    fn line_breaks_of_every_origin_become_one_kind() {
        assert_eq!(normalise("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd  e");
    }

    #[test]
    fn words_are_counted_without_headers() {
        let count = Lyric::new("[Verse]\n在陽光下\n\nhey you\n[Chorus]\n").count();
        assert_eq!((count.characters, count.lines, count.sections), (11, 2, 2));
    }

    #[test]
    fn sections_begin_where_their_lines_would() {
        let lyric = Lyric::new("[Verse]\na\nb\n[Chorus]\nc\nd\n[Solo]\n[Outro]\ne\n");
        let outline = lyric.outline();
        let names: Vec<&str> = outline.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["Verse", "Chorus", "Solo", "Outro"]);
        let tenths: Vec<u32> = outline
            .iter()
            .map(|(_, at)| (at * 60.0).round() as u32)
            .collect();
        assert_eq!(tenths, [0, 20, 40, 50]);
        assert!(Lyric::new("only words").outline().is_empty());
        assert!(Lyric::new("").outline().is_empty());
    }

    #[test]
    fn characters_are_counted_as_they_are_seen() {
        for text in ["e\u{301}👨‍👩‍👧", "ﾊﾟ", "在陽光下，", "hey you", "é"] {
            assert_eq!(characters(text), text.graphemes(true).count(), "{text}");
        }
    }

    #[test]
    fn sent_text_has_no_loose_ends() {
        assert_eq!(
            Lyric::new("\n\n[Verse] \nhi  \n\n\n").to_send(),
            "[Verse]\nhi"
        );
    }
}
