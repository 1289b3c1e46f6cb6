//! The end that is heard: a rodio source that follows seeks, changes, volume and the end of a song by itself.
//!
//! Invariant: it never ends and never waits. Where there is no song there is silence, which counts as no part of it.

use std::num::NonZero;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rodio::Source;

use super::output::{CHANNELS, Change, Fade, Spec};
use super::program::{Found, Program, Timeline};
use super::ring::Frame;
use super::tap::Tap;

/// A new stretch of song starts once so much of it is there: it would stutter otherwise.
const READY: Duration = Duration::from_millis(30);
/// How long a change of volume takes (in 1/1000 s): a sudden one clicks.
const RAMP: f32 = 8.0;
/// The same for programs that take each other's place.
const QUICK: Duration = Duration::from_millis(8);
const SLOW: Duration = Duration::from_millis(200);
/// The longest an output may take back: less than the rings keep.
pub(super) const LONGEST_BACK: Duration = Duration::from_millis(900);

/// How far an output got. Shared between the source, its output and the engine.
pub(super) struct Desk {
    pub(super) spec: Spec,
    pub(super) tap: Tap,
    gain: Arc<AtomicU32>,
    changes: Mutex<Vec<Change>>,
    changed: AtomicBool,
    /// Frames handed to the output since it began, silence included.
    handed: AtomicU64,
}

impl Desk {
    /// A silent desk. The gain, an `f32` in bits, is looked at all the time.
    pub(super) fn new(spec: Spec, gain: Arc<AtomicU32>) -> Arc<Desk> {
        Arc::new(Desk {
            spec,
            tap: Tap::new(spec),
            gain,
            changes: Mutex::new(Vec::new()),
            changed: AtomicBool::new(false),
            handed: AtomicU64::new(0),
        })
    }

    /// What the source takes up with its next frame.
    pub(super) fn change(&self, change: Change) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push(change);
        self.changed.store(true, Release);
    }

    fn take_changes(&self) -> Vec<Change> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *changes)
    }

    pub(super) fn handed(&self) -> u64 {
        self.handed.load(Relaxed)
    }

    /// Which frame of the program the output is at that has made `heard` frames heard.
    pub(super) fn position(timeline: &Timeline, heard: u64) -> u64 {
        let heard = heard.saturating_sub(timeline.lead.load(Relaxed));
        heard.min(timeline.played.load(Relaxed))
    }

    /// How many frames are still to be heard of what was handed over of this program.
    pub(super) fn outstanding(timeline: &Timeline, heard: u64) -> u64 {
        let heard = heard.saturating_sub(timeline.lead.load(Relaxed));
        timeline.played.load(Relaxed).saturating_sub(heard)
    }

    /// Whether the volume lets anything be heard.
    pub(super) fn is_audible(&self) -> bool {
        f32::from_bits(self.gain.load(Relaxed)) > 0.0
    }
}

/// The source itself.
pub(super) struct DeskSource {
    desk: Arc<Desk>,
    now: Option<Arc<Program>>,
    /// Whether it has begun to sound.
    begun: bool,
    next: Option<Arc<Program>>,
    /// What led without a gap into what sounds now, and how many frames had been handed over then.
    before: Option<(Arc<Program>, u64)>,
    fading: Option<Fading>,
    /// Frames up to here are not taken back.
    settled: u64,
    /// The second half of the present frame.
    right: Option<f32>,
    level: f32,
    step: f32,
}

struct Fading {
    out: Arc<Program>,
    left: u64,
    length: u64,
}

impl DeskSource {
    pub(super) fn new(desk: Arc<Desk>) -> DeskSource {
        let step = 1000.0 / (RAMP * desk.spec.rate as f32);
        DeskSource {
            now: None,
            begun: false,
            next: None,
            before: None,
            fading: None,
            settled: 0,
            right: None,
            level: f32::from_bits(desk.gain.load(Relaxed)),
            step,
            desk,
        }
    }

    /// Takes a change up after stepping back so many frames, or fewer: tells how many.
    fn take_up(&mut self, change: Change, back: u64) -> u64 {
        match change {
            Change::Put(program) => {
                self.now = program;
                self.begun = false;
                (self.next, self.before, self.fading) = (None, None, None);
                self.settled = self.desk.handed();
                0
            }
            Change::Follow(next) => {
                let is_on = |next: &Arc<Program>| {
                    let now = self.now.as_ref();
                    now.is_some_and(|now| Arc::ptr_eq(&now.timeline, &next.timeline))
                };
                self.next = next.filter(|next| !is_on(next));
                0
            }
            Change::Exchange(program, fade) => self.exchange(program, fade, back),
            // The level itself is looked at all the time.
            Change::Level => self.now.clone().map_or(0, |now| {
                let first = now.lanes.iter().map(|lane| lane.start).max();
                self.step_back(back, first.unwrap_or(0), &now.timeline)
            }),
        }
    }

    fn exchange(&mut self, program: Arc<Program>, fade: Fade, back: u64) -> u64 {
        let first = program.lanes.iter().map(|lane| lane.start).max();
        let back = self.step_back(back, first.unwrap_or(0), &program.timeline);
        let in_step = |now: &Arc<Program>| Arc::ptr_eq(&now.timeline, &program.timeline);
        match self.now.take_if(|now| in_step(now)) {
            Some(out) => {
                let length = match fade {
                    Fade::Quick => QUICK,
                    Fade::Slow => SLOW,
                };
                let length = self.desk.spec.frames(length).max(1);
                self.settled = self.desk.handed() + length;
                self.fading = Some(Fading {
                    out,
                    left: length,
                    length,
                });
                self.now = Some(program);
            }
            // What follows sounds already and cannot be taken back: too late.
            None if self.before.as_ref().is_some_and(|(b, _)| in_step(b)) => {}
            None => {
                self.now = Some(program);
                self.begun = false;
            }
        }
        back
    }

    /// Steps back, but not to before what is settled, nor to before a frame of the program with this timeline.
    fn step_back(&mut self, back: u64, first: u64, timeline: &Arc<Timeline>) -> u64 {
        let handed = self.desk.handed();
        let earliest = self.settled.max(timeline.lead.load(Relaxed) + first);
        let back = back.min(self.desk.spec.frames(LONGEST_BACK));
        let goal = handed.saturating_sub(back).max(earliest).min(handed);
        if let Some((before, _)) = self.before.take_if(|(_, joint)| goal < *joint) {
            if let Some(next) = self.now.replace(before) {
                next.timeline.played.store(0, Relaxed);
                self.next = Some(next);
            }
            self.fading = None;
            self.begun = true;
        }
        if let Some(now) = &self.now {
            let sounded = goal.saturating_sub(now.timeline.lead.load(Relaxed));
            now.timeline
                .played
                .store(now.played().min(sounded), Relaxed);
        }
        self.desk.handed.store(goal, Relaxed);
        handed - goal
    }

    /// The next frame of what sounds, if anything does.
    fn find(&mut self, handed: u64) -> Option<Frame> {
        let now = self.now.as_ref()?;
        if !self.begun {
            self.begun = now.is_ready(self.desk.spec.frames(READY));
            if !self.begun {
                return None;
            }
        }
        let at = now.played();
        match now.at(at) {
            Found::Sound(frame) => {
                now.timeline.lead.store(handed - at, Relaxed);
                now.timeline.played.store(at + 1, Relaxed);
                if at % 64 == 0 {
                    now.advance(at);
                }
                Some(self.faded(frame, at))
            }
            Found::Nothing => None,
            Found::End => {
                let next = self.next.take()?;
                self.fading = None;
                self.begun = false;
                next.timeline.lead.store(handed, Relaxed);
                if let Some(before) = self.now.replace(next) {
                    self.before = Some((before, handed));
                }
                self.find(handed)
            }
        }
    }

    fn faded(&mut self, [left, right]: Frame, at: u64) -> Frame {
        let Some(fading) = &mut self.fading else {
            return [left, right];
        };
        let share = fading.left as f32 / (fading.length + 1) as f32;
        let [l, r] = match fading.out.at(at) {
            Found::Sound(frame) => frame,
            Found::Nothing | Found::End => [0.0; 2],
        };
        fading.left -= 1;
        if fading.left == 0 {
            self.fading = None;
        }
        [left + (l - left) * share, right + (r - right) * share]
    }

    fn next_frame(&mut self) -> Frame {
        if self.desk.changed.swap(false, Acquire) {
            for change in self.desk.take_changes() {
                self.take_up(change, 0);
            }
        }
        let handed = self.desk.handed();
        let frame = self.find(handed);
        self.desk.tap.put(handed, frame);
        self.desk.handed.store(handed + 1, Relaxed);
        let target = f32::from_bits(self.desk.gain.load(Relaxed));
        self.level += (target - self.level).clamp(-self.step, self.step);
        let [left, right] = frame.unwrap_or_default();
        [safe(left * self.level), safe(right * self.level)]
    }
}

/// A damaged file can decode to anything.
fn safe(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

impl Iterator for DeskSource {
    type Item = f32;

    #[inline]
    fn next(&mut self) -> Option<f32> {
        if let Some(right) = self.right.take() {
            return Some(right);
        }
        let [left, right] = self.next_frame();
        self.right = Some(right);
        Some(left)
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

/// A source for the outputs that pull samples themselves, and may take back what they pulled.
pub(super) struct Feed {
    source: DeskSource,
}

impl Feed {
    pub(super) fn new(desk: Arc<Desk>) -> Feed {
        Feed {
            source: DeskSource::new(desk),
        }
    }

    /// The next frames, behind what is in `samples`.
    pub(super) fn pull(&mut self, frames: u64, samples: &mut Vec<f32>) {
        samples.reserve(frames as usize * usize::from(CHANNELS));
        for _ in 0..frames {
            samples.extend(self.source.next_frame());
        }
    }

    /// Takes a change up. At most `back` of the frames pulled last are taken back for it: tells how many are to be pulled
    /// once more.
    pub(super) fn change(&mut self, change: Change, back: u64) -> u64 {
        self.source.take_up(change, back)
    }

    /// Gives the decoders a moment to catch up, where the output can afford to wait.
    pub(super) fn wait_until_filled(&self, frames: u64, deadline: Instant) {
        if let Some(now) = &self.source.now {
            now.wait_until_ready(frames, deadline);
        }
    }

    /// Whether the sound stands still, or would without what was pulled.
    pub(super) fn is_at_end(&self) -> bool {
        let now = self.source.now.as_ref();
        now.is_none_or(|now| !now.is_ready(1) || now.is_drained())
    }
}

#[cfg(test)]
mod tests;
