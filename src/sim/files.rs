//! Songs, covers and whatever else there is a link to over HTTP, whole or in part.
//!
//! A file that is asked for twice is the same, byte for byte.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::dice::hash;
use super::world::World;

/// Answers `GET` and `HEAD` of `/files/NAME`.
pub async fn serve(
    world: &World,
    name: &str,
    headers: &HeaderMap,
    ignores_range: bool,
) -> Response {
    let Some((bytes, kind)) = find(world, name).await else {
        return (StatusCode::NOT_FOUND, "There is no such file here.\n").into_response();
    };
    let tag = format!("\"{:016x}\"", hash(name));
    let wanted = if ignores_range {
        Wanted::Whole
    } else {
        wanted(headers, &tag, bytes.len())
    };
    let mut answer = match wanted {
        Wanted::Whole => reply(StatusCode::OK, bytes),
        Wanted::Part(from, to) => {
            let range = format!("bytes {from}-{}/{}", to - 1, bytes.len());
            with(
                reply(StatusCode::PARTIAL_CONTENT, bytes.slice(from..to)),
                &range,
            )
        }
        Wanted::Nothing => {
            let range = format!("bytes */{}", bytes.len());
            with(
                reply(StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new()),
                &range,
            )
        }
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if !ignores_range {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    answer
}

async fn find(world: &World, name: &str) -> Option<(Bytes, &'static str)> {
    let (stem, suffix) = name.rsplit_once('.')?;
    let song = stem.strip_suffix("-preview").unwrap_or(stem);
    let is_preview = song != stem;
    let Some(task) = world.task_of_song(song) else {
        // A recording of a song is no file of its own.
        let is_hosted = suffix != "song";
        let (vault, hosted) = (world.vault.clone(), name.to_owned());
        let read = tokio::task::spawn_blocking(move || vault.get(&hosted));
        let bytes = read.await.ok().flatten().filter(|_| is_hosted)?;
        return Some((bytes, kind_of(suffix)));
    };
    let piece = if is_preview && suffix == "m4a" {
        task.preview_piece()?
    } else if is_preview {
        return None;
    } else {
        task.piece(suffix)?
    };
    // The song's own recording goes by its bare name, under which it was made.
    let key = if suffix == "m4a" { stem } else { name };
    let recording = world.studio.get(key, &piece).await?;
    Some((recording.bytes, kind_of(suffix)))
}

fn kind_of(suffix: &str) -> &'static str {
    match suffix {
        "m4a" => "audio/mp4",
        "mp4" => "video/mp4",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "jpg" => "image/jpeg",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

fn reply(status: StatusCode, bytes: Bytes) -> Response {
    // Set by hand, because an answer to HEAD has no body to measure.
    let length = HeaderValue::from(bytes.len());
    let mut answer = Response::new(Body::from(bytes));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_LENGTH, length);
    answer
}

fn with(mut answer: Response, range: &str) -> Response {
    if let Ok(range) = HeaderValue::from_str(range) {
        answer.headers_mut().insert(CONTENT_RANGE, range);
    }
    answer
}

/// What part of a file is wanted.
enum Wanted {
    Whole,
    /// From here up to, not including, there.
    Part(usize, usize),
    /// A range that begins after the end.
    Nothing,
}

/// Reads `Range` and `If-Range`; anything but one well-formed range of bytes means the whole file.
fn wanted(headers: &HeaderMap, tag: &str, length: usize) -> Wanted {
    let is_other = headers
        .get(IF_RANGE)
        .is_some_and(|known| known.as_bytes() != tag.as_bytes());
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let Some(range) = range
        .and_then(|range| range.trim().strip_prefix("bytes="))
        .filter(|_| !is_other)
    else {
        return Wanted::Whole;
    };
    let Some((from, to)) = range.split_once('-') else {
        return Wanted::Whole;
    };
    match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
        (Ok(from), Ok(to)) if from > to => Wanted::Whole,
        (Ok(from), _) if from >= length => Wanted::Nothing,
        (Ok(from), Ok(to)) => Wanted::Part(from, length.min(to.saturating_add(1))),
        (Ok(from), Err(_)) if to.trim().is_empty() => Wanted::Part(from, length),
        (Err(_), Ok(0)) if from.trim().is_empty() => Wanted::Nothing,
        (Err(_), Ok(last)) if from.trim().is_empty() => {
            Wanted::Part(length.saturating_sub(last), length)
        }
        _ => Wanted::Whole,
    }
}
