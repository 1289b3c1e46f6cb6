//! A complete, checked order for the API.
//!
//! Invariant: a field that is `None` was left alone and is not sent.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::action::{Action, Model};
use super::completion::Completion;
use super::song::{MediaKind, SongId};
use super::task::TaskId;

/// An order, by endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "endpoint", rename_all = "snake_case")]
pub enum Request {
    /// `/producer/audios`: make a song.
    Audios(Box<AudiosRequest>),
    /// `/producer/lyrics`: write words.
    Lyrics(LyricsRequest),
    /// `/producer/upload`: bring in a song from elsewhere.
    Upload(UploadRequest),
    /// `/producer/wav`: a song without loss.
    Wav(FileRequest),
    /// `/producer/videos`: a song with its cover, as a film.
    Videos(FileRequest),
}

/// What an order asks for, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A song, by an action.
    Song(Action),
    /// Words.
    Lyrics,
    /// An upload.
    Upload,
    /// A WAV file.
    Wav,
    /// A film.
    Video,
}

/// Where an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Songs.
    Audios,
    /// Words.
    Lyrics,
    /// Songs from elsewhere.
    Upload,
    /// Songs without loss.
    Wav,
    /// Films.
    Videos,
}

impl Endpoint {
    /// The API's word for it: the end of its path, and the `type` of its tasks.
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::Audios => "audios",
            Endpoint::Lyrics => "lyrics",
            Endpoint::Upload => "upload",
            Endpoint::Wav => "wav",
            Endpoint::Videos => "videos",
        }
    }

    /// Whether it answers at once and makes what was ordered afterwards; the others answer when they are done.
    pub fn answers_at_once(self) -> bool {
        self == Endpoint::Audios
    }
}

/// The body of an order that makes a song, in the API's own names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AudiosRequest {
    /// What to do.
    pub action: Action,
    /// The word that is sent for it, where that is another than the table's: an action added in the config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_name: Option<String>,
    /// With which model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// Sing the lyric rather than work from the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<bool>,
    /// The idea, or the style asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyric: Option<String>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// No vocals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrumental: Option<bool>,
    /// The source song.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_id: Option<SongId>,
    /// Where the source song goes on, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub continue_at: Option<f64>,
    /// Where the part to be replaced begins, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub replace_section_start: Option<f64>,
    /// Where the part to be replaced ends, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub replace_section_end: Option<f64>,
    /// 0–1.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub lyrics_strength: Option<f64>,
    /// 0.2–1.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub sound_strength: Option<f64>,
    /// 0.2–1.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub cover_strength: Option<f64>,
    /// 0–1.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain")]
    pub weirdness: Option<f64>,
    /// The random seed, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// Where the provider posts the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// In no document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// In no document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_negative: Option<String>,
    /// In no document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocal_gender: Option<String>,
    /// In no document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyric_prompt: Option<String>,
    /// How its end is to be heard of, and once it is sent, how it is. `None`: as the settings say, and once it is sent,
    /// by asking. Never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<Completion>,
    /// The provider is to call an address of ours that stands for this task alone. The address proves itself by a secret, so
    /// it is made when the order goes out and is kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<TaskId>,
}

/// The body of an order for words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LyricsRequest {
    /// What they are to be about.
    pub prompt: String,
}

/// An order to bring in a song from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UploadRequest {
    /// Where the provider can fetch it. `None`: the local file is not at the file host yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_url: Option<String>,
    /// The path of the local file it is. Never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The body of an order for a file of a song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRequest {
    /// The song.
    pub audio_id: SongId,
}

/// A whole number stands without a decimal point, as in the guide.
#[expect(clippy::ref_option, reason = "serde hands the field over like this")]
fn plain<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            serializer.serialize_i64(*value as i64)
        }
        Some(value) => serializer.serialize_f64(*value),
        None => serializer.serialize_none(),
    }
}

impl From<AudiosRequest> for Request {
    fn from(order: AudiosRequest) -> Self {
        Request::Audios(Box::new(order))
    }
}

impl Request {
    /// What is asked for.
    pub fn work(&self) -> Work {
        match self {
            Request::Audios(order) => Work::Song(order.action),
            Request::Lyrics(_) => Work::Lyrics,
            Request::Upload(_) => Work::Upload,
            Request::Wav(_) => Work::Wav,
            Request::Videos(_) => Work::Video,
        }
    }

    /// Where it goes.
    pub fn endpoint(&self) -> Endpoint {
        match self {
            Request::Audios(_) => Endpoint::Audios,
            Request::Lyrics(_) => Endpoint::Lyrics,
            Request::Upload(_) => Endpoint::Upload,
            Request::Wav(_) => Endpoint::Wav,
            Request::Videos(_) => Endpoint::Videos,
        }
    }

    /// The local file that has to be hosted before the order can be sent.
    pub fn to_host(&self) -> Option<&str> {
        match self {
            Request::Upload(order) if order.audio_url.is_none() => order.file.as_deref(),
            _ => None,
        }
    }

    /// Whether it is answered at once, and what was ordered is made afterwards.
    pub fn answers_at_once(&self) -> bool {
        self.endpoint().answers_at_once() && self.completion() != Completion::Blocking
    }

    /// How the end of an order that was sent is heard of.
    pub fn completion(&self) -> Completion {
        match self {
            Request::Audios(order) if order.hook.is_some() => Completion::Webhook,
            Request::Audios(order) if order.completion == Some(Completion::Blocking) => {
                Completion::Blocking
            }
            Request::Audios(_) => Completion::Polling,
            _ => Completion::Blocking,
        }
    }

    /// The task that an address of ours stands for, where the provider is to call one.
    pub fn hook(&self) -> Option<TaskId> {
        match self {
            Request::Audios(order) => order.hook,
            _ => None,
        }
    }

    /// The order as the user gave it: where a local file was hosted in the meantime, and how the end is heard of, is left
    /// out.
    #[must_use]
    pub fn as_ordered(&self) -> Request {
        match self {
            Request::Audios(order) => Request::from(AudiosRequest {
                completion: None,
                hook: None,
                ..(**order).clone()
            }),
            Request::Upload(order) if order.file.is_some() => Request::Upload(UploadRequest {
                audio_url: None,
                file: order.file.clone(),
            }),
            request => request.clone(),
        }
    }

    /// The song it is done to.
    pub fn source(&self) -> Option<&SongId> {
        match self {
            Request::Audios(order) => order.audio_id.as_ref(),
            Request::Wav(order) | Request::Videos(order) => Some(&order.audio_id),
            Request::Lyrics(_) | Request::Upload(_) => None,
        }
    }

    /// The kind of file it adds to its source song, where that is what it does.
    pub fn adds(&self) -> Option<MediaKind> {
        // Nobody knows what an action of the config makes.
        let is_added = matches!(self, Request::Audios(order) if order.action_name.is_some());
        match self.work() {
            Work::Song(Action::Stems) if !is_added => Some(MediaKind::Stems),
            Work::Wav => Some(MediaKind::Wav),
            Work::Video => Some(MediaKind::Video),
            Work::Song(_) | Work::Lyrics | Work::Upload => None,
        }
    }

    /// What a row of the queue calls it: the title, else the prompt, else the first sung line, else what is uploaded.
    /// Empty for an order that names nothing but its source song.
    pub fn label(&self) -> &str {
        match self {
            Request::Audios(order) => order.label(),
            Request::Lyrics(order) => &order.prompt,
            Request::Upload(order) => {
                let path = order.file.as_deref();
                let name = path.map(|path| path.rsplit(['/', '\\']).next().unwrap_or(path));
                name.or(order.audio_url.as_deref()).unwrap_or_default()
            }
            Request::Wav(_) | Request::Videos(_) => "",
        }
    }

    /// Whether `echoed`, the request a task record names, can be the record of this order:
    /// everything sent stands there unchanged. A server may add its defaults. An address of ours in it belongs to one
    /// task alone, which tells two equal orders apart.
    pub fn is_echoed_by(&self, echoed: &Request) -> bool {
        let seen = echoed.sent();
        // The word of an action stands among what is sent.
        self.endpoint() == echoed.endpoint()
            && !self.is_called_elsewhere(echoed)
            && self
                .sent()
                .iter()
                .all(|(name, value)| seen.get(name).is_some_and(|other| is_same(value, other)))
    }

    /// Whether the echoed request was to be answered to another address of ours, or to one of somebody else's.
    fn is_called_elsewhere(&self, echoed: &Request) -> bool {
        let is_foreign = matches!(echoed, Request::Audios(order) if order.callback_url.is_some());
        match (self.hook(), echoed.hook()) {
            (ours, Some(named)) => ours != Some(named),
            (Some(_), None) => is_foreign,
            (None, None) => false,
        }
    }

    /// How many fields `echoed` names that this order left alone: of two orders a record can belong to, the one with
    /// less surplus is the likelier.
    pub fn surplus_in(&self, echoed: &Request) -> usize {
        let sent = self.sent();
        let seen = echoed.sent();
        seen.keys().filter(|name| !sent.contains_key(*name)).count()
    }

    /// The body of the order: the fields that were filled in, by the API's names, and no others.
    pub fn sent(&self) -> serde_json::Map<String, Value> {
        let body = match self {
            Request::Audios(order) => serde_json::to_value(order),
            Request::Lyrics(order) => serde_json::to_value(order),
            Request::Upload(order) => serde_json::to_value(order),
            Request::Wav(order) | Request::Videos(order) => serde_json::to_value(order),
        };
        let Ok(Value::Object(mut body)) = body else {
            unreachable!("a struct of texts, numbers and truth values is always a JSON object")
        };
        for ours in ["file", "completion", "hook"] {
            body.remove(ours);
        }
        if let Some(name) = body.remove("action_name") {
            body.insert("action".to_owned(), name);
        }
        body
    }
}

impl AudiosRequest {
    fn label(&self) -> &str {
        let first_line = || {
            self.lyric.as_deref().and_then(|lyric| {
                lyric
                    .lines()
                    .map(str::trim)
                    .find(|line| !line.is_empty() && !line.starts_with('['))
            })
        };
        self.title
            .as_deref()
            .or(self.prompt.as_deref())
            .or_else(first_line)
            .unwrap_or_default()
    }
}

/// Equal as JSON; a number equals its value, however it is written.
fn is_same(sent: &Value, seen: &Value) -> bool {
    match (sent.as_f64(), seen.as_f64()) {
        (Some(sent), Some(seen)) => (sent - seen).abs() < 1e-9,
        _ => sent == seen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(prompt: &str, weirdness: Option<f64>) -> Request {
        Request::from(AudiosRequest {
            prompt: Some(prompt.into()),
            weirdness,
            ..AudiosRequest::default()
        })
    }

    #[test]
    fn a_record_with_added_defaults_is_still_ours() {
        assert!(request("rain", None).is_echoed_by(&request("rain", Some(0.5))));
        assert_eq!(
            request("rain", None).surplus_in(&request("rain", Some(0.5))),
            1
        );
        assert!(!request("rain", Some(0.4)).is_echoed_by(&request("rain", Some(0.5))));
        assert!(!request("rain", None).is_echoed_by(&request("snow", None)));
    }

    #[test]
    fn an_address_of_ours_tells_equal_orders_apart() {
        let hooked = |hook: Option<i64>, url: Option<&str>| {
            Request::from(AudiosRequest {
                prompt: Some("rain".into()),
                hook: hook.map(TaskId),
                callback_url: url.map(str::to_owned),
                ..AudiosRequest::default()
            })
        };
        let (one, two) = (hooked(Some(1), None), hooked(Some(2), None));
        assert!(one.is_echoed_by(&one) && !one.is_echoed_by(&two));
        assert!(!hooked(None, None).is_echoed_by(&one));
        let stranger = hooked(None, Some("https://example.com/done"));
        assert!(!one.is_echoed_by(&stranger));
        assert!(
            one.is_echoed_by(&hooked(None, None)),
            "a server need not repeat it"
        );
        assert_eq!(one.as_ordered(), two.as_ordered());
        assert!(!one.sent().contains_key("hook"));
    }

    #[test]
    fn a_song_without_a_title_is_called_by_its_first_sung_line() {
        let order = AudiosRequest {
            lyric: Some("[Verse]\n\n 在陽光下醒來 \n".into()),
            ..AudiosRequest::default()
        };
        assert_eq!(Request::from(order).label(), "在陽光下醒來");
    }
}
