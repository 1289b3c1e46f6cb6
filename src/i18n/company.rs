//! What is said of other programs on the same profile.
//!
//! Invariant: as in `i18n`, a phrase that is missing in a language does not compile.

/// Words for several programs on one profile.
#[derive(Debug)]
pub struct Company {
    /// Another program has the engine; said all the time.
    pub guest: &'static str,
    /// A wish was handed to it.
    pub handed_over: &'static str,
    /// An order was handed to it and is not known to have been taken.
    pub waiting: &'static str,
    /// It has ended, and this program has the engine now.
    pub took_over: &'static str,
}
