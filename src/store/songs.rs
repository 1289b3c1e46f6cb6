//! Songs in and out, in plain columns: the newest are read before the first frame, all of them right after it.
//!
//! Invariant: every field has its column; only a failed download is kept as JSON.

use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::drafts::{decode, encode};
use crate::domain::{Link, Media, MediaFile, More, Seconds, Song, SongId, TaskId, Timestamp};

/// How many songs a start reads: as many as a large screen shows, few enough to cost next to nothing.
const NEWEST: usize = 64;
/// The most songs room is made for in advance.
const ROOM_MAX: usize = 20_000;

const COLUMNS: &str = "id, task, title, prompt, model, seed, duration, created_at, created_ns,
    audio_url, audio_file, audio_bytes, audio_failure,
    cover_url, cover_file, cover_bytes, cover_failure, more";

/// Keeps a song, in place of what was kept under its id.
pub(super) fn save(connection: &Connection, song: &Song) -> rusqlite::Result<()> {
    let failure = |media: &Media| media.failure.as_ref().map(encode).transpose();
    let name = |media: &Media| media.file.as_ref().map(|file| file.name.clone());
    let bytes = |media: &Media| media.file.as_ref().map(|file| file.bytes.cast_signed());
    connection
        .prepare_cached(
            "INSERT INTO songs (id, task, title, prompt, model, seed, duration, created_at, created_ns,
                 audio_url, audio_file, audio_bytes, audio_failure,
                 cover_url, cover_file, cover_bytes, cover_failure, more)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
             ON CONFLICT (id) DO UPDATE SET
                 task = excluded.task, title = excluded.title, prompt = excluded.prompt,
                 model = excluded.model, seed = excluded.seed, duration = excluded.duration,
                 created_at = excluded.created_at, created_ns = excluded.created_ns,
                 audio_url = excluded.audio_url, audio_file = excluded.audio_file,
                 audio_bytes = excluded.audio_bytes, audio_failure = excluded.audio_failure,
                 cover_url = excluded.cover_url, cover_file = excluded.cover_file,
                 cover_bytes = excluded.cover_bytes, cover_failure = excluded.cover_failure, more = excluded.more",
        )?
        .execute(params![
            song.id.0,
            song.task.map(|task| task.0),
            song.title,
            song.prompt,
            song.model,
            song.seed,
            song.duration.map(|duration| duration.0),
            micros(song.created_at),
            song.created_at.subsec_nanosecond() % 1000,
            song.audio.url.as_ref().map(Link::as_str),
            name(&song.audio),
            bytes(&song.audio),
            failure(&song.audio)?,
            song.cover.url.as_ref().map(Link::as_str),
            name(&song.cover),
            bytes(&song.cover),
            failure(&song.cover)?,
            (!song.more.is_empty()).then(|| encode(&song.more)).transpose()?,
        ])?;
    // A song whose lyric was not read yet has an empty one: nothing is forgotten for that.
    if !song.lyric.is_empty() {
        connection
            .prepare_cached("REPLACE INTO lyrics (song, lyric) VALUES (?1, ?2)")?
            .execute([&song.id.0, &song.lyric])?;
    }
    Ok(())
}

/// Keeps what was told of a song, with all that was kept of it.
pub(super) fn add(connection: &Connection, told: &Song) -> rusqlite::Result<()> {
    let one = format!("SELECT {COLUMNS} FROM songs WHERE id = ?1");
    let mut kept = Vec::new();
    read(connection, &one, [&told.id.0], &mut kept)?;
    let Some(mut song) = kept.pop() else {
        return save(connection, told);
    };
    song.lyric = connection
        .prepare_cached("SELECT lyric FROM lyrics WHERE song = ?1")?
        .query_row([&told.id.0], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    song.add(told.clone());
    save(connection, &song)
}

/// How many songs are kept.
pub(super) fn count(connection: &Connection) -> rusqlite::Result<usize> {
    let count: i64 = connection.query_row("SELECT count(*) FROM songs", (), |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The newest songs, and `wanted` where there is such a one, without their lyrics, oldest first.
pub(super) fn load_newest(
    connection: &Connection,
    wanted: Option<&SongId>,
) -> rusqlite::Result<Vec<Song>> {
    let newest = format!(
        "SELECT {COLUMNS} FROM songs ORDER BY created_at DESC, created_ns DESC, id DESC LIMIT {NEWEST}"
    );
    let mut songs = Vec::with_capacity(NEWEST + 1);
    read(connection, &newest, (), &mut songs)?;
    if let Some(wanted) = wanted.filter(|wanted| songs.iter().all(|song| song.id != **wanted)) {
        let one = format!("SELECT {COLUMNS} FROM songs WHERE id = ?1");
        read(connection, &one, [&wanted.0], &mut songs)?;
    }
    songs.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(songs)
}

/// All songs with their lyrics, oldest first.
pub(super) fn load_all(connection: &Connection) -> rusqlite::Result<Vec<Song>> {
    // Room is made at once: songs are large, and moving them costs as much as reading them.
    let mut songs = Vec::with_capacity(count(connection)?.min(ROOM_MAX));
    // The lyric comes with its song: a statement of its own for each costs more than the rest.
    let all =
        format!("SELECT {COLUMNS}, lyric FROM songs LEFT JOIN lyrics ON lyrics.song = songs.id");
    read_whole(connection, &all, (), &mut songs)?;
    // Sorted here: they come almost sorted, and SQLite would have to carry all the texts through its sorter.
    songs.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(songs)
}

/// The songs that changed after a mark, with their lyrics, oldest first.
pub(super) fn load_changed(connection: &Connection, mark: i64) -> rusqlite::Result<Vec<Song>> {
    let changed = format!(
        "SELECT {COLUMNS}, lyric FROM songs LEFT JOIN lyrics ON lyrics.song = songs.id
         WHERE id IN (SELECT song FROM changed WHERE mark > ?1 AND song IS NOT NULL)
         ORDER BY created_at, created_ns, id"
    );
    let mut songs = Vec::new();
    read_whole(connection, &changed, [mark], &mut songs)?;
    Ok(songs)
}

/// Reads songs whose lyric is the last column.
fn read_whole(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    songs: &mut Vec<Song>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        let mut song = song(row)?;
        song.lyric = row.get::<_, Option<String>>(18)?.unwrap_or_default();
        songs.push(song);
    }
    Ok(())
}

fn read(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    songs: &mut Vec<Song>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        songs.push(song(row)?);
    }
    Ok(())
}

fn song(row: &Row<'_>) -> rusqlite::Result<Song> {
    Ok(Song {
        id: SongId(row.get(0)?),
        task: row.get::<_, Option<i64>>(1)?.map(TaskId),
        lyric: String::new(),
        title: row.get(2)?,
        prompt: row.get(3)?,
        model: row.get(4)?,
        seed: row.get(5)?,
        duration: row.get::<_, Option<f64>>(6)?.map(Seconds),
        created_at: moment(row.get(7)?, row.get(8)?)?,
        audio: media(row, 9)?,
        cover: media(row, 13)?,
        more: match row.get_ref(17)? {
            ValueRef::Null => More::default(),
            _ => decode(row, 17)?,
        },
    })
}

/// The four columns of a file, from `first` on.
fn media(row: &Row<'_>, first: usize) -> rusqlite::Result<Media> {
    let url = match row.get_ref(first)? {
        ValueRef::Null => None,
        text => Some(Link::kept(text.as_str()?)),
    };
    let file = match row.get::<_, Option<String>>(first + 1)? {
        Some(name) => Some(MediaFile {
            name,
            bytes: row.get::<_, i64>(first + 2)?.cast_unsigned(),
        }),
        None => None,
    };
    let failure = match row.get_ref(first + 3)? {
        ValueRef::Null => None,
        _ => Some(decode(row, first + 3)?),
    };
    Ok(Media { url, file, failure })
}

/// Microseconds since 1970, cut off towards it.
pub(super) fn micros(moment: Timestamp) -> i64 {
    // The years -9999 to 9999 are far inside.
    moment.as_second() * 1_000_000 + i64::from(moment.subsec_nanosecond() / 1000)
}

/// The moment that was taken apart into [`micros`] and what is finer.
fn moment(micros: i64, nanos: i64) -> rusqlite::Result<Timestamp> {
    let fine = (micros % 1_000_000) * 1000 + nanos % 1000;
    Timestamp::new(micros / 1_000_000, fine as i32).map_err(|error| unreadable(8, error))
}

fn unreadable(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
