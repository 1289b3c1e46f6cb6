//! What a task makes: its song or other good, how answers show it, and its files.
//!
//! Everything here follows from the order and from what was drawn for it, so that it is the same after a restart.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Wanted;
use crate::sim::answers::{self, Song};
use crate::sim::book::Entry;
use crate::sim::dice::{Dice, hash};
use crate::sim::edit::{self, Source};
use crate::sim::lyricist;
use crate::sim::order::{Action, Job, Work};
use crate::sim::recipe::Recipe;
use crate::sim::script::Shapes;
use crate::sim::studio::Piece;
use crate::sim::synth::RATE;
use crate::sim::upload::Found;

/// Seconds of a preview.
const PREVIEW: f64 = 12.0;

/// What comes of a task.
#[derive(Clone, Debug)]
enum Good {
    Song,
    Stems,
    Words,
    Upload,
    Wav,
    Video,
}

/// What a task makes.
#[derive(Debug)]
pub struct Product {
    good: Good,
    /// The sound that is made or that a file is made of; None where there is none.
    recipe: Option<Arc<Recipe>>,
    shapes: Shapes,
}

/// Decides what the answer to an order will say, and the task's id.
pub fn song(wanted: &Wanted, dice: &mut Dice) -> (Song, String) {
    let song = match (&wanted.job.work, &wanted.source, &wanted.found) {
        (Work::Song(order), source, _) => edit::song(order, source.as_ref(), dice),
        (_, Some(source), _) => Song {
            id: dice.uuid(),
            ..source.song.clone()
        },
        (_, _, Some(found)) => found.song.clone(),
        (Work::Lyrics(prompt), ..) => words(prompt, dice),
        (Work::Upload(_) | Work::Wav | Work::Video, None, None) => words("", dice),
    };
    let is_stems = matches!(&wanted.job.work, Work::Song(order) if order.action == Action::Stems);
    let id = if is_stems {
        // The archive is named after the task.
        song.id.clone()
    } else {
        dice.uuid()
    };
    (song, id)
}

fn words(prompt: &str, dice: &mut Dice) -> Song {
    let seed = (dice.throw() & 0xffff_ffff).to_string();
    let words = lyricist::write(prompt, &mut Dice::named(hash(&seed), "words"));
    Song {
        id: dice.uuid(),
        title: words.title,
        lyric: words.lyric,
        seed,
        sound: prompt.to_owned(),
        model: String::new(),
        created_at: String::new(),
        is_translated: false,
    }
}

impl Product {
    /// The product of an order.
    pub fn new(entry: &Entry, job: &Job, source: Option<&Source>, found: Option<Found>) -> Self {
        let of_source = || source.map(|source| Arc::clone(&source.recipe));
        let (good, recipe) = match &job.work {
            Work::Song(order) if order.action == Action::Stems => (Good::Stems, of_source()),
            Work::Song(order) => {
                let recipe = edit::recipe(order, &entry.song, source, entry.limit);
                (Good::Song, Some(Arc::new(recipe)))
            }
            Work::Lyrics(_) => (Good::Words, None),
            Work::Upload(_) => (Good::Upload, found.map(|found| found.recipe)),
            Work::Wav => (Good::Wav, of_source()),
            Work::Video => (Good::Video, of_source()),
        };
        Self {
            good,
            recipe,
            shapes: Shapes::default(),
        }
    }

    /// The same, shown in these forms.
    pub fn shown_as(self, shapes: Shapes) -> Self {
        Self { shapes, ..self }
    }

    /// The song others can be made from.
    pub fn source(&self, entry: &Entry) -> Option<Source> {
        if !matches!(self.good, Good::Song | Good::Upload) {
            return None;
        }
        Some(Source {
            song: entry.song.clone(),
            recipe: Arc::clone(self.recipe.as_ref()?),
            is_upload: matches!(self.good, Good::Upload),
        })
    }

    /// The `data` of an answer once it is finished.
    pub fn data(&self, entry: &Entry, base: &str, seconds: f64) -> Value {
        let song = &entry.song;
        match self.good {
            Good::Song => json!([song.finished(base, seconds, self.shapes.is_translated)]),
            Good::Stems => json!([song.stems(base)]),
            Good::Words => song.words(self.shapes.is_spec_lyrics),
            Good::Upload => {
                let url = entry
                    .upload
                    .as_ref()
                    .map(|upload| upload.audio_url.as_str());
                song.uploaded(url.unwrap_or_default())
            }
            Good::Wav => song.wav(base, self.shapes.is_object_wav),
            Good::Video => song.video(base),
        }
    }

    /// The whole answer once it is finished. Not all kinds of them name task and trace.
    pub fn delivery(&self, entry: &Entry, base: &str, seconds: f64) -> Value {
        let data = self.data(entry, base, seconds);
        let mut answer = answers::delivery(&entry.id, &entry.trace_id, &data);
        let hidden: &[&str] = match self.good {
            Good::Words if self.shapes.is_spec_lyrics => &["task_id", "trace_id"],
            Good::Words | Good::Upload => &["trace_id"],
            _ => &[],
        };
        if let Some(fields) = answer.as_object_mut() {
            fields.retain(|name, _| !hidden.contains(&name.as_str()));
        }
        answer
    }

    /// The recording that must be made before the task is finished.
    pub fn sound(&self) -> Option<Piece> {
        let recipe = self.recipe.clone()?;
        matches!(self.good, Good::Song).then_some(Piece::Song(recipe))
    }

    /// True if it is a new song, which can be named and previewed before it is finished.
    pub fn is_song(&self) -> bool {
        matches!(self.good, Good::Song)
    }

    /// The beginning of a new song.
    pub fn preview(&self) -> Option<Piece> {
        let Some(Piece::Song(recipe)) = self.sound() else {
            return None;
        };
        let most = (PREVIEW * f64::from(RATE)) as usize;
        let head = most.min(recipe.samples() / 2);
        Some(Piece::Song(Arc::new(Recipe::Head(recipe, head))))
    }

    /// The file of this suffix, if there is one.
    pub fn piece(&self, entry: &Entry, suffix: &str) -> Option<Piece> {
        let song = &entry.song;
        let cover = format!("{} {}", song.seed, song.sound);
        let recipe = self.recipe.clone();
        match (&self.good, suffix) {
            (Good::Song, "m4a") => recipe.map(Piece::Song),
            (Good::Song, "jpg") => Some(Piece::Cover(cover)),
            (Good::Stems, "zip") => Some(Piece::Stems(recipe?, entry.stems)),
            (Good::Wav, "wav") => recipe.map(Piece::Wav),
            (Good::Video, "mp4") => Some(Piece::Video(recipe?, cover)),
            _ => None,
        }
    }
}
