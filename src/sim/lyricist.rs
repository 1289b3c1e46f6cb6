//! Writes the words when only an idea was given: a title and a short lyric, in English or Chinese as the prompt is.

use super::dice::Dice;

/// Words for a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// A title, never empty.
    pub title: String,
    /// The lyric, with its section lines.
    pub lyric: String,
}

/// What an answer says where nothing is sung.
pub const NO_WORDS: &str = "[Instrumental]";

/// Writes a lyric and a title for an idea.
pub fn write(prompt: &str, dice: &mut Dice) -> Words {
    let lyric = if is_chinese(prompt) {
        chinese(prompt, dice)
    } else {
        english(prompt, dice)
    };
    Words {
        title: title(prompt),
        lyric,
    }
}

/// A title for a lyric: its first sung line.
pub fn title_of_lyric(lyric: &str) -> Option<String> {
    let text = lyric.replace("\\n", "\n");
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| is_sung(line))?;
    Some(shortened(first, 60))
}

/// How many lines of a lyric are sung.
pub fn lines(lyric: &str) -> usize {
    let text = lyric.replace("\\n", "\n");
    text.lines().filter(|line| is_sung(line)).count()
}

/// A lyric up to its first `count` sung lines.
pub fn first_lines(lyric: &str, count: usize) -> String {
    let text = lyric.replace("\\n", "\n");
    let mut sung = 0;
    let kept = text.lines().take_while(|line| {
        sung += usize::from(is_sung(line));
        sung <= count
    });
    kept.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// A lyric after its first `count` sung lines, with the header of the section it goes on in.
pub fn lines_after(lyric: &str, count: usize) -> String {
    let text = lyric.replace("\\n", "\n");
    let (mut sung, mut header) = (0, None);
    let mut left = Vec::new();
    for line in text.lines() {
        let is_header = !line.trim().is_empty() && !is_sung(line);
        sung += usize::from(is_sung(line));
        if sung > count {
            left.extend(header.take());
            left.push(line);
        } else if is_header {
            header = Some(line);
        }
    }
    left.join("\n")
}

/// True for a line with words; false for blank ones and for the names of sections.
fn is_sung(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with(['[', '【'])
}

/// Words a title writes small.
const SMALL: [&str; 14] = [
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
];

/// A title for an idea: the idea itself, as a title is written.
pub fn title(prompt: &str) -> String {
    let bare = prompt.trim().trim_end_matches(['.', '!', '。', '！']);
    if bare.is_empty() {
        return "Untitled".to_owned();
    }
    if is_chinese(bare) {
        let cut = bare
            .split(['，', '。', ',', '、', '；', '\n'])
            .next()
            .unwrap_or(bare);
        return shortened(cut, 16);
    }
    let line = bare.split(['\n', ',', ';', '.']).next().unwrap_or(bare);
    let words: Vec<String> = line
        .split_whitespace()
        .enumerate()
        .map(|(index, word)| {
            if index > 0 && SMALL.contains(&word) {
                word.to_owned()
            } else {
                capital(word)
            }
        })
        .collect();
    shortened(&words.join(" "), 48)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn shortened(text: &str, most: usize) -> String {
    let letters = text.chars().count();
    let cut: String = text.chars().take(most).collect();
    if letters > most {
        format!("{}…", cut.trim_end())
    } else {
        cut
    }
}

/// True for a text in Chinese, Japanese or Korean.
pub fn is_chinese(text: &str) -> bool {
    text.chars().any(
        |letter| matches!(u32::from(letter), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af),
    )
}

/// Words that say nothing about what a song is about.
const EMPTY: [&str; 30] = [
    "a", "an", "the", "song", "songs", "music", "track", "about", "for", "with", "and", "of", "in",
    "on", "to", "my", "your", "pop", "rock", "jazz", "folk", "ballad", "piano", "guitar", "style",
    "upbeat", "slow", "some", "by", "at",
];

/// The last word of an English idea that means something.
fn theme(prompt: &str) -> String {
    let word = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = prompt.split_whitespace().map(word).collect();
    let mut meaningful = words
        .into_iter()
        .filter(|word| word.chars().count() > 2 && !EMPTY.contains(&word.to_lowercase().as_str()));
    meaningful
        .next_back()
        .map_or_else(|| "morning".to_owned(), |word| shortened(&word, 16))
}

const VERSE: [&str; 12] = [
    "There's a light in the window tonight",
    "And the streets are as quiet as snow",
    "I was counting the steps to your door",
    "When the wind brought a tune that I know",
    "Every clock in the city is slow",
    "And the river keeps time with the rain",
    "I have carried this song in my coat",
    "Through the stations and over again",
    "All the letters I never did send",
    "Are like birds on the wire by the road",
    "You were humming the words to yourself",
    "As if nobody else had been told",
];
const CHORUS: [&str; 8] = [
    "Oh {}, you're calling me home",
    "Sing it loud till the morning has come",
    "Oh {}, I'm never alone",
    "We are two, we are all, we are one",
    "It's {}, it's all that we need",
    "Hold it high like a lamp in the dark",
    "It's {}, it's mine and it's yours",
    "And it starts with a beat of the heart",
];
const BRIDGE: [&str; 4] = [
    "And if the night is long",
    "We'll sing it soft and low",
    "The world is but a song",
    "And {} is all I know",
];

fn english(prompt: &str, dice: &mut Dice) -> String {
    let theme = theme(prompt);
    let headers = ["[Verse]", "[Chorus]", "[Verse 2]", "[Bridge]"];
    assemble([&VERSE, &CHORUS, &BRIDGE], headers, &theme, dice)
}

/// The same lines in traditional and simplified characters.
const VERSE_ZH: [[&str; 12]; 2] = [
    [
        "窗前還亮著一盞燈",
        "街道靜得像一場雪",
        "我數著腳步走向你",
        "風裡有熟悉的旋律",
        "城市的鐘走得很慢",
        "河水跟著雨打節拍",
        "我把這首歌放口袋",
        "走過了一站又一站",
        "那些沒有寄出的信",
        "像鳥兒停在電線上",
        "你輕輕哼著那幾句",
        "彷彿只說給我聽見",
    ],
    [
        "窗前还亮着一盏灯",
        "街道静得像一场雪",
        "我数着脚步走向你",
        "风里有熟悉的旋律",
        "城市的钟走得很慢",
        "河水跟着雨打节拍",
        "我把这首歌放口袋",
        "走过了一站又一站",
        "那些没有寄出的信",
        "像鸟儿停在电线上",
        "你轻轻哼着那几句",
        "仿佛只说给我听见",
    ],
];
const CHORUS_ZH: [[&str; 8]; 2] = [
    [
        "{}啊帶我回家",
        "大聲唱到天亮吧",
        "{}啊我不害怕",
        "你和我都在這裡",
        "只要有{}陪著我",
        "黑夜裡舉起燈火",
        "只要有{}陪著你",
        "心跳就是那首歌",
    ],
    [
        "{}啊带我回家",
        "大声唱到天亮吧",
        "{}啊我不害怕",
        "你和我都在这里",
        "只要有{}陪着我",
        "黑夜里举起灯火",
        "只要有{}陪着你",
        "心跳就是那首歌",
    ],
];
const BRIDGE_ZH: [[&str; 4]; 2] = [
    [
        "如果夜還很長",
        "我們就輕輕地唱",
        "世界是一首歌",
        "{}是我的方向",
    ],
    [
        "如果夜还很长",
        "我们就轻轻地唱",
        "世界是一首歌",
        "{}是我的方向",
    ],
];
const THEMES_ZH: [&str; 34] = [
    "聖誕", "圣诞", "夏天", "春天", "秋天", "冬天", "陽光", "阳光", "月亮", "星空", "星星", "大海",
    "海邊", "海边", "城市", "故鄉", "故乡", "回家", "朋友", "媽媽", "妈妈", "愛情", "爱情", "快樂",
    "快乐", "夢想", "梦想", "夜晚", "清晨", "下雨", "雨天", "青春", "旅行", "自由",
];

fn chinese(prompt: &str, dice: &mut Dice) -> String {
    let theme = THEMES_ZH
        .iter()
        .find(|theme| prompt.contains(**theme))
        .copied();
    // Characters that exist only in the simplified script.
    let is_simple = prompt.contains([
        '们', '这', '个', '说', '时', '来', '对', '会', '爱', '乐', '欢', '风', '车', '马', '鸟',
        '开', '关', '阳', '圣', '诞', '东', '门', '见', '语', '词', '节', '轻', '温', '梦', '单',
        '边', '乡', '妈', '电', '听', '写', '给', '飞', '过', '还',
    ]);
    let script = usize::from(is_simple);
    let words = [
        &VERSE_ZH[script][..],
        &CHORUS_ZH[script],
        &BRIDGE_ZH[script],
    ];
    let theme = theme.unwrap_or("旋律");
    let headers = if is_simple {
        ["[主歌]", "[副歌]", "[主歌 2]", "[桥段]"]
    } else {
        ["[主歌]", "[副歌]", "[主歌 2]", "[橋段]"]
    };
    assemble(words, headers, theme, dice)
}

/// Verse, chorus, verse, chorus, bridge, chorus.
fn assemble(pools: [&[&str]; 3], headers: [&str; 4], theme: &str, dice: &mut Dice) -> String {
    let [verse, chorus, bridge] = pools;
    // Lines are written in groups that belong together, so groups are drawn, not lines.
    let quarter = (dice.throw() % 3) as usize * 4;
    let other = (quarter + 4) % 12;
    let half = (dice.throw() % 2) as usize * 4;
    let group = |lines: &[&str], from: usize| {
        lines
            .iter()
            .skip(from)
            .take(4)
            .copied()
            .collect::<Vec<_>>()
            .join("\n")
    };
    let refrain = group(chorus, half);
    let parts = [
        (headers[0], group(verse, quarter)),
        (headers[1], refrain.clone()),
        (headers[2], group(verse, other)),
        (headers[1], refrain.clone()),
        (headers[3], group(bridge, 0)),
        (headers[1], refrain),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(header, lines)| format!("{header}\n{lines}"))
        .collect();
    parts.join("\n").replace("{}", theme)
}
