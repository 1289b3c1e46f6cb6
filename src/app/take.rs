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
use crate::domain::{FieldError, Link, Request, Task, TaskId, TaskState, Whom, recipe};

/// What is looked at or copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The draft as it stands.
    Draft,
    /// An order in the queue.
    Task(TaskId),
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
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// What can be copied, top to bottom.
    pub fn items(&self) -> &[Copied] {
        &self.items
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// A movement.
    pub fn on_motion(&mut self, motion: Motion) {
        self.selected = moved(self.selected, self.items.len(), motion);
    }
}

impl App {
    /// The order that is looked at, as it would be sent or was sent, and what is still wrong with it. `None`: the task is
    /// no longer known.
    pub fn request_of(&self, subject: Subject) -> Option<(Request, Vec<FieldError>)> {
        match subject {
            Subject::Task(id) => Some((self.tasks.get(id)?.request.clone(), Vec::new())),
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
    fn copied_of(&self, subject: Subject) -> Vec<Copied> {
        let recipes = [
            Copied::Json,
            Copied::Curl,
            Copied::Python,
            Copied::CommandLine,
        ];
        let Subject::Task(id) = subject else {
            return recipes.to_vec();
        };
        let mut items = Vec::new();
        if let Some(task) = self.tasks.get(id) {
            items.extend(task.failure().map(|_| Copied::Failure));
            items.extend(self.link_of(task).map(|_| Copied::Link));
            items.extend(task.songs.first().map(|_| Copied::Id));
            items.extend(task.api_id.as_ref().map(|_| Copied::TaskId));
        }
        let hosted = |what: &Copied| *what == Copied::CommandLine;
        let is_hosted = self
            .tasks
            .get(id)
            .is_none_or(|task| task.request.to_host().is_none());
        // A file that is on this machine only has no address to send yet.
        items.extend(recipes.into_iter().filter(|what| is_hosted || hosted(what)));
        items
    }

    fn link_of(&self, task: &Task) -> Option<&Link> {
        let song = self.songs.get(task.songs.first()?)?;
        song.audio.url.as_ref()
    }

    /// The text of an entry of the menu.
    fn text_of(&self, subject: Subject, what: Copied) -> Option<String> {
        let base = &self.settings.base_url;
        let order = || self.request_of(subject).map(|(request, _)| request);
        let task = match subject {
            Subject::Task(id) => self.tasks.get(id),
            Subject::Draft => None,
        };
        match what {
            Copied::Json => order().map(|request| recipe::json(&request)),
            Copied::Curl => order().map(|request| recipe::curl(&request, base)),
            Copied::Python => order().map(|request| recipe::python(&request, base)),
            Copied::CommandLine => order().map(|request| recipe::command_line(&request)),
            Copied::TaskId => Some(task?.api_id.as_ref()?.0.clone()),
            Copied::Failure => super::dispatch::failure_text(task?),
            Copied::Link => Some(self.link_of(task?)?.as_str().to_owned()),
            Copied::Id => Some(task?.songs.first()?.0.clone()),
            Copied::Lyric => None,
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
        let subject = self.subject();
        // A draft with mistakes would be refused wherever it is taken.
        if subject == Subject::Draft && self.recheck(true).is_none() {
            return self.show_mistakes();
        }
        self.overlay = Some(Overlay::Copy(CopyMenu {
            subject,
            items: self.copied_of(subject),
            selected: 0,
        }));
    }

    pub(super) fn copy_chosen(&mut self, menu: &CopyMenu) {
        let Some(what) = menu.items.get(menu.selected).copied() else {
            return;
        };
        if let Some(text) = self.text_of(menu.subject, what) {
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
        let mut placed = Vec::with_capacity(requests.len());
        for request in requests {
            placed.extend(self.place(request));
        }
        let is_held = |id: &TaskId| {
            let task = self.tasks.get(*id);
            task.is_some_and(|task| matches!(task.state, TaskState::Held { .. }))
        };
        // Why some are held was just told, and is worth more.
        if !placed.iter().any(is_held) {
            self.notify(Notice::BatchOrdered(placed.len()));
        }
    }
}
