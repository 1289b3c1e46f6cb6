//! The one output there is at a time: opened when it is needed, replaced when it dies, tried for again when it is missing.
//!
//! Invariant: whoever plays has an output. Where no sound can be had that is a silent one, which says why.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::OutputChoice;
use super::engine::{Message, Tell};
use super::output::{self, Change, Order, Output, Spec};
use super::program::Program;
use super::silent::Silent;
use super::source::Desk;
use crate::domain::{OutputKind, PlayerEvent};

/// How long an output may take to open before the song goes on without it.
const PATIENCE: Duration = Duration::from_millis(1700);
/// How often a missing output is tried for while a song plays.
const RETRY: Duration = Duration::from_secs(4);
/// The same for one that has just died: servers are restarted quickly.
const RETRY_SOON: Duration = Duration::from_secs(1);

/// The output and what there is to it.
pub(super) struct Stage {
    choice: OutputChoice,
    gain: Arc<AtomicU32>,
    sender: Sender<Message>,
    output: Option<(u64, Box<dyn Output>)>,
    /// Whether it sounds or is held.
    flowing: bool,
    /// Whether what is handed over is looked at.
    tapped: bool,
    opening: Option<Opening>,
    /// When to try for a better output than the silent one.
    retry_at: Option<Instant>,
    attempts: u64,
    announced: Option<OutputKind>,
}

/// An attempt under way.
struct Opening {
    attempt: u64,
    spec: Spec,
    since: Instant,
}

impl Stage {
    pub(super) fn new(
        choice: OutputChoice,
        gain: Arc<AtomicU32>,
        sender: Sender<Message>,
    ) -> Stage {
        Stage {
            choice,
            gain,
            sender,
            output: None,
            flowing: false,
            tapped: false,
            opening: None,
            retry_at: None,
            attempts: 0,
            announced: None,
        }
    }

    /// The frame of the program that is heard now.
    pub(super) fn position(&self, program: &Program) -> u64 {
        let timeline = &program.timeline;
        let output = self.output.as_ref();
        output.map_or(0, |(_, output)| Desk::position(timeline, output.heard()))
    }

    /// Whether all of it has been heard.
    pub(super) fn is_through(&self, program: &Program) -> bool {
        program.is_drained() && self.outstanding(program) == 0
    }

    fn outstanding(&self, program: &Program) -> u64 {
        self.output.as_ref().map_or(0, |(_, output)| {
            Desk::outstanding(&program.timeline, output.heard())
        })
    }

    /// How long until the end of the program is heard, once that can be said.
    pub(super) fn until_end(&self, program: &Program) -> Option<Duration> {
        let (_, output) = self.output.as_ref()?;
        let frames = program.end()?.saturating_sub(program.played()) + self.outstanding(program);
        let rate = f64::from(output.desk().spec.rate);
        Some(Duration::from_secs_f64(frames as f64 / rate) + Duration::from_millis(10))
    }

    /// The output, how far it is heard, and whether it sounds.
    pub(super) fn output(&self) -> Option<(&dyn Output, u64)> {
        let (_, output) = self.output.as_ref()?;
        self.flowing.then(|| (&**output, output.heard()))
    }

    /// Lets what is handed over be looked at, or no longer.
    pub(super) fn set_tap(&mut self, open: bool) {
        self.tapped = open;
        if let Some((_, output)) = &self.output {
            output.desk().tap.set_open(open);
        }
    }

    /// When something has to be done while a song plays.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        let opening = self.opening.as_ref().filter(|_| self.output.is_none());
        let until = opening.map(|opening| opening.since + PATIENCE);
        let until = until.or(self.retry_at.filter(|_| self.opening.is_none()))?;
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// Changes what is heard.
    pub(super) fn change(&mut self, change: Change) {
        if let Some((_, output)) = &mut self.output {
            output.change(change);
        }
    }

    /// Holds the sound.
    pub(super) fn hold(&mut self) {
        self.flowing = false;
        if let Some((_, output)) = &mut self.output {
            output.set_flowing(false);
        }
    }

    /// Gives the output back.
    pub(super) fn close(&mut self) {
        self.flowing = false;
        self.output = None;
        self.opening = None;
        self.retry_at = None;
    }

    /// Lets the sound flow, on an output for this kind of sound. True when that is a new one, which plays nothing yet.
    pub(super) fn sound(&mut self, spec: Spec, tell: &Tell) -> bool {
        self.flowing = true;
        if let Some((_, output)) = &mut self.output
            && output.desk().spec == spec
        {
            output.set_flowing(true);
            return false;
        }
        self.output = None;
        if self.choice == OutputChoice::Silent {
            self.go_silent(spec, "sound is turned off".into(), tell);
            return true;
        }
        if self
            .opening
            .as_ref()
            .is_none_or(|opening| opening.spec != spec)
        {
            self.try_to_open(spec);
        }
        false
    }

    fn try_to_open(&mut self, spec: Spec) {
        self.attempts += 1;
        let attempt = self.attempts;
        let (choice, sender, lost) = (
            self.choice.clone(),
            self.sender.clone(),
            self.sender.clone(),
        );
        let order = Order {
            spec,
            gain: Arc::clone(&self.gain),
            on_lost: Box::new(move |reason| {
                let _ = lost.send(Message::Lost(attempt, reason)); // nobody listens after the end
            }),
        };
        let spawned = std::thread::Builder::new()
            .name("fuzzbox-output".into())
            .spawn(move || {
                let _ = sender.send(Message::Output(attempt, output::open(&choice, order)));
            });
        if let Err(error) = spawned {
            let _ = self
                .sender
                .send(Message::Output(attempt, Err(error.to_string())));
        }
        self.opening = Some(Opening {
            attempt,
            spec,
            since: Instant::now(),
        });
    }

    /// Takes what an attempt brought. True when there is another output than before.
    pub(super) fn install(
        &mut self,
        attempt: u64,
        output: Result<Box<dyn Output>, String>,
        tell: &Tell,
    ) -> bool {
        if self
            .opening
            .as_ref()
            .is_none_or(|opening| opening.attempt != attempt)
        {
            return false;
        }
        let Some(opening) = self.opening.take() else {
            return false;
        };
        match output {
            Ok(output) => {
                self.retry_at = None;
                self.announce(output.kind(), tell);
                output.desk().tap.set_open(self.tapped);
                self.output = Some((attempt, output));
                true
            }
            Err(reason) => {
                self.retry_at = Some(Instant::now() + RETRY);
                let missing = self.output.is_none();
                if missing {
                    self.go_silent(opening.spec, reason, tell);
                }
                missing
            }
        }
    }

    /// An output died. True when it was the present one, which a silent one now stands in for.
    pub(super) fn lost(&mut self, attempt: u64, reason: String, tell: &Tell) -> bool {
        match &self.output {
            Some((present, output)) if *present == attempt => {
                let spec = output.desk().spec;
                self.go_silent(spec, reason, tell);
                self.retry_at = Some(Instant::now() + RETRY_SOON);
                true
            }
            _ => false,
        }
    }

    /// Does what is due while a song plays. True when there is a new output, which plays nothing yet.
    pub(super) fn tick(&mut self, tell: &Tell) -> bool {
        let late = self
            .opening
            .as_ref()
            .filter(|opening| opening.since.elapsed() >= PATIENCE);
        if let Some(spec) = late.map(|opening| opening.spec)
            && self.output.is_none()
        {
            self.go_silent(spec, "the sound server does not answer".into(), tell);
            return true;
        }
        let due = self.retry_at.is_some_and(|at| at <= Instant::now());
        if due
            && self.opening.is_none()
            && let Some((_, output)) = &self.output
        {
            let spec = output.desk().spec;
            self.retry_at = None;
            self.try_to_open(spec);
        }
        false
    }

    fn go_silent(&mut self, spec: Spec, reason: String, tell: &Tell) {
        let mut silent = Silent::start(spec, Arc::clone(&self.gain), reason);
        silent.set_flowing(self.flowing);
        silent.desk().tap.set_open(self.tapped);
        self.announce(silent.kind(), tell);
        self.output = Some((0, Box::new(silent)));
    }

    fn announce(&mut self, kind: OutputKind, tell: &Tell) {
        if self.announced.as_ref() != Some(&kind) {
            tell(PlayerEvent::Output(kind.clone()));
            self.announced = Some(kind);
        }
    }
}
