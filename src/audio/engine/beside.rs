//! What sounds beside the song or changes how it goes on: the loop, the comparison, the stems, the song that follows.
//!
//! Invariant: none of it interrupts the sound.

use std::sync::Arc;

use super::Engine;
use crate::audio::loaded::{Following, Loaded, Other, Switched};
use crate::audio::output::{Change, Fade};
use crate::audio::program::Program;
use crate::audio::route::Route;
use crate::domain::{Alignment, Next, Playable, PlayerEvent, Seconds, SongId, Span};

impl Engine {
    /// Puts a program in the place of the one that is heard.
    pub(super) fn exchange(&mut self, program: Arc<Program>, fade: Fade) {
        self.stage.change(Change::Exchange(program, fade));
    }

    pub(super) fn go_round(&mut self, part: Option<Span>) {
        let moment = self.moment();
        let at = self.changeable();
        let Some(loaded) = &mut self.song else { return };
        let finite = |part: &Span| part.from.0.is_finite() && part.to.0 > part.from.0;
        loaded.part = part.filter(finite);
        if !loaded.deck.is_open() || loaded.ended {
            return; // it goes round from where it begins
        }
        if loaded.is_past_loop(moment) {
            self.seek(Seconds(moment)); // leads to its beginning
        } else {
            loaded.replan(at);
        }
    }

    pub(super) fn compare(&mut self, song: SongId, audio: Playable, alignment: Alignment) {
        if self.song.is_none() {
            return;
        }
        match self.open(song.clone(), audio) {
            Ok(deck) => {
                if self
                    .song
                    .as_ref()
                    .is_some_and(|loaded| loaded.other.is_some())
                {
                    self.end_comparison();
                }
                if let Some(loaded) = &mut self.song {
                    loaded.other = Some(Other {
                        deck,
                        alignment,
                        is_first: false,
                    });
                }
            }
            Err(error) => self.tell_failed(song, &error),
        }
    }

    /// The other song is open.
    pub(super) fn other_opened(&mut self) {
        let at = self.changeable();
        let Some(loaded) = &mut self.song else { return };
        let Some(other) = &loaded.other else { return };
        (self.tell)(PlayerEvent::Compared {
            song: other.deck.id.clone(),
            duration: Loaded::duration_of(&other.deck),
        });
        if !loaded.ended {
            loaded.join_other(at);
        }
        self.relevel(Fade::Slow);
    }

    pub(super) fn switch(&mut self) {
        let (at, moment) = (self.changeable(), self.moment());
        let Some(loaded) = &mut self.song else { return };
        let Some(switched) = loaded.switch() else {
            return;
        };
        (self.tell)(PlayerEvent::Switched {
            song: loaded.deck.id.clone(),
        });
        match switched {
            Switched::Apart(shift) => self.go_to(shift.moment(moment)),
            Switched::InStep => self.relevel(Fade::Quick),
            Switched::OtherWay => {
                self.relevel(Fade::Quick);
                if let Some(loaded) = &mut self.song {
                    loaded.replan(at);
                }
            }
        }
        self.tell_position();
    }

    pub(super) fn end_comparison(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        loaded.end_comparison();
        self.relevel(Fade::Slow);
    }

    /// Lets the levels be as they are to be now.
    pub(super) fn relevel(&mut self, fade: Fade) {
        let Some(loaded) = &mut self.song else { return };
        if let Some(program) = loaded.relevelled() {
            self.exchange(program, fade);
        }
    }

    pub(super) fn mix(&mut self, gains: &[f32]) {
        let Some(loaded) = &mut self.song else { return };
        if loaded.deck.mix(gains) {
            self.relevel(Fade::Quick);
        }
    }

    pub(super) fn follow(&mut self, next: Option<Next>) {
        if let Some(loaded) = &mut self.song {
            loaded.next = None;
            self.stage.change(Change::Follow(None));
        }
        let Some(next) = next.filter(|_| self.song.is_some()) else {
            return;
        };
        match self.open(next.song.clone(), next.audio) {
            Ok(deck) => {
                if let Some(loaded) = &mut self.song {
                    loaded.next = Some(Following {
                        deck,
                        program: None,
                    });
                }
            }
            Err(error) => self.tell_failed(next.song, &error),
        }
    }

    /// Gives the output what follows, from its beginning.
    pub(super) fn restage_next(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        let (Some(spec), Some(next)) = (loaded.spec, &mut loaded.next) else {
            return;
        };
        if !next.deck.is_open() {
            return;
        }
        let untouched = next.program.take_if(|program| program.played() == 0);
        let program = untouched.unwrap_or_else(|| {
            let lanes = next.deck.play(&Route::straight(0.0), spec, 0);
            Program::new(next.deck.levelled(&lanes, 1.0, true))
        });
        next.program = Some(Arc::clone(&program));
        self.stage.change(Change::Follow(Some(program)));
    }
}
