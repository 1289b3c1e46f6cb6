//! Scenarios: trouble, written down in TOML and made at the right moment.
//!
//! ```toml
//! jobs_in_flight = 5        # per token; 0 lifts the limit
//! generation_seconds = 40   # instead of 35–60, times the pace; other tasks in proportion
//! song_seconds = 6          # cut all newly composed music
//! one_recording = true      # all songs sound like the first, and all covers look like it: to measure a client by
//!                           # thousands of songs; not to listen to
//! lyrics_answer = "spec"    # title, text and status instead of the guide's title and lyrics
//! wav_answer = "object"     # data.file_url instead of data[0].file_url
//! translated_states = true  # covers and extensions are 成功, as in the guide, where other clients know "succeeded" alone
//! platform_tokens = true    # /api/v1/files/ lets only tokens in that begin with "platform-"
//! upload_max_bytes = 1000   # instead of 100 MB there and 25 MB at /files/upload
//!
//! [[on]]                    # any number of rules; the first that fits a request acts
//! endpoint = "audios"       # or "lyrics", "upload", "wav", "videos", "tasks", "files" (downloads),
//!                           # "platform" (/api/v1/files/), "host" (/files/upload)
//! action = "cover"          # only requests with this action
//! suffix = ".m4a"           # only paths that end so
//! nth = 2                   # from the second such request…
//! count = 3                 # …three times (1 with nth, else without end)
//! every = 3                 # or: each third request
//! # the deeds, alone or together:
//! delay_ms = 500            # before anything else
//! drop = "before"           # cut the connection: before or after the work was taken
//! status = 429              # refuse, with the documented body of the code
//! code = "too_many_requests"
//! message = "Slow down."
//! retry_after = 2           # seconds, as a header
//! html = true               # an error page instead of JSON
//! taken = true              # with status or html: the work is taken all the same
//! malformed = true          # half of the JSON, after the work was taken
//! bytes_per_second = 20000  # a slow body
//! truncate_after = 1000     # the body ends early, with the connection
//! ignore_range = true       # answer the whole file to a range request
//! fail = { code = "api_error", message = "Moderated." }   # the generation fails
//! callback = "never"        # or "twice", "late", "early" (before the answer)
//! stems = "bomb"            # the archive of stems unpacks to 2 GiB; or "liar" (the same, called 1 KiB), "absolute",
//!                           # "parent", "symlink" (names that lead elsewhere), "gbk" (Chinese names, not in UTF-8),
//!                           # "html" (a page instead), "truncated"
//! ```

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::SimError;

/// A script of trouble and a few settings of the world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub(super) jobs_in_flight: Option<usize>,
    pub(super) generation_seconds: Option<f64>,
    pub(super) song_seconds: Option<f64>,
    #[serde(default)]
    pub(super) one_recording: bool,
    #[serde(default)]
    lyrics_answer: LyricsAnswer,
    #[serde(default)]
    wav_answer: WavAnswer,
    #[serde(default)]
    translated_states: bool,
    #[serde(default)]
    pub(super) platform_tokens: bool,
    pub(super) upload_max_bytes: Option<usize>,
    #[serde(default)]
    on: Vec<Spanned<Rule>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LyricsAnswer {
    #[default]
    Guide,
    Spec,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WavAnswer {
    #[default]
    List,
    Object,
}

/// Which of the documented forms answers have; the default is what the guide shows, its translated words aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    /// Words as the specification has them.
    pub is_spec_lyrics: bool,
    /// A wave file without a list around it.
    pub is_object_wav: bool,
    /// States in Chinese, where one was recorded.
    pub is_translated: bool,
}

/// Where a rule watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    Audios,
    Lyrics,
    Upload,
    Wav,
    Videos,
    Tasks,
    /// Downloads.
    Files,
    /// The newer host of local files.
    Platform,
    /// The older one.
    Host,
}

impl Endpoint {
    fn makes_tasks(self) -> bool {
        !matches!(
            self,
            Self::Tasks | Self::Files | Self::Platform | Self::Host
        )
    }
}

/// What is wrong with an archive of stems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trick {
    /// An entry of 2 GiB.
    Bomb,
    /// The same, called 1 KiB.
    Liar,
    /// A name from the root of the file system.
    Absolute,
    /// Names that lead out of the folder.
    Parent,
    /// Symbolic links, one of them a way out for what follows.
    Symlink,
    /// Names in GBK that do not say so.
    Gbk,
    /// No archive but a page.
    Html,
    /// Half an archive.
    Truncated,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    endpoint: Endpoint,
    action: Option<String>,
    suffix: Option<String>,
    nth: Option<u64>,
    every: Option<u64>,
    count: Option<u64>,
    delay_ms: Option<u64>,
    drop: Option<Drop>,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    retry_after: Option<u64>,
    html: Option<bool>,
    taken: Option<bool>,
    malformed: Option<bool>,
    bytes_per_second: Option<u64>,
    truncate_after: Option<usize>,
    ignore_range: Option<bool>,
    fail: Option<Fail>,
    callback: Option<Callback>,
    stems: Option<Trick>,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Drop {
    Before,
    After,
}

/// How a generation fails.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The error's code.
    pub code: String,
    /// The error's words.
    pub message: String,
}

/// What becomes of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Callback {
    /// It is lost.
    Never,
    /// It is delivered two times.
    Twice,
    /// It comes as long after the end as the generation took.
    Late,
    /// It comes before the answer to the order.
    Early,
}

/// A refusal or a gateway's error page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refuse {
    /// HTTP status.
    pub status: u16,
    /// The error's code; None takes the documented one of the status.
    pub code: Option<String>,
    /// The error's words; None takes the documented ones.
    pub message: Option<String>,
    /// Seconds to wait, as a header.
    pub retry_after: Option<u64>,
    /// True for a page in HTML.
    pub is_html: bool,
    /// True if the request is carried out all the same.
    pub is_taken: bool,
}

/// What is to happen to one request; the default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// Wait first.
    pub delay: Duration,
    /// Cut the connection.
    pub drop: Option<Drop>,
    /// Answer with an error.
    pub refuse: Option<Refuse>,
    /// Cut the JSON in half.
    pub is_malformed: bool,
    /// Speed of the body.
    pub bytes_per_second: Option<u64>,
    /// End the body, and the connection, after so many bytes.
    pub truncate_after: Option<usize>,
    /// Serve whole files only.
    pub ignores_range: bool,
    /// Let the generation fail.
    pub fail: Option<Fail>,
    /// Trouble with the callback.
    pub callback: Option<Callback>,
    /// Trouble with the archive of stems.
    pub stems: Option<Trick>,
}

impl Scenario {
    /// Reads a scenario; a mistake is told with its line.
    pub fn parse(toml: &str) -> Result<Self, SimError> {
        let scenario: Self =
            toml::from_str(toml).map_err(|error| SimError::Scenario(error.to_string()))?;
        for rule in &scenario.on {
            if let Some(complaint) = rule.get_ref().complaint() {
                let line = toml
                    .bytes()
                    .take(rule.span().start)
                    .filter(|byte| *byte == b'\n')
                    .count()
                    + 1;
                return Err(SimError::Scenario(format!("line {line}: {complaint}")));
            }
        }
        let lengths = [scenario.generation_seconds, scenario.song_seconds];
        if lengths
            .into_iter()
            .flatten()
            .any(|seconds| !seconds.is_finite() || seconds < 0.0)
        {
            return Err(SimError::Scenario(
                "generation_seconds and song_seconds must be 0 or more".to_owned(),
            ));
        }
        Ok(scenario)
    }
}

impl Scenario {
    /// The forms answers have.
    pub(super) fn shapes(&self) -> Shapes {
        Shapes {
            is_spec_lyrics: self.lyrics_answer == LyricsAnswer::Spec,
            is_object_wav: self.wav_answer == WavAnswer::Object,
            is_translated: self.translated_states,
        }
    }
}

impl Rule {
    fn complaint(&self) -> Option<&'static str> {
        let refuses = self.status.is_some() || self.html == Some(true);
        let deed = self.deed();
        if self.nth == Some(0) || self.every == Some(0) || self.count == Some(0) {
            Some("nth, every and count begin at 1")
        } else if self.nth.is_some() && self.every.is_some() {
            Some("use nth or every, not both")
        } else if deed == Deed::default() {
            Some("a rule needs a deed, like delay_ms or status")
        } else if self
            .status
            .is_some_and(|status| status != 200 && !(400..=599).contains(&status))
        {
            Some("status must be an error (400 to 599), or 200 for an error in a good answer")
        } else if !refuses
            && (self.code.is_some() || self.message.is_some() || self.retry_after.is_some())
        {
            Some("code, message and retry_after need a status")
        } else if !refuses && self.taken.is_some() {
            Some("taken needs a status or html")
        } else if !self.endpoint.makes_tasks() && (deed.fail.is_some() || deed.callback.is_some()) {
            Some("fail and callback belong to endpoints that make tasks, like \"audios\"")
        } else if self.endpoint != Endpoint::Audios && deed.stems.is_some() {
            Some("stems belongs to endpoint = \"audios\"")
        } else if self.endpoint != Endpoint::Files && deed.ignores_range {
            Some("ignore_range belongs to endpoint = \"files\"")
        } else if self.bytes_per_second == Some(0) {
            Some("bytes_per_second must be at least 1")
        } else {
            None
        }
    }

    fn deed(&self) -> Deed {
        let is_html = self.html == Some(true);
        let status = self.status.or(is_html.then_some(502));
        Deed {
            delay: Duration::from_millis(self.delay_ms.unwrap_or(0)),
            drop: self.drop,
            refuse: status.map(|status| Refuse {
                status,
                code: self.code.clone(),
                message: self.message.clone(),
                retry_after: self.retry_after,
                is_html,
                is_taken: self.taken == Some(true),
            }),
            is_malformed: self.malformed == Some(true),
            bytes_per_second: self.bytes_per_second,
            truncate_after: self.truncate_after,
            ignores_range: self.ignore_range == Some(true),
            fail: self.fail.clone(),
            callback: self.callback,
            stems: self.stems,
        }
    }

    fn fits(&self, endpoint: Endpoint, path: &str, action: Option<&str>) -> bool {
        let suffix = self.suffix.as_deref().unwrap_or_default();
        let is_action = self.action.is_none() || self.action.as_deref() == action;
        self.endpoint == endpoint && is_action && path.ends_with(suffix)
    }

    fn is_due(&self, count: Count) -> bool {
        let uses = self.count.or(self.nth.map(|_| 1)).unwrap_or(u64::MAX);
        let is_turn = match (self.nth, self.every) {
            (Some(nth), _) => count.seen >= nth,
            (None, Some(every)) => count.seen.is_multiple_of(every),
            (None, None) => true,
        };
        is_turn && count.used < uses
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    seen: u64,
    used: u64,
}

/// A scenario being played.
#[derive(Debug)]
pub struct Script {
    rules: Vec<Rule>,
    counts: Mutex<Vec<Count>>,
}

impl Script {
    /// The script of a scenario, from its beginning.
    pub fn new(scenario: &Scenario) -> Self {
        let rules: Vec<Rule> = scenario
            .on
            .iter()
            .map(|rule| rule.get_ref().clone())
            .collect();
        let counts = Mutex::new(vec![Count::default(); rules.len()]);
        Self { rules, counts }
    }

    /// What is to happen to the request that has just come; each call is one request.
    pub fn next(&self, endpoint: Endpoint, path: &str, action: Option<&str>) -> Deed {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut deed = None;
        for (rule, count) in self.rules.iter().zip(counts.iter_mut()) {
            if rule.fits(endpoint, path, action) {
                count.seen += 1;
                if deed.is_none() && rule.is_due(*count) {
                    count.used += 1;
                    deed = Some(rule.deed());
                }
            }
        }
        deed.unwrap_or_default()
    }
}
