//! The endpoints: who answers what.

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

use super::check::{self, Account, Fields, Refusal};
use super::line::Cord;
use super::script::{Callback, Deed, Endpoint};
use super::task::{Task, Wanted};
use super::world::World;
use super::{SeenRequest, answers, files, trouble};

/// Bytes a request's body may have.
const BODY: usize = 1 << 20;
/// Records in one answer when no limit is given, and at most.
const PAGE: usize = 100;

const ABOUT: &str = "fuzzbox simulate: an offline Producer API.

POST /producer/audios   make a song (action generate)
POST /producer/tasks    ask for tasks (retrieve, retrieve_batch)
GET  /files/NAME        songs and covers
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

fn refuse(refusal: &Refusal, trace_id: &str) -> Response {
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
}

async fn answer(State(world): State<Arc<World>>, request: Request) -> Response {
    let trace_id = world.trace_id();
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else {
        let refusal = Refusal {
            status: 413,
            ..Refusal::bad("The request body is larger than 1 MiB.")
        };
        return refuse(&refusal, &trace_id);
    };
    world.note(SeenRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        body: serde_json::from_slice(&body).ok(),
    });
    let cord = head
        .extensions
        .get::<ConnectInfo<Cord>>()
        .map(|info| info.0.clone())
        .unwrap_or_default();
    Visit {
        world,
        head,
        body,
        cord,
        trace_id,
    }
    .answer()
    .await
}

impl Visit {
    async fn answer(self) -> Response {
        let path = self.head.uri.path();
        let is_read = matches!(self.head.method.as_str(), "GET" | "HEAD");
        match (self.head.method.as_str(), path) {
            ("POST", "/producer/audios") => self.troubled(Endpoint::Audios).await,
            ("POST", "/producer/tasks") => self.troubled(Endpoint::Tasks).await,
            (
                "POST",
                "/producer/lyrics" | "/producer/upload" | "/producer/wav" | "/producer/videos",
            ) => {
                let refusal = self
                    .account()
                    .err()
                    .unwrap_or_else(|| Refusal::new(400, "api_not_implemented"));
                refuse(&refusal, &self.trace_id)
            }
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
        let deed = self.world.deed(endpoint, path);
        if let Some(stopped) = trouble::before(&deed, &self.cord, &self.trace_id).await {
            return stopped;
        }
        let answer = match endpoint {
            Endpoint::Audios => self.audios(&deed).await,
            Endpoint::Tasks => self.tasks(),
            Endpoint::Files => {
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

    async fn audios(&self, deed: &Deed) -> Result<Response, Refusal> {
        let account = self.account()?;
        let fields = Fields::read(&self.body)?;
        let order = check::order(&fields)?;
        if account.is_used_up {
            return Err(Refusal::new(403, "used_up"));
        }
        let (is_async, has_callback) = (order.is_async, order.callback_url.is_some());
        let base = base(&self.head.headers);
        let wanted = Wanted {
            order,
            request: fields.into_value(),
            account,
            base,
        };
        let task = self.world.take(wanted, deed).await?;
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
                && kind.is_none_or(|kind| kind == "audios")
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
fn base(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
    (!host.is_empty() && host.chars().all(is_plain)).then(|| format!("http://{host}"))
}
