//! A part file being written, at one place or another.
//!
//! Invariant: bytes are told of only when they can be read from the file; and before the first is written behind a hole,
//! what is in the file is kept beside it.

use std::io::{self, SeekFrom};
use std::time::Duration;

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::time::Instant;

use super::held::Held;
use super::{Arrival, Download};

/// How often progress is told at most, unless somebody waits for it.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// How many bytes are gathered before they go to the disk.
const GATHER: usize = 64 << 10;

/// A part file being written.
pub(super) struct Part<'a, T> {
    order: &'a Download,
    file: BufWriter<File>,
    pub held: Held,
    /// Where the next byte goes, and since where they have been gathered.
    pub at: u64,
    gathered_from: u64,
    tell: T,
    told: Instant,
}

impl<'a, T: FnMut(Arrival<'_>)> Part<'a, T> {
    /// Opens it to be written from a place on. At the beginning, what was in it is gone.
    pub(super) async fn open(
        order: &'a Download,
        held: Held,
        at: u64,
        tell: T,
    ) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(held.here.is_empty())
            .write(true)
            .open(&order.part)
            .await?;
        file.seek(SeekFrom::Start(at)).await?;
        let mut part = Part {
            order,
            file: BufWriter::with_capacity(GATHER, file),
            held,
            at,
            gathered_from: at,
            tell,
            told: Instant::now(),
        };
        part.tell();
        Ok(part)
    }

    /// Writes what comes next. It is told of soon, or at once where somebody waits.
    pub(super) async fn add(&mut self, bytes: &[u8], at_once: bool) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.at += bytes.len() as u64;
        let is_time = self.told.elapsed() >= TELL_EVERY;
        if is_time || at_once {
            self.flush().await?;
        }
        if is_time && self.held.is_sparse {
            self.held.keep(self.order).await?;
        }
        Ok(())
    }

    /// Makes everything readable.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.held.here.insert(self.gathered_from, self.at);
        self.gathered_from = self.at;
        self.tell();
        Ok(())
    }

    /// Goes on at another place.
    pub(super) async fn go_to(&mut self, at: u64) -> io::Result<()> {
        self.flush().await?;
        self.held.is_sparse |= at > self.held.beginning();
        if self.held.is_sparse {
            self.held.keep(self.order).await?;
        }
        self.file.seek(SeekFrom::Start(at)).await?;
        self.at = at;
        self.gathered_from = at;
        Ok(())
    }

    /// Whether a byte is here, or gathered.
    pub(super) fn has(&self, at: u64) -> bool {
        self.held.here.end_of(at).is_some() || (self.gathered_from..self.at).contains(&at)
    }

    fn tell(&mut self) {
        self.told = Instant::now();
        (self.tell)(Arrival {
            here: &self.held.here,
            total: self.held.total,
        });
    }

    /// Puts everything on the disk.
    pub(super) async fn close(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.file.get_ref().sync_all().await?;
        if self.held.is_sparse {
            self.held.keep(self.order).await?;
        }
        Ok(())
    }
}
