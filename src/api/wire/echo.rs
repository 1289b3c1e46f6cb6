//! The request a task record echoes: by it a lost order is found again, and a song knows what it was made from.
//!
//! Invariant: text is kept byte for byte, to be compared with what was sent; it is never shown.

use serde_json::{Map, Value};

use super::loose::{number, truth, word};
use crate::domain::{
    Action, AudiosRequest, Endpoint, FileRequest, LyricsRequest, Model, Request, SongId,
    UploadRequest,
};

/// The most characters of an action's word that is not in our table.
const WORD_MAX: usize = 64;

/// Which endpoint a record's task was ordered at: its `type`, else what its request is made of. `None` where both leave
/// it open.
pub(super) fn endpoint(task: &Value) -> Option<Endpoint> {
    const ALL: [Endpoint; 5] = [
        Endpoint::Audios,
        Endpoint::Lyrics,
        Endpoint::Upload,
        Endpoint::Wav,
        Endpoint::Videos,
    ];
    let told = task.get("type").and_then(Value::as_str);
    if let Some(told) = told {
        return ALL.into_iter().find(|endpoint| endpoint.name() == told);
    }
    let request = task.get("request")?.as_object()?;
    if request.contains_key("action") {
        Some(Endpoint::Audios)
    } else if request.contains_key("audio_url") {
        Some(Endpoint::Upload)
    } else if request.contains_key("prompt") {
        Some(Endpoint::Lyrics)
    } else {
        None
    }
}

/// The request of an endpoint, where it is one this program can send.
pub(super) fn request(endpoint: Endpoint, echoed: &Value) -> Option<Request> {
    let fields = echoed.as_object()?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(match endpoint {
        Endpoint::Audios => audios(fields)?,
        Endpoint::Lyrics => Request::Lyrics(LyricsRequest {
            prompt: text("prompt")?,
        }),
        Endpoint::Upload => Request::Upload(UploadRequest {
            audio_url: Some(text("audio_url")?),
            file: None,
        }),
        Endpoint::Wav => Request::Wav(FileRequest {
            audio_id: SongId(text("audio_id")?),
        }),
        Endpoint::Videos => Request::Videos(FileRequest {
            audio_id: SongId(text("audio_id")?),
        }),
    })
}

fn audios(fields: &Map<String, Value>) -> Option<Request> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let share = |name: &str| number(fields.get(name));
    let name = fields.get("action")?.as_str()?;
    let action = Action::from_name(name);
    // A word of the config, perhaps: whether it is one of ours is seen when it is compared.
    let is_word = !name.is_empty() && name.chars().count() <= WORD_MAX;
    if action.is_none() && !is_word {
        return None;
    }
    Some(Request::from(AudiosRequest {
        action: action.unwrap_or_default(),
        action_name: action.is_none().then(|| name.to_owned()),
        audio_id: text("audio_id").map(SongId),
        continue_at: share("continue_at"),
        replace_section_start: share("replace_section_start"),
        replace_section_end: share("replace_section_end"),
        cover_strength: share("cover_strength"),
        callback_url: text("callback_url"),
        completion: None,
        // Whether the address is one of ours is seen by who knows the secret.
        hook: None,
        style: text("style"),
        style_negative: text("style_negative"),
        vocal_gender: text("vocal_gender"),
        lyric_prompt: text("lyric_prompt"),
        model: text("model").map(Model),
        custom: truth(fields.get("custom")),
        prompt: text("prompt"),
        lyric: text("lyric"),
        title: text("title"),
        instrumental: truth(fields.get("instrumental")),
        lyrics_strength: share("lyrics_strength"),
        sound_strength: share("sound_strength"),
        weirdness: share("weirdness"),
        seed: text("seed").or_else(|| word(fields.get("seed"))),
    }))
}
