//! From an order to a song: what it is called, which words it has, and the recipe of its sound.
//!
//! Everything that an order says nothing about is taken from the song it is made from. The same order with the same
//! seed on the same song gives the same recipe, so recipes need not be kept.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::answers::Song;
use super::check::Refusal;
use super::compose::{Casting, Muse, Role, Wish};
use super::dice::{Dice, hash};
use super::lyricist;
use super::order::{Action, Order, longest};
use super::recipe::{DEEPEST, Half, Recipe};
use super::synth::RATE;

/// A finished song that something is made from.
#[derive(Clone, Debug)]
pub struct Source {
    pub song: Song,
    pub recipe: Arc<Recipe>,
    pub is_upload: bool,
}

/// Lengths are told with fewer digits than they have: this much past the end is still the end.
const ROUNDING: f64 = 0.05;

/// Sees that an order fits the song it is about.
pub fn check(order: &Order, source: &Source) -> Result<(), Refusal> {
    if order.is_upload && !source.is_upload {
        return Err(Refusal::bad(
            "audio_id is not of an uploaded song: use the action without upload_.",
        ));
    }
    if source.is_upload && !order.is_upload && order.action.has_upload_form() {
        return Err(Refusal::bad(
            "audio_id is of an uploaded song: use the action with upload_ before its name.",
        ));
    }
    let length = source.recipe.seconds();
    let (start, end) = order.section;
    for (name, place) in [
        ("continue_at", order.continue_at),
        ("replace_section_end", end),
    ] {
        if place.is_some_and(|place| place > length + ROUNDING) {
            return Err(Refusal::bad(format!(
                "{name} is past the end of the song, which is {length:.2} seconds long."
            )));
        }
    }
    if order.action == Action::ReplaceSection && start >= source.place(end) {
        return Err(Refusal::bad(format!(
            "replace_section_start is past the end of the song, which is {length:.2} seconds long."
        )));
    }
    let at = source.place(order.continue_at);
    if order.action == Action::Extend && at >= longest(&order.model) - 1.0 {
        return Err(Refusal::bad(format!(
            "continue_at leaves no room: songs of {} last at most {} seconds.",
            order.model,
            longest(&order.model)
        )));
    }
    if source.recipe.depth() >= DEEPEST {
        return Err(Refusal::bad(format!(
            "The simulator edits a song at most {DEEPEST} times over."
        )));
    }
    Ok(())
}

/// Decides id, words, title and seed of an order's song.
pub fn song(order: &Order, source: Option<&Source>, dice: &mut Dice) -> Song {
    let drawn = (dice.throw() & 0xffff_ffff).to_string();
    let seed = order.seed.clone().unwrap_or(drawn);
    let (title, lyric) = match source {
        Some(source) => (title(order, source), lyric(order, source)),
        None => new_words(order, &seed),
    };
    let model = match order.action {
        // As recorded: one may get another model than one asked for.
        Action::Variation => order.model.trim_end_matches(" Pro"),
        Action::Stems => "",
        _ => &order.model,
    };
    Song {
        id: dice.uuid(),
        title: order.title.clone().unwrap_or(title),
        lyric,
        seed,
        sound: order.prompt.clone().unwrap_or_default(),
        model: model.to_owned(),
        created_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
            .to_string(),
        // As recorded, of two actions.
        is_translated: matches!(order.action, Action::Cover | Action::Extend),
    }
}

fn new_words(order: &Order, seed: &str) -> (String, String) {
    let prompt = order.prompt.as_deref().unwrap_or_default();
    if order.instrumental {
        (lyricist::title(prompt), lyricist::NO_WORDS.to_owned())
    } else if let Some(given) = order.lyric.clone() {
        let title = lyricist::title_of_lyric(&given);
        (title.unwrap_or_else(|| lyricist::title(prompt)), given)
    } else {
        let words = lyricist::write(prompt, &mut Dice::named(hash(seed), "words"));
        (words.title, words.lyric)
    }
}

fn title(order: &Order, source: &Source) -> String {
    let own = &source.song.title;
    let given = order.lyric.as_deref().and_then(lyricist::title_of_lyric);
    match order.action {
        Action::SwapInstrumentals if lyricist::is_chinese(own) => format!("{own}(聲音交換)"),
        Action::SwapInstrumentals => format!("{own} (Vocal Swap)"),
        Action::Stems => own.clone(),
        _ => given.unwrap_or_else(|| own.clone()),
    }
}

/// The words an answer shows.
fn lyric(order: &Order, source: &Source) -> String {
    let own = &source.song.lyric;
    match order.action {
        Action::Stems => String::new(),
        Action::SwapInstrumentals => own.clone(),
        Action::Extend => {
            let kept = lyricist::first_lines(own, source.lines_before_rest(order));
            let new = words_of_rest(order, source);
            let new = if new.is_empty() {
                lyricist::NO_WORDS
            } else {
                &new
            };
            if kept.is_empty() {
                new.to_owned()
            } else {
                format!("{kept}\n{new}")
            }
        }
        _ if order.instrumental && order.action != Action::ReplaceSection => {
            lyricist::NO_WORDS.to_owned()
        }
        _ => order.lyric.clone().unwrap_or_else(|| own.clone()),
    }
}

impl Source {
    /// A moment of it: the end where none is named.
    fn place(&self, moment: Option<f64>) -> f64 {
        moment.unwrap_or_else(|| self.recipe.seconds())
    }

    fn lines_before_rest(&self, order: &Order) -> usize {
        self.lines_before(self.place(order.continue_at))
    }

    fn lines_before(&self, seconds: f64) -> usize {
        self.recipe.lines_before(samples(seconds))
    }
}

/// What is sung after `continue_at`: the order's words, or those of the source that were not yet sung.
fn words_of_rest(order: &Order, source: &Source) -> String {
    if order.instrumental {
        return String::new();
    }
    order.lyric.clone().unwrap_or_else(|| {
        let own = &source.song.lyric;
        let left = lyricist::lines_after(own, source.lines_before_rest(order));
        if left.is_empty() { own.clone() } else { left }
    })
}

/// What is sung in a replaced section: the order's words, of which those before it are left out if they are of the
/// whole song.
fn words_of_patch(order: &Order, source: &Source) -> String {
    let own = &source.song.lyric;
    let words = order.lyric.as_ref().unwrap_or(own);
    let is_whole = lyricist::lines(words) >= lyricist::lines(own);
    if order.instrumental {
        String::new()
    } else if is_whole {
        let left = lyricist::lines_after(words, source.lines_before(order.section.0));
        if left.is_empty() { words.clone() } else { left }
    } else {
        words.clone()
    }
}

/// How the order's song is made; for stems, the song they are of.
pub fn recipe(order: &Order, song: &Song, source: Option<&Source>, limit: Option<f64>) -> Recipe {
    let muse = muse(order, song);
    let Some(source) = source else {
        return Recipe::Song(Box::new(Wish {
            lyrics_strength: order.lyrics_strength,
            instrumental: order.instrumental,
            limit,
            // The form of an instrumental may still follow the words that were sent.
            ..Wish::new(
                muse,
                if order.instrumental {
                    order.lyric.clone().unwrap_or_default()
                } else {
                    song.lyric.clone()
                },
            )
        }));
    };
    let edit = Edit {
        order,
        muse,
        source,
        own: source.recipe.character(),
        limit,
    };
    match order.action {
        Action::Generate | Action::Stems => Recipe::clone(&source.recipe),
        Action::Extend => edit.extend(),
        Action::ReplaceSection => edit.replace_section(),
        Action::Cover => edit.cover(),
        Action::SwapVocals => edit.swap_vocals(),
        Action::SwapInstrumentals => edit.swap_instrumentals(),
        Action::Variation => edit.variation(),
    }
}

fn muse(order: &Order, song: &Song) -> Muse {
    Muse {
        seed: song.seed.clone(),
        prompt: song.sound.clone(),
        model: order.model.clone(),
        weirdness: order.weirdness,
        sound_strength: order.sound_strength,
        casting: Casting::Drawn,
    }
}

struct Edit<'a> {
    order: &'a Order,
    /// The order's own.
    muse: Muse,
    source: &'a Source,
    /// What the source is like.
    own: Wish,
    limit: Option<f64>,
}

impl Edit<'_> {
    /// New music in the source's key and tempo, by its band and its singer.
    fn going_on(&self, lyric: String, role: Role, limit: Option<f64>) -> Arc<Recipe> {
        let band = if self.muse.prompt.is_empty() {
            self.own.band.clone()
        } else {
            self.muse.clone()
        };
        Arc::new(Recipe::Song(Box::new(Wish {
            frame: self.own.frame.clone(),
            tune: self.muse.clone(),
            band,
            voice: self.own.voice.clone(),
            lyric,
            words: None,
            lyrics_strength: self.order.lyrics_strength,
            instrumental: self.order.instrumental,
            role,
            limit,
        })))
    }

    fn extend(&self) -> Recipe {
        let source = Arc::clone(&self.source.recipe);
        let seconds = self.source.place(self.order.continue_at);
        let at = samples(seconds).min(source.samples());
        let room = longest(&self.order.model) - seconds;
        let limit = self.limit.map_or(room, |limit| limit.min(room));
        let words = words_of_rest(self.order, self.source);
        Recipe::Joined {
            at,
            lead: source.to_next_beat(at),
            rest: self.going_on(words, Role::Rest, Some(limit)),
            source,
        }
    }

    fn replace_section(&self) -> Recipe {
        let source = Arc::clone(&self.source.recipe);
        let (start, end) = self.order.section;
        let to = samples(self.source.place(end)).min(source.samples());
        let from = samples(start).min(to);
        // In a short section there is no time to wait for the beat.
        let lead = source.to_next_beat(from);
        let lead = if lead * 3 > to - from { 0 } else { lead };
        let seconds = (to - from - lead) as f64 / f64::from(RATE);
        let words = words_of_patch(self.order, self.source);
        Recipe::Patched {
            source,
            from,
            to,
            lead,
            patch: self.going_on(words, Role::Stretch(seconds), None),
        }
    }

    /// The order's muse, for a band that is not to be the one of `wish`.
    fn other_band(&self, wish: &Wish) -> Muse {
        Muse {
            casting: Casting::Not(wish.band.mood().style),
            ..self.muse.clone()
        }
    }

    /// Key, tune and words stay; band and singer are others. A weak cover has a band of the same kind.
    fn cover(&self) -> Recipe {
        self.source.recipe.map(&|wish| {
            let band = if self.order.cover_strength < 0.5 {
                Muse {
                    casting: Casting::Only(wish.band.mood().style),
                    ..self.muse.clone()
                }
            } else {
                self.other_band(wish)
            };
            let is_silent = wish.instrumental && self.order.lyric.is_none();
            Wish {
                band,
                voice: self.muse.clone(),
                words: self.order.lyric.clone().or_else(|| wish.words.clone()),
                lyrics_strength: self.order.lyrics_strength,
                instrumental: self.order.instrumental || is_silent,
                ..wish.clone()
            }
        })
    }

    fn swap_vocals(&self) -> Recipe {
        let voices = self.source.recipe.voices().map(&|wish| Wish {
            tune: self.muse.clone(),
            voice: self.muse.clone(),
            words: self.order.lyric.clone().or_else(|| wish.words.clone()),
            lyrics_strength: self.order.lyrics_strength,
            instrumental: self.order.instrumental,
            ..wish.clone()
        });
        Recipe::Swapped {
            voices: Arc::new(voices),
            band: Arc::clone(&self.source.recipe),
            guest: Half::Voices,
        }
    }

    fn swap_instrumentals(&self) -> Recipe {
        let band = self.source.recipe.band().map(&|wish| Wish {
            band: self.other_band(wish),
            ..wish.clone()
        });
        Recipe::Swapped {
            voices: Arc::clone(&self.source.recipe),
            band: Arc::new(band),
            guest: Half::Band,
        }
    }

    /// Another song in the same key, with the same chords and at the same tempo.
    fn variation(&self) -> Recipe {
        let prompt = if self.muse.prompt.is_empty() {
            self.own.band.prompt.clone()
        } else {
            self.muse.prompt.clone()
        };
        let own = &self.source.song.lyric;
        Recipe::Song(Box::new(Wish {
            frame: self.own.frame.clone(),
            tune: self.muse.clone(),
            band: Muse {
                prompt,
                ..self.muse.clone()
            },
            voice: self.own.voice.clone(),
            lyric: self.order.lyric.clone().unwrap_or_else(|| own.clone()),
            words: None,
            lyrics_strength: self.order.lyrics_strength,
            instrumental: self.order.instrumental,
            role: Role::Whole,
            limit: self.limit,
        }))
    }
}

/// The sample at a moment.
fn samples(seconds: f64) -> usize {
    (seconds * f64::from(RATE)).round() as usize
}
