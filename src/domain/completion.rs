//! The three ways to hear of the end of a song.
//!
//! Invariant: whichever is chosen, the task record has the last word; a way that fails falls back to asking.

use serde::{Deserialize, Serialize};

/// How the end of an order is heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// The order is answered at once, and the API is asked how it stands now and then.
    #[default]
    Polling,
    /// The connection stays open until the song is made; the answer carries everything.
    Blocking,
    /// The order is answered at once, and the provider calls an address of ours when the song is made.
    Webhook,
}

impl Completion {
    /// Every way, in the order they are offered.
    pub const ALL: [Completion; 3] = [
        Completion::Polling,
        Completion::Blocking,
        Completion::Webhook,
    ];

    /// Its word in the config and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Completion::Polling => "polling",
            Completion::Blocking => "blocking",
            Completion::Webhook => "webhook",
        }
    }

    /// The way of a word.
    pub fn from_name(name: &str) -> Option<Completion> {
        Completion::ALL.into_iter().find(|way| way.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_comes_back_from_its_word() {
        for way in Completion::ALL {
            assert_eq!(Completion::from_name(way.name()), Some(way));
            assert_eq!(serde_json::to_value(way).expect("a word"), way.name());
        }
        assert_eq!(Completion::from_name("telepathy"), None);
    }
}
