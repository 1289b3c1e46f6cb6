//! A local file on its way to a file host, so that the API can fetch it from an address on the web.
//!
//! Invariant: the file goes out as it is on the disk, piece by piece, never whole in memory; neither its path nor its name
//! goes with it.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Response};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::client::Patience;
use super::download::Progress;
use super::error::ApiError;
use super::token::Secret;
use crate::domain::text::clean_line;
use crate::domain::{Failure, FailureKind, FileProblem};

/// How many bytes are read at a time.
const PIECE: usize = 64 << 10;
/// How often is looked how far the file is.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// What the provider's two hosts take, in bytes, and what is sent to any other. A little more than "100 MB" can mean: the
/// host has the last word.
const PLATFORM_MAX: u64 = 100 << 20;
const OLDER_MAX: u64 = 25 << 20;
const ANY_MAX: u64 = 1 << 30;

/// A place that keeps a file under an address on the web.
#[derive(Clone)]
pub struct Host {
    /// Where files are sent to, as multipart field `file`.
    pub url: Url,
    /// Its own token, where that is not the API's.
    pub token: Option<Secret>,
    /// Whether it may see the API's token, where it has none of its own: it belongs to the same house.
    pub is_kin: bool,
}

impl Host {
    /// The most bytes it is known to take.
    fn most(&self) -> u64 {
        let path = self.url.path().trim_end_matches('/');
        if path.ends_with("/api/v1/files") {
            PLATFORM_MAX
        } else if path.ends_with("/files/upload") {
            OLDER_MAX
        } else {
            ANY_MAX
        }
    }

    /// Whether a local file can be brought here, as far as can be told without sending it.
    pub async fn look(&self, path: &Path) -> Result<(), FileProblem> {
        open(path, self.most()).await.map(drop)
    }
}

/// Sends the file; gives the host's answer, whatever it says.
pub(super) async fn send(
    (http, patience): (&reqwest::Client, Patience),
    host: &Host,
    token: Option<&Secret>,
    path: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<Response, Failure> {
    let opened = open(path, host.most()).await;
    let (file, length) = opened.map_err(failure)?;
    let sent = Arc::new(AtomicU64::new(0));
    let body = Body::wrap_stream(pieces(file, length, Arc::clone(&sent)));
    let part = Part::stream_with_length(body, length).file_name(plain_name(path));
    let mut request = http
        .post(host.url.clone())
        .header(ACCEPT, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, token.header());
    }
    let request = request.multipart(Form::new().part("file", part)).send();
    let mut request = std::pin::pin!(request);
    let mut far = 0;
    let mut moved_at = Instant::now();
    loop {
        let look = Instant::now() + LOOK_EVERY;
        tokio::select! {
            answer = &mut request => {
                return answer.map_err(|error| ApiError::broken(error).into_host_failure(token));
            }
            () = sleep_until(look) => {}
        }
        let now = sent.load(Ordering::Relaxed);
        if now != far {
            (far, moved_at) = (now, Instant::now());
            progress(Progress {
                done: far,
                total: Some(length),
            });
        }
        // Once the file is there, the host may look at it for a while.
        let within = match far {
            0 => patience.connect + patience.idle,
            _ if far >= length => patience.first_byte,
            _ => patience.idle,
        };
        if moved_at.elapsed() > within {
            return Err(ApiError::Late(within).into_host_failure(token));
        }
    }
}

/// What is said of a file that has too many bytes.
pub(super) fn too_large(most: u64) -> String {
    format!("the host takes files of up to {} MB", most / 1_000_000)
}

/// A regular file with something in it, and not too much.
async fn open(path: &Path, most: u64) -> Result<(File, u64), FileProblem> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileProblem::Missing,
        _ => FileProblem::Unreadable(clean_line(&error.to_string(), 200)),
    };
    // Looked at before it is opened: opening a pipe would wait for somebody to write into it.
    let about = tokio::fs::metadata(path).await.map_err(unreadable)?;
    let bytes = about.len();
    if !about.is_file() {
        return Err(FileProblem::NotAFile);
    }
    if bytes == 0 {
        return Err(FileProblem::Empty);
    }
    if bytes > most {
        return Err(FileProblem::TooLarge { bytes, max: most });
    }
    let file = File::open(path).await.map_err(unreadable)?;
    Ok((file, bytes))
}

fn failure(problem: FileProblem) -> Failure {
    let no_file = |why: &str| Failure::new(FailureKind::NoFile, why);
    match problem {
        FileProblem::Missing => no_file("there is no such file"),
        FileProblem::NotAFile => no_file("it is not a file"),
        FileProblem::Empty => no_file("it is empty"),
        FileProblem::Unreadable(why) => no_file(&why),
        FileProblem::TooLarge { max, .. } => Failure::new(FailureKind::TooLarge, too_large(max)),
    }
}

/// The file's first `length` bytes, counted as they are taken. A file that became shorter ends the request.
fn pieces(
    file: File,
    length: u64,
    sent: Arc<AtomicU64>,
) -> impl stream::Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
    stream::unfold(file.take(length), move |mut file| {
        let sent = Arc::clone(&sent);
        async move {
            let mut piece = vec![0; PIECE];
            match file.read(&mut piece).await {
                Ok(0) => None,
                Ok(count) => {
                    piece.truncate(count);
                    sent.fetch_add(count as u64, Ordering::Relaxed);
                    Some((Ok(piece), file))
                }
                Err(error) => Some((Err(error), file)),
            }
        }
    })
}

/// A name that tells the kind of file and nothing else.
fn plain_name(path: &Path) -> String {
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    let suffix = suffix.filter(|suffix| {
        (1..=5).contains(&suffix.len()) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    match suffix {
        Some(suffix) => format!("upload.{}", suffix.to_ascii_lowercase()),
        None => "upload".to_owned(),
    }
}
