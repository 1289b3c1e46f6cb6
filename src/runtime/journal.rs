//! What goes to the log: one line for what happened to an order, and at `debug` two for each turn.
//!
//! Invariant: names, ids and failures only; nothing the user typed, and never the token.

use tracing::{debug, info, warn};

use crate::app::effect::Effect;
use crate::app::event::{
    CompanyEvent, Event, ServingEvent, SongEvent, Stumble, TaskEvent, TokenEvent, WebhookEvent,
};
use crate::domain::Failure;

/// Notes what happened.
pub(super) fn event(event: &Event) {
    match event {
        Event::Input(_) => debug!("input"),
        Event::Tick => debug!("tick"),
        Event::Task(event) => task(event),
        Event::Song(event) => song(event),
        Event::LedgerRead(entries) => debug!(entries = entries.len(), "ledger read"),
        Event::Player(_) => debug!("player"),
        Event::Token(TokenEvent::Stored) => info!("a token was stored"),
        Event::Company(event) => company(event),
        Event::Token(_) => debug!("token"),
        Event::LookedAt { problem, .. } => debug!(is_good = problem.is_none(), "looked at a file"),
        Event::Stumbled(Stumble::NotSaved { task, reason }) => {
            warn!(task = task.map(|task| task.0), reason, "not saved");
        }
        Event::Stumbled(Stumble::SongsNotSaved { songs, reason }) => {
            warn!(songs = songs.len(), reason, "not saved");
        }
        Event::Stumbled(Stumble::NotCopied(reason)) => warn!(reason, "not copied"),
        Event::Stumbled(Stumble::NotSuspended) => warn!("not suspended"),
        Event::Stumbled(Stumble::Broke(what)) => warn!(what, "broke"),
        Event::Webhook(WebhookEvent::Opened(at)) => info!(at, "webhook opened"),
        Event::Webhook(WebhookEvent::NotOpened(reason)) => warn!(reason, "webhook not opened"),
        // The link itself is for the one at the screen.
        Event::Serving(ServingEvent::Served { song, .. }) => info!(song = song.0, "served"),
        Event::Serving(ServingEvent::NotServed { song, reason }) => {
            warn!(song = song.0, reason, "not served");
        }
        Event::HungUp => info!("hung up"),
    }
}

/// Notes what is to be done.
pub(super) fn effects(effects: &[Effect]) {
    for effect in effects {
        match effect {
            Effect::Submit { task, request } => {
                info!(
                    task = task.0,
                    work = ?request.work(),
                    "submitting"
                );
            }
            Effect::Look(_) => debug!("looking at a file"),
            Effect::Host { task, .. } => info!(task = task.0, "hosting a file"),
            Effect::Retrieve(tasks) => debug!(tasks = tasks.len(), "retrieving"),
            Effect::Search { sought, .. } => info!(tasks = sought.len(), "searching"),
            Effect::Download { song, kind, .. } => info!(song = song.0, ?kind, "downloading"),
            Effect::Export { song, .. } => info!(song = song.0, "writing a mix"),
            Effect::Listen => debug!("opening the webhook"),
            Effect::Serve(Some(served)) => info!(song = served.song.0, "serving"),
            Effect::Serve(None) => info!("serving no longer"),
            Effect::ReadLibrary => debug!("reading the library"),
            Effect::Save(_) => debug!("saving"),
            Effect::Player(_) => debug!("playing"),
            Effect::Copy(_) | Effect::Repaint | Effect::Suspend => debug!("terminal"),
            Effect::Quit => info!("leaving"),
        }
    }
}

fn task(event: &TaskEvent) {
    match event {
        TaskEvent::Accepted { task, api_id, .. } => {
            info!(task = task.0, api_id = api_id.0, "accepted");
        }
        TaskEvent::NotAccepted { task, failure } => {
            warn!(task = task.0, failure = ?brief(failure), "not accepted");
        }
        TaskEvent::Retrieved { asked, records } => {
            debug!(asked = asked.len(), records = records.len(), "retrieved");
        }
        TaskEvent::NotRetrieved { failure, .. } => {
            warn!(failure = ?brief(failure), "not retrieved");
        }
        TaskEvent::Searched { sought, found } => match found {
            Ok(records) => info!(sought = sought.len(), records = records.len(), "searched"),
            Err(failure) => warn!(failure = ?brief(failure), "not searched"),
        },
        TaskEvent::Listed { page, listed } => match listed {
            Ok(listing) => info!(offset = page.offset, records = listing.count, "listed"),
            Err(failure) => warn!(failure = ?brief(failure), "not listed"),
        },
        TaskEvent::Delivered { task, .. } => info!(task = task.0, "delivered"),
        TaskEvent::Hosting { .. } => debug!("hosting a file"),
        TaskEvent::Hosted { task, .. } => info!(task = task.0, "hosted"),
        TaskEvent::NotHosted { task, failure } => {
            warn!(task = task.0, failure = ?brief(failure), "not hosted");
        }
    }
}

fn company(event: &CompanyEvent) {
    match event {
        CompanyEvent::Guests(count) => info!(count, "guests"),
        CompanyEvent::Handed(handed) => info!(count = handed.len(), "handed over"),
        CompanyEvent::Changed { tasks, songs, .. } => {
            debug!(tasks = tasks.len(), songs = songs.len(), "changed");
        }
        CompanyEvent::TookOver(_) => info!("took over"),
    }
}

fn song(event: &SongEvent) {
    match event {
        SongEvent::Progressed { .. } => debug!("downloading"),
        SongEvent::LibraryRead(songs) => debug!(songs = songs.len(), "library read"),
        SongEvent::LibraryNotRead(reason) => warn!(reason, "library not read"),
        SongEvent::Fetched { song, kind, .. } => info!(song = song.0, ?kind, "fetched"),
        SongEvent::Unpacked { song, stems, .. } => {
            info!(song = song.0, stems = stems.len(), "unpacked");
        }
        SongEvent::Exported { song, .. } => info!(song = song.0, "mix written"),
        SongEvent::NotExported { song, .. } => warn!(song = song.0, "mix not written"),
        SongEvent::NotFetched {
            song,
            kind,
            failure,
        } => warn!(song = song.0, ?kind, failure = ?brief(failure), "not fetched"),
    }
}

/// A failure without the answer it came with, which may repeat what the user wrote.
fn brief(failure: &Failure) -> Failure {
    Failure {
        raw: None,
        ..failure.clone()
    }
}
