//! The doorkeeper: who may come in, and the refusals in the API's own words.
//!
//! A refusal costs nothing: what is refused was never taken.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};

use super::dice::{Dice, hash};

/// A documented refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The error's code.
    pub code: String,
    /// The error's words.
    pub message: String,
    /// Seconds to wait, as a header.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal in the words documented for the code.
    pub fn new(status: u16, code: &str) -> Self {
        let message = match (status, code) {
            (400, "token_mismatched") => "The specified token is not matched with API.",
            (_, "token_mismatched") => "token and api does not match.",
            (_, "api_not_implemented") => "The API is not implemented.",
            (_, "disabled") => "Your application has been disabled.",
            (_, "no_token") => "No token specified for the request.",
            (_, "invalid_token") => "The specified token is invalid or wrong.",
            (_, "token_expired") => "token expired.",
            (_, "used_up") => "Your balance is not sufficient for current request.",
            (_, "no_api") => "API does not exist, please make sure url is correct.",
            (_, "too_many_requests") => "You have exceeded the rate limit.",
            (_, "bad_request") => "The request is invalid.",
            (_, "forbidden") => "The request is forbidden.",
            (_, "timeout") => "The request timed out.",
            (_, "gone") => "The action is no longer available.",
            _ => "Internal server error.",
        };
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        }
    }

    /// The refusal a scenario asks for by its status alone.
    pub fn of_status(status: u16) -> Self {
        let code = match status {
            400 => "bad_request",
            401 => "invalid_token",
            403 => "used_up",
            404 => "no_api",
            410 => "gone",
            429 => "too_many_requests",
            504 => "timeout",
            _ => "api_error",
        };
        Self::new(status, code)
    }

    /// A 400 with these words.
    pub fn bad(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::new(400, "bad_request")
        }
    }
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Account {
    /// The same for each token, on each start.
    pub user: String,
    /// Likewise.
    pub application: String,
    /// Likewise.
    pub credential: String,
    /// True if there is no credit for paid work.
    #[serde(skip)]
    pub is_used_up: bool,
}

/// Lets a token in or says why not; `only` is the one good token, if there is just one.
pub fn account(headers: &HeaderMap, only: Option<&str>) -> Result<Account, Refusal> {
    let header = headers
        .get(AUTHORIZATION)
        .map_or("", |value| value.to_str().unwrap_or("?"));
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    let token = token.trim();
    if scheme.is_empty() || (is_bearer && token.is_empty()) {
        return Err(Refusal::new(400, "no_token"));
    }
    if !is_bearer || only.is_some_and(|only| only != token) {
        return Err(Refusal::new(401, "invalid_token"));
    }
    if only.is_none() {
        match token {
            "invalid" => return Err(Refusal::new(401, "invalid_token")),
            "expired" => return Err(Refusal::new(401, "token_expired")),
            "mismatched" => return Err(Refusal::new(401, "token_mismatched")),
            _ => {}
        }
    }
    let mut dice = Dice::new(hash(token));
    Ok(Account {
        user: dice.uuid(),
        application: dice.uuid(),
        credential: dice.uuid(),
        is_used_up: only.is_none() && token == "used-up",
    })
}
