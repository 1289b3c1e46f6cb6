//! The composer: from an order's words to the notes of a song.
//!
//! The same wish always gives the same score. The seed, the prompt, the model and the weirdness all have their say; the
//! lyric gives the form and the tune.

mod band;
mod drums;
mod form;
mod harmony;
mod melody;
mod mood;
#[cfg(test)]
mod tests;

use super::dice::{Dice, hash};
use form::{Kind, Section};
use harmony::Harmony;
pub use mood::{Mood, Style};

/// What a song is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The seed named in the answer.
    pub seed: String,
    /// The idea or style asked for; may be empty.
    pub prompt: String,
    /// The words, with their `[Section]` lines; may be empty.
    pub lyric: String,
    /// The model asked for.
    pub model: String,
    /// 0–1: odd chords, odd accents, odd sounds.
    pub weirdness: f64,
    /// 0–1: how much the prompt's words count.
    pub sound_strength: f64,
    /// 0–1: how far the lead stands in front.
    pub lyrics_strength: f64,
    /// True leaves the lead out.
    pub instrumental: bool,
    /// Cut the song to this many seconds.
    pub limit: Option<f64>,
}

/// The notes of a song and how they are to sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Length of the recording in seconds, the fade included.
    pub seconds: f64,
    /// All notes, in order of their beginning.
    pub notes: Vec<Note>,
    /// The sounds they are played with.
    pub sound: Sound,
}

/// One note or stroke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// When it begins, in seconds.
    pub at: f64,
    /// How long it is held, in seconds.
    pub length: f64,
    /// MIDI pitch.
    pub pitch: f64,
    /// 0–1.
    pub force: f64,
    /// Who plays it.
    pub part: Part,
}

/// Who plays a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The sung line, with the vowel of the syllable.
    Lead(Vowel),
    /// A second voice under the lead of a chorus.
    Harmony(Vowel),
    Pad,
    Keys,
    Bell,
    Bass,
    Kick,
    Snare,
    Clap,
    Tom,
    Hat,
    OpenHat,
    Crash,
}

/// The vowel a syllable is sung on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vowel {
    A,
    E,
    I,
    O,
    U,
}

/// How a song sounds as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// The band.
    pub style: Style,
    /// 0 dull … 1 brilliant.
    pub brightness: f64,
    /// 0 dry … 1 a large hall.
    pub room: f64,
    /// Length of an echo in seconds.
    pub echo: f64,
    /// 0 clean … 1 driven hard.
    pub drive: f64,
    /// 0 in tune … 1 wobbling.
    pub wobble: f64,
    /// Loudness of the lead against the band, 1 the usual.
    pub lead: f64,
    /// Where the band thins the lead's colour; spreads the singers' formants, about 1.
    pub throat: f64,
    /// Seed of all noise.
    pub seed: u64,
}

/// The clock of a song.
#[derive(Clone, Copy, Debug)]
struct Meter {
    /// A beat in seconds.
    beat: f64,
    /// A sung line in beats: 8, or 4 in slow songs.
    phrase: u32,
    /// How late off-beat sixteenths come, in beats.
    swing: f64,
}

/// A section at its place in the song, as the players see it.
struct Place<'a> {
    section: &'a Section,
    harmony: &'a Harmony,
    mood: &'a Mood,
    meter: Meter,
    /// Where the section begins, in beats from the beginning.
    start: u32,
    /// How often this kind of section has been heard before.
    turn: usize,
    /// True for the last section.
    last: bool,
    weirdness: f64,
}

impl Place<'_> {
    /// Seconds from the beginning of the song to `beat` of this section.
    fn time(&self, beat: f64) -> f64 {
        let sixteenth = (beat * 4.0).round() as i64;
        let late = if self.mood.style == Style::Jazz {
            sixteenth.rem_euclid(4) == 2
        } else {
            sixteenth.rem_euclid(2) == 1
        };
        let swing = if late { self.meter.swing } else { 0.0 };
        (f64::from(self.start) + beat + swing) * self.meter.beat
    }

    /// Beats between two changes of chord.
    fn chord_beats(&self) -> u32 {
        self.meter.phrase / 2
    }

    /// How full the band plays here, 0–1.
    fn intensity(&self) -> f64 {
        let of_kind = match self.section.kind {
            Kind::Intro | Kind::Outro => 0.30,
            Kind::Verse => 0.48,
            Kind::Lift => 0.62,
            Kind::Bridge => 0.36,
            Kind::Solo => 0.80,
            Kind::Chorus => 0.92,
        };
        let growth = 0.06 * self.turn.min(2) as f64;
        (of_kind + growth) * (0.62 + 0.38 * self.mood.energy)
    }
}

/// Writes the song that was wished for.
pub fn compose(wish: &Wish) -> Score {
    let seed =
        hash(&wish.seed) ^ hash(&wish.prompt).rotate_left(7) ^ hash(&wish.model).rotate_left(19);
    let mood = Mood::of(
        &wish.prompt,
        wish.sound_strength,
        &mut Dice::named(seed, "mood"),
    );
    let meter = meter(&mood, &mut Dice::named(seed, "meter"));
    let harmony = Harmony::new(&mood, wish.weirdness, &mut Dice::named(seed, "harmony"));
    let sections = form::of_lyric(&wish.lyric, meter.beat, meter.phrase);
    let mut notes = Vec::new();
    let mut start = 0;
    for (index, section) in sections.iter().enumerate() {
        let before = sections.iter().take(index);
        let place = Place {
            section,
            harmony: &harmony,
            mood: &mood,
            meter,
            start,
            turn: before.filter(|other| other.kind == section.kind).count(),
            last: index + 1 == sections.len(),
            weirdness: wish.weirdness,
        };
        if !wish.instrumental {
            melody::sing(&place, seed, &mut notes);
        }
        band::play(&place, seed, &mut notes);
        drums::play(&place, seed, &mut notes);
        start += section.beats;
    }
    let end = f64::from(start) * meter.beat + 3.5;
    let seconds = wish.limit.map_or(end, |limit| limit.clamp(1.0, end));
    notes.retain(|note| note.at < seconds);
    notes.sort_by(|one, other| one.at.total_cmp(&other.at));
    Score {
        seconds,
        notes,
        sound: sound(wish, &mood, meter, seed),
    }
}

fn meter(mood: &Mood, dice: &mut Dice) -> Meter {
    let tempo = mood.tempo(dice);
    let swing = match mood.style {
        Style::Jazz => 0.16,
        Style::Lofi => 0.07,
        _ => 0.0,
    };
    Meter {
        beat: 60.0 / tempo,
        phrase: if tempo < 86.0 { 4 } else { 8 },
        swing,
    }
}

fn sound(wish: &Wish, mood: &Mood, meter: Meter, seed: u64) -> Sound {
    let mut dice = Dice::named(seed, "sound");
    let model = wish.model.as_str();
    // Each generation of models has a clearer sound; "Raw" is what its name says.
    let clarity = match model {
        "FUZZ-0.8" => 0.30,
        "FUZZ-1.0" => 0.45,
        "FUZZ-1.0 Pro" | "FUZZ-1.1" => 0.58,
        "FUZZ-1.1 Pro" => 0.68,
        "FUZZ-2.0 Pro" => 0.90,
        _ => 0.80,
    };
    let raw = model.ends_with("Raw");
    let room = match mood.style {
        Style::Ambient => 0.85,
        Style::Ballad => 0.60,
        Style::Rock | Style::Lofi => 0.30,
        _ => 0.42,
    };
    Sound {
        style: mood.style,
        brightness: clarity * (0.75 + 0.25 * mood.warmth),
        room: if raw { 0.12 } else { room },
        echo: meter.beat * 0.75,
        drive: if raw {
            0.7
        } else {
            0.15 + if mood.style == Style::Rock { 0.35 } else { 0.0 }
        },
        wobble: (wish.weirdness * 0.7 + dice.between(0.0, 0.2)).clamp(0.0, 1.0),
        lead: 0.75 + 0.36 * wish.lyrics_strength,
        throat: dice.between(0.92, 1.14),
        seed,
    }
}
