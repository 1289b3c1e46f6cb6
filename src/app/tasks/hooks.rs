//! How the end of a song is heard of: by asking, by the answer to the order itself, or by a call of the provider's.
//!
//! Invariant: a call is a hint to ask, and nothing in it is believed; whoever is called is asked for now and then all the
//! same, so that a lost call loses no song.

use std::collections::BTreeMap;

use super::doubt::is_like;
use super::retry::{if_ahead, is_due, paced};
use super::submitting::is_ready;
use super::{Made, TaskQueue};
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::event::WebhookEvent;
use crate::app::notice::Notice;
use crate::app::settings::Settings;
use crate::domain::time::after;
use crate::domain::{
    ApiTaskId, AudiosRequest, Completion, Request, Task, TaskId, TaskRecord, TaskState, Timestamp,
};

/// How often calls for one task may have it asked for, in seconds: the provider's shortest pause.
const HINT_PAUSE: f64 = 5.0;
/// How often a task that only a call names is asked for before the call is forgotten.
const HINT_ASKED: u32 = 5;
/// How long it may take to open the place where the provider calls, in seconds.
const OPENING: f64 = 10.0;
/// How long after it could not be opened another try is worth it, in seconds.
const SHUT: f64 = 60.0;
/// What stands for the part of an address of ours that nobody may see.
const MASK: &str = "•••••";

/// What is known of being called.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Hooks {
    place: Place,
    /// The user knows that it cannot be opened.
    is_told: bool,
    hints: BTreeMap<TaskId, Hint>,
}

/// The place where the provider calls.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Place {
    /// Nobody needed it yet.
    #[default]
    Unopened,
    /// It is being opened; when that counts as failed.
    Opening(Timestamp),
    Open,
    /// It could not be opened; until when it is not tried again.
    Shut(Timestamp),
}

/// The provider called for a task.
#[derive(Debug, Clone, PartialEq, Default)]
struct Hint {
    /// The API's id as the first call had it.
    api_id: Option<ApiTaskId>,
    /// When to ask; `None`: it was asked since.
    ask_at: Option<Timestamp>,
    /// Not asked again for a call before this moment.
    not_before: Option<Timestamp>,
    asked: u32,
}

impl Hooks {
    pub(super) fn forget(&mut self, id: TaskId) {
        self.hints.remove(&id);
    }
}

impl TaskQueue {
    /// The place where the provider calls was opened, or not.
    pub fn on_webhook(&mut self, event: WebhookEvent, cx: &mut Cx) {
        match event {
            WebhookEvent::Opened(at) => {
                self.hooks.place = Place::Open;
                self.hooks.is_told = false;
                cx.notify(Notice::WebhookOpened(at));
            }
            WebhookEvent::NotOpened(reason) => {
                self.hooks.place = Place::Shut(after(cx.now, SHUT));
                if !std::mem::replace(&mut self.hooks.is_told, true) {
                    cx.notify(Notice::WebhookNotOpened(reason));
                }
            }
        }
        self.on_tick(cx);
    }

    /// Opens the place where the provider calls, once an order needs it. Nothing is open in a studio that needs none.
    pub(super) fn listen(&mut self, cx: &mut Cx) {
        if let Place::Opening(lost_at) = self.hooks.place
            && is_due(lost_at, cx.now, OPENING)
        {
            self.hooks.place = Place::Shut(after(cx.now, SHUT));
        }
        let is_wanted = match self.hooks.place {
            Place::Open | Place::Opening(_) => false,
            Place::Shut(until) if !is_due(until, cx.now, SHUT) => false,
            Place::Unopened => self.open().any(|task| {
                task.request.hook().is_some()
                    || is_ready(task) && is_to_be_called(task, cx.settings)
            }),
            // What was sent already is asked for as ever: only a new order is worth another try.
            Place::Shut(_) => self
                .open()
                .any(|task| is_ready(task) && is_to_be_called(task, cx.settings)),
        };
        if is_wanted && cx.settings.webhook.is_some() {
            self.hooks.place = Place::Opening(after(cx.now, OPENING));
            cx.emit(Effect::Listen);
        }
    }

    /// When opening counts as failed, where an order waits for it.
    pub(super) fn next_listening(&self, now: Timestamp) -> Option<Timestamp> {
        match self.hooks.place {
            Place::Opening(lost_at) => if_ahead(lost_at, now, OPENING),
            _ => None,
        }
    }

    /// Whether an order waits until it is known whether the provider can call us.
    pub(super) fn waits_to_be_called(&self, task: &Task, cx: &Cx) -> bool {
        matches!(self.hooks.place, Place::Opening(_)) && is_to_be_called(task, cx.settings)
    }

    /// The order as it goes out: how its end is heard of is decided now, and kept with it. Where the provider cannot call,
    /// it is asked.
    pub(super) fn with_completion(
        &self,
        id: TaskId,
        mut request: Request,
        settings: &Settings,
    ) -> Request {
        let wanted = wanted(&request, settings);
        if let Request::Audios(order) = &mut request {
            let can_call = self.hooks.place == Place::Open;
            let way = match wanted {
                Completion::Webhook if !can_call => Completion::Polling,
                way => way,
            };
            order.hook = (way == Completion::Webhook).then_some(id);
            // Left open where nothing else was ever meant: the order stays as it was written.
            if way != Completion::Polling || order.completion.is_some() {
                order.completion = Some(way);
            }
        }
        request
    }

    /// Whether the provider calls when a task is done, so that asking can take its time.
    pub(super) fn is_called(&self, id: TaskId) -> bool {
        self.hooks.place == Place::Open
            && !self.hooks.hints.contains_key(&id)
            && self
                .get(id)
                .is_some_and(|task| task.request.hook() == Some(id))
    }

    /// The provider called. It is asked for the task as soon as its id is known, and not too often.
    pub(super) fn on_delivered(&mut self, id: TaskId, api_id: Option<ApiTaskId>, cx: &mut Cx) {
        let is_open = self
            .get(id)
            .is_some_and(|task| !task.state.is_final() && task.request.hook() == Some(id));
        if !is_open {
            return;
        }
        let hint = self.hooks.hints.entry(id).or_default();
        hint.api_id = hint.api_id.take().or(api_id);
        hint.asked = 0;
        let pause = paced(HINT_PAUSE, cx.settings);
        let not_before = hint.not_before.filter(|at| !is_due(*at, cx.now, pause));
        hint.ask_at = Some(not_before.unwrap_or(cx.now));
        if self.get(id).is_some_and(|task| task.api_id.is_none()) {
            self.look_soon(id, cx);
        }
        self.note(id);
    }

    /// The tasks for which the provider has called.
    pub(super) fn hinted(&self) -> Vec<TaskId> {
        self.hooks.hints.keys().copied().collect()
    }

    /// The id a task is asked for by: its own, else the one a call had, once the order is no longer on the wire.
    pub(super) fn asked_id<'a>(&'a self, task: &'a Task) -> Option<&'a ApiTaskId> {
        let hinted = || self.hooks.hints.get(&task.id)?.api_id.as_ref();
        match task.state {
            TaskState::Submitting => task.api_id.as_ref(),
            _ => task.api_id.as_ref().or_else(hinted),
        }
    }

    /// When a task is to be asked for since the provider called.
    pub(super) fn hint_at(&self, task: &Task) -> Option<Timestamp> {
        self.hooks.hints.get(&task.id)?.ask_at
    }

    /// These ids are being asked for.
    pub(super) fn note_hints_asked(&mut self, asked: &[ApiTaskId], cx: &Cx) {
        let pause = after(cx.now, paced(HINT_PAUSE, cx.settings));
        for id in self.hinted() {
            let is_asked = self
                .get(id)
                .and_then(|task| self.asked_id(task))
                .is_some_and(|id| asked.contains(id));
            if let Some(hint) = self.hooks.hints.get_mut(&id).filter(|_| is_asked) {
                hint.ask_at = None;
                hint.not_before = Some(pause);
                hint.asked += 1;
            }
        }
    }

    /// Takes in a record that was asked for: of a task that has its id, or of one that only a call has named. That one is
    /// believed when the record itself names the address that stands for the task.
    pub(super) fn confirm(&mut self, record: TaskRecord, cx: &mut Cx) -> Vec<Made> {
        if self.by_api_id.contains_key(&record.id) {
            return self.deliver(record, cx);
        }
        let named = record.request.as_ref().and_then(Request::hook);
        let taken = named.and_then(|id| self.get(id)).filter(|task| {
            task.api_id.is_none()
                && !matches!(task.state, TaskState::Submitting)
                && is_like(task, &record)
        });
        match taken.map(|task| task.id) {
            Some(id) => self.adopt(id, record, cx),
            None => Vec::new(),
        }
    }

    /// What was asked for since a call named it, and is not confirmed, is asked for a few times more: a list may lag behind.
    pub(super) fn note_unconfirmed(&mut self, asked: &[ApiTaskId], cx: &Cx) {
        let unconfirmed: Vec<TaskId> = self
            .open()
            .filter(|task| task.api_id.is_none())
            .filter(|task| self.asked_id(task).is_some_and(|id| asked.contains(id)))
            .map(|task| task.id)
            .collect();
        for id in unconfirmed {
            match self.hooks.hints.get_mut(&id) {
                Some(hint) if hint.asked < HINT_ASKED => {
                    hint.ask_at = hint
                        .ask_at
                        .or(Some(after(cx.now, paced(HINT_PAUSE, cx.settings))));
                }
                _ => self.hooks.forget(id),
            }
            self.note(id);
        }
    }
}

/// The order as it goes out, for eyes: an address of ours is shown without what proves it.
pub fn as_sent(mut request: Request, way: Completion, settings: &Settings) -> Request {
    if let Request::Audios(order) = &mut request {
        order.completion = Some(way);
        let base = settings.webhook.as_deref().unwrap_or_default();
        if way == Completion::Webhook {
            order.callback_url = Some(format!("{}/{MASK}", base.trim_end_matches('/')));
        }
    }
    request
}

/// How the end of a task is heard of, or will be.
pub fn completion_of(task: &Task, settings: &Settings) -> Completion {
    if task.submitted_at.is_some() {
        task.request.completion()
    } else {
        wanted(&task.request, settings)
    }
}

/// An order that is made anew is called at an address of its own.
pub(super) fn forget_address(request: &mut Request) {
    if let Request::Audios(order) = request {
        order.hook = None;
    }
}

/// How the end of an order is to be heard of. Whoever named an address of their own is told there, and we ask.
pub fn wanted(request: &Request, settings: &Settings) -> Completion {
    let Request::Audios(order) = request else {
        return Completion::Blocking;
    };
    match **order {
        AudiosRequest {
            callback_url: Some(_),
            ..
        } => Completion::Polling,
        AudiosRequest { completion, .. } => {
            let way = completion.unwrap_or(settings.completion);
            let is_there = settings.completions().any(|there| there == way);
            if is_there { way } else { Completion::Polling }
        }
    }
}

fn is_to_be_called(task: &Task, settings: &Settings) -> bool {
    wanted(&task.request, settings) == Completion::Webhook
}
