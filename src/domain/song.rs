//! A song: a finished piece of audio with an id, and where its files are.
//!
//! Invariant: texts are cleaned before they come here, and a file name never comes from outside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::action::Action;
use super::failure::Failure;
use super::marks::Marks;
use super::task::TaskId;
use super::time::{Seconds, Timestamp, after};

/// The API's id of a song (`audio_id`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SongId(pub String);

/// Everything known of a song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Song {
    /// Its id at the API.
    pub id: SongId,
    /// The task that made it, where it was made here.
    pub task: Option<TaskId>,
    /// Its title; may be empty.
    pub title: String,
    /// The words that are sung.
    pub lyric: String,
    /// The prompt it was made from (`sound` in answers).
    pub prompt: String,
    /// The model that made it, as the answer names it.
    pub model: String,
    /// The seed used.
    pub seed: String,
    /// Its length as the API tells it, later as the file has it.
    pub duration: Option<Seconds>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The audio.
    pub audio: Media,
    /// The cover picture.
    pub cover: Media,
    /// What it was made from, and what else there is of it.
    #[serde(default, skip_serializing_if = "More::is_empty")]
    pub more: More,
}

/// What only some songs have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct More {
    /// The song it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SongId>,
    /// What was done to that song.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// It was brought in from elsewhere, so that the API has other words for what is done to it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub uploaded: bool,
    /// Its WAV, its film and its stems, as far as they were ordered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<MediaKind, Media>,
    /// The unpacked stems: names within the media folder, such as `ID.stems/vocals.wav`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stems: Vec<MediaFile>,
    /// What the listener has marked.
    #[serde(skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
    /// How loud each stem is in the listener's mix, as far as it was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<Level>,
}

/// How loud a stem is in a mix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// In decibels against what it was made with; at most [`Level::MOST`].
    pub decibels: f32,
    /// Not heard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// Heard alone, with others that are solo too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub solo: bool,
}

impl Level {
    /// The loudest, in decibels.
    pub const MOST: f32 = 6.0;
    /// The softest before silence, in decibels.
    pub const LEAST: f32 = -40.0;

    /// The factor for samples (20 dB: ten times the amplitude), whatever is muted or solo.
    pub fn gain(self) -> f32 {
        if self.decibels <= Level::LEAST {
            0.0
        } else {
            10f32.powf(self.decibels.min(Level::MOST) / 20.0)
        }
    }

    /// The factors of a whole mix: what is muted, and what is not solo while something is, is silent.
    pub fn gains(mix: &[Level]) -> Vec<f32> {
        let any_solo = mix.iter().any(|level| level.solo);
        mix.iter()
            .map(|level| {
                let is_heard = !level.muted && (level.solo || !any_solo);
                if is_heard { level.gain() } else { 0.0 }
            })
            .collect()
    }
}

impl Default for Level {
    fn default() -> Self {
        Level {
            decibels: 0.0,
            muted: false,
            solo: false,
        }
    }
}

impl More {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == More::default()
    }
}

/// A file of a song: where it can be had, and whether it is here.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Media {
    /// Where the provider keeps it (for 90 days).
    pub url: Option<Link>,
    /// The whole, checked file in the data directory.
    pub file: Option<MediaFile>,
    /// Why it could not be fetched the last time.
    pub failure: Option<Failure>,
}

/// An address on the web, kept as text: a library of a thousand songs opens without reading two thousand addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

impl Link {
    /// An address that was one when it was kept.
    pub fn kept(text: impl Into<String>) -> Self {
        Link(text.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// To be fetched from: `http` or `https`, else nothing.
    pub fn url(&self) -> Option<Url> {
        let url: Url = self.0.parse().ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
    }
}

impl From<Url> for Link {
    fn from(url: Url) -> Self {
        Link(url.into())
    }
}

impl std::str::FromStr for Link {
    type Err = url::ParseError;

    fn from_str(text: &str) -> Result<Self, url::ParseError> {
        text.parse::<Url>().map(Link::from)
    }
}

/// A whole file in the media folder of the data directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// Its name within the folder: made by us from [`SongId::file_stem`].
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// The kinds of file a song has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// The sound.
    Audio,
    /// The picture.
    Cover,
    /// The sound without loss.
    Wav,
    /// The sound with the picture.
    Video,
    /// The archive of its parts; its file is the folder it is unpacked into.
    Stems,
}

impl MediaKind {
    /// All of them, in the order in which they are fetched.
    pub const ALL: [MediaKind; 5] = [
        MediaKind::Audio,
        MediaKind::Cover,
        MediaKind::Stems,
        MediaKind::Wav,
        MediaKind::Video,
    ];
}

/// A file that was never ordered.
static NONE: Media = Media {
    url: None,
    file: None,
    failure: None,
};

impl SongId {
    /// A file name for this song without a suffix: the id where it is a plain one, else a hash of it, so that an id
    /// from outside can name no other path.
    pub fn file_stem(&self) -> String {
        let plain = !self.0.is_empty()
            && self.0.len() <= 64
            && self
                .0
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if plain && !self.0.starts_with('-') {
            self.0.clone()
        } else {
            format!("song-{:016x}", fnv1a(self.0.as_bytes()))
        }
    }
}

/// How long the provider keeps a file, in seconds.
const LINK_LIVES: f64 = 90.0 * 24.0 * 3600.0;

impl Song {
    /// When its links die.
    pub fn link_dies(&self) -> Timestamp {
        after(self.created_at, LINK_LIVES)
    }

    /// The file of a kind.
    pub fn media(&self, kind: MediaKind) -> &Media {
        match kind {
            MediaKind::Audio => &self.audio,
            MediaKind::Cover => &self.cover,
            kind => self.more.files.get(&kind).unwrap_or(&NONE),
        }
    }

    /// The file of a kind, to be changed.
    pub fn media_mut(&mut self, kind: MediaKind) -> &mut Media {
        match kind {
            MediaKind::Audio => &mut self.audio,
            MediaKind::Cover => &mut self.cover,
            kind => self.more.files.entry(kind).or_default(),
        }
    }
}

impl Song {
    /// Takes in what was told of the same song elsewhere. Nothing that was known is forgotten: what was told fills what was
    /// empty; only a file and a link take the place of an older one.
    pub fn add(&mut self, told: Song) {
        let fill = |known: &mut String, told: String| {
            if known.is_empty() {
                *known = told;
            }
        };
        fill(&mut self.title, told.title);
        fill(&mut self.lyric, told.lyric);
        fill(&mut self.prompt, told.prompt);
        fill(&mut self.model, told.model);
        fill(&mut self.seed, told.seed);
        self.task = self.task.or(told.task);
        self.duration = self.duration.or(told.duration);
        self.audio.add(told.audio);
        self.cover.add(told.cover);
        self.more.add(told.more);
    }
}

impl Media {
    fn add(&mut self, told: Media) {
        let has_news = told.url.is_some() || told.file.is_some();
        self.url = told.url.or(self.url.take());
        self.file = told.file.or(self.file.take());
        if has_news || told.failure.is_some() {
            self.failure = told.failure;
        }
    }
}

impl More {
    fn add(&mut self, told: More) {
        self.source = self.source.take().or(told.source);
        self.action = self.action.or(told.action);
        self.uploaded |= told.uploaded;
        for (kind, media) in told.files {
            self.files.entry(kind).or_default().add(media);
        }
        if !told.stems.is_empty() {
            self.stems = told.stems;
        }
    }
}

/// FNV-1a, 64 bit (Fowler, Noll, Vo): stable over releases, unlike the standard library's hasher.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_solo_silences_the_rest_and_mute_wins() {
        let level = |decibels, muted, solo| Level {
            decibels,
            muted,
            solo,
        };
        let near = |gains: Vec<f32>, expected: &[f32]| {
            gains.len() == expected.len()
                && gains
                    .iter()
                    .zip(expected)
                    .all(|(a, b)| (a - b).abs() < 1e-3)
        };
        let plain = [
            level(0.0, false, false),
            level(-6.0, false, false),
            level(0.0, true, false),
        ];
        assert!(near(Level::gains(&plain), &[1.0, 0.501, 0.0]));
        let solo = [
            level(0.0, false, true),
            level(0.0, true, true),
            level(6.0, false, false),
        ];
        assert!(near(Level::gains(&solo), &[1.0, 0.0, 0.0]));
        assert!(
            Level {
                decibels: -40.0,
                ..Level::default()
            }
            .gain()
                < 1e-9
        );
    }

    #[test]
    fn an_id_from_outside_cannot_name_a_path() {
        let plain = SongId("6c947f13-a3c5-4b9c-8609-5639c37cdc2d".into());
        assert_eq!(plain.file_stem(), plain.0);
        for hostile in [
            "../../etc/passwd",
            "",
            ".",
            "-rf",
            "a/b",
            "CON",
            "歌",
            "a\0b",
        ] {
            let stem = SongId(hostile.into()).file_stem();
            assert!(stem.starts_with("song-"), "{hostile}: {stem}");
        }
    }
}
