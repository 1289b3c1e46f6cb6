//! The words of a tape, cut as VHS cuts them.
//!
//! Stricter than VHS in one thing: a quote, pattern or brace that is not closed is an error.

use std::iter::Peekable;
use std::str::Chars;

use super::TapeError;

/// One word and the line it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Counted from 1.
    pub line: usize,
    /// What it is.
    pub word: Word,
}

/// What a word can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// A bare word, which may be the name of a command.
    Bare(String),
    /// Text in one of the three kinds of quotes.
    Quoted(String),
    /// A pattern between slashes.
    Pattern(String),
    /// A theme written out in braces.
    Braces(String),
    /// Digits and points.
    Number(String),
    /// Any of `@ = ] [ - % ^ \ +`.
    Sign(char),
}

/// Cuts a tape into words; comments and blanks are gone.
pub fn words(text: &str) -> Result<Vec<Token>, TapeError> {
    let mut lexer = Lexer {
        rest: text.chars().peekable(),
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Lexer<'_> {
    fn next_token(&mut self) -> Result<Option<Token>, TapeError> {
        self.skip_blanks();
        let line = self.line;
        let Some(&first) = self.rest.peek() else {
            return Ok(None);
        };
        let word = match first {
            '@' | '=' | ']' | '[' | '-' | '%' | '^' | '\\' | '+' => {
                self.rest.next();
                Word::Sign(first)
            }
            '"' | '\'' | '`' => Word::Quoted(self.until(first)?),
            '/' => Word::Pattern(self.pattern()?),
            '{' => Word::Braces(format!("{{{}}}", self.until('}')?)),
            '0'..='9' => Word::Number(self.run(|c| c.is_ascii_digit() || c == '.')),
            '.' if self.digit_follows() => {
                Word::Number(self.run(|c| c.is_ascii_digit() || c == '.'))
            }
            'a'..='z' | 'A'..='Z' | '.' => {
                Word::Bare(self.run(|c| c.is_ascii_alphanumeric() || "._-/%".contains(c)))
            }
            other => {
                return Err(TapeError::new(line, format!("{other:?} must be quoted")));
            }
        };
        Ok(Some(Token { line, word }))
    }

    fn skip_blanks(&mut self) {
        while let Some(&next) = self.rest.peek() {
            match next {
                '\n' => self.line += 1,
                ' ' | '\t' | '\r' => {}
                '#' => {
                    while self.rest.next_if(|&c| c != '\n').is_some() {}
                    continue;
                }
                _ => return,
            }
            self.rest.next();
        }
    }

    fn digit_follows(&self) -> bool {
        self.rest.clone().nth(1).is_some_and(|c| c.is_ascii_digit())
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let mut run = String::new();
        while let Some(next) = self.rest.next_if(|&c| belongs(c)) {
            run.push(next);
        }
        run
    }

    fn until(&mut self, end: char) -> Result<String, TapeError> {
        self.rest.next();
        let mut text = String::new();
        loop {
            match self.rest.next() {
                Some(next) if next == end => return Ok(text),
                // Only a theme in braces may run over several lines.
                Some('\n') if end == '}' => {
                    self.line += 1;
                    text.push('\n');
                }
                None | Some('\n') => {
                    return Err(TapeError::new(self.line, format!("{end} is missing")));
                }
                Some(next) => text.push(next),
            }
        }
    }

    fn pattern(&mut self) -> Result<String, TapeError> {
        self.rest.next();
        let mut pattern = String::new();
        loop {
            match self.rest.next() {
                Some('/') => return Ok(pattern),
                Some('\\') => {
                    pattern.push('\\');
                    pattern.extend(self.rest.next_if(|&c| c != '\n'));
                }
                None | Some('\n') => {
                    return Err(TapeError::new(self.line, "/ is missing"));
                }
                Some(next) => pattern.push(next),
            }
        }
    }
}
