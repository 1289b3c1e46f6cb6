//! What is on: the song that is heard, the one it is compared with, the one that follows, and the program made of them.
//!
//! Invariant: `deck` is the one that is heard; `other`, if open, is in step with it.

use std::sync::Arc;
use std::time::Instant;

use super::deck::Deck;
use super::output::Spec;
use super::program::{Lane, Program};
use super::route::{Route, Shift};
use crate::domain::{Alignment, PlayerEvent, Seconds, Span};

/// A loop is at least so long, in seconds.
const SHORTEST_LOOP: f64 = 0.05;

/// The loaded song.
pub(super) struct Loaded {
    pub deck: Deck,
    pub other: Option<Other>,
    pub next: Option<Following>,
    /// The kind of output it is played on, once it is open.
    pub spec: Option<Spec>,
    pub program: Option<Arc<Program>>,
    /// What takes its place as soon as enough is decoded.
    pub pending: Option<Arc<Program>>,
    pub part: Option<Span>,
    /// Where to begin once it is open.
    pub from: Seconds,
    pub playing: bool,
    pub ended: bool,
    /// The moment told last, and when it last changed.
    pub told: f64,
    pub moved_at: Instant,
    /// Whether it was told that it waits for a part that is not here yet.
    pub starved: bool,
}

/// The song that is compared with.
pub(super) struct Other {
    pub deck: Deck,
    pub alignment: Alignment,
    /// Whether it is the first of the two.
    pub is_first: bool,
}

/// The song that follows.
pub(super) struct Following {
    pub deck: Deck,
    pub program: Option<Arc<Program>>,
}

/// How the song that is heard now lies to the one that was heard.
pub(super) enum Switched {
    /// It is decoded and goes on as it would.
    InStep,
    /// It is decoded, but would go on as the other does.
    OtherWay,
    /// It is not decoded yet: its moments lie so.
    Apart(Shift),
}

impl Other {
    /// How the moments of the one that is heard lie in this one.
    pub(super) fn shift(&self) -> Shift {
        Shift::of(self.alignment, self.is_first)
    }
}

impl Loaded {
    pub(super) fn new(deck: Deck, from: Seconds, playing: bool) -> Loaded {
        Loaded {
            deck,
            other: None,
            next: None,
            spec: None,
            program: None,
            pending: None,
            part: None,
            from,
            playing,
            ended: false,
            told: 0.0,
            moved_at: Instant::now(),
            starved: false,
        }
    }

    /// The deck that messages with this number are about.
    pub(super) fn deck(&mut self, number: u64) -> Option<&mut Deck> {
        let other = self.other.as_mut().map(|other| &mut other.deck);
        let next = self.next.as_mut().map(|next| &mut next.deck);
        let mut decks = [Some(&mut self.deck), other, next].into_iter().flatten();
        decks.find(|deck| deck.number == number)
    }

    /// The part that is played round and round: within the song, and long enough to be one.
    fn round(&self) -> Option<Span> {
        let end = self.deck.duration().unwrap_or(f64::MAX);
        let part = self.part.map(|part| Span {
            from: Seconds(part.from.0.max(0.0)),
            to: Seconds(part.to.0.min(end)),
        });
        part.filter(|part| part.to.0 - part.from.0 >= SHORTEST_LOOP)
    }

    /// The way from a moment on.
    fn route(&self, from: f64) -> Route {
        match self.round() {
            Some(part) => Route::looped(from, part),
            None => Route::straight(from),
        }
    }

    /// Whether a moment lies behind the part that is played round and round.
    pub(super) fn is_past_loop(&self, moment: f64) -> bool {
        self.round().is_some_and(|part| moment >= part.to.0)
    }

    /// The program from a moment on.
    pub(super) fn begin(&mut self, moment: f64, spec: Spec) -> Arc<Program> {
        let lanes = self.plan(moment, spec, 0);
        let program = Program::new(lanes);
        self.pending = None;
        self.program = Some(Arc::clone(&program));
        program
    }

    /// Lanes for all that sounds from a moment on, which is the program's frame `start`.
    fn plan(&self, moment: f64, spec: Spec, start: u64) -> Vec<Lane> {
        let route = self.route(moment);
        let mut lanes = self.deck.play(&route, spec, start);
        lanes.extend(self.plan_other(&route, spec, start));
        self.levelled(&lanes)
    }

    fn plan_other(&self, route: &Route, spec: Spec, start: u64) -> Vec<Lane> {
        match self.other.as_ref().filter(|other| other.deck.is_open()) {
            Some(other) => other.deck.play(&route.image(other.shift()), spec, start),
            None => Vec::new(),
        }
    }

    /// Lanes of the one that is heard and then of the other, at their levels.
    fn levelled(&self, lanes: &[Lane]) -> Vec<Lane> {
        let (heard, others) = lanes.split_at(lanes.len().min(self.deck.width()));
        let mut levelled = self.deck.levelled(heard, self.level(), true);
        if let Some(other) = &self.other {
            levelled.extend(other.deck.levelled(others, 1.0, false));
        }
        levelled
    }

    /// What makes the louder of two songs as loud as the other.
    fn level(&self) -> f32 {
        let other = self.other.as_ref().filter(|other| other.deck.is_open());
        match (self.deck.loudness, other.and_then(|o| o.deck.loudness)) {
            (Some(own), Some(other)) if own > other => 10f32.powf((other - own).max(-24.0) / 20.0),
            _ => 1.0,
        }
    }

    /// Decodes all anew from the program's frame `at` on, to take its place when there is enough.
    pub(super) fn replan(&mut self, at: u64) {
        let (Some(program), Some(spec)) = (&self.program, self.spec) else {
            return;
        };
        let lanes = self.plan(program.moment(at), spec, at);
        self.pending = Some(program.with(lanes));
    }

    /// Decodes the other song from the program's frame `at` on, to join it when there is enough.
    pub(super) fn join_other(&mut self, at: u64) {
        let (Some(program), Some(spec)) = (&self.program, self.spec) else {
            return;
        };
        if self.pending.is_some() {
            return self.replan(at);
        }
        let route = self.route(program.moment(at));
        let own = program.lanes.iter().take(self.deck.width()).cloned();
        let lanes: Vec<Lane> = own.chain(self.plan_other(&route, spec, at)).collect();
        self.pending = Some(program.with(self.levelled(&lanes)));
    }

    /// The program with the levels as they are to be now.
    pub(super) fn relevelled(&mut self) -> Option<Arc<Program>> {
        if let Some(pending) = self.pending.take() {
            self.pending = Some(pending.with(self.levelled(&pending.lanes)));
        }
        let program = self.program.as_ref()?;
        let program = program.with(self.levelled(&program.lanes));
        self.program = Some(Arc::clone(&program));
        Some(program)
    }

    /// Lets the other song be the one that is heard; `None` where there is none.
    pub(super) fn switch(&mut self) -> Option<Switched> {
        let width = self.deck.width();
        let other = self.other.as_mut().filter(|other| other.deck.is_open())?;
        let shift = other.shift();
        std::mem::swap(&mut self.deck, &mut other.deck);
        other.is_first = !other.is_first;
        self.part = self.part.map(|part| shift.span(part));
        let program = self.program.as_mut()?;
        if program.lanes.len() == width {
            return Some(Switched::Apart(shift));
        }
        let mut lanes = program.lanes.clone();
        lanes.rotate_left(width);
        *program = program.with(lanes);
        let goes_on = self.pending.is_none() && !shift.is_one();
        Some(if goes_on {
            Switched::InStep
        } else {
            Switched::OtherWay
        })
    }

    /// Closes the other song.
    pub(super) fn end_comparison(&mut self) {
        let width = self.deck.width();
        self.other = None;
        for program in [&mut self.program, &mut self.pending].into_iter().flatten() {
            let lanes = program.lanes.iter().take(width).cloned().collect();
            *program = program.with(lanes);
        }
    }

    /// What is told when a song is open.
    pub(super) fn duration_of(deck: &Deck) -> Option<Seconds> {
        deck.duration().map(Seconds)
    }

    /// That it is open.
    pub(super) fn opened(&self) -> PlayerEvent {
        PlayerEvent::Loaded {
            song: self.deck.id.clone(),
            duration: Self::duration_of(&self.deck),
        }
    }
}
