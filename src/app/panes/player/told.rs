//! What the sound room tells the player.
//!
//! Invariant: what is told of a song that is no longer open changes nothing.

use super::{Player, Turntable};
use crate::domain::{PlayerEvent, Seconds, SongId};

/// A song cannot be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which.
    pub song: SongId,
    /// Why, in a line.
    pub reason: String,
    /// Its file cannot be opened at all.
    pub is_broken: bool,
    /// It was heard, or was to be.
    pub was_playing: bool,
}

impl Player {
    /// What the sound room told. Returns what the listener has to know.
    pub fn on_event(&mut self, event: PlayerEvent) -> Option<Trouble> {
        match event {
            PlayerEvent::Output(output) => self.output = Some(output),
            PlayerEvent::Loaded { song, duration } if self.is_on(&song) => {
                self.on.duration = duration.or(self.on.duration);
            }
            PlayerEvent::Followed { song, duration } if self.told_next.as_ref() == Some(&song) => {
                self.followed(&song, duration);
            }
            PlayerEvent::Moved {
                song,
                position,
                playing,
            } if self.is_on(&song) => {
                self.position = position;
                self.playing = playing;
            }
            PlayerEvent::Starved { song, waits } if self.is_on(&song) => self.starved = waits,
            PlayerEvent::Ended { song } if self.is_on(&song) => {
                self.playing = false;
                self.position = Seconds::ZERO;
                self.spectrum.clear();
            }
            PlayerEvent::Failed { song, reason } => return self.failed(song, reason),
            PlayerEvent::Shape {
                song,
                waveform,
                whole,
            } => {
                if let Some(on) = self.turntable(&song) {
                    on.waveform = waveform;
                    on.is_whole = whole;
                }
            }
            PlayerEvent::Landmarks { song, landmarks } => {
                if let Some(on) = self.turntable(&song) {
                    on.landmarks = landmarks;
                }
            }
            PlayerEvent::Compared { song, duration } => self.compared(&song, duration),
            PlayerEvent::Switched { song } => self.switched(&song),
            PlayerEvent::Spectrum(bands) if self.wants_spectrum => self.spectrum = bands,
            // Of a song that is no longer on the turntable.
            _ => {}
        }
        None
    }

    /// What is known of a song that is open, be it heard or not.
    fn turntable(&mut self, song: &SongId) -> Option<&mut Turntable> {
        if self.is_on(song) {
            return Some(&mut self.on);
        }
        self.comparison
            .as_mut()
            .filter(|two| two.other() == song)
            .map(|two| &mut two.aside)
    }

    fn followed(&mut self, song: &SongId, duration: Option<Seconds>) {
        let is_same = self.song.as_ref() == Some(song);
        let before = self.song.replace(song.clone());
        if is_same {
            self.told_next = None;
        } else {
            self.forget();
            self.view = self.view.of_next_song();
            self.on.duration = duration;
            self.up_next.begun(song, before);
        }
        self.position = Seconds::ZERO;
        self.playing = true;
    }

    fn failed(&mut self, song: SongId, reason: String) -> Option<Trouble> {
        if self.is_on(&song) {
            let trouble = Trouble {
                song,
                is_broken: self.on.duration.is_none() && !self.mixing,
                was_playing: self.playing,
                reason,
            };
            self.playing = false;
            self.open = false;
            self.comparison = None;
            self.starved = false;
            self.problem = Some(trouble.reason.clone());
            return Some(trouble);
        }
        let two = self.comparison.as_ref();
        if two.is_some_and(|two| *two.other() == song) {
            self.comparison = None;
            return Some(Trouble {
                song,
                reason,
                is_broken: false,
                was_playing: false,
            });
        }
        // The end of the present song finds that out again, and says so.
        self.told_next.take_if(|next| *next == song);
        None
    }

    fn compared(&mut self, song: &SongId, duration: Option<Seconds>) {
        if let Some(two) = self.comparison.as_mut().filter(|two| two.other() == song) {
            two.is_ready = true;
            two.aside.duration = duration;
        }
    }

    fn switched(&mut self, song: &SongId) {
        let Some(two) = self.comparison.as_mut().filter(|two| two.other() == song) else {
            return;
        };
        two.hears_b = !two.hears_b;
        std::mem::swap(&mut two.aside, &mut self.on);
        self.song = Some(song.clone());
    }
}
