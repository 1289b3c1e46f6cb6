//! Which files are fetched when: a few at a time, sound first, and again where that can help.
//!
//! Invariant: each file is fetched once at a time, and a link is tried again only while that can help.

use super::Songs;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::domain::failure::FailureKind;
use crate::domain::time::after;
use crate::domain::{Failure, MediaKind, Record, Song, SongId, Timestamp};

/// How many files are fetched at once.
const AT_ONCE: usize = 3;
/// The longest pause between two tries at a file, in seconds.
const LONGEST_PAUSE: f64 = 300.0;

/// A file that is to be had: its place in the order of fetching, then its song.
pub(super) type Key = (usize, SongId);

/// The key of a file.
pub(super) fn key(kind: MediaKind, id: &SongId) -> Key {
    let place = MediaKind::ALL.iter().position(|known| *known == kind);
    (place.unwrap_or(MediaKind::ALL.len()), id.clone())
}

/// A file that is to be had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fetch {
    tries: u32,
    pub(super) state: FetchState,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FetchState {
    Wanted { not_before: Option<Timestamp> },
    Running(FetchProgress),
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FetchProgress {
    /// Bytes so far.
    pub done: u64,
    /// Bytes in all, where known.
    pub total: Option<u64>,
}

impl FetchProgress {
    /// In percent, where the whole is known.
    pub fn percent(self) -> Option<u8> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.done.min(total) * 100 / total) as u8)
    }
}

impl Songs {
    /// When a file may be tried again.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.running() >= AT_ONCE {
            return None;
        }
        self.fetches
            .values()
            .filter_map(|fetch| match fetch.state {
                FetchState::Wanted { not_before } => not_before,
                FetchState::Running(_) => None,
            })
            .min()
    }

    fn running(&self) -> usize {
        self.fetches
            .values()
            .filter(|fetch| matches!(fetch.state, FetchState::Running(_)))
            .count()
    }

    pub(super) fn begin_fetches(&mut self, cx: &mut Cx) {
        if cx.settings.is_guest {
            // The program that has the engine fetches them.
            return;
        }
        let mut free = AT_ONCE.saturating_sub(self.running());
        let now = cx.now;
        for ((place, id), fetch) in &mut self.fetches {
            if free == 0 {
                return;
            }
            let FetchState::Wanted { not_before } = fetch.state else {
                continue;
            };
            if not_before.is_some_and(|moment| moment > now) {
                continue;
            }
            let Some(kind) = MediaKind::ALL.get(*place).copied() else {
                continue;
            };
            let Some(url) = self
                .places
                .get(id)
                .and_then(|place| self.all.get(*place))
                .and_then(|song| song.media(kind).url.as_ref()?.url())
            else {
                continue;
            };
            fetch.tries += 1;
            fetch.state = FetchState::Running(FetchProgress::default());
            free -= 1;
            cx.emit(Effect::Download {
                song: id.clone(),
                kind,
                url,
            });
        }
    }

    /// Tries again where that can help; a dead link or a full disk is told and kept with the song.
    pub(super) fn on_failure(
        &mut self,
        id: &SongId,
        kind: MediaKind,
        failure: Failure,
        cx: &mut Cx,
    ) {
        let key = key(kind, id);
        let can_help = matches!(
            failure.kind,
            FailureKind::Unreachable | FailureKind::Unknown | FailureKind::RateLimited
        );
        if let Some(fetch) = self.fetches.get_mut(&key)
            && can_help
        {
            let pause = f64::from(1 << fetch.tries.min(9)) * cx.settings.pace.max(0.05);
            let pause = pause.min(LONGEST_PAUSE);
            let asked = failure.retry_after.map_or(0.0, |wait| wait.as_secs_f64());
            fetch.state = FetchState::Wanted {
                not_before: Some(after(cx.now, pause.max(asked))),
            };
            return;
        }
        self.fetches.remove(&key);
        if let Some(song) = self.get_mut(id) {
            song.media_mut(kind).failure = Some(failure.clone());
            cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
            // Of a picture the row in the library tells enough.
            if kind != MediaKind::Cover {
                let title = song.title.clone();
                cx.notify(Notice::NotFetched(title, failure));
            }
        }
    }
}

impl Fetch {
    pub(super) fn new() -> Self {
        Fetch {
            tries: 0,
            state: FetchState::Wanted { not_before: None },
        }
    }
}

/// A file that has a link, is not here, and did not fail for good. Network troubles do not count as for good.
pub(super) fn is_wanted(song: &Song, kind: MediaKind) -> bool {
    let media = song.media(kind);
    let for_good = media.failure.as_ref().is_some_and(|failure| {
        matches!(failure.kind, FailureKind::BadFile | FailureKind::Forbidden)
    });
    media.file.is_none() && media.url.is_some() && !for_good
}
