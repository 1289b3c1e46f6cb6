//! The hand at the keyboard: it types, orders, edits and brings in, as far as the program lets it live.
//!
//! Invariant: it notes only what it saw on the screen. Each of its texts is there once in the world.

use std::path::Path;
use std::time::{Duration, Instant};

use super::dice::Dice;
use crate::support::pty::{Pty, lines};

/// How long the hand waits for the screen to follow.
const PATIENCE: Duration = Duration::from_secs(3);
/// Where the queue begins on a screen of 120 columns.
const QUEUE: usize = 78;

/// What the hand has done, over all sittings.
#[derive(Default)]
pub struct Notes {
    count: usize,
    /// Each text that was ordered, and how many orders it may have become.
    pub ordered: Vec<(String, usize)>,
    /// What stood in the queue, and since when.
    pub queued: Vec<(String, Instant)>,
    /// What was typed into the draft and stood on the screen, and since when.
    pub typed: Vec<(String, Instant)>,
    /// How often each thing was done.
    pub deeds: std::collections::BTreeMap<&'static str, usize>,
}

impl Notes {
    fn text(&mut self, what: &str) -> String {
        self.count += 1;
        format!("k{:04} {what}", self.count)
    }

    fn did(&mut self, what: &'static str) {
        *self.deeds.entry(what).or_default() += 1;
    }

    /// The hand replaced the draft itself: what was typed is in the one before, and not for ever.
    fn replaced(&mut self) {
        self.typed.clear();
    }
}

/// The hand.
pub struct Hand<'a> {
    pub pty: &'a Pty,
    pub dice: &'a mut Dice,
    pub notes: &'a mut Notes,
    /// Where it has tunes of its own.
    pub home: &'a Path,
}

impl Hand<'_> {
    /// Works until the program is gone.
    pub fn work(&mut self) {
        while self.pause(0, 250) {
            match self.dice.below(16) {
                0..5 => self.order(),
                5 => self.batch(),
                6..9 => self.write_lines(),
                9 => self.words(),
                10 => self.upload(),
                11 => self.extend(),
                12 => self.file("WAV", "wav"),
                13 => self.file("video", "video"),
                14 => self.file("stems", "stems"),
                _ => self.ramble(),
            };
            self.leave();
        }
    }

    /// Leaves whatever lies over the panes and whatever is being typed, and makes sure of it: a machine with other work to
    /// do may read Escape together with the next key, which then is another key.
    fn leave(&self) {
        for _ in 0..8 {
            self.pty.key("esc");
            let is_at_rest = |screen: &vt100::Screen| screen.contents().contains("? help");
            if self.pty.sees_within(PATIENCE / 6, is_at_rest) || self.pty.has_ended() {
                return;
            }
        }
    }

    /// Waits a little. Whether the program is still there.
    fn pause(&mut self, from: u64, to: u64) -> bool {
        let span = self.dice.span(from, to);
        self.pty.sees_within(span, |_| false);
        !self.pty.has_ended()
    }

    fn sees(&self, text: &str) -> bool {
        self.pty.sees_within(PATIENCE, |screen| {
            lines(screen).iter().any(|line| line.contains(text))
        })
    }

    fn sees_queued(&self, text: &str) -> bool {
        self.pty.sees_within(PATIENCE, |screen| {
            lines(screen).iter().any(|line| {
                let queue: String = line.chars().skip(QUEUE).collect();
                queue.contains(text)
            })
        })
    }

    /// Moves down to the row that says `label`.
    fn finds(&self, label: &str) -> bool {
        let is_on = |screen: &vt100::Screen| {
            let mark = format!("▸ {label}");
            lines(screen).iter().any(|line| line.contains(&mark))
        };
        for _ in 0..20 {
            if self.pty.sees_within(Duration::from_millis(60), is_on) {
                return true;
            }
            self.pty.key("j");
        }
        false
    }

    /// A fresh draft with a prompt.
    fn prompt(&mut self, text: &str) -> bool {
        self.pty.key("ctrl-n");
        self.notes.replaced();
        self.pty.key("1");
        self.pty.key("enter");
        self.pty.key("ctrl-u");
        self.pty.send(text);
        let is_there = self.sees(text);
        if is_there {
            self.notes.typed.push((text.to_owned(), Instant::now()));
        }
        self.pty.key("enter");
        is_there
    }

    fn order(&mut self) -> bool {
        let text = self.notes.text("rain on tin");
        if !self.prompt(&text) {
            return false;
        }
        self.notes.ordered.push((text.clone(), 1));
        self.pty.key("ctrl-g");
        if !self.sees_queued(&text) {
            return false;
        }
        self.notes.queued.push((text, Instant::now()));
        self.notes.did("orders");
        true
    }

    fn batch(&mut self) -> bool {
        let text = self.notes.text("three of them");
        if !self.prompt(&text) {
            return false;
        }
        self.pty.key("shift-b");
        if !self.sees("Many songs from this draft") {
            return false;
        }
        self.notes.ordered.push((text.clone(), 3));
        self.pty.key("enter");
        if !self.sees_queued(&text) {
            return false;
        }
        self.notes.queued.push((text, Instant::now()));
        self.notes.did("batches");
        true
    }

    fn words(&mut self) -> bool {
        let text = self.notes.text("a lighthouse");
        self.pty.key("2");
        self.pty.key("w");
        if !self.sees("Have lyrics written") {
            return false;
        }
        self.pty.key("ctrl-u");
        self.pty.send(&text);
        if !self.sees(&text) {
            return false;
        }
        self.notes.ordered.push((text.clone(), 1));
        self.pty.key("enter");
        if !self.sees_queued(&text) {
            return false;
        }
        self.notes.queued.push((text, Instant::now()));
        self.notes.did("words");
        true
    }

    /// Lines of a lyric, with pauses as a person makes them.
    fn write_lines(&mut self) -> bool {
        self.pty.key("2");
        self.pty.key("enter");
        for _ in 0..=self.dice.below(3) {
            let text = self.notes.text("sang the river");
            self.pty.key("ctrl-end");
            self.pty.send(&format!("{text}\r"));
            if !self.sees(&text) {
                return false;
            }
            self.notes.typed.push((text, Instant::now()));
            if !self.pause(0, 700) {
                return false;
            }
        }
        self.notes.did("verses");
        true
    }

    /// Types without a pause for a while: what stood there for a second is kept all the same.
    fn ramble(&mut self) -> bool {
        self.pty.key("2");
        self.pty.key("enter");
        self.pty.key("ctrl-end");
        for _ in 0..6 {
            let text = self.notes.text("on and on");
            for letter in format!("{text}\r").chars() {
                self.pty.send(&letter.to_string());
                if !self.pause(20, 40) {
                    return false;
                }
            }
            if !self.sees(&text) {
                return false;
            }
            self.notes.typed.push((text, Instant::now()));
        }
        self.notes.did("rambles");
        true
    }

    fn upload(&mut self) -> bool {
        let name = self.notes.text("tune").replace(' ', "-") + ".wav";
        let pitch = 200 + self.dice.below(600);
        std::fs::write(self.home.join(&name), tune(pitch)).expect("a tune");
        self.pty.key("4");
        self.pty.key("shift-u");
        if !self.sees("Enter") {
            return false;
        }
        self.pty.send(&format!("~/{name}"));
        if !self.sees(&name) {
            return false;
        }
        self.notes.ordered.push((name.clone(), 1));
        self.pty.key("enter");
        self.notes.did("uploads");
        true
    }

    fn actions(&mut self) -> bool {
        self.pty.key("4");
        self.pty.key("g");
        for _ in 0..self.dice.below(4) {
            self.pty.key("j");
        }
        self.pty.key("a");
        self.pty.sees_within(Duration::from_millis(400), |screen| {
            lines(screen).iter().any(|line| line.contains("▸ extend"))
        })
    }

    fn extend(&mut self) -> bool {
        if !self.actions() {
            return false;
        }
        self.pty.key("enter");
        if !self.sees("Compose ── extend") {
            return false;
        }
        self.notes.replaced();
        self.pty.key("enter");
        self.pty.send("0.5\r");
        let is_on =
            |screen: &vt100::Screen| lines(screen).iter().any(|line| line.contains("▸Prompt"));
        let mut steps = 0;
        while !self.pty.sees_within(Duration::from_millis(60), is_on) {
            self.pty.key("j");
            steps += 1;
            if steps > 14 {
                return false;
            }
        }
        let text = self.notes.text("goes on");
        self.pty.key("enter");
        self.pty.key("ctrl-u");
        self.pty.send(&text);
        if !self.sees(&text) {
            return false;
        }
        self.notes.typed.push((text.clone(), Instant::now()));
        self.pty.key("enter");
        self.notes.ordered.push((text, 1));
        self.pty.key("ctrl-g");
        self.notes.did("extensions");
        self.pause(100, 200)
    }

    fn file(&mut self, label: &str, what: &'static str) -> bool {
        if !self.actions() || !self.finds(label) {
            return false;
        }
        self.pty.key("enter");
        if !self.sees("Enter") {
            return false;
        }
        self.pty.key("enter");
        self.notes.did(what);
        self.pause(50, 100)
    }
}

/// Half a second of a tone, as a wave file.
fn tune(pitch: usize) -> Vec<u8> {
    const RATE: usize = 22_050;
    let samples: Vec<u8> = (0..RATE / 2)
        .flat_map(|at| {
            let turn = (at * pitch % RATE) as f64 / RATE as f64;
            let level = (turn * std::f64::consts::TAU).sin() * 12_000.0;
            (level as i16).to_le_bytes()
        })
        .collect();
    let long = |number: usize| (number as u32).to_le_bytes();
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend(long(36 + samples.len()));
    file.extend(b"WAVEfmt ");
    file.extend(long(16));
    file.extend([1, 0, 1, 0]);
    file.extend(long(RATE));
    file.extend(long(RATE * 2));
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(long(samples.len()));
    file.extend(samples);
    file
}
