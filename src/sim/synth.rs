//! The studio's instruments and desk: from notes to a stereo recording at 44.1 kHz.
//!
//! A song is rendered in short blocks and handed over at once, so that a whole song is never in memory. The recording
//! never exceeds −1 dBFS and ends in silence.

mod drums;
mod master;
mod room;
mod tables;
mod voice;

use super::compose::{Note, Part, Score};
use drums::{Kit, Stroke};
use master::Master;
use room::{Echo, Room};
use tables::Tables;
use voice::Voice;

/// Samples a second of everything the simulator records.
pub const RATE: u32 = 44_100;
const RATE_F: f64 = 44_100.0;
/// Samples in a block.
const BLOCK: usize = 1_024;

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

/// Plays the score; `take` gets the left and right channel block by block, [`samples`] samples in all, and returns false
/// to stop early.
pub fn render(score: &Score, mut take: impl FnMut(&[f32], &[f32]) -> bool) {
    let mut desk = Desk::new(score);
    let mut left_over = samples(score);
    while left_over > 0 {
        desk.next_block();
        let count = left_over.min(BLOCK);
        if !take(&desk.out.left[..count], &desk.out.right[..count]) {
            return;
        }
        left_over -= count;
    }
}

struct Desk<'a> {
    score: &'a Score,
    tables: Tables,
    kit: Kit,
    next_note: usize,
    clock: usize,
    voices: Vec<Voice>,
    strokes: Vec<Stroke>,
    dry: Bus,
    wet: Bus,
    out: Bus,
    room: Room,
    echo: Echo,
    master: Master,
}

impl<'a> Desk<'a> {
    fn new(score: &'a Score) -> Self {
        let mut desk = Self {
            score,
            tables: Tables::new(&score.sound),
            kit: Kit::new(&score.sound),
            next_note: 0,
            clock: 0,
            voices: Vec::new(),
            strokes: Vec::new(),
            dry: Bus::silent(),
            wet: Bus::silent(),
            out: Bus::silent(),
            room: Room::new(score.sound.room),
            echo: Echo::new(score.sound.echo),
            master: Master::new(&score.sound, samples(score)),
        };
        // The limiter looks one block ahead: what comes out first is the silence before the song.
        desk.next_block();
        desk
    }

    fn next_block(&mut self) {
        self.start_notes();
        self.dry.clear();
        self.wet.clear();
        for voice in &mut self.voices {
            voice.mix(&mut self.dry, &mut self.wet);
        }
        self.voices.retain(Voice::is_sounding);
        for stroke in &mut self.strokes {
            stroke.mix(&self.kit, &mut self.dry, &mut self.wet);
        }
        self.strokes.retain(|stroke| stroke.is_sounding(&self.kit));
        self.echo.add(&mut self.dry, &mut self.wet);
        self.room.add(&mut self.dry, &self.wet);
        self.master.finish(&self.dry, &mut self.out);
        self.clock += BLOCK;
    }

    /// Starts the notes that begin within this block.
    fn start_notes(&mut self) {
        let end = self.clock + BLOCK;
        while let Some(note) = self.score.notes.get(self.next_note) {
            let at = (note.at * RATE_F) as usize;
            if at >= end {
                return;
            }
            self.next_note += 1;
            self.start(note, at.saturating_sub(self.clock));
        }
    }

    fn start(&mut self, note: &Note, delay: usize) {
        match note.part {
            Part::Kick
            | Part::Snare
            | Part::Clap
            | Part::Tom
            | Part::Hat
            | Part::OpenHat
            | Part::Crash => {
                self.strokes.push(Stroke::new(note, delay));
            }
            _ => self
                .voices
                .push(Voice::new(note, delay, &self.score.sound, &mut self.tables)),
        }
    }
}
