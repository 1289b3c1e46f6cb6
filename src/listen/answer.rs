//! The answer to a request for a song: all of it, or the part that was asked for.
//!
//! Invariant: a part is only ever one of the file that the asker knows, and no header holds a name from outside as it came.

use std::fmt::Write as _;
use std::io;

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;

use super::source::{Bytewise, Source};

/// Told when nobody is to be served any more.
pub(super) type Stopped = watch::Receiver<bool>;

/// The longest name that is told.
const LONGEST_NAME: usize = 60;

/// A file to be served.
pub(super) struct Served<'a> {
    pub source: &'a Source,
    pub title: &'a str,
    pub suffix: &'static str,
    pub content_type: &'static str,
}

/// Anything but looking is refused.
pub(super) fn refused(method: &Method) -> Option<Response> {
    let looks = matches!(*method, Method::GET | Method::HEAD);
    let refusal = (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]);
    (!looks).then(|| refusal.into_response())
}

/// There is nothing here.
pub(super) fn nothing() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// A list of songs.
pub(super) fn list(text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "audio/x-mpegurl; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

/// A song, or a part of it.
pub(super) async fn file(
    served: Served<'_>,
    method: &Method,
    headers: &HeaderMap,
    stopped: Stopped,
) -> Response {
    match open(served, method, headers, stopped).await {
        Ok(response) => response,
        Err(error) if error.kind() == io::ErrorKind::NotFound => StatusCode::GONE.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn open(
    served: Served<'_>,
    method: &Method,
    headers: &HeaderMap,
    stopped: Stopped,
) -> io::Result<Response> {
    let mut bytes = served.source.open().await?;
    let told = Response::builder()
        .header(CONTENT_TYPE, served.content_type)
        .header(
            CONTENT_DISPOSITION,
            disposition(served.title, served.suffix),
        )
        .header(CACHE_CONTROL, "no-store")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff");
    let Some(size) = bytes.size else {
        // Nobody knows yet where it ends, so that no part can be told.
        let body = body(bytes, u64::MAX, method, stopped);
        return told.body(body).map_err(io::Error::other);
    };
    let is_same = headers
        .get(IF_RANGE)
        .is_none_or(|known| *known == *bytes.tag);
    let asked = headers.get(RANGE).filter(|_| is_same);
    let asked = asked.and_then(|range| range.to_str().ok());
    let part = match asked.map_or(Part::All, |range| part(range, size)) {
        Part::None => {
            let told = [(CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, told).into_response());
        }
        Part::All => None,
        Part::Of(from, to) => Some((from, to)),
    };
    let (from, to) = part.unwrap_or((0, size));
    let mut told = told
        .header(CONTENT_LENGTH, to - from)
        .header(ACCEPT_RANGES, "bytes")
        .header(ETAG, &bytes.tag);
    if part.is_some() {
        told = told
            .status(StatusCode::PARTIAL_CONTENT)
            .header(CONTENT_RANGE, format!("bytes {from}-{}/{size}", to - 1));
    }
    bytes.go_to(from).await?;
    told.body(body(bytes, to - from, method, stopped))
        .map_err(io::Error::other)
}

/// Which part is meant.
#[derive(Debug, PartialEq)]
enum Part {
    All,
    /// From the first byte up to, not including, another.
    Of(u64, u64),
    /// One that is not there.
    None,
}

/// What `Range` asks for. What is not understood, and more than one part, is answered with everything, as it may be.
fn part(range: &str, size: u64) -> Part {
    let Some((from, to)) = range
        .trim()
        .strip_prefix("bytes=")
        .filter(|ranges| !ranges.contains(','))
        .and_then(|range| range.split_once('-'))
    else {
        return Part::All;
    };
    let (from, to) = match (from.trim().parse::<u64>(), to.trim()) {
        (Ok(from), "") => (from, size),
        (Ok(from), to) => match to.parse::<u64>() {
            Ok(to) if to >= from => (from, size.min(to.saturating_add(1))),
            _ => return Part::All,
        },
        (Err(_), last) if from.trim().is_empty() => match last.parse::<u64>() {
            Ok(0) => return Part::None,
            Ok(last) => (size.saturating_sub(last), size),
            Err(_) => return Part::All,
        },
        _ => return Part::All,
    };
    if from < to {
        Part::Of(from, to)
    } else {
        Part::None
    }
}

/// So many bytes from where it is, until nobody is to be served any more; none for who asked for the head alone.
fn body(bytes: Bytewise, count: u64, method: &Method, stopped: Stopped) -> Body {
    if *method == Method::HEAD {
        return Body::empty();
    }
    let begin = (bytes, count, stopped);
    Body::from_stream(stream::try_unfold(
        begin,
        |(mut bytes, left, stopped)| async move {
            if *stopped.borrow() {
                return Err(io::Error::other("it is over"));
            }
            let piece = bytes.next(left).await?;
            let left = left - piece.len() as u64;
            Ok((!piece.is_empty()).then_some((Bytes::from(piece), (bytes, left, stopped))))
        },
    ))
}

/// How a player may call the song: a name of plain letters, and the title in the one form that holds any letters.
fn disposition(title: &str, suffix: &str) -> String {
    let title: String = title.trim().chars().take(LONGEST_NAME).collect();
    let plain: String = title
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' => c,
            _ => '_',
        })
        .collect();
    let plain = if plain.chars().any(char::is_alphanumeric) {
        plain
    } else {
        "song".to_owned()
    };
    let mut full = String::new();
    for byte in title.bytes() {
        if byte.is_ascii_alphanumeric() {
            full.push(char::from(byte));
        } else {
            let _ = write!(full, "%{byte:02X}"); // text takes all
        }
    }
    if full.is_empty() {
        full.push_str("song");
    }
    format!("inline; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{full}.{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-0", Part::Of(0, 1)),
            ("bytes=10-", Part::Of(10, 100)),
            ("bytes=10-19", Part::Of(10, 20)),
            ("bytes=90-999", Part::Of(90, 100)),
            ("bytes=-10", Part::Of(90, 100)),
            ("bytes=-1000", Part::Of(0, 100)),
            ("bytes=100-", Part::None),
            ("bytes=-0", Part::None),
            ("bytes=20-10", Part::All),
            ("bytes=0-1,5-6", Part::All),
            ("lines=1-2", Part::All),
            ("bytes=", Part::All),
            ("bytes=a-b", Part::All),
            ("bytes=18446744073709551615-", Part::None),
            ("bytes=0-18446744073709551615", Part::Of(0, 100)),
        ] {
            assert_eq!(part(range, 100), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Part::None);
    }

    #[test]
    fn a_title_never_breaks_out_of_its_header() {
        let said = disposition("\"; x=\r\nSet-Cookie: a=b; 晨光 %", "m4a");
        assert!(said.chars().all(|c| (' '..='~').contains(&c)), "{said}");
        assert_eq!(said.matches('"').count(), 2, "{said}");
        assert!(said.contains("%E6%99%A8"), "{said}");
        assert_eq!(
            disposition("", "mp3"),
            "inline; filename=\"song.mp3\"; filename*=UTF-8''song.mp3"
        );
    }
}
