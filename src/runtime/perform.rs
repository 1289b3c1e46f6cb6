//! From an effect to the room that does it, and from the room's answer to an event.
//!
//! Invariant: effects are begun in order, and a `Save` is durable before the next is begun. An order whose task could
//! not be kept is not sent.

use std::collections::HashMap;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::company::Word;
use super::export;
use super::fetch::Errand;
use super::lists;
use super::serve;
use super::world::World;
use crate::api::{self, Accepted, Secret};
use crate::app::effect::Effect;
use crate::app::event::{Event, Stumble, TaskEvent};
use crate::domain::{
    ApiTaskId, Failure, FailureKind, Record, Request, SongId, TaskId, Ticket, Want,
};

/// What comes back to the loop.
pub enum News {
    /// Something happened.
    Happened(Event),
    /// Something happened that came from outside unasked; the place it takes is free again once it is seen.
    Hinted(Event, OwnedSemaphorePermit),
    /// A token is stored and used from now on.
    TokenIs(Event, Secret),
    /// Everything before leaving is done; why something is still not kept, if anything is not.
    Left(Option<String>),
    /// The terminal is wanted.
    Terminal(TerminalDeed),
}

/// What only the owner of the terminal can do.
pub enum TerminalDeed {
    /// Stop for a while.
    Suspend,
    /// Paint anew.
    Repaint,
    /// Copy to the clipboard.
    Copy(String),
}

/// Performs batches of effects until the loop ends. Jobs that were begun end with it.
pub async fn lane(
    world: World,
    mut batches: UnboundedReceiver<Vec<Effect>>,
    news: UnboundedSender<News>,
) {
    let mut jobs = Jobs::default();
    let mut unkept = Unkept::default();
    loop {
        tokio::select! {
            batch = batches.recv() => match batch {
                Some(batch) => perform(&world, batch, &news, (&mut jobs, &mut unkept)).await,
                None => return,
            },
            Some(ended) = jobs.all.join_next() => on_job_end(ended, &news),
        }
    }
}

/// What is under way.
#[derive(Default)]
struct Jobs {
    all: JoinSet<()>,
    /// The files that are brought to the host.
    hosting: HashMap<TaskId, AbortHandle>,
}

impl Jobs {
    /// A task that has ended, or was taken back, needs no file at the host any more.
    fn settle(&mut self, record: &Record) {
        if let Record::Task(task) = record
            && task.state.is_final()
            && let Some(hosting) = self.hosting.remove(&task.id)
        {
            hosting.abort();
        }
    }
}

/// What could not be kept, and why, until it is kept after all.
#[derive(Default)]
struct Unkept(Vec<(Subject, String)>);

/// What a record is about: a later record of the same replaces it.
#[derive(PartialEq)]
enum Subject {
    Task(TaskId),
    Song(SongId),
    Draft,
    Preferences,
    Paused,
    Import,
    Handed(Ticket),
    Aside,
}

impl Unkept {
    fn note(&mut self, subject: Subject, outcome: Result<(), String>) {
        self.0.retain(|(known, _)| *known != subject);
        self.0.extend(outcome.err().map(|reason| (subject, reason)));
    }

    fn reason(&self) -> Option<String> {
        self.0.first().map(|(_, reason)| reason.clone())
    }
}

fn subject(record: &Record) -> Subject {
    match record {
        Record::Task(task) => Subject::Task(task.id),
        Record::Song(song) | Record::PartOfSong(song) => Subject::Song(song.id.clone()),
        Record::Draft(_) => Subject::Draft,
        Record::Preferences(_) => Subject::Preferences,
        Record::Paused(_) => Subject::Paused,
        Record::Import(_) => Subject::Import,
        Record::Handed(handed) => Subject::Handed(handed.ticket.clone()),
        Record::Granted(ticket) => Subject::Handed(ticket.clone()),
        Record::Aside(..) => Subject::Aside,
    }
}

/// The task that a record is about.
fn task_of(record: &Record) -> Option<TaskId> {
    match record {
        Record::Task(task) => Some(task.id),
        Record::Handed(handed) => match &handed.want {
            Want::Order(task) => Some(task.id),
            Want::Wish(_) => None,
        },
        _ => None,
    }
}

/// What other programs are told of it, where they show it or do something about it.
fn word_of(record: &Record) -> Option<Word> {
    match record {
        Record::Task(_) | Record::Song(_) | Record::PartOfSong(_) | Record::Paused(_) => {
            Some(Word::Changed)
        }
        Record::Handed(_) => Some(Word::Handed),
        _ => None,
    }
}

fn on_job_end(ended: Result<(), JoinError>, news: &UnboundedSender<News>) {
    if ended.is_err_and(|error| error.is_panic()) {
        let broke = Stumble::Broke("a background job".into());
        let _ = news.send(News::Happened(Event::Stumbled(broke)));
    }
}

async fn perform(
    world: &World,
    batch: Vec<Effect>,
    news: &UnboundedSender<News>,
    (jobs, unkept): (&mut Jobs, &mut Unkept),
) {
    let mut unsaved: Vec<TaskId> = Vec::new();
    let mut effects = batch.into_iter().peekable();
    while let Some(effect) = effects.next() {
        match effect {
            Effect::Save(first) => {
                // What is saved in a row belongs together: a song and the task that made it stand or fall as one.
                let mut records = vec![first];
                while let Some(Effect::Save(record)) =
                    effects.next_if(|next| matches!(next, Effect::Save(_)))
                {
                    records.push(record);
                }
                for record in &records {
                    jobs.settle(record);
                }
                unsaved.extend(save(world, records, news, unkept).await);
            }
            Effect::Submit { task, .. } if unsaved.contains(&task) => {}
            Effect::Quit => {
                let _ = news.send(News::Left(unkept.reason()));
            }
            effect => begin(world, effect, news, jobs),
        }
    }
}

/// Keeps all of these or none. Returns the tasks that could not be kept.
async fn save(
    world: &World,
    records: Vec<Record>,
    news: &UnboundedSender<News>,
    unkept: &mut Unkept,
) -> Vec<TaskId> {
    let subjects: Vec<(Subject, Option<TaskId>)> = records
        .iter()
        .map(|record| (subject(record), task_of(record)))
        .collect();
    let word = records.iter().find_map(word_of);
    let outcome = world.store().save_all(records).await;
    let outcome = outcome.map_err(|error| error.to_string());
    let stumbles = outcome
        .as_ref()
        .err()
        .map_or_else(Vec::new, |reason| stumbles(&subjects, reason));
    for (subject, _) in subjects {
        unkept.note(subject, outcome.clone());
    }
    if let Some(word) = word.filter(|_| outcome.is_ok()) {
        world.tell_others(word);
    }
    let tasks = stumbles.iter().filter_map(|stumble| match stumble {
        Stumble::NotSaved { task, .. } => *task,
        _ => None,
    });
    let tasks = tasks.collect();
    for stumble in stumbles {
        let _ = news.send(News::Happened(Event::Stumbled(stumble)));
    }
    tasks
}

/// What is told of records that were not kept: each task once, and what belongs to none once. Songs are kept again with
/// their task; those without one have to be told by name.
fn stumbles(subjects: &[(Subject, Option<TaskId>)], reason: &str) -> Vec<Stumble> {
    let mut tasks: Vec<Option<TaskId>> = Vec::new();
    let mut songs = Vec::new();
    for (subject, task) in subjects {
        if let Subject::Song(song) = subject {
            songs.push(song.clone());
        } else if !tasks.contains(task) {
            tasks.push(*task);
        }
    }
    let reason = || reason.to_owned();
    let are_alone = !songs.is_empty() && tasks.iter().all(Option::is_none);
    let alone = are_alone.then(|| Stumble::SongsNotSaved {
        songs,
        reason: reason(),
    });
    let others = tasks.into_iter().map(|task| Stumble::NotSaved {
        task,
        reason: reason(),
    });
    others.chain(alone).collect()
}

/// Begins what needs no waiting here; what waits becomes a job.
fn begin(world: &World, effect: Effect, news: &UnboundedSender<News>, jobs: &mut Jobs) {
    let (world, news) = (world.clone(), news.clone());
    let terminal = |deed| {
        let _ = news.send(News::Terminal(deed));
    };
    match effect {
        Effect::Submit { task, request } => {
            jobs.all
                .spawn(async move { tell(&news, submit(&world, task, request).await) });
        }
        Effect::Retrieve(asked) => {
            jobs.all
                .spawn(async move { tell(&news, retrieve(&world, asked).await) });
        }
        Effect::Search { .. } => lists::begin(&world, effect, &news, &mut jobs.all),
        Effect::Look(path) => {
            jobs.all.spawn(look(world, news, path));
        }
        Effect::Host { task, path } => {
            let hosting = async move { tell(&news, host(&world, &news, task, &path).await) };
            jobs.hosting.insert(task, jobs.all.spawn(hosting));
        }
        Effect::Listen => {
            jobs.all.spawn_blocking(move || {
                let event = world.hook().open(&news);
                let _ = news.send(News::Happened(Event::Webhook(event)));
            });
        }
        Effect::Download { song, kind, url } => {
            // Noted at once: the player's next command may be to play it.
            let errand = Errand::begin(&world, (song, kind), url);
            jobs.all.spawn(async move {
                let event = errand.run(&world, &news).await;
                let _ = news.send(News::Happened(Event::Song(event)));
            });
        }
        Effect::Export { song, stems, to } => {
            jobs.all.spawn(async move {
                let event = export::mix(&world, song, stems, to).await;
                let _ = news.send(News::Happened(Event::Song(event)));
            });
        }
        Effect::Serve(served) => serve::begin(&world, served, &news, &mut jobs.all),
        Effect::ReadLibrary => {
            jobs.all
                .spawn(async move { lists::read(&world, &news).await });
        }
        Effect::Player(_) => world.perform_now(effect),
        Effect::Copy(text) => terminal(TerminalDeed::Copy(text)),
        Effect::Repaint => terminal(TerminalDeed::Repaint),
        Effect::Suspend => terminal(TerminalDeed::Suspend),
        // Done by the caller, in their order.
        Effect::Save(_) | Effect::Quit => {}
    }
}

pub(super) fn tell(news: &UnboundedSender<News>, event: TaskEvent) {
    // The loop ended: the task is on disk and is gone on with at the next start.
    let _ = news.send(News::Happened(Event::Task(event)));
}

pub(super) fn token(world: &World) -> Result<Secret, Failure> {
    world
        .token()
        .ok_or_else(|| Failure::new(FailureKind::NoToken, ""))
}

async fn submit(world: &World, task: TaskId, mut request: Request) -> TaskEvent {
    world.hook().address(&mut request);
    let answer = match token(world) {
        Ok(token) => world.client().submit(&token, &request).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(Accepted {
            api_id,
            trace_id,
            record,
        }) => TaskEvent::Accepted {
            task,
            api_id,
            trace_id,
            record: record.map(Box::new),
        },
        Err(mut failure) => {
            world.hook().hide_in(&mut failure, task);
            TaskEvent::NotAccepted { task, failure }
        }
    }
}

async fn retrieve(world: &World, asked: Vec<ApiTaskId>) -> TaskEvent {
    let answer = match token(world) {
        Ok(token) => world.client().retrieve(&token, &asked).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(mut records) => {
            world.hook().recognise(&mut records);
            TaskEvent::Retrieved { asked, records }
        }
        Err(failure) => TaskEvent::NotRetrieved { asked, failure },
    }
}

/// Looks whether a local file can be brought to the file host.
async fn look(world: World, news: UnboundedSender<News>, path: String) {
    let problem = world.files_host().look(&world.local(&path)).await.err();
    let _ = news.send(News::Happened(Event::LookedAt { path, problem }));
}

/// Brings a local file to the file host.
async fn host(world: &World, news: &UnboundedSender<News>, task: TaskId, path: &str) -> TaskEvent {
    let progress = |progress: api::Progress| {
        let hosting = TaskEvent::Hosting {
            task,
            done: progress.done,
            total: progress.total.unwrap_or_default(),
        };
        tell(news, hosting);
    };
    let file = world.local(path);
    let hosted = match token(world) {
        Ok(token) => {
            let host = world.files_host();
            world.client().host(&host, &token, &file, progress).await
        }
        Err(failure) => Err(failure),
    };
    match hosted {
        Ok(url) => TaskEvent::Hosted {
            task,
            url: url.into(),
        },
        Err(failure) => TaskEvent::NotHosted { task, failure },
    }
}
