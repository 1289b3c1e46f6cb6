//! The place where the provider calls, as the loop has it: addresses on the way out, hints on the way in.
//!
//! Invariant: what proves an address is put in on the way to the wire and taken out before anything becomes an event, and
//! there is never more than a handful of hints that the loop has not seen.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;

use super::perform::News;
use crate::app::event::{Event, TaskEvent, WebhookEvent};
use crate::domain::{Failure, Outcome, Request, TaskId, TaskRecord};
use crate::webhook::{self, Delivery, Key, Plan, Receiver, Tell};

/// How many hints may wait for the loop.
const WAITING: usize = 64;
/// What stands where a proof stood.
const MASK: &str = "•••••";

/// The place where the provider calls, open or not.
pub(super) struct Hook {
    plan: Plan,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    key: Option<Arc<Key>>,
    receiver: Option<Receiver>,
}

impl Hook {
    /// Nothing is opened; the secret is read where there is one, so that addresses of earlier sittings are known again.
    pub(super) fn new(plan: Plan) -> Self {
        let key = Key::read(&plan.key_file).unwrap_or_else(|error| {
            tracing::warn!(%error, "the secret of the webhook cannot be read");
            None
        });
        let state = State {
            key: key.map(Arc::new),
            receiver: None,
        };
        Hook {
            plan,
            state: Mutex::new(state),
        }
    }

    /// Opens the place, if it is not open. Waits for the disk: not for the loop's thread.
    pub(super) fn open(&self, news: &UnboundedSender<News>) -> WebhookEvent {
        if let Some(receiver) = &self.state().receiver {
            return WebhookEvent::Opened(receiver.address().to_string());
        }
        match webhook::listen(&self.plan, tell(news.clone())) {
            Ok(receiver) => {
                let address = receiver.address().to_string();
                let mut state = self.state();
                state.key = Some(Arc::clone(receiver.key()));
                state.receiver = Some(receiver);
                WebhookEvent::Opened(address)
            }
            Err(error) => WebhookEvent::NotOpened(error.to_string()),
        }
    }

    /// Gives an order the address that stands for its task, where the provider is to call one.
    pub(super) fn address(&self, request: &mut Request) {
        if let Request::Audios(order) = request
            && let Some(task) = order.hook
            && let Some(receiver) = &self.state().receiver
        {
            order.callback_url = Some(receiver.url(task));
        }
    }

    /// Takes addresses of ours out of records, and says instead which task they stand for.
    pub(super) fn recognise(&self, records: &mut [TaskRecord]) {
        let Some(key) = self.state().key.clone() else {
            return;
        };
        for record in records {
            let Some(Request::Audios(order)) = &mut record.request else {
                continue;
            };
            let named = order
                .callback_url
                .as_deref()
                .and_then(|url| key.recognise(url));
            if let Some(task) = named {
                order.callback_url = None;
                order.hook = Some(task);
                if let Outcome::Failed(failure) = &mut record.outcome {
                    hide(&key, task, failure);
                }
            }
        }
    }

    /// Takes what proves the address of a task out of what was said about it.
    pub(super) fn hide_in(&self, failure: &mut Failure, task: TaskId) {
        if let Some(key) = &self.state().key {
            hide(key, task, failure);
        }
    }

    /// A panic elsewhere leaves the state whole: it is set in single steps.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hide(key: &Key, task: TaskId, failure: &mut Failure) {
    let proof = key.proof(task);
    failure.message = failure.message.replace(&proof, MASK);
    failure.raw = failure
        .raw
        .take()
        .map(|raw| raw.replace(&proof, MASK).into());
}

/// Hints go to the loop as far as there is room: it gives the room back when it has seen one.
fn tell(news: UnboundedSender<News>) -> Tell {
    let room = Arc::new(Semaphore::new(WAITING));
    Arc::new(move |Delivery { task, api_id }| {
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            return false;
        };
        let event = Event::Task(TaskEvent::Delivered { task, api_id });
        // The loop ended: whoever comes after it asks.
        news.send(News::Hinted(event, place)).is_ok()
    })
}
