//! The shape of the database, version by version.
//!
//! Invariant: a step that was released is never edited; a change is a new step at the end.

use rusqlite::Connection;

/// Step `n` (from 0) leads from version `n` to version `n + 1`.
///
/// Moments are microseconds since 1970 in `*_at`, so that they sort; `created_ns` has what is finer.
const STEPS: &[&str] = &[
    // 1: what issue 2 keeps.
    "CREATE TABLE tasks (
         id INTEGER PRIMARY KEY,
         api_id TEXT,
         state TEXT NOT NULL,
         created_at INTEGER NOT NULL,
         finished_at INTEGER, -- NULL as long as the state is not final
         body TEXT NOT NULL -- the whole task as JSON
     ) STRICT;
     CREATE INDEX tasks_by_end ON tasks (finished_at, id);
     CREATE TABLE songs (
         id TEXT PRIMARY KEY,
         task INTEGER,
         title TEXT NOT NULL,
         prompt TEXT NOT NULL,
         model TEXT NOT NULL,
         seed TEXT NOT NULL,
         duration REAL,
         created_at INTEGER NOT NULL,
         created_ns INTEGER NOT NULL,
         audio_url TEXT,
         audio_file TEXT,
         audio_bytes INTEGER,
         audio_failure TEXT, -- JSON
         cover_url TEXT,
         cover_file TEXT,
         cover_bytes INTEGER,
         cover_failure TEXT -- JSON
     ) STRICT;
     -- Apart from the songs, since a start reads all songs and needs no lyric for its first screen.
     CREATE TABLE lyrics (
         song TEXT PRIMARY KEY,
         lyric TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE draft (
         slot INTEGER PRIMARY KEY CHECK (slot = 0),
         body TEXT NOT NULL -- JSON
     ) STRICT;
     CREATE TABLE preferences (
         slot INTEGER PRIMARY KEY CHECK (slot = 0),
         body TEXT NOT NULL -- JSON
     ) STRICT;",
    // 2: a start reads the newest songs only.
    "CREATE INDEX songs_by_age ON songs (created_at, created_ns, id);
     ALTER TABLE songs ADD COLUMN more TEXT; -- JSON, of songs that have more than most",
    // The ledger of what was spent, and what the queue as a whole remembers: whether it is paused, how far an import is.
    "CREATE TABLE ledger (
         task INTEGER PRIMARY KEY,
         api_id TEXT,
         sent_at INTEGER NOT NULL,
         fate TEXT NOT NULL,
         doubts INTEGER NOT NULL, -- earlier sendings of it with an unknown end
         is_song INTEGER NOT NULL,
         credits REAL -- NULL where the price is not printed
     ) STRICT;
     INSERT INTO ledger (task, api_id, sent_at, fate, doubts, is_song, credits)
         SELECT id, api_id,
                CAST(unixepoch(json_extract(body, '$.submitted_at'), 'subsec') * 1000000 AS INTEGER),
                CASE WHEN state IN ('submitting', 'running') THEN 'open'
                     WHEN state = 'in_doubt' OR why IN ('unknown', 'dropped') THEN 'in_doubt'
                     WHEN state = 'failed' AND why NOT IN ('bad_file', 'disk') THEN 'free'
                     ELSE 'charged' END,
                0,
                made AND action IS NOT 'stems',
                CASE WHEN made AND action = 'generate' AND other IS NULL THEN 0.68 END
         FROM (SELECT *, json_extract(body, '$.state.because.kind') AS why,
                      json_extract(body, '$.request.endpoint') = 'audios' AS made,
                      json_extract(body, '$.request.action') AS action,
                      json_extract(body, '$.request.action_name') AS other
               FROM tasks WHERE state NOT IN ('waiting', 'held'))
         WHERE why IS NOT 'cancelled' AND json_extract(body, '$.submitted_at') IS NOT NULL;
     CREATE TABLE facts (
         name TEXT PRIMARY KEY,
         body TEXT NOT NULL -- JSON
     ) STRICT, WITHOUT ROWID;",
    // Several programs on one profile: what is handed over, drafts of those without the engine, and which task or song
    // changed last: each has one row, whose mark is new with every change.
    "CREATE TABLE handed (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         ticket TEXT NOT NULL UNIQUE,
         body TEXT NOT NULL -- JSON
     ) STRICT;
     CREATE TABLE aside (
         program TEXT PRIMARY KEY,
         body TEXT NOT NULL -- JSON
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE changed (
         mark INTEGER PRIMARY KEY,
         task INTEGER UNIQUE,
         song TEXT UNIQUE
     ) STRICT;
     -- No REPLACE: within a trigger it means what the statement means that fires it.
     CREATE TRIGGER task_kept AFTER INSERT ON tasks BEGIN
         UPDATE changed SET mark = (SELECT max(mark) + 1 FROM changed) WHERE task = NEW.id;
         INSERT INTO changed (task) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM changed WHERE task = NEW.id);
     END;
     CREATE TRIGGER task_changed AFTER UPDATE ON tasks BEGIN
         UPDATE changed SET mark = (SELECT max(mark) + 1 FROM changed) WHERE task = NEW.id;
         INSERT INTO changed (task) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM changed WHERE task = NEW.id);
     END;
     CREATE TRIGGER song_kept AFTER INSERT ON songs BEGIN
         UPDATE changed SET mark = (SELECT max(mark) + 1 FROM changed) WHERE song = NEW.id;
         INSERT INTO changed (song) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM changed WHERE song = NEW.id);
     END;
     CREATE TRIGGER song_changed AFTER UPDATE ON songs BEGIN
         UPDATE changed SET mark = (SELECT max(mark) + 1 FROM changed) WHERE song = NEW.id;
         INSERT INTO changed (song) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM changed WHERE song = NEW.id);
     END;",
];

/// The two marks in the header of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    /// Whose it is.
    pub application_id: i64,
    /// How many steps it has taken.
    pub user_version: i64,
}

/// The newest version known here.
pub(super) const fn known() -> i64 {
    STEPS.len() as i64
}

/// The marks of an open database.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<Version> {
    let pragma = |sql: &str| connection.query_row(sql, (), |row| row.get(0));
    Ok(Version {
        application_id: pragma("PRAGMA application_id")?,
        user_version: pragma("PRAGMA user_version")?,
    })
}

/// Whether there is anything in it.
pub(super) fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", (), |row| {
        row.get(0)
    })
}

/// Takes the steps that are missing, within the caller's transaction.
pub(super) fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    migrate_to(connection, known())
}

/// Takes the steps up to version `target`.
pub(super) fn migrate_to(connection: &Connection, target: i64) -> rusqlite::Result<()> {
    // Read again: another program may have migrated it while we waited for the lock.
    let from = version(connection)?.user_version;
    let missing = usize::try_from(from).unwrap_or(0)..usize::try_from(target).unwrap_or(0);
    for step in STEPS.get(missing).unwrap_or_default() {
        connection.execute_batch(step)?;
    }
    if from < target {
        connection.pragma_update(None, "application_id", super::open::APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", target)?;
    }
    Ok(())
}
