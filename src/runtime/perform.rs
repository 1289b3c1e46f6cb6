//! From an effect to the room that does it, and from the room's answer to an event.
//!
//! Invariant: effects are begun in order, and a `Save` is durable before the next is begun. An order whose task could
//! not be kept is not sent.

use std::path::PathBuf;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::{JoinError, JoinSet};
use url::Url;

use super::world::World;
use crate::api::{self, Accepted, Download, Secret};
use crate::app::effect::Effect;
use crate::app::event::{Event, SongEvent, Stumble, TaskEvent};
use crate::domain::{
    ApiTaskId, Failure, FailureKind, MediaFile, MediaKind, Record, Request, SongId, TaskId,
    Timestamp,
};

/// What comes back to the loop.
pub enum News {
    /// Something happened.
    Happened(Event),
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
    let mut jobs = JoinSet::new();
    let mut unkept = Unkept::default();
    loop {
        tokio::select! {
            batch = batches.recv() => match batch {
                Some(batch) => perform(&world, batch, &news, (&mut jobs, &mut unkept)).await,
                None => return,
            },
            Some(ended) = jobs.join_next() => on_job_end(ended, &news),
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
        Record::Song(song) => Subject::Song(song.id.clone()),
        Record::Draft(_) => Subject::Draft,
        Record::Preferences(_) => Subject::Preferences,
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
    (jobs, unkept): (&mut JoinSet<()>, &mut Unkept),
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
    let subjects: Vec<Subject> = records.iter().map(subject).collect();
    let outcome = world.store().save_all(records).await;
    let outcome = outcome.map_err(|error| error.to_string());
    let mut tasks: Vec<Option<TaskId>> = Vec::new();
    for subject in subjects {
        let task = match &subject {
            Subject::Task(task) => Some(*task),
            Subject::Song(_) | Subject::Draft | Subject::Preferences => None,
        };
        if outcome.is_err() && !tasks.contains(&task) {
            tasks.push(task);
        }
        unkept.note(subject, outcome.clone());
    }
    if let Err(reason) = outcome {
        for task in &tasks {
            let stumble = Stumble::NotSaved {
                task: *task,
                reason: reason.clone(),
            };
            let _ = news.send(News::Happened(Event::Stumbled(stumble)));
        }
    }
    tasks.into_iter().flatten().collect()
}

/// Begins what needs no waiting here; what waits becomes a job.
fn begin(world: &World, effect: Effect, news: &UnboundedSender<News>, jobs: &mut JoinSet<()>) {
    let (world, news) = (world.clone(), news.clone());
    let terminal = |deed| {
        let _ = news.send(News::Terminal(deed));
    };
    match effect {
        Effect::Submit { task, request } => {
            jobs.spawn(async move { tell(&news, submit(&world, task, request).await) });
        }
        Effect::Retrieve(asked) => {
            jobs.spawn(async move { tell(&news, retrieve(&world, asked).await) });
        }
        Effect::Search {
            sought,
            since,
            until,
        } => {
            jobs.spawn(async move { tell(&news, search(&world, sought, since, until).await) });
        }
        Effect::Download { song, kind, url } => {
            jobs.spawn(async move {
                let event = download(&world, &news, (song, kind), url).await;
                let _ = news.send(News::Happened(Event::Song(event)));
            });
        }
        Effect::ReadLibrary => {
            jobs.spawn(async move {
                let event = match world.store().library().await {
                    Ok(songs) => SongEvent::LibraryRead(songs),
                    Err(error) => SongEvent::LibraryNotRead(error.to_string()),
                };
                let _ = news.send(News::Happened(Event::Song(event)));
            });
        }
        Effect::Player(_) => world.perform_now(effect),
        Effect::Copy(text) => terminal(TerminalDeed::Copy(text)),
        Effect::Repaint => terminal(TerminalDeed::Repaint),
        Effect::Suspend => terminal(TerminalDeed::Suspend),
        // Done by the caller, in their order.
        Effect::Save(_) | Effect::Quit => {}
    }
}

fn tell(news: &UnboundedSender<News>, event: TaskEvent) {
    // The loop ended: the task is on disk and is gone on with at the next start.
    let _ = news.send(News::Happened(Event::Task(event)));
}

fn token(world: &World) -> Result<Secret, Failure> {
    world
        .token()
        .ok_or_else(|| Failure::new(FailureKind::NoToken, ""))
}

async fn submit(world: &World, task: TaskId, request: Request) -> TaskEvent {
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
        Err(failure) => TaskEvent::NotAccepted { task, failure },
    }
}

async fn retrieve(world: &World, asked: Vec<ApiTaskId>) -> TaskEvent {
    let answer = match token(world) {
        Ok(token) => world.client().retrieve(&token, &asked).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(records) => TaskEvent::Retrieved { asked, records },
        Err(failure) => TaskEvent::NotRetrieved { asked, failure },
    }
}

async fn search(
    world: &World,
    sought: Vec<TaskId>,
    since: Timestamp,
    until: Timestamp,
) -> TaskEvent {
    let found = match token(world) {
        Ok(token) => world.client().search(&token, since, until).await,
        Err(failure) => Err(failure),
    };
    TaskEvent::Searched { sought, found }
}

/// Fetches a file, checks it, and puts it in its place under a name of ours.
async fn download(
    world: &World,
    news: &UnboundedSender<News>,
    (song, kind): (SongId, MediaKind),
    url: Url,
) -> SongEvent {
    match fetch(world, news, (&song, kind), url).await {
        Ok((file, duration)) => SongEvent::Fetched {
            song,
            kind,
            file,
            duration,
        },
        Err(failure) => SongEvent::NotFetched {
            song,
            kind,
            failure,
        },
    }
}

async fn fetch(
    world: &World,
    news: &UnboundedSender<News>,
    (song, kind): (&SongId, MediaKind),
    url: Url,
) -> Result<(MediaFile, Option<crate::domain::Seconds>), Failure> {
    let suffix = match kind {
        MediaKind::Audio => "audio",
        MediaKind::Cover => "cover",
        MediaKind::Wav => "wav",
        MediaKind::Video => "video",
        MediaKind::Stems => "stems",
    };
    let stem = song.file_stem();
    let part = world.media().join(format!("{stem}.{suffix}.part"));
    tokio::fs::create_dir_all(world.media())
        .await
        .map_err(|error| disk(&error))?;
    let order = Download {
        url,
        part: part.clone(),
    };
    let progress = |progress: api::Progress| {
        let _ = news.send(News::Happened(Event::Song(SongEvent::Progressed {
            song: song.clone(),
            kind,
            done: progress.done,
            total: progress.total,
        })));
    };
    world.client().download(&order, progress).await?;
    let (suffix, duration) = match check(part.clone(), kind).await {
        Ok(checked) => checked,
        Err(failure) => {
            // Whole and no good: the next attempt begins anew.
            let _ = api::discard(&part).await;
            return Err(failure);
        }
    };
    let name = format!("{stem}.{suffix}");
    let bytes = api::keep(&part, &world.media().join(&name))
        .await
        .map_err(|error| disk(&error))?;
    Ok((MediaFile { name, bytes }, duration))
}

/// Reads a whole file for what it is: sound must decode to its end, a picture must be one.
async fn check(
    part: PathBuf,
    kind: MediaKind,
) -> Result<(&'static str, Option<crate::domain::Seconds>), Failure> {
    let checked = tokio::task::spawn_blocking(move || match kind {
        MediaKind::Audio => crate::audio::inspect(&part)
            .map(|found| (found.format.suffix(), Some(found.duration)))
            .map_err(|error| Failure::new(FailureKind::BadFile, error.to_string())),
        MediaKind::Cover => picture_suffix(&part).map(|suffix| (suffix, None)),
        MediaKind::Wav => Ok(("wav", None)),
        MediaKind::Video => Ok(("mp4", None)),
        MediaKind::Stems => Ok(("zip", None)),
    });
    checked.await.unwrap_or_else(|_| {
        Err(Failure::new(
            FailureKind::BadFile,
            "the file cannot be read",
        ))
    })
}

/// The kind of a picture by its first bytes.
fn picture_suffix(part: &std::path::Path) -> Result<&'static str, Failure> {
    use std::io::Read;
    let mut first = Vec::new();
    std::fs::File::open(part)
        .and_then(|file| file.take(16).read_to_end(&mut first))
        .map_err(|error| disk(&error))?;
    match first.as_slice() {
        [0xff, 0xd8, 0xff, ..] => Ok("jpg"),
        [0x89, b'P', b'N', b'G', ..] => Ok("png"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok("webp"),
        _ => Err(Failure::new(FailureKind::BadFile, "this is not a picture")),
    }
}

fn disk(error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Disk, error.to_string())
}
