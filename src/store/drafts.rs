//! The unfinished form, small preferences and facts about the queue: one row each.
//!
//! Invariant: where nothing was kept yet, the defaults come out.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Draft, Preferences};

/// Keeps the draft.
pub(super) fn save_draft(connection: &Connection, draft: &Draft) -> rusqlite::Result<()> {
    connection
        .prepare_cached("REPLACE INTO draft (slot, body) VALUES (0, ?1)")?
        .execute([encode(draft)?])?;
    Ok(())
}

/// The draft.
pub(super) fn load_draft(connection: &Connection) -> rusqlite::Result<Draft> {
    let kept = connection
        .query_row("SELECT body FROM draft", (), |row| decode(row, 0))
        .optional()?;
    Ok(kept.unwrap_or_default())
}

/// Keeps the preferences.
pub(super) fn save_preferences(
    connection: &Connection,
    preferences: &Preferences,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("REPLACE INTO preferences (slot, body) VALUES (0, ?1)")?
        .execute([encode(preferences)?])?;
    Ok(())
}

/// The preferences.
pub(super) fn load_preferences(connection: &Connection) -> rusqlite::Result<Preferences> {
    let kept = connection
        .query_row("SELECT body FROM preferences", (), |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    // Not worth a start that fails: what cannot be read is as it was on the first day.
    let kept = kept.and_then(|body| serde_json::from_str(&body).ok());
    Ok(kept.unwrap_or_default())
}

/// Keeps a fact about the queue as a whole.
pub(super) fn save_fact(
    connection: &Connection,
    name: &str,
    fact: &impl Serialize,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("REPLACE INTO facts (name, body) VALUES (?1, ?2)")?
        .execute([name, &encode(fact)?])?;
    Ok(())
}

/// A fact about the queue as a whole.
pub(super) fn load_fact<T: DeserializeOwned + Default>(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<T> {
    let kept = connection
        .query_row("SELECT body FROM facts WHERE name = ?1", [name], |row| {
            decode(row, 0)
        })
        .optional()?;
    Ok(kept.unwrap_or_default())
}

/// A value as JSON.
pub(super) fn encode(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The JSON in a column as a value.
pub(super) fn decode<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}
