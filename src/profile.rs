//! Who has the engine: one program a profile, and a line on which the others hear that something has changed.
//!
//! Invariant: the engine is had by whoever holds the lock, which the system takes back however that program ends. Single
//! bytes cross the line, and none of them is believed: what they are about stands in the database.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(unix)]
mod line;

#[cfg(unix)]
pub use line::{Line, Listener};

/// The most of the lock file that is read: a path.
const PATH_MAX: u64 = 4096;

/// The folder of a profile, as a program sees it that runs in it.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    lock: Arc<File>,
}

impl Profile {
    /// Opens the profile in `folder`, which is made where there is none, for its owner alone.
    pub fn open(folder: &Path) -> io::Result<Profile> {
        let mut builder = DirBuilder::new();
        let mut options = File::options();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
            builder.mode(0o700);
            options.mode(0o600);
        }
        builder.recursive(true).create(folder)?;
        options.read(true).write(true).create(true).truncate(false);
        let lock = options.open(Profile::lock_file(folder))?;
        Ok(Profile {
            folder: folder.to_owned(),
            lock: Arc::new(lock),
        })
    }

    /// The file that is locked.
    pub fn lock_file(folder: &Path) -> PathBuf {
        folder.join("studio.lock")
    }

    /// Takes the engine, if nobody has it. Tells whether this program has it now.
    pub fn try_own(&self) -> io::Result<bool> {
        match self.lock.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The lock. It is held, once it is had, until the last of these is dropped.
    pub fn lock(&self) -> Arc<File> {
        Arc::clone(&self.lock)
    }

    /// Where the line of the program that has the engine is, as that has written it down.
    fn noted(&self) -> io::Result<Option<PathBuf>> {
        let mut path = String::new();
        let file = File::open(Profile::lock_file(&self.folder))?;
        file.take(PATH_MAX).read_to_string(&mut path)?;
        Ok((!path.is_empty()).then(|| PathBuf::from(path)))
    }

    fn note(&self, path: &Path) -> io::Result<()> {
        let mut file = &*self.lock;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(path.as_os_str().as_encoded_bytes())
    }
}
