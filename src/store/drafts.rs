//! The unfinished form and small preferences: one row each.
//!
//! Invariant: where nothing was kept yet, the defaults come out.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Draft, Preferences, Seconds, SongId, Volume};

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
        .prepare_cached(
            "REPLACE INTO preferences (slot, volume, song, position) VALUES (0, ?1, ?2, ?3)",
        )?
        .execute(params![
            preferences.volume.percent(),
            preferences.song.as_ref().map(|song| &song.0),
            preferences.position.0,
        ])?;
    Ok(())
}

/// The preferences.
pub(super) fn load_preferences(connection: &Connection) -> rusqlite::Result<Preferences> {
    let kept = connection
        .query_row(
            "SELECT volume, song, position FROM preferences",
            (),
            |row| {
                Ok(Preferences {
                    volume: Volume::new(row.get(0)?),
                    song: row.get::<_, Option<String>>(1)?.map(SongId),
                    // SQLite keeps what is not a number as NULL.
                    position: Seconds(row.get::<_, Option<f64>>(2)?.unwrap_or_default()),
                })
            },
        )
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
