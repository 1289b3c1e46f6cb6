//! The studio's instruments and desk: from notes to a stereo recording at 44.1 kHz, each stem on tracks of its own.
//!
//! A song is rendered in short blocks and handed over at once, so that a whole song is never in memory. The stems of a
//! song add up to it: what the last fader does, it does to all of them alike. The sum never exceeds −1 dBFS and a song
//! ends in silence.

mod drums;
mod limit;
mod master;
mod room;
mod tables;
mod voice;

use super::compose::{Note, Part, Score};
use drums::{Kit, Stroke};
pub use limit::limited;
use master::Master;
use room::{Echo, Room};
use tables::Tables;
use voice::Voice;

/// Samples a second of everything the simulator records.
pub const RATE: u32 = 44_100;
const RATE_F: f64 = 44_100.0;
/// Samples in a block.
const BLOCK: usize = 1_024;

/// The stems of a song, in the order of a [`Frame`].
pub const STEMS: [&str; 4] = ["vocals", "bass", "drums", "other"];
/// The stem that holds the voices.
pub const VOCALS: usize = 0;
/// The stem of everything that is no voice, bass or drum.
pub const OTHER: usize = 3;

/// One moment of sound: left and right of each stem.
pub type Frame = [[f32; 2]; STEMS.len()];

/// Both sides of a moment, all stems together.
pub fn sum(frame: &Frame) -> [f32; 2] {
    frame.iter().fold([0.0; 2], |[left, right], stem| {
        [left + stem[0], right + stem[1]]
    })
}

/// Length of the recording in samples.
pub fn samples(score: &Score) -> usize {
    (score.seconds * RATE_F) as usize
}

/// One block of stereo sound on its way through the desk.
struct Bus {
    left: [f32; BLOCK],
    right: [f32; BLOCK],
}

impl Bus {
    fn silent() -> Self {
        Self {
            left: [0.0; BLOCK],
            right: [0.0; BLOCK],
        }
    }

    fn clear(&mut self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
    }
}

/// Plays the score: [`samples`] frames in all.
pub fn play(score: Score) -> Player {
    let left_over = samples(&score);
    Player {
        desk: Desk::new(score),
        at: BLOCK,
        left_over,
    }
}

/// A score being played, frame by frame.
pub struct Player {
    desk: Desk,
    /// Frames of the desk's last block that were handed out.
    at: usize,
    left_over: usize,
}

impl Iterator for Player {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        self.left_over = self.left_over.checked_sub(1)?;
        if self.at == BLOCK {
            self.desk.next_block();
            self.at = 0;
        }
        let at = self.at;
        self.at += 1;
        Some(std::array::from_fn(|stem| {
            let out = &self.desk.out[stem];
            [out.left[at], out.right[at]]
        }))
    }
}

/// The tracks of one stem.
struct Strip {
    voices: Vec<Voice>,
    strokes: Vec<Stroke>,
    dry: Bus,
    wet: Bus,
    room: Room,
    echo: Echo,
}

impl Strip {
    fn new(score: &Score) -> Self {
        Self {
            voices: Vec::new(),
            strokes: Vec::new(),
            dry: Bus::silent(),
            wet: Bus::silent(),
            room: Room::new(score.sound.room),
            echo: Echo::new(score.sound.echo),
        }
    }

    /// Mixes the next block; a stem that `is_dry` is heard without echo and room.
    fn next_block(&mut self, kit: &Kit, is_dry: bool) {
        self.dry.clear();
        self.wet.clear();
        for voice in &mut self.voices {
            voice.mix(&mut self.dry, &mut self.wet);
        }
        self.voices.retain(Voice::is_sounding);
        for stroke in &mut self.strokes {
            stroke.mix(kit, &mut self.dry, &mut self.wet);
        }
        self.strokes.retain(|stroke| stroke.is_sounding(kit));
        if !is_dry {
            self.echo.add(&mut self.dry, &mut self.wet);
            self.room.add(&mut self.dry, &self.wet);
        }
    }
}

struct Desk {
    score: Score,
    tables: Tables,
    kit: Kit,
    next_note: usize,
    clock: usize,
    strips: [Strip; STEMS.len()],
    out: [Bus; STEMS.len()],
    master: Master,
}

/// The stem of the bass, which sends nothing to echo and room.
const BASS: usize = 1;
const DRUMS: usize = 2;

impl Desk {
    fn new(score: Score) -> Self {
        let mut desk = Self {
            tables: Tables::new(&score.sound),
            kit: Kit::new(&score.sound),
            next_note: 0,
            clock: 0,
            strips: std::array::from_fn(|_| Strip::new(&score)),
            out: std::array::from_fn(|_| Bus::silent()),
            master: Master::new(&score),
            score,
        };
        // The limiter looks one block ahead: what comes out first is the silence before the song.
        desk.next_block();
        desk
    }

    fn next_block(&mut self) {
        self.start_notes();
        for (stem, strip) in self.strips.iter_mut().enumerate() {
            strip.next_block(&self.kit, stem == BASS);
        }
        let mix = self.strips.each_ref().map(|strip| &strip.dry);
        self.master.finish(mix, &mut self.out);
        self.clock += BLOCK;
    }

    /// Starts the notes that begin within this block.
    fn start_notes(&mut self) {
        let end = self.clock + BLOCK;
        while let Some(note) = self.score.notes.get(self.next_note).copied() {
            let at = (note.at * RATE_F) as usize;
            if at >= end {
                return;
            }
            self.next_note += 1;
            self.start(&note, at.saturating_sub(self.clock));
        }
    }

    fn start(&mut self, note: &Note, delay: usize) {
        let stem = stem_of(note.part);
        if stem == DRUMS {
            self.strips[stem].strokes.push(Stroke::new(note, delay));
        } else {
            let voice = Voice::new(note, delay, &self.score.sound, &mut self.tables);
            self.strips[stem].voices.push(voice);
        }
    }
}

fn stem_of(part: Part) -> usize {
    match part {
        Part::Lead(_) | Part::Harmony(_) => VOCALS,
        Part::Bass => BASS,
        Part::Kick
        | Part::Snare
        | Part::Clap
        | Part::Tom
        | Part::Hat
        | Part::OpenHat
        | Part::Crash => DRUMS,
        Part::Pad | Part::Keys | Part::Bell => OTHER,
    }
}
