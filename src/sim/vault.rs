//! The vault: files that were sent here, beside the state file or, without one, in memory.
//!
//! It never holds more than it has room for: the oldest hosted files make place for new ones, recordings of songs never
//! do. A file is whole or not there.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, time::SystemTime};

use axum::body::Bytes;

/// Bytes there is room for.
const ROOM: usize = 512 << 20;
/// The suffix of what is never thrown out.
const SONG: &str = ".song";
/// The suffix of what is still being written.
const DRAFT: &str = ".new";

/// Files by their names, which are made by the simulator.
#[derive(Clone, Debug)]
pub struct Vault {
    folder: Option<Arc<PathBuf>>,
    shelf: Arc<Mutex<VecDeque<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    name: String,
    length: usize,
    /// None if it is in the folder.
    bytes: Option<Bytes>,
}

impl Vault {
    /// The vault that belongs to a state file.
    pub fn open(state: Option<&Path>) -> Self {
        let folder = state.map(|state| {
            let mut name = state.as_os_str().to_owned();
            name.push(".files");
            Arc::new(PathBuf::from(name))
        });
        let shelf = folder
            .as_ref()
            .map_or_else(VecDeque::new, |path| list(path));
        Self {
            folder,
            shelf: Arc::new(Mutex::new(shelf)),
        }
    }

    /// Keeps a file; when this returns, it is on disk if there is a folder.
    pub async fn keep(&self, name: &str, bytes: Bytes) -> io::Result<()> {
        let (vault, name) = (self.clone(), name.to_owned());
        let kept = tokio::task::spawn_blocking(move || vault.keep_now(name, bytes));
        kept.await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    fn keep_now(&self, name: String, bytes: Bytes) -> io::Result<()> {
        let length = bytes.len();
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        while shelf.iter().map(|kept| kept.length).sum::<usize>() + length > ROOM {
            let oldest = shelf.iter().position(|kept| !kept.name.ends_with(SONG));
            let gone = oldest.and_then(|at| shelf.remove(at));
            let gone = gone.ok_or_else(|| io::Error::from(io::ErrorKind::StorageFull))?;
            self.throw_out(&gone.name);
        }
        let bytes = match &self.folder {
            None => Some(bytes),
            Some(folder) => {
                write(folder, &name, &bytes)?;
                None
            }
        };
        shelf.push_back(Kept {
            name,
            length,
            bytes,
        });
        Ok(())
    }

    /// The file of this name.
    pub fn get(&self, name: &str) -> Option<Bytes> {
        let shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = shelf.iter().find(|kept| kept.name == name)?;
        let (bytes, folder) = (kept.bytes.clone(), self.folder.clone());
        drop(shelf);
        bytes.or_else(|| fs::read(folder?.join(name)).ok().map(Bytes::from))
    }

    /// Lets a file go that is not needed after all.
    pub fn remove(&self, name: &str) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.retain(|kept| kept.name != name);
        self.throw_out(name);
    }

    fn throw_out(&self, name: &str) {
        if let Some(folder) = &self.folder {
            // If it stays, it is found at the next start and goes in its turn.
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

/// What an earlier simulator left, oldest first.
fn list(folder: &Path) -> VecDeque<Kept> {
    let Ok(entries) = fs::read_dir(folder) else {
        return VecDeque::new();
    };
    let mut found: Vec<(SystemTime, Kept)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let kept = Kept {
                name: name.clone(),
                length: about.len() as usize,
                bytes: None,
            };
            (!name.ends_with(DRAFT)).then_some((about.modified().ok()?, kept))
        })
        .collect();
    found.sort_by_key(|(modified, _)| *modified);
    found.into_iter().map(|(_, kept)| kept).collect()
}

/// Writes a file under another name first: a crash leaves all of it or nothing.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    let draft = folder.join(format!("{name}{DRAFT}"));
    fs::write(&draft, bytes)?;
    fs::rename(draft, folder.join(name))
}
