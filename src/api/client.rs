//! The studio's line to the API: one method for each thing that can be asked, one HTTP exchange each.
//!
//! Invariant: the token is sent to the base address only, over TLS unless that is this machine, and an exchange that
//! fails says whether anything can have been taken.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio::time::timeout;
use url::Url;

use super::connect::{Connections, Purpose, is_loopback};
use super::download::{self, Arrival, Download, Fetched, Progress, Wanted};
use super::error::{self, ApiError, Said};
use super::host::{self, Host};
use super::token::Secret;
use super::wire::{self, Accepted, Because, NoAnswer};
use crate::domain::history::{Listing, Page};
use crate::domain::{ApiTaskId, Failure, Outcome, Request, TaskRecord, Timestamp};

/// The most bytes of an answer: a hundred records with their lyrics take a tenth of it.
const ANSWER_MAX: usize = 16 << 20;

/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How long each phase of an exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Name lookup, connecting and TLS.
    pub connect: Duration,
    /// From connecting to the first byte of the answer to an order that is answered at once, or of a file.
    pub first_byte: Duration,
    /// The same for an order that is answered when it is done.
    pub work: Duration,
    /// The same for a question about tasks.
    pub question: Duration,
    /// Between two bytes.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            work: Duration::from_mins(10),
            question: Duration::from_secs(30),
            idle: Duration::from_secs(30),
        }
    }
}

/// A handle to the API. Cheap to make and to clone; nothing is opened before the first exchange.
#[derive(Clone)]
pub struct Client {
    line: Arc<Line>,
}

struct Line {
    base: Url,
    patience: Patience,
    connections: Connections,
}

/// What is put on the wire in one exchange.
struct Posting<'a> {
    token: &'a Secret,
    path: String,
    body: Value,
    first_byte_within: Duration,
    /// Task queries are free, and say so.
    is_free: bool,
}

/// An answer with a good status.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Client {
    /// A client of the API at `base`. A user name, a query or a fragment in it is left out.
    pub fn new(base: Url) -> Client {
        Client::with_patience(base, Patience::default())
    }

    /// A client with other limits of time than the usual ones.
    pub fn with_patience(base: Url, patience: Patience) -> Client {
        let line = Line {
            base: plain(base),
            patience,
            connections: Connections::new(patience.connect),
        };
        Client {
            line: Arc::new(line),
        }
    }

    /// Sends an order. One for a song is answered at once with a task id, the others when they are done.
    ///
    /// A failure of any kind but `Unknown` is known not to have been taken.
    pub async fn submit(&self, token: &Secret, request: &Request) -> Result<Accepted, Failure> {
        let endpoint = request.endpoint();
        let patience = self.line.patience;
        let posting = Posting {
            token,
            path: format!("producer/{}", endpoint.name()),
            body: wire::order(request),
            first_byte_within: if request.answers_at_once() {
                patience.first_byte
            } else {
                patience.work
            },
            is_free: false,
        };
        let answer = self.line.post(posting).await;
        let mut accepted = answer
            .and_then(|answer| answer.read(|body, now| wire::accepted(request, body, now)))
            .map_err(|error| error.into_failure(token))?;
        hide_in(accepted.record.as_mut(), token);
        Ok(accepted)
    }

    /// What has become of the tasks `ids`. A task the API does not know is absent.
    pub async fn retrieve(
        &self,
        token: &Secret,
        ids: &[ApiTaskId],
    ) -> Result<Vec<TaskRecord>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut records = self.question(token, wire::by_id(ids)).await?.records;
        records.retain(|record| ids.contains(&record.id));
        Ok(records)
    }

    /// A page of what the account ordered at an endpoint between two moments, with the requests they echo: to look for an
    /// order whose answer was lost, or to bring in what was made earlier. A record without a date is kept, one of another
    /// time is not.
    pub async fn list(&self, token: &Secret, page: Page) -> Result<Listing, Failure> {
        let mut listing = self.question(token, wire::by_time(page)).await?;
        // Asked for in whole seconds; and a server may not know the filter.
        let seconds = page.since.as_second()..=page.until.as_second().saturating_add(1);
        listing.records.retain(|record| {
            record
                .created_at
                .is_none_or(|moment| seconds.contains(&moment.as_second()))
        });
        Ok(listing)
    }

    /// Fetches a file into its part file, going on where an earlier attempt stopped when the server can tell that the
    /// file is the same. `progress` is told at most four times a second, and only of bytes that can be read from the
    /// part file. After a failure the part file is kept for the next attempt; a whole file waits for [`keep`](super::keep).
    pub async fn download(
        &self,
        order: &Download,
        mut progress: impl FnMut(Progress),
    ) -> Result<Fetched, Failure> {
        let (_nobody, wanted) = watch::channel(None);
        let mut told: Option<Instant> = None;
        let tell = |arrival: Arrival<'_>| {
            if told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
                return;
            }
            told = Some(Instant::now());
            progress(Progress {
                done: arrival.here.count(),
                total: arrival.total,
            });
        };
        self.download_along(order, wanted, tell).await
    }

    /// The same for one who reads along: what is `wanted` is fetched first, by exchanges of its own where the server can
    /// give a part of a file, and everything is told of as soon as it can be read, when it is waited for.
    pub async fn download_along(
        &self,
        order: &Download,
        wanted: Wanted,
        tell: impl FnMut(Arrival<'_>),
    ) -> Result<Fetched, Failure> {
        let line = &self.line;
        let http = line.connections.client(Purpose::Files, &order.url).await;
        let http = http.map_err(ApiError::into_file_failure)?;
        let patience = line.patience;
        let line = download::Line {
            http,
            patience,
            order,
        };
        download::fetch(line, wanted, tell).await
    }

    /// Brings a local file to a file host, under no name of the user's, and tells where it is now. Nothing is charged for
    /// it, and it may be done again. `progress` is told at most four times a second.
    ///
    /// A failure that is `Unreachable` or `RateLimited` may pass; every other is the host's last word. `token`, the
    /// API's, is sent where the host has none of its own and is kin to the API; a stranger gets none.
    pub async fn host(
        &self,
        host: &Host,
        token: &Secret,
        file: &Path,
        progress: impl FnMut(Progress),
    ) -> Result<Url, Failure> {
        let sent = host.token.as_ref().or(host.is_kin.then_some(token));
        let failed = |error: ApiError| error.into_host_failure(sent);
        is_private(&host.url).map_err(failed)?;
        let line = &self.line;
        let http = line.connections.client(Purpose::Exchange, &host.url).await;
        let http = http.map_err(failed)?;
        let response = host::send((http, line.patience), host, sent, file, progress).await?;
        let answer = line.judge(response).await.map_err(failed)?;
        answer.read(wire::hosted).map_err(failed)
    }

    async fn question(&self, token: &Secret, body: Value) -> Result<Listing, Failure> {
        let posting = Posting {
            token,
            path: "producer/tasks".to_owned(),
            body,
            first_byte_within: self.line.patience.question,
            is_free: true,
        };
        let answer = self.line.post(posting).await;
        let mut listing = answer
            .and_then(|answer| answer.read(wire::listing))
            .map_err(|error| error.into_failure(token))?;
        hide_in(&mut listing.records, token);
        Ok(listing)
    }
}

/// Takes the token out of what failed tasks say, should the other side have repeated it.
fn hide_in<'a>(records: impl IntoIterator<Item = &'a mut TaskRecord>, token: &Secret) {
    for record in records {
        if let Outcome::Failed(failure) = &mut record.outcome {
            failure.message = token.hide(&failure.message);
            failure.raw = failure.raw.take().map(|raw| token.hide(&raw).into());
        }
    }
}

impl Line {
    /// One exchange.
    async fn post(&self, posting: Posting<'_>) -> Result<Answer, ApiError> {
        let url = self.address(&posting.path)?;
        let http = self.connections.client(Purpose::Exchange, &url).await?;
        let mut request = http
            .post(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, posting.token.header())
            .body(posting.body.to_string());
        if posting.is_free {
            request = request.header("x-record-exempt", HeaderValue::from_static("true"));
        }
        // Connecting has a limit of its own, so that whoever is late here is late after the order may have been sent.
        let within = self.patience.connect + posting.first_byte_within;
        let response = timeout(within, request.send())
            .await
            .map_err(|_| ApiError::Late(within))?
            .map_err(ApiError::broken)?;
        self.judge(response).await
    }

    /// The body of a good answer, or what a bad one says.
    async fn judge(&self, response: Response) -> Result<Answer, ApiError> {
        let status = response.status();
        let retry_after = error::retry_after(response.headers());
        let body = timeout(self.patience.first_byte, self.body(response))
            .await
            .unwrap_or(Err(ApiError::Late(self.patience.first_byte)));
        let status_code = status.as_u16();
        if status.is_success() {
            let body = body?;
            return Ok(Answer {
                status: status_code,
                body,
            });
        }
        // The status stands, whether or not the rest of the answer came.
        let said = body.map(|body| wire::said_by(&body)).unwrap_or_default();
        Err(ApiError::Status {
            status: status_code,
            said,
            retry_after,
        })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ApiError> {
        let status = response.status().as_u16();
        let idle = self.patience.idle;
        let mut body = Vec::new();
        while let Some(chunk) = timeout(idle, response.chunk())
            .await
            .map_err(|_| ApiError::Late(idle))?
            .map_err(ApiError::broken)?
        {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(ApiError::unreadable(status, "the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The address of an endpoint, if the token may be sent there.
    fn address(&self, path: &str) -> Result<Url, ApiError> {
        is_private(&self.base)?;
        let mut url = self.base.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/{path}"));
        Ok(url)
    }
}

impl Answer {
    fn read<T>(
        self,
        reader: impl FnOnce(&[u8], Timestamp) -> Result<T, NoAnswer>,
    ) -> Result<T, ApiError> {
        let status = self.status;
        let raw = || Some(wire::as_told(&self.body));
        reader(&self.body, Timestamp::now()).map_err(|NoAnswer(because)| match because {
            Because::Refused(said) => ApiError::Refused {
                status,
                said: Said { raw: raw(), ..said },
            },
            Because::Unclear(said) => ApiError::Unclear {
                status,
                said: Said { raw: raw(), ..said },
            },
        })
    }
}

/// Whether nobody on the way to `url` can read a token that is sent there.
fn is_private(url: &Url) -> Result<(), ApiError> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(ApiError::Address(
            "the token is not sent over plain http to another machine: use https",
        )),
        _ => Err(ApiError::Address("the address must begin with https://")),
    }
}

/// `base` without what would be sent along with every request.
fn plain(mut base: Url) -> Url {
    base.set_query(None);
    base.set_fragment(None);
    // Both fail only for addresses that have no host and are refused when they are used.
    let _ = base.set_username("");
    let _ = base.set_password(None);
    base
}
