//! Fetches what is to be uploaded, from this machine and no other, over plain HTTP.
//!
//! It never takes more than it has patience and room for, and says in the refusal what was wrong.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use url::Url;

use super::callback;
use super::check::Refusal;
use super::order::is_near;

/// How long a file may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes a file may have.
const MOST: u64 = 100 << 20;

/// The file at `audio_url`.
pub async fn file(audio_url: &str) -> Result<Bytes, Refusal> {
    let url = Url::parse(audio_url).map_err(|_| Refusal::bad("audio_url is invalid."))?;
    match url.scheme() {
        "http" => {}
        "https" => {
            return Err(Refusal::bad(
                "audio_url could not be fetched: the simulator speaks no TLS. Use an http URL of this machine.",
            ));
        }
        _ => return Err(Refusal::bad("audio_url must be an http or https URL.")),
    }
    if !is_near(audio_url) {
        return Err(Refusal::bad(
            "audio_url could not be fetched: the simulator fetches from this machine alone.",
        ));
    }
    let told = match timeout(PATIENCE, get(&url)).await {
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
        Ok(answer) => answer,
    };
    let answer =
        told.map_err(|error| Refusal::bad(format!("audio_url could not be fetched: {error}.")))?;
    body(&answer)
        .map_err(|reason| Refusal::bad(format!("audio_url could not be fetched: {reason}.")))
}

/// A whole answer, its head included.
async fn get(url: &Url) -> io::Result<Bytes> {
    let mut stream = callback::connect(url).await?;
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    // Of HTTP/1.0, so that the body comes in one piece.
    let head = format!(
        "GET {}{query} HTTP/1.0\r\nhost: {}\r\nuser-agent: producer-api\r\naccept: */*\r\nconnection: close\r\n\r\n",
        url.path(),
        url.authority(),
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    let read = stream.take(MOST + 1).read_to_end(&mut answer).await;
    read?;
    if answer.len() as u64 > MOST {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(answer.into())
}

/// The body of a good answer.
fn body(answer: &Bytes) -> Result<Bytes, String> {
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or("the answer is no HTTP")?;
    let head = String::from_utf8_lossy(&answer.slice(..end)).to_ascii_lowercase();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("http/1.")?.split(' ').nth(1))
        .ok_or("the answer is no HTTP")?;
    if status != "200" {
        return Err(format!("the answer was {status}"));
    }
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let value = |name: &str| {
        let found = headers.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.trim())
    };
    if value("transfer-encoding").is_some() {
        return Err("the answer is in chunks".to_owned());
    }
    let body = answer.slice(end + 4..);
    match value("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) if length <= body.len() => Ok(body.slice(..length)),
        Some(_) => Err("the answer breaks off".to_owned()),
        None => Ok(body),
    }
}
