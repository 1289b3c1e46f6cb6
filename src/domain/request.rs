//! A complete, checked order for the API.
//!
//! Invariant: a field that is `None` was left alone and is not sent.

use serde::{Deserialize, Serialize};

use super::action::{Action, Model};

/// An order, by endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "endpoint", rename_all = "snake_case")]
pub enum Request {
    /// `/producer/audios`: make a song.
    Audios(AudiosRequest),
}

/// The body of an order that makes a song, in the API's own names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AudiosRequest {
    /// What to do.
    pub action: Action,
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
    /// 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyrics_strength: Option<f64>,
    /// 0.2–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound_strength: Option<f64>,
    /// 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weirdness: Option<f64>,
    /// The random seed, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
}

impl Request {
    /// The action asked for.
    pub fn action(&self) -> Action {
        match self {
            Request::Audios(order) => order.action,
        }
    }

    /// What a row of the queue calls it: the title, else the prompt, else the first sung line.
    pub fn label(&self) -> &str {
        let Request::Audios(order) = self;
        let first_line = || {
            order.lyric.as_deref().and_then(|lyric| {
                lyric
                    .lines()
                    .map(str::trim)
                    .find(|line| !line.is_empty() && !line.starts_with('['))
            })
        };
        order
            .title
            .as_deref()
            .or(order.prompt.as_deref())
            .or_else(first_line)
            .unwrap_or_default()
    }

    /// Whether `echoed`, the request a task record names, can be the record of this order:
    /// everything sent stands there unchanged. A server may add its defaults.
    pub fn is_echoed_by(&self, echoed: &Request) -> bool {
        let (Request::Audios(sent), Request::Audios(seen)) = (self, echoed);
        sent.action == seen.action
            && kept(sent.model.as_ref(), seen.model.as_ref())
            && kept(sent.custom.as_ref(), seen.custom.as_ref())
            && kept(sent.prompt.as_ref(), seen.prompt.as_ref())
            && kept(sent.lyric.as_ref(), seen.lyric.as_ref())
            && kept(sent.title.as_ref(), seen.title.as_ref())
            && kept(sent.instrumental.as_ref(), seen.instrumental.as_ref())
            && kept(sent.lyrics_strength.as_ref(), seen.lyrics_strength.as_ref())
            && kept(sent.sound_strength.as_ref(), seen.sound_strength.as_ref())
            && kept(sent.weirdness.as_ref(), seen.weirdness.as_ref())
            && kept(sent.seed.as_ref(), seen.seed.as_ref())
    }

    /// How many fields `echoed` names that this order left alone: of two orders a record can belong to, the one with
    /// less surplus is the likelier.
    pub fn surplus_in(&self, echoed: &Request) -> usize {
        let (Request::Audios(sent), Request::Audios(seen)) = (self, echoed);
        [
            sent.model.is_none() && seen.model.is_some(),
            sent.custom.is_none() && seen.custom.is_some(),
            sent.prompt.is_none() && seen.prompt.is_some(),
            sent.lyric.is_none() && seen.lyric.is_some(),
            sent.title.is_none() && seen.title.is_some(),
            sent.instrumental.is_none() && seen.instrumental.is_some(),
            sent.lyrics_strength.is_none() && seen.lyrics_strength.is_some(),
            sent.sound_strength.is_none() && seen.sound_strength.is_some(),
            sent.weirdness.is_none() && seen.weirdness.is_some(),
            sent.seed.is_none() && seen.seed.is_some(),
        ]
        .into_iter()
        .filter(|added| *added)
        .count()
    }
}

/// What was sent stands in the record; what was not sent may be anything.
fn kept<T: PartialEq>(sent: Option<&T>, seen: Option<&T>) -> bool {
    sent.is_none_or(|value| seen == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(prompt: &str, weirdness: Option<f64>) -> Request {
        Request::Audios(AudiosRequest {
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
    fn a_song_without_a_title_is_called_by_its_first_sung_line() {
        let order = AudiosRequest {
            lyric: Some("[Verse]\n\n 在陽光下醒來 \n".into()),
            ..AudiosRequest::default()
        };
        assert_eq!(Request::Audios(order).label(), "在陽光下醒來");
    }
}
