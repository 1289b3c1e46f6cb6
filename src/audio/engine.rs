//! The thread that follows commands: it opens songs, keeps an output going and tells what happens.
//!
//! Invariant: it never waits for anything but its next message, and says nothing of a song that is no longer loaded.

mod beside;
mod heard;

use std::path::{Component, Path};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::deck::Deck;
use super::growing::Learned;
use super::loaded::Loaded;
use super::output::{Change, Output};
use super::shapes::Shapes;
use super::song::{Facts, Material};
use super::spectrum::Spectrum;
use super::stage::Stage;
use super::{AudioError, Shelf};
use crate::domain::{MediaFile, Playable, PlayerCommand, PlayerEvent, Seconds, SongId, Volume};

/// How often the position is told while it moves.
const PACE: Duration = Duration::from_millis(250);
/// A song that neither sounds nor fails for so long never will.
const STALL: Duration = Duration::from_secs(15);

/// What the engine is told. Numbers are those of the deck that it is about.
pub(super) enum Message {
    Command(PlayerCommand),
    /// A part of a song is open, or cannot be opened.
    Opened(u64, usize, Result<Facts, AudioError>),
    /// What was learned of a song by listening.
    Learned(u64, Learned),
    /// Enough of a lane is decoded to go on with it.
    Filled,
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
    decks: u64,
    spectrum: Spectrum,
}

impl Engine {
    pub(super) fn new(shelf: Shelf, tell: Tell, sender: Sender<Message>, stage: Stage) -> Engine {
        Engine {
            shelf,
            tell,
            sender,
            stage,
            song: None,
            decks: 0,
            spectrum: Spectrum::new(),
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
                Some(Message::Opened(number, part, facts)) => self.opened(number, part, facts),
                Some(Message::Learned(number, learned)) => self.learned(number, learned),
                Some(Message::Filled) => self.exchange_pending(),
                Some(Message::Output(attempt, output)) => self.output_ready(attempt, output),
                Some(Message::Lost(attempt, reason)) => self.output_lost(attempt, reason),
            }
        }
    }

    /// How long nothing needs to be done. `None`: until the next message.
    fn next_wake(&self) -> Option<Duration> {
        let loaded = self.song.as_ref()?;
        if !loaded.deck.is_open() {
            return Some(if loaded.deck.is_growing() {
                PACE
            } else {
                STALL
            });
        }
        if !loaded.playing && !loaded.starved {
            return None;
        }
        let program = loaded.program.as_ref();
        let until_end = program.and_then(|program| self.stage.until_end(program));
        let until_spectrum = self.spectrum.next_wake().filter(|_| loaded.playing);
        let wakes = [until_end, self.stage.next_wake(), until_spectrum];
        Some(wakes.into_iter().flatten().fold(PACE, Duration::min))
    }

    fn obey(&mut self, command: PlayerCommand) {
        match command {
            PlayerCommand::Load {
                song,
                audio,
                from,
                play,
            } => self.load(song, audio, from, play),
            PlayerCommand::Follow(next) => self.follow(next),
            PlayerCommand::Play => self.play(),
            PlayerCommand::Pause => self.pause(),
            PlayerCommand::Seek(position) => self.seek(position),
            PlayerCommand::Loop(part) => self.go_round(part),
            PlayerCommand::Compare {
                song,
                audio,
                alignment,
            } => self.compare(song, audio, alignment),
            PlayerCommand::Switch => self.switch(),
            PlayerCommand::EndComparison => self.end_comparison(),
            PlayerCommand::Mix(gains) => self.mix(&gains),
            // How loud it is stands where the source sees it.
            PlayerCommand::SetVolume(_) => self.stage.change(Change::Level),
            PlayerCommand::TellSpectrum(rate) => self.tell_spectrum(rate),
            PlayerCommand::Stop => {
                self.song = None;
                self.stage.close();
                self.hush();
            }
        }
    }

    /// What is to be read of a song, and whether that is its stems.
    fn materials(
        &self,
        song: &SongId,
        audio: Playable,
    ) -> Result<(Vec<Material>, bool), AudioError> {
        let file = |MediaFile { name, .. }: MediaFile| {
            // The stems of a song lie in a folder of their own below it.
            let mut parts = Path::new(&name).components();
            let stays = parts.all(|part| matches!(part, Component::Normal(_))) && !name.is_empty();
            let path = self.shelf.media.join(&name);
            stays.then_some(Material::File(path)).ok_or_else(|| {
                AudioError::Unreadable("its name leads out of the media folder".into())
            })
        };
        match audio {
            Playable::File(media) => Ok((vec![file(media)?], false)),
            Playable::Arriving => {
                let growing = self.shelf.arrivals.get(song).map(Material::Growing);
                let growing = growing
                    .ok_or_else(|| AudioError::Unreadable("it is not being fetched".into()))?;
                Ok((vec![growing], false))
            }
            Playable::Stems(stems) if stems.is_empty() => Err(AudioError::NoSoundInside),
            Playable::Stems(stems) => {
                let stems: Result<Vec<Material>, AudioError> =
                    stems.into_iter().map(file).collect();
                Ok((stems?, true))
            }
        }
    }

    fn open(&mut self, song: SongId, audio: Playable) -> Result<Deck, AudioError> {
        let materials = self.materials(&song, audio)?;
        self.decks += 1;
        Deck::open(song, self.decks, materials, self.sender.clone())
    }

    fn load(&mut self, id: SongId, audio: Playable, from: Seconds, playing: bool) {
        self.song = None;
        self.stage.change(Change::Put(None));
        self.stage.hold();
        match self.open(id.clone(), audio) {
            Ok(deck) => self.song = Some(Loaded::new(deck, from, playing)),
            Err(error) => self.tell_failed(id, &error),
        }
    }

    fn opened(&mut self, number: u64, part: usize, facts: Result<Facts, AudioError>) {
        let Some(loaded) = &mut self.song else { return };
        let Some(deck) = loaded.deck(number) else {
            return;
        };
        match facts {
            Err(error) => self.cannot_open(number, &error),
            Ok(facts) => {
                deck.learn(part, facts);
                if !deck.is_open() {
                    return;
                }
                deck.listen(Shapes(self.shelf.shapes.clone()));
                if loaded.deck.number == number {
                    (self.tell)(loaded.opened());
                    self.begin();
                } else if loaded
                    .other
                    .as_ref()
                    .is_some_and(|o| o.deck.number == number)
                {
                    self.other_opened();
                } else {
                    self.restage_next();
                }
            }
        }
    }

    fn cannot_open(&mut self, number: u64, error: &AudioError) {
        let Some(loaded) = &mut self.song else { return };
        let is_it = |deck: &Deck| deck.number == number;
        let failed = if is_it(&loaded.deck) {
            self.song.take().map(|loaded| loaded.deck)
        } else if loaded
            .other
            .as_ref()
            .is_some_and(|other| is_it(&other.deck))
        {
            loaded.other.take().map(|other| other.deck)
        } else {
            loaded.next.take().map(|next| next.deck)
        };
        if let Some(deck) = failed {
            self.tell_failed(deck.id, error);
        }
    }

    /// The loaded song is open: it goes where it was to go.
    fn begin(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        loaded.spec = Some(loaded.deck.spec());
        let (from, playing) = (loaded.from, loaded.playing);
        self.seek(from);
        if playing {
            self.sound();
        }
    }

    fn play(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        loaded.playing = true;
        if !loaded.deck.is_open() {
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
        if loaded.deck.is_open() {
            self.stage.hold();
            self.tell_position();
        }
        self.hush();
    }

    fn seek(&mut self, position: Seconds) {
        let Some(loaded) = &mut self.song else { return };
        if !loaded.deck.is_open() {
            loaded.from = position;
            return;
        }
        let end = loaded.deck.duration().map_or(f64::MAX, |end| end);
        let position = position.clamp_to(Seconds(end));
        loaded.ended = false;
        self.go_to(position.0);
        self.tell_position();
    }

    /// Lets all that is loaded sound from a moment on.
    fn go_to(&mut self, moment: f64) {
        let Some(loaded) = &mut self.song else { return };
        let Some(spec) = loaded.spec else { return };
        let program = loaded.begin(moment, spec);
        loaded.moved_at = Instant::now();
        self.stage.change(Change::Put(Some(program)));
        self.restage_next();
    }

    /// Makes the loaded song heard, opening an output for it if need be.
    fn sound(&mut self) {
        let Some(loaded) = &mut self.song else { return };
        let Some(spec) = loaded.spec else { return };
        loaded.moved_at = Instant::now();
        let moment = self.moment();
        if self.stage.sound(spec, &self.tell) {
            self.hand_over(moment);
        }
    }

    fn output_ready(&mut self, attempt: u64, output: Result<Box<dyn Output>, String>) {
        // Taken before the change: the new output knows nothing of what was heard.
        let moment = self.moment();
        if self.stage.install(attempt, output, &self.tell) {
            self.hand_over(moment);
        }
    }

    fn output_lost(&mut self, attempt: u64, reason: String) {
        let moment = self.moment();
        if self.stage.lost(attempt, reason, &self.tell) {
            self.hand_over(moment);
        }
    }

    /// Gives a new output what is to be heard from a moment on.
    fn hand_over(&mut self, moment: f64) {
        let Some(loaded) = &self.song else { return };
        let spec = loaded.spec.filter(|_| loaded.playing);
        match &loaded.program {
            Some(program) if program.played() == 0 => {
                self.stage.change(Change::Put(Some(Arc::clone(program))));
                self.restage_next();
            }
            _ => self.go_to(moment),
        }
        if let Some(spec) = spec {
            self.stage.sound(spec, &self.tell);
        }
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
