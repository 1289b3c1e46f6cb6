//! What is said of the song that is on: its large player, what plays next, its mixer.
//!
//! Invariant: as in `i18n`, a phrase that is missing in a language does not compile.

use crate::app::keymap::Keymap;
use crate::domain::saved::Repeat;

/// Words of what is heard.
#[derive(Debug)]
pub struct Listening {
    /// Title of the large player while nothing is on.
    pub title: &'static str,
    /// Title of the list of what plays next.
    pub up_next: &'static str,
    /// Title of the mixer.
    pub mixer: &'static str,
    /// The player waits for bytes.
    pub starved: &'static str,
    /// The song is being fetched.
    pub fetching: &'static str,
    /// Nothing plays next.
    pub nothing_next: &'static str,
    /// How something does.
    pub nothing_next_how: fn(&Keymap) -> String,
    /// How it goes round.
    pub repeat: fn(Repeat) -> &'static str,
    /// A stem is not heard.
    pub muted: &'static str,
    /// A stem is heard alone.
    pub solo: &'static str,
    /// Where the sections stand is a guess.
    pub estimated: &'static str,
    /// The other song is being opened.
    pub opening: &'static str,
    /// So many songs.
    pub count: fn(usize) -> String,
    /// A part goes round and round.
    pub loops: &'static str,
    /// A moment is one that is marked.
    pub at_mark: &'static str,
    /// Songs can be heard at links; the port.
    pub served: fn(u16) -> String,
    /// Title of the window with the link of a song.
    pub link: &'static str,
    /// The link is not there yet.
    pub link_opening: &'static str,
    /// How it is reached from another machine.
    pub link_elsewhere: &'static str,
    /// What is typed there; the port.
    pub link_tunnel: fn(u16) -> String,
    /// How long the link is good.
    pub link_until: &'static str,
    /// Copies the link.
    pub link_copy: &'static str,
    /// Ends the serving.
    pub link_end: &'static str,
}
