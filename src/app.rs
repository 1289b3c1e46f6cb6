//! Everything we know right now, and what to do about what happened.
//!
//! Invariant: [`App::update`] never waits, reads no clock, draws no random number and touches no disk, network, sound
//! or terminal. The same events give the same effects and the same screen.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod arrivals;
pub mod batch;
pub mod command;
mod company;
pub mod cx;
mod deeds;
mod default_keys;
mod dispatch;
pub mod editor;
pub mod effect;
pub mod event;
mod flow;
pub mod fuzzy;
pub mod import;
mod input;
mod keeper;
pub mod keymap;
mod lines;
pub mod links;
mod listening;
mod marked;
mod marking;
mod media_keys;
pub mod notice;
pub mod panes;
pub mod settings;
pub mod songs;
pub mod spend;
mod stories;
pub mod take;
pub mod tasks;
mod token;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ledger::Entry;
use crate::domain::time::after;
use crate::domain::{
    Draft, Handed, PlayerEvent, Record, Request, Saved, Seconds, Song, SongId, Task, TaskId,
    Ticket, Timestamp, Whom,
};
use command::Command;
use cx::Cx;
use effect::Effect;
use event::{Event, SongEvent, Stumble, WebhookEvent};
use import::Import;
use keeper::Keeper;
use links::Links;
use notice::{Notice, Notices};
use panes::PaneId;
use panes::compose::Compose;
use panes::library::Library;
use panes::lyrics::Lyrics;
use panes::overlay::Overlay;
use panes::player::Player;
use panes::queue::QueuePane;
use settings::{Locale, Settings};
use songs::Songs;
use spend::Spend;
use tasks::TaskQueue;

/// The words of a command in a language. Handed in, since words belong to `i18n`, which may know the app but not the
/// other way round.
pub type CommandWords = fn(Locale, Command) -> &'static str;

/// How long after it could not be kept a draft or a song is kept again, in seconds.
const KEPT_AGAIN: f64 = 5.0;

/// Everything we know right now.
#[derive(Debug, Clone)]
pub struct App {
    /// The moment of the last event: the screen's only clock.
    pub now: Timestamp,
    /// What the user has set.
    pub settings: Settings,
    /// The pane with the keyboard.
    pub focus: PaneId,
    /// The form.
    pub compose: Compose,
    /// The lyrics.
    pub lyrics: Lyrics,
    /// The window on the tasks.
    pub queue: QueuePane,
    /// The window on the songs.
    pub library: Library,
    /// The player.
    pub player: Player,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// The tasks.
    pub tasks: TaskQueue,
    /// The songs.
    pub songs: Songs,
    /// What was spent.
    pub spend: Spend,
    /// The import of earlier songs.
    pub import: Import,
    /// What can be heard at links.
    pub links: Links,
    /// The notice.
    pub notices: Notices,
    words: CommandWords,
    is_started: bool,
    imports_at_start: bool,
    removed: Vec<Draft>,
    unkept_songs: Vec<SongId>,
    /// What the lyrics were when words were ordered.
    lyrics_at: BTreeMap<TaskId, u64>,
    /// Ordered once everything that is kept is known.
    at_start: Vec<Request>,
    /// The first of these, once it is ordered.
    placed_at_start: Option<Whom>,
    /// Handed over before everything that is kept was known.
    inherited: Vec<Handed>,
    /// What was taken and is perhaps still listed.
    taken: BTreeSet<Ticket>,
    /// The drafts that are known to the program that has the engine.
    drafts_there: Vec<Draft>,
    /// What is played from there as soon as another program has fetched it.
    awaited: Option<(SongId, Seconds)>,
    draft_keeper: Keeper,
    preferences_keeper: Keeper,
    songs_keeper: Keeper,
    effects: Vec<Effect>,
}

impl App {
    /// The studio as it was left.
    pub fn new(
        mut saved: Saved,
        mut settings: Settings,
        words: CommandWords,
        now: Timestamp,
    ) -> Self {
        // The switch is where it was left; the config can only turn it on.
        settings.experimental |= saved.draft.experimental;
        saved.draft.experimental = settings.experimental;
        let mut app = App {
            now,
            focus: PaneId::Compose,
            lyrics: Lyrics::new(&saved.draft.lyric),
            compose: Compose::new(saved.draft),
            queue: QueuePane::default(),
            library: Library::new(saved.preferences.tree),
            player: Player::new(&saved.preferences, settings.spectrum),
            overlay: None,
            tasks: TaskQueue::new(saved.tasks),
            songs: Songs::new(saved.songs, saved.unread),
            spend: Spend::new(saved.ledger_unread),
            import: Import::new(saved.import),
            imports_at_start: false,
            links: Links::default(),
            notices: Notices::default(),
            words,
            is_started: false,
            removed: saved.preferences.removed,
            unkept_songs: Vec::new(),
            lyrics_at: BTreeMap::new(),
            at_start: Vec::new(),
            placed_at_start: None,
            inherited: Vec::new(),
            taken: BTreeSet::new(),
            drafts_there: Vec::new(),
            awaited: None,
            draft_keeper: Keeper::default(),
            preferences_keeper: Keeper::default(),
            songs_keeper: Keeper::default(),
            effects: Vec::new(),
            settings,
        };
        app.tasks.keep_paused(saved.paused);
        app.begin_in_company(saved.handed, saved.aside);
        app.queue.refresh(&app.tasks);
        app.library.refresh(&app.songs);
        app.recheck(false);
        app
    }

    /// What is to be done first: the rest of the library is read; then tasks that run are asked for, and files that are
    /// missing are fetched. No answer can meet a song that is kept but not known.
    pub fn start(&mut self) -> Vec<Effect> {
        if self.songs.are_read() && self.spend.is_read() {
            self.start_engine();
        } else {
            self.effects.push(Effect::ReadLibrary);
        }
        std::mem::take(&mut self.effects)
    }

    fn start_engine(&mut self) {
        self.is_started = true;
        let (tasks, songs, mut cx) = self.engine();
        tasks.start(&mut cx);
        songs.start(&mut cx);
        self.place_at_start();
        self.start_import();
        self.take_inherited();
        self.queue.refresh(&self.tasks);
        // The source song of the draft may be among those that have just been read.
        self.recheck(false);
    }

    /// Takes in what has happened, and tells what is to be done about it, in order.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        match event {
            Event::Input(input) => self.on_input(input),
            Event::Tick => self.on_tick(),
            Event::Task(event) => self.on_task(event),
            Event::Song(event) => self.on_song(event),
            Event::LedgerRead(kept) => self.on_ledger(kept),
            Event::Player(event) => self.on_player(event),
            Event::Webhook(event) => self.on_webhook(event),
            Event::Serving(event) => self.on_serving(event),
            Event::Token(event) => self.on_token(event),
            Event::LookedAt { path, problem } => self.on_look(&path, problem),
            Event::Company(event) => self.on_company(event),
            Event::Stumbled(stumble) => self.on_stumble(stumble),
            Event::HungUp => self.leave(),
        }
        self.spend.note_kept(&self.effects, &self.settings.zone);
        std::mem::take(&mut self.effects)
    }

    /// When something is to be done that no event will bring: a poll is due, a notice expires, a second must tick.
    pub fn next_wake(&self) -> Option<Timestamp> {
        [
            self.tasks.next_wake(self.now),
            self.songs.next_wake(),
            self.import.next_wake(self.now),
            self.notices.next_wake(),
            self.overlay.as_ref().and_then(Overlay::next_wake),
            self.draft_keeper.next_wake(),
            self.preferences_keeper.next_wake(),
            self.songs_keeper.next_wake(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The draft as it stands: the form with the lyric.
    pub fn draft(&self) -> Draft {
        Draft {
            lyric: self.lyrics.contents(),
            ..self.compose.draft().clone()
        }
    }

    /// The source song of the draft, where it is in the library.
    pub fn source(&self) -> Option<&Song> {
        let id = self.compose.draft().source.trim();
        if id.is_empty() {
            return None;
        }
        self.songs.get(&SongId(id.to_owned()))
    }

    /// Whether the keyboard belongs to the token that is being typed, outside the app.
    pub fn wants_token(&self) -> bool {
        matches!(self.overlay, Some(Overlay::Token { .. }))
    }

    fn cx(&mut self) -> (&mut Compose, &mut Player, Cx<'_>) {
        let cx = Cx::new(
            self.now,
            &self.settings,
            &mut self.notices,
            &mut self.effects,
        );
        (&mut self.compose, &mut self.player, cx)
    }

    fn engine(&mut self) -> (&mut TaskQueue, &mut Songs, Cx<'_>) {
        let cx = Cx::new(
            self.now,
            &self.settings,
            &mut self.notices,
            &mut self.effects,
        );
        (&mut self.tasks, &mut self.songs, cx)
    }

    fn notify(&mut self, notice: Notice) {
        self.notices.push(notice, self.now);
    }

    fn on_tick(&mut self) {
        self.notices.on_tick(self.now);
        self.look_when_settled();
        let (tasks, songs, mut cx) = self.engine();
        tasks.on_tick(&mut cx);
        songs.on_tick(&mut cx);
        let (import, mut cx) = self.importer();
        import.on_tick(&mut cx);
        self.keep_songs_with_their_tasks();
        self.queue.refresh(&self.tasks);
        // The preferences hold the drafts that were replaced. A draft moves between the two: neither is kept without the
        // other, or a crash between them would find it in none.
        if self.preferences_keeper.is_due(self.now) || self.draft_keeper.is_due(self.now) {
            if self.preferences_keeper.take() {
                self.save_preferences();
            }
            if self.draft_keeper.take() {
                self.save_draft();
            }
        }
        if self.songs_keeper.take_due(self.now) {
            let unkept = std::mem::take(&mut self.unkept_songs);
            let songs = unkept.iter().filter_map(|id| self.songs.get(id));
            let saves = songs.map(|song| Effect::Save(Record::Song(Box::new(song.clone()))));
            self.effects.extend(saves);
        }
    }

    /// A task that is kept after all takes its songs with it: they could not be kept either.
    fn keep_songs_with_their_tasks(&mut self) {
        let mut songs = Vec::new();
        for effect in &self.effects {
            if let Effect::Save(Record::Task(task)) = effect {
                songs.extend(songs_of(task).filter(|id| self.unkept_songs.contains(id)));
            }
        }
        let kept: Vec<SongId> = songs.into_iter().cloned().collect();
        self.unkept_songs.retain(|id| !kept.contains(id));
        let saves = kept
            .iter()
            .filter_map(|id| self.songs.get(id))
            .map(|song| Effect::Save(self.songs.record(song)));
        self.effects.splice(0..0, saves.collect::<Vec<_>>());
    }

    fn on_song(&mut self, event: SongEvent) {
        let is_whole = matches!(
            event,
            SongEvent::LibraryRead(_) | SongEvent::LibraryNotRead(_)
        );
        let (_, songs, mut cx) = self.engine();
        songs.on_event(event, &mut cx);
        if is_whole && !self.is_started {
            self.library.refresh(&self.songs);
            self.start_engine();
        }
    }

    /// The engine learns which ids at the API are those of its own tasks, at hand or not.
    fn on_ledger(&mut self, kept: Vec<Entry>) {
        let ids = kept
            .iter()
            .filter_map(|entry| Some((entry.api_id.clone()?, entry.task)));
        self.tasks.know(ids);
        self.spend.read(kept, &self.settings.zone);
    }

    fn on_player(&mut self, event: PlayerEvent) {
        let told = matches!(event, PlayerEvent::Moved { playing: false, .. });
        let follows = matches!(
            event,
            PlayerEvent::Loaded { .. } | PlayerEvent::Followed { .. }
        );
        let is_over =
            matches!(&event, PlayerEvent::Ended { song } if self.player.song() == Some(song));
        let (_, player, _) = self.cx();
        if let Some(trouble) = player.on_event(event) {
            self.on_trouble(trouble);
        }
        if told || follows {
            self.preferences_keeper.changed(self.now);
        }
        if is_over {
            self.go_on();
        } else if follows {
            self.tell_what_follows();
        }
    }

    fn on_webhook(&mut self, event: WebhookEvent) {
        let (tasks, _, mut cx) = self.engine();
        tasks.on_webhook(event, &mut cx);
        self.queue.refresh(&self.tasks);
    }

    fn on_stumble(&mut self, stumble: Stumble) {
        match stumble {
            Stumble::NotSaved { task, reason } => {
                if task.is_none() {
                    let again = after(self.now, KEPT_AGAIN);
                    self.draft_keeper.changed(again);
                    self.preferences_keeper.changed(again);
                }
                if let Some(task) = task.and_then(|id| self.tasks.get(id)) {
                    self.unkept_songs.extend(songs_of(task).cloned());
                }
                let (tasks, _, mut cx) = self.engine();
                if let Some(task) = task {
                    tasks.not_saved(task, &reason, &mut cx);
                }
                cx.notify(Notice::NotSaved(reason));
                self.queue.refresh(&self.tasks);
            }
            Stumble::SongsNotSaved { songs, reason } => {
                self.unkept_songs.extend(songs);
                self.songs_keeper.changed(after(self.now, KEPT_AGAIN));
                self.notify(Notice::NotSaved(reason));
            }
            Stumble::NotSuspended => self.notify(Notice::NotSuspended),
            Stumble::NotCopied(reason) => self.notify(Notice::NotCopied(reason)),
            Stumble::Broke(what) => self.notify(Notice::Broke(what)),
        }
    }

    /// Checks the draft anew. `tried`: because the user tried to order it.
    fn recheck(&mut self, tried: bool) -> Option<Request> {
        let source = SongId(self.compose.draft().source.trim().to_owned());
        self.compose.set_source(self.songs.get(&source));
        let (request, errors) = match self.draft().check(self.source()) {
            Ok(request) => (Some(request), Vec::new()),
            Err(errors) => (None, errors),
        };
        self.compose.set_errors(errors, tried);
        request
    }

    fn draft_changed(&mut self) {
        self.draft_keeper.changed(self.now);
        self.recheck(false);
    }

    /// Keeps what is not kept yet, and leaves.
    fn leave(&mut self) {
        self.compose.finish_line();
        if self.settings.is_guest {
            self.hand_drafts_over();
        } else {
            self.save_draft();
            self.save_preferences();
        }
        self.effects.push(Effect::Quit);
    }
}

/// The songs that a task made or changed.
fn songs_of(task: &Task) -> impl Iterator<Item = &SongId> {
    let changed = task.request.adds().and_then(|_| task.request.source());
    task.songs.iter().chain(changed)
}
