//! What an output plays: lanes in step, each with its level.
//!
//! Invariant: all lanes are at the same frame. A lane that is heard and has nothing yet holds all of them.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::AudioError;
use super::ring::{Frame, Ring};

/// How far a program got. What takes its place in step goes on with the same.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Frames of the program handed over.
    pub played: AtomicU64,
    /// How many frames the output had been handed when it began, silence within it included.
    pub lead: AtomicU64,
}

/// One of the rings that sound together.
#[derive(Clone)]
pub(super) struct Lane {
    pub ring: Arc<Ring>,
    /// The frame of the program with which the ring begins.
    pub start: u64,
    /// The factor for its samples; 0 is not heard.
    pub gain: f32,
    /// Whether the program lasts as long as it does.
    pub leads: bool,
}

/// Lanes that sound together. To change it is to put another in its place.
pub(super) struct Program {
    pub timeline: Arc<Timeline>,
    pub lanes: Vec<Lane>,
}

/// What there is at a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found {
    Sound(Frame),
    /// Not decoded yet.
    Nothing,
    /// The program is over.
    End,
}

impl Program {
    /// A program from its beginning.
    pub(super) fn new(lanes: Vec<Lane>) -> Arc<Program> {
        Arc::new(Program {
            timeline: Arc::default(),
            lanes,
        })
    }

    /// The same with other lanes, which are in step with these.
    pub(super) fn with(&self, lanes: Vec<Lane>) -> Arc<Program> {
        Arc::new(Program {
            timeline: Arc::clone(&self.timeline),
            lanes,
        })
    }

    pub(super) fn played(&self) -> u64 {
        self.timeline.played.load(Relaxed)
    }

    /// What is heard at a frame.
    #[inline]
    pub(super) fn at(&self, frame: u64) -> Found {
        let (mut sum, mut is_over) = ([0.0; 2], true);
        for lane in &self.lanes {
            if frame < lane.start {
                is_over &= !lane.leads;
                continue;
            }
            match lane.ring.get(frame - lane.start) {
                Some([left, right]) => {
                    let [l, r] = sum;
                    sum = [l + left * lane.gain, r + right * lane.gain];
                    is_over &= !lane.leads;
                }
                None if lane.is_over(frame) => {}
                None if lane.ring.is_gone(frame - lane.start) => is_over &= !lane.leads,
                None if lane.matters() => return Found::Nothing,
                None => {}
            }
        }
        if is_over {
            Found::End
        } else {
            Found::Sound(sum)
        }
    }

    /// Frames before this one are done with.
    pub(super) fn advance(&self, frame: u64) {
        for lane in &self.lanes {
            lane.ring.advance(frame.saturating_sub(lane.start));
        }
    }

    /// Whether `frames` more can be played without waiting, or all there is.
    pub(super) fn is_ready(&self, frames: u64) -> bool {
        let goal = self.played() + frames;
        let mut lanes = self.lanes.iter().filter(|lane| lane.matters());
        lanes.all(|lane| lane.ring.is_ended() || lane.end() >= goal)
    }

    /// The same for all lanes, also those that are not heard.
    pub(super) fn is_ready_altogether(&self, frames: u64) -> bool {
        let goal = self.played() + frames;
        let mut lanes = self.lanes.iter();
        lanes.all(|lane| lane.ring.is_ended() || lane.end() >= goal)
    }

    /// Waits until it is ready, at most until the deadline.
    pub(super) fn wait_until_ready(&self, frames: u64, deadline: Instant) {
        for lane in self.lanes.iter().filter(|lane| lane.matters()) {
            let from = self.played().saturating_sub(lane.start);
            lane.ring.wait_until_filled(from, frames, deadline);
        }
    }

    /// The frame behind the last, once that is known.
    pub(super) fn end(&self) -> Option<u64> {
        let mut leading = self.lanes.iter().filter(|lane| lane.leads);
        let ended = leading.clone().all(|lane| lane.ring.is_ended());
        ended.then(|| leading.by_ref().map(Lane::end).max().unwrap_or(0))
    }

    /// Whether all of it has been handed over.
    pub(super) fn is_drained(&self) -> bool {
        self.end().is_some_and(|end| self.played() >= end)
    }

    /// Whether it stands still for want of sound.
    pub(super) fn is_dry(&self) -> bool {
        !self.is_drained() && !self.is_ready(1)
    }

    /// Why it ended, if it should not have.
    pub(super) fn failure(&self) -> Option<&AudioError> {
        let mut leading = self.lanes.iter().filter(|lane| lane.leads);
        leading.find_map(|lane| lane.ring.failure())
    }

    /// The moment of the song, in seconds, at a frame.
    pub(super) fn moment(&self, frame: u64) -> f64 {
        let lane = self.lanes.iter().find(|lane| lane.leads);
        lane.map_or(0.0, |lane| {
            lane.ring.moment(frame.saturating_sub(lane.start))
        })
    }
}

impl Lane {
    /// Whether the others wait for it.
    fn matters(&self) -> bool {
        self.leads || self.gain > 0.0
    }

    /// The frame of the program behind its last so far.
    fn end(&self) -> u64 {
        self.start + self.ring.written()
    }

    fn is_over(&self, frame: u64) -> bool {
        self.ring.is_ended() && frame >= self.end()
    }
}
