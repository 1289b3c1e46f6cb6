//! A song comes home: a file fetched into a part file, whole or not at all.
//!
//! It comes from its beginning to its end. Where somebody reads along and waits for a byte far away, that is fetched first
//! and the hole filled afterwards, if the server can do that.
//!
//! Invariant: the part file holds only bytes of one and the same file. It is gone on with only where the server's validator
//! says so (kept beside it in `….meta`), and a file under its final name is always whole.

mod answer;
mod held;
mod part;

use std::io;
use std::path::{Path, PathBuf};

use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, IF_RANGE, RANGE};
use tokio::fs::{self, File};
use tokio::sync::watch;
use tokio::time::timeout;
use url::Url;

use self::answer::{Asked, Plan, bad_file, check_beginning, check_size, check_type, plan};
use self::held::{Held, meta_path, remember};
use self::part::Part;
use super::client::Patience;
use super::error::{ApiError, Said};
use crate::domain::{Failure, FailureKind, Ranges};

/// What is wanted so soon after what comes next is waited for rather than asked for: another exchange takes as long.
const NEAR: u64 = 256 << 10;

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

/// What can be read from the part file.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The bytes.
    pub here: &'a Ranges,
    /// Bytes of the whole file, where the server tells.
    pub total: Option<u64>,
}

/// The first byte that somebody waits for who reads along, if anybody does.
pub type Wanted = watch::Receiver<Option<u64>>;

/// A whole file, safe on the disk under its part name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its size.
    pub bytes: u64,
    /// How much of it was there from an earlier attempt.
    pub resumed_from: u64,
}

impl Fetched {
    /// A file of so many bytes that was here in full.
    fn whole(bytes: u64) -> Self {
        Fetched {
            bytes,
            resumed_from: bytes,
        }
    }
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

/// Fetches what is missing of a file. Each byte that came is told of when it can be read, at once where it is waited for.
pub(super) async fn fetch(
    line: Line<'_>,
    wanted: Wanted,
    tell: impl FnMut(Arrival<'_>),
) -> Result<Fetched, Failure> {
    let order = line.order;
    if !matches!(order.url.scheme(), "http" | "https") {
        return Err(bad_file("the link is not one to the web"));
    }
    let mut held = Held::find(order).await;
    let asked = Asked::rest_of(&held);
    let mut response = line.ask(&asked).await?;
    let (from, end, total, is_part) = match plan(&response, &asked)? {
        Plan::Write {
            from,
            end,
            total,
            is_part,
        } => (from, end, total, is_part),
        Plan::Whole => return Ok(Fetched::whole(asked.from)),
        Plan::Anew => {
            discard(&order.part).await.map_err(|error| disk(&error))?;
            let why = "the server answered with other bytes than asked for";
            return Err(unreachable(why));
        }
    };
    check_size(total.unwrap_or(0))?;
    check_type(response.headers())?;
    let first = line.next(&mut response).await?;
    if !is_part {
        check_beginning(first.as_deref().unwrap_or_default())?;
        let begun = remember(order, response.headers()).await;
        held = begun.map_err(|error| disk(&error))?;
    }
    held.total = total;
    let resumed_from = held.here.count();
    let part = Part::open(order, held, from, tell)
        .await
        .map_err(|error| disk(&error))?;
    let mut coming = Coming {
        line,
        part,
        wanted,
        reaches: true,
    };
    let written = coming.write(response, first, end).await;
    let closed = coming.part.close().await;
    without_bad(&order.part, written).await?;
    closed.map_err(|error| disk(&error))?;
    Ok(Fetched {
        bytes: coming.part.held.beginning(),
        resumed_from,
    })
}

/// What came of writing; a file that turned out to be no good is not kept.
async fn without_bad<T>(part: &Path, written: Result<T, Failure>) -> Result<T, Failure> {
    let is_bad = |failure: &Failure| failure.kind == FailureKind::BadFile;
    if written.as_ref().is_err_and(is_bad) {
        discard(part).await.map_err(|error| disk(&error))?;
    }
    written
}

/// What a file is fetched with.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub http: &'a reqwest::Client,
    pub patience: Patience,
    pub order: &'a Download,
}

impl Line<'_> {
    async fn ask(&self, asked: &Asked) -> Result<Response, Failure> {
        let mut request = self
            .http
            .get(self.order.url.clone())
            .header(ACCEPT_ENCODING, "identity");
        if let Some(validator) = &asked.validator {
            request = request
                .header(RANGE, asked.range())
                .header(IF_RANGE, validator);
        }
        let within = self.patience.connect + self.patience.first_byte;
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

    async fn next(&self, response: &mut Response) -> Result<Option<Vec<u8>>, Failure> {
        let idle = self.patience.idle;
        let chunk = timeout(idle, response.chunk())
            .await
            .map_err(|_| ApiError::Late(idle).into_file_failure())?;
        chunk
            .map(|chunk| chunk.map(Vec::from))
            .map_err(|error| ApiError::broken(error).into_file_failure())
    }
}

/// A file that comes in.
struct Coming<'a, T> {
    line: Line<'a>,
    part: Part<'a, T>,
    wanted: Wanted,
    /// Whether the server can be asked for a part of the file, as far as is known.
    reaches: bool,
}

impl<T: FnMut(Arrival<'_>)> Coming<'_, T> {
    /// Writes an answer, of which a first piece was read, and whatever is missing then.
    async fn write(
        &mut self,
        mut response: Response,
        first: Option<Vec<u8>>,
        mut end: Option<u64>,
    ) -> Result<(), Failure> {
        if let Some(bytes) = first {
            self.add(&bytes, end).await?;
        }
        loop {
            let began = self.part.at;
            self.write_answer(&mut response, &mut end).await?;
            self.part.flush().await.map_err(|error| disk(&error))?;
            let Some(total) = self.part.held.total else {
                self.part.held.total = Some(self.part.at); // it has come to its end
                return Ok(());
            };
            let here = &self.part.held.here;
            let missing = here.missing_from(self.part.at, Some(total));
            let Some((from, _)) = missing.or_else(|| here.missing_from(0, Some(total))) else {
                return Ok(());
            };
            let is_cut = end.is_none_or(|end| self.part.at < end) || self.part.at == began;
            if is_cut && self.part.at < total {
                return Err(unreachable("the connection ended too early"));
            }
            (response, end) = self.reach(from).await?.ok_or_else(|| {
                unreachable("the server answered with other bytes than asked for")
            })?;
        }
    }

    /// Writes an answer to its end, or to where the rest is here; or another in its place, once one is wanted first.
    async fn write_answer(
        &mut self,
        response: &mut Response,
        end: &mut Option<u64>,
    ) -> Result<(), Failure> {
        while end.is_none_or(|end| self.part.at < end) {
            if let Some(far) = self.far_wish(*end) {
                // What is far away may be out of reach; what comes anyway is not lost by asking.
                match self.reach(far).await {
                    Ok(Some(other)) => (*response, *end) = other,
                    Ok(None) => self.reaches = false,
                    Err(failure) => {
                        tracing::debug!(?failure.kind, "a far part of a file is out of reach");
                        self.reaches = false;
                    }
                }
            }
            tokio::select! {
                biased;
                Ok(()) = self.wanted.changed() => {
                    if self.wanted.borrow_and_update().is_some() {
                        self.part.flush().await.map_err(|error| disk(&error))?;
                    }
                }
                chunk = self.line.next(response) => match chunk? {
                    None => return Ok(()),
                    Some(bytes) => self.add(&bytes, *end).await?,
                },
            }
        }
        Ok(())
    }

    /// What is waited for, where it is better asked for than waited for.
    fn far_wish(&self, end: Option<u64>) -> Option<u64> {
        let total = self.part.held.total?;
        let wish = (*self.wanted.borrow()).filter(|wish| self.reaches && *wish < total)?;
        let comes_soon =
            wish >= self.part.at && wish - self.part.at <= NEAR && end.is_none_or(|end| wish < end);
        (!comes_soon && !self.part.has(wish)).then_some(wish)
    }

    /// Asks for the part of the file from a byte on, up to what is here already, and writes there from then on. `None`
    /// where the server cannot give that part, and that part alone.
    async fn reach(&mut self, from: u64) -> Result<Option<(Response, Option<u64>)>, Failure> {
        if self.part.held.validator.is_none() {
            return Ok(None);
        }
        self.part.flush().await.map_err(|error| disk(&error))?;
        let asked = Asked::part_of(&self.part.held, from);
        let response = self.line.ask(&asked).await?;
        let Plan::Write {
            from: begins,
            end,
            total,
            is_part: true,
        } = plan(&response, &asked)?
        else {
            return Ok(None);
        };
        if begins != from
            || total != self.part.held.total
            || check_type(response.headers()).is_err()
        {
            return Ok(None);
        }
        self.part.go_to(from).await.map_err(|error| disk(&error))?;
        Ok(Some((response, end.or(asked.to))))
    }

    /// Writes a piece, but for what is here already.
    async fn add(&mut self, bytes: &[u8], end: Option<u64>) -> Result<(), Failure> {
        let room = end.map_or(u64::MAX, |end| end.saturating_sub(self.part.at));
        let bytes = bytes.get(..usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()));
        let at_once = self.wanted.borrow().is_some();
        let added = self.part.add(bytes.unwrap_or_default(), at_once).await;
        added.map_err(|error| disk(&error))?;
        check_size(self.part.at)
    }
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
