//! Makes the trouble a scenario asks for, before a request is looked at and after it is answered.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::check::Refusal;
use super::line::Cord;
use super::script::{Deed, Drop, Refuse};
use super::{answers, routes};

/// Slices a slow body is sent in, each second.
const SLICES: u64 = 20;

/// Time for the sent part of a broken body to leave.
const FLUSH: Duration = Duration::from_millis(10);

/// What happens first: waiting, a cut line, a refusal at the gate. Gives the answer if the request goes no further.
pub async fn before(deed: &Deed, cord: &Cord, trace_id: &str) -> Option<Response> {
    if !deed.delay.is_zero() {
        tokio::time::sleep(deed.delay).await;
    }
    if deed.drop == Some(Drop::Before) {
        return Some(cut(cord));
    }
    let refuse = deed.refuse.as_ref().filter(|refuse| !refuse.is_taken)?;
    Some(refused(refuse, trace_id))
}

/// True if the request's own answer will never be seen, so that nobody need wait for it.
pub fn hides_answer(deed: &Deed) -> bool {
    deed.drop == Some(Drop::After) || deed.refuse.is_some()
}

/// What happens to an answer on its way out.
pub async fn after(deed: &Deed, cord: &Cord, answer: Response, trace_id: &str) -> Response {
    if deed.drop == Some(Drop::After) {
        return cut(cord);
    }
    let answer = match &deed.refuse {
        Some(refuse) => refused(refuse, trace_id),
        None => answer,
    };
    if !deed.is_malformed && deed.bytes_per_second.is_none() && deed.truncate_after.is_none() {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    // Bodies are in memory already: there is no limit to keep and nothing that can fail.
    let mut bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if deed.is_malformed {
        bytes.truncate(bytes.len() / 2);
    }
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Response::from_parts(
        parts,
        trickle(&bytes, deed.bytes_per_second, deed.truncate_after),
    )
}

/// Cuts the line; the answer that is returned never leaves.
fn cut(cord: &Cord) -> Response {
    cord.pull();
    StatusCode::NO_CONTENT.into_response()
}

fn refused(refuse: &Refuse, trace_id: &str) -> Response {
    let status = StatusCode::from_u16(refuse.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut answer = if refuse.is_html {
        let page = format!(
            "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        (status, [(CONTENT_TYPE, "text/html")], page).into_response()
    } else {
        let documented = match &refuse.code {
            Some(code) => Refusal::new(refuse.status, code),
            None => Refusal::of_status(refuse.status),
        };
        let message = refuse
            .message
            .clone()
            .unwrap_or_else(|| documented.message.clone());
        let body = answers::refusal(
            &Refusal {
                message,
                ..documented
            },
            trace_id,
        );
        routes::json(status, &body)
    };
    if let Some(seconds) = refuse.retry_after {
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A body that comes slowly, or breaks off, or both.
fn trickle(bytes: &Bytes, speed: Option<u64>, until: Option<usize>) -> Body {
    let slice = speed.map_or(usize::MAX, |speed| (speed / SLICES).max(1) as usize);
    let pause = speed.map(|speed| Duration::from_secs_f64(slice as f64 / speed as f64));
    let breaks_off = until.is_some_and(|until| until < bytes.len());
    let left = bytes.slice(..until.unwrap_or(bytes.len()).min(bytes.len()));
    Body::from_stream(stream::unfold(
        (left, false),
        move |(mut left, is_over)| async move {
            if is_over {
                return None;
            }
            if left.is_empty() && !breaks_off {
                return None;
            }
            if left.is_empty() {
                // What was sent so far must be on its way before the line goes dead.
                tokio::time::sleep(FLUSH).await;
                let broken: io::Error = io::ErrorKind::ConnectionReset.into();
                return Some((Err(broken), (left, true)));
            }
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
            let next = left.split_to(slice.min(left.len()));
            Some((Ok(next), (left, false)))
        },
    ))
}
