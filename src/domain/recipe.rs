//! An order written out for other hands: as the JSON that is sent, for `curl`, for Python and for fuzzbox's own command
//! line.
//!
//! Invariant: whatever stands in an order (quotes, line breaks, `$`, backticks, backslashes) reaches the API byte for byte
//! from each of them, and no token ever stands in one: they read it from [`TOKEN_VARIABLE`].

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::action::{Action, Field};
use super::request::{AudiosRequest, Request};

/// The variable that holds the token, as the provider's own clients name it.
pub const TOKEN_VARIABLE: &str = "ACEDATACLOUD_API_TOKEN";

/// The whole address of an order at an API. A user name in `base` is not for other hands and is left out.
pub fn address(request: &Request, base: &str) -> String {
    let base = match base.parse::<url::Url>() {
        Ok(mut url) => {
            // Fails only for addresses without a host, which have neither.
            let _ = (url.set_username(""), url.set_password(None));
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        }
        Err(_) => base.to_owned(),
    };
    format!(
        "{}/producer/{}",
        base.trim_end_matches('/'),
        request.endpoint().name()
    )
}

/// The body exactly as it is sent: the fields that were filled in, and for an order that makes a song, is not called back
/// and does not wait for its end on an open connection, `async`, so that it is answered at once. An address of ours to be
/// called stands there once it is made.
pub fn body(request: &Request) -> Map<String, Value> {
    let mut body = request.sent();
    let is_called_back = body.contains_key("callback_url");
    if request.answers_at_once() && !is_called_back {
        body.insert("async".to_owned(), Value::Bool(true));
    }
    body
}

/// [`body`] over several lines, for reading.
pub fn json(request: &Request) -> String {
    format!("{:#}", Value::Object(body(request)))
}

/// A `curl` command that sends the order, for any POSIX shell.
pub fn curl(request: &Request, base: &str) -> String {
    format!(
        "curl -sS -X POST {} \\\n  -H 'accept: application/json' \\\n  -H \"authorization: Bearer ${TOKEN_VARIABLE}\" \\\n  \
         -H 'content-type: application/json' \\\n  --data-raw {}\n",
        quoted(&address(request, base)),
        quoted(&json(request)),
    )
}

/// A Python program that sends the order with `requests`, as the provider's guide does.
pub fn python(request: &Request, base: &str) -> String {
    let mut payload = String::from("{\n");
    for (name, value) in body(request) {
        let name = Value::String(name);
        writeln!(payload, "    {name}: {},", python_literal(&value)).expect("a String takes all");
    }
    payload.push('}');
    format!(
        "import os\n\nimport requests\n\nurl = {}\n\nheaders = {{\n    \"accept\": \"application/json\",\n    \
         \"authorization\": \"Bearer \" + os.environ[\"{TOKEN_VARIABLE}\"],\n    \"content-type\": \"application/json\",\n}}\n\n\
         payload = {payload}\n\nresponse = requests.post(url, json=payload, headers=headers)\nprint(response.text)\n",
        Value::String(address(request, base)),
    )
}

/// A value as Python writes it. A JSON string is a Python string too: the escapes JSON has mean the same there, and what
/// JSON leaves as it is needs none.
fn python_literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python_literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| {
                    format!("{}: {}", Value::String(name.clone()), python_literal(value))
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The command of fuzzbox that makes the same order, for any POSIX shell.
pub fn command_line(request: &Request) -> String {
    let mut line = String::from("fuzzbox ");
    match request {
        Request::Audios(order) => song(&mut line, order, request),
        Request::Lyrics(order) => {
            line.push_str("lyrics");
            flag(&mut line, "prompt", &order.prompt);
        }
        Request::Upload(order) => {
            line.push_str("upload");
            // The file is what was meant; its address at the host is only on the way.
            match (&order.file, &order.audio_url) {
                (Some(file), _) => flag(&mut line, "file", file),
                (None, Some(url)) => flag(&mut line, "audio-url", url),
                (None, None) => {}
            }
        }
        Request::Wav(order) => {
            line.push_str("wav");
            flag(&mut line, "audio-id", &order.audio_id.0);
        }
        Request::Videos(order) => {
            line.push_str("videos");
            flag(&mut line, "audio-id", &order.audio_id.0);
        }
    }
    line.push('\n');
    line
}

fn song(line: &mut String, order: &AudiosRequest, request: &Request) {
    let made_here = order.action.on_uploaded(false);
    line.push_str(&subcommand(made_here));
    if order.action != made_here {
        line.push_str(" --uploaded");
    }
    if let Some(word) = &order.action_name {
        flag(line, ACTION_WORD, word);
    }
    let sent = request.sent();
    let is_tried = |rule: &super::action::Rule| {
        rule.field.is_experimental() && sent.contains_key(rule.field.name())
    };
    if order.action.fields().iter().any(is_tried) {
        line.push_str(" --experimental");
    }
    let mut told: Vec<Field> = vec![Field::Action];
    for rule in order.action.fields() {
        if told.contains(&rule.field) {
            continue;
        }
        told.push(rule.field);
        if let (Field::Completion, Some(way)) = (rule.field, order.completion) {
            flag(line, &flag_name(rule.field), way.name());
        }
        match sent.get(rule.field.name()) {
            None => {}
            // The words alone say that they are to be sung.
            Some(Value::Bool(true)) if rule.field == Field::Custom && order.lyric.is_some() => {}
            Some(Value::Bool(true)) => {
                write!(line, " --{}", flag_name(rule.field)).expect("a String takes all");
            }
            Some(Value::String(text)) => flag(line, &flag_name(rule.field), text),
            Some(other) => {
                write!(line, " --{}={other}", flag_name(rule.field)).expect("a String takes all");
            }
        }
    }
}

/// The flag that sends another word than the table's for an action.
pub const ACTION_WORD: &str = "action";

/// The command line's word for an action.
pub fn subcommand(action: Action) -> String {
    action.name().replace('_', "-")
}

/// The command line's flag for a field, without the dashes before it.
pub fn flag_name(field: Field) -> String {
    field.name().replace('_', "-")
}

fn flag(line: &mut String, name: &str, value: &str) {
    // A value that begins with a dash would be taken for a flag.
    let between = if value.starts_with('-') { '=' } else { ' ' };
    write!(line, " --{name}{between}{}", quoted(value)).expect("a String takes all");
}

/// One word for a POSIX shell that means `text`, whatever stands in it. NUL, which no argument can hold, is left out.
pub fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
