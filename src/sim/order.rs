//! What can be asked for, and what is wrong with a request for it.
//!
//! Only the request itself is looked at here; what it says about another song is checked against that song in
//! `sim/edit.rs`.

use serde::{Deserialize, Serialize};

use super::check::Refusal;
use super::fields::Fields;

/// The kinds of tasks, by the last part of their endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Audios,
    Lyrics,
    Upload,
    Wav,
    Videos,
}

impl Kind {
    /// Its name in records and paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audios => "audios",
            Self::Lyrics => "lyrics",
            Self::Upload => "upload",
            Self::Wav => "wav",
            Self::Videos => "videos",
        }
    }
}

/// What is to be done about a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Generate,
    Cover,
    Extend,
    ReplaceSection,
    SwapVocals,
    SwapInstrumentals,
    Variation,
    Stems,
}

impl Action {
    /// The action of this name, and whether it is for an uploaded song.
    fn named(name: &str) -> Option<(Self, bool)> {
        let (bare, is_upload) = match name.strip_prefix("upload_") {
            Some(bare) => (bare, true),
            None => (name, false),
        };
        let action = match bare {
            "cover" => Self::Cover,
            "extend" => Self::Extend,
            "replace_section" => Self::ReplaceSection,
            _ if is_upload => return None,
            "generate" => Self::Generate,
            "swap_vocals" => Self::SwapVocals,
            "swap_instrumentals" => Self::SwapInstrumentals,
            "variation" => Self::Variation,
            "stems" => Self::Stems,
            _ => return None,
        };
        Some((action, is_upload))
    }

    /// True if uploaded songs have an action of their own for it.
    pub fn has_upload_form(self) -> bool {
        matches!(self, Self::Cover | Self::Extend | Self::ReplaceSection)
    }
}

/// An order for a song, or for the stems of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub action: Action,
    /// True for the `upload_…` actions.
    pub is_upload: bool,
    pub model: String,
    pub prompt: Option<String>,
    pub lyric: Option<String>,
    pub title: Option<String>,
    pub instrumental: bool,
    pub lyrics_strength: f64,
    pub sound_strength: f64,
    pub cover_strength: f64,
    pub weirdness: f64,
    pub seed: Option<String>,
    /// Where an extension begins, in seconds; at the end of the song where nothing is said of it.
    pub continue_at: Option<f64>,
    /// What is replaced, in seconds; up to the end of the song where nothing is said of it.
    pub section: (f64, Option<f64>),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A song, or stems.
    Song(Box<Order>),
    /// Words for an idea.
    Lyrics(String),
    /// The song at a link is to be known here.
    Upload(String),
    /// A song as a wave file.
    Wav,
    /// A song with its cover as a film.
    Video,
}

/// A request that may be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub work: Work,
    /// The song it is about.
    pub audio_id: Option<String>,
    pub callback_url: Option<String>,
    /// True if only the task's id is wanted at once.
    pub is_async: bool,
}

const MODELS: [&str; 8] = [
    "FUZZ-2.0 Pro",
    "FUZZ-2.0",
    "FUZZ-2.0 Raw",
    "FUZZ-1.1 Pro",
    "FUZZ-1.0 Pro",
    "FUZZ-1.0",
    "FUZZ-1.1",
    "FUZZ-0.8",
];

/// Seconds the longest song of a model has.
pub fn longest(model: &str) -> f64 {
    match model {
        "FUZZ-1.0" | "FUZZ-0.8" => 120.0,
        "FUZZ-1.1 Pro" | "FUZZ-1.0 Pro" | "FUZZ-1.1" => 240.0,
        _ => 480.0,
    }
}

/// Characters a prompt may have.
const PROMPT: usize = 200;

/// Reads a request of this kind or says what is wrong with it.
pub fn read(kind: Kind, fields: &Fields) -> Result<Job, Refusal> {
    let work = match kind {
        Kind::Audios => Work::Song(Box::new(order(fields)?)),
        Kind::Lyrics => Work::Lyrics(needed(fields, "prompt")?),
        Kind::Upload => Work::Upload(needed(fields, "audio_url")?),
        Kind::Wav => Work::Wav,
        Kind::Videos => Work::Video,
    };
    let needs_song = match &work {
        Work::Song(order) => order.action != Action::Generate,
        Work::Lyrics(_) | Work::Upload(_) => false,
        Work::Wav | Work::Video => true,
    };
    let given = fields.text("audio_id")?;
    let audio_id = match given.filter(|_| needs_song) {
        None if needs_song => return Err(Refusal::bad("audio_id is required.")),
        Some(id) if !is_uuid(id) => return Err(Refusal::bad("audio_id is invalid.")),
        id => id.map(str::to_ascii_lowercase),
    };
    let callback_url = fields.words("callback_url")?.map(str::to_owned);
    if callback_url.as_ref().is_some_and(|url| !is_near(url)) {
        return Err(Refusal::bad(
            "callback_url must be an http URL of this machine: the simulator calls no other.",
        ));
    }
    Ok(Job {
        work,
        audio_id,
        callback_url,
        is_async: fields.flag("async")?,
    })
}

fn needed(fields: &Fields, name: &str) -> Result<String, Refusal> {
    let words = fields.words(name)?.map(str::to_owned);
    words.ok_or_else(|| Refusal::bad(format!("{name} is required.")))
}

fn order(fields: &Fields) -> Result<Order, Refusal> {
    let name = fields
        .text("action")?
        .ok_or_else(|| Refusal::bad("action is required."))?;
    let (action, is_upload) =
        Action::named(name).ok_or_else(|| Refusal::bad("action is invalid."))?;
    let model = fields.text("model")?.unwrap_or("FUZZ-2.0");
    if !MODELS.contains(&model) {
        return Err(Refusal::bad("model is invalid."));
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let order = Order {
        action,
        is_upload,
        model: model.to_owned(),
        prompt: owned(fields.words("prompt")?),
        lyric: owned(fields.words("lyric")?),
        title: owned(fields.words("title")?),
        instrumental: fields.flag("instrumental")?,
        lyrics_strength: fields.strength("lyrics_strength", (0.0, 1.0), 0.7)?,
        sound_strength: fields.strength("sound_strength", (0.2, 1.0), 0.7)?,
        cover_strength: fields.strength("cover_strength", (0.2, 1.0), 1.0)?,
        weirdness: fields.strength("weirdness", (0.0, 1.0), 0.5)?,
        seed: fields.seed()?,
        continue_at: place(fields, "continue_at")?,
        section: (
            place(fields, "replace_section_start")?.unwrap_or(0.0),
            place(fields, "replace_section_end")?,
        ),
    };
    // Seen from some clients and in no document: not used, but of the wrong type all the same.
    let others = [
        "style",
        "style_negative",
        "vocal_gender",
        "lyric_prompt",
        "swap_audio_id",
    ];
    others
        .iter()
        .try_for_each(|name| fields.text(name).map(drop))?;
    complete(&order, fields.flag("custom")?)?;
    Ok(order)
}

/// A moment in a song, in seconds. No document says that any is needed, and the provider's clients leave them out.
fn place(fields: &Fields, name: &str) -> Result<Option<f64>, Refusal> {
    let moment = fields.number(name)?;
    if moment.is_some_and(|seconds| seconds < 0.0) {
        return Err(Refusal::bad(format!("{name} must not be negative.")));
    }
    Ok(moment)
}

/// Sees that nothing is missing.
fn complete(order: &Order, is_custom: bool) -> Result<(), Refusal> {
    if order
        .prompt
        .as_ref()
        .is_some_and(|prompt| prompt.chars().count() > PROMPT)
    {
        return Err(Refusal::bad(format!(
            "prompt must be at most {PROMPT} characters."
        )));
    }
    let sings = !matches!(order.action, Action::Stems | Action::SwapInstrumentals);
    if is_custom && sings && !order.instrumental && order.lyric.is_none() {
        return Err(Refusal::bad("lyric is required when custom is true."));
    }
    let is_idea = order.action == Action::Generate && !is_custom;
    if is_idea && order.prompt.is_none() && order.lyric.is_none() {
        return Err(Refusal::bad("prompt or lyric is required."));
    }
    let (start, end) = order.section;
    if order.action == Action::ReplaceSection && end.is_some_and(|end| start >= end) {
        return Err(Refusal::bad(
            "replace_section_start must be before replace_section_end.",
        ));
    }
    if order.action == Action::Extend && order.continue_at.is_some_and(|at| at <= 0.0) {
        return Err(Refusal::bad("continue_at must be greater than 0."));
    }
    Ok(())
}

/// True for a UUID in its usual spelling.
fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// True for an http URL of this machine.
pub fn is_near(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let is_near = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        is_near && url.scheme() == "http"
    })
}
