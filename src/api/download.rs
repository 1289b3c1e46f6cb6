//! A song comes home: a file fetched into a part file, whole or not at all.
//!
//! Invariant: the part file holds only bytes from the beginning of one and the same file. It is gone on with only where
//! the server's validator says so (kept beside it in `….meta`), and a file under its final name is always whole.

mod answer;

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{
    ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, IF_RANGE, LAST_MODIFIED, RANGE,
};
use serde::{Deserialize, Serialize};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::time::{Instant, timeout};
use url::Url;

use self::answer::{Plan, bad_file, check_beginning, check_size, check_type, plan};
use super::client::Patience;
use super::error::{ApiError, Said};
use crate::domain::song::fnv1a;
use crate::domain::{Failure, FailureKind};

/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How many bytes are gathered before they go to the disk.
const GATHER: usize = 64 << 10;

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Where it is.
    pub url: Url,
    /// The part file to fetch it into; its folder must exist.
    pub part: PathBuf,
}

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that can be read from the part file.
    pub done: u64,
    /// Bytes of the whole file, where the server tells.
    pub total: Option<u64>,
}

/// A whole file, safe on the disk under its part name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its size.
    pub bytes: u64,
    /// How much of it was there from an earlier attempt.
    pub resumed_from: u64,
}

/// What was fetched before.
#[derive(Default)]
struct Held {
    bytes: u64,
    validator: Option<String>,
}

/// What is kept beside a part file.
#[derive(Serialize, Deserialize)]
struct Meta {
    /// A hash of the address: a validator is worth nothing for another.
    address: String,
    validator: String,
}

/// Moves a whole, checked part file to its final place, so that it survives a power cut, and tells its size. A file that
/// is already there is replaced.
pub async fn keep(part: &Path, file: &Path) -> io::Result<u64> {
    let bytes = fs::metadata(part).await?.len();
    fs::rename(part, file).await?;
    #[cfg(unix)]
    if let Some(folder) = file.parent().filter(|path| !path.as_os_str().is_empty()) {
        File::open(folder).await?.sync_all().await?;
    }
    // Without its part file it is never read again, so that it does no harm where it cannot be removed.
    let _ = remove(&meta_path(part)).await;
    Ok(bytes)
}

/// Removes a part file that turned out to be no good, and what is kept beside it.
pub async fn discard(part: &Path) -> io::Result<()> {
    remove(&meta_path(part)).await?;
    remove(part).await
}

/// One exchange: fetches what is missing of a file.
pub(super) async fn fetch(
    http: &reqwest::Client,
    patience: Patience,
    order: &Download,
    progress: impl FnMut(Progress),
) -> Result<Fetched, Failure> {
    if !matches!(order.url.scheme(), "http" | "https") {
        return Err(bad_file("the link is not one to the web"));
    }
    let held = Held::find(order).await;
    let mut response = ask(http, patience, order, &held).await?;
    let (from, total) = match plan(&response, &held)? {
        Plan::Write { from, total } => (from, total),
        Plan::Whole => {
            return Ok(Fetched {
                bytes: held.bytes,
                resumed_from: held.bytes,
            });
        }
        Plan::Anew => {
            discard(&order.part).await.map_err(|error| disk(&error))?;
            return Err(unreachable(
                "the server answered with other bytes than asked for",
            ));
        }
    };
    check_size(total.unwrap_or(0))?;
    check_type(response.headers())?;
    let first = next(&mut response, patience.idle).await?;
    if from == 0 {
        check_beginning(first.as_deref().unwrap_or_default())?;
        remember(order, response.headers()).await?;
    }
    let mut part = Part::open(&order.part, from, total, progress)
        .await
        .map_err(|error| disk(&error))?;
    let written = part.write(first, &mut response, patience.idle).await;
    let closed = part.close().await;
    if let Err(failure) = written {
        if failure.kind == FailureKind::BadFile {
            discard(&order.part).await.map_err(|error| disk(&error))?;
        }
        return Err(failure);
    }
    let bytes = closed.map_err(|error| disk(&error))?;
    match total {
        Some(total) if bytes < total => Err(unreachable("the connection ended too early")),
        _ => Ok(Fetched {
            bytes,
            resumed_from: from,
        }),
    }
}

impl Held {
    /// What is there of the file at the order's address. Whatever cannot be read counts as nothing.
    async fn find(order: &Download) -> Held {
        let Ok(file) = fs::metadata(&order.part).await else {
            return Held::default();
        };
        let Ok(meta) = fs::read(meta_path(&order.part)).await else {
            return Held::default();
        };
        match serde_json::from_slice::<Meta>(&meta) {
            Ok(meta) if meta.address == address(&order.url) && file.len() > 0 => Held {
                bytes: file.len(),
                validator: Some(meta.validator),
            },
            _ => Held::default(),
        }
    }
}

async fn ask(
    http: &reqwest::Client,
    patience: Patience,
    order: &Download,
    held: &Held,
) -> Result<Response, Failure> {
    let mut request = http
        .get(order.url.clone())
        .header(ACCEPT_ENCODING, "identity");
    if let Some(validator) = &held.validator {
        request = request
            .header(RANGE, format!("bytes={}-", held.bytes))
            .header(IF_RANGE, validator);
    }
    let within = patience.connect + patience.first_byte;
    let response = timeout(within, request.send())
        .await
        .map_err(|_| ApiError::Late(within).into_file_failure())?;
    response.map_err(|error| {
        if error.is_redirect() {
            bad_file("the link leads in circles or to an address that is not followed")
        } else {
            ApiError::broken(error).into_file_failure()
        }
    })
}

/// Keeps the validator of a file that begins to come in, before its first byte is written. The old part goes first: its
/// bytes must never stand beside the validator of another file.
async fn remember(order: &Download, headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let strong = text(ETAG).filter(|tag| tag.starts_with('"'));
    let meta = strong
        .or_else(|| text(LAST_MODIFIED))
        .map(|validator| Meta {
            address: address(&order.url),
            validator,
        });
    let path = meta_path(&order.part);
    let kept = async {
        remove(&path).await?;
        File::create(&order.part).await?;
        match meta {
            Some(meta) => fs::write(&path, serde_json::to_vec(&meta)?).await,
            None => Ok(()),
        }
    };
    kept.await.map_err(|error| disk(&error))
}

async fn next(response: &mut Response, idle: Duration) -> Result<Option<Vec<u8>>, Failure> {
    let chunk = timeout(idle, response.chunk())
        .await
        .map_err(|_| ApiError::Late(idle).into_file_failure())?;
    chunk
        .map(|chunk| chunk.map(Vec::from))
        .map_err(|error| ApiError::broken(error).into_file_failure())
}

/// A part file being written.
struct Part<F> {
    file: BufWriter<File>,
    done: u64,
    total: Option<u64>,
    progress: F,
    told: Instant,
}

impl<F: FnMut(Progress)> Part<F> {
    async fn open(path: &Path, from: u64, total: Option<u64>, progress: F) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(from == 0)
            .write(true)
            .open(path)
            .await?;
        file.seek(SeekFrom::Start(from)).await?;
        let mut part = Part {
            file: BufWriter::with_capacity(GATHER, file),
            done: from,
            total,
            progress,
            told: Instant::now(),
        };
        part.tell();
        Ok(part)
    }

    /// Writes what comes until the answer ends.
    async fn write(
        &mut self,
        first: Option<Vec<u8>>,
        response: &mut Response,
        idle: Duration,
    ) -> Result<(), Failure> {
        let mut chunk = first;
        while let Some(bytes) = chunk {
            self.add(&bytes).await.map_err(|error| disk(&error))?;
            check_size(self.done)?;
            chunk = next(response, idle).await?;
        }
        Ok(())
    }

    async fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.done += bytes.len() as u64;
        if self.told.elapsed() >= TELL_EVERY {
            self.file.flush().await?;
            self.tell();
        }
        Ok(())
    }

    fn tell(&mut self) {
        self.told = Instant::now();
        (self.progress)(Progress {
            done: self.done,
            total: self.total,
        });
    }

    /// Puts everything on the disk and tells the size.
    async fn close(mut self) -> io::Result<u64> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        Ok(self.done)
    }
}

fn meta_path(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".meta");
    name.into()
}

fn address(url: &Url) -> String {
    format!("{:016x}", fnv1a(url.as_str().as_bytes()))
}

async fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unreachable(message: &str) -> Failure {
    Failure::new(FailureKind::Unreachable, message)
}

fn disk(error: &io::Error) -> Failure {
    let said = Said {
        message: error.to_string(),
        ..Said::default()
    };
    said.into_failure(FailureKind::Disk, None)
}
