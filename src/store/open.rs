//! Opening the database: looked at before it is touched.
//!
//! Invariant: nothing is written before the file is known to be ours and of a version we know, nor committed before
//! all of it has been read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, FileControl, OpenFlags, TransactionBehavior};

use super::{PATIENCE, StoreError, load, schema};
use crate::domain::Saved;

/// What a database of ours carries in its header: "FUZB".
pub(super) const APPLICATION_ID: i64 = 0x4655_5a42;
/// A start reads everything once, and fresh memory costs more than reading a page again.
const CACHE: &str = "PRAGMA cache_size = -100;";
/// For the work after the start: a song or task and all that changes with it.
const WORKING_CACHE: &str = "PRAGMA cache_size = -512;";
/// Before the first page is written. Lyrics fill pages of 4 KiB badly.
const PAGES: &str = "PRAGMA page_size = 16384;";
/// `fullfsync` matters on macOS, where a plain fsync leaves data in the drive's cache. The log is folded in after
/// as many bytes as SQLite does by default with its smaller pages.
const DURABLE: &str =
    "PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA wal_autocheckpoint = 250;";
/// How often one asks again for a lock that SQLite does not wait for by itself.
const AGAIN: Duration = Duration::from_millis(5);

/// Opens, checks, migrates and reads the database at `path`.
pub(super) fn open(path: &Path) -> Result<(Connection, Saved), StoreError> {
    let io = |error: io::Error| StoreError::from_io(path, &error);
    make_folder(path).map_err(io)?;
    let fresh = make_file(path).map_err(io)?;
    if !fresh {
        look(path)?;
    }
    let log = fs::metadata(log_of(path)).ok();
    let pending = log.as_ref().is_some_and(|log| log.len() > 0);
    let sqlite = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    // Should we refuse the file below, then closing must not fold the log of whoever wrote last into it.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, pending)
        .map_err(sqlite)?;
    if log.is_some() {
        persist_log(&connection).map_err(sqlite)?;
    }
    connection.busy_timeout(PATIENCE).map_err(sqlite)?;
    let (version, tables) = seen_at_once(&mut connection).map_err(sqlite)?;
    judge(path, version, tables)?;
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(sqlite)? {
        let detail = "it is write-protected".to_owned();
        return Err(StoreError::Denied {
            path: path.to_owned(),
            detail,
        });
    }
    let saved = settle_in(&mut connection, version, tables).map_err(sqlite)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
        .map_err(sqlite)?;
    Ok((connection, saved))
}

/// The marks of the database and whether there is anything in it, as of one moment: another program may be making it right now.
fn seen_at_once(connection: &mut Connection) -> rusqlite::Result<(schema::Version, bool)> {
    let look = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    // The first read decides which moment it is.
    let tables = schema::has_tables(&look)?;
    let version = schema::version(&look)?;
    look.commit()?;
    Ok((version, tables))
}

/// An empty database of this version in memory.
pub(super) fn in_memory() -> Result<(Connection, Saved), StoreError> {
    let sqlite = |error: rusqlite::Error| StoreError::from_sqlite(Path::new(":memory:"), &error);
    let mut connection = Connection::open_in_memory().map_err(sqlite)?;
    let version = schema::version(&connection).map_err(sqlite)?;
    let saved = migrate_and_load(&mut connection, version).map_err(sqlite)?;
    Ok((connection, saved))
}

/// Sets how we write, brings the schema up to date and reads everything.
fn settle_in(
    connection: &mut Connection,
    version: schema::Version,
    tables: bool,
) -> rusqlite::Result<Saved> {
    connection.execute_batch(CACHE)?;
    connection.execute_batch(DURABLE)?;
    if !tables {
        connection.execute_batch(PAGES)?;
        write_ahead(connection)?;
    }
    let saved = migrate_and_load(connection, version)?;
    if tables {
        write_ahead(connection)?;
    }
    Ok(saved)
}

/// Nothing of a migration stays unless all could be read.
fn migrate_and_load(
    connection: &mut Connection,
    found: schema::Version,
) -> rusqlite::Result<Saved> {
    let is_current = found.user_version == schema::known();
    let behavior = if is_current {
        TransactionBehavior::Deferred
    } else {
        TransactionBehavior::Immediate
    };
    let transaction = connection.transaction_with_behavior(behavior)?;
    if !is_current {
        schema::migrate(&transaction)?;
        super::songs::load_all(&transaction)?;
    }
    let saved = load(&transaction)?;
    transaction.commit()?;
    Ok(saved)
}

/// Switches to the write-ahead log. The switch needs the database for itself for a moment, and SQLite does not wait
/// for that by itself: two programs may start at once.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(())) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                thread::sleep(AGAIN);
            }
            outcome => return outcome,
        }
    }
}

/// Reads the header by hand, since SQLite would put its own files beside the database before we could say no.
fn look(path: &Path) -> Result<(), StoreError> {
    let mut header = Vec::with_capacity(100);
    let read = File::open(path).and_then(|file| file.take(100).read_to_end(&mut header));
    read.map_err(|error| StoreError::from_io(path, &error))?;
    if header.is_empty() {
        return Ok(());
    }
    let number = |at: usize| {
        let bytes = header.get(at..at + 4)?.try_into().ok()?;
        Some(i64::from(i32::from_be_bytes(bytes)))
    };
    match (
        header.starts_with(b"SQLite format 3\0"),
        number(60),
        number(68),
    ) {
        (true, Some(user_version), Some(application_id)) => {
            let version = schema::Version {
                application_id,
                user_version,
            };
            judge(path, version, false)
        }
        _ => Err(StoreError::Damaged {
            path: path.to_owned(),
            detail: "it is not an SQLite database".into(),
        }),
    }
}

/// Whether a database with this header may be opened. One without a mark is ours only while it is empty.
fn judge(path: &Path, version: schema::Version, tables: bool) -> Result<(), StoreError> {
    let path = path.to_owned();
    match version {
        schema::Version {
            application_id: APPLICATION_ID,
            user_version: found,
        } if found > schema::known() => Err(StoreError::Newer {
            path,
            found,
            known: schema::known(),
        }),
        schema::Version {
            application_id: APPLICATION_ID,
            user_version: 0..,
        } => Ok(()),
        schema::Version {
            application_id: 0,
            user_version: 0,
        } if !tables => Ok(()),
        _ => Err(StoreError::Foreign { path }),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Makes an empty file only its owner may read; SQLite gives its own files the same mode. Whether it was made.
fn make_file(path: &Path) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.write(true).create_new(true).open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Opened for both, so that a missing right shows before SQLite falls back to reading.
            File::options().read(true).write(true).open(path)?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Makes room for what is written and read after the start.
pub(super) fn widen_cache(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(WORKING_CACHE)
}

/// Has the last program to close empty the files of the write-ahead log rather than delete them. The limit is set here
/// and not at the opening, since a log that keeps its size is written faster.
pub(super) fn empty_log_at_close(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA journal_size_limit = 0")?;
    persist_log(connection)
}

/// Leaves the files of the write-ahead log where they are.
fn persist_log(connection: &Connection) -> rusqlite::Result<()> {
    let mut persist = 1;
    connection.file_control(
        Some(rusqlite::MAIN_DB),
        FileControl::PersistWal(&mut persist),
    )
}

/// The write-ahead log of a database.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
