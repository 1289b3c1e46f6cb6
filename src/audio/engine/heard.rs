//! What is heard by now, and what that means: positions, ends, the song that follows, the spectrum.
//!
//! Invariant: what is told is what is heard, not what was handed over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Engine, STALL};
use crate::audio::AudioError;
use crate::audio::growing::Learned;
use crate::audio::inspect::gave_up;
use crate::audio::loaded::Loaded;
use crate::audio::output::Fade;
use crate::audio::source::LONGEST_BACK;
use crate::domain::PlayerEvent;
use crate::domain::Seconds;

/// What takes another's place has so much more decoded than was handed over.
const IN_HAND: Duration = Duration::from_millis(30);

impl Engine {
    /// The first frame of the program that can still be changed.
    pub(super) fn changeable(&self) -> u64 {
        let Some(loaded) = &self.song else { return 0 };
        let (Some(program), Some(spec)) = (&loaded.program, loaded.spec) else {
            return 0;
        };
        let back = spec.frames(LONGEST_BACK);
        self.frame().max(program.played().saturating_sub(back))
    }

    /// The frame of the program that is heard now.
    pub(super) fn frame(&self) -> u64 {
        let program = self
            .song
            .as_ref()
            .and_then(|loaded| loaded.program.as_ref());
        program.map_or(0, |program| self.stage.position(program))
    }

    /// The moment of the song, in seconds, that is heard now.
    pub(super) fn moment(&self) -> f64 {
        let program = self
            .song
            .as_ref()
            .and_then(|loaded| loaded.program.as_ref());
        program.map_or(0.0, |program| program.moment(self.stage.position(program)))
    }

    pub(super) fn tick(&mut self) {
        let moment = self.moment();
        if self.stage.tick(&self.tell) {
            self.hand_over(moment);
        }
        self.tell_starved();
        self.exchange_pending();
        if self.song.as_ref().is_some_and(|loaded| loaded.playing) {
            self.show_spectrum();
        }
        let Some(loaded) = &mut self.song else { return };
        if loaded.starved {
            loaded.moved_at = Instant::now();
        }
        let stalls = loaded.moved_at.elapsed() > STALL;
        let Some(program) = loaded.program.clone() else {
            if stalls && let Some(loaded) = self.song.take() {
                self.tell_failed(loaded.deck.id, &gave_up());
            }
            return;
        };
        if !loaded.playing {
            return;
        }
        if self.stage.is_through(&program) {
            let failure = program.failure().cloned();
            if loaded
                .next
                .as_ref()
                .is_none_or(|next| next.program.is_some())
            {
                self.through(failure.as_ref());
            }
            return;
        }
        let moved = (moment - loaded.told).abs() > f64::EPSILON;
        if moved && loaded.moved_at.elapsed() >= super::PACE {
            loaded.moved_at = Instant::now();
            self.tell_position();
        } else if !moved && stalls && program.is_dry() {
            self.finish(Some(&gave_up()));
        }
    }

    /// All of the song has been heard.
    fn through(&mut self, failure: Option<&AudioError>) {
        let Some(loaded) = &mut self.song else { return };
        let Some(next) = loaded.next.take() else {
            return self.finish(failure);
        };
        let mut following = Loaded::new(next.deck, Seconds::ZERO, true);
        following.spec = loaded.spec;
        following.program = next.program;
        let old = std::mem::replace(loaded, following);
        (self.tell)(PlayerEvent::Followed {
            song: loaded.deck.id.clone(),
            duration: Loaded::duration_of(&loaded.deck),
        });
        if let Some(error) = failure {
            self.tell_failed(old.deck.id, error);
        }
        self.tell_position();
    }

    /// The song is over, or cannot go on.
    fn finish(&mut self, failure: Option<&AudioError>) {
        let Some(loaded) = &mut self.song else { return };
        loaded.playing = false;
        loaded.ended = true;
        let song = loaded.deck.id.clone();
        self.stage.hold();
        self.tell_position();
        self.hush();
        match failure {
            None => (self.tell)(PlayerEvent::Ended { song }),
            Some(error) => self.tell_failed(song, error),
        }
    }

    /// Tells whether it waits for a part that is not here yet, when that has changed.
    fn tell_starved(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        let is_dry = loaded
            .program
            .as_ref()
            .is_none_or(|program| program.is_dry());
        let waits = is_dry && loaded.deck.is_starved();
        if loaded.starved != waits {
            loaded.starved = waits;
            (self.tell)(PlayerEvent::Starved {
                song: loaded.deck.id.clone(),
                waits,
            });
        }
    }

    pub(super) fn tell_position(&mut self) {
        let moment = self.moment();
        let Some(loaded) = &mut self.song else { return };
        if !loaded.deck.is_open() {
            return;
        }
        loaded.told = moment;
        loaded.moved_at = Instant::now();
        (self.tell)(PlayerEvent::Moved {
            song: loaded.deck.id.clone(),
            position: Seconds(moment),
            playing: loaded.playing,
        });
    }

    /// Something was learned of a song by listening to it.
    pub(super) fn learned(&mut self, number: u64, learned: Learned) {
        let Some(loaded) = &mut self.song else { return };
        let is_on = loaded.deck.number == number;
        let Some(deck) = loaded.deck(number) else {
            return;
        };
        let song = deck.id.clone();
        let (waveform, survey) = match learned {
            Learned::Shape(waveform) => (waveform, None),
            Learned::All(survey) => (survey.waveform.clone(), Some(survey)),
        };
        if let Some(survey) = &survey
            && deck.heed(survey)
            && is_on
        {
            (self.tell)(loaded.opened());
        }
        (self.tell)(PlayerEvent::Shape {
            song: song.clone(),
            waveform,
            whole: survey.is_some(),
        });
        if let Some(survey) = survey {
            (self.tell)(PlayerEvent::Landmarks {
                song,
                landmarks: survey.landmarks.clone(),
            });
            if self
                .song
                .as_ref()
                .is_some_and(|loaded| loaded.other.is_some())
            {
                self.relevel(Fade::Slow);
            }
        }
    }

    /// Begins or ends to tell the spectrum.
    pub(super) fn tell_spectrum(&mut self, rate: u8) {
        self.spectrum.set_rate(rate);
        self.stage.set_tap(rate > 0);
        if rate == 0 {
            self.hush();
        }
    }

    fn show_spectrum(&mut self) {
        let Some((output, heard)) = self.stage.output() else {
            return;
        };
        if let Some(bands) = self.spectrum.look(output.desk(), heard) {
            (self.tell)(PlayerEvent::Spectrum(bands));
        }
    }

    /// Nothing is heard any more.
    pub(super) fn hush(&mut self) {
        if self.spectrum.clear() {
            (self.tell)(PlayerEvent::Spectrum(Vec::new()));
        }
    }

    /// Lets what was decoded anew take its place as soon as there is enough of it.
    pub(super) fn exchange_pending(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        let Some(spec) = loaded.spec else { return };
        let some = spec.frames(IN_HAND);
        if let Some(pending) = loaded.pending.take_if(|it| it.is_ready_altogether(some)) {
            loaded.program = Some(Arc::clone(&pending));
            self.exchange(pending, Fade::Quick);
        }
    }
}
