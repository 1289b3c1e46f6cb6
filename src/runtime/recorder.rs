//! The flight recorder: every event with its time, one JSON line each, and the state they began from.
//!
//! Invariant: events carry no secret, so neither does a recording. It holds what the user typed, so only the user can
//! read it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use crate::app::event::Event;
use crate::app::settings::Settings;
use crate::domain::{Saved, Timestamp};

/// The first line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Takeoff {
    /// The version of the program.
    pub version: String,
    /// When it began.
    pub at: Timestamp,
    /// The size of the screen.
    pub size: (u16, u16),
    /// What was set.
    pub settings: Settings,
    /// What was saved.
    pub saved: Saved,
}

/// Every other line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// Writes a recording, on a thread of its own.
#[derive(Debug)]
pub struct Recorder {
    lines: Option<Sender<Moment>>,
    writer: Option<JoinHandle<()>>,
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("cannot read the recording: {0}")]
    Unreadable(#[from] io::Error),
    /// A line is not what this version writes.
    #[error("line {line} is not a line of a recording of this version: {why}")]
    Malformed {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

impl Recorder {
    /// Begins a recording in a new file; an older one of the name is replaced.
    pub fn start(path: &Path, takeoff: &Takeoff) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The mode above counts for a new file only.
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        let mut file = BufWriter::new(file);
        serde_json::to_writer(&mut file, takeoff)?;
        file.write_all(b"\n")?;
        file.flush()?;
        let (lines, moments) = channel();
        let writer = std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || write(file, &moments))?;
        Ok(Recorder {
            lines: Some(lines),
            writer: Some(writer),
        })
    }

    /// Notes an event. Never waits; a full disk ends the recording and nothing else.
    pub fn note(&self, at: Timestamp, event: &Event) {
        if let Some(lines) = &self.lines {
            let event = event.clone();
            // The writer ended: there is nothing to note any more.
            let _ = lines.send(Moment { at, event });
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.lines.take();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn write(mut file: BufWriter<File>, moments: &Receiver<Moment>) {
    while let Ok(first) = moments.recv() {
        for moment in std::iter::once(first).chain(moments.try_iter()) {
            if serde_json::to_writer(&mut file, &moment).is_err() || file.write_all(b"\n").is_err()
            {
                return;
            }
        }
        if file.flush().is_err() {
            return;
        }
    }
}

/// Reads a recording. A last line that was cut off is left out: the program may have been killed while writing it.
pub fn read(path: &Path) -> Result<(Takeoff, Vec<Moment>), RecordingError> {
    let mut lines = BufReader::new(File::open(path)?).lines();
    let malformed = |line, why: serde_json::Error| RecordingError::Malformed {
        line,
        why: why.to_string(),
    };
    let first = lines.next().transpose()?.unwrap_or_default();
    let takeoff: Takeoff = serde_json::from_str(&first).map_err(|why| malformed(1, why))?;
    let mut moments = Vec::new();
    let mut lines = lines.enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        match serde_json::from_str(&line?) {
            Ok(moment) => moments.push(moment),
            Err(why) if lines.peek().is_none() && why.is_eof() => {}
            Err(why) => return Err(malformed(index + 2, why)),
        }
    }
    Ok((takeoff, moments))
}
