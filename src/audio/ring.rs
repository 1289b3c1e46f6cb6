//! The seconds of sound between a decoder and the output: what is decoded ahead, and what has just been played.
//!
//! Invariant: one thread writes and one reads, and the one that reads never waits. Each seek makes a new ring, so sound
//! from before a seek can never be heard after it.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::AudioError;
use super::output::Spec;

/// How much is decoded ahead.
const AHEAD: Duration = Duration::from_millis(1500);
/// How much of what was played is kept: an output may take back what it has not let be heard yet.
const KEPT: Duration = Duration::from_secs(1);

/// A moment of sound: left and right.
pub(super) type Frame = [f32; 2];

/// A stretch of sound on its way from a decoder to the output.
pub(super) struct Ring {
    spec: Spec,
    /// A frame in each: left in the lower half, right in the upper.
    slots: Box<[AtomicU64]>,
    /// Frames written so far, and how far they are read: the rest is kept for the reader.
    written: AtomicU64,
    read: AtomicU64,
    /// Which moments of the song its frames are.
    marks: Mutex<VecDeque<Mark>>,
    ended: OnceLock<Option<AudioError>>,
    closed: AtomicBool,
    writer: Thread,
    writer_waits: AtomicBool,
    news: (Mutex<()>, Condvar),
}

/// From this frame of the ring on it is the song from this moment on.
#[derive(Clone, Copy)]
struct Mark {
    at: u64,
    moment: f64,
}

impl Ring {
    /// A ring for a song from a moment (in seconds) on, filled by the thread `writer`.
    pub(super) fn new(spec: Spec, moment: f64, writer: Thread) -> Ring {
        let frames = spec.frames(AHEAD).max(1024) + spec.frames(KEPT);
        Ring {
            spec,
            slots: (0..frames).map(|_| AtomicU64::new(0)).collect(),
            written: AtomicU64::new(0),
            read: AtomicU64::new(0),
            marks: Mutex::new(VecDeque::from([Mark { at: 0, moment }])),
            ended: OnceLock::new(),
            closed: AtomicBool::new(false),
            writer,
            writer_waits: AtomicBool::new(false),
            news: (Mutex::new(()), Condvar::new()),
        }
    }

    pub(super) fn spec(&self) -> Spec {
        self.spec
    }

    fn marks(&self) -> MutexGuard<'_, VecDeque<Mark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment of the song, in seconds, that a frame of the ring is.
    pub(super) fn moment(&self, frame: u64) -> f64 {
        let marks = self.marks();
        let mark = marks.iter().rev().find(|mark| mark.at <= frame);
        let mark = mark.or(marks.front()).copied();
        let mark = mark.unwrap_or(Mark { at: 0, moment: 0.0 });
        mark.moment + frame.saturating_sub(mark.at) as f64 / f64::from(self.spec.rate)
    }

    fn ahead(&self) -> usize {
        self.slots.len() - self.spec.frames(KEPT) as usize
    }

    fn slot(&self, frame: u64) -> Option<&AtomicU64> {
        self.slots.get((frame % self.slots.len() as u64) as usize)
    }

    // ── the writer's side ──

    /// Writes as many frames as there is room for, and tells how many.
    pub(super) fn write(&self, frames: &[Frame]) -> usize {
        let written = self.written.load(Relaxed);
        let filled = written.saturating_sub(self.read.load(SeqCst)) as usize;
        let count = self.ahead().saturating_sub(filled).min(frames.len());
        for (at, [left, right]) in (written..).zip(frames.iter().take(count)) {
            if let Some(slot) = self.slot(at) {
                let frame = u64::from(left.to_bits()) | u64::from(right.to_bits()) << 32;
                slot.store(frame, Relaxed);
            }
        }
        self.written.store(written + count as u64, Release);
        self.notify();
        count
    }

    /// What is written after `held` more frames is the song from this moment on.
    pub(super) fn mark(&self, held: u64, moment: f64) {
        let at = self.written.load(Relaxed) + held;
        let oldest = at.saturating_sub(self.slots.len() as u64);
        let mut marks = self.marks();
        while marks.get(1).is_some_and(|second| second.at <= oldest) {
            marks.pop_front();
        }
        marks.push_back(Mark { at, moment });
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
        let filled = self
            .written
            .load(Relaxed)
            .saturating_sub(self.read.load(SeqCst));
        filled as usize <= self.ahead() / 2
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

    /// A frame, if it is there: not yet written, or overwritten since, it is not.
    #[inline]
    pub(super) fn get(&self, frame: u64) -> Option<Frame> {
        let written = self.written.load(Acquire);
        if frame >= written || frame + (self.slots.len() as u64) < written {
            return None;
        }
        let bits = self.slot(frame)?.load(Relaxed);
        Some([
            f32::from_bits(bits as u32),
            f32::from_bits((bits >> 32) as u32),
        ])
    }

    /// Whether a frame has been overwritten.
    pub(super) fn is_gone(&self, frame: u64) -> bool {
        frame + (self.slots.len() as u64) < self.written.load(Acquire)
    }

    /// What comes before this frame is read: there is room for more.
    #[inline]
    pub(super) fn advance(&self, to: u64) {
        let to = to.min(self.written.load(Relaxed));
        self.read.store(to, SeqCst);
        if self.writer_waits.load(SeqCst) && self.has_room() {
            self.writer_waits.store(false, SeqCst);
            self.writer.unpark();
        }
    }

    /// Frames written so far.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Acquire)
    }

    /// Waits until there are so many frames behind `from` or none will come any more; not beyond the deadline.
    pub(super) fn wait_until_filled(&self, from: u64, frames: u64, deadline: Instant) {
        let goal = from + frames.min(self.ahead() as u64 / 2);
        let mut guard = self.news.0.lock().unwrap_or_else(PoisonError::into_inner);
        while self.written() < goal && !self.is_ended() && !self.is_closed() {
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

    /// Why it ended, if it should not have.
    pub(super) fn failure(&self) -> Option<&AudioError> {
        self.ended.get().and_then(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const SLOW: Spec = Spec { rate: 1000 };

    #[test]
    fn frames_arrive_in_order_and_the_writer_is_woken() {
        let (send, handed) = std::sync::mpsc::channel::<Arc<Ring>>();
        let writer = std::thread::spawn(move || {
            let ring = handed.recv().expect("a ring comes");
            let frames: Vec<Frame> = (0..10_000u16).map(|n| [f32::from(n), 0.5]).collect();
            let mut rest = &frames[..];
            while !rest.is_empty() {
                let count = ring.write(rest);
                rest = &rest[count..];
                if count == 0 {
                    ring.wait_for_room();
                }
            }
            ring.end(None);
        });
        let ring = Arc::new(Ring::new(SLOW, 0.0, writer.thread().clone()));
        send.send(Arc::clone(&ring)).expect("the writer listens");
        let mut next = 0u64;
        while !(ring.is_ended() && next == ring.written()) {
            ring.wait_until_filled(next, 1, Instant::now() + Duration::from_secs(10));
            while let Some([left, right]) = ring.get(next) {
                assert!((left - next as f32).abs() < f32::EPSILON);
                assert!((right - 0.5).abs() < f32::EPSILON);
                next += 1;
                ring.advance(next);
            }
        }
        assert_eq!(next, 10_000);
        assert!(ring.get(9_000).is_some(), "what was just played is kept");
        assert!(ring.get(7_000).is_none());
        writer.join().expect("ends");
    }

    #[test]
    fn a_closed_ring_holds_nobody() {
        let ring = Ring::new(SLOW, 0.0, std::thread::current());
        assert_eq!(ring.write(&vec![[0.0; 2]; 9_000]), 1500);
        ring.close();
        ring.wait_for_room();
        ring.wait_until_filled(1400, 5_000, Instant::now() + Duration::from_mins(1));
        assert!(ring.is_closed());
    }

    #[test]
    fn moments_follow_the_marks() {
        let ring = Ring::new(SLOW, 2.0, std::thread::current());
        ring.write(&[[0.0; 2]; 500]);
        ring.mark(0, 10.0);
        ring.write(&[[0.0; 2]; 500]);
        assert!((ring.moment(250) - 2.25).abs() < 1e-9);
        assert!((ring.moment(750) - 10.25).abs() < 1e-9);
        for round in 0..9_000u64 {
            ring.advance(1000 + round);
            ring.write(&[[0.0; 2]]);
            ring.mark(0, round as f64);
        }
        assert!(ring.marks().len() <= 2503, "old marks are forgotten");
    }
}
