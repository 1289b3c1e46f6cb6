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
pub use form::Role;
use form::{Kind, Section};
use harmony::Harmony;
pub use mood::{Mood, Style};

/// What decides a side of a song: the words and numbers of an order that its dice are thrown from.
#[derive(Clone, Debug, PartialEq)]
pub struct Muse {
    /// The seed named in the answer.
    pub seed: String,
    /// The idea or style asked for; may be empty.
    pub prompt: String,
    /// The model asked for.
    pub model: String,
    /// 0–1: odd chords, odd accents, odd sounds.
    pub weirdness: f64,
    /// 0–1: how much the prompt's words count.
    pub sound_strength: f64,
    /// Which band is to play where the prompt does not say.
    pub casting: Casting,
}

/// Which band plays what the prompt gives to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Casting {
    /// The one the dice give it to.
    Drawn,
    /// This one.
    Only(Style),
    /// Any but this one.
    Not(Style),
}

impl Muse {
    /// What all dice of this side are thrown from.
    fn seed(&self) -> u64 {
        hash(&self.seed) ^ hash(&self.prompt).rotate_left(7) ^ hash(&self.model).rotate_left(19)
    }

    /// The mood this side is in.
    pub fn mood(&self) -> Mood {
        let mut dice = Dice::named(self.seed(), "mood");
        let mood = Mood::of(&self.prompt, self.sound_strength, &mut dice);
        let is_asked_for = mood::names_a_style(&self.prompt);
        match self.casting {
            Casting::Only(style) if !is_asked_for => Mood { style, ..mood },
            Casting::Not(style) if style == mood.style && !is_asked_for => {
                mood.with_another_band(&mut dice)
            }
            _ => mood,
        }
    }
}

/// What a song is made from. In a new song one muse decides everything; what is made from another song takes some
/// sides from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Key, chords and tempo.
    pub frame: Muse,
    /// The tune.
    pub tune: Muse,
    /// Who plays, and what.
    pub band: Muse,
    /// Who sings.
    pub voice: Muse,
    /// The words, with their `[Section]` lines, which give the form; may be empty.
    pub lyric: String,
    /// Other words for the same tune.
    pub words: Option<String>,
    /// 0–1: how far the lead stands in front.
    pub lyrics_strength: f64,
    /// True leaves the lead out.
    pub instrumental: bool,
    /// What the music is for: a whole song, its end, or a stretch in its middle.
    pub role: Role,
    /// Cut the song to this many seconds.
    pub limit: Option<f64>,
}

/// The notes of a song and how they are to sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Length of the recording in seconds, the fade included.
    pub seconds: f64,
    /// True if it fades out at its end.
    pub fades: bool,
    /// A beat in seconds.
    pub beat: f64,
    /// When each line of the lyric is begun, in seconds; in order.
    pub lines: Vec<f64>,
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
    /// True if only the off-beat eighths come late.
    swings_eighths: bool,
}

/// A section at its place in the song, as the players see it.
#[derive(Clone, Copy)]
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
        let late = if self.meter.swings_eighths {
            sixteenth.rem_euclid(4) == 2
        } else {
            sixteenth.rem_euclid(2) == 1
        };
        let swing = if late { self.meter.swing } else { 0.0 };
        (f64::from(self.start) + beat + swing) * self.meter.beat
    }

    /// When each line of the section is begun, in seconds.
    fn line_starts(&self) -> Vec<f64> {
        let mut beat = 0;
        let lines = self.section.lines.iter();
        lines
            .map(|(_, beats)| {
                let at = self.time(f64::from(beat));
                beat += beats;
                at
            })
            .collect()
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
    let frame_mood = wish.frame.mood();
    let frame = wish.frame.seed();
    let meter = meter(&frame_mood, &mut Dice::named(frame, "meter"));
    let mut dice = Dice::named(frame, "harmony");
    let harmony = Harmony::new(&frame_mood, wish.frame.weirdness, &mut dice);
    let mood = wish.band.mood();
    let mut sections = form::of_lyric(&wish.lyric, meter.beat, meter.phrase, wish.role);
    if let Some(words) = &wish.words {
        form::put_words(&mut sections, words, meter.phrase);
    }
    let mut lines = Vec::new();
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
            last: wish.role.ends() && index + 1 == sections.len(),
            weirdness: wish.band.weirdness,
        };
        let sung = Place {
            weirdness: wish.tune.weirdness,
            ..place
        };
        if !wish.instrumental {
            melody::sing(&sung, wish.tune.seed(), &mut notes);
        }
        lines.extend(place.line_starts());
        band::play(&place, wish.band.seed(), &mut notes);
        drums::play(&place, wish.band.seed(), &mut notes);
        start += section.beats;
    }
    let tail = if wish.role.ends() { 3.5 } else { 0.0 };
    let seconds = wish.length(f64::from(start) * meter.beat + tail);
    notes.retain(|note| note.at < seconds);
    lines.retain(|at| *at < seconds);
    notes.sort_by(|one, other| one.at.total_cmp(&other.at));
    Score {
        seconds,
        fades: wish.role.ends(),
        beat: meter.beat,
        lines,
        notes,
        sound: sound(wish, &mood, meter),
    }
}

impl Wish {
    /// A whole new song by one muse.
    pub fn new(muse: Muse, lyric: String) -> Self {
        Self {
            frame: muse.clone(),
            tune: muse.clone(),
            voice: muse.clone(),
            band: muse,
            lyric,
            words: None,
            lyrics_strength: 0.7,
            instrumental: false,
            role: Role::Whole,
            limit: None,
        }
    }

    /// The length of a song whose music ends after `end` seconds.
    fn length(&self, end: f64) -> f64 {
        match (self.role, self.limit) {
            (Role::Stretch(seconds) | Role::Filled(seconds), _) => seconds,
            (_, Some(limit)) => limit.clamp(1.0, end),
            (_, None) => end,
        }
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
        swings_eighths: mood.style == Style::Jazz,
    }
}

fn sound(wish: &Wish, mood: &Mood, meter: Meter) -> Sound {
    let seed = wish.band.seed();
    let mut dice = Dice::named(seed, "sound");
    let model = wish.band.model.as_str();
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
        wobble: (wish.band.weirdness * 0.7 + dice.between(0.0, 0.2)).clamp(0.0, 1.0),
        lead: 0.75 + 0.36 * wish.lyrics_strength,
        throat: throat(&wish.voice),
        seed,
    }
}

/// The size of the singer's throat, about 1.
fn throat(voice: &Muse) -> f64 {
    let mut dice = Dice::named(voice.seed(), "sound");
    // The first throw is the wobble's.
    dice.throw();
    dice.between(0.92, 1.14)
}
