//! Plays recipes, sample by sample.
//!
//! Outside the seams a sample of the source leaves here as it came.

use std::iter;

use super::{Half, Recipe};
use crate::sim::compose::compose;
use crate::sim::synth::{self, Frame, OTHER, STEMS, VOCALS};

/// Samples of a seam between two songs: 40 ms.
const SEAM: usize = 1_764;
const SILENCE: Frame = [[0.0; 2]; STEMS.len()];

/// A song as it is played.
pub type Tape = Box<dyn Iterator<Item = Frame> + Send>;

/// A moment of a song as it is kept in files: left and right of each stem.
pub type Pcm = [[i16; 2]; STEMS.len()];

impl Recipe {
    /// Plays the song from its beginning: [`Recipe::samples`] frames.
    pub fn play(&self) -> Tape {
        match self {
            Self::Song(wish) => Box::new(synth::play(compose(wish))),
            Self::Upload(sound, _) => {
                let sound = sound.clone();
                let frames = (0..sound.samples()).map(move |at| {
                    let mut frame = SILENCE;
                    frame[OTHER] = sound.at(at);
                    frame
                });
                Box::new(frames)
            }
            Self::Joined {
                source,
                at,
                lead,
                rest,
            } => joined(source.play(), *at, *lead, rest),
            Self::Patched {
                source,
                from,
                to,
                lead,
                patch,
            } => patched(source.play(), (*from, *to), *lead, patch.play()),
            Self::Swapped {
                voices,
                band,
                guest,
            } => swapped(voices.play(), band.play(), *guest),
            Self::Head(whole, samples) => Box::new(whole.play().take(*samples)),
        }
    }
}

fn joined(source: Tape, at: usize, lead: usize, rest: &Recipe) -> Tape {
    let out = lead.max(SEAM);
    let mut source = source.chain(iter::repeat(SILENCE));
    let samples = at + lead + rest.samples();
    let mut rest = rest.play();
    let frames = (0..samples).map(move |now| {
        let kept = match now.checked_sub(at) {
            None => return source.next().unwrap_or(SILENCE),
            Some(past) if past < out => {
                let left = 1.0 - past as f32 / out as f32;
                scaled(source.next().unwrap_or(SILENCE), left * left)
            }
            Some(_) => SILENCE,
        };
        if now < at + lead {
            return kept;
        }
        added(kept, rest.next().unwrap_or(SILENCE))
    });
    Box::new(frames)
}

fn patched(source: Tape, (from, to): (usize, usize), lead: usize, mut patch: Tape) -> Tape {
    let half = ((to - from) / 2).max(1);
    let (out, back) = (lead.max(SEAM).min(half), SEAM.min(half));
    let frames = source.enumerate().map(move |(now, frame)| {
        if !(from..to).contains(&now) {
            return frame;
        }
        let left = 1.0 - ((now - from) as f32 / out as f32).min(1.0);
        let again = 1.0 - ((to - now) as f32 / back as f32).min(1.0);
        let kept = scaled(frame, (left * left).max(again));
        if now < from + lead {
            return kept;
        }
        let new = patch.next().unwrap_or(SILENCE);
        added(kept, scaled(new, 1.0 - again))
    });
    Box::new(frames)
}

fn swapped(voices: Tape, band: Tape, guest: Half) -> Tape {
    let frames = voices.zip(band).map(|(voices, band)| {
        let mut frame = band;
        frame[VOCALS] = voices[VOCALS];
        frame
    });
    let is_guest = move |stem: usize| (stem == VOCALS) == (guest == Half::Voices);
    Box::new(synth::limited(frames, is_guest))
}

fn scaled(frame: Frame, gain: f32) -> Frame {
    frame.map(|stem| stem.map(|side| side * gain))
}

fn added(one: Frame, other: Frame) -> Frame {
    std::array::from_fn(|stem| [0, 1].map(|side: usize| one[stem][side] + other[stem][side]))
}

/// The frame in whole numbers. Their sum fits into a sample too: where it would not, the loudest stems give way.
pub fn quantized(frame: &Frame) -> Pcm {
    let most = f32::from(i16::MAX);
    let mut pcm =
        frame.map(|stem| stem.map(|side| (side * most).round().clamp(-most, most) as i16));
    for side in 0..2 {
        let whole: i32 = pcm.iter().map(|stem| i32::from(stem[side])).sum();
        let mut excess = whole - whole.clamp(-i32::from(i16::MAX), i32::from(i16::MAX));
        while excess != 0 {
            let loudest = pcm
                .iter_mut()
                .max_by_key(|stem| i32::from(stem[side]) * excess.signum());
            let Some(stem) = loudest else { break };
            let given = stem[side];
            let left = i32::from(given) - excess;
            stem[side] = left.clamp(-i32::from(i16::MAX), i32::from(i16::MAX)) as i16;
            excess -= i32::from(given) - i32::from(stem[side]);
        }
    }
    pcm
}

/// Both sides of all stems together.
pub fn whole(pcm: &Pcm) -> [i16; 2] {
    // They are made to fit: see `quantized`.
    [0, 1].map(|side: usize| pcm.iter().map(|stem| i32::from(stem[side])).sum::<i32>() as i16)
}
