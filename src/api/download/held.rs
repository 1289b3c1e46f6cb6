//! What was fetched before, and what is kept beside a part file to know it again.
//!
//! Invariant: bytes count as held only where they are certain to be in the file, and to be of the same file as the rest
//! that the server's validator stands for.

use std::io;
use std::path::{Path, PathBuf};

use reqwest::header::{ETAG, HeaderMap, HeaderName, LAST_MODIFIED};
use serde::{Deserialize, Serialize};
use tokio::fs::{self, File};
use url::Url;

use super::{Download, remove};
use crate::domain::Ranges;
use crate::domain::song::fnv1a;

/// What was fetched before.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub here: Ranges,
    pub total: Option<u64>,
    pub validator: Option<String>,
    /// Whether the file has holes, or had: then what is in it is kept beside it.
    pub is_sparse: bool,
}

/// What is kept beside a part file.
#[derive(Serialize, Deserialize)]
struct Meta {
    /// A hash of the address: a validator is worth nothing for another.
    address: String,
    validator: String,
    /// What is in a part file that has holes. `None`: all of it, from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ranges: Option<Ranges>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

impl Held {
    /// What is there of the file at the order's address. Whatever cannot be read counts as nothing.
    pub(super) async fn find(order: &Download) -> Held {
        let Ok(file) = fs::metadata(&order.part).await else {
            return Held::default();
        };
        let Ok(meta) = fs::read(meta_path(&order.part)).await else {
            return Held::default();
        };
        match serde_json::from_slice::<Meta>(&meta) {
            Ok(meta) if meta.address == address(&order.url) && file.len() > 0 => Held {
                is_sparse: meta.ranges.is_some(),
                here: within(meta.ranges, file.len()),
                total: meta.total,
                validator: Some(meta.validator),
            },
            _ => Held::default(),
        }
    }

    /// Where the first byte is missing: as many bytes are here from the beginning.
    pub(super) fn beginning(&self) -> u64 {
        self.here.end_of(0).unwrap_or(0)
    }

    /// Keeps what is in a part file with holes, in one step: what stood there before is replaced by the whole of it.
    pub(super) async fn keep(&self, order: &Download) -> io::Result<()> {
        let Some(validator) = &self.validator else {
            return Ok(());
        };
        let meta = Meta {
            address: address(&order.url),
            validator: validator.clone(),
            ranges: Some(self.here.clone()),
            total: self.total,
        };
        let path = meta_path(&order.part);
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        fs::write(&new, serde_json::to_vec(&meta)?).await?;
        fs::rename(&new, &path).await
    }
}

/// The ranges of a file that lie within its length.
fn within(ranges: Option<Ranges>, length: u64) -> Ranges {
    let Some(ranges) = ranges else {
        return Ranges::up_to(length);
    };
    let pairs: Vec<(u64, u64)> = ranges.into();
    let pairs = pairs.into_iter().map(|(from, to)| (from, to.min(length)));
    Ranges::from(pairs.collect::<Vec<_>>())
}

/// Keeps the validator of a file that begins to come in, before its first byte is written, and gives it back. The old
/// part goes first: its bytes must never stand beside the validator of another file.
pub(super) async fn remember(order: &Download, headers: &HeaderMap) -> io::Result<Option<String>> {
    let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let strong = text(ETAG).filter(|tag| tag.starts_with('"'));
    let validator = strong.or_else(|| text(LAST_MODIFIED));
    let path = meta_path(&order.part);
    remove(&path).await?;
    File::create(&order.part).await?;
    if let Some(validator) = &validator {
        let meta = Meta {
            address: address(&order.url),
            validator: validator.clone(),
            ranges: None,
            total: None,
        };
        fs::write(&path, serde_json::to_vec(&meta)?).await?;
    }
    Ok(validator)
}

pub(super) fn meta_path(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".meta");
    name.into()
}

fn address(url: &Url) -> String {
    format!("{:016x}", fnv1a(url.as_str().as_bytes()))
}
