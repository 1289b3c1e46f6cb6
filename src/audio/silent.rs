//! An output that nobody hears: a clock that takes samples in real time, so that songs move on and end.
//!
//! Invariant: while it is held, nothing runs.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::output::{Change, Output, Spec};
use super::source::{Desk, Feed};
use crate::domain::OutputKind;

/// How often samples are taken.
const PACE: Duration = Duration::from_millis(100);

/// The silent output.
pub(super) struct Silent {
    reason: String,
    desk: Arc<Desk>,
    clock: Arc<Clock>,
}

struct Clock {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    feed: Feed,
    flowing: bool,
    closed: bool,
    /// When samples were last taken.
    at: Instant,
    /// The part of a frame that was due then.
    rest: f64,
    thrown: Vec<f32>,
}

impl Silent {
    /// A silent output, and why it is one.
    pub(super) fn start(spec: Spec, gain: Arc<AtomicU32>, reason: String) -> Silent {
        let desk = Desk::new(spec, gain);
        let clock = Arc::new(Clock {
            state: Mutex::new(State {
                feed: Feed::new(Arc::clone(&desk)),
                flowing: false,
                closed: false,
                at: Instant::now(),
                rest: 0.0,
                thrown: Vec::new(),
            }),
            changed: Condvar::new(),
        });
        let runner = Arc::clone(&clock);
        // Without a thread positions stand still, which is all that can be done then.
        let _ = std::thread::Builder::new()
            .name("fuzzbox-silence".into())
            .spawn(move || runner.run(spec.rate));
        Silent {
            reason,
            desk,
            clock,
        }
    }
}

impl Clock {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, rate: u32) {
        let mut state = self.lock();
        while !state.closed {
            state = if state.flowing {
                state.advance(rate);
                let woken = self.changed.wait_timeout(state, PACE);
                woken.unwrap_or_else(PoisonError::into_inner).0
            } else {
                let woken = self.changed.wait(state);
                woken.unwrap_or_else(PoisonError::into_inner)
            };
        }
    }
}

impl State {
    /// Takes what was due since the last time. A machine that slept does not make the song jump.
    fn advance(&mut self, rate: u32) {
        let elapsed = self.at.elapsed().min(10 * PACE);
        self.at = Instant::now();
        if self.flowing {
            let due = elapsed.as_secs_f64() * f64::from(rate) + self.rest;
            self.rest = due.fract();
            self.thrown.clear();
            self.feed.pull(due as u64, &mut self.thrown);
        }
    }
}

impl Output for Silent {
    fn kind(&self) -> OutputKind {
        OutputKind::Silent {
            reason: self.reason.clone(),
        }
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn change(&mut self, change: Change) {
        let mut state = self.clock.lock();
        state.advance(self.desk.spec.rate);
        self.desk.change(change);
    }

    fn set_flowing(&mut self, flowing: bool) {
        let mut state = self.clock.lock();
        state.advance(self.desk.spec.rate);
        state.flowing = flowing;
        self.clock.changed.notify_all();
    }

    fn heard(&self) -> u64 {
        self.desk.handed()
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.clock.lock().closed = true;
        self.clock.changed.notify_all();
    }
}
