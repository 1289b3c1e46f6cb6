//! What can go wrong between the studio and the API, and what is known about it afterwards.
//!
//! Invariant: [`FailureKind::Unreachable`] is only said when nothing was sent, a refusal only when the API said so;
//! everything else is [`FailureKind::Unknown`]. No message holds the token or an address.

use std::error::Error;
use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use thiserror::Error;

use super::token::Secret;
use crate::domain::text;
use crate::domain::time::SignedDuration;
use crate::domain::{Failure, FailureKind, Timestamp};

/// The most characters of a message, a code and a trace id that are kept.
const MESSAGE_MAX: usize = 300;
const CODE_MAX: usize = 64;
const TRACE_ID_MAX: usize = 128;
/// The most bytes of an answer that are kept for the details of a failure.
const RAW_MAX: usize = 4096;

/// The longest pause a provider is believed to ask for.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What the other side said of a failure; not cleaned yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) trace_id: Option<String>,
    /// The whole answer.
    pub(super) raw: Option<String>,
}

/// A failed exchange.
#[derive(Debug, Error)]
pub(super) enum ApiError {
    /// There is no client to send with: no certificates on this machine.
    #[error("{0}")]
    NoClient(String),
    /// The address cannot be the API's, and nothing was sent to it.
    #[error("{0}")]
    Address(&'static str),
    /// No connection was made.
    #[error("{0}")]
    NotSent(String),
    /// The connection broke after something may have been sent.
    #[error("{0}")]
    Lost(String),
    /// No answer, or no more of it, came in time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Late(Duration),
    /// An HTTP status that is not a success.
    #[error("HTTP {status}")]
    Status {
        status: u16,
        said: Said,
        retry_after: Option<SignedDuration>,
    },
    /// `success: false` in an answer with a good status.
    #[error("refused")]
    Refused { status: u16, said: Said },
    /// An answer with a good status that says neither yes nor no.
    #[error("the answer cannot be understood")]
    Unclear { status: u16, said: Said },
}

impl ApiError {
    /// The client could not be made.
    pub(super) fn no_client(error: reqwest::Error) -> Self {
        ApiError::NoClient(cause(error))
    }

    /// An exchange broke: in the connect phase, or later, when nobody knows what was taken.
    pub(super) fn broken(error: reqwest::Error) -> Self {
        if error.is_connect() {
            ApiError::NotSent(cause(error))
        } else if error.is_builder() {
            ApiError::Address("the address cannot be used")
        } else {
            ApiError::Lost(cause(error))
        }
    }

    /// An answer with a good status that cannot be read.
    pub(super) fn unreadable(status: u16, why: &str) -> Self {
        let said = Said {
            message: why.to_owned(),
            ..Said::default()
        };
        ApiError::Unclear { status, said }
    }

    /// What it means for an order or a question. `token` is the one that was sent.
    pub(super) fn into_failure(self, token: &Secret) -> Failure {
        let message = self.to_string();
        let (kind, status, said, retry_after) = match self {
            ApiError::NoClient(_) | ApiError::NotSent(_) => {
                (FailureKind::Unreachable, None, Said::saying(message), None)
            }
            ApiError::Address(_) => (FailureKind::WrongAddress, None, Said::saying(message), None),
            ApiError::Lost(_) | ApiError::Late(_) => {
                (FailureKind::Unknown, None, Said::saying(message), None)
            }
            ApiError::Status {
                status,
                said,
                retry_after,
            } => {
                let kind = kind_by_status(status, said.code.as_deref());
                (kind, Some(status), said, retry_after)
            }
            ApiError::Refused { status, said } => {
                let kind = kind_by_code(said.code.as_deref()).unwrap_or(FailureKind::Generation);
                (kind, Some(status), said, None)
            }
            ApiError::Unclear { status, said } => {
                let kind = kind_by_code(said.code.as_deref()).unwrap_or(FailureKind::Unknown);
                (kind, Some(status), said, None)
            }
        };
        Failure {
            status,
            retry_after,
            ..said.into_failure(kind, Some(token))
        }
    }

    /// What it means for a local file on its way to a file host. Nothing is charged for that, whatever happens.
    pub(super) fn into_host_failure(self, token: Option<&Secret>) -> Failure {
        let told = self.to_string();
        let (kind, status, said, retry_after) = match self {
            ApiError::NoClient(_)
            | ApiError::NotSent(_)
            | ApiError::Lost(_)
            | ApiError::Late(_) => (FailureKind::Unreachable, None, Said::saying(told), None),
            ApiError::Address(_) => (FailureKind::HostRefused, None, Said::saying(told), None),
            ApiError::Status {
                status,
                said,
                retry_after,
            } => {
                let kind = match status {
                    413 => FailureKind::TooLarge,
                    429 => FailureKind::RateLimited,
                    408 | 500..=599 => FailureKind::Unreachable,
                    _ => FailureKind::HostRefused,
                };
                (kind, Some(status), said, retry_after)
            }
            ApiError::Refused { status, said } | ApiError::Unclear { status, said } => {
                (FailureKind::HostRefused, Some(status), said, None)
            }
        };
        let most = said
            .raw
            .as_deref()
            .and_then(|raw| super::wire::most_bytes(raw.as_bytes()));
        let mut failure = said.into_failure(kind, token);
        if let (FailureKind::TooLarge, Some(most)) = (kind, most) {
            failure.message = super::host::too_large(most);
        }
        Failure {
            status,
            retry_after,
            ..failure
        }
    }

    /// What it means for a file: it may be asked for again whenever the way there was the trouble.
    pub(super) fn into_file_failure(self) -> Failure {
        let kind = match &self {
            ApiError::Address(_) => FailureKind::BadFile,
            _ => FailureKind::Unreachable,
        };
        Said::saying(self.to_string()).into_failure(kind, None)
    }
}

impl Said {
    fn saying(message: String) -> Self {
        Said {
            message,
            ..Said::default()
        }
    }

    /// A failure of `kind` with what was said, cleaned, without the token.
    pub(super) fn into_failure(self, kind: FailureKind, token: Option<&Secret>) -> Failure {
        let clean = |raw: &str, max: usize| {
            let line = text::clean_line(raw, usize::MAX);
            let line = token.map_or_else(|| line.clone(), |token| token.hide(&line));
            text::cut(&line, max)
        };
        let optional = |raw: Option<String>, max: usize| {
            raw.map(|raw| clean(&raw, max))
                .filter(|text| !text.is_empty())
        };
        // Hidden before it is cut: half a token would not be known any more.
        let raw = self.raw.map(|raw| {
            let clean = text::clean_text(&raw);
            let hidden = token.map_or(clean.clone(), |token| token.hide(&clean));
            cut_bytes(hidden.trim(), RAW_MAX)
        });
        Failure {
            raw: raw.filter(|raw| !raw.is_empty()).map(Into::into),
            code: optional(self.code, CODE_MAX),
            message: clean(&self.message, MESSAGE_MAX - 1),
            trace_id: optional(self.trace_id, TRACE_ID_MAX),
            ..Failure::new(kind, "")
        }
    }
}

/// The beginning of a text that fits into `max` bytes, with `…` for the rest.
fn cut_bytes(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max.saturating_sub('…'.len_utf8()));
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// The table of the API's errors: what a status and a code mean.
pub(super) fn kind_by_status(status: u16, code: Option<&str>) -> FailureKind {
    let by_code = kind_by_code(code).filter(|kind| *kind != FailureKind::Unknown);
    match status {
        // A proxy on the way asks for a password: the API has seen nothing.
        407 => FailureKind::Unreachable,
        // A server or a proxy gave up: nobody knows what it had taken by then.
        408 => FailureKind::Unknown,
        429 if by_code != Some(FailureKind::NoCredit) => FailureKind::RateLimited,
        410 => FailureKind::Retired,
        400..=499 => by_code.unwrap_or(match status {
            401 => FailureKind::BadToken,
            402 => FailureKind::NoCredit,
            403 | 451 => FailureKind::Forbidden,
            404 if code.is_none() => FailureKind::WrongAddress,
            405 => FailureKind::WrongAddress,
            _ => FailureKind::BadRequest,
        }),
        // No API sends an order elsewhere: the address leads to some website.
        300..=399 => FailureKind::WrongAddress,
        _ => FailureKind::Unknown,
    }
}

/// What a code means whatever the status; `None` for one that is not in the table.
pub(super) fn kind_by_code(code: Option<&str>) -> Option<FailureKind> {
    Some(match code?.trim() {
        "too_many_requests" | "rate_limited" => FailureKind::RateLimited,
        "no_token" => FailureKind::NoToken,
        "invalid_token" | "token_expired" | "token_mismatched" => FailureKind::BadToken,
        "used_up" => FailureKind::NoCredit,
        "disabled" => FailureKind::Disabled,
        "forbidden" => FailureKind::Forbidden,
        "bad_request" | "api_not_implemented" => FailureKind::BadRequest,
        "no_api" => FailureKind::WrongAddress,
        "api_error" | "timeout" => FailureKind::Unknown,
        _ => return None,
    })
}

/// How long the provider asks to wait: seconds, or a date. A date is measured against the answer's own `Date`, so that
/// a clock that is wrong here does no harm.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() => {
            SignedDuration::try_from_secs_f64(seconds).unwrap_or(RETRY_AFTER_MAX)
        }
        Ok(_) => return None,
        Err(_) => {
            let answered = headers
                .get(DATE)
                .and_then(|date| http_date(date.to_str().ok()?));
            http_date(text)?.duration_since(answered.unwrap_or_else(Timestamp::now))
        }
    };
    Some(asked.clamp(SignedDuration::ZERO, RETRY_AFTER_MAX))
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// The innermost reason, which is the one that tells something: "Connection refused" rather than "error sending
/// request". The address, which may hold a password, is taken out first.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let value = value.parse().expect("a header value");
                (name.parse().expect("a header name"), value)
            })
            .collect()
    }

    #[test]
    fn pauses_are_seconds_or_dates() {
        let seconds = |text| retry_after(&headers(&[("retry-after", text)]));
        assert_eq!(seconds("7"), Some(SignedDuration::from_secs(7)));
        assert_eq!(seconds(" 0 "), Some(SignedDuration::ZERO));
        assert_eq!(seconds("-5"), Some(SignedDuration::ZERO));
        assert_eq!(seconds("1e300"), Some(RETRY_AFTER_MAX));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("NaN"), None);
        assert_eq!(
            seconds("Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(SignedDuration::ZERO)
        );
        let dated = headers(&[
            ("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"),
            ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ]);
        assert_eq!(retry_after(&dated), Some(SignedDuration::from_secs(30)));
        assert_eq!(retry_after(&headers(&[])), None);
    }

    #[test]
    fn what_was_said_is_cleaned_cut_and_without_the_token() {
        let token = Secret::new("sk-0123456789abcdef").expect("a token");
        let said = Said {
            code: Some("\u{1b}[31mbad\u{7}".into()),
            message: format!("x\n{} sk-0123\u{200b}456789abcdef {}", "y", "z".repeat(400)),
            trace_id: Some(" ".into()),
            raw: Some(format!("{}sk-0123456789abcdef", "歌".repeat(1_360))),
        };
        let failure = said.into_failure(FailureKind::Unknown, Some(&token));
        assert_eq!(failure.code.as_deref(), Some("bad"));
        assert!(failure.message.starts_with("x y ••• zzz"));
        assert_eq!(failure.message.chars().count(), MESSAGE_MAX);
        assert_eq!(failure.trace_id, None);
        let raw = failure.raw.expect("kept");
        assert!(raw.len() <= RAW_MAX && !raw.contains("sk-"), "{raw}");
    }

    #[test]
    fn no_status_without_a_word_from_the_api_is_called_safe() {
        for status in (100..=299).chain(500..=999).chain([408]) {
            assert_eq!(
                kind_by_status(status, None),
                FailureKind::Unknown,
                "{status}"
            );
            assert_eq!(
                kind_by_status(status, Some("too_many_requests")),
                FailureKind::Unknown,
                "{status}"
            );
        }
    }
}
