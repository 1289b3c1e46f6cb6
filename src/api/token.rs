//! The token: the key to somebody's credit.
//!
//! Invariant: its text leaves this room only as a header of a request to the API. It cannot be printed, compared or
//! serialised, and [`Secret::hide`] takes it out of what the other side says.

use std::sync::Arc;

use reqwest::header::HeaderValue;
use thiserror::Error;

/// The most bytes a token may have: far beyond every kind in use, far below what a server takes as a header.
const LENGTH_MAX: usize = 4096;

/// From this length on a token is told apart from a word that a message may hold for other reasons.
const TELLING_LENGTH: usize = 16;

/// A token. It has neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct Secret {
    text: Arc<str>,
    header: HeaderValue,
}

/// Why a text cannot be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Nothing but white space.
    #[error("the token is empty")]
    Empty,
    /// Longer than any token is.
    #[error("the token is longer than {LENGTH_MAX} characters")]
    TooLong,
    /// A space, a line break or a character outside ASCII within it.
    #[error("the token holds a space or a character that no token has")]
    Character,
}

impl Secret {
    /// The token in `text`, which may have white space around it and the word `Bearer` before it, as people paste it.
    pub fn new(text: impl AsRef<str>) -> Result<Secret, TokenError> {
        let text = text.as_ref().trim();
        let text = match text.split_once(' ') {
            Some((word, rest)) if word.eq_ignore_ascii_case("bearer") => rest.trim(),
            _ => text,
        };
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if text.len() > LENGTH_MAX {
            return Err(TokenError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Character);
        }
        let mut header =
            HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| TokenError::Character)?;
        header.set_sensitive(true);
        Ok(Secret {
            text: text.into(),
            header,
        })
    }

    /// The value of the `authorization` header, marked as sensitive.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// `said` without the token, should the other side have repeated it.
    pub(super) fn hide(&self, said: &str) -> String {
        if self.text.len() < TELLING_LENGTH {
            said.to_owned()
        } else {
            said.replace(&*self.text, "•••")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_is_understood() {
        for pasted in [
            "0123456789abcdef",
            " 0123456789abcdef\r\n",
            "Bearer 0123456789abcdef",
            "bearer  0123456789abcdef ",
        ] {
            let secret = Secret::new(pasted).expect("a token");
            assert_eq!(secret.header(), "Bearer 0123456789abcdef");
            assert!(secret.header().is_sensitive());
        }
    }

    #[test]
    fn what_cannot_be_a_token_is_named() {
        for (text, error) in [
            ("", TokenError::Empty),
            (" \n", TokenError::Empty),
            ("a b", TokenError::Character),
            ("a\nb", TokenError::Character),
            ("a\u{0}b", TokenError::Character),
            ("歌", TokenError::Character),
            (&"x".repeat(5000), TokenError::TooLong),
        ] {
            assert_eq!(Secret::new(text).err(), Some(error), "{text:?}");
        }
    }

    #[test]
    fn a_repeated_token_is_taken_out() {
        let secret = Secret::new("0123456789abcdef").expect("a token");
        let said = secret.hide("token 0123456789abcdef is bad");
        assert_eq!(said, "token ••• is bad");
        let word = Secret::new("invalid").expect("a token");
        assert_eq!(word.hide("it is invalid"), "it is invalid");
    }
}
