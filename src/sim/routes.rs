//! The endpoints: who answers what.
//!
//! A request is looked at in the same order everywhere: the scenario's trouble, the token, the fields, the credit, the
//! song it is about. What is refused on the way was not taken.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::check::{self, Account, Refusal};
use super::fields::Fields;
use super::line::Cord;
use super::order::{self, Action, Kind, Work};
use super::script::{Callback, Deed, Endpoint};
use super::task::{Task, Wanted};
use super::upload::{self, Found};
use super::world::World;
use super::{SeenRequest, answers, edit, fetch, files, hosts, trouble};

/// Bytes a request's body may have.
const BODY: usize = 1 << 20;
/// Records in one answer when no limit is given, and at most.
const PAGE: usize = 100;

const ABOUT: &str = "fuzzbox simulate: an offline Producer API.

POST /producer/audios   make a song, or make one from another (all actions)
POST /producer/tasks    ask for tasks (retrieve, retrieve_batch)
POST /producer/lyrics   words for an idea
POST /producer/upload   make a song of a file behind a link of this machine
POST /producer/wav      a song as a wave file
POST /producer/videos   a song with its cover as a film
POST /api/v1/files/     host a local file (multipart, up to 100 MB)
POST /files/upload      likewise, the older way (up to 25 MB)
GET  /files/NAME        songs, covers and hosted files
GET  /_sim/orders       how much paid work was taken

Any bearer token will do. Point a client here with
ACEDATACLOUD_API_BASE_URL and ACEDATACLOUD_API_TOKEN.
";

/// The whole server.
pub fn service(world: Arc<World>) -> IntoMakeServiceWithConnectInfo<Router, Cord> {
    Router::new()
        .fallback(answer)
        .with_state(world)
        .into_make_service_with_connect_info::<Cord>()
}

/// An answer in JSON.
pub fn json(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// A refusal, as the API tells it.
pub fn refuse(refusal: &Refusal, trace_id: &str) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json(status, &answers::refusal(refusal, trace_id));
    if let Some(seconds) = refusal.retry_after {
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A request that has been read.
struct Visit {
    world: Arc<World>,
    head: Parts,
    body: Bytes,
    cord: Cord,
    trace_id: String,
    /// The action named in the body.
    action: Option<String>,
}

async fn answer(State(world): State<Arc<World>>, request: Request) -> Response {
    let trace_id = world.uuid();
    let (head, body) = request.into_parts();
    let cord = head
        .extensions
        .get::<ConnectInfo<Cord>>()
        .map(|info| info.0.clone())
        .unwrap_or_default();
    if let Some(host) = hosts::Host::at(&head) {
        note(&world, &head, None);
        return host.answer(&world, (head, body), &cord, &trace_id).await;
    }
    let Ok(body) = to_bytes(body, BODY).await else {
        let refusal = Refusal {
            status: 413,
            ..Refusal::bad("The request body is larger than 1 MiB.")
        };
        return refuse(&refusal, &trace_id);
    };
    let said: Option<Value> = serde_json::from_slice(&body).ok();
    let action = said.as_ref().and_then(|said| said.get("action")?.as_str());
    let action = action.map(str::to_owned);
    note(&world, &head, said);
    Visit {
        world,
        head,
        body,
        cord,
        trace_id,
        action,
    }
    .answer()
    .await
}

fn note(world: &World, head: &Parts, body: Option<Value>) {
    world.note(SeenRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        body,
    });
}

impl Visit {
    async fn answer(self) -> Response {
        let path = self.head.uri.path();
        let is_read = matches!(self.head.method.as_str(), "GET" | "HEAD");
        match (self.head.method.as_str(), path) {
            ("POST", "/producer/audios") => self.troubled(Endpoint::Audios).await,
            ("POST", "/producer/lyrics") => self.troubled(Endpoint::Lyrics).await,
            ("POST", "/producer/upload") => self.troubled(Endpoint::Upload).await,
            ("POST", "/producer/wav") => self.troubled(Endpoint::Wav).await,
            ("POST", "/producer/videos") => self.troubled(Endpoint::Videos).await,
            ("POST", "/producer/tasks") => self.troubled(Endpoint::Tasks).await,
            (_, "/") if is_read => (StatusCode::OK, ABOUT).into_response(),
            (_, "/_sim/orders") if is_read => {
                json(StatusCode::OK, &json!({ "orders": self.world.orders() }))
            }
            (_, path) if is_read && path.starts_with("/files/") => {
                self.troubled(Endpoint::Files).await
            }
            _ => refuse(&Refusal::new(404, "no_api"), &self.trace_id),
        }
    }

    /// Answers with whatever the scenario does to this request.
    async fn troubled(self, endpoint: Endpoint) -> Response {
        let path = self.head.uri.path();
        let deed = self.world.deed(endpoint, path, self.action.as_deref());
        if let Some(stopped) = trouble::before(&deed, &self.cord, &self.trace_id).await {
            return stopped;
        }
        let answer = match endpoint {
            Endpoint::Audios => self.order(Kind::Audios, &deed).await,
            Endpoint::Lyrics => self.order(Kind::Lyrics, &deed).await,
            Endpoint::Upload => self.order(Kind::Upload, &deed).await,
            Endpoint::Wav => self.order(Kind::Wav, &deed).await,
            Endpoint::Videos => self.order(Kind::Videos, &deed).await,
            Endpoint::Tasks => self.tasks(),
            // Hosts are asked before a body is read.
            Endpoint::Files | Endpoint::Platform | Endpoint::Host => {
                let name = path.strip_prefix("/files/").unwrap_or_default();
                Ok(files::serve(&self.world, name, &self.head.headers, deed.ignores_range).await)
            }
        };
        let answer = answer.unwrap_or_else(|refusal| refuse(&refusal, &self.trace_id));
        trouble::after(&deed, &self.cord, answer, &self.trace_id).await
    }

    fn account(&self) -> Result<Account, Refusal> {
        check::account(&self.head.headers, self.world.token.as_deref())
    }

    /// Takes an order of this kind and answers in the way it asks for.
    async fn order(&self, kind: Kind, deed: &Deed) -> Result<Response, Refusal> {
        let wanted = self.wanted(kind).await?;
        let (is_async, has_callback) = (wanted.job.is_async, wanted.job.callback_url.is_some());
        let found = wanted.found.as_ref().map(|found| found.song.id.clone());
        let taken = self.world.take(wanted, deed).await;
        let task = taken.inspect_err(|_| {
            if let Some(id) = &found {
                self.world.vault.remove(&upload::recording(id));
            }
        })?;
        if trouble::hides_answer(deed) {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        if has_callback {
            if deed.callback == Some(Callback::Early) {
                task.called_back().await;
            }
            return Ok(json(
                StatusCode::OK,
                &answers::accepted_for_callback(&task.entry.id),
            ));
        }
        if is_async {
            return Ok(json(
                StatusCode::OK,
                &answers::accepted(&task.entry.id, &task.entry.trace_id),
            ));
        }
        task.over().await;
        Ok(finished(&task))
    }

    /// What is ordered, if it may be.
    async fn wanted(&self, kind: Kind) -> Result<Wanted, Refusal> {
        let account = self.account()?;
        let fields = Fields::read(&self.body)?;
        let job = order::read(kind, &fields)?;
        let source = match &job.audio_id {
            Some(id) => Some(self.world.source(id)?),
            None => None,
        };
        if let (Work::Song(order), Some(source)) = (&job.work, &source)
            && order.action != Action::Stems
        {
            edit::check(order, source)?;
        }
        if account.is_used_up {
            return Err(Refusal::new(403, "used_up"));
        }
        let found = match &job.work {
            Work::Upload(url) => {
                let file = fetch::file(url).await?;
                let id = self.world.uuid();
                Some(Found::hear(url, file, id, &self.world.vault).await?)
            }
            _ => None,
        };
        Ok(Wanted {
            kind,
            job,
            source,
            found,
            request: fields.into_value(),
            account,
            base: base(&self.head.headers),
        })
    }

    fn tasks(&self) -> Result<Response, Refusal> {
        let account = self.account()?;
        let fields = Fields::read(&self.body)?;
        let body = match fields.text("action")? {
            Some("retrieve") => {
                let id = fields
                    .words("id")?
                    .ok_or_else(|| Refusal::bad("id is required."))?;
                let base = base(&self.head.headers);
                self.world
                    .task(id, &account)
                    .map_or_else(|| json!({}), |task| task.record(base.as_deref()))
            }
            Some("retrieve_batch") => self.batch(&fields, &account)?,
            Some(_) => return Err(Refusal::bad("action is invalid.")),
            None => return Err(Refusal::bad("action is required.")),
        };
        Ok(json(StatusCode::OK, &body))
    }

    /// The named tasks in the order named, or all of the account's, newest first, and of these what the filters leave.
    fn batch(&self, fields: &Fields, account: &Account) -> Result<Value, Refusal> {
        let ids = fields.texts("ids")?;
        let user = fields.text("user_id")?;
        let application = fields.text("application_id")?;
        let kind = fields.text("type")?;
        let since = fields.number("created_at_min")?;
        let until = fields.number("created_at_max")?;
        let limit = count(fields, "limit")?.map_or(PAGE, |limit| limit.min(PAGE));
        let offset = count(fields, "offset")?.unwrap_or(0);
        let mut tasks = match &ids {
            Some(ids) => ids
                .iter()
                .filter_map(|id| self.world.task(id, account))
                .collect(),
            None => self.world.tasks(account),
        };
        tasks.retain(|task| {
            user.is_none_or(|user| user == task.entry.account.user)
                && application
                    .is_none_or(|application| application == task.entry.account.application)
                && kind.is_none_or(|kind| kind == task.entry.kind.name())
                && since.is_none_or(|since| task.entry.created_at >= since)
                && until.is_none_or(|until| task.entry.created_at <= until)
        });
        let base = base(&self.head.headers);
        let items: Vec<Value> = tasks
            .iter()
            .skip(offset)
            .take(limit)
            .map(|task| task.record(base.as_deref()))
            .collect();
        Ok(json!({ "items": items, "count": tasks.len() }))
    }
}

/// What a blocking request gets in the end.
fn finished(task: &Task) -> Response {
    match task.failure() {
        Some(fail) => json(
            StatusCode::INTERNAL_SERVER_ERROR,
            &answers::failure(&fail, &task.entry.trace_id),
        ),
        None => json(StatusCode::OK, &task.delivery()),
    }
}

fn count(fields: &Fields, name: &str) -> Result<Option<usize>, Refusal> {
    match fields.number(name)? {
        None => Ok(None),
        Some(number) if number >= 0.0 && number.fract() == 0.0 => Ok(Some(number as usize)),
        Some(_) => Err(Refusal::bad(format!("{name} must be a whole number."))),
    }
}

/// The base URL the client reached us by, so that links work through a forwarded port too.
pub fn base(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
    (!host.is_empty() && host.chars().all(is_plain)).then(|| format!("http://{host}"))
}
