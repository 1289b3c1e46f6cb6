//! Which files are fetched when: a few at a time, what was just made first, then what cannot be had for long any more.
//!
//! Invariant: each file is fetched once at a time, and a link is tried again only while that can help.

use std::collections::{BTreeMap, BTreeSet};

use super::Songs;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::domain::failure::FailureKind;
use crate::domain::time::after;
use crate::domain::{Failure, Link, MediaKind, Song, SongId, Timestamp};

/// How many files are fetched at once.
const AT_ONCE: usize = 3;
/// The longest pause between two tries at a file, in seconds.
const LONGEST_PAUSE: f64 = 300.0;
/// The longest one taken on when the other side asks for it, in seconds.
const LONGEST_ASKED: f64 = 3600.0;
/// How often a link is tried that is dead by its age.
const DEAD_TRIES: u32 = 3;
/// The pause until it is seen whether there is room on the disk, in seconds.
const DISK_PAUSE: f64 = 10.0;

/// A file that is to be had: its kind's place in the order of fetching, then its song.
pub(super) type Key = (usize, SongId);

/// The key of a file.
pub(super) fn key(kind: MediaKind, id: &SongId) -> Key {
    let place = MediaKind::ALL.iter().position(|known| *known == kind);
    (place.unwrap_or(MediaKind::ALL.len()), id.clone())
}

/// How much a file is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It was just made, or asked for.
    Wanted,
    /// It is missing; the nearest death of a link first.
    Missing(Timestamp),
    /// Its link is dead by its age: it may live all the same.
    Dead,
}

impl Rank {
    /// Of a file that nobody waits for at the moment.
    pub(super) fn of(song: &Song, now: Timestamp) -> Rank {
        let dies = song.link_dies();
        if dies <= now {
            Rank::Dead
        } else {
            Rank::Missing(dies)
        }
    }
}

/// The files that are to be had, in the order in which they are fetched.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Fetches {
    all: BTreeMap<Key, Fetch>,
    ready: BTreeSet<(Rank, Key)>,
    later: BTreeSet<(Timestamp, Key)>,
    running: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Fetch {
    rank: Rank,
    tries: u32,
    state: FetchState,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum FetchState {
    Ready,
    Later(Timestamp),
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

impl Fetches {
    /// Wants a file, unless it is wanted already.
    pub(super) fn want(&mut self, key: Key, rank: Rank) {
        if let Some(known) = self.all.get(&key) {
            if known.rank > rank && known.state == FetchState::Ready {
                self.set(
                    key,
                    Fetch {
                        rank,
                        tries: 0,
                        state: FetchState::Ready,
                    },
                );
            }
            return;
        }
        self.set(
            key,
            Fetch {
                rank,
                tries: 0,
                state: FetchState::Ready,
            },
        );
    }

    /// Whether a file is wanted or on its way.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.all.contains_key(key)
    }

    /// How far a file is that is wanted or on its way.
    pub(super) fn progress(&self, key: &Key) -> Option<FetchProgress> {
        match self.all.get(key)?.state {
            FetchState::Running(progress) => Some(progress),
            FetchState::Ready | FetchState::Later(_) => Some(FetchProgress::default()),
        }
    }

    /// How many files are wanted or on their way.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Takes in how far a file is.
    pub(super) fn progressed(&mut self, key: &Key, progress: FetchProgress) {
        if let Some(fetch) = self.all.get_mut(key)
            && let FetchState::Running(known) = &mut fetch.state
        {
            *known = progress;
        }
    }

    pub(super) fn remove(&mut self, key: &Key) {
        if let Some(fetch) = self.all.remove(key) {
            self.strike(key, fetch);
        }
    }

    fn set(&mut self, key: Key, fetch: Fetch) {
        if let Some(before) = self.all.insert(key.clone(), fetch) {
            self.strike(&key, before);
        }
        match fetch.state {
            FetchState::Ready => {
                self.ready.insert((fetch.rank, key));
            }
            FetchState::Later(at) => {
                self.later.insert((at, key));
            }
            FetchState::Running(_) => self.running += 1,
        }
    }

    fn strike(&mut self, key: &Key, fetch: Fetch) {
        match fetch.state {
            FetchState::Ready => {
                self.ready.remove(&(fetch.rank, key.clone()));
            }
            FetchState::Later(at) => {
                self.later.remove(&(at, key.clone()));
            }
            FetchState::Running(_) => self.running = self.running.saturating_sub(1),
        }
    }

    /// Lets what has waited long enough be fetched again. What waits for longer than it ever should is from before the clock
    /// was set back.
    fn wake(&mut self, now: Timestamp) {
        let is_due = |at: Timestamp| at <= now || at > after(now, 2.0 * LONGEST_ASKED);
        let first = self.later.first().into_iter();
        let ends = first.chain(self.later.last()).any(|(at, _)| is_due(*at));
        if !ends {
            return;
        }
        let due = self.later.iter().filter(|(at, _)| is_due(*at));
        let due: Vec<Key> = due.map(|(_, key)| key.clone()).collect();
        for key in due {
            if let Some(fetch) = self.all.get(&key).copied() {
                self.set(
                    key,
                    Fetch {
                        state: FetchState::Ready,
                        ..fetch
                    },
                );
            }
        }
    }

    /// Begins a file, whatever else is on its way. `None`: it is on its way.
    fn begin_now(&mut self, key: Key) -> Option<SongId> {
        let known = self.all.get(&key).copied();
        if known.is_some_and(|fetch| matches!(fetch.state, FetchState::Running(_))) {
            return None;
        }
        let id = key.1.clone();
        let begun = Fetch {
            rank: Rank::Wanted,
            tries: known.map_or(1, |fetch| fetch.tries + 1),
            state: FetchState::Running(FetchProgress::default()),
        };
        self.set(key, begun);
        Some(id)
    }

    /// The next file to be fetched, if there is a place for it.
    fn next(&mut self) -> Option<Key> {
        if self.running >= AT_ONCE {
            return None;
        }
        let (_, key) = self.ready.first()?.clone();
        let fetch = self.all.get(&key).copied()?;
        let begun = Fetch {
            tries: fetch.tries + 1,
            state: FetchState::Running(FetchProgress::default()),
            ..fetch
        };
        self.set(key.clone(), begun);
        Some(key)
    }
}

impl Songs {
    /// When a file may be tried again.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.fetches.running >= AT_ONCE {
            return None;
        }
        self.fetches.later.first().map(|(at, _)| *at)
    }

    /// Fetches the sound of a song at once, before everything that waits and beside what is on its way: somebody listens to
    /// it. Tells whether it is on its way.
    pub fn fetch_first(&mut self, id: &SongId, cx: &mut Cx) -> bool {
        if cx.settings.is_guest {
            return false;
        }
        let Some(song) = self.get_mut(id) else {
            return false;
        };
        if song.audio.file.is_some() || song.audio.url.is_none() {
            return false;
        }
        song.audio.failure = None;
        let Some(url) = song.audio.url.as_ref().and_then(Link::url) else {
            return false;
        };
        if let Some(song) = self.fetches.begin_now(key(MediaKind::Audio, id)) {
            let kind = MediaKind::Audio;
            cx.emit(Effect::Download { song, kind, url });
        }
        true
    }

    /// How many files are wanted or on their way.
    pub fn to_fetch(&self) -> usize {
        self.fetches.len()
    }

    pub(super) fn begin_fetches(&mut self, cx: &mut Cx) {
        if cx.settings.is_guest {
            // The program that has the engine fetches them.
            return;
        }
        self.fetches.wake(cx.now);
        while let Some(key) = self.fetches.next() {
            let kind = MediaKind::ALL.get(key.0).copied();
            let song = self.get(&key.1);
            let url = kind
                .zip(song)
                .and_then(|(kind, song)| Some((kind, song.media(kind).url.as_ref()?.url()?)));
            let Some((kind, url)) = url else {
                self.fetches.remove(&key);
                continue;
            };
            cx.emit(Effect::Download {
                song: key.1,
                kind,
                url,
            });
        }
    }

    /// Tries again where that can help: what a full disk has no room for goes on by itself once there is some. A dead link
    /// is told and kept with the song.
    pub(super) fn on_failure(
        &mut self,
        id: &SongId,
        kind: MediaKind,
        failure: Failure,
        cx: &mut Cx,
    ) {
        if failure.kind == FailureKind::Disk {
            return self.on_disk_full(id, kind, failure, cx);
        }
        let key = key(kind, id);
        let can_help = matches!(
            failure.kind,
            FailureKind::Unreachable | FailureKind::Unknown | FailureKind::RateLimited
        );
        let fetch = self.fetches.all.get(&key).copied();
        let is_dead = fetch.is_some_and(|fetch| fetch.rank == Rank::Dead);
        let can_help = can_help && fetch.is_none_or(|fetch| !is_dead || fetch.tries < DEAD_TRIES);
        if let Some(fetch) = fetch.filter(|_| can_help) {
            let pause = f64::from(1 << fetch.tries.min(9)) * cx.settings.pace.max(0.05);
            let pause = pause.min(LONGEST_PAUSE);
            let asked = failure.retry_after.map_or(0.0, |wait| wait.as_secs_f64());
            let pause = pause.max(asked).min(LONGEST_ASKED);
            let state = FetchState::Later(after(cx.now, pause));
            self.fetches.set(key, Fetch { state, ..fetch });
            return;
        }
        self.fetches.remove(&key);
        // A link that is dead by its age and does not answer is not tried with every start.
        let failure = match failure.kind {
            FailureKind::Disk | FailureKind::Forbidden => failure,
            _ if is_dead => Failure {
                kind: FailureKind::BadFile,
                ..failure
            },
            _ => failure,
        };
        if let Some(song) = self.get_mut(id) {
            song.media_mut(kind).failure = Some(failure.clone());
            let song = song.clone();
            cx.emit(Effect::Save(self.record(&song)));
            // Of a picture, or of one of many dead links, the row in the library tells enough.
            if kind != MediaKind::Cover && !is_dead {
                cx.notify(Notice::NotFetched(song.title, failure));
            }
        }
    }
}

impl Songs {
    fn on_disk_full(&mut self, id: &SongId, kind: MediaKind, failure: Failure, cx: &mut Cx) {
        let key = key(kind, id);
        if let Some(fetch) = self.fetches.all.get(&key).copied() {
            let pause = DISK_PAUSE * cx.settings.pace.max(0.05);
            let state = FetchState::Later(after(cx.now, pause));
            self.fetches.set(key, Fetch { state, ..fetch });
        }
        let Some(song) = self.get_mut(id) else {
            return;
        };
        // Told once; there is no room to keep it.
        let told = song.media_mut(kind).failure.replace(failure.clone());
        if told.is_none_or(|told| told.kind != FailureKind::Disk) {
            let title = song.title.clone();
            cx.notify(Notice::NotFetched(title, failure));
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
