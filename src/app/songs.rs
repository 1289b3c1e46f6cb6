//! The songs, and the fetching of their files.
//!
//! Invariant: a song never disappears, each file is fetched once, and a link is tried again only while that can help.

use std::collections::{BTreeMap, HashMap};

use super::cx::Cx;
use super::effect::Effect;
use super::event::SongEvent;
use super::notice::Notice;
use crate::domain::failure::FailureKind;
use crate::domain::time::after;
use crate::domain::{Failure, MediaKind, Record, Song, SongId, Timestamp};

/// How many files are fetched at once.
const AT_ONCE: usize = 3;
/// The longest pause between two tries at a file, in seconds.
const LONGEST_PAUSE: f64 = 300.0;

/// The songs of the library.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Songs {
    /// By the moment they were made, then by id: the order of the library.
    all: Vec<Song>,
    places: HashMap<SongId, usize>,
    /// How many there are, while only the newest have been read.
    unread: Option<usize>,
    fetches: BTreeMap<(Kind, SongId), Fetch>,
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
    /// The songs as they were kept. `unread`: how many there are, where these are only the newest; else 0.
    pub fn new(songs: Vec<Song>, unread: usize) -> Self {
        let mut library = Songs {
            all: songs,
            unread: (unread > 0).then_some(unread),
            ..Songs::default()
        };
        library.arrange();
        library
    }

    /// Whether all that was kept has been read.
    pub fn are_read(&self) -> bool {
        self.unread.is_none()
    }

    /// Takes in the whole library. What came in the meantime is newer than what was kept.
    pub fn read(&mut self, kept: Vec<Song>) {
        self.unread = None;
        for song in kept {
            match self.get_mut(&song.id) {
                Some(known) if known.lyric.is_empty() => known.lyric = song.lyric,
                Some(_) => {}
                None => self.all.push(song),
            }
        }
        self.arrange();
    }

    /// Goes on with what is known, where the library cannot be read.
    pub fn not_read(&mut self) {
        self.unread = None;
    }

    /// Begins to fetch every file that is missing.
    pub fn start(&mut self, cx: &mut Cx) {
        let missing: Vec<(Kind, SongId)> = self
            .all
            .iter()
            .flat_map(|song| {
                [MediaKind::Audio, MediaKind::Cover]
                    .into_iter()
                    .filter(|kind| is_wanted(song, *kind))
                    .map(|kind| (Kind::from(kind), song.id.clone()))
            })
            .collect();
        for key in missing {
            self.fetches.insert(key, Fetch::new());
        }
        self.begin_fetches(cx);
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Song> {
        self.all.iter()
    }

    /// How many there are, those included that are yet to be read.
    pub fn len(&self) -> usize {
        self.unread.unwrap_or_default().max(self.all.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The song of an id.
    pub fn get(&self, id: &SongId) -> Option<&Song> {
        self.all.get(*self.places.get(id)?)
    }

    fn get_mut(&mut self, id: &SongId) -> Option<&mut Song> {
        self.all.get_mut(*self.places.get(id)?)
    }

    /// How far a file is that is being fetched.
    pub fn progress(&self, id: &SongId, kind: MediaKind) -> Option<FetchProgress> {
        match self.fetches.get(&(kind.into(), id.clone()))?.state {
            FetchState::Running(progress) => Some(progress),
            FetchState::Wanted { .. } => Some(FetchProgress::default()),
        }
    }

    /// Takes in a finished song: keeps it and begins to fetch its files. A song that is known keeps its files.
    pub fn add(&mut self, mut song: Song, cx: &mut Cx) {
        if let Some(known) = self.get(&song.id) {
            if song.lyric.is_empty() {
                song.lyric.clone_from(&known.lyric);
            }
            song.task = known.task.or(song.task);
            for kind in [MediaKind::Audio, MediaKind::Cover] {
                if known.media(kind).file.is_some() {
                    *song.media_mut(kind) = known.media(kind).clone();
                }
            }
        }
        cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
        for kind in [MediaKind::Audio, MediaKind::Cover] {
            let key = (Kind::from(kind), song.id.clone());
            if is_wanted(&song, kind) {
                self.fetches.entry(key).or_insert_with(Fetch::new);
            }
        }
        self.put(song);
        self.begin_fetches(cx);
    }

    /// Whether a file of a song could be fetched now: it has a link, is not here and not on its way.
    pub fn can_fetch(&self, id: &SongId) -> bool {
        self.get(id).is_some_and(|song| {
            [MediaKind::Audio, MediaKind::Cover]
                .into_iter()
                .any(|kind| {
                    let media = song.media(kind);
                    let key = (Kind::from(kind), id.clone());
                    media.file.is_none() && media.url.is_some() && !self.fetches.contains_key(&key)
                })
        })
    }

    /// The audio that is here cannot be played: where there is a link, it counts as missing and can be fetched again.
    pub fn give_up_file(&mut self, id: &SongId, cx: &mut Cx) {
        if let Some(song) = self.get_mut(id).filter(|song| song.audio.url.is_some()) {
            song.audio.file = None;
            song.audio.failure = Some(Failure::new(FailureKind::BadFile, ""));
            cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
        }
    }

    /// Fetches the missing files of a song again. Tells whether there was one to fetch.
    pub fn fetch_again(&mut self, id: &SongId, cx: &mut Cx) -> bool {
        let place = self.places.get(id).copied();
        let Some(song) = place.and_then(|place| self.all.get_mut(place)) else {
            return false;
        };
        let mut any = false;
        for kind in [MediaKind::Audio, MediaKind::Cover] {
            let key = (Kind::from(kind), id.clone());
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
                if let Some(fetch) = self.fetches.get_mut(&(kind.into(), song)) {
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
                self.fetches.remove(&(kind.into(), id.clone()));
                if let Some(song) = self.get_mut(&id) {
                    let media = song.media_mut(kind);
                    media.file = Some(file);
                    media.failure = None;
                    song.duration = duration.or(song.duration);
                    cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
                }
                self.begin_fetches(cx);
                true
            }
            SongEvent::LibraryRead(kept) => {
                self.read(kept);
                true
            }
            SongEvent::LibraryNotRead(reason) => {
                self.not_read();
                cx.notify(Notice::LibraryNotRead(reason));
                false
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
        let last = self.all.last().map(|last| (last.created_at, &last.id));
        match self.places.get(&song.id) {
            Some(place) => {
                if let Some(known) = self.all.get_mut(*place) {
                    *known = song;
                }
                self.arrange();
            }
            None if last < Some((song.created_at, &song.id)) => {
                self.places.insert(song.id.clone(), self.all.len());
                self.all.push(song);
            }
            None => {
                self.all.push(song);
                self.arrange();
            }
        }
    }

    /// Puts the songs in order and notes their places.
    fn arrange(&mut self) {
        let order = |a: &Song, b: &Song| (a.created_at, &a.id).cmp(&(b.created_at, &b.id));
        if !self.all.is_sorted_by(|a, b| order(a, b).is_le()) {
            self.all.sort_by(order);
        }
        self.places = self
            .all
            .iter()
            .enumerate()
            .map(|(place, song)| (song.id.clone(), place))
            .collect();
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
        for ((kind, id), fetch) in &mut self.fetches {
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
    fn on_failure(&mut self, id: &SongId, kind: MediaKind, failure: Failure, cx: &mut Cx) {
        let key = (Kind::from(kind), id.clone());
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
