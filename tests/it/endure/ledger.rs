//! What the program has kept, read beside it or after its end, and held against what the provider took.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fuzzbox::api::wire;
use fuzzbox::audio;
use fuzzbox::domain::{Draft, MediaKind, Request, Saved, Song, Task, TaskState};
use fuzzbox::store::Store;

use super::provider::{Taken, identity};

/// Everything that is kept.
pub struct Ledger {
    pub tasks: Vec<Task>,
    pub songs: Vec<Song>,
    pub draft: Draft,
    pub removed: Vec<Draft>,
}

impl Ledger {
    /// Reads what a program that was killed has left, without touching it: the next start finds what the kill left.
    pub fn left_in(database: &Path) -> Self {
        Self::copied_from(database).expect("a whole database")
    }

    /// Reads a copy of a database, which is torn if it is being written to at this moment.
    pub fn copied_from(database: &Path) -> Option<Self> {
        let copy = tempfile::tempdir().expect("a folder");
        let path = copy.path().join("fuzzbox.db");
        for suffix in ["", "-wal"] {
            let name = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            // Killed early, it has none.
            drop(std::fs::copy(name(database), name(&path)));
        }
        Self::read(&path)
    }

    /// Reads a database that others may have open.
    pub fn at(database: &Path) -> Self {
        Self::read(database).expect("a whole database")
    }

    fn read(database: &Path) -> Option<Self> {
        let (store, saved) = Store::open(database).ok()?;
        let Saved {
            tasks,
            draft,
            preferences,
            ..
        } = saved;
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let songs = runtime.expect("a runtime").block_on(store.library());
        Some(Self {
            tasks,
            songs: songs.ok()?,
            draft,
            removed: preferences.removed,
        })
    }

    /// Whether something typed is anywhere in it.
    pub fn holds(&self, text: &str) -> bool {
        // In whatever field: a hand that is hurried may have come to another.
        let in_draft =
            |draft: &Draft| serde_json::to_string(draft).is_ok_and(|draft| draft.contains(text));
        in_draft(&self.draft) || self.removed.iter().any(in_draft) || self.tasks_of(text) > 0
    }

    /// How many tasks there are of a text.
    pub fn tasks_of(&self, text: &str) -> usize {
        self.tasks
            .iter()
            .filter_map(|task| serde_json::to_string(&task.request).ok())
            .filter(|request| request.contains(text))
            .count()
    }

    /// What cannot be true at any moment, in words.
    pub fn untruths(
        &self,
        taken: &[Taken],
        knocks: Option<&BTreeMap<String, usize>>,
    ) -> Vec<String> {
        let mut untruths = Vec::new();
        let (mut tasks, mut sent) = (BTreeMap::new(), BTreeMap::<String, usize>::new());
        for task in &self.tasks {
            let request = request(task);
            *tasks.entry(request.clone()).or_insert(0) += 1;
            // What waits or is held counts as not sent: it will go out once more.
            let is_sent = !matches!(
                task.state,
                TaskState::Waiting { .. } | TaskState::Held { .. }
            );
            *sent.entry(request).or_default() += usize::from(is_sent);
        }
        let mut orders = BTreeMap::<&String, usize>::new();
        for order in taken {
            *orders.entry(&order.request).or_default() += 1;
        }
        for (request, count) in orders {
            let known = sent.get(request).copied().unwrap_or_default();
            if count > known {
                untruths.push(format!(
                    "taken {count} times, known {known} times: {request}"
                ));
            }
        }
        for (request, count) in knocks.into_iter().flatten() {
            let known = tasks.get(request).copied().unwrap_or_default();
            if *count > known {
                untruths.push(format!("sent {count} times for {known} tasks: {request}"));
            }
        }
        let mut owners = BTreeSet::new();
        for id in self.tasks.iter().filter_map(|task| task.api_id.as_ref()) {
            if !owners.insert(id) {
                untruths.push(format!("two tasks have the id {}", id.0));
            }
            if taken.iter().all(|order| order.id != id.0) {
                untruths.push(format!("the provider took no {}", id.0));
            }
        }
        untruths
    }

    /// What is not settled yet, in words; nothing: it can be judged.
    pub fn unsettled(&self, taken: &[Taken], media: &Path) -> Vec<String> {
        let owned: BTreeSet<&str> = self
            .tasks
            .iter()
            .filter_map(|task| Some(task.api_id.as_ref()?.0.as_str()))
            .collect();
        let orphans = taken
            .iter()
            .filter(|order| !owned.contains(order.id.as_str()));
        let mut left: Vec<String> = orphans
            .map(|order| format!("no task has the order {} {}", order.id, order.request))
            .collect();
        for task in &self.tasks {
            let is_over = task.state.is_final() || is_put_to_user(task);
            if !is_over {
                left.push(format!("{:?}: {}", task.state, request(task)));
            }
        }
        for song in &self.songs {
            let is_missing = |kind: &MediaKind| {
                let media = song.media(*kind);
                media.url.is_some() && media.file.is_none() && *kind != MediaKind::Stems
            };
            for kind in MediaKind::ALL.into_iter().filter(is_missing) {
                left.push(format!("{} has no {kind:?} yet", song.id.0));
            }
        }
        let files = std::fs::read_dir(media).into_iter().flatten().flatten();
        left.extend(
            files
                .map(|file| file.file_name().to_string_lossy().into_owned())
                .filter(|name| name.contains(".part"))
                .map(|name| format!("{name} is still there")),
        );
        left
    }

    /// What is wrong in the end, in words, once everything is settled.
    pub fn losses(&self, taken: &[Taken], media: &Path) -> Vec<String> {
        let mut losses = Vec::new();
        for order in taken {
            let task = self
                .tasks
                .iter()
                .find(|task| task.api_id.as_ref().is_some_and(|id| id.0 == order.id));
            let Some(task) = task else {
                losses.push(format!("nobody knows the order {}", order.request));
                continue;
            };
            let is_good = task.state == TaskState::Succeeded;
            if order.ended != Some(is_good) {
                let state = &task.state;
                losses.push(format!(
                    "{state:?} but {:?}: {}",
                    order.ended, order.request
                ));
            }
            for id in &task.songs {
                if !self.songs.iter().any(|song| song.id == *id) {
                    losses.push(format!("the song {} is gone", id.0));
                }
            }
            let makes_song = matches!(&task.request, Request::Audios(order) if order.action != fuzzbox::domain::Action::Stems);
            if is_good && makes_song && task.songs.is_empty() {
                losses.push(format!("no song of {}", order.request));
            }
            if is_good && matches!(task.request, Request::Lyrics(_)) && task.words.is_none() {
                losses.push(format!("no words of {}", order.request));
            }
        }
        for song in &self.songs {
            losses.extend(
                MediaKind::ALL
                    .iter()
                    .filter_map(|kind| flaw(song, *kind, media)),
            );
        }
        losses
    }
}

/// The request of a task as it is told apart from others.
pub fn request(task: &Task) -> String {
    let path = format!("/producer/{}", task.request.endpoint().name());
    identity(&path, wire::order(&task.request))
}

/// Looked for in vain, at least once: that the provider has no such order is seen in its book.
fn is_put_to_user(task: &Task) -> bool {
    matches!(task.state, TaskState::InDoubt { .. }) && task.api_id.is_none()
}

/// What is wrong with a file of a song.
fn flaw(song: &Song, kind: MediaKind, media: &Path) -> Option<String> {
    let file = song.media(kind).file.as_ref()?;
    let path = media.join(&file.name);
    let told = |what: &str| Some(format!("{}: {what}", path.display()));
    if kind == MediaKind::Stems {
        let broken = song.more.stems.iter().find_map(|stem| {
            let path = media.join(&stem.name);
            audio::inspect(&path).err()
        });
        return broken.and_then(|error| told(&error.to_string()));
    }
    match std::fs::metadata(&path) {
        Ok(found) if found.len() == file.bytes => {}
        Ok(found) => return told(&format!("{} bytes, not {}", found.len(), file.bytes)),
        Err(error) => return told(&error.to_string()),
    }
    match kind {
        MediaKind::Audio | MediaKind::Wav => audio::inspect(&path)
            .err()
            .and_then(|error| told(&error.to_string())),
        MediaKind::Video => audio::inspect_film(&path)
            .err()
            .and_then(|error| told(&error.to_string())),
        MediaKind::Cover => {
            let picture = std::fs::read(&path).unwrap_or_default();
            let is_whole = picture.starts_with(&[0xff, 0xd8]) && picture.ends_with(&[0xff, 0xd9]);
            (!is_whole).then(|| told("not a whole picture")).flatten()
        }
        MediaKind::Stems => None,
    }
}
