//! The order book: a file that lets a simulator be stopped and started again without its clients losing a song.
//!
//! One line of JSON each; only the first is about the simulator itself:
//! ```json
//! {"simulator":{"version":1,"address":"127.0.0.1:40123","earlier":0}}
//! {"order":{"id":"…","created_at":1760000000.123,"takes":{"secs":42,"nanos":0},"request":{…},"song":{…},…}}
//! {"end":{"id":"…","end":{"elapsed":42.01,"finished_at":1760000042.133,"outcome":{"Ok":61.25}}}}
//! {"call":"…"}
//! ```
//! An order holds all that was drawn for it, so that nothing is drawn again, and when it was taken on the wall clock;
//! with what it takes that says when it is due. Of a token there are only the account's ids, as the answers show them.
//! Each start writes the file anew with the latest orders; a scenario begins from its first rule again.
//!
//! Invariant: a line is on disk before anyone is told of what it says. So whatever a crash cuts off, nobody knew.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SimError;
use super::answers::Song;
use super::check::Account;
use super::order::Kind;
use super::script::{Callback, Fail, Trick};
use super::upload::Upload;

/// The form of the file; one of another form is refused.
const VERSION: u32 = 1;
/// Orders kept at a start; older ones are only counted, unless one of these was made from them.
const KEPT: usize = 200;

/// An order as it was taken: what it says and what was drawn for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Entry {
    /// The task's id at the API.
    pub id: String,
    /// The trace id of the request that ordered it.
    pub trace_id: String,
    /// The task's id in the provider's database.
    pub mongo_id: String,
    /// Who ordered it.
    pub account: Account,
    /// Unix seconds.
    pub created_at: f64,
    /// How long after that it is due.
    pub takes: Duration,
    /// What kind of task it is.
    #[serde(default)]
    pub kind: Kind,
    /// The request as it came.
    pub request: Value,
    /// The base URL the client used, while the simulator stays where it was.
    pub base: Option<String>,
    /// The song, with its id, seed and words; where none is made, as much of one as the answer shows.
    pub song: Song,
    /// Seconds of newly composed music, at most.
    pub limit: Option<f64>,
    /// The scenario's verdict on the generation.
    pub fail: Option<Fail>,
    /// The scenario's trouble with the callback.
    pub callback: Option<Callback>,
    /// The scenario's trick with the archive of stems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stems: Option<Trick>,
    /// What was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<Upload>,
}

impl Entry {
    /// The song it is made from, as the request names it.
    fn source(&self) -> Option<String> {
        let id = self.request.get("audio_id")?.as_str()?;
        Some(id.to_ascii_lowercase())
    }
}

/// How a task ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct End {
    /// Seconds from the order to the end.
    pub elapsed: f64,
    /// Unix seconds.
    pub finished_at: f64,
    /// The length of the song in seconds.
    pub outcome: Result<f64, Fail>,
}

/// One line of the book.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first line: who keeps the book.
    Simulator(Head),
    /// An order was taken.
    Order(Box<Entry>),
    /// A task has ended.
    End {
        /// The task's id.
        id: String,
        /// Its end.
        end: End,
    },
    /// The callback of the task of this id was sent, whether or not it was heard.
    Call(String),
}

/// Who keeps a book.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Head {
    version: u32,
    address: SocketAddr,
    /// Orders that were taken but are no longer listed.
    earlier: usize,
}

/// What a book says about one order.
#[derive(Clone, Debug)]
pub struct Past {
    /// The order.
    pub entry: Entry,
    /// Its end, if it has come.
    pub end: Option<End>,
    /// How often its callback was sent.
    pub calls: u32,
}

/// What a book says.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Where the last simulator listened.
    pub address: Option<SocketAddr>,
    /// How many orders were ever taken.
    pub orders: usize,
    /// The latest of them, oldest first.
    pub past: Vec<Past>,
}

/// A book that nobody else writes in.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    pages: Mutex<Pages>,
}

/// What is held while the book is open.
#[derive(Debug)]
struct Pages {
    /// Gone when the book was closed.
    lock: Option<File>,
    /// There once the book was begun, until it is closed.
    file: Option<File>,
    /// Bytes of whole lines.
    length: u64,
    /// True if half a line may follow them.
    is_torn: bool,
}

impl Book {
    /// Takes the book at `path` and reads it; a missing or empty file is an empty book. Nothing is written before
    /// [`Book::begin`].
    pub fn open(path: &Path) -> Result<(Self, Memory), SimError> {
        let trouble = |reason: String| SimError::State {
            path: path.to_owned(),
            reason,
        };
        let lock = lock(path).map_err(&trouble)?;
        let text = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|error| trouble(error.to_string()))?,
        };
        let memory = understand(&text).map_err(trouble)?;
        let book = Self {
            path: path.to_owned(),
            pages: Mutex::new(Pages {
                lock: Some(lock),
                file: None,
                length: 0,
                is_torn: false,
            }),
        };
        Ok((book, memory))
    }

    /// Writes the book anew for a simulator at `address`, with the latest orders of `memory`, and opens it for more.
    /// A crash leaves the old book or the new one.
    pub fn begin(&self, address: SocketAddr, memory: &mut Memory) -> Result<(), SimError> {
        memory.forget();
        if memory.address.replace(address) != Some(address) {
            // Nobody sees the files where they were.
            for past in &mut memory.past {
                past.entry.base = None;
            }
        }
        let written = write_anew(&self.path, address, memory);
        let (file, length) = written.map_err(|error| SimError::State {
            path: self.path.clone(),
            reason: error.to_string(),
        })?;
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.file = Some(file);
        pages.length = length;
        Ok(())
    }

    /// Adds a line; when this returns, it is on disk.
    pub async fn add(self: &Arc<Self>, line: Line) -> io::Result<()> {
        let book = Arc::clone(self);
        // Waiting for a disk would hold up whatever shares the thread, such as a screen.
        let written = tokio::task::spawn_blocking(move || {
            let mut pages = book.pages.lock().unwrap_or_else(PoisonError::into_inner);
            pages.add(&letters(&line)?)
        });
        written
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    /// Lets go of the file: what is added from now on is refused.
    pub fn close(&self) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.file = None;
        pages.lock = None;
    }
}

impl Pages {
    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Err(io::Error::other("the simulator is being stopped"));
        };
        if self.is_torn {
            // Half a line with another behind it would spoil the whole book.
            file.set_len(self.length)?;
        }
        self.is_torn = true;
        file.write_all(line)?;
        file.sync_data()?;
        self.is_torn = false;
        self.length += line.len() as u64;
        Ok(())
    }
}

fn letters(line: &Line) -> io::Result<Vec<u8>> {
    let mut letters = serde_json::to_vec(line)?;
    letters.push(b'\n');
    Ok(letters)
}

/// A file beside the book that says who has it; the book itself is replaced at each start and cannot say so.
fn lock(path: &Path) -> Result<File, String> {
    let told = |error: io::Error| error.to_string();
    let lock = private(
        &beside(path, "lock"),
        OpenOptions::new().write(true).create(true),
    );
    let lock = lock.map_err(told)?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err("another simulator is using it".to_owned()),
        // Some file systems know no locks; that is no reason not to remember anything.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
    }
}

/// The file of the same name with a suffix more.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Opens a file that only its owner may read: a callback's address may hold a secret.
fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

fn write_anew(path: &Path, address: SocketAddr, memory: &Memory) -> io::Result<(File, u64)> {
    let mut text = letters(&Line::Simulator(Head {
        version: VERSION,
        address,
        earlier: memory.orders - memory.past.len(),
    }))?;
    for past in &memory.past {
        let id = &past.entry.id;
        text.extend(letters(&Line::Order(Box::new(past.entry.clone())))?);
        if let Some(end) = past.end.clone() {
            text.extend(letters(&Line::End {
                id: id.clone(),
                end,
            })?);
        }
        for _ in 0..past.calls {
            text.extend(letters(&Line::Call(id.clone()))?);
        }
    }
    let draft = beside(path, "new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private(&draft, OpenOptions::new().append(true).create_new(true))?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    #[cfg(unix)]
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    Ok((file, text.len() as u64))
}

/// Reads a book. Half a line at the end is what a crash leaves, and is nothing; anything else must be whole.
fn understand(text: &[u8]) -> Result<Memory, String> {
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    let mut lines = lines.filter(|(_, line)| !line.is_empty()).peekable();
    let Some((_, first)) = lines.next() else {
        return Ok(Memory::default());
    };
    let head = match serde_json::from_slice(first) {
        Ok(Line::Simulator(head)) if head.version == VERSION => head,
        Ok(Line::Simulator(_)) => return Err("it is of another version of fuzzbox".to_owned()),
        // Not to be overwritten: who knows what it is.
        _ => return Err("it is not the state of a simulator".to_owned()),
    };
    let mut memory = Memory {
        address: Some(head.address),
        orders: head.earlier,
        past: Vec::new(),
    };
    let mut places = HashMap::new();
    while let Some((index, line)) = lines.next() {
        match serde_json::from_slice(line) {
            Ok(line) => memory.hear(line, &mut places),
            Err(_) if lines.peek().is_none() => {}
            Err(_) => return Err(format!("line {} is damaged", index + 1)),
        }
    }
    Ok(memory)
}

impl Memory {
    /// Forgets all but the latest orders and what they were made from.
    fn forget(&mut self) {
        let surplus = self.past.len().saturating_sub(KEPT);
        let late = self.past.split_off(surplus);
        let mut needed: HashSet<String> =
            late.iter().filter_map(|past| past.entry.source()).collect();
        let early = std::mem::take(&mut self.past);
        // From the latest on: what something was made from is older than it.
        for past in early.into_iter().rev() {
            if needed.contains(&past.entry.song.id) {
                needed.extend(past.entry.source());
                self.past.push(past);
            }
        }
        self.past.reverse();
        self.past.extend(late);
    }

    fn hear(&mut self, line: Line, places: &mut HashMap<String, usize>) {
        match line {
            Line::Simulator(_) => {}
            Line::Order(entry) => {
                places.insert(entry.id.clone(), self.past.len());
                self.orders += 1;
                self.past.push(Past {
                    entry: *entry,
                    end: None,
                    calls: 0,
                });
            }
            Line::End { id, end } => {
                if let Some(past) = places.get(&id).and_then(|at| self.past.get_mut(*at)) {
                    past.end = Some(end);
                }
            }
            Line::Call(id) => {
                if let Some(past) = places.get(&id).and_then(|at| self.past.get_mut(*at)) {
                    past.calls += 1;
                }
            }
        }
    }
}
