//! The songs, and the fetching of their files.
//!
//! Invariant: a song never disappears, each file is fetched once, and a link is tried again only while that can help.

mod fetches;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cx::Cx;
use super::effect::Effect;
use super::event::SongEvent;
use super::notice::{Ear, Notice};
use crate::domain::failure::FailureKind;
use crate::domain::{
    Failure, Level, Link, Marks, Media, MediaFile, MediaKind, More, Record, Song, SongId, Timestamp,
};
pub use fetches::FetchProgress;
use fetches::{Fetches, Rank, is_wanted, key};

/// The songs of the library.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Songs {
    /// By the moment they were made, then by id: the order of the library.
    all: Vec<Song>,
    places: HashMap<SongId, usize>,
    /// How many there are, while only the newest have been read.
    unread: Option<usize>,
    fetches: Fetches,
    /// The library could not be read: what is kept of a song that is not among these is not known.
    is_blind: bool,
    /// Songs that may be kept with more than is known here.
    partial: BTreeSet<SongId>,
    /// What was marked and mixed here and is handed over, until it is told back.
    annotated: BTreeMap<SongId, (Marks, Vec<Level>)>,
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
        for mut song in kept {
            let is_partial = self.partial.remove(&song.id);
            match self.get_mut(&song.id) {
                Some(known) if is_partial => {
                    song.add(known.clone());
                    *known = song;
                }
                Some(known) if known.lyric.is_empty() => known.lyric = song.lyric,
                Some(_) => {}
                None => self.all.push(song),
            }
        }
        // Whatever is not among them is kept nowhere else.
        self.partial.clear();
        self.arrange();
    }

    /// Goes on with what is known, where the library cannot be read. What comes from now on only adds to what is kept.
    pub fn not_read(&mut self) {
        self.unread = None;
        self.is_blind = true;
    }

    /// How a song is kept: whole, or as a part of what may be kept of it.
    pub(super) fn record(&self, song: &Song) -> Record {
        let song = Box::new(song.clone());
        if self.partial.contains(&song.id) {
            Record::PartOfSong(song)
        } else {
            Record::Song(song)
        }
    }

    /// Notes a song that enters while it is not known whether more of it is kept.
    fn enters(&mut self, id: &SongId) {
        if (self.is_blind || !self.are_read()) && self.get(id).is_none() {
            self.partial.insert(id.clone());
        }
    }

    /// Begins to fetch every file that is missing.
    pub fn start(&mut self, cx: &mut Cx) {
        for song in &self.all {
            want(&mut self.fetches, song, Rank::of(song, cx.now));
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
        self.fetches.progress(&key(kind, id))
    }

    /// Takes in a finished song: keeps it and begins to fetch its files. A song that is known keeps its files.
    pub fn add(&mut self, mut song: Song, cx: &mut Cx) {
        if let Some(known) = self.get(&song.id) {
            if song.lyric.is_empty() {
                song.lyric.clone_from(&known.lyric);
            }
            if song.title.is_empty() {
                song.title.clone_from(&known.title);
            }
            song.task = known.task.or(song.task);
            song.more = more_of(&known.more, song.more);
            for kind in [MediaKind::Audio, MediaKind::Cover] {
                if known.media(kind).file.is_some() {
                    *song.media_mut(kind) = known.media(kind).clone();
                }
            }
        }
        self.enters(&song.id);
        cx.emit(Effect::Save(self.record(&song)));
        want(&mut self.fetches, &song, Rank::Wanted);
        self.put(song);
        self.begin_fetches(cx);
    }

    /// Takes in songs that were made earlier and are not known yet: keeps them, and has their files fetched from the
    /// next [`Songs::on_tick`] on, when nothing else is waited for.
    pub fn add_earlier(&mut self, songs: Vec<Song>, cx: &mut Cx) {
        for song in &songs {
            self.enters(&song.id);
            cx.emit(Effect::Save(self.record(song)));
            want(&mut self.fetches, song, Rank::of(song, cx.now));
        }
        self.all.extend(songs);
        self.arrange();
    }

    /// Takes in that a file of a song can be fetched, and begins to. Gives back how the song is to be kept: one that is
    /// not in the library is entered there, since its file is paid for.
    pub fn attach(
        &mut self,
        (id, title): (SongId, String),
        (kind, url): (MediaKind, Link),
        cx: &mut Cx,
    ) -> Record {
        self.enters(&id);
        let mut song = self
            .get(&id)
            .cloned()
            .unwrap_or_else(|| stranger(id, cx.now));
        if song.title.is_empty() {
            song.title = title;
        }
        // A file that is here stays until another takes its place.
        let media = song.media_mut(kind);
        media.url = Some(url);
        media.failure = None;
        want(&mut self.fetches, &song, Rank::Wanted);
        let record = self.record(&song);
        self.put(song);
        self.begin_fetches(cx);
        record
    }

    /// Changes what the listener keeps with a song: its marks, its mix. Without the engine it is only shown so.
    pub fn annotate(&mut self, id: &SongId, change: impl FnOnce(&mut More), cx: &mut Cx) {
        if let Some(song) = self.get_mut(id) {
            change(&mut song.more);
            let song = song.clone();
            if cx.settings.is_guest {
                self.annotated
                    .insert(song.id, (song.more.marks, song.more.mix));
            } else {
                cx.emit(Effect::Save(self.record(&song)));
            }
        }
    }

    /// Shows songs as the program has them that has the engine. A file that is not here is on its way.
    pub(crate) fn mirror(&mut self, songs: Vec<Song>, now: Timestamp) {
        for mut song in songs {
            for kind in MediaKind::ALL {
                self.fetches.remove(&key(kind, &song.id));
            }
            self.keep_annotated(&mut song);
            want(&mut self.fetches, &song, Rank::of(&song, now));
            self.put(song);
        }
    }

    /// What was marked here stands until it is told back.
    fn keep_annotated(&mut self, song: &mut Song) {
        if let Some((marks, mix)) = self.annotated.remove(&song.id)
            && (marks, &mix) != (song.more.marks, &song.more.mix)
        {
            song.more.marks = marks;
            song.more.mix.clone_from(&mix);
            self.annotated.insert(song.id.clone(), (marks, mix));
        }
    }

    /// We have the engine now: what others hand over counts like what is done here.
    pub(crate) fn take_over(&mut self) {
        self.annotated.clear();
    }

    /// Whether a file of a song could be fetched now: it has a link, is not here and not on its way.
    pub fn can_fetch(&self, id: &SongId) -> bool {
        self.get(id).is_some_and(|song| {
            MediaKind::ALL.into_iter().any(|kind| {
                let media = song.media(kind);
                let is_on_its_way = self.fetches.has(&key(kind, id));
                media.file.is_none() && media.url.is_some() && !is_on_its_way
            })
        })
    }

    /// The audio that is here cannot be played: where there is a link, it counts as missing and can be fetched again.
    pub fn give_up_file(&mut self, id: &SongId, cx: &mut Cx) {
        if let Some(song) = self
            .get_mut(id)
            .filter(|song| song.audio.url.is_some() && song.audio.file.is_some())
        {
            song.audio.file = None;
            song.audio.failure = Some(Failure::new(FailureKind::BadFile, ""));
            let song = song.clone();
            cx.emit(Effect::Save(self.record(&song)));
        }
    }

    /// Fetches the missing files of a song again. Tells whether there was one to fetch.
    pub fn fetch_again(&mut self, id: &SongId, cx: &mut Cx) -> bool {
        let place = self.places.get(id).copied();
        let Some(song) = place.and_then(|place| self.all.get_mut(place)) else {
            return false;
        };
        let mut any = false;
        for kind in MediaKind::ALL {
            let key = key(kind, id);
            let media = song.media(kind);
            if media.file.is_none() && media.url.is_some() && !self.fetches.has(&key) {
                song.media_mut(kind).failure = None;
                self.fetches.want(key, Rank::Wanted);
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
                let progress = FetchProgress { done, total };
                self.fetches.progressed(&key(kind, &song), progress);
                false
            }
            SongEvent::Fetched {
                song: id,
                kind,
                file,
                duration,
            } => {
                self.on_fetched(
                    &id,
                    (kind, file),
                    |song| song.duration = duration.or(song.duration),
                    cx,
                );
                true
            }
            SongEvent::Unpacked {
                song: id,
                folder,
                stems,
            } => {
                self.on_fetched(
                    &id,
                    (MediaKind::Stems, folder),
                    |song| song.more.stems = stems,
                    cx,
                );
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
            SongEvent::Exported { to, .. } => told(cx, Ear::Exported(to)),
            SongEvent::NotExported { reason, .. } => told(cx, Ear::NotExported(reason)),
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

    fn on_fetched(
        &mut self,
        id: &SongId,
        (kind, file): (MediaKind, MediaFile),
        change: impl FnOnce(&mut Song),
        cx: &mut Cx,
    ) {
        self.fetches.remove(&key(kind, id));
        if let Some(song) = self.get_mut(id) {
            let media = song.media_mut(kind);
            media.file = Some(file);
            media.failure = None;
            change(song);
            let song = song.clone();
            cx.emit(Effect::Save(self.record(&song)));
        }
        self.begin_fetches(cx);
    }

    /// Begins what has waited long enough.
    pub fn on_tick(&mut self, cx: &mut Cx) {
        self.begin_fetches(cx);
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
}

/// Tells the listener something. No song changed.
fn told(cx: &mut Cx, ear: Ear) -> bool {
    cx.notify(Notice::Ear(ear));
    false
}

/// Wants every file of a song that is missing.
fn want(fetches: &mut Fetches, song: &Song, rank: Rank) {
    for kind in MediaKind::ALL {
        if is_wanted(song, kind) {
            fetches.want(key(kind, &song.id), rank);
        }
    }
}

/// A song of which nothing is known but its id: made elsewhere, or in another profile.
fn stranger(id: SongId, now: Timestamp) -> Song {
    Song {
        id,
        task: None,
        title: String::new(),
        lyric: String::new(),
        prompt: String::new(),
        model: String::new(),
        seed: String::new(),
        duration: None,
        created_at: now,
        audio: Media::default(),
        cover: Media::default(),
        more: More::default(),
    }
}

/// What is known of a song with what is told of it now: nothing that was known is forgotten.
fn more_of(known: &More, told: More) -> More {
    let mut files = known.files.clone();
    for (kind, media) in told.files {
        let kept = files.entry(kind).or_default();
        if kept.file.is_none() && media.url.is_some() {
            *kept = media;
        }
    }
    More {
        source: told.source.or_else(|| known.source.clone()),
        action: told.action.or(known.action),
        uploaded: told.uploaded || known.uploaded,
        files,
        stems: known.stems.clone(),
        marks: known.marks,
        mix: known.mix.clone(),
    }
}
