//! The end of the ring that is heard: a rodio source that follows seeks, volume and the end of a song by itself.
//!
//! Invariant: it never ends and never waits. Where there is no song there is silence, which counts as no part of it.

use std::num::NonZero;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rodio::Source;
use rodio::mixer::{MixerSource, mixer};

use super::output::Spec;
use super::ring::Ring;

/// A new stretch of song starts once so much of it is there (in 1/1000 s): it would stutter otherwise.
const READY: u64 = 30;
/// How long a change of volume takes (in 1/1000 s): a sudden one clicks.
const RAMP: f32 = 8.0;

/// What an output plays, and how far it got. Shared between the source, its output and the engine.
pub(super) struct Desk {
    pub(super) spec: Spec,
    gain: Arc<AtomicU32>,
    ring: Mutex<Option<Arc<Ring>>>,
    changed: AtomicBool,
    /// Frames handed to the output since it began, silence included.
    handed: AtomicU64,
    /// How many of them were not from the present ring.
    lead: AtomicU64,
}

impl Desk {
    /// A silent desk. The gain, an `f32` in bits, is looked at all the time.
    pub(super) fn new(spec: Spec, gain: Arc<AtomicU32>) -> Arc<Desk> {
        Arc::new(Desk {
            spec,
            gain,
            ring: Mutex::new(None),
            changed: AtomicBool::new(false),
            handed: AtomicU64::new(0),
            lead: AtomicU64::new(0),
        })
    }

    /// From its next frame on the source plays this ring.
    pub(super) fn put(&self, ring: Option<Arc<Ring>>) {
        *self.ring.lock().unwrap_or_else(PoisonError::into_inner) = ring;
        self.changed.store(true, Release);
    }

    pub(super) fn ring(&self) -> Option<Arc<Ring>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.clone()
    }

    pub(super) fn handed(&self) -> u64 {
        self.handed.load(Relaxed)
    }

    /// Where in the song the output is that has made `heard` frames heard.
    pub(super) fn position(&self, ring: &Ring, heard: u64) -> u64 {
        let heard = heard.saturating_sub(self.lead.load(Relaxed));
        ring.base() + heard.min(ring.consumed())
    }

    /// How many frames are still to be heard of what was read from this ring.
    pub(super) fn outstanding(&self, ring: &Ring, heard: u64) -> u64 {
        let heard = heard.saturating_sub(self.lead.load(Relaxed));
        ring.consumed().saturating_sub(heard)
    }
}

/// The source itself.
pub(super) struct DeskSource {
    desk: Arc<Desk>,
    ring: Option<Arc<Ring>>,
    /// Whether the ring has begun to sound.
    begun: bool,
    /// Which channel comes next.
    channel: u16,
    /// Whether this frame is song.
    sounds: bool,
    level: f32,
    step: f32,
}

impl DeskSource {
    pub(super) fn new(desk: Arc<Desk>) -> DeskSource {
        let step = 1000.0 / (RAMP * desk.spec.rate as f32);
        DeskSource {
            ring: desk.ring(),
            begun: false,
            channel: 0,
            sounds: false,
            level: f32::from_bits(desk.gain.load(Relaxed)),
            step,
            desk,
        }
    }

    fn begin_frame(&mut self) {
        if self.desk.changed.swap(false, Acquire) {
            self.ring = self.desk.ring();
            self.begun = false;
        }
        let handed = self.desk.handed.load(Relaxed);
        self.sounds = self.ring.as_ref().is_some_and(|ring| {
            let ready = u64::from(self.desk.spec.rate) * READY / 1000;
            let available = ring.available();
            self.begun |= available >= ready || ring.is_ended();
            if self.begun && available > 0 {
                let before = handed.saturating_sub(ring.consumed());
                self.desk.lead.store(before, Relaxed);
            }
            self.begun && available > 0
        });
        self.desk.handed.store(handed + 1, Relaxed);
        let target = f32::from_bits(self.desk.gain.load(Relaxed));
        self.level += (target - self.level).clamp(-self.step, self.step);
    }
}

impl Iterator for DeskSource {
    type Item = f32;

    #[inline]
    fn next(&mut self) -> Option<f32> {
        if self.channel == 0 {
            self.begin_frame();
        }
        self.channel = (self.channel + 1) % self.desk.spec.channels;
        if !self.sounds {
            return Some(0.0);
        }
        let sample = self.ring.as_ref().and_then(|ring| ring.next());
        let sample = sample.unwrap_or(0.0) * self.level;
        // A damaged file can decode to anything.
        Some(if sample.is_finite() {
            sample.clamp(-1.0, 1.0)
        } else {
            0.0
        })
    }
}

impl Source for DeskSource {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        self.desk.spec.nonzero().1
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.desk.spec.nonzero().0
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

/// A desk behind rodio's mixer, for the outputs that pull samples themselves.
pub(super) struct Feed {
    desk: Arc<Desk>,
    mixed: MixerSource,
}

impl Feed {
    pub(super) fn new(desk: Arc<Desk>) -> Feed {
        let (rate, channels) = desk.spec.nonzero();
        let (input, mixed) = mixer(channels, rate);
        input.add(DeskSource::new(Arc::clone(&desk)));
        Feed { desk, mixed }
    }

    /// The next frames, behind what is in `samples`.
    pub(super) fn pull(&mut self, frames: u64, samples: &mut Vec<f32>) {
        let count = frames as usize * usize::from(self.desk.spec.channels);
        samples.extend(std::iter::repeat_with(|| self.mixed.next().unwrap_or(0.0)).take(count));
    }

    /// Gives the decoder a moment to catch up, where the output can afford to wait.
    pub(super) fn wait_until_filled(&self, frames: u64, limit: Duration) {
        if let Some(ring) = self.desk.ring() {
            ring.wait_until_filled(frames, limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = Spec {
        rate: 1000,
        channels: 2,
    };

    fn ring(base: u64, samples: &[f32]) -> Arc<Ring> {
        let ring = Ring::new(SPEC, base, std::thread::current());
        assert_eq!(ring.write(samples), samples.len());
        Arc::new(ring)
    }

    #[test]
    fn silence_is_no_part_of_the_song() {
        let desk = Desk::new(SPEC, Arc::new(AtomicU32::new(1f32.to_bits())));
        let mut feed = Feed::new(Arc::clone(&desk));
        let mut out = Vec::new();
        feed.pull(10, &mut out);
        let ring = ring(500, &[0.25; 80]);
        desk.put(Some(Arc::clone(&ring)));
        feed.pull(60, &mut out);
        assert_eq!(out[..20], [0.0; 20]);
        assert_eq!(out[20..100], [0.25; 80]);
        assert_eq!(out[100..], [0.0; 40]);
        assert_eq!(desk.handed(), 70);
        assert_eq!(desk.position(&ring, 0), 500);
        assert_eq!(desk.position(&ring, 15), 505);
        assert_eq!(
            desk.position(&ring, 70),
            540,
            "no further than the song goes"
        );
        assert_eq!(desk.outstanding(&ring, 30), 20);
    }

    #[test]
    fn a_seek_replaces_the_sound_at_once_and_volume_glides() {
        let gain = Arc::new(AtomicU32::new(1f32.to_bits()));
        let desk = Desk::new(SPEC, Arc::clone(&gain));
        let mut feed = Feed::new(Arc::clone(&desk));
        desk.put(Some(ring(0, &[0.5; 400])));
        let mut out = Vec::new();
        feed.pull(10, &mut out);
        desk.put(Some(ring(900, &[-0.5; 400])));
        feed.pull(10, &mut out);
        assert_eq!(out[..20], [0.5; 20]);
        assert_eq!(out[20..], [-0.5; 20]);
        gain.store(0f32.to_bits(), Relaxed);
        out.clear();
        feed.pull(20, &mut out);
        assert!(out.is_sorted(), "{out:?}");
        assert!(out[0] < -0.4 && out[39].abs() < 1e-6);
    }

    #[test]
    fn nonsense_never_reaches_the_ear() {
        let desk = Desk::new(SPEC, Arc::new(AtomicU32::new(1f32.to_bits())));
        let mut feed = Feed::new(Arc::clone(&desk));
        let wild = ring(0, &[f32::NAN, f32::INFINITY, 9.0, -9.0]);
        wild.end(None);
        desk.put(Some(wild));
        let mut out = Vec::new();
        feed.pull(2, &mut out);
        assert_eq!(out, [0.0, 0.0, 1.0, -1.0]);
    }
}
