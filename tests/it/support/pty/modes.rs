//! The terminal's switches: what a program turned on and has not turned off again.
//!
//! Invariant: only the program's output is believed, so a mode is on if its last mention says so.

use std::collections::BTreeMap;

/// Private modes that are on in a terminal nobody has touched.
const ON_BY_NATURE: [u16; 2] = [7, 25];
/// The mode that holds a frame back until it is whole.
const SYNCHRONIZED: u16 = 2026;
/// Whether the caret blinks is a matter of taste, and nothing is left behind by it.
const HARMLESS: u16 = 12;
/// Longer sequences are no switches.
const LONGEST: usize = 128;

/// The ledger of switches, fed with everything that the program writes.
#[derive(Default)]
pub struct Modes {
    scanner: Scanner,
    switches: BTreeMap<u16, bool>,
    keyboard: Vec<u16>,
}

#[derive(Default)]
enum Scanner {
    #[default]
    Text,
    Escape,
    Sequence(Vec<u8>),
}

impl Modes {
    /// Takes the next bytes of the output; sequences may be cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.scanner = match (std::mem::take(&mut self.scanner), byte) {
                (_, 0x1b) => Scanner::Escape,
                (Scanner::Escape, b'[') => Scanner::Sequence(Vec::new()),
                (Scanner::Escape, b'c') => {
                    self.switches.clear();
                    self.keyboard.clear();
                    Scanner::Text
                }
                (Scanner::Sequence(body), 0x40..=0x7e) => {
                    self.sequence(&body, byte);
                    Scanner::Text
                }
                (Scanner::Sequence(mut body), 0x20..=0x3f) if body.len() < LONGEST => {
                    body.push(byte);
                    Scanner::Sequence(body)
                }
                _ => Scanner::Text,
            };
        }
    }

    /// Whether a frame has been begun and not been finished.
    pub fn is_mid_frame(&self) -> bool {
        self.is_on(SYNCHRONIZED)
    }

    /// Whether `mode` was switched on last.
    pub fn is_on(&self, mode: u16) -> bool {
        self.switches
            .get(&mode)
            .copied()
            .unwrap_or(ON_BY_NATURE.contains(&mode))
    }

    /// What differs from an untouched terminal, in words.
    pub fn left_on(&self) -> Vec<String> {
        let mut left: Vec<String> = self
            .switches
            .keys()
            .filter(|&&mode| mode != HARMLESS && self.is_on(mode) != ON_BY_NATURE.contains(&mode))
            .map(|&mode| name(mode))
            .collect();
        if self.keyboard.iter().any(|&flags| flags != 0) {
            left.push(format!("enhanced keys {:?}", self.keyboard));
        }
        left
    }

    fn sequence(&mut self, body: &[u8], last: u8) {
        let Some((&mark, rest)) = body.split_first() else {
            return;
        };
        let numbers = numbers(rest);
        let first = numbers.first().copied().unwrap_or(0);
        match (mark, last) {
            (b'?', b'h') => self.switch(&numbers, true),
            (b'?', b'l') => self.switch(&numbers, false),
            (b'>', b'u') => self.keyboard.push(first),
            (b'<', b'u') => {
                let kept = self.keyboard.len().saturating_sub(first.max(1).into());
                self.keyboard.truncate(kept);
            }
            (b'=', b'u') => {
                self.keyboard.pop();
                self.keyboard.push(first);
            }
            _ => {}
        }
    }

    fn switch(&mut self, modes: &[u16], on: bool) {
        self.switches.extend(modes.iter().map(|&mode| (mode, on)));
    }
}

fn numbers(text: &[u8]) -> Vec<u16> {
    text.split(|&byte| byte == b';')
        .filter_map(|part| std::str::from_utf8(part).ok()?.parse().ok())
        .collect()
}

fn name(mode: u16) -> String {
    let words = match mode {
        1 => "application cursor keys",
        7 => "no automatic wrapping",
        25 => "hidden cursor",
        9 | 1000..=1003 | 1005 | 1006 | 1015 | 1016 => "mouse",
        47 | 1047..=1049 => "alternate screen",
        1004 => "focus reports",
        2004 => "bracketed paste",
        SYNCHRONIZED => "unfinished frame",
        _ => "private mode",
    };
    format!("{words} (?{mode})")
}
