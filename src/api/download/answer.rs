//! Is this the song, the rest of it, or something else? What an answer to a download holds, told before a byte is
//! written.
//!
//! Invariant: a page is never taken for a file, and bytes from another place than asked for are never used.

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED};
use reqwest::{Response, StatusCode};

use super::Held;
use crate::api::error;
use crate::domain::{Failure, FailureKind};

/// The most bytes of a file.
const FILE_MAX: u64 = 1 << 30;

/// What the answer brings.
pub(super) enum Plan {
    /// The bytes from `from` on, up to `total` where that is known.
    Write { from: u64, total: Option<u64> },
    /// Everything was there already.
    Whole,
    /// The part file is of no use: the next attempt begins anew.
    Anew,
}

/// What to do with an answer.
pub(super) fn plan(response: &Response, held: &Held) -> Result<Plan, Failure> {
    let headers = response.headers();
    let range = content_range(headers);
    match response.status() {
        StatusCode::OK => Ok(Plan::Write {
            from: 0,
            total: response.content_length(),
        }),
        StatusCode::PARTIAL_CONTENT => Ok(match range {
            Some((Some(from), total)) if from == held.bytes && is_same(headers, held) => {
                Plan::Write {
                    from,
                    total: total.or_else(|| Some(from + response.content_length()?)),
                }
            }
            _ => Plan::Anew,
        }),
        StatusCode::RANGE_NOT_SATISFIABLE if held.bytes > 0 => Ok(match range {
            Some((None, Some(total))) if total == held.bytes => Plan::Whole,
            _ => Plan::Anew,
        }),
        status => Err(refusal(status, headers)),
    }
}

/// Whether the rest belongs to what is held: a server that does not know `If-Range` sends the rest of whatever it has.
fn is_same(headers: &HeaderMap, held: &Held) -> bool {
    let Some(validator) = &held.validator else {
        return true;
    };
    let name = if validator.starts_with('"') {
        ETAG
    } else {
        LAST_MODIFIED
    };
    headers
        .get(name)
        .is_none_or(|told| told.as_bytes() == validator.as_bytes())
}

/// What a status other than a good one means for a file.
fn refusal(status: StatusCode, headers: &HeaderMap) -> Failure {
    let kind = match status.as_u16() {
        429 => FailureKind::RateLimited,
        408 | 500..=599 => FailureKind::Unreachable,
        _ => FailureKind::BadFile,
    };
    let reason = status.canonical_reason().unwrap_or("no reason given");
    Failure {
        status: Some(status.as_u16()),
        retry_after: error::retry_after(headers),
        ..Failure::new(kind, reason)
    }
}

/// `Content-Range` as first byte (none when the range was refused) and size (none when the server does not know it).
fn content_range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, size) = text.trim().strip_prefix("bytes ")?.trim().split_once('/')?;
    let total = match size.trim() {
        "*" => None,
        size => Some(size.parse().ok()?),
    };
    if range.trim() == "*" {
        return Some((None, total));
    }
    let (from, to) = range.split_once('-')?;
    let (from, to): (u64, u64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    let is_sound = from <= to && total.is_none_or(|total| to < total);
    is_sound.then_some((Some(from), total))
}

/// An error page must not be taken for a song.
pub(super) fn check_type(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(kind) = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
    else {
        return Ok(());
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_page = [
        "text/html",
        "application/xhtml+xml",
        "application/json",
        "application/xml",
        "text/xml",
        "multipart/byteranges",
    ];
    if is_page.iter().any(|page| kind.eq_ignore_ascii_case(page)) {
        return Err(bad_file("the link leads to a page, not to a file"));
    }
    Ok(())
}

/// No sound and no picture begins like a page or like JSON; an empty file is neither.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.trim_ascii_start().first() {
        None => Err(bad_file("the file is empty")),
        Some(b'<' | b'{') => Err(bad_file("the link leads to a page, not to a file")),
        Some(_) => Ok(()),
    }
}

pub(super) fn check_size(bytes: u64) -> Result<(), Failure> {
    if bytes > FILE_MAX {
        return Err(bad_file("the file is larger than any song"));
    }
    Ok(())
}

pub(super) fn bad_file(message: &str) -> Failure {
    Failure::new(FailureKind::BadFile, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_lies_refused() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, text.parse().expect("a header value"));
            content_range(&headers)
        };
        assert_eq!(read("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(read("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(read("bytes */10"), Some((None, Some(10))));
        for lie in [
            "",
            "bytes",
            "5-9/10",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes 5-/10",
            "bytes -5-9/10",
            "bytes 5-99999999999999999999999/*",
        ] {
            assert_eq!(read(lie), None, "{lie}");
        }
    }

    #[test]
    fn pages_are_not_files() {
        for page in [
            "<html>",
            " \n<!DOCTYPE html>",
            "\u{feff}{\"error\"",
            "",
            "  ",
        ] {
            assert!(check_beginning(page.as_bytes()).is_err(), "{page:?}");
        }
        assert!(check_beginning(b"\0\0\0\x20ftypM4A ").is_ok());
        assert!(check_beginning(b"ID3").is_ok());
    }
}
