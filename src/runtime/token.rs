//! The token as it is typed. It never becomes an event, so it stands in no recording and in no state.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::api::Secret;
use crate::app::event::TokenEvent;

/// The most characters that are taken.
const LONGEST: usize = 4096;

/// What was typed so far.
#[derive(Default)]
pub struct TokenPrompt {
    typed: String,
}

/// What became of a key.
pub enum Typed {
    /// Nothing the app needs to know.
    Nothing,
    /// This.
    Told(TokenEvent),
    /// A token was entered.
    Entered(Entered),
}

/// A token as it was entered: to be stored, and to be used.
pub struct Entered {
    /// As it was typed.
    pub typed: String,
    /// As it is sent.
    pub secret: Secret,
}

impl TokenPrompt {
    /// Forgets what was typed.
    pub fn clear(&mut self) {
        self.typed.clear();
    }

    /// Takes a key or a paste. `None`: not for the token, such as another size of the window.
    pub fn on_terminal(&mut self, event: &Event) -> Option<Typed> {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => Some(Typed::Nothing),
            Event::Key(key) => {
                let control = key.modifiers.contains(KeyModifiers::CONTROL);
                if control && matches!(key.code, KeyCode::Char('z' | 'l')) {
                    return None;
                }
                Some(match key.code {
                    KeyCode::Char('c') if control => self.cancel(),
                    KeyCode::Char('u') if control => {
                        self.clear();
                        self.told()
                    }
                    KeyCode::Char(c) if !control => {
                        self.push(c);
                        self.told()
                    }
                    KeyCode::Backspace => {
                        self.typed.pop();
                        self.told()
                    }
                    KeyCode::Enter => self.enter(),
                    KeyCode::Esc => self.cancel(),
                    _ => Typed::Nothing,
                })
            }
            Event::Paste(text) => {
                text.chars().for_each(|c| self.push(c));
                Some(self.told())
            }
            _ => None,
        }
    }

    fn push(&mut self, c: char) {
        if self.typed.len() < LONGEST && !c.is_control() {
            self.typed.push(c);
        }
    }

    fn told(&self) -> Typed {
        Typed::Told(TokenEvent::Typed(self.typed.chars().count()))
    }

    fn cancel(&mut self) -> Typed {
        self.clear();
        Typed::Told(TokenEvent::Cancelled)
    }

    fn enter(&mut self) -> Typed {
        let typed = std::mem::take(&mut self.typed);
        match Secret::new(&typed) {
            Ok(secret) => Typed::Entered(Entered { typed, secret }),
            Err(error) => Typed::Told(TokenEvent::Refused(error.to_string())),
        }
    }
}
