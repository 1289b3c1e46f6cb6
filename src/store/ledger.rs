//! The ledger in and out: one small row for each order that went out, kept with its task.
//!
//! Invariant: a row is written in the transaction of its task, so that the two never tell different stories; reading all of
//! it touches no task.

use rusqlite::types::Type;
use rusqlite::{Connection, params};

use super::songs::micros;
use crate::domain::ledger::{Entry, Fate, entry};
use crate::domain::{ApiTaskId, Task, TaskId, Timestamp};

/// Keeps what the ledger says of a task, in place of what it said before.
pub(super) fn save(connection: &Connection, task: &Task) -> rusqlite::Result<()> {
    let Some(entry) = entry(task) else {
        connection
            .prepare_cached("DELETE FROM ledger WHERE task = ?1")?
            .execute([task.id.0])?;
        return Ok(());
    };
    connection
        .prepare_cached(
            "REPLACE INTO ledger (task, api_id, sent_at, fate, doubts, is_song, credits)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            entry.task.0,
            entry.api_id.as_ref().map(|id| &id.0),
            micros(entry.sent_at),
            word(entry.fate),
            entry.doubts,
            entry.is_song,
            entry.credits,
        ])?;
    Ok(())
}

/// Whether there is anything in it.
pub(super) fn is_begun(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM ledger)", (), |row| row.get(0))
}

/// All of it, in the order the tasks were ordered.
pub(super) fn load(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    connection
        .prepare(
            "SELECT task, api_id, sent_at, fate, doubts, is_song, credits FROM ledger ORDER BY task",
        )?
        .query_map((), |row| {
            let sent_at = Timestamp::from_microsecond(row.get(2)?);
            let told: String = row.get(3)?;
            let fate = Fate::ALL.iter().find(|(_, word)| *word == told);
            Ok(Entry {
                task: TaskId(row.get(0)?),
                api_id: row.get::<_, Option<String>>(1)?.map(ApiTaskId),
                sent_at: sent_at.map_err(|error| unreadable(2, error))?,
                // What a newer version may write counts as what it costs at worst.
                fate: fate.map_or(Fate::InDoubt, |(fate, _)| *fate),
                doubts: row.get(4)?,
                is_song: row.get(5)?,
                credits: row.get(6)?,
            })
        })?
        .collect()
}

fn word(fate: Fate) -> &'static str {
    let found = Fate::ALL.iter().find(|(known, _)| *known == fate);
    found.map_or("in_doubt", |(_, word)| word)
}

fn unreadable(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error))
}
