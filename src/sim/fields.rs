//! The fields of a request, read one by one and refused in the API's own words.
//!
//! What is not sent and what is null are the same; so is `false` for a number, which the provider's own library sends for each
//! that was left alone.

use serde_json::{Map, Value};

use super::check::Refusal;

/// The fields of a request.
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
            None | Some(Value::Bool(false)) => Ok(None),
            Some(value) => {
                let number = value
                    .as_f64()
                    .ok_or_else(|| Refusal::bad(format!("{name} must be a number.")));
                number.map(Some)
            }
        }
    }

    /// A number between `low` and `high`, or `usual` if it was not sent.
    pub fn strength(
        &self,
        name: &str,
        (low, high): (f64, f64),
        usual: f64,
    ) -> Result<f64, Refusal> {
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
    pub fn seed(&self) -> Result<Option<String>, Refusal> {
        match self.get("seed") {
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(Some(number.to_string()))
            }
            _ => Ok(self.words("seed")?.map(str::to_owned)),
        }
    }
}
