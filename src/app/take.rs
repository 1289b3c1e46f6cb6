//! An order looked at, taken along, or made many times: preview, copy, batch.
//!
//! Invariant: what is shown and copied is what would be sent this moment, or what was sent; copying and looking cost
//! nothing.

use super::App;
use super::batch::Batch;
use super::command::{Command, Motion, RequestCommand};
use super::notice::{Copied, Notice, Refusal};
use super::panes::PaneId;
use super::panes::overlay::Overlay;
use super::panes::queue::moved;
use super::tasks::{as_sent, completion_of, wanted};
use crate::domain::{FieldError, Link, Request, SongId, Task, TaskId, TaskState, Whom, recipe};

/// What is looked at or copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The draft as it stands.
    Draft,
    /// An order in the queue.
    Task(TaskId),
    /// A song of the library, with the order that made it where that is known.
    Song(SongId),
}

/// The menu of what can be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyMenu {
    subject: Subject,
    items: Vec<Copied>,
    selected: usize,
}

impl CopyMenu {
    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What can be copied, top to bottom.
    pub fn items(&self) -> &[Copied] {
        &self.items
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// Selects a row.
    pub fn select_row(&mut self, row: usize) {
        self.selected = row.min(self.items.len().saturating_sub(1));
    }

    /// A movement.
    pub fn on_motion(&mut self, motion: Motion) {
        self.selected = moved(self.selected, self.items.len(), motion);
    }
}

impl App {
    /// The order that is looked at, as it would be sent or was sent, and what is still wrong with it; an address of ours
    /// stands there without its secret. `None`: the task is no longer known.
    pub fn request_of(&self, subject: &Subject) -> Option<(Request, Vec<FieldError>)> {
        let (request, errors) = self.written_of(subject)?;
        let way = match self.task_of(subject) {
            Some(task) => completion_of(task, &self.settings),
            None => wanted(&request, &self.settings),
        };
        Some((as_sent(request, way, &self.settings), errors))
    }

    /// The same as it was written.
    fn written_of(&self, subject: &Subject) -> Option<(Request, Vec<FieldError>)> {
        match subject {
            Subject::Task(_) | Subject::Song(_) => {
                Some((self.task_of(subject)?.request.clone(), Vec::new()))
            }
            Subject::Draft => {
                let draft = self.draft();
                Some(match draft.check(self.source()) {
                    Ok(request) => (request, Vec::new()),
                    Err(errors) => (draft.as_it_stands(), errors),
                })
            }
        }
    }

    /// What can be copied of an order, the most useful first.
    fn copied_of(&self, subject: &Subject) -> Vec<Copied> {
        let recipes = [
            Copied::Json,
            Copied::Curl,
            Copied::Python,
            Copied::CommandLine,
        ];
        if *subject == Subject::Draft {
            return recipes.to_vec();
        }
        let mut items = Vec::new();
        let task = self.task_of(subject);
        if let Subject::Song(id) = subject {
            let song = self.songs.get(id);
            items.extend(song.and_then(|song| song.audio.url.as_ref().map(|_| Copied::Link)));
            items.push(Copied::Id);
            let lyric = song.filter(|song| !song.lyric.is_empty());
            items.extend(lyric.map(|_| Copied::Lyric));
            items.extend(
                task.and_then(|task| task.api_id.as_ref())
                    .map(|_| Copied::TaskId),
            );
        } else if let Some(task) = task {
            items.extend(task.failure().map(|_| Copied::Failure));
            items.extend(self.link_of(task).map(|_| Copied::Link));
            items.extend(task.songs.first().map(|_| Copied::Id));
            items.extend(task.api_id.as_ref().map(|_| Copied::TaskId));
        }
        let hosted = |what: &Copied| *what == Copied::CommandLine;
        let is_hosted = task.is_none_or(|task| task.request.to_host().is_none());
        // A file that is on this machine only has no address to send yet.
        if task.is_some() {
            items.extend(recipes.into_iter().filter(|what| is_hosted || hosted(what)));
        }
        items
    }

    /// The order that is looked at, or that made the song.
    fn task_of(&self, subject: &Subject) -> Option<&Task> {
        match subject {
            Subject::Draft => None,
            Subject::Task(id) => self.tasks.get(*id),
            Subject::Song(id) => self.tasks.get(self.songs.get(id)?.task?),
        }
    }

    fn link_of(&self, task: &Task) -> Option<&Link> {
        let song = self.songs.get(task.songs.first()?)?;
        song.audio.url.as_ref()
    }

    /// The text of an entry of the menu.
    fn text_of(&self, subject: &Subject, what: Copied) -> Option<String> {
        let base = &self.settings.base_url;
        let order = || self.request_of(subject).map(|(request, _)| request);
        let task = self.task_of(subject);
        let song = match subject {
            Subject::Song(id) => self.songs.get(id),
            _ => None,
        };
        match what {
            Copied::Link if song.is_some() => Some(song?.audio.url.as_ref()?.as_str().to_owned()),
            Copied::Id if song.is_some() => Some(song?.id.0.clone()),
            Copied::Lyric => Some(song?.lyric.clone()),
            Copied::Json => order().map(|request| recipe::json(&request)),
            Copied::Curl => order().map(|request| recipe::curl(&request, base)),
            Copied::Python => order().map(|request| recipe::python(&request, base)),
            Copied::CommandLine => {
                let (request, _) = self.written_of(subject)?;
                Some(recipe::command_line(&request))
            }
            Copied::TaskId => Some(task?.api_id.as_ref()?.0.clone()),
            Copied::Failure => super::dispatch::failure_text(task?),
            Copied::Link => Some(self.link_of(task?)?.as_str().to_owned()),
            Copied::Id => Some(task?.songs.first()?.0.clone()),
        }
    }

    /// What the commands on a request are about: the selected task in the queue, else the draft.
    fn subject(&self) -> Subject {
        let selected = self.queue.selected();
        match selected.filter(|_| self.focus == PaneId::Queue) {
            Some(task) => Subject::Task(task),
            None => Subject::Draft,
        }
    }

    pub(super) fn on_request(&mut self, command: RequestCommand) {
        self.compose.finish_line();
        match command {
            RequestCommand::Preview => {
                self.overlay = Some(Overlay::Request {
                    of: self.subject(),
                    top: 0,
                });
            }
            RequestCommand::Copy => self.open_copy_menu(),
            RequestCommand::Batch => self.open_batch(),
        }
    }

    fn open_copy_menu(&mut self) {
        let song = self
            .library
            .selected()
            .filter(|_| self.focus == PaneId::Library);
        let subject = match song {
            Some(song) => Subject::Song(song.clone()),
            None => self.subject(),
        };
        // A with mistakes would be refused wherever it is taken.
        if subject == Subject::Draft && self.recheck(true).is_none() {
            return self.show_mistakes();
        }
        self.overlay = Some(Overlay::Copy(CopyMenu {
            items: self.copied_of(&subject),
            subject,
            selected: 0,
        }));
    }

    pub(super) fn copy_chosen(&mut self, menu: &CopyMenu) {
        let Some(what) = menu.items.get(menu.selected).copied() else {
            return;
        };
        if let Some(text) = self.text_of(&menu.subject, what) {
            self.copy(text, what);
        }
    }

    fn open_batch(&mut self) {
        let Some(request) = self.recheck(true) else {
            return self.show_mistakes();
        };
        let Request::Audios(order) = request else {
            return;
        };
        match Batch::new(&self.draft(), *order, &self.settings.models) {
            Some(batch) => self.overlay = Some(Overlay::Batch(Box::new(batch))),
            None => self.notify(Notice::Refused(
                Command::Request(RequestCommand::Batch),
                Refusal::NothingToVary,
            )),
        }
    }

    /// Takes orders that were made before the start, by the command line. They are placed by [`App::start`], or once the
    /// rest of the library is read: no answer can meet a song that is kept but not known. The draft is not touched by them.
    pub fn order_at_start(&mut self, requests: Vec<Request>) {
        self.at_start = requests;
    }

    pub(super) fn place_at_start(&mut self) {
        let requests = std::mem::take(&mut self.at_start);
        let (tasks, _, mut cx) = self.engine();
        let placed: Vec<TaskId> = requests
            .into_iter()
            .map(|request| tasks.order(request, &mut cx))
            .collect();
        let first = placed.first().and_then(|id| self.tasks.get(*id));
        self.placed_at_start = first.map(Whom::of).or(self.placed_at_start.take());
    }

    /// The first order of [`App::order_at_start`], whoever has the engine and whatever id it has there.
    pub fn placed_at_start(&self) -> Option<&Task> {
        let placed = self.placed_at_start.as_ref()?;
        self.tasks.get(self.tasks.find(placed)?)
    }

    /// The user saw the number and the price and said yes.
    pub(super) fn order_batch(&mut self, batch: &Batch) {
        let requests = batch.requests(self.now);
        if requests.is_empty() {
            return self.notify(Notice::Refused(
                Command::Request(RequestCommand::Batch),
                Refusal::NoModelChosen,
            ));
        }
        self.place_or_ask(requests);
    }

    /// Orders all of these.
    pub(super) fn place_all(&mut self, requests: Vec<Request>) {
        let mut placed = Vec::with_capacity(requests.len());
        for request in requests {
            placed.extend(self.place(request));
        }
        let is_held = |id: &TaskId| {
            let task = self.tasks.get(*id);
            task.is_some_and(|task| matches!(task.state, TaskState::Held { .. }))
        };
        // Why some are held was just told, and is worth more.
        if placed.len() > 1 && !placed.iter().any(is_held) {
            self.notify(Notice::BatchOrdered(placed.len()));
        }
    }
}
