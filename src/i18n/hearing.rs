//! How the end of a song is heard of, in words.
//!
//! Invariant: as in `i18n`, a phrase that is missing in a language does not compile.

use crate::domain::Completion;

/// Words for the ways to hear of the end of a song.
#[derive(Debug)]
pub struct Hearing {
    /// The label of the choice, in the form and in the details.
    pub label: &'static str,
    /// A way as a value of the form.
    pub way: fn(Completion) -> &'static str,
    /// A way as the details of a task tell it.
    pub told: fn(Completion) -> &'static str,
}
