//! Keeps what was handed to the output last, for those who look at it when it is heard.
//!
//! Invariant: it costs one look at a flag while nobody is interested.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::Duration;

use super::output::Spec;
use super::ring::Frame;

/// Longer than any output holds back.
const KEPT: Duration = Duration::from_secs(3);

/// The tap.
pub(super) struct Tap {
    length: u64,
    open: AtomicBool,
    slots: OnceLock<Box<[AtomicU32]>>,
}

impl Tap {
    pub(super) fn new(spec: Spec) -> Tap {
        Tap {
            length: spec.frames(KEPT).max(1),
            open: AtomicBool::new(false),
            slots: OnceLock::new(),
        }
    }

    /// Opens or closes it.
    pub(super) fn set_open(&self, open: bool) {
        if open {
            let slots = || (0..self.length).map(|_| AtomicU32::new(0)).collect();
            self.slots.get_or_init(slots);
        }
        self.open.store(open, Relaxed);
    }

    /// Notes the frame with this number, both channels as one.
    #[inline]
    pub(super) fn put(&self, number: u64, frame: Option<Frame>) {
        if !self.open.load(Relaxed) {
            return;
        }
        let [left, right] = frame.unwrap_or_default();
        let slot = self.slots.get().and_then(|slots| {
            let at = number % self.length;
            slots.get(at as usize)
        });
        if let Some(slot) = slot {
            slot.store(((left + right) * 0.5).to_bits(), Relaxed);
        }
    }

    /// The frames from this number on, as many as there is room for.
    pub(super) fn read(&self, from: u64, out: &mut [f32]) {
        let Some(slots) = self.slots.get() else {
            return;
        };
        for (number, sample) in (from..).zip(out) {
            let slot = slots.get((number % self.length) as usize);
            *sample = slot.map_or(0.0, |slot| f32::from_bits(slot.load(Relaxed)));
        }
    }
}
