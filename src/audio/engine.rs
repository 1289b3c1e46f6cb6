//! The thread that follows commands: it opens songs, keeps an output going and tells what happens.
//!
//! Invariant: it never waits for anything but its next message, and says nothing of a song that is no longer loaded.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::growing::Learned;
use super::inspect::gave_up;
use super::output::Output;
use super::ring::Ring;
use super::shapes::Shapes;
use super::song::{Facts, Material, Song};
use super::stage::Stage;
use super::{AudioError, Shelf};
use crate::domain::{MediaFile, Playable, PlayerCommand, PlayerEvent, Seconds, SongId, Volume};

/// How often the position is told while it moves.
const PACE: Duration = Duration::from_millis(250);
/// A song that neither sounds nor fails for so long never will.
const STALL: Duration = Duration::from_secs(15);

/// What the engine is told.
pub(super) enum Message {
    Command(PlayerCommand),
    /// A song is open, or cannot be opened. Like the next, with the number of the load it belongs to.
    Opened(u64, Result<Facts, AudioError>),
    /// What was learned of it by listening.
    Learned(u64, Learned),
    /// An attempt to open an output came to an end.
    Output(u64, Result<Box<dyn Output>, String>),
    /// An output died.
    Lost(u64, String),
    Quit,
}

/// Tells the outside what happens.
pub(super) type Tell = Box<dyn Fn(PlayerEvent) + Send>;

/// The engine.
pub(super) struct Engine {
    shelf: Shelf,
    tell: Tell,
    sender: Sender<Message>,
    stage: Stage,
    song: Option<Loaded>,
    loads: u64,
}

/// The loaded song.
struct Loaded {
    id: SongId,
    song: Song,
    facts: Option<Facts>,
    ring: Option<Arc<Ring>>,
    /// Where to begin once it is open.
    from: Seconds,
    playing: bool,
    ended: bool,
    /// The position told last, and when it last changed.
    told: (u64, bool),
    moved_at: Instant,
    /// Whether it was told that it waits for a part that is not here yet.
    starved: bool,
}

impl Engine {
    pub(super) fn new(shelf: Shelf, tell: Tell, sender: Sender<Message>, stage: Stage) -> Engine {
        Engine {
            shelf,
            tell,
            sender,
            stage,
            song: None,
            loads: 0,
        }
    }

    /// Runs until it is told to quit, or nobody is left who could.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let message = match self.next_wake() {
                None => messages.recv().ok(),
                Some(wait) => match messages.recv_timeout(wait) {
                    Ok(message) => Some(message),
                    Err(RecvTimeoutError::Timeout) => {
                        self.tick();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => None,
                },
            };
            match message {
                None | Some(Message::Quit) => break,
                Some(Message::Command(command)) => self.obey(command),
                Some(Message::Opened(load, facts)) if load == self.loads => self.opened(facts),
                Some(Message::Learned(load, learned)) if load == self.loads => {
                    self.learned(learned)
                }
                Some(Message::Output(attempt, output)) => self.output_ready(attempt, output),
                Some(Message::Lost(attempt, reason)) => self.output_lost(attempt, reason),
                Some(Message::Opened(..) | Message::Learned(..)) => {}
            }
        }
    }

    /// How long nothing needs to be done. `None`: until the next message.
    fn next_wake(&self) -> Option<Duration> {
        let loaded = self.song.as_ref()?;
        if loaded.facts.is_none() {
            return Some(if loaded.song.is_growing() {
                PACE
            } else {
                STALL
            });
        }
        if !loaded.playing && !loaded.starved {
            return None;
        }
        let until_end = loaded
            .ring
            .as_ref()
            .and_then(|ring| self.stage.until_end(ring));
        let until_output = self.stage.next_wake();
        let wakes = [until_end, until_output].into_iter().flatten();
        Some(wakes.fold(PACE, Duration::min))
    }

    fn obey(&mut self, command: PlayerCommand) {
        match command {
            PlayerCommand::Load {
                song,
                audio,
                from,
                play,
            } => match self.material(&song, audio) {
                Ok(material) => self.load(song, material, from, play),
                Err(error) => {
                    self.clear();
                    self.tell_failed(song, &error);
                }
            },
            PlayerCommand::Play => self.play(),
            PlayerCommand::Pause => self.pause(),
            PlayerCommand::Seek(position) => self.seek(position),
            // The volume goes to the source directly.
            PlayerCommand::SetVolume(_)
            | PlayerCommand::Follow(_)
            | PlayerCommand::Loop(_)
            | PlayerCommand::Compare { .. }
            | PlayerCommand::Switch
            | PlayerCommand::EndComparison
            | PlayerCommand::Mix(_)
            | PlayerCommand::TellSpectrum(_) => {}
            PlayerCommand::Stop => {
                self.song = None;
                self.loads += 1;
                self.stage.close();
            }
        }
    }

    /// What is to be read of a song.
    fn material(&self, song: &SongId, audio: Playable) -> Result<Material, AudioError> {
        match audio {
            Playable::File(MediaFile { name, .. }) => {
                let is_plain = Path::new(&name).file_name().is_some_and(|it| *it == *name);
                let path = self.shelf.media.join(&name);
                is_plain.then_some(Material::File(path)).ok_or_else(|| {
                    AudioError::Unreadable("its name leads out of the media folder".into())
                })
            }
            Playable::Arriving => {
                let growing = self.shelf.arrivals.get(song).map(Material::Growing);
                growing.ok_or_else(|| AudioError::Unreadable("it is not being fetched".into()))
            }
            Playable::Stems(_) => {
                let reason = "it cannot be played yet".to_owned();
                Err(AudioError::Unsupported(reason))
            }
        }
    }

    fn clear(&mut self) {
        self.song = None;
        self.stage.restart(None);
        self.stage.hold();
        self.loads += 1;
    }

    fn load(&mut self, id: SongId, material: Material, from: Seconds, playing: bool) {
        self.clear();
        let (load, sender) = (self.loads, self.sender.clone());
        let song = Song::open(material, move |facts| {
            let _ = sender.send(Message::Opened(load, facts)); // nobody listens after the end
        });
        match song.map_err(AudioError::from) {
            Ok(song) => {
                self.song = Some(Loaded {
                    id,
                    song,
                    facts: None,
                    ring: None,
                    from,
                    playing,
                    ended: false,
                    told: (0, false),
                    moved_at: Instant::now(),
                    starved: false,
                });
            }
            Err(error) => self.tell_failed(id, &error),
        }
    }

    fn opened(&mut self, facts: Result<Facts, AudioError>) {
        let Some(loaded) = &mut self.song else { return };
        match facts {
            Err(error) => {
                if let Some(loaded) = self.song.take() {
                    self.tell_failed(loaded.id, &error);
                }
            }
            Ok(facts) => {
                loaded.facts = Some(facts);
                let from = loaded.from;
                (self.tell)(PlayerEvent::Loaded {
                    song: loaded.id.clone(),
                    duration: facts.frames.map(|frames| seconds(frames, facts)),
                });
                let (load, sender) = (self.loads, self.sender.clone());
                let shapes = Shapes(self.shelf.shapes.clone());
                loaded.song.learn(shapes, move |learned| {
                    let _ = sender.send(Message::Learned(load, learned)); // nobody listens after the end
                });
                self.seek(from);
                if self.song.as_ref().is_some_and(|loaded| loaded.playing) {
                    self.sound();
                }
            }
        }
    }

    fn learned(&mut self, learned: Learned) {
        let Some(loaded) = &mut self.song else { return };
        let song = loaded.id.clone();
        let survey = match learned {
            Learned::Shape(waveform) => {
                return (self.tell)(PlayerEvent::Shape {
                    song,
                    waveform,
                    whole: false,
                });
            }
            Learned::All(survey) => survey,
        };
        if let Some(facts) = loaded.facts.as_mut().filter(|facts| facts.frames.is_none()) {
            facts.frames = Some(survey.frames);
            (self.tell)(PlayerEvent::Loaded {
                song: song.clone(),
                duration: Some(seconds(survey.frames, *facts)),
            });
        }
        (self.tell)(PlayerEvent::Shape {
            song: song.clone(),
            waveform: survey.waveform.clone(),
            whole: true,
        });
        (self.tell)(PlayerEvent::Landmarks {
            song,
            landmarks: survey.landmarks.clone(),
        });
    }

    fn play(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        loaded.playing = true;
        if loaded.facts.is_none() {
            return;
        }
        if loaded.ended {
            self.seek(Seconds::ZERO);
        }
        self.sound();
        self.tell_position();
    }

    fn pause(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        loaded.playing = false;
        if loaded.facts.is_some() {
            self.stage.hold();
            self.tell_position();
        }
    }

    fn seek(&mut self, position: Seconds) {
        let Some(loaded) = &mut self.song else { return };
        let Some(facts) = loaded.facts else {
            loaded.from = position;
            return;
        };
        let end = facts.frames.map(|frames| seconds(frames, facts));
        let position = position.clamp_to(end.unwrap_or(Seconds(f64::MAX)));
        let frame = (position.0 * f64::from(facts.spec.rate)).round() as u64;
        loaded.ended = false;
        self.go_to(frame);
        self.tell_position();
    }

    /// Lets the loaded song sound from a frame on.
    fn go_to(&mut self, frame: u64) {
        let Some(loaded) = &mut self.song else { return };
        let Some(facts) = loaded.facts else { return };
        let ring = loaded.song.play_from(frame, facts.spec);
        if let Some(old) = loaded.ring.replace(Arc::clone(&ring)) {
            old.close();
        }
        loaded.moved_at = Instant::now();
        self.stage.restart(Some(ring));
    }

    /// Makes the loaded song heard, opening an output for it if need be.
    fn sound(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        let Some(facts) = loaded.facts else { return };
        loaded.moved_at = Instant::now();
        if self.stage.sound(facts.spec, &self.tell) {
            self.hand_over(self.frame());
        }
    }

    fn output_ready(&mut self, attempt: u64, output: Result<Box<dyn Output>, String>) {
        // Taken before the change: the new output knows nothing of what was heard.
        let frame = self.frame();
        if self.stage.install(attempt, output, &self.tell) {
            self.hand_over(frame);
        }
    }

    fn output_lost(&mut self, attempt: u64, reason: String) {
        let frame = self.frame();
        if self.stage.lost(attempt, reason, &self.tell) {
            self.hand_over(frame);
        }
    }

    /// Gives a new output what is to be heard from a frame on.
    fn hand_over(&mut self, frame: u64) {
        let Some(loaded) = &self.song else { return };
        let spec = loaded.facts.map(|facts| facts.spec);
        let spec = spec.filter(|_| loaded.playing);
        match &loaded.ring {
            Some(ring) if ring.consumed() == 0 => self.stage.restart(Some(Arc::clone(ring))),
            _ => self.go_to(frame),
        }
        if let Some(spec) = spec {
            self.stage.sound(spec, &self.tell);
        }
    }

    /// The frame that is heard now.
    fn frame(&self) -> u64 {
        let ring = self.song.as_ref().and_then(|loaded| loaded.ring.as_ref());
        ring.map_or(0, |ring| self.stage.position(ring))
    }

    fn tick(&mut self) {
        let frame = self.frame();
        if self.stage.tick(&self.tell) {
            self.hand_over(frame);
        }
        self.tell_starved();
        let Some(loaded) = &mut self.song else { return };
        if loaded.starved {
            loaded.moved_at = Instant::now();
        }
        let stalls = loaded.moved_at.elapsed() > STALL;
        let Some(ring) = loaded.ring.as_ref() else {
            if stalls && let Some(loaded) = self.song.take() {
                self.tell_failed(loaded.id, &gave_up());
            }
            return;
        };
        if self.stage.is_through(ring) {
            let failure = ring.failure().cloned();
            self.finish(failure.as_ref());
            return;
        }
        if frame != loaded.told.0 {
            loaded.moved_at = Instant::now();
            self.tell_position();
        } else if stalls && ring.available() == 0 && !ring.is_ended() {
            self.finish(Some(&gave_up()));
        }
    }

    /// The song is over, or cannot go on.
    fn finish(&mut self, failure: Option<&AudioError>) {
        let Some(loaded) = &mut self.song else { return };
        loaded.playing = false;
        loaded.ended = true;
        let song = loaded.id.clone();
        self.stage.hold();
        self.tell_position();
        match failure {
            None => (self.tell)(PlayerEvent::Ended { song }),
            Some(error) => self.tell_failed(song, error),
        }
    }

    /// Tells whether it waits for a part that is not here yet, when that has changed.
    fn tell_starved(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        let is_dry = loaded
            .ring
            .as_ref()
            .is_none_or(|ring| ring.available() == 0);
        let waits = is_dry && loaded.song.is_starved();
        if loaded.starved != waits {
            loaded.starved = waits;
            (self.tell)(PlayerEvent::Starved {
                song: loaded.id.clone(),
                waits,
            });
        }
    }

    fn tell_position(&mut self) {
        let frame = self.frame();
        let Some(loaded) = &mut self.song else { return };
        let Some(facts) = loaded.facts else { return };
        loaded.told = (frame, loaded.playing);
        (self.tell)(PlayerEvent::Moved {
            song: loaded.id.clone(),
            position: seconds(frame, facts),
            playing: loaded.playing,
        });
    }

    fn tell_failed(&self, song: SongId, error: &AudioError) {
        (self.tell)(PlayerEvent::Failed {
            song,
            reason: error.to_string(),
        });
    }
}

/// A volume as the source reads it.
pub(super) fn bits(volume: Volume) -> u32 {
    volume.gain().to_bits()
}

fn seconds(frames: u64, facts: Facts) -> Seconds {
    Seconds(frames as f64 / f64::from(facts.spec.rate))
}
