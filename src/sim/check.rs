//! The doorkeeper: tokens, bodies and fields, refused in the API's own words.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dice::{Dice, hash};

/// A documented refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The error's code.
    pub code: String,
    /// The error's words.
    pub message: String,
    /// Seconds to wait, as a header.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal in the words documented for the code.
    pub fn new(status: u16, code: &str) -> Self {
        let message = match (status, code) {
            (400, "token_mismatched") => "The specified token is not matched with API.",
            (_, "token_mismatched") => "token and api does not match.",
            (_, "api_not_implemented") => "The API is not implemented.",
            (_, "disabled") => "Your application has been disabled.",
            (_, "no_token") => "No token specified for the request.",
            (_, "invalid_token") => "The specified token is invalid or wrong.",
            (_, "token_expired") => "token expired.",
            (_, "used_up") => "Your balance is not sufficient for current request.",
            (_, "no_api") => "API does not exist, please make sure url is correct.",
            (_, "too_many_requests") => "You have exceeded the rate limit.",
            (_, "bad_request") => "The request is invalid.",
            (_, "forbidden") => "The request is forbidden.",
            (_, "timeout") => "The request timed out.",
            _ => "Internal server error.",
        };
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        }
    }

    /// The refusal a scenario asks for by its status alone.
    pub fn of_status(status: u16) -> Self {
        let code = match status {
            400 => "bad_request",
            401 => "invalid_token",
            403 => "used_up",
            404 => "no_api",
            429 => "too_many_requests",
            504 => "timeout",
            _ => "api_error",
        };
        Self::new(status, code)
    }

    /// A 400 with these words.
    pub fn bad(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::new(400, "bad_request")
        }
    }
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Account {
    /// The same for each token, on each start.
    pub user: String,
    /// Likewise.
    pub application: String,
    /// Likewise.
    pub credential: String,
    /// True if there is no credit for paid work.
    #[serde(skip)]
    pub is_used_up: bool,
}

/// Lets a token in or says why not; `only` is the one good token, if there is just one.
pub fn account(headers: &HeaderMap, only: Option<&str>) -> Result<Account, Refusal> {
    let header = headers
        .get(AUTHORIZATION)
        .map_or("", |value| value.to_str().unwrap_or("?"));
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    let token = token.trim();
    if scheme.is_empty() || (is_bearer && token.is_empty()) {
        return Err(Refusal::new(400, "no_token"));
    }
    if !is_bearer || only.is_some_and(|only| only != token) {
        return Err(Refusal::new(401, "invalid_token"));
    }
    if only.is_none() {
        match token {
            "invalid" => return Err(Refusal::new(401, "invalid_token")),
            "expired" => return Err(Refusal::new(401, "token_expired")),
            "mismatched" => return Err(Refusal::new(401, "token_mismatched")),
            _ => {}
        }
    }
    let mut dice = Dice::new(hash(token));
    Ok(Account {
        user: dice.uuid(),
        application: dice.uuid(),
        credential: dice.uuid(),
        is_used_up: only.is_none() && token == "used-up",
    })
}

/// The fields of a request, read one by one.
#[derive(Clone, Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body, which must be a JSON object.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(value) => Self::of(value),
            Err(_) => Err(Refusal::bad("The request body is not valid JSON.")),
        }
    }

    /// The fields of a request, which must be a JSON object.
    pub fn of(request: Value) -> Result<Self, Refusal> {
        match request {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Refusal::bad("The request body must be a JSON object.")),
        }
    }

    /// The request as it came.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// A field's value; null counts as not sent.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text, or None if it was not sent.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::bad(format!("{name} must be a string."))),
        }
    }

    /// A text with something in it besides blanks.
    pub fn words(&self, name: &str) -> Result<Option<&str>, Refusal> {
        Ok(self.text(name)?.filter(|text| !text.trim().is_empty()))
    }

    /// A yes or no; no if it was not sent.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Refusal::bad(format!("{name} must be a boolean."))),
        }
    }

    /// A number, or None if it was not sent.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => {
                let number = value
                    .as_f64()
                    .ok_or_else(|| Refusal::bad(format!("{name} must be a number.")));
                number.map(Some)
            }
        }
    }

    /// A number between `low` and `high`, or `usual` if it was not sent.
    fn strength(&self, name: &str, (low, high): (f64, f64), usual: f64) -> Result<f64, Refusal> {
        match self.number(name)? {
            None => Ok(usual),
            Some(number) if (low..=high).contains(&number) => Ok(number),
            Some(_) => Err(Refusal::bad(format!(
                "{name} must be between {low} and {high}."
            ))),
        }
    }

    /// A list of texts, or None if it was not sent.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let texts = value.as_array().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        });
        texts
            .map(Some)
            .ok_or_else(|| Refusal::bad(format!("{name} must be an array of strings.")))
    }

    /// A text or a whole number, as text.
    fn seed(&self) -> Result<Option<String>, Refusal> {
        match self.get("seed") {
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(Some(number.to_string()))
            }
            _ => Ok(self.words("seed")?.map(str::to_owned)),
        }
    }
}

/// A `generate` order that may be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub model: String,
    pub prompt: Option<String>,
    pub lyric: Option<String>,
    pub title: Option<String>,
    pub custom: bool,
    pub instrumental: bool,
    pub lyrics_strength: f64,
    pub sound_strength: f64,
    pub weirdness: f64,
    pub seed: Option<String>,
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

/// Known, but not played here.
const OTHER_ACTIONS: [&str; 10] = [
    "cover",
    "extend",
    "upload_cover",
    "upload_extend",
    "replace_section",
    "upload_replace_section",
    "swap_vocals",
    "swap_instrumentals",
    "variation",
    "stems",
];

/// Characters a prompt may have.
const PROMPT: usize = 200;

/// Reads an order or says what is wrong with it.
pub fn order(fields: &Fields) -> Result<Order, Refusal> {
    match fields.text("action")? {
        Some("generate") => {}
        Some(known) if OTHER_ACTIONS.contains(&known) => {
            return Err(Refusal::new(400, "api_not_implemented"));
        }
        Some(_) => return Err(Refusal::bad("action is invalid.")),
        None => return Err(Refusal::bad("action is required.")),
    }
    let model = fields.text("model")?.unwrap_or("FUZZ-2.0");
    if !MODELS.contains(&model) {
        return Err(Refusal::bad("model is invalid."));
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let order = Order {
        model: model.to_owned(),
        prompt: owned(fields.words("prompt")?),
        lyric: owned(fields.words("lyric")?),
        title: owned(fields.words("title")?),
        custom: fields.flag("custom")?,
        instrumental: fields.flag("instrumental")?,
        lyrics_strength: fields.strength("lyrics_strength", (0.0, 1.0), 0.7)?,
        sound_strength: fields.strength("sound_strength", (0.2, 1.0), 0.7)?,
        weirdness: fields.strength("weirdness", (0.0, 1.0), 0.5)?,
        seed: fields.seed()?,
        callback_url: owned(fields.words("callback_url")?),
        is_async: fields.flag("async")?,
    };
    // Not used by this action, but of the wrong type or out of range all the same.
    fields.strength("cover_strength", (0.2, 1.0), 1.0)?;
    let others = [
        "audio_id",
        "style",
        "style_negative",
        "vocal_gender",
        "lyric_prompt",
        "swap_audio_id",
    ];
    others
        .iter()
        .try_for_each(|name| fields.text(name).map(drop))?;
    complete(order)
}

/// Sees that nothing is missing and that a callback stays on this machine.
fn complete(order: Order) -> Result<Order, Refusal> {
    if order
        .prompt
        .as_ref()
        .is_some_and(|prompt| prompt.chars().count() > PROMPT)
    {
        return Err(Refusal::bad(format!(
            "prompt must be at most {PROMPT} characters."
        )));
    }
    if order.custom && !order.instrumental && order.lyric.is_none() {
        return Err(Refusal::bad("lyric is required when custom is true."));
    }
    if !order.custom && order.prompt.is_none() && order.lyric.is_none() {
        return Err(Refusal::bad("prompt or lyric is required."));
    }
    if order
        .callback_url
        .as_ref()
        .is_some_and(|url| !is_loopback(url))
    {
        return Err(Refusal::bad(
            "callback_url must be an http URL of this machine: the simulator calls no other.",
        ));
    }
    Ok(order)
}

fn is_loopback(text: &str) -> bool {
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
