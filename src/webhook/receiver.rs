//! Who knocks, and what is made of it.
//!
//! Invariant: the path is looked at first, the method then, the length before the body; only a whole JSON object at an
//! address of ours becomes a delivery, and its text is clean.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONNECTION, CONTENT_LENGTH, HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use tokio::sync::oneshot;

use super::line::{Lines, PATIENCE};
use super::{Key, Plan, WebhookError};
use crate::api::wire;
use crate::domain::{ApiTaskId, TaskId};

/// The most bytes of a body: ten times an answer with the longest lyric that is sent.
const BODY_MAX: usize = 1 << 20;

/// The provider called an address of ours. What it says of the task is not believed before the task record says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The task the address stands for.
    pub task: TaskId,
    /// The API's id of it, as the call has it.
    pub api_id: Option<ApiTaskId>,
}

/// Where a delivery goes. `false`: there is no room for it now, and the provider is told to call again.
pub type Tell = Arc<dyn Fn(Delivery) -> bool + Send + Sync>;

/// An open door; it shuts when this is dropped.
pub struct Receiver {
    address: SocketAddr,
    base: String,
    key: Arc<Key>,
    _open: oneshot::Sender<()>,
}

impl Receiver {
    /// The address of this machine it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The secret its addresses are made with.
    pub fn key(&self) -> &Arc<Key> {
        &self.key
    }

    /// The address the provider is to call for a task. It proves itself by a secret: it is to be sent, and not shown.
    pub fn url(&self, task: TaskId) -> String {
        format!("{}/{}", self.base, self.key.path(task))
    }
}

/// Opens the door, on a thread of its own. Returns once somebody can knock.
pub fn listen(plan: &Plan, tell: Tell) -> Result<Receiver, WebhookError> {
    listen_for(plan, tell, PATIENCE)
}

/// [`listen`] with another patience for one who knocks.
pub fn listen_for(plan: &Plan, tell: Tell, patience: Duration) -> Result<Receiver, WebhookError> {
    let address = plan.listen.ok_or(WebhookError::NotPlanned)?;
    let key = Key::read_or_make(&plan.key_file).map_err(|source| WebhookError::Key {
        path: plan.key_file.clone(),
        source,
    })?;
    let failed = |source| WebhookError::Listen { address, source };
    let socket = TcpListener::bind(address).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    let key = Arc::new(key);
    let base = match &plan.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{address}"),
    };
    let (open, shut) = oneshot::channel();
    let door = Door {
        key: Arc::clone(&key),
        tell,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(WebhookError::Thread)?;
    std::thread::Builder::new()
        .name("webhook".into())
        .spawn(move || runtime.block_on(serve(socket, patience, door, shut)))
        .map_err(WebhookError::Thread)?;
    Ok(Receiver {
        address,
        base,
        key,
        _open: open,
    })
}

async fn serve(socket: TcpListener, patience: Duration, door: Door, shut: oneshot::Receiver<()>) {
    // Fails only without a reactor, which this thread has.
    let Ok(socket) = tokio::net::TcpListener::from_std(socket) else {
        return;
    };
    let service = Router::new().fallback(knock).with_state(Arc::new(door));
    tokio::select! {
        // It never ends by itself; its only result is of no use.
        _ = axum::serve(Lines::new(socket, patience), service) => {}
        _ = shut => {}
    }
}

struct Door {
    key: Arc<Key>,
    tell: Tell,
}

async fn knock(State(door): State<Arc<Door>>, request: Request) -> Response {
    let Some(task) = door.key.open(request.uri().path()) else {
        return answer(StatusCode::NOT_FOUND);
    };
    if request.method() != Method::POST {
        let mut answer = answer(StatusCode::METHOD_NOT_ALLOWED);
        answer
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return answer;
    }
    let told = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|length| length > BODY_MAX) {
        return answer(StatusCode::PAYLOAD_TOO_LARGE);
    }
    // A body that does not come whole, in time or within the limit: the connection is the same afterwards.
    let Ok(body) = to_bytes(request.into_body(), BODY_MAX).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let Some(api_id) = wire::delivered(&body) else {
        return answer(StatusCode::BAD_REQUEST);
    };
    if (door.tell)(Delivery { task, api_id }) {
        return answer(StatusCode::NO_CONTENT);
    }
    let mut answer = answer(StatusCode::SERVICE_UNAVAILABLE);
    answer
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("10"));
    answer
}

/// An answer that says nothing but its status. Nobody keeps a connection for a second call.
fn answer(status: StatusCode) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}
