//! What an answer brings: a song, a file of a song, or words.
//!
//! Invariant: nothing is made of an entry that does not name it: a song has an id and a link, a file has a link of its own
//! kind, words are not empty. Every text is clean.

use serde_json::Value;
use url::Url;

use super::loose::{id, link, moment, number, text, word};
use crate::domain::text::{clean_line, clean_text};
use crate::domain::{
    Endpoint, Media, MediaKind, More, Outcome, Request, Seconds, Song, SongId, Timestamp, Words,
};

/// The most characters of a title, of the short texts, of a prompt and of a lyric.
const TITLE_MAX: usize = 200;
const SHORT_MAX: usize = 64;
const PROMPT_MAX: usize = 1000;
const LYRIC_MAX: usize = 100_000;

/// The longest song believed: longer than any model makes by far.
const DURATION_MAX: f64 = 24.0 * 3600.0;

/// What was ordered, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ordered<'a> {
    /// Where.
    pub(super) endpoint: Option<Endpoint>,
    /// With what.
    pub(super) request: Option<&'a Request>,
}

impl Ordered<'_> {
    /// Whether the answer itself is the end of the work. Songs are made after the answer, unless it was waited for.
    pub(super) fn is_done_when_answered(self) -> bool {
        match (self.request, self.endpoint) {
            (Some(request), _) => !request.answers_at_once(),
            (None, Some(endpoint)) => !endpoint.answers_at_once(),
            (None, None) => false,
        }
    }

    /// Whether it can be a song: then a link alone says nothing, for it may be a preview.
    fn may_be(self, endpoint: Endpoint) -> bool {
        self.endpoint.is_none_or(|known| known == endpoint)
    }
}

/// What the finished `entries` of an answer bring; `None`: nothing that can be used.
pub(super) fn outcome(
    entries: &[&Value],
    ordered: Ordered<'_>,
    made_at: Timestamp,
) -> Option<Outcome> {
    let songs: Vec<Song> = entries
        .iter()
        .filter_map(|entry| any_song(entry, ordered, made_at))
        .collect();
    if !songs.is_empty() {
        return Some(Outcome::Succeeded(songs));
    }
    entries
        .iter()
        .find_map(|entry| prepared(entry, ordered).or_else(|| words(entry, ordered)))
}

fn any_song(entry: &Value, ordered: Ordered<'_>, made_at: Timestamp) -> Option<Song> {
    let made = ordered.may_be(Endpoint::Audios);
    let sent = ordered.may_be(Endpoint::Upload);
    let song = made.then(|| song(entry, made_at)).flatten();
    let mut song = song.or_else(|| {
        sent.then(|| uploaded(entry, ordered.request, made_at))
            .flatten()
    })?;
    if let Some(Request::Audios(order)) = ordered.request {
        song.more.source.clone_from(&order.audio_id);
        song.more.action = order.audio_id.as_ref().map(|_| order.action);
    }
    Some(song)
}

/// A song of an answer; `None` without an id and a link to the sound.
fn song(entry: &Value, made_at: Timestamp) -> Option<Song> {
    let audio = link(entry.get("audio_url"))?;
    Some(described(
        SongId(id(entry.get("id"))?),
        audio,
        entry,
        made_at,
    ))
}

/// A song that was brought in from elsewhere: an id, and the link it was sent as where the answer has none.
fn uploaded(entry: &Value, request: Option<&Request>, made_at: Timestamp) -> Option<Song> {
    let id = SongId(id(entry.get("audio_id"))?);
    let sent = match request {
        Some(Request::Upload(order)) => order.audio_url.clone().map(Value::from),
        _ => None,
    };
    let audio = link(entry.get("audio_url")).or_else(|| link(sent.as_ref()))?;
    let named = file_title(&link(sent.as_ref()).unwrap_or_else(|| audio.clone()));
    let mut song = described(id, audio, entry, made_at);
    if song.title.is_empty() {
        song.title = named;
    }
    song.more.uploaded = true;
    Some(song)
}

fn described(id: SongId, audio: Url, entry: &Value, made_at: Timestamp) -> Song {
    let line = |names: &[&str], max| clean_line(text(entry, names).unwrap_or_default(), max);
    let duration = number(entry.get("duration"))
        .filter(|seconds| *seconds > 0.0 && *seconds <= DURATION_MAX)
        .map(Seconds);
    let seed = word(entry.get("seed")).unwrap_or_default();
    Song {
        id,
        task: None,
        title: line(&["title"], TITLE_MAX - 1),
        lyric: lyric(text(entry, &["lyric", "lyrics"]).unwrap_or_default()),
        prompt: line(&["sound"], PROMPT_MAX),
        model: line(&["model"], SHORT_MAX),
        seed: clean_line(&seed, SHORT_MAX),
        duration,
        created_at: moment(entry.get("created_at")).unwrap_or(made_at),
        audio: Media {
            url: Some(audio.into()),
            ..Media::default()
        },
        cover: Media {
            url: link(entry.get("image_url")).map(Into::into),
            ..Media::default()
        },
        more: More::default(),
    }
}

/// A file of a song. `video_url` stands in songs too (as null), so that it counts only where there is no sound.
fn prepared(entry: &Value, ordered: Ordered<'_>) -> Option<Outcome> {
    let is_song = entry.get("id").is_some() && entry.get("audio_url").is_some();
    let (kind, url) = if let Some(url) = of(ordered, Endpoint::Audios, entry, "stems_url") {
        (MediaKind::Stems, url)
    } else if let Some(url) = of(ordered, Endpoint::Wav, entry, "file_url") {
        (MediaKind::Wav, url)
    } else if let Some(url) = of(ordered, Endpoint::Videos, entry, "video_url").filter(|_| !is_song)
    {
        (MediaKind::Video, url)
    } else if ordered.endpoint == Some(Endpoint::Wav) {
        // Seen by the provider's own client.
        (MediaKind::Wav, link(entry.get("audio_url"))?)
    } else {
        return None;
    };
    Some(Outcome::Prepared {
        kind,
        url: url.into(),
        title: clean_line(text(entry, &["title"]).unwrap_or_default(), TITLE_MAX - 1),
    })
}

fn of(ordered: Ordered<'_>, endpoint: Endpoint, entry: &Value, name: &str) -> Option<Url> {
    let may_be = ordered.may_be(endpoint);
    may_be.then(|| link(entry.get(name))).flatten()
}

/// Words: `lyrics` in the guide, `text` in the provider's API description.
fn words(entry: &Value, ordered: Ordered<'_>) -> Option<Outcome> {
    let is_file = ["audio_url", "file_url", "video_url", "stems_url"]
        .iter()
        .any(|name| entry.get(*name).is_some());
    if !ordered.may_be(Endpoint::Lyrics) || is_file {
        return None;
    }
    let lyric = lyric(text(entry, &["lyrics", "text", "lyric"])?);
    (!lyric.trim().is_empty()).then(|| {
        Outcome::Written(Words {
            title: clean_line(text(entry, &["title"]).unwrap_or_default(), TITLE_MAX - 1),
            lyric,
        })
    })
}

/// A lyric with real line breaks, where some answers hold a backslash and an n.
fn lyric(raw: &str) -> String {
    let text: String = raw.chars().take(LYRIC_MAX).collect();
    clean_text(&text.replace("\\r\\n", "\n").replace("\\n", "\n"))
}

/// What a file at an address is called, without its suffix; may be empty.
fn file_title(url: &Url) -> String {
    let name = url
        .path_segments()
        .and_then(|mut parts| parts.next_back())
        .unwrap_or_default();
    let name = percent_decoded(name);
    let name = String::from_utf8_lossy(&name);
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    clean_line(stem, TITLE_MAX - 1)
}

/// `%41` is `A`; what is no such pair stands for itself.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let mut digit = || char::from(ahead.next()?).to_digit(16);
        match (byte, digit(), digit()) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                bytes.nth(1);
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}
