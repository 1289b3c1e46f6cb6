//! The shape of a song: which section follows which, and which lines are sung in it.
//!
//! A lyric's `[Section]` lines decide; a lyric without them is cut at its blank lines. Songs last 40 to 150 seconds.

/// What a section is for; each kind is played differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Intro,
    Verse,
    Lift,
    Chorus,
    Bridge,
    Solo,
    Outro,
}

/// A stretch of the song.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// How it is played.
    pub kind: Kind,
    /// The lines sung in it, each with its length in beats.
    pub lines: Vec<(String, u32)>,
    /// Its whole length in beats, a multiple of four.
    pub beats: u32,
}

/// What the music is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// A whole song, with a beginning and an end.
    Whole,
    /// The rest of a song that has begun: no beginning, but an end.
    Rest,
    /// So many seconds within a song: neither beginning nor end.
    Stretch(f64),
    /// A whole song of so many seconds.
    Filled(f64),
}

impl Role {
    /// True for what comes to a close.
    pub fn ends(self) -> bool {
        !matches!(self, Role::Stretch(_))
    }

    fn begins(self) -> bool {
        matches!(self, Role::Whole | Role::Filled(_))
    }

    /// Shortest and longest time of the sections, the end aside, in seconds.
    fn bounds(self) -> (f64, f64) {
        match self {
            Role::Whole => (SHORTEST, LONGEST),
            Role::Rest => (SHORTEST / 2.0, LONGEST),
            Role::Stretch(seconds) => (seconds, f64::INFINITY),
            Role::Filled(seconds) => (seconds - 3.5, f64::INFINITY),
        }
    }
}

/// Syllables that fit one phrase; a longer line takes two or three.
const PHRASE: u32 = 15;
const SHORTEST: f64 = 42.0;
const LONGEST: f64 = 138.0;
/// Lines of a lyric that are looked at; more could never be sung in [`LONGEST`] seconds.
const LINES: usize = 200;

/// The sections of a song with this lyric; `beat` is the length of a beat in seconds, `phrase` that of a line in beats.
pub fn of_lyric(lyric: &str, beat: f64, phrase: u32, role: Role) -> Vec<Section> {
    let mut sung = read(lyric, phrase);
    let has_words = !sung.is_empty();
    if !has_words {
        sung = instrumental(beat, phrase);
        if role == Role::Whole {
            return sung;
        }
    }
    if !role.begins() {
        sung.retain(|section| section.kind != Kind::Intro || !section.lines.is_empty());
    }
    let bare = phrase * 2;
    let has_intro = sung
        .first()
        .is_some_and(|section| section.kind == Kind::Intro);
    if role.begins() && !has_intro {
        sung.insert(0, empty(Kind::Intro, bare));
    }
    let outro = match sung.pop() {
        Some(last) if last.kind == Kind::Outro => last,
        Some(last) => {
            sung.push(last);
            empty(Kind::Outro, bare)
        }
        None => empty(Kind::Outro, bare),
    };
    let (shortest, longest) = role.bounds();
    let end = if role.ends() { outro.beats } else { 0 };
    let once = sung.clone();
    while seconds(&sung, beat) + f64::from(end) * beat < shortest {
        sung.push(empty(Kind::Solo, phrase * 2));
        let again = once
            .iter()
            .filter(|section| !has_words || !section.lines.is_empty());
        sung.extend(again.cloned());
    }
    while sung.len() > 2 && seconds(&sung, beat) > longest {
        sung.pop();
    }
    if role.ends() {
        sung.push(outro);
    }
    sung
}

/// Puts other words in place of the lines that are sung, one for one and from the beginning again when they run out;
/// sections without a line get some if there is none in the whole song.
pub fn put_words(sections: &mut [Section], words: &str, phrase: u32) {
    let lines: Vec<(String, u32)> = read(words, phrase)
        .into_iter()
        .flat_map(|section| section.lines)
        .collect();
    if lines.is_empty() {
        return;
    }
    let mut lines = lines.into_iter().cycle();
    let is_sung = sections.iter().any(|section| !section.lines.is_empty());
    for section in sections {
        let has_voice = !matches!(section.kind, Kind::Intro | Kind::Outro | Kind::Solo);
        if !is_sung && has_voice {
            let count = section.beats / phrase;
            section.lines = (0..count).map(|_| (String::new(), phrase)).collect();
        }
        for line in &mut section.lines {
            if let Some((words, _)) = lines.next() {
                line.0 = words;
            }
        }
    }
}

fn seconds(sections: &[Section], beat: f64) -> f64 {
    sections
        .iter()
        .map(|section| f64::from(section.beats) * beat)
        .sum()
}

fn empty(kind: Kind, beats: u32) -> Section {
    Section {
        kind,
        lines: Vec::new(),
        beats,
    }
}

fn instrumental(beat: f64, phrase: u32) -> Vec<Section> {
    let part = if f64::from(phrase * 4) * beat * 6.0 > 100.0 {
        phrase * 2
    } else {
        phrase * 4
    };
    let kinds = [
        (Kind::Intro, phrase * 2),
        (Kind::Verse, part),
        (Kind::Chorus, part),
        (Kind::Verse, part),
        (Kind::Chorus, part),
        (Kind::Bridge, phrase * 2),
        (Kind::Chorus, part),
        (Kind::Outro, phrase * 2),
    ];
    kinds
        .into_iter()
        .map(|(kind, beats)| empty(kind, beats))
        .collect()
}

fn read(lyric: &str, phrase: u32) -> Vec<Section> {
    // Some clients send a backslash and an n where they mean a line break.
    let text = lyric.replace("\\n", "\n");
    let has_headers = text.lines().any(|line| header(line).is_some());
    let mut sections: Vec<Section> = Vec::new();
    let mut open = None;
    let mut stanza = 0_usize;
    for line in text.lines().map(str::trim).take(LINES) {
        if let Some(name) = header(line) {
            open = None;
            if let Some(kind) = kind_of(name) {
                sections.push(empty(kind, 0));
                open = Some(sections.len() - 1);
            }
        } else if line.is_empty() {
            open = if has_headers { open } else { None };
        } else {
            let at = *open.get_or_insert_with(|| {
                let kind = if stanza % 2 == 1 {
                    Kind::Chorus
                } else {
                    Kind::Verse
                };
                stanza += 1;
                sections.push(empty(kind, 0));
                sections.len() - 1
            });
            sections[at]
                .lines
                .push((line.to_owned(), beats_of(line, phrase)));
        }
    }
    if sections.iter().all(|section| section.lines.is_empty()) {
        return Vec::new();
    }
    for section in &mut sections {
        let sung: u32 = section.lines.iter().map(|(_, beats)| beats).sum();
        let wanted = if sung == 0 { phrase * 2 } else { sung };
        section.beats = wanted.next_multiple_of(4);
    }
    sections
}

fn beats_of(line: &str, phrase: u32) -> u32 {
    phrase * syllables(line).len().div_ceil(PHRASE as usize).clamp(1, 3) as u32
}

/// The name inside a line like `[Verse 2]` or `【副歌】`.
fn header(line: &str) -> Option<&str> {
    let line = line.trim();
    let inner = |open, close| line.strip_prefix(open)?.strip_suffix(close);
    inner('[', ']').or_else(|| inner('【', '】')).map(str::trim)
}

/// None for headers that only say there are no words.
fn kind_of(name: &str) -> Option<Kind> {
    const NAMES: &[(Kind, &[&str])] = &[
        (
            Kind::Lift,
            &[
                "pre-chorus",
                "prechorus",
                "pre chorus",
                "lift",
                "導歌",
                "导歌",
                "預副歌",
                "预副歌",
            ],
        ),
        (Kind::Chorus, &["chorus", "hook", "refrain", "drop", "副歌"]),
        (Kind::Bridge, &["bridge", "橋", "桥", "過渡", "过渡"]),
        (Kind::Intro, &["intro", "opening", "前奏", "開場", "开场"]),
        (
            Kind::Outro,
            &["outro", "ending", "coda", "end", "fade", "尾"],
        ),
        (
            Kind::Solo,
            &["solo", "interlude", "break", "間奏", "间奏", "獨奏", "独奏"],
        ),
    ];
    let name = name.to_lowercase();
    if name == "instrumental" {
        return None;
    }
    let found = NAMES
        .iter()
        .find(|(_, names)| names.iter().any(|known| name.contains(known)));
    Some(found.map_or(Kind::Verse, |(kind, _)| *kind))
}

/// The sung syllables of a line, each as the letter that colours its vowel: one for each Chinese, Japanese or Korean
/// character, one for each group of vowels elsewhere.
pub fn syllables(line: &str) -> Vec<char> {
    let mut found = Vec::new();
    for word in line.split(|c: char| c.is_whitespace() || c == '-') {
        let before = found.len();
        let mut in_vowel = false;
        let mut letters = word.chars().peekable();
        while let Some(letter) = letters.next() {
            let lower = letter.to_lowercase().next().unwrap_or(letter);
            let is_vowel =
                matches!(lower, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || ('à'..='ü').contains(&lower);
            let silent = lower == 'e'
                && found.len() > before
                && !letters.peek().is_some_and(|c| c.is_alphabetic());
            if is_wide(letter) {
                found.push(letter);
            } else if is_vowel && !in_vowel && !silent {
                found.push(lower);
            }
            in_vowel = is_vowel;
        }
        if found.len() == before && word.chars().any(char::is_alphanumeric) {
            found.push('e');
        }
    }
    found
}

fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter), 0x3041..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af | 0x2_0000..=0x3_ffff)
}
