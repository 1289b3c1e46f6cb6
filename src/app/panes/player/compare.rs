//! Two songs side by side: which, which of them is heard, and which moments belong together.
//!
//! Invariant: `a` is the song that was on when the comparison began, whichever of the two is heard.

use crate::domain::{Action, Alignment, Request, Seconds, Song, SongId};

use super::Turntable;

/// A comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The song that was on.
    pub a: SongId,
    /// The other.
    pub b: SongId,
    /// Whether the other is open.
    pub is_ready: bool,
    /// Whether `b` is heard.
    pub hears_b: bool,
    /// What is known of the one that is not heard.
    pub(super) aside: Turntable,
}

impl Comparison {
    /// The song that is not heard.
    pub fn other(&self) -> &SongId {
        if self.hears_b { &self.a } else { &self.b }
    }
}

/// Which moments of `first` and `other` belong together, as far as their orders tell: a song whose section was replaced
/// and its source are the same before the section, and after it again, however long the new section is.
pub fn alignment(
    (first, first_order): (&Song, Option<&Request>),
    (other, other_order): (&Song, Option<&Request>),
) -> Alignment {
    if let Some(end) = replaced_until(first_order).filter(|_| is_made_from(first, other)) {
        // The first is the new one: its section ends where what follows is as long as in the source.
        let shift = lengths(first, other).map_or(0.0, |(new, old)| old - new);
        return Alignment {
            from: Some(Seconds(end.0 - shift)),
            shift,
        };
    }
    if let Some(end) = replaced_until(other_order).filter(|_| is_made_from(other, first)) {
        let shift = lengths(other, first).map_or(0.0, |(new, old)| new - old);
        return Alignment {
            from: Some(end),
            shift,
        };
    }
    // An extended song is its source up to where it goes on; all others share the clock.
    Alignment::default()
}

fn is_made_from(song: &Song, source: &Song) -> bool {
    song.more.source.as_ref() == Some(&source.id)
}

fn lengths(new: &Song, old: &Song) -> Option<(f64, f64)> {
    Some((new.duration?.0, old.duration?.0))
}

/// Where the section that was replaced ends in the source.
fn replaced_until(order: Option<&Request>) -> Option<Seconds> {
    match order? {
        Request::Audios(order)
            if matches!(
                order.action,
                Action::ReplaceSection | Action::UploadReplaceSection
            ) =>
        {
            order.replace_section_end.map(Seconds)
        }
        _ => None,
    }
}
