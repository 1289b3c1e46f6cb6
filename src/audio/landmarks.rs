//! Where a song can be cut: its pauses and its beats, found in the energy of stretches of a few milliseconds.
//!
//! Invariant: what cannot be told is left out. A song without a steady beat has no beats here.

use crate::domain::{Landmarks, Seconds};

/// Stretches in a second.
const PER_SECOND: u32 = 172;
/// Songs are looked at for so long, in seconds: longer than any that is made here.
const LONGEST: usize = 15 * 60;
/// Samples looked at side by side.
const LANES: usize = 8;

/// A pause is so much softer than the song as a whole (20 dB, as energy), and lasts so long, in stretches.
const SOFT: f32 = 0.01;
const SHORTEST_PAUSE: usize = 14;
/// The most pauses that are told of.
const MOST_PAUSES: usize = 500;

/// Beats a minute that are thought of.
const SLOWEST: f64 = 50.0;
const FASTEST: f64 = 200.0;
/// How alike a song must be to itself a beat later for the beat to be steady; 1 is the same.
const STEADY: f64 = 0.12;

/// Collects the energy of a song while it is decoded.
pub(super) struct Onsets {
    /// Frames in a stretch.
    length: usize,
    rate: u32,
    mono: Vec<f32>,
    /// The last sample of the stretch before.
    last: f32,
    /// Of each stretch: its energy, and that of what changes fast in it.
    energy: Vec<[f32; 2]>,
}

impl Onsets {
    pub(super) fn new(rate: u32) -> Onsets {
        let length = (rate / PER_SECOND).max(1) as usize;
        Onsets {
            length,
            rate,
            mono: Vec::with_capacity(length),
            last: 0.0,
            energy: Vec::new(),
        }
    }

    /// Takes the next samples, of `channels` interleaved channels.
    pub(super) fn add(&mut self, samples: &[f32], channels: usize) {
        if self.energy.len() >= LONGEST * PER_SECOND as usize {
            return;
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let room = (self.length - self.mono.len()) * channels;
            let (these, others) = rest.split_at(room.min(rest.len()));
            rest = others;
            match channels {
                1 => self.mono.extend_from_slice(these),
                2 => self
                    .mono
                    .extend(these.as_chunks().0.iter().map(|[left, right]| left + right)),
                _ => self.mono.extend(
                    these
                        .chunks_exact(channels)
                        .map(|frame| frame.iter().sum::<f32>()),
                ),
            }
            if self.mono.len() >= self.length {
                self.end_stretch();
            }
        }
    }

    fn end_stretch(&mut self) {
        let before = self.mono.first().map_or(0.0, |first| first - self.last);
        let (mut all, mut fast) = ([0.0f32; LANES], [0.0f32; LANES]);
        let later = self.mono.get(1..).unwrap_or_default();
        let pairs = (self.mono.as_chunks::<LANES>().0.iter()).zip(later.as_chunks::<LANES>().0);
        for (now, next) in pairs {
            for (((all, fast), now), next) in all.iter_mut().zip(&mut fast).zip(now).zip(next) {
                *all += now * now;
                *fast += (next - now) * (next - now);
            }
        }
        let sum = |lanes: [f32; LANES]| lanes.iter().sum::<f32>();
        let energy = [sum(all), sum(fast) + before * before];
        let is_sound = energy.iter().all(|energy| energy.is_finite());
        self.energy.push(if is_sound { energy } else { [0.0; 2] });
        self.last = self.mono.last().copied().unwrap_or(0.0);
        self.mono.clear();
    }

    /// What was found.
    pub(super) fn landmarks(&self) -> Landmarks {
        Landmarks {
            silences: self.silences(),
            beats: self.beats(),
        }
    }

    fn seconds(&self, stretch: f64) -> Seconds {
        Seconds(stretch * self.length as f64 / f64::from(self.rate))
    }

    /// The quietest moment of each pause.
    fn silences(&self) -> Vec<Seconds> {
        let mean = self.energy.iter().map(|[all, _]| *all).sum::<f32>();
        let mean = mean / self.energy.len().max(1) as f32;
        let soft: Vec<(usize, f32)> = smooth(&self.energy)
            .into_iter()
            .enumerate()
            .filter(|(_, energy)| *energy <= mean * SOFT)
            .collect();
        let pauses = soft.chunk_by(|(before, _), (after, _)| before + 1 == *after);
        pauses
            .filter(|pause| pause.len() >= SHORTEST_PAUSE)
            .filter_map(|pause| {
                let least = pause.iter().map(|(_, e)| *e).fold(f32::MAX, f32::min);
                // Of a moment that lasts, the middle.
                let quiet: Vec<usize> = pause
                    .iter()
                    .filter(|(_, energy)| *energy <= least * 1.01)
                    .map(|(at, _)| *at)
                    .collect();
                let middle = quiet.get(quiet.len() / 2)?;
                Some(self.seconds(*middle as f64 + 0.5))
            })
            .take(MOST_PAUSES)
            .collect()
    }

    fn beats(&self) -> Vec<Seconds> {
        let rises = rises(&self.energy);
        let Some(period) = period(&rises) else {
            return Vec::new();
        };
        let beats = follow(&rises, period);
        beats
            .into_iter()
            .map(|beat| self.seconds(beat as f64))
            .collect()
    }
}

/// The energy of the stretches around each, softened over a twentieth of a second.
fn smooth(energy: &[[f32; 2]]) -> Vec<f32> {
    const HALF: usize = 4;
    (0..energy.len())
        .map(|at| {
            let end = (at + HALF + 1).min(energy.len());
            let around = energy.get(at.saturating_sub(HALF)..end);
            let around = around.unwrap_or_default();
            around.iter().map(|[all, _]| *all).sum::<f32>() / around.len().max(1) as f32
        })
        .collect()
}

/// How suddenly it gets louder, in each stretch, against what is usual around it.
fn rises(energy: &[[f32; 2]]) -> Vec<f32> {
    const AROUND: usize = PER_SECOND as usize / 2;
    let count = energy.len().max(1) as f32;
    let mut rises = vec![0.0f32; energy.len()];
    for band in 0..2 {
        let of = |stretch: &[f32; 2]| stretch.get(band).copied().unwrap_or(0.0);
        let mean = energy.iter().map(of).sum::<f32>() / count + 1e-12;
        let heard: Vec<f32> = energy
            .iter()
            .map(|stretch| (1.0 + 100.0 * of(stretch) / mean).ln())
            .collect();
        for (rise, pair) in rises.iter_mut().skip(2).zip(heard.windows(3)) {
            if let [before, _, now] = pair {
                *rise += (now - before).max(0.0);
            }
        }
    }
    let mut sums = vec![0.0f64];
    sums.extend(rises.iter().scan(0.0f64, |sum, rise| {
        *sum += f64::from(*rise);
        Some(*sum)
    }));
    let sum_to = |at: usize| sums.get(at.min(rises.len())).copied().unwrap_or(0.0);
    let usual = |at: usize| {
        let from = at.saturating_sub(AROUND);
        let to = (at + AROUND).min(rises.len());
        ((sum_to(to) - sum_to(from)) / (to - from).max(1) as f64) as f32
    };
    let above = rises.iter().enumerate();
    above
        .map(|(at, rise)| (rise - usual(at)).max(0.0))
        .collect()
}

/// How many stretches a beat takes, where that is steady.
fn period(rises: &[f32]) -> Option<f64> {
    let per_minute = 60.0 * f64::from(PER_SECOND);
    let (least, most) = (
        (per_minute / FASTEST) as usize,
        (per_minute / SLOWEST) as usize,
    );
    if rises.len() < 4 * most {
        return None;
    }
    // Without what is common to all of them: anything would be somewhat like itself.
    let mean = rises.iter().sum::<f32>() / rises.len() as f32;
    let apart: Vec<f32> = rises.iter().map(|rise| rise - mean).collect();
    let itself = alike(&apart, 0);
    if itself <= 0.0 {
        return None;
    }
    let alike: Vec<f64> = (0..=2 * most + 1)
        .map(|lag| alike(&apart, lag) / itself)
        .collect();
    let at = |lag: usize| alike.get(lag).copied().unwrap_or(0.0);
    let peak = |lag: usize| at(lag).max(at(lag.saturating_sub(1))).max(at(lag + 1));
    let likely = |lag: usize| {
        // People tap about twice a second.
        let octaves = (per_minute / lag as f64 / 120.0).log2();
        (at(lag) + 0.5 * peak(2 * lag)) * (-0.5 * octaves * octaves).exp()
    };
    let best = (least..=most).max_by(|a, b| likely(*a).total_cmp(&likely(*b)))?;
    // Chance makes the best of many lags look alike too, and the more so the shorter the song.
    let chance = 5.0 / (rises.len() as f64).sqrt();
    if at(best) < STEADY.max(chance) {
        return None;
    }
    let (before, now, after) = (at(best - 1), at(best), at(best + 1));
    let bend = before - 2.0 * now + after;
    let aside = if bend < 0.0 {
        0.5 * (before - after) / bend
    } else {
        0.0
    };
    Some(best as f64 + aside.clamp(-0.5, 0.5))
}

/// How alike the song is to itself so much later.
fn alike(rises: &[f32], lag: usize) -> f64 {
    let later = rises.get(lag..).unwrap_or_default();
    let now = rises.get(..later.len()).unwrap_or_default();
    let (now_by_lanes, now_rest) = now.as_chunks::<LANES>();
    let (by_lanes, rest) = later.as_chunks::<LANES>();
    let mut sums = [0.0f64; LANES];
    for (now, later) in now_by_lanes.iter().zip(by_lanes) {
        for ((sum, a), b) in sums.iter_mut().zip(now).zip(later) {
            *sum += f64::from(a * b);
        }
    }
    let products = now_rest.iter().zip(rest).map(|(a, b)| f64::from(a * b));
    (sums.iter().sum::<f64>() + products.sum::<f64>()) / later.len().max(1) as f64
}

/// The series of stretches, about a period apart, in which it gets louder most: each beat is the best that can follow the
/// one before it (Ellis, "Beat tracking by dynamic programming").
fn follow(rises: &[f32], period: f64) -> Vec<usize> {
    /// How much a beat must be worth to come early or late.
    const STRICT: f64 = 120.0;
    let mean = rises.iter().sum::<f32>() / rises.len().max(1) as f32;
    let scale = f64::from(mean).max(1e-9);
    let (near, far) = ((period / 2.0) as usize, (period * 2.0) as usize);
    let mut score = vec![0.0f64; rises.len()];
    // As steps back; 0: it is the first.
    let mut before = vec![0u16; rises.len()];
    let cost: Vec<f64> = (0..=far)
        .map(|gap| {
            let ratio = (gap.max(1) as f64 / period).ln();
            -STRICT * ratio * ratio
        })
        .collect();
    for at in 0..rises.len() {
        let own = f64::from(rises.get(at).copied().unwrap_or(0.0)) / scale;
        let best = (near.max(1)..=far.min(at))
            .filter_map(|gap| Some((gap as u16, score.get(at - gap)? + cost.get(gap)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let (back, gained) = match best {
            Some((gap, gained)) if gained > 0.0 => (gap, gained),
            _ => (0, 0.0),
        };
        if let (Some(score), Some(before)) = (score.get_mut(at), before.get_mut(at)) {
            *score = own + gained;
            *before = back;
        }
    }
    let last = rises.len().saturating_sub(far);
    let end = (last..rises.len()).max_by(|a, b| {
        let of = |at: &usize| score.get(*at).copied().unwrap_or(0.0);
        of(a).total_cmp(&of(b))
    });
    let step = |at: &usize| Some(usize::from(*before.get(*at)?)).filter(|back| *back > 0);
    let mut beats: Vec<usize> =
        std::iter::successors(end, |at| step(at).map(|back| at - back)).collect();
    beats.reverse();
    // Before the first sound and after the last there is nothing to follow.
    let sounds = |beat: &usize| {
        let around = rises.get(beat.saturating_sub(3)..(beat + 4).min(rises.len()));
        around.is_some_and(|around| around.iter().any(|rise| *rise > mean))
    };
    let first = beats.iter().position(sounds).unwrap_or(beats.len());
    let last = beats
        .iter()
        .rposition(sounds)
        .map_or(first, |last| last + 1);
    beats.get(first..last).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests;
