//! The songs, and the fetching of their files.
//!
//! Invariant: a song never disappears, each file is fetched once, and a link is tried again only while that can help.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cx::Cx;
use super::effect::Effect;
use super::event::SongEvent;
use super::notice::Notice;
use crate::domain::failure::FailureKind;
use crate::domain::time::after;
use crate::domain::{Failure, MediaKind, Record, Song, SongId, Timestamp};

/// How many files are fetched at once.
const AT_ONCE: usize = 3;
/// How often a file is tried before it waits for the user.
const TRIES: u32 = 6;

/// The songs of the library.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Songs {
    /// By the moment they were made, then by id: the order of the library.
    order: BTreeSet<(Timestamp, SongId)>,
    by_id: HashMap<SongId, Song>,
    fetches: BTreeMap<(SongId, Kind), Fetch>,
}

/// [`MediaKind`] with an order, so that sound is fetched before pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind(bool);

impl From<MediaKind> for Kind {
    fn from(kind: MediaKind) -> Self {
        Kind(kind == MediaKind::Cover)
    }
}

impl From<Kind> for MediaKind {
    fn from(kind: Kind) -> Self {
        if kind.0 {
            MediaKind::Cover
        } else {
            MediaKind::Audio
        }
    }
}

/// A file that is to be had.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fetch {
    tries: u32,
    state: FetchState,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum FetchState {
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
    /// The songs as they were kept.
    pub fn new(songs: Vec<Song>) -> Self {
        let mut all = Songs {
            by_id: HashMap::with_capacity(songs.len()),
            ..Songs::default()
        };
        for song in songs {
            all.put(song);
        }
        all
    }

    /// Begins to fetch every file that is missing.
    pub fn start(&mut self, cx: &mut Cx) {
        let missing: Vec<(SongId, Kind)> = self
            .by_id
            .values()
            .flat_map(|song| {
                [MediaKind::Audio, MediaKind::Cover]
                    .into_iter()
                    .filter(|kind| is_wanted(song, *kind))
                    .map(|kind| (song.id.clone(), Kind::from(kind)))
            })
            .collect();
        for key in missing {
            self.fetches.insert(key, Fetch::new());
        }
        self.begin_fetches(cx);
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Song> {
        self.order.iter().filter_map(|(_, id)| self.by_id.get(id))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The song of an id.
    pub fn get(&self, id: &SongId) -> Option<&Song> {
        self.by_id.get(id)
    }

    /// How far a file is that is being fetched.
    pub fn progress(&self, id: &SongId, kind: MediaKind) -> Option<FetchProgress> {
        match self.fetches.get(&(id.clone(), kind.into()))?.state {
            FetchState::Running(progress) => Some(progress),
            FetchState::Wanted { .. } => Some(FetchProgress::default()),
        }
    }

    /// Takes in a finished song: keeps it and begins to fetch its files. A song that is known keeps its files.
    pub fn add(&mut self, mut song: Song, cx: &mut Cx) {
        if let Some(known) = self.by_id.get(&song.id) {
            song.task = known.task.or(song.task);
            for kind in [MediaKind::Audio, MediaKind::Cover] {
                if known.media(kind).file.is_some() {
                    *song.media_mut(kind) = known.media(kind).clone();
                }
            }
        }
        cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
        for kind in [MediaKind::Audio, MediaKind::Cover] {
            let key = (song.id.clone(), Kind::from(kind));
            if is_wanted(&song, kind) {
                self.fetches.entry(key).or_insert_with(Fetch::new);
            }
        }
        self.put(song);
        self.begin_fetches(cx);
    }

    /// Fetches the missing files of a song again. Tells whether there was one to fetch.
    pub fn fetch_again(&mut self, id: &SongId, cx: &mut Cx) -> bool {
        let Some(song) = self.by_id.get_mut(id) else {
            return false;
        };
        let mut any = false;
        for kind in [MediaKind::Audio, MediaKind::Cover] {
            let key = (id.clone(), Kind::from(kind));
            let media = song.media_mut(kind);
            if media.file.is_none() && media.url.is_some() && !self.fetches.contains_key(&key) {
                media.failure = None;
                self.fetches.insert(key, Fetch::new());
                any = true;
            }
        }
        self.begin_fetches(cx);
        any
    }

    /// What happened to a file. Tells whether a song changed.
    pub fn on_event(&mut self, event: SongEvent, cx: &mut Cx) -> bool {
        match event {
            SongEvent::Progressed {
                song,
                kind,
                done,
                total,
            } => {
                if let Some(fetch) = self.fetches.get_mut(&(song, kind.into())) {
                    fetch.state = FetchState::Running(FetchProgress { done, total });
                }
                false
            }
            SongEvent::Fetched {
                song: id,
                kind,
                file,
                duration,
            } => {
                self.fetches.remove(&(id.clone(), kind.into()));
                if let Some(song) = self.by_id.get_mut(&id) {
                    let media = song.media_mut(kind);
                    media.file = Some(file);
                    media.failure = None;
                    song.duration = duration.or(song.duration);
                    cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
                }
                self.begin_fetches(cx);
                true
            }
            SongEvent::NotFetched {
                song,
                kind,
                failure,
            } => {
                self.on_failure(&song, kind, failure, cx);
                self.begin_fetches(cx);
                true
            }
        }
    }

    /// Begins what has waited long enough.
    pub fn on_tick(&mut self, cx: &mut Cx) {
        self.begin_fetches(cx);
    }

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

    fn put(&mut self, song: Song) {
        if let Some(known) = self.by_id.get(&song.id) {
            self.order.remove(&(known.created_at, known.id.clone()));
        }
        self.order.insert((song.created_at, song.id.clone()));
        self.by_id.insert(song.id.clone(), song);
    }

    fn running(&self) -> usize {
        self.fetches
            .values()
            .filter(|fetch| matches!(fetch.state, FetchState::Running(_)))
            .count()
    }

    fn begin_fetches(&mut self, cx: &mut Cx) {
        let mut free = AT_ONCE.saturating_sub(self.running());
        let now = cx.now;
        for ((id, kind), fetch) in &mut self.fetches {
            if free == 0 {
                return;
            }
            let FetchState::Wanted { not_before } = fetch.state else {
                continue;
            };
            if not_before.is_some_and(|moment| moment > now) {
                continue;
            }
            let kind = MediaKind::from(*kind);
            let Some(url) = self
                .by_id
                .get(id)
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
    fn on_failure(&mut self, id: &SongId, kind: MediaKind, failure: Failure, cx: &mut Cx) {
        let key = (id.clone(), Kind::from(kind));
        let can_help = matches!(
            failure.kind,
            FailureKind::Unreachable | FailureKind::Unknown | FailureKind::RateLimited
        );
        if let Some(fetch) = self.fetches.get_mut(&key)
            && can_help
            && fetch.tries < TRIES
        {
            let pause = f64::from(1 << fetch.tries.min(6)) * cx.settings.pace.max(0.05);
            let asked = failure.retry_after.map_or(0.0, |wait| wait.as_secs_f64());
            fetch.state = FetchState::Wanted {
                not_before: Some(after(cx.now, pause.max(asked))),
            };
            return;
        }
        self.fetches.remove(&key);
        if let Some(song) = self.by_id.get_mut(id) {
            song.media_mut(kind).failure = Some(failure.clone());
            cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
            if kind == MediaKind::Audio {
                let title = song.title.clone();
                cx.notify(Notice::NotFetched(title, failure));
            }
        }
    }
}

impl Fetch {
    fn new() -> Self {
        Fetch {
            tries: 0,
            state: FetchState::Wanted { not_before: None },
        }
    }
}

/// A file that has a link, is not here, and did not fail for good. Network troubles do not count as for good.
fn is_wanted(song: &Song, kind: MediaKind) -> bool {
    let media = song.media(kind);
    let for_good = media.failure.as_ref().is_some_and(|failure| {
        matches!(failure.kind, FailureKind::BadFile | FailureKind::Forbidden)
    });
    media.file.is_none() && media.url.is_some() && !for_good
}
