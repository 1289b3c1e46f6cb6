//! Where the sound goes: a sound server, the sound card, or nowhere at the right speed.
//!
//! Invariant: no method of an output waits for a device or a server; opening one may, and has a thread of its own.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use super::OutputChoice;
use super::program::Program;
use super::source::Desk;
use crate::domain::OutputKind;

/// Left and right: whatever a song has is brought to that.
pub(super) const CHANNELS: u16 = 2;

/// The shape of a stream of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spec {
    /// Frames a second; never zero.
    pub rate: u32,
}

impl Spec {
    /// Rate and channels as rodio wants them.
    pub(super) fn nonzero(self) -> (NonZero<u32>, NonZero<u16>) {
        let rate = NonZero::new(self.rate).unwrap_or(NonZero::<u32>::MIN);
        (rate, NonZero::new(CHANNELS).unwrap_or(NonZero::<u16>::MIN))
    }

    /// The frames of a time.
    pub(super) fn frames(self, time: Duration) -> u64 {
        (time.as_secs_f64() * f64::from(self.rate)).round() as u64
    }
}

/// What becomes of the sound.
pub(super) enum Change {
    /// From now on this is heard, and nothing of what was handed over before.
    Put(Option<Arc<Program>>),
    /// As soon as can be this takes the place of what is heard, in step and without a gap, by a short fade.
    Exchange(Arc<Program>, Fade),
    /// Behind the end of what is heard comes this, without a gap.
    Follow(Option<Arc<Program>>),
    /// The volume is another: it is heard at once, also in what was handed over before.
    Level,
}

/// How quickly one program gives way to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fade {
    /// Too short to be heard, too long to click.
    Quick,
    /// A change of level that is not to be noticed.
    Slow,
}

/// Something that takes samples at the speed at which they are heard. It begins held.
pub(super) trait Output: Send {
    /// What to call it on the screen.
    fn kind(&self) -> OutputKind;

    /// What it plays and how far it got.
    fn desk(&self) -> &Desk;

    /// Changes what is heard.
    fn change(&mut self, change: Change);

    /// Lets the sound flow, or holds it at once.
    fn set_flowing(&mut self, flowing: bool);

    /// How many of the frames handed over have been heard by now.
    fn heard(&self) -> u64;
}

/// Told once when an output dies by itself, with the reason in a line.
pub(super) type OnLost = Box<dyn FnOnce(String) + Send>;

/// What an output needs to open.
pub(super) struct Order {
    pub spec: Spec,
    pub gain: Arc<AtomicU32>,
    pub on_lost: OnLost,
}

/// Opens the best output there is; waits for it. The reason in a line where there is none.
pub(super) fn open(choice: &OutputChoice, order: Order) -> Result<Box<dyn Output>, String> {
    match choice {
        OutputChoice::Silent => Err("sound is turned off".into()),
        OutputChoice::Auto => open_best(order),
        #[cfg(target_os = "linux")]
        OutputChoice::Server(server) => super::pulse::open(Some(server), order).map_err(|e| e.0),
        #[cfg(not(target_os = "linux"))]
        OutputChoice::Server(_) => open_best(order),
    }
}

#[cfg(all(target_os = "linux", not(feature = "alsa")))]
fn open_best(order: Order) -> Result<Box<dyn Output>, String> {
    super::pulse::open(None, order).map_err(|(reason, _)| reason)
}

#[cfg(all(target_os = "linux", feature = "alsa"))]
fn open_best(order: Order) -> Result<Box<dyn Output>, String> {
    super::pulse::open(None, order).or_else(|(reason, order)| {
        super::device::open(order).map_err(|device| format!("{reason}; {device}"))
    })
}

#[cfg(not(target_os = "linux"))]
fn open_best(order: Order) -> Result<Box<dyn Output>, String> {
    super::device::open(order)
}
