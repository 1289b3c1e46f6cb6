//! What several programs on one profile share beside tasks and songs: what is handed over, drafts set aside, and which
//! changes there were.
//!
//! Invariant: something handed over is there until what came of it is kept, and then never again.

use rusqlite::Connection;

use super::drafts::{self, encode};
use super::{IMPORT, PAUSED, songs, tasks};
use crate::domain::{Draft, Handed, Saved, Ticket};

/// Keeps something for the program that has the engine. Keeping it twice keeps it once.
pub(super) fn save(connection: &Connection, handed: &Handed) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO handed (ticket, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([&handed.ticket.0, &encode(handed)?])?;
    Ok(())
}

/// It was taken.
pub(super) fn take(connection: &Connection, ticket: &Ticket) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM handed WHERE ticket = ?1")?
        .execute([&ticket.0])?;
    Ok(())
}

/// What nobody has taken yet, in its order. What a newer program wants stays for one that understands it.
pub(super) fn load(connection: &Connection) -> rusqlite::Result<Vec<Handed>> {
    let mut statement = connection.prepare_cached("SELECT body FROM handed ORDER BY id")?;
    let bodies = statement.query_map((), |row| row.get::<_, String>(0))?;
    let mut handed = Vec::new();
    for body in bodies {
        handed.extend(serde_json::from_str::<Handed>(&body?).ok());
    }
    Ok(handed)
}

/// Keeps the drafts of a program that does not have the engine, in place of those it had.
pub(super) fn set_aside(
    connection: &Connection,
    program: &str,
    drafts: &[Draft],
) -> rusqlite::Result<()> {
    if drafts.is_empty() {
        connection
            .prepare_cached("DELETE FROM aside WHERE program = ?1")?
            .execute([program])?;
        return Ok(());
    }
    connection
        .prepare_cached("REPLACE INTO aside (program, body) VALUES (?1, ?2)")?
        .execute([program, &encode(&drafts)?])?;
    Ok(())
}

/// The drafts of all such programs.
pub(super) fn load_aside(connection: &Connection) -> rusqlite::Result<Vec<(String, Vec<Draft>)>> {
    connection
        .prepare_cached("SELECT program, body FROM aside ORDER BY program")?
        .query_map((), |row| Ok((row.get(0)?, drafts::decode(row, 1)?)))?
        .collect()
}

/// How far the changes have come.
pub(super) fn mark(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT max(mark) FROM changed";
    let mark: Option<i64> = connection.query_row(sql, (), |row| row.get(0))?;
    Ok(mark.unwrap_or_default())
}

/// The tasks and songs that changed after a mark.
pub(super) fn changes(connection: &Connection, since: i64) -> rusqlite::Result<Saved> {
    let moment = connection.unchecked_transaction()?;
    let changes = Saved {
        tasks: tasks::load_changed(&moment, since)?,
        songs: songs::load_changed(&moment, since)?,
        paused: drafts::load_fact(&moment, PAUSED)?,
        mark: mark(&moment)?,
        ..Saved::default()
    };
    moment.commit()?;
    Ok(changes)
}

/// The changes, and everything a program has to know that takes over the engine.
pub(super) fn inheritance(connection: &Connection, since: i64) -> rusqlite::Result<Saved> {
    Ok(Saved {
        draft: drafts::load_draft(connection)?,
        preferences: drafts::load_preferences(connection)?,
        import: drafts::load_fact(connection, IMPORT)?,
        handed: load(connection)?,
        aside: load_aside(connection)?,
        ..changes(connection, since)?
    })
}
