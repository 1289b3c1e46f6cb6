//! VHS tapes: the demonstration that can be filmed is also a test.
//!
//! The language is that of <https://github.com/charmbracelet/vhs>. Invariant: whatever parses here, VHS
//! accepts and understands the same way; what VHS would only warn about or ignore is an error here.

mod lexer;
mod play;
mod settings;

use std::time::Duration;

use regex::Regex;

use lexer::{Token, Word};
pub use play::Stage;
pub use settings::Settings;

/// A tape that has been read.
#[derive(Debug)]
pub struct Tape {
    /// Everything that was `Set`.
    pub settings: Settings,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One command and the line it stands on.
#[derive(Debug)]
pub struct Step {
    /// Counted from 1.
    pub line: usize,
    /// What to do.
    pub command: Command,
}

/// The commands of a tape.
#[derive(Debug)]
pub enum Command {
    /// Where the film goes: of no matter to tests.
    Output,
    /// A program that must be on the `PATH`.
    Require(String),
    /// Text typed on the keyboard.
    Type(String),
    /// A key, by the harness's name for it, pressed so many times.
    Key(String, usize),
    /// Time for the one who watches the film: tests do not sleep.
    Sleep,
    /// Wait until a line or the screen matches.
    Wait(Wait),
    /// Keep the screen under this name.
    Screenshot(String),
    /// Stop filming.
    Hide,
    /// Go on filming.
    Show,
    /// A variable of the shell's environment.
    Env(String, String),
}

/// What a `Wait` waits for.
#[derive(Debug)]
pub struct Wait {
    /// The whole screen rather than the caret's line.
    pub whole_screen: bool,
    /// How long, if the tape says so.
    pub limit: Option<Duration>,
    /// For what, if the tape says so.
    pub pattern: Option<Regex>,
}

/// Why a tape cannot be played.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct TapeError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl TapeError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

impl Tape {
    /// Reads a tape, or says what is wrong on which line.
    pub fn parse(text: &str) -> Result<Self, TapeError> {
        let mut parser = Parser {
            tokens: lexer::words(text)?,
            next: 0,
            line: 1,
            begun: false,
        };
        let mut tape = Self {
            settings: Settings::default(),
            steps: Vec::new(),
        };
        while let Some(token) = parser.take() {
            let Word::Bare(name) = &token.word else {
                return Err(parser.error(format!("a command is missing before {:?}", token.word)));
            };
            if name == "Set" {
                parser.set(&mut tape.settings)?;
            } else {
                let line = token.line;
                let command = parser.command(name)?;
                parser.begun |= !matches!(command, Command::Output | Command::Require(_));
                tape.steps.push(Step { line, command });
            }
        }
        Ok(tape)
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    /// Of the word that was taken last.
    line: usize,
    /// Whether the part of the settings is over.
    begun: bool,
}

impl Parser {
    fn command(&mut self, name: &str) -> Result<Command, TapeError> {
        if let Some(key) = key_name(name) {
            return self.key(key);
        }
        match name {
            "Output" => self.output(),
            "Require" if self.begun => {
                Err(self.error("Require is ignored unless it stands on top"))
            }
            "Require" => self.text("Require").map(Command::Require),
            "Type" => self.typing(),
            "Ctrl" | "Alt" | "Shift" => self.chord(name),
            "Sleep" => self.time().map(|_| Command::Sleep),
            "Wait" => self.wait().map(Command::Wait),
            "Screenshot" => match self.text("Screenshot")? {
                path if has_suffix(&path, &["png"]) => Ok(Command::Screenshot(path)),
                path => Err(self.error(format!("{path}: a screenshot's name ends in .png"))),
            },
            "Hide" => Ok(Command::Hide),
            "Show" => Ok(Command::Show),
            "Env" => Ok(Command::Env(self.text("Env")?, self.text("Env")?)),
            "Source" => Err(self.error("Source is refused: a tape is one file")),
            "Copy" | "Paste" | "ScrollUp" | "ScrollDown" => {
                Err(self.error(format!("{name} cannot be played without VHS itself")))
            }
            _ => Err(self.error(format!("unknown command {name:?}"))),
        }
    }

    fn set(&mut self, settings: &mut Settings) -> Result<(), TapeError> {
        let Some(Word::Bare(name)) = self.take().map(|token| token.word) else {
            return Err(self.error("Set needs the name of a setting"));
        };
        if self.begun && name != "TypingSpeed" {
            return Err(self.error(format!("Set {name} is ignored unless it stands on top")));
        }
        let line = self.line;
        let mut value = match self.take().map(|token| token.word) {
            Some(
                Word::Bare(text)
                | Word::Quoted(text)
                | Word::Pattern(text)
                | Word::Braces(text)
                | Word::Number(text),
            ) if self.line == line => text,
            _ => return Err(TapeError::new(line, format!("Set {name} needs a value"))),
        };
        if let Some(unit) = self.unit() {
            value.push_str(&unit);
        }
        settings
            .set(&name, value)
            .map_err(|message| TapeError::new(line, message))
    }

    fn output(&mut self) -> Result<Command, TapeError> {
        let path = self.text("Output")?;
        let films = ["gif", "mp4", "webm", "png", "txt", "ascii", "test"];
        if has_suffix(&path, &films) || path.ends_with('/') {
            Ok(Command::Output)
        } else {
            Err(self.error(format!("{path} is no kind of film")))
        }
    }

    fn typing(&mut self) -> Result<Command, TapeError> {
        self.speed()?;
        let mut parts = Vec::new();
        while let Some(Word::Quoted(text)) = self.peek() {
            parts.push(text.clone());
            self.take();
        }
        if parts.is_empty() {
            return Err(self.error("Type needs a text in quotes"));
        }
        Ok(Command::Type(parts.join(" ")))
    }

    fn key(&mut self, key: &str) -> Result<Command, TapeError> {
        self.speed()?;
        let count = match self.peek() {
            Some(Word::Number(count)) => {
                let count = count.parse().ok().filter(|&count| count > 0);
                self.take();
                count.ok_or_else(|| self.error("a key is pressed a whole number of times"))?
            }
            _ => 1,
        };
        Ok(Command::Key(key.to_owned(), count))
    }

    fn chord(&mut self, held: &str) -> Result<Command, TapeError> {
        let mut name = format!("{}-", held.to_lowercase());
        let key = loop {
            if !self.take_sign('+') {
                return Err(self.error(format!("{held} needs + and a key")));
            }
            match self.take().map(|token| token.word) {
                Some(Word::Bare(word)) if word == "Alt" && held == "Ctrl" => name.push_str("alt-"),
                Some(Word::Bare(word)) if key_name(&word).is_some() => break word,
                Some(Word::Bare(word)) if word.chars().count() == 1 => break word,
                Some(Word::Sign(sign)) if "[]@^\\-".contains(sign) => break sign.to_string(),
                other => {
                    return Err(
                        self.error(format!("{held}+{other:?} is no key a terminal can tell"))
                    );
                }
            }
        };
        // Control characters have no case; with Alt and Shift it matters.
        let key = match key_name(&key) {
            Some(named) => named.to_owned(),
            None if held == "Ctrl" => key.to_lowercase(),
            None => key,
        };
        Ok(Command::Key(name + &key, 1))
    }

    fn wait(&mut self) -> Result<Wait, TapeError> {
        let mut whole_screen = false;
        if self.take_sign('+') {
            whole_screen = match self.take().map(|token| token.word) {
                Some(Word::Bare(scope)) if scope == "Screen" => true,
                Some(Word::Bare(scope)) if scope == "Line" => false,
                _ => return Err(self.error("Wait+ needs Screen or Line")),
            };
        }
        let limit = self.speed()?;
        if limit == Some(Duration::ZERO) {
            return Err(self.error("a Wait cannot take no time"));
        }
        let mut pattern = None;
        if let Some(Word::Pattern(text)) = self.peek().cloned() {
            self.take();
            let compiled = Regex::new(&text);
            pattern = Some(compiled.map_err(|error| self.error(error.to_string()))?);
        }
        Ok(Wait {
            whole_screen,
            limit,
            pattern,
        })
    }

    /// `@` and a time, if they follow.
    fn speed(&mut self) -> Result<Option<Duration>, TapeError> {
        if self.take_sign('@') {
            self.time().map(Some)
        } else {
            Ok(None)
        }
    }

    fn time(&mut self) -> Result<Duration, TapeError> {
        let Some(Word::Number(mut text)) = self.take().map(|token| token.word) else {
            return Err(self.error("a time is missing"));
        };
        text.extend(self.unit());
        settings::time(&text).map_err(|message| self.error(message))
    }

    /// `ms`, `s`, `m` or `%`, if it follows.
    fn unit(&mut self) -> Option<String> {
        let unit = match self.peek()? {
            Word::Bare(unit) if matches!(unit.as_str(), "ms" | "s" | "m" | "px" | "em") => {
                unit.clone()
            }
            Word::Sign('%') => "%".to_owned(),
            _ => return None,
        };
        self.take();
        Some(unit)
    }

    fn text(&mut self, command: &str) -> Result<String, TapeError> {
        let line = self.line;
        match self.take().map(|token| token.word) {
            Some(Word::Bare(text) | Word::Quoted(text)) if self.line == line => Ok(text),
            _ => Err(TapeError::new(line, format!("{command} needs a text"))),
        }
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next)?.clone();
        self.next += 1;
        self.line = token.line;
        Some(token)
    }

    fn take_sign(&mut self, sign: char) -> bool {
        let follows = self.peek() == Some(&Word::Sign(sign));
        if follows {
            self.take();
        }
        follows
    }

    /// The next word of the same line: VHS lets commands run on, people do not.
    fn peek(&self) -> Option<&Word> {
        let token = self.tokens.get(self.next)?;
        (token.line == self.line).then_some(&token.word)
    }

    fn error(&self, message: impl Into<String>) -> TapeError {
        TapeError::new(self.line, message)
    }
}

fn key_name(command: &str) -> Option<&'static str> {
    Some(match command {
        "Enter" => "enter",
        "Tab" => "tab",
        "Space" => "space",
        "Backspace" => "backspace",
        "Delete" => "delete",
        "Insert" => "insert",
        "Escape" => "esc",
        "Up" => "up",
        "Down" => "down",
        "Left" => "left",
        "Right" => "right",
        "PageUp" => "pgup",
        "PageDown" => "pgdn",
        _ => return None,
    })
}

fn has_suffix(path: &str, suffixes: &[&str]) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|found| suffixes.iter().any(|suffix| found == *suffix))
}
