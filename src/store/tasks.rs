//! Tasks in and out: the whole task as JSON, with columns for what is asked for.
//!
//! Invariant: a task that is not final is always loaded, however old it is.

use rusqlite::{Connection, params};

use super::drafts::{decode, encode};
use super::songs::micros;
use crate::domain::{Task, TaskState};

/// How many final tasks are loaded at least.
const FINAL_MAX: i64 = 60;
/// All that ended within this span before the latest end are loaded too, in microseconds: what was ordered today is
/// counted.
const DAY: i64 = 86_400_000_000;

/// Keeps a task, in place of what was kept under its id.
pub(super) fn save(connection: &Connection, task: &Task) -> rusqlite::Result<()> {
    let ended = task.finished_at.unwrap_or(task.created_at);
    connection
        .prepare_cached(
            "INSERT INTO tasks (id, api_id, state, created_at, finished_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET
                 api_id = excluded.api_id, state = excluded.state, created_at = excluded.created_at,
                 finished_at = excluded.finished_at, body = excluded.body",
        )?
        .execute(params![
            task.id.0,
            task.api_id.as_ref().map(|id| &id.0),
            state_word(&task.state),
            micros(task.created_at),
            task.state.is_final().then(|| micros(ended)),
            encode(task)?,
        ])?;
    if let Some(ticket) = &task.ticket {
        super::handed::take(connection, ticket)?;
    }
    Ok(())
}

/// All tasks that are not final and the latest that are, at least those of the last day, oldest first.
pub(super) fn load(connection: &Connection) -> rusqlite::Result<Vec<Task>> {
    let mut tasks: Vec<Task> = connection
        .prepare(
            "SELECT body FROM tasks WHERE finished_at IS NULL
             UNION ALL
             SELECT body FROM tasks WHERE finished_at IS NOT NULL AND (
                 finished_at > (SELECT MAX(finished_at) FROM tasks) - ?2
                 OR id IN (SELECT id FROM tasks WHERE finished_at IS NOT NULL
                           ORDER BY finished_at DESC, id DESC LIMIT ?1))",
        )?
        .query_map([FINAL_MAX, DAY], |row| decode(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    tasks.sort_by_key(|task| (task.created_at, task.id));
    Ok(tasks)
}

/// The tasks that changed after a mark, oldest first.
pub(super) fn load_changed(connection: &Connection, mark: i64) -> rusqlite::Result<Vec<Task>> {
    connection
        .prepare_cached(
            "SELECT body FROM tasks
             WHERE id IN (SELECT task FROM changed WHERE mark > ?1 AND task IS NOT NULL)
             ORDER BY created_at, id",
        )?
        .query_map([mark], |row| decode(row, 0))?
        .collect()
}

fn state_word(state: &TaskState) -> &'static str {
    match state {
        TaskState::Waiting { .. } => "waiting",
        TaskState::Submitting => "submitting",
        TaskState::Running { .. } => "running",
        TaskState::InDoubt { .. } => "in_doubt",
        TaskState::Held { .. } => "held",
        TaskState::Succeeded => "succeeded",
        TaskState::Failed { .. } => "failed",
    }
}
