//! A sitting told in lines: what happens to the one order that was made here.
//!
//! Invariant: it is satisfied only when nothing more can come of the order without a person, so that leaving loses nothing;
//! everything else in the queue goes on meanwhile and is not talked about.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::report::{End, Made, Report};
use crate::app::App;
use crate::domain::time::elapsed;
use crate::domain::{MediaKind, Song, SongId, Task, TaskState};
use crate::runtime::face::Face;
use crate::runtime::terminal::stop_process;

/// How far the progress moves before it is told again, in percent.
const TOLD_EVERY: u8 = 10;

/// Who watches over an order from the command line.
#[derive(Debug)]
pub(super) struct Teller {
    media: PathBuf,
    is_patient: bool,
    told: String,
    is_busy: bool,
    report: Report,
}

impl Teller {
    /// For the order that is made next. `is_patient`: it waits for the song.
    pub(super) fn new(media: &Path, is_patient: bool) -> Self {
        Teller {
            media: media.to_owned(),
            is_patient,
            told: String::new(),
            is_busy: false,
            report: Report::default(),
        }
    }

    /// What became of it.
    pub(super) fn report(&mut self) -> Report {
        std::mem::take(&mut self.report)
    }

    /// Says something new on the side: results alone go to stdout.
    /// Something the user should know that is no step of the order.
    pub(super) fn warn(&mut self, words: &str) {
        self.say(words.to_owned());
    }

    fn say(&mut self, words: String) {
        if words == self.told || words.is_empty() {
            return;
        }
        // A side that nobody listens to is no reason to let go of an order.
        let _ = writeln!(io::stderr(), "fuzzbox: {words}");
        self.told = words;
    }
}

impl Face for Teller {
    fn show(&mut self, app: &App) -> io::Result<()> {
        let Some(task) = app.placed_at_start() else {
            return Ok(());
        };
        self.say(progress(app, task));
        self.report.task = Some(task.clone());
        self.report.made = made(app, task, &self.media);
        self.report.end = end(app, task, self.is_patient);
        // What others handed over is not left on the wire, where nobody would know what became of it.
        self.is_busy = !app.settings.is_guest && app.tasks.is_submitting();
        Ok(())
    }

    fn has_seen_enough(&self) -> bool {
        self.report.end.is_some() && !self.is_busy
    }

    /// There is nothing to copy: nobody presses a key.
    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        stop_process()
    }
}

/// Whether it has come to an end, and to which.
fn end(app: &App, task: &Task, is_patient: bool) -> Option<End> {
    match &task.state {
        // Only a person lets a paused queue go on.
        TaskState::Waiting { .. } => app.tasks.is_paused().then_some(End::Held),
        TaskState::Submitting => None,
        TaskState::Running { .. } => (!is_patient).then_some(End::Taken),
        TaskState::InDoubt { look_at, .. } => look_at.is_none().then_some(End::InDoubt),
        // Another order may be finding out this moment whether what is missing is there again.
        TaskState::Held { .. } => (!app.tasks.is_submitting()).then_some(End::Held),
        TaskState::Failed { .. } => Some(End::Failed),
        TaskState::Succeeded if !is_patient => Some(End::Taken),
        TaskState::Succeeded => delivered(app, task),
    }
}

/// The files an order makes: of the songs that came of it, or of the one it was done to.
fn files(task: &Task) -> Vec<(&SongId, MediaKind)> {
    match (task.request.adds(), task.request.source()) {
        (Some(kind), Some(source)) if task.songs.is_empty() => vec![(source, kind)],
        _ => task
            .songs
            .iter()
            .map(|song| (song, MediaKind::Audio))
            .collect(),
    }
}

/// `Done` once every file is here; `NotFetched` once no more can be had by waiting.
fn delivered(app: &App, task: &Task) -> Option<End> {
    let mut end = End::Done;
    for (id, kind) in files(task) {
        let Some(song) = app.songs.get(id) else {
            continue;
        };
        let media = song.media(kind);
        if media.file.is_some() || media.url.is_none() {
            continue;
        }
        if app.songs.progress(id, kind).is_some() {
            return None;
        }
        end = End::NotFetched;
    }
    Some(end)
}

fn made(app: &App, task: &Task, folder: &Path) -> Vec<Made> {
    if task.state != TaskState::Succeeded {
        return Vec::new();
    }
    let made = |(id, kind): (&SongId, MediaKind)| {
        let song: &Song = app.songs.get(id)?;
        let media = song.media(kind);
        Some(Made {
            song: song.clone(),
            kind,
            path: media.file.as_ref().map(|file| folder.join(&file.name)),
        })
    };
    files(task).into_iter().filter_map(made).collect()
}

/// Where it stands, in a line that changes only when something does.
fn progress(app: &App, task: &Task) -> String {
    match &task.state {
        TaskState::Waiting { .. } if app.tasks.is_handed(task.id) => {
            "handed to the fuzzbox that is open".to_owned()
        }
        TaskState::Waiting { retry_at, because } => match (because, retry_at) {
            (Some(because), Some(at)) => {
                let wait = elapsed(app.now, *at).0.ceil();
                format!("waiting ({:?}); tried again within {wait} s", because.kind)
            }
            _ => "waiting for its turn".to_owned(),
        },
        TaskState::Submitting => "sending the order".to_owned(),
        TaskState::Running { .. } => {
            let far = task
                .progress
                .map(|percent| percent / TOLD_EVERY * TOLD_EVERY);
            match far {
                Some(far) => format!("being made: {far}%"),
                None => "taken; being made".to_owned(),
            }
        }
        TaskState::InDoubt { look_at, .. } if look_at.is_some() => {
            "the answer was lost; looking for the order at the API".to_owned()
        }
        TaskState::Succeeded => fetching(app, task),
        TaskState::InDoubt { .. } | TaskState::Held { .. } | TaskState::Failed { .. } => {
            String::new()
        }
    }
}

fn fetching(app: &App, task: &Task) -> String {
    let is_coming = |(id, kind): &(&SongId, MediaKind)| app.songs.progress(id, *kind).is_some();
    if files(task).iter().any(is_coming) {
        "made; fetching the file".to_owned()
    } else {
        String::new()
    }
}
