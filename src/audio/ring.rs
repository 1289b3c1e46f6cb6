//! The second or two of sound between the decoder and the output.
//!
//! Invariant: one thread writes and one reads, and the one that reads never waits. Each seek makes a new ring, so sound
//! from before a seek can never be heard after it.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::AudioError;
use super::output::Spec;

/// How much is decoded ahead.
const LENGTH: Duration = Duration::from_millis(1500);

/// A stretch of song on its way from the decoder to the output.
pub(super) struct Ring {
    spec: Spec,
    base: u64,
    slots: Box<[AtomicU32]>,
    /// Samples written and read so far.
    written: AtomicU64,
    read: AtomicU64,
    ended: OnceLock<Option<AudioError>>,
    closed: AtomicBool,
    writer: Thread,
    writer_waits: AtomicBool,
    news: (Mutex<()>, Condvar),
}

impl Ring {
    /// A ring for the song from frame `base` on, filled by the thread `writer`.
    pub(super) fn new(spec: Spec, base: u64, writer: Thread) -> Ring {
        let frames = LENGTH.as_millis() as usize * spec.rate as usize / 1000;
        let samples = frames.max(1024) * usize::from(spec.channels);
        Ring {
            spec,
            base,
            slots: (0..samples).map(|_| AtomicU32::new(0)).collect(),
            written: AtomicU64::new(0),
            read: AtomicU64::new(0),
            ended: OnceLock::new(),
            closed: AtomicBool::new(false),
            writer,
            writer_waits: AtomicBool::new(false),
            news: (Mutex::new(()), Condvar::new()),
        }
    }

    /// The song's frame with which this ring begins.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    // ── the writer's side ──

    /// Writes as many samples as there is room for, and tells how many.
    pub(super) fn write(&self, samples: &[f32]) -> usize {
        let written = self.written.load(Relaxed);
        let room = self.slots.len() - (written - self.read.load(SeqCst)) as usize;
        let count = room.min(samples.len());
        for (at, sample) in (written..).zip(samples.iter().take(count)) {
            if let Some(slot) = self.slots.get((at % self.slots.len() as u64) as usize) {
                slot.store(sample.to_bits(), Relaxed);
            }
        }
        self.written.store(written + count as u64, Release);
        self.notify();
        count
    }

    /// Waits until half of the ring is empty, or until the thread is unparked for another reason.
    pub(super) fn wait_for_room(&self) {
        self.writer_waits.store(true, SeqCst);
        if !self.has_room() && !self.is_closed() {
            std::thread::park();
        }
        self.writer_waits.store(false, SeqCst);
    }

    fn has_room(&self) -> bool {
        let filled = self.written.load(Relaxed) - self.read.load(SeqCst);
        filled as usize <= self.slots.len() / 2
    }

    /// Nothing more will come: the song is over, or something is wrong with it.
    pub(super) fn end(&self, failure: Option<AudioError>) {
        let _ = self.ended.set(failure); // the first end counts
        self.notify();
    }

    /// Whether nobody listens any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Acquire)
    }

    fn notify(&self) {
        drop(self.news.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.1.notify_all();
    }

    // ── the reader's side ──

    /// The next sample, if there is one.
    #[inline]
    pub(super) fn next(&self) -> Option<f32> {
        let read = self.read.load(Relaxed);
        if read == self.written.load(Acquire) {
            return None;
        }
        let slot = self.slots.get((read % self.slots.len() as u64) as usize)?;
        let sample = f32::from_bits(slot.load(Relaxed));
        self.read.store(read + 1, SeqCst);
        if self.writer_waits.load(SeqCst) && self.has_room() {
            self.writer_waits.store(false, SeqCst);
            self.writer.unpark();
        }
        Some(sample)
    }

    /// Whole frames that can be read now.
    pub(super) fn available(&self) -> u64 {
        let samples = self.written.load(Acquire) - self.read.load(Relaxed);
        samples / u64::from(self.spec.channels)
    }

    /// Frames read so far.
    pub(super) fn consumed(&self) -> u64 {
        self.read.load(Relaxed) / u64::from(self.spec.channels)
    }

    /// Waits until `frames` can be read or none will come any more; at most `limit`.
    pub(super) fn wait_until_filled(&self, frames: u64, limit: Duration) {
        let frames = frames.min(self.slots.len() as u64 / u64::from(self.spec.channels));
        let deadline = Instant::now() + limit;
        let mut guard = self.news.0.lock().unwrap_or_else(PoisonError::into_inner);
        while self.available() < frames && self.ended.get().is_none() && !self.is_closed() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.news.1.wait_timeout(guard, left);
            guard = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    // ── the engine's side ──

    /// Nobody listens any more: whoever waits for this ring goes on.
    pub(super) fn close(&self) {
        self.closed.store(true, Release);
        self.writer.unpark();
        self.notify();
    }

    /// Whether all that will ever come has come.
    pub(super) fn is_ended(&self) -> bool {
        self.ended.get().is_some()
    }

    /// Whether all that will ever come has been read.
    pub(super) fn is_drained(&self) -> bool {
        self.is_ended() && self.available() == 0
    }

    /// Why it ended, if it should not have.
    pub(super) fn failure(&self) -> Option<&AudioError> {
        self.ended.get().and_then(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const MONO: Spec = Spec {
        rate: 1000,
        channels: 1,
    };

    #[test]
    fn samples_arrive_in_order_and_the_writer_is_woken() {
        let (send, handed) = std::sync::mpsc::channel::<Arc<Ring>>();
        let writer = std::thread::spawn(move || {
            let ring = handed.recv().expect("a ring comes");
            let samples: Vec<f32> = (0..10_000u16).map(f32::from).collect();
            let mut rest = &samples[..];
            while !rest.is_empty() {
                let count = ring.write(rest);
                rest = &rest[count..];
                if count == 0 {
                    ring.wait_for_room();
                }
            }
            ring.end(None);
        });
        let ring = Arc::new(Ring::new(MONO, 0, writer.thread().clone()));
        send.send(Arc::clone(&ring)).expect("the writer listens");
        let mut next = 0u16;
        while !ring.is_drained() {
            ring.wait_until_filled(1, Duration::from_secs(10));
            while let Some(sample) = ring.next() {
                assert!((sample - f32::from(next)).abs() < f32::EPSILON);
                next += 1;
            }
        }
        assert_eq!(next, 10_000);
        assert_eq!(ring.consumed(), 10_000);
        writer.join().expect("ends");
    }

    #[test]
    fn a_closed_ring_holds_nobody() {
        let ring = Ring::new(MONO, 0, std::thread::current());
        assert_eq!(ring.write(&vec![0.0; 9_000]), 1500);
        ring.close();
        ring.wait_for_room();
        ring.wait_until_filled(5_000, Duration::from_mins(1));
        assert!(ring.is_closed());
    }
}
