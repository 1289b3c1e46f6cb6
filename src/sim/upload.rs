//! Songs from elsewhere: what is behind a link becomes a song that others can be made from.
//!
//! A wave file is heard as it is. Of any other kind of file only its length is read, and a song of that length is
//! composed from its bytes: the same file is always the same song.

mod length;

use std::sync::Arc;

use axum::body::Bytes;
use serde::{Deserialize, Serialize};

use super::answers::Song;
use super::check::Refusal;
use super::compose::{Casting, Muse, Role, Wish};
use super::dice::{Dice, hash_of};
use super::lyricist;
use super::order::longest;
use super::recipe::Recipe;
use super::synth::RATE;
use super::vault::Vault;
use super::wav::Recorded;

/// What is remembered of an upload, the recording itself aside.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Upload {
    /// Where it was found.
    pub audio_url: String,
    /// Of its bytes.
    hash: u64,
    /// Its length.
    seconds: f64,
    /// True if the recording itself is kept in the vault.
    is_recording: bool,
}

/// What was found behind a link.
#[derive(Clone, Debug)]
pub struct Found {
    pub upload: Upload,
    pub song: Song,
    pub recipe: Arc<Recipe>,
}

impl Found {
    /// Hears a file that was found at `audio_url`, and keeps a recording in the vault as the song `id`.
    pub async fn hear(
        audio_url: &str,
        file: Bytes,
        id: String,
        vault: &Vault,
    ) -> Result<Self, Refusal> {
        let recorded = Recorded::read(&file);
        let seconds = match &recorded {
            Some(recorded) => Some(recorded.samples() as f64 / f64::from(RATE)),
            None => length::seconds(&file),
        };
        let seconds = seconds.ok_or_else(|| {
            Refusal::bad("The file at audio_url is no audio file that can be decoded.")
        })?;
        if recorded.is_some() && seconds > longest("") {
            return Err(Refusal::bad(format!(
                "The file at audio_url is longer than {} seconds.",
                longest("")
            )));
        }
        if recorded.is_some() {
            let kept = vault.keep(&recording(&id), file.clone()).await;
            kept.map_err(|error| Refusal {
                message: format!("The simulator cannot keep the recording: {error}."),
                ..Refusal::new(500, "api_error")
            })?;
        }
        let upload = Upload {
            audio_url: audio_url.to_owned(),
            hash: hash_of(&file),
            seconds: if recorded.is_some() {
                seconds
            } else {
                seconds.clamp(1.0, longest(""))
            },
            is_recording: recorded.is_some(),
        };
        let mut song = upload.song();
        song.id = id;
        Ok(Self {
            recipe: Arc::new(upload.recipe(recorded, &song)),
            upload,
            song,
        })
    }

    /// What an earlier simulator found; None if its recording is gone.
    pub fn again(upload: Upload, id: &str, vault: &Vault) -> Option<Self> {
        let recorded = if upload.is_recording {
            Some(Recorded::read(&vault.get(&recording(id))?)?)
        } else {
            None
        };
        let song = upload.song();
        Some(Self {
            recipe: Arc::new(upload.recipe(recorded, &song)),
            upload,
            song,
        })
    }
}

/// The name of a song's recording in the vault.
pub fn recording(id: &str) -> String {
    format!("{id}.song")
}

/// Whether a name is an id or a hash: long, and of nothing but hexadecimal digits and dashes.
fn is_machine_made(name: &str) -> bool {
    let bare = name.rsplit_once("song-").map_or(name, |(_, rest)| rest);
    bare.len() >= 12 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

impl Upload {
    /// The song as answers show it, still without an id.
    fn song(&self) -> Song {
        let name = url::Url::parse(&self.audio_url).ok();
        let name = name
            .as_ref()
            .and_then(|url| url.path_segments()?.next_back().map(str::to_owned))
            .unwrap_or_default();
        let title = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        let words = lyricist::write("", &mut Dice::named(self.hash, "words"));
        // A file host's own names say nothing to a listener.
        let title = if title.is_empty() || is_machine_made(title) {
            words.title
        } else {
            lyricist::title(&title.replace(['_', '-'], " ").replace("%20", " "))
        };
        Song {
            id: String::new(),
            title,
            lyric: words.lyric,
            seed: (self.hash & 0xffff_ffff).to_string(),
            sound: String::new(),
            model: String::new(),
            created_at: String::new(),
            is_translated: false,
        }
    }

    fn recipe(&self, recorded: Option<Recorded>, song: &Song) -> Recipe {
        let muse = Muse {
            seed: format!("{:016x}", self.hash),
            prompt: String::new(),
            model: "FUZZ-2.0".to_owned(),
            weirdness: 0.3,
            sound_strength: 0.5,
            casting: Casting::Drawn,
        };
        // Half a sample more, so that it is not one less when it is counted in samples again.
        let seconds = self.seconds + 0.5 / f64::from(RATE);
        let wish = Box::new(Wish {
            role: Role::Filled(seconds),
            ..Wish::new(muse, song.lyric.clone())
        });
        match recorded {
            Some(recorded) => Recipe::Upload(Arc::new(recorded), wish),
            None => Recipe::Song(wish),
        }
    }
}
