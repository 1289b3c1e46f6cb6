//! The line: a unix socket of the program that has the engine.
//!
//! Invariant: nobody waits for anybody: what cannot be written now is left out, since unread bytes say the same.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use super::Profile;
use crate::domain::song::fnv1a;

/// One end of a line between two programs.
#[derive(Debug)]
pub struct Line {
    stream: UnixStream,
}

/// Where lines begin. It is gone from the disk when dropped.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
}

impl Profile {
    /// Opens the place where others find the program that has the engine; for that program alone.
    pub fn listen(&self) -> io::Result<Listener> {
        let mut refused = None;
        for path in self.places() {
            match bind(&path).and_then(|socket| self.note(&path).map(|()| socket)) {
                Ok(socket) => return Ok(Listener { socket, path }),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
    }

    /// Opens a line to the program that has the engine.
    pub async fn call(&self) -> io::Result<Line> {
        let path = self.noted()?.ok_or(io::ErrorKind::NotFound)?;
        let stream = UnixStream::connect(path).await?;
        Ok(Line { stream })
    }

    /// Beside the lock if a socket can be there: its path has to be short, and some file systems take none.
    fn places(&self) -> Vec<PathBuf> {
        let name = format!(
            "fuzzbox-{:016x}",
            fnv1a(self.folder.as_os_str().as_encoded_bytes())
        );
        let mut places = vec![self.folder.join("studio.sock")];
        if let Some(run) = std::env::var_os("XDG_RUNTIME_DIR") {
            places.push(PathBuf::from(run).join(format!("{name}.sock")));
        }
        let user = rustix::process::getuid().as_raw();
        let folder = std::env::temp_dir().join(format!("{name}-{user}"));
        places.push(folder.join("studio.sock"));
        places
    }
}

impl Listener {
    /// The next line.
    pub async fn accept(&self) -> io::Result<Line> {
        let (stream, _) = self.socket.accept().await?;
        Ok(Line { stream })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The lock is still held, so the file is ours.
        drop(fs::remove_file(&self.path));
    }
}

impl Line {
    /// Says a byte.
    pub fn say(&self, byte: u8) {
        // The other end does not read: it will, and looks then. Or it is gone, which is heard.
        drop(self.stream.try_write(&[byte]));
    }

    /// Waits for bytes; none once the other end is gone.
    pub async fn hear(&self) -> Vec<u8> {
        let mut heard = [0; 256];
        loop {
            if self.stream.readable().await.is_err() {
                return Vec::new();
            }
            match self.stream.try_read(&mut heard) {
                Ok(count) => return heard.iter().take(count).copied().collect(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Vec::new(),
            }
        }
    }
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        make_private(folder)?;
    }
    // Left by a program that was killed: only who has the lock comes here.
    drop(fs::remove_file(path));
    let socket = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(socket)
}

/// A folder of ours, made where there is none. In a folder of another user we keep no socket.
fn make_private(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    if fs::metadata(folder)?.uid() == rustix::process::getuid().as_raw() {
        Ok(())
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}
