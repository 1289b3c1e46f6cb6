//! What can be wrong with the database, in words for the person in front of it.
//!
//! Invariant: every message says what happened, what became of the data, and what to do next.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::text::clean_line;
use crate::domain::{Failure, FailureKind};

/// The most characters of a message that are shown.
const MESSAGE_MAX: usize = 600;

/// Why the database could not be opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A newer version of the program has made it.
    #[error(
        "{path} was written by a newer fuzzbox (format {found}; this one knows formats up to {known}). \
         Nothing was changed and nothing is lost. Update fuzzbox to open it."
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// It cannot be read as a database, or not as one of ours any more.
    #[error(
        "{path} is damaged ({detail}). The file was left as it is, and the audio files beside it are not affected. \
         Put a backup in its place, or move it away to start with an empty library."
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A database of another program.
    #[error(
        "{path} is the database of another program. It was left as it is. \
         Move it away, or let XDG_DATA_HOME name another folder."
    )]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The disk took no more.
    #[error(
        "{path} cannot be written: the disk is full or failing ({detail}). Everything saved before is safe. \
         Make room on that disk and try again."
    )]
    Full {
        /// The database.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// It may not be read or written.
    #[error(
        "{path} cannot be opened for reading and writing ({detail}). Nothing was changed and nothing is lost. \
         Check who owns the file and its folder and whether they can be written."
    )]
    Denied {
        /// The database.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// Another program kept it locked for longer than one waits.
    #[error(
        "{path} is in use by another program. Everything saved before is safe. \
         Close the other program, or wait a moment, and try again."
    )]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The thread that owns the database is gone.
    #[error(
        "{path} is no longer open. Everything saved before is safe. Start fuzzbox again; the log says why it closed."
    )]
    Stopped {
        /// The database.
        path: PathBuf,
    },
    /// Anything else.
    #[error(
        "{path} could not be used ({detail}). Everything saved before is safe. \
         Try again; if it stays, please report this message."
    )]
    Failed {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
}

impl StoreError {
    /// What an answer of SQLite means.
    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let path = path.to_owned();
        let detail = clean_line(&error.to_string(), MESSAGE_MAX);
        match error {
            E::FromSqlConversionFailure(..)
            | E::InvalidColumnType(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..) => StoreError::Damaged { path, detail },
            _ => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    StoreError::Damaged { path, detail }
                }
                Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
                    StoreError::Full { path, detail }
                }
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                    StoreError::Denied { path, detail }
                }
                Some(
                    ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::FileLockingProtocolFailed,
                ) => StoreError::Busy { path },
                _ => StoreError::Failed { path, detail },
            },
        }
    }

    /// What an answer of the file system means.
    pub(super) fn from_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        let detail = clean_line(&error.to_string(), MESSAGE_MAX);
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                StoreError::Full { path, detail }
            }
            _ => StoreError::Denied { path, detail },
        }
    }
}

impl From<&StoreError> for Failure {
    fn from(error: &StoreError) -> Self {
        Failure::new(
            FailureKind::Disk,
            clean_line(&error.to_string(), MESSAGE_MAX),
        )
    }
}
