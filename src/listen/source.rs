//! Where the bytes of a song come from: its file, or the download that brings it.
//!
//! Invariant: what has not come is waited for and never made up; only who asks for a place is waited for there, and the
//! listener of the studio goes before.

use std::io::{self, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::time::sleep;

use crate::audio::{Growing, Piece, Visitor};

/// How much is read at once.
const PIECE: usize = 64 << 10;
/// How much of a file tells what it is.
const BEGINNING: usize = 4096;
/// How often is looked whether more has come, while somebody waits for it.
const LOOK: Duration = Duration::from_millis(40);

/// The file of a song.
#[derive(Debug, Clone)]
pub enum Source {
    /// All of it is here.
    File(PathBuf),
    /// It is on its way.
    Growing(Arc<Growing>),
}

impl Source {
    /// Whether it is this one.
    pub(super) fn is(&self, other: &Source) -> bool {
        match (self, other) {
            (Source::File(one), Source::File(other)) => one == other,
            (Source::Growing(one), Source::Growing(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Its first bytes, as many as tell what it is.
    pub(super) async fn beginning(&self) -> io::Result<Vec<u8>> {
        let mut bytes = self.open().await?;
        let mut first = Vec::new();
        while first.len() < BEGINNING {
            let piece = bytes.next((BEGINNING - first.len()) as u64).await?;
            if piece.is_empty() {
                break;
            }
            first.extend(piece);
        }
        Ok(first)
    }

    /// Opens it, to be read from its beginning.
    pub(super) async fn open(&self) -> io::Result<Bytewise> {
        match self {
            Source::File(path) => {
                let file = File::open(path).await?;
                let about = file.metadata().await?;
                let age = about.modified()?.duration_since(UNIX_EPOCH);
                let age = age.unwrap_or_default().as_nanos();
                Ok(Bytewise {
                    size: Some(about.len()),
                    tag: format!("\"{:x}-{age:x}\"", about.len()),
                    place: Place::File(file),
                })
            }
            Source::Growing(growing) => {
                let visitor = Visitor::new(growing);
                // How long it is comes with its first bytes.
                while matches!(visitor.look(0, 1)?, Piece::Later) {
                    sleep(LOOK).await;
                }
                let size = visitor.total();
                let beginning = visitor.beginnings();
                Ok(Bytewise {
                    size,
                    tag: format!("\"{:x}-g{beginning}\"", size.unwrap_or_default()),
                    place: Place::Growing(visitor, 0),
                })
            }
        }
    }
}

/// A file that is being read.
pub(super) struct Bytewise {
    /// How long it is, where that is known.
    pub(super) size: Option<u64>,
    /// What tells it from another.
    pub(super) tag: String,
    place: Place,
}

enum Place {
    File(File),
    Growing(Visitor, u64),
}

impl Bytewise {
    /// Goes on from this byte.
    pub(super) async fn go_to(&mut self, at: u64) -> io::Result<()> {
        match &mut self.place {
            Place::File(file) => {
                file.seek(SeekFrom::Start(at)).await?;
            }
            Place::Growing(visitor, place) => {
                *place = at;
                visitor.ask(at);
            }
        }
        Ok(())
    }

    /// The next bytes, at most so many; none at the end. Waits until there are some.
    pub(super) async fn next(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let most = usize::try_from(most).unwrap_or(PIECE).min(PIECE);
        match &mut self.place {
            _ if most == 0 => Ok(Vec::new()),
            Place::File(file) => {
                let mut piece = Vec::with_capacity(most);
                file.take(most as u64).read_buf(&mut piece).await?;
                Ok(piece)
            }
            Place::Growing(visitor, at) => loop {
                match visitor.look(*at, most)? {
                    Piece::Here(piece) => {
                        *at += piece.len() as u64;
                        return Ok(piece);
                    }
                    Piece::End => return Ok(Vec::new()),
                    Piece::Later => sleep(LOOK).await,
                }
            },
        }
    }
}
