//! The log: to a file, never to the screen.
//!
//! Invariant: who logs never waits for the disk, and a line in the file is one line of visible characters.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

/// The variable that says how much is logged.
pub const VARIABLE: &str = "FUZZBOX_LOG";
/// What is logged when it says nothing.
const DEFAULT_LEVEL: &str = "info";
/// A log larger than this is set aside.
const BYTES_MAX: u64 = 5 * 1024 * 1024;
/// How many lines may wait for the disk before new ones are dropped.
const LINES_WAITING: usize = 1024;
/// How long leaving waits for the last lines.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level cannot be understood.
    #[error(
        "{VARIABLE}: \"{0}\" is not a level. Use error, warn, info, debug or trace, \
         or parts of the program with levels: \"warn,fuzzbox::api=debug\""
    )]
    Level(String),
    /// There is a log already.
    #[error("the log was started twice")]
    Twice,
}

/// The running log. What was logged is on the disk after this is dropped, or a second later it is given up.
#[derive(Debug)]
pub struct Log {
    writer: Arc<OnceLock<Writer>>,
}

/// The thread that writes; it begins with the first line, since most starts are quicker than a thread.
#[derive(Debug)]
struct Writer {
    lines: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    fn start(mut file: LogFile) -> Writer {
        let (lines, inbox) = mpsc::sync_channel(LINES_WAITING);
        let thread = thread::Builder::new()
            .name("log".into())
            .spawn(move || work(&inbox, &mut file));
        Writer {
            lines,
            // Where there is no thread, every line is counted as dropped.
            thread: Mutex::new(thread.ok()),
        }
    }
}

enum Message {
    Line(Vec<u8>),
    Close(SyncSender<()>),
}

/// Logs everything the program says from now on to the file at `path`, which is made (mode 0600) with the first line.
///
/// `level` is what [`VARIABLE`] says: a level for this program (others speak from `warn` on), or a list of targets with levels.
pub fn start(path: &Path, level: Option<&str>) -> Result<Log, LogError> {
    let (subscriber, log) = prepare(path, level)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogError::Twice)?;
    Ok(log)
}

/// As [`start`], for the caller to install where it likes.
pub fn prepare(
    path: &Path,
    level: Option<&str>,
) -> Result<(impl Subscriber + Send + Sync + use<>, Log), LogError> {
    let filter = filter(level.filter(|level| !level.is_empty()))?;
    let lines = Lines {
        writer: Arc::default(),
        path: path.into(),
        dropped: Arc::default(),
    };
    let log = Log {
        writer: Arc::clone(&lines.writer),
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(lines)
        .with_filter(filter);
    Ok((tracing_subscriber::registry().with(layer), log))
}

fn filter(level: Option<&str>) -> Result<Targets, LogError> {
    let level = level.unwrap_or(DEFAULT_LEVEL);
    if let Ok(level) = level.parse::<LevelFilter>() {
        let others = level.min(LevelFilter::WARN);
        return Ok(Targets::new()
            .with_default(others)
            .with_target(env!("CARGO_CRATE_NAME"), level));
    }
    let wrong = |_| LogError::Level(level.escape_debug().to_string());
    level.parse().map_err(wrong)
}

impl Drop for Log {
    fn drop(&mut self) {
        let Some(writer) = self.writer.get() else {
            return;
        };
        let (closed, farewell) = mpsc::sync_channel(1);
        if writer.lines.try_send(Message::Close(closed)).is_err()
            || farewell.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout)
        {
            return;
        }
        let thread = writer.thread.lock().map(|mut thread| thread.take());
        if let Ok(Some(thread)) = thread {
            drop(thread.join());
        }
    }
}

/// Hands lines to the thread, or counts them as dropped.
#[derive(Clone)]
struct Lines {
    writer: Arc<OnceLock<Writer>>,
    path: Arc<Path>,
    dropped: Arc<AtomicU64>,
}

impl Lines {
    fn writer(&self) -> &Writer {
        self.writer.get_or_init(|| {
            Writer::start(LogFile {
                path: self.path.to_path_buf(),
                open: None,
                dropped: Arc::clone(&self.dropped),
            })
        })
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let message = Message::Line(line.to_vec());
        if self.writer().lines.try_send(message).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The life of the thread: whatever waits is written at once.
fn work(inbox: &Receiver<Message>, file: &mut LogFile) {
    while let Ok(first) = inbox.recv() {
        let mut text = String::new();
        let mut closing = None;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => push_visible(&mut text, &line),
                Message::Close(closed) => closing = Some(closed),
            }
            next = inbox.try_recv().ok();
        }
        // A log that cannot be written has nowhere to say so.
        drop(file.write(&text));
        if let Some(closed) = closing {
            drop(closed);
            return;
        }
    }
}

/// Adds a line with everything that could move a cursor or hide other text written as an escape.
fn push_visible(text: &mut String, line: &[u8]) {
    let line = String::from_utf8_lossy(line);
    for c in line.strip_suffix('\n').unwrap_or(&line).chars() {
        let hides = matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || hides {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text.push('\n');
}

struct LogFile {
    path: PathBuf,
    open: Option<(File, u64)>,
    dropped: Arc<AtomicU64>,
}

impl LogFile {
    fn write(&mut self, text: &str) -> io::Result<()> {
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        let mut whole = String::new();
        if dropped > 0 {
            whole = format!("({dropped} lines were dropped here)\n");
        }
        whole.push_str(text);
        if whole.is_empty() {
            return Ok(());
        }
        let (mut file, mut bytes) = match self.open.take() {
            Some(open) => open,
            None => self.opened()?,
        };
        if bytes > BYTES_MAX {
            drop(file);
            fs::rename(&self.path, aside(&self.path))?;
            (file, bytes) = self.opened()?;
        }
        file.write_all(whole.as_bytes())?;
        self.open = Some((file, bytes + whole.len() as u64));
        Ok(())
    }

    /// The file, made where there is none, and how long it is.
    fn opened(&self) -> io::Result<(File, u64)> {
        if let Some(folder) = self.path.parent() {
            let mut builder = DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.recursive(true).create(folder)?;
        }
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.append(true).create(true).open(&self.path)?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }
}

/// Where a full log goes: one is kept.
fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(path: &Path, level: Option<&str>, say: impl FnOnce()) -> String {
        let (subscriber, log) = prepare(path, level).unwrap();
        tracing::subscriber::with_default(subscriber, say);
        drop(log);
        fs::read_to_string(path).unwrap_or_default()
    }

    #[test]
    fn nothing_said_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/fuzzbox.log");
        logged(&path, None, || tracing::debug!("quiet"));
        assert!(!path.parent().unwrap().exists());
    }

    #[test]
    fn a_line_is_one_line_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/fuzzbox.log");
        let hostile = "a\u{1b}]52;c;ZXZpbA==\u{7}\nb\r\u{202e}歌";
        let text = logged(&path, None, || {
            tracing::info!(answer = hostile, "{hostile}");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains('歌') && text.contains("INFO"), "{text}");
        assert!(
            text.trim_end()
                .chars()
                .all(|c| !c.is_control() && c != '\u{202e}'),
            "{text:?}"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_level_counts_for_us_and_others_are_quieter() {
        let folder = tempfile::tempdir().unwrap();
        let say = || {
            tracing::debug!("ours");
            tracing::info!(target: "hyper", "theirs");
            tracing::warn!(target: "hyper", "their warning");
        };
        let at = |name: &str, level| logged(&folder.path().join(name), level, say);
        let info = at("a", None);
        assert!(
            !info.contains("ours") && info.contains("their warning"),
            "{info}"
        );
        let debug = at("b", Some("debug"));
        assert!(
            debug.contains("ours") && !debug.contains("theirs"),
            "{debug}"
        );
        assert!(at("c", Some("hyper=info")).contains("theirs"));
        assert!(at("d", Some("off")).is_empty());
        let error = prepare(&folder.path().join("e"), Some("a=loud"))
            .err()
            .unwrap();
        assert!(error.to_string().contains("FUZZBOX_LOG"), "{error}");
    }

    #[test]
    fn a_long_log_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fuzzbox.log");
        let long = usize::try_from(BYTES_MAX).unwrap() + 1;
        fs::write(&path, "x".repeat(long)).unwrap();
        let text = logged(&path, None, || tracing::info!("new"));
        assert_eq!(text.lines().count(), 1);
        let old = fs::read(aside(&path)).unwrap();
        assert_eq!(old.len(), long);
    }

    #[test]
    fn a_disk_that_takes_nothing_does_not_stop_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fuzzbox.log");
        // A folder stands where the file should be.
        fs::create_dir(&path).unwrap();
        let text = logged(&path, None, || {
            for i in 0..10 * LINES_WAITING {
                tracing::info!(i, "lost");
            }
        });
        assert!(text.is_empty());
    }

    #[test]
    fn what_was_dropped_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fuzzbox.log");
        let (lines, inbox) = mpsc::sync_channel(2);
        let dropped = Arc::new(AtomicU64::new(0));
        let thread = Mutex::new(None);
        let mut writer = Lines {
            writer: Arc::new(OnceLock::from(Writer { lines, thread })),
            path: Path::new("not opened").into(),
            dropped: Arc::clone(&dropped),
        };
        for _ in 0..5 {
            writer.write_all(b"line\n").unwrap();
        }
        drop(writer);
        let mut file = LogFile {
            path: path.clone(),
            open: None,
            dropped,
        };
        work(&inbox, &mut file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "(3 lines were dropped here)\nline\nline\n");
    }
}
