//! The two hosts a client can send a local file to, to have a link for `/producer/upload`.
//!
//! A file that is refused is not kept, and no more of it is held than the host takes.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use super::check::{self, Refusal};
use super::line::Cord;
use super::routes::{self, refuse};
use super::script::Endpoint;
use super::trouble;
use super::world::World;

/// A host of local files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// `/api/v1/files/`, by the provider's platform.
    Platform,
    /// `/files/upload`, by the API itself; the older one.
    Api,
}

/// Bytes beyond the limit that are still read.
const PATIENCE: usize = 256 << 20;

/// How long an older host's links are said to live.
const WEEK: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

impl Host {
    /// The host a request is for.
    pub fn at(head: &Parts) -> Option<Self> {
        match (head.method.as_str(), head.uri.path()) {
            ("POST", "/api/v1/files/" | "/api/v1/files") => Some(Self::Platform),
            ("POST", "/files/upload" | "/files/upload/") => Some(Self::Api),
            _ => None,
        }
    }

    /// Bytes a file may have, as documented.
    fn most(self) -> usize {
        match self {
            Self::Platform => 100_000_000,
            Self::Api => 25_000_000,
        }
    }

    /// Takes a file, or does whatever the scenario does to it.
    pub async fn answer(
        self,
        world: &World,
        (head, body): (Parts, Body),
        cord: &Cord,
        trace_id: &str,
    ) -> Response {
        let endpoint = match self {
            Self::Platform => Endpoint::Platform,
            Self::Api => Endpoint::Host,
        };
        let deed = world.deed(endpoint, head.uri.path(), None);
        if let Some(stopped) = trouble::before(&deed, cord, trace_id).await {
            return stopped;
        }
        let answer = match self.take(world, head, body).await {
            Ok(answer) => routes::json(StatusCode::OK, &answer),
            Err(Trouble::TooLarge(most)) => routes::json(
                StatusCode::PAYLOAD_TOO_LARGE,
                &json!({ "error": "The file is too large.", "max_bytes": most }),
            ),
            Err(Trouble::Refused(refusal)) => refuse(&refusal, trace_id),
        };
        trouble::after(&deed, cord, answer, trace_id).await
    }

    async fn take(self, world: &World, head: Parts, body: Body) -> Result<Value, Trouble> {
        let is_platform = self == Self::Platform && has_platform_token(&head);
        // The platform has tokens of its own: the API's only one says nothing about them.
        let only = world.token.as_deref().filter(|_| !is_platform);
        check::account(&head.headers, only)?;
        if self == Self::Platform && world.hosting.wants_platform_token && !is_platform {
            return Err(Refusal::new(401, "invalid_token").into());
        }
        let base = routes::base(&head.headers).unwrap_or_else(|| world.base().to_owned());
        let most = world.hosting.most.unwrap_or(self.most());
        let (suffix, bytes) = file(Request::from_parts(head, body), most).await?;
        let name = format!("{}{suffix}", world.uuid());
        world
            .vault
            .keep(&name, bytes)
            .await
            .map_err(|error| Refusal {
                message: format!("The simulator cannot keep the file: {error}."),
                ..Refusal::new(500, "api_error")
            })?;
        let url = format!("{base}/files/{name}");
        Ok(match self {
            Self::Platform => json!({ "file_url": url }),
            Self::Api => json!({
                "success": true,
                "url": url,
                "file_url": url,
                "expires_at": (jiff::Timestamp::now() + WEEK).to_string(),
            }),
        })
    }
}

/// Why a file is not taken.
enum Trouble {
    Refused(Refusal),
    /// It has more bytes than this.
    TooLarge(usize),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// True for a token of the kind the platform gives out, which the API's own are not.
fn has_platform_token(head: &Parts) -> bool {
    let header = head.headers.get(AUTHORIZATION);
    let words = header.and_then(|header| header.to_str().ok());
    words
        .and_then(|words| words.trim().split_once(' '))
        .is_some_and(|(_, token)| token.trim().starts_with("platform-"))
}

/// The field `file` of a form: its suffix, with the dot, and its bytes.
async fn file(request: Request, most: usize) -> Result<(String, Bytes), Trouble> {
    let unreadable = |_| Refusal::bad("The request body is no multipart form.");
    let mut request = request;
    // The limit is kept below, to be told in the host's own words.
    axum::extract::DefaultBodyLimit::disable().apply(&mut request);
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| Refusal::bad(error.body_text()))?;
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        let suffix = suffix(field.file_name().unwrap_or_default());
        let (mut bytes, mut length) = (Vec::new(), 0_usize);
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            length += chunk.len();
            // What is too much is still read, so that the client comes to reading the answer, but not kept.
            if length <= most {
                bytes.extend_from_slice(&chunk);
            } else if length > most.saturating_add(PATIENCE) {
                break;
            }
        }
        return if length > most {
            Err(Trouble::TooLarge(most))
        } else {
            Ok((suffix, bytes.into()))
        };
    }
    Err(Refusal::bad("The form has no field called file.").into())
}

/// The last part of a file's name, as far as it is harmless.
fn suffix(name: &str) -> String {
    let last = name.rsplit_once('.').map_or("", |(_, last)| last);
    let is_plain = !last.is_empty() && last.len() <= 5;
    if is_plain && last.bytes().all(|byte| byte.is_ascii_alphanumeric()) && last != "song" {
        format!(".{}", last.to_ascii_lowercase())
    } else {
        ".bin".to_owned()
    }
}
