//! The account's earlier songs, brought into the library page by page.
//!
//! Invariant: nothing is ordered by it and nothing comes in twice; the songs of a page and the place to go on from are kept in
//! one transaction, so that an import that was broken off goes on where it was.

use std::collections::BTreeSet;

use super::App;
use super::cx::Cx;
use super::effect::Effect;
use super::event::TaskEvent;
use super::notice::{Notice, Told};
use super::tasks::retry::{asked_pause, doubling, if_ahead, is_due, paced};
use crate::domain::history::{ImportCourse, ImportMark, Listing, Page};
use crate::domain::text::clean_line;
use crate::domain::time::after;
use crate::domain::{
    ApiTaskId, Endpoint, Failure, FailureKind, Link, MediaKind, Outcome, Record, Request, Song,
    SongId, TaskRecord, Timestamp,
};

/// Where songs come from.
const ENDPOINTS: [Endpoint; 2] = [Endpoint::Audios, Endpoint::Upload];
/// How long is waited between two pages, in seconds.
const BETWEEN: f64 = 1.0;
/// How far back a second import looks beyond the first, in seconds: what ran then has ended by now.
const OVERLAP: f64 = 86_400.0;
/// After how long a page counts as lost, in seconds.
const LOST: f64 = 90.0;
/// The longest pause of our own after a failure, and the longest one taken on, in seconds.
const LONGEST_PAUSE: f64 = 60.0;
const LONGEST_ASKED: f64 = 600.0;
/// How often a page may fail for unknown reasons before the import stops.
const TRIES: u32 = 6;
/// The most characters of a prompt taken from the order.
const PROMPT_MAX: usize = 1000;
/// The most characters of an id.
const ID_MAX: usize = 128;

/// An import, or none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    mark: ImportMark,
    asked: Option<(Page, Timestamp)>,
    ask_at: Option<Timestamp>,
    failures: u32,
    /// What the list brought so far, to see when it only repeats itself.
    seen: BTreeSet<ApiTaskId>,
    last: Option<Failure>,
    /// The import that came to its end in this sitting.
    ended: Option<ImportCourse>,
    /// Files of songs that have not come yet: the list is that of the newer orders first.
    files: Vec<(SongId, MediaKind, Link)>,
}

impl Import {
    /// As far as the last sitting came. Nothing is asked before [`Import::start`].
    pub fn new(mark: ImportMark) -> Self {
        Import {
            mark,
            ..Import::default()
        }
    }

    /// Goes on with what was broken off.
    pub fn start(&mut self, cx: &Cx) {
        if self.is_going_on() {
            self.ask_at = Some(after(cx.now, paced(BETWEEN, cx.settings)));
        }
    }

    /// The import that has not come to its end, whether or not it goes on.
    pub fn course(&self) -> Option<&ImportCourse> {
        self.mark.under_way.as_ref()
    }

    /// Whether it goes on by itself.
    pub fn is_going_on(&self) -> bool {
        self.course().is_some_and(|course| !course.stopped)
    }

    /// Why it does not get on at the moment, or why it stopped.
    pub fn failure(&self) -> Option<&Failure> {
        self.last.as_ref()
    }

    /// The import that came to its end in this sitting.
    pub fn ended(&self) -> Option<&ImportCourse> {
        self.ended.as_ref()
    }

    /// Begins, or goes on where it was stopped.
    pub fn begin(&mut self, cx: &mut Cx) {
        let since = self.mark.done_until.map(|until| after(until, -OVERLAP));
        let since = since.unwrap_or(Timestamp::UNIX_EPOCH);
        let course = self.mark.under_way.get_or_insert(ImportCourse {
            page: Page {
                endpoint: ENDPOINTS[0],
                since,
                until: cx.now,
                offset: 0,
            },
            begun_at: cx.now,
            since,
            listed: 0,
            songs: 0,
            dead: 0,
            stopped: false,
        });
        course.stopped = false;
        self.last = None;
        self.failures = 0;
        self.ask_at = Some(cx.now);
        self.keep(cx);
        self.on_tick(cx);
    }

    /// Stops; what came in stays, and the next one goes on from here.
    pub fn stop(&mut self, cx: &mut Cx) {
        self.asked = None;
        self.ask_at = None;
        if let Some(course) = &mut self.mark.under_way {
            course.stopped = true;
        }
        self.keep(cx);
    }

    /// There is a token, or another one.
    pub fn token_given(&mut self, cx: &mut Cx) {
        if self.is_going_on() {
            self.asked = None;
            self.ask_at = Some(cx.now);
            self.on_tick(cx);
        }
    }

    /// Asks for the next page, where it is time.
    pub fn on_tick(&mut self, cx: &mut Cx) {
        let now = cx.now;
        if self
            .asked
            .take_if(|(_, lost_at)| is_due(*lost_at, now, 2.0 * LOST))
            .is_some()
        {
            self.ask_at = Some(now);
        }
        let Some(course) = self.mark.under_way.filter(|course| !course.stopped) else {
            return;
        };
        let is_time = self.ask_at.is_some_and(|at| is_due(at, now, LONGEST_ASKED));
        if self.asked.is_some() || !is_time || !cx.settings.has_token {
            return;
        }
        let page = course.page;
        self.ask_at = None;
        self.asked = Some((page, after(now, LOST)));
        cx.emit(Effect::Search {
            sought: Vec::new(),
            endpoints: vec![page.endpoint],
            since: page.since,
            until: page.until,
            page: Some(page.offset),
        });
    }

    /// When [`Import::on_tick`] has something to do.
    pub fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let lost = self.asked.and_then(|(_, at)| if_ahead(at, now, 2.0 * LOST));
        let ask = self.ask_at.and_then(|at| if_ahead(at, now, LONGEST_ASKED));
        lost.or(ask)
    }

    /// A page was listed, or could not be. What stands on it, if it is the one that was asked for.
    fn on_listed(
        &mut self,
        page: Page,
        listed: Result<Listing, Failure>,
        cx: &mut Cx,
    ) -> Option<Listing> {
        self.asked.take_if(|(asked, _)| *asked == page)?;
        match listed {
            Ok(listing) => {
                self.failures = 0;
                self.last = None;
                Some(listing)
            }
            Err(failure) => {
                self.on_failure(failure, cx);
                None
            }
        }
    }

    /// An outage is waited for; what the provider says for good is told and stops the import.
    fn on_failure(&mut self, failure: Failure, cx: &mut Cx) {
        self.failures = self.failures.saturating_add(1);
        let may_pass = match failure.kind {
            FailureKind::Unreachable
            | FailureKind::RateLimited
            | FailureKind::NoToken
            | FailureKind::BadToken => true,
            FailureKind::Unknown => self.failures < TRIES,
            _ => false,
        };
        if matches!(failure.kind, FailureKind::NoToken | FailureKind::BadToken) {
            cx.notify(Notice::TokenNeeded);
        }
        self.last = Some(failure.clone());
        if may_pass {
            let own = paced(doubling(5.0, self.failures, LONGEST_PAUSE), cx.settings);
            let pause = asked_pause(&failure, LONGEST_ASKED).unwrap_or(own);
            self.ask_at = Some(after(cx.now, pause));
        } else {
            self.stop(cx);
            cx.notify(Notice::Flow(Told::ImportRefused(failure)));
        }
    }

    /// Where to go on after this page.
    fn advance(&mut self, listing: &Listing, cx: &mut Cx) {
        let Some(course) = &mut self.mark.under_way else {
            return;
        };
        let before = self.seen.len();
        self.seen
            .extend(listing.records.iter().map(|record| record.id.clone()));
        let any_news = self.seen.len() > before;
        course.listed = course.listed.saturating_add(listing.count);
        if any_news || (listing.count > 0 && listing.records.is_empty()) {
            course.page.offset = course.page.offset.saturating_add(listing.count);
        } else if listing.count == 0 || !narrow(&mut course.page, &listing.records) {
            self.next_endpoint(cx);
        }
        if self.is_going_on() {
            self.ask_at = Some(after(cx.now, paced(BETWEEN, cx.settings)));
        }
        self.keep(cx);
    }

    fn next_endpoint(&mut self, cx: &mut Cx) {
        self.seen.clear();
        let Some(course) = &mut self.mark.under_way else {
            return;
        };
        let at = ENDPOINTS
            .iter()
            .position(|known| *known == course.page.endpoint);
        let next = ENDPOINTS.get(at.map_or(ENDPOINTS.len(), |at| at + 1));
        if let Some(endpoint) = next {
            course.page = Page {
                endpoint: *endpoint,
                since: course.since,
                until: course.begun_at,
                offset: 0,
            };
        } else {
            cx.notify(Notice::Flow(Told::Imported(*course)));
            self.ended = Some(*course);
            self.mark = ImportMark {
                done_until: Some(course.begun_at),
                under_way: None,
            };
        }
    }

    fn keep(&self, cx: &mut Cx) {
        cx.emit(Effect::Save(Record::Import(self.mark)));
    }
}

/// The provider gave the same page again, so it knows no offset: goes on by the moments instead. Tells whether that can help.
fn narrow(page: &mut Page, records: &[TaskRecord]) -> bool {
    let moments = || records.iter().filter_map(|record| record.created_at);
    let (Some(first), Some(last)) = (moments().next(), moments().next_back()) else {
        return false;
    };
    let before = *page;
    page.offset = 0;
    if first < last {
        page.since = last.max(page.since);
    } else {
        page.until = last.min(page.until);
    }
    *page != before && (page.since, page.until) != (before.since, before.until)
}

impl App {
    /// Begins to bring in what the account made earlier, or stops.
    pub(super) fn toggle_import(&mut self) {
        let (import, mut cx) = self.importer();
        if import.is_going_on() {
            import.stop(&mut cx);
            self.notify(Notice::Flow(Told::ImportStopped));
        } else {
            import.begin(&mut cx);
            self.notify(Notice::Flow(Told::ImportBegun));
        }
        if !self.settings.has_token {
            self.ask_token();
        }
    }

    /// Begins to bring in what the account made earlier with the start, as the command line wishes.
    pub fn import_at_start(&mut self) {
        self.imports_at_start = true;
    }

    /// Whether an import goes on, or will with the start.
    pub fn is_importing(&self) -> bool {
        self.imports_at_start || self.import.is_going_on()
    }

    pub(super) fn start_import(&mut self) {
        if self.settings.is_guest {
            return;
        }
        let begins = std::mem::take(&mut self.imports_at_start);
        let (import, mut cx) = self.importer();
        if begins {
            import.begin(&mut cx);
        } else {
            import.start(&cx);
        }
    }

    pub(super) fn importer(&mut self) -> (&mut Import, Cx<'_>) {
        let cx = Cx::new(
            self.now,
            &self.settings,
            &mut self.notices,
            &mut self.effects,
        );
        (&mut self.import, cx)
    }

    pub(super) fn on_listed(&mut self, page: Page, listed: Result<Listing, Failure>) {
        let (import, mut cx) = self.importer();
        let Some(listing) = import.on_listed(page, listed, &mut cx) else {
            return;
        };
        let ours = self.take_in(&listing.records);
        let (import, mut cx) = self.importer();
        import.advance(&listing, &mut cx);
        self.attach_files();
        let (_, songs, mut cx) = self.engine();
        songs.on_tick(&mut cx);
        self.library.refresh(&self.songs);
        if !ours.is_empty() {
            self.on_task(TaskEvent::Retrieved {
                asked: Vec::new(),
                records: ours,
            });
        }
    }

    /// Takes the songs of these records into the library; the records of our own tasks, which are the engine's business.
    fn take_in(&mut self, records: &[TaskRecord]) -> Vec<TaskRecord> {
        let (mut songs, mut ours) = (Vec::<Song>::new(), Vec::new());
        for record in records {
            if self.tasks.knows(&record.id) {
                ours.push(record.clone());
                continue;
            }
            match &record.outcome {
                Outcome::Succeeded(made) => {
                    let made = made
                        .iter()
                        .map(|song| completed(song, record.request.as_ref()));
                    songs.extend(made.filter(|song| self.songs.get(&song.id).is_none()));
                }
                Outcome::Prepared { kind, url, .. } => {
                    let source = record.request.as_ref().and_then(Request::source);
                    let file = source.map(|id| (id.clone(), *kind, url.clone()));
                    self.import.files.extend(file);
                }
                Outcome::Running(_) | Outcome::Written(_) | Outcome::Failed(_) => {}
            }
        }
        let mut ids = BTreeSet::new();
        songs.retain(|song| ids.insert(song.id.clone()));
        if let Some(course) = &mut self.import.mark.under_way {
            let dead = songs
                .iter()
                .filter(|song| song.link_dies() <= self.now)
                .count();
            course.songs = course.songs.saturating_add(songs.len() as u32);
            course.dead = course.dead.saturating_add(dead as u32);
        }
        let (_, library, mut cx) = self.engine();
        library.add_earlier(songs, &mut cx);
        ours
    }

    /// Files of songs that are known by now.
    fn attach_files(&mut self) {
        let files = std::mem::take(&mut self.import.files);
        let (_, library, mut cx) = self.engine();
        let mut unknown = Vec::new();
        for (id, kind, url) in files {
            match library.get(&id).map(|song| song.media(kind).url.is_some()) {
                Some(true) => {}
                Some(false) => {
                    let record = library.attach((id, String::new()), (kind, url), &mut cx);
                    cx.emit(Effect::Save(record));
                }
                None => unknown.push((id, kind, url)),
            }
        }
        self.import.files = unknown;
    }
}

/// A song with what its order tells where the answer is silent.
fn completed(song: &Song, request: Option<&Request>) -> Song {
    let mut song = song.clone();
    match request {
        Some(Request::Audios(order)) => {
            let fill = |text: &mut String, told: Option<&str>| {
                if text.is_empty() {
                    *text = clean_line(told.unwrap_or_default(), PROMPT_MAX);
                }
            };
            fill(&mut song.prompt, order.prompt.as_deref());
            fill(&mut song.title, order.title.as_deref());
            fill(
                &mut song.model,
                order.model.as_ref().map(|model| model.0.as_str()),
            );
            fill(&mut song.seed, order.seed.as_deref());
            // The echo is kept as it came; an id that is shown must be a plain one.
            let is_plain = |id: &SongId| clean_line(&id.0, ID_MAX) == id.0;
            song.more.source = order.audio_id.clone().filter(is_plain);
            song.more.action = song.more.source.as_ref().map(|_| order.action);
        }
        Some(Request::Upload(_)) => song.more.uploaded = true,
        _ => {}
    }
    song
}
