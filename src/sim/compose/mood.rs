//! What a prompt feels like: the words that set style, energy and warmth.
//!
//! Words the table knows decide; everything else is decided by the seed, so that each prompt sounds like something.

use crate::sim::dice::Dice;

/// The band that plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Pop,
    Ballad,
    Rock,
    Electronic,
    Jazz,
    Folk,
    Lofi,
    Ambient,
}

/// The character of a whole song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mood {
    /// Who plays.
    pub style: Style,
    /// 0 asleep … 1 dancing.
    pub energy: f64,
    /// 0 dark … 1 bright.
    pub warmth: f64,
}

const STYLES: &[(Style, &[&str])] = &[
    (
        Style::Rock,
        &[
            "rock",
            "metal",
            "punk",
            "grunge",
            "guitar riff",
            "搖滾",
            "摇滚",
            "金屬",
            "金属",
        ],
    ),
    (
        Style::Electronic,
        &[
            "electro", "techno", "house", "edm", "synth", "disco", "trance", "dance", "club",
            "電子", "电子", "電音", "电音", "舞曲",
        ],
    ),
    (
        Style::Jazz,
        &[
            "jazz", "swing", "blues", "bossa", "soul", "爵士", "藍調", "蓝调",
        ],
    ),
    (
        Style::Lofi,
        &[
            "lofi", "lo-fi", "hip hop", "hip-hop", "rap", "chill", "r&b", "rnb", "嘻哈", "說唱",
            "说唱", "慵懶", "慵懒",
        ],
    ),
    (
        Style::Folk,
        &[
            "folk",
            "acoustic",
            "country",
            "campfire",
            "guitar",
            "民謠",
            "民谣",
            "吉他",
            "木吉他",
        ],
    ),
    (
        Style::Ambient,
        &[
            "ambient", "meditat", "drone", "sleep", "space", "氛圍", "氛围", "冥想", "太空",
        ],
    ),
    (
        Style::Ballad,
        &[
            "ballad", "piano", "lullaby", "waltz", "slow", "抒情", "鋼琴", "钢琴", "搖籃", "摇篮",
        ],
    ),
    (
        Style::Pop,
        &["pop", "流行", "christmas", "聖誕", "圣诞", "summer", "夏天"],
    ),
];

/// Words with what they add to energy and warmth.
const WORDS: &[(&[&str], f64, f64)] = &[
    (
        &[
            "happy", "joy", "sunny", "sun", "smile", "快樂", "快乐", "開心", "开心", "陽光", "阳光",
        ],
        0.20,
        0.35,
    ),
    (
        &[
            "christmas",
            "festive",
            "birthday",
            "celebrat",
            "聖誕",
            "圣诞",
            "生日",
            "節日",
            "节日",
        ],
        0.12,
        0.35,
    ),
    (
        &[
            "love", "warm", "sweet", "tender", "愛", "爱", "溫暖", "温暖", "甜",
        ],
        0.0,
        0.20,
    ),
    (
        &[
            "party",
            "dance",
            "energetic",
            "fast",
            "upbeat",
            "run",
            "drive",
            "派對",
            "派对",
            "跳舞",
            "奔跑",
            "快節奏",
        ],
        0.35,
        0.12,
    ),
    (
        &[
            "epic", "power", "anthem", "hero", "fire", "史詩", "史诗", "英雄", "火",
        ],
        0.30,
        0.0,
    ),
    (
        &["summer", "beach", "spring", "夏", "海灘", "海滩", "春"],
        0.12,
        0.25,
    ),
    (
        &[
            "sad", "lonely", "cry", "tears", "broken", "goodbye", "悲", "寂寞", "孤", "哭", "淚",
            "泪", "傷", "伤", "離別", "离别",
        ],
        -0.18,
        -0.40,
    ),
    (
        &[
            "rain", "winter", "cold", "night", "autumn", "moon", "雨", "冬", "冷", "夜", "秋", "月",
        ],
        -0.14,
        -0.22,
    ),
    (
        &[
            "dark", "angry", "war", "storm", "fear", "黑", "憤怒", "愤怒", "風暴", "风暴",
        ],
        0.15,
        -0.40,
    ),
    (
        &[
            "calm", "quiet", "soft", "slow", "gentle", "peace", "dream", "sleep", "lullaby",
            "安靜", "安静", "溫柔", "温柔", "慢", "夢", "梦", "睡",
        ],
        -0.30,
        0.05,
    ),
];

/// True if the prompt says which band it wants.
pub fn names_a_style(prompt: &str) -> bool {
    named(&prompt.to_lowercase()).is_some()
}

fn named(words: &str) -> Option<Style> {
    STYLES
        .iter()
        .find(|(_, names)| names.iter().any(|name| words.contains(name)))
        .map(|(style, _)| *style)
}

impl Mood {
    /// The same mood with a band of another kind.
    pub fn with_another_band(self, dice: &mut Dice) -> Self {
        let others: Vec<Style> = STYLES
            .iter()
            .map(|(style, _)| *style)
            .filter(|style| *style != self.style && *style != Style::Ambient)
            .collect();
        Self {
            style: *dice.pick(&others),
            ..self
        }
    }

    /// Reads the mood of `prompt`; `strength` (0–1) says how much its words count against the dice.
    pub fn of(prompt: &str, strength: f64, dice: &mut Dice) -> Self {
        let words = prompt.to_lowercase();
        let drawn = *dice.pick(&[
            Style::Pop,
            Style::Pop,
            Style::Pop,
            Style::Folk,
            Style::Electronic,
            Style::Ballad,
            Style::Lofi,
            Style::Rock,
        ]);
        let style = named(&words).unwrap_or(drawn);
        let mut energy = style.energy() + dice.between(-0.08, 0.08);
        let mut warmth = dice.between(0.30, 0.80);
        for (names, more_energy, more_warmth) in WORDS {
            if names.iter().any(|name| words.contains(name)) {
                energy += more_energy * (0.4 + strength);
                warmth += more_warmth * (0.4 + strength);
            }
        }
        Self {
            style,
            energy: energy.clamp(0.05, 1.0),
            warmth: warmth.clamp(0.0, 1.0),
        }
    }

    /// Beats a minute, in the range the style is played in.
    pub fn tempo(&self, dice: &mut Dice) -> f64 {
        let (slow, fast) = match self.style {
            Style::Pop => (92.0, 124.0),
            Style::Ballad => (64.0, 80.0),
            Style::Rock => (112.0, 142.0),
            Style::Electronic => (114.0, 130.0),
            Style::Jazz => (94.0, 132.0),
            Style::Folk => (88.0, 112.0),
            Style::Lofi => (70.0, 86.0),
            Style::Ambient => (60.0, 74.0),
        };
        let place = (self.energy * 0.7 + dice.unit() * 0.3).clamp(0.0, 1.0);
        (slow + (fast - slow) * place).round()
    }
}

impl Style {
    fn energy(self) -> f64 {
        match self {
            Style::Pop => 0.58,
            Style::Ballad => 0.28,
            Style::Rock => 0.80,
            Style::Electronic => 0.78,
            Style::Jazz => 0.50,
            Style::Folk => 0.42,
            Style::Lofi => 0.38,
            Style::Ambient => 0.15,
        }
    }
}
