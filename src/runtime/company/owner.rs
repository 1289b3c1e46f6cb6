//! With the engine: others are told what changes, and what they hand over is taken.
//!
//! Invariant: a guest that does not read, or comes and goes, holds up nothing.

#[cfg(unix)]
use std::sync::Arc;

#[cfg(unix)]
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
#[cfg(unix)]
use tokio::task::JoinSet;
use tokio::time::sleep;

#[cfg(unix)]
use super::Word;
use super::{Keeping, LATER};
#[cfg(unix)]
use crate::app::event::{CompanyEvent, Event};
#[cfg(unix)]
use crate::profile::{Line, Listener};

/// The programs that have called.
#[cfg(unix)]
struct Guests {
    lines: Vec<(u64, Arc<Line>)>,
    last: u64,
    ears: JoinSet<()>,
    heard: UnboundedSender<(u64, Vec<u8>)>,
}

#[cfg(unix)]
impl Keeping {
    /// Goes on until the sitting ends.
    pub(super) async fn be_owner(&mut self) {
        let listener = match self.company.profile.listen() {
            Ok(listener) => Some(listener),
            Err(error) => {
                tracing::warn!(%error, "others cannot call: looked for them now and then");
                None
            }
        };
        let (heard, mut said) = unbounded_channel();
        let mut guests = Guests {
            lines: Vec::new(),
            last: 0,
            ears: JoinSet::new(),
            heard,
        };
        // What was handed over while nobody listened.
        self.look_for_handed().await;
        loop {
            tokio::select! {
                line = next_line(listener.as_ref()) => {
                    if let Some(line) = line {
                        guests.welcome(line);
                        self.tell_guests(&guests);
                    }
                    self.look_for_handed().await;
                }
                Some((guest, bytes)) = said.recv() => {
                    if bytes.is_empty() {
                        guests.lines.retain(|(known, _)| *known != guest);
                        self.tell_guests(&guests);
                    }
                    if bytes.contains(&Word::Token.byte()) {
                        self.read_token().await;
                    }
                    self.look_for_handed().await;
                }
                Some(_) = guests.ears.join_next() => {}
                Some(word) = self.said.recv() => {
                    guests.tell(word);
                    if word == Word::Handed {
                        // By this program itself, at the moment it took over.
                        self.look_for_handed().await;
                    }
                }
            }
        }
    }

    fn tell_guests(&self, guests: &Guests) {
        let count = guests.lines.len();
        self.tell(Event::Company(CompanyEvent::Guests(count)));
    }
}

#[cfg(unix)]
impl Guests {
    /// Takes in a new guest, who looks at once: something may have changed while it called.
    fn welcome(&mut self, line: Line) {
        self.last += 1;
        let (guest, line) = (self.last, Arc::new(line));
        line.say(Word::Changed.byte());
        self.lines.push((guest, Arc::clone(&line)));
        let heard = self.heard.clone();
        self.ears.spawn(async move {
            loop {
                let bytes = line.hear().await;
                let is_gone = bytes.is_empty();
                if heard.send((guest, bytes)).is_err() || is_gone {
                    return;
                }
            }
        });
    }

    fn tell(&self, word: Word) {
        for (_, line) in &self.lines {
            line.say(word.byte());
        }
    }
}

/// The next guest. `None`: one may have come unheard.
#[cfg(unix)]
async fn next_line(listener: Option<&Listener>) -> Option<Line> {
    let called = match listener {
        Some(listener) => listener.accept().await.ok(),
        None => None,
    };
    if called.is_none() {
        sleep(LATER).await;
    }
    called
}

#[cfg(not(unix))]
impl Keeping {
    /// Goes on until the sitting ends.
    pub(super) async fn be_owner(&mut self) {
        loop {
            sleep(LATER).await;
            self.look_for_handed().await;
        }
    }
}
