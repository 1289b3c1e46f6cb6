//! Is this the song, the rest of it, or something else? What an answer to a download holds, told before a byte is
//! written.
//!
//! Invariant: a page is never taken for a file, and bytes from another place than asked for are never used.

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED};
use reqwest::{Response, StatusCode};

use super::held::Held;
use crate::api::error;
use crate::domain::{Failure, FailureKind};

/// The most bytes of a file.
const FILE_MAX: u64 = 1 << 30;

/// Which bytes are asked for. Without a validator all are: nothing tells that a part is one of the same file.
pub(super) struct Asked {
    pub from: u64,
    /// The byte after the last; `None`: all there are.
    pub to: Option<u64>,
    pub validator: Option<String>,
    total: Option<u64>,
}

impl Asked {
    /// What is missing behind the beginning that is here.
    pub(super) fn rest_of(held: &Held) -> Asked {
        Asked::part_of(held, held.beginning())
    }

    /// What is missing from a byte on, up to what is here.
    pub(super) fn part_of(held: &Held, from: u64) -> Asked {
        Asked {
            from,
            to: held.here.next_begin(from),
            validator: held.validator.clone(),
            total: held.total,
        }
    }

    /// Whether the answer belongs to what is held: a server that does not know `If-Range` sends a part of whatever it has.
    fn is_same(&self, headers: &HeaderMap, total: Option<u64>) -> bool {
        let Some(validator) = &self.validator else {
            return true;
        };
        let name = if validator.starts_with('"') {
            ETAG
        } else {
            LAST_MODIFIED
        };
        let told = headers.get(name);
        let sizes = (self.total, total);
        told.is_none_or(|told| told.as_bytes() == validator.as_bytes())
            && !matches!(sizes, (Some(known), Some(told)) if known != told)
    }

    /// As the value of `Range`.
    pub(super) fn range(&self) -> String {
        let to = self.to.map(|to| (to - 1).to_string());
        format!("bytes={}-{}", self.from, to.unwrap_or_default())
    }
}

/// What the answer brings.
pub(super) enum Plan {
    /// The bytes from `from` on, up to `end` where that is known, of `total` where that is.
    Write {
        from: u64,
        end: Option<u64>,
        total: Option<u64>,
        /// Whether they belong to what is held; else the file begins anew with them.
        is_part: bool,
    },
    /// Everything was there already.
    Whole,
    /// The part file is of no use: the next attempt begins anew.
    Anew,
}

/// What to do with an answer.
pub(super) fn plan(response: &Response, asked: &Asked) -> Result<Plan, Failure> {
    let headers = response.headers();
    let range = content_range(headers);
    match response.status() {
        StatusCode::OK => Ok(Plan::Write {
            from: 0,
            end: response.content_length(),
            total: response.content_length(),
            is_part: false,
        }),
        StatusCode::PARTIAL_CONTENT => Ok(match range {
            Some(Told::Part { from, end, total })
                if from == asked.from && asked.is_same(headers, total) =>
            {
                let all_the_rest = || Some(from + response.content_length()?);
                let guess = if asked.to.is_none() {
                    all_the_rest()
                } else {
                    None
                };
                Plan::Write {
                    from,
                    end: Some(end),
                    total: total.or(asked.total).or(guess),
                    is_part: asked.validator.is_some(),
                }
            }
            _ => Plan::Anew,
        }),
        StatusCode::RANGE_NOT_SATISFIABLE if asked.from > 0 => Ok(match range {
            Some(Told::Size(total)) if total == asked.from => Plan::Whole,
            _ => Plan::Anew,
        }),
        status => Err(refusal(status, headers)),
    }
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

/// What `Content-Range` says.
#[derive(Debug, PartialEq)]
enum Told {
    /// The bytes up to, not including, `end`; and the size, where the server knows it.
    Part {
        from: u64,
        end: u64,
        total: Option<u64>,
    },
    /// The size of a file of which the range was refused.
    Size(u64),
}

fn content_range(headers: &HeaderMap) -> Option<Told> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, size) = text.trim().strip_prefix("bytes ")?.trim().split_once('/')?;
    let total: Option<u64> = match size.trim() {
        "*" => None,
        size => Some(size.parse().ok()?),
    };
    if range.trim() == "*" {
        return total.map(Told::Size);
    }
    let (from, to) = range.split_once('-')?;
    let (from, to): (u64, u64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    let is_sound = from <= to && total.is_none_or(|total| to < total);
    is_sound.then_some(Told::Part {
        from,
        end: to.checked_add(1)?,
        total,
    })
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
        let part = |total| {
            Some(Told::Part {
                from: 5,
                end: 10,
                total,
            })
        };
        assert_eq!(read("bytes 5-9/10"), part(Some(10)));
        assert_eq!(read("bytes 5-9/*"), part(None));
        assert_eq!(read("bytes */10"), Some(Told::Size(10)));
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
