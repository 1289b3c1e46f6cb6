//! Reading JSON that means well: a number in quotes is a number, a missing text is no text.
//!
//! Invariant: nothing here fails or panics; what cannot be understood is absent.

use jiff::civil::DateTime;
use serde_json::Value;
use url::Url;

use crate::domain::Timestamp;
use crate::domain::text::clean_line;

/// The most characters of an id.
const ID_MAX: usize = 128;

/// The most bytes of a link: signed ones are long.
const LINK_MAX: usize = 8192;

/// Unix times from here on are milliseconds: as seconds they would lie beyond the year 5000.
const MILLISECONDS_FROM: f64 = 1e11;

/// The text of the first of `names` that has some.
pub(super) fn text<'a>(value: &'a Value, names: &[&str]) -> Option<&'a str> {
    names
        .iter()
        .filter_map(|name| value.get(name)?.as_str())
        .find(|text| !text.trim().is_empty())
}

/// A text, or a number as text.
pub(super) fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, or a text that is one.
pub(super) fn number(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A truth value, or a word or number that stands for one.
pub(super) fn truth(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        _ => None,
    }
}

/// A moment: Unix seconds (or milliseconds), or RFC 3339, where a missing zone is UTC.
pub(super) fn moment(value: Option<&Value>) -> Option<Timestamp> {
    let value = value?;
    if let Some(number) = number(Some(value)) {
        let seconds = if number >= MILLISECONDS_FROM {
            number / 1000.0
        } else {
            number
        };
        // Whole microseconds: a float cannot tell more of the present, and what it shows beyond is noise.
        let micros = (seconds * 1e6).round();
        return (micros > 0.0)
            .then(|| Timestamp::from_microsecond(micros as i64).ok())
            .flatten();
    }
    let text = value.as_str()?.trim();
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.in_tz("UTC").ok()?.timestamp())
    })
}

/// An id: short, visible, with nothing in it that a screen would act on.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    let id = word(value)?;
    (id.len() <= ID_MAX && clean_line(&id, ID_MAX) == id).then_some(id)
}

/// A link to fetch: http or https, to a host, without a user name that would make it look like another's.
pub(super) fn link(value: Option<&Value>) -> Option<Url> {
    let text = value?.as_str()?.trim();
    if text.len() > LINK_MAX {
        return None;
    }
    let url: Url = text.parse().ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    is_plain.then_some(url)
}

/// Progress in percent: `"100%"`, `62`, `"62"` or the fraction `0.62`.
pub(super) fn percent(value: Option<&Value>) -> Option<u8> {
    let value = value?;
    let percent = if let Some(marked) = value
        .as_str()
        .and_then(|text| text.trim().strip_suffix('%'))
    {
        marked.trim().parse().ok()?
    } else {
        let told = number(Some(value))?;
        let is_fraction = (0.0..=1.0).contains(&told) && value.as_i64().is_none();
        if is_fraction { told * 100.0 } else { told }
    };
    let percent: f64 = percent;
    percent
        .is_finite()
        .then(|| percent.clamp(0.0, 100.0).floor() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn progress_comes_in_every_shape() {
        for (value, expected) in [
            (json!("100%"), Some(100)),
            (json!(" 62 % "), Some(62)),
            (json!("62"), Some(62)),
            (json!(62), Some(62)),
            (json!(0.62), Some(62)),
            (json!("0.62"), Some(62)),
            (json!(1), Some(1)),
            (json!(1.0), Some(100)),
            (json!(0), Some(0)),
            (json!(-4), Some(0)),
            (json!(1e300), Some(100)),
            (json!("NaN%"), None),
            (json!("soon"), None),
            (json!(""), None),
            (json!(null), None),
            (json!([62]), None),
        ] {
            assert_eq!(percent(Some(&value)), expected, "{value}");
        }
        assert_eq!(percent(None), None);
    }

    #[test]
    fn moments_come_in_every_shape() {
        let expected: Timestamp = "2025-12-30T18:35:45.524Z".parse().expect("a moment");
        for value in [
            json!(1_767_119_745.524),
            json!("1767119745.524"),
            json!(1_767_119_745_524_i64),
            json!("2025-12-30T18:35:45.524Z"),
            json!("2025-12-30T19:35:45.524+01:00"),
            json!("2025-12-30T18:35:45.524"),
            json!("2025-12-30 18:35:45.524"),
        ] {
            assert_eq!(moment(Some(&value)), Some(expected), "{value}");
        }
        for value in [
            json!(0),
            json!(-1),
            json!(1e300),
            json!("1e999"),
            json!("soon"),
            json!("99999-01-01T00:00:00Z"),
            json!(null),
            json!({}),
        ] {
            assert_eq!(moment(Some(&value)), None, "{value}");
        }
    }

    #[test]
    fn ids_and_links_that_could_do_harm_are_absent() {
        assert_eq!(
            id(Some(&json!(" 6c947f13-a3c5 "))).as_deref(),
            Some("6c947f13-a3c5")
        );
        assert_eq!(id(Some(&json!(17))).as_deref(), Some("17"));
        for hostile in [
            "",
            " ",
            "a\nb",
            "a\u{1b}[2Jb",
            "a\u{202e}b",
            &"x".repeat(129),
        ] {
            assert_eq!(id(Some(&json!(hostile))), None, "{hostile:?}");
        }
        assert!(link(Some(&json!("https://example.com/a.m4a?X=1"))).is_some());
        for hostile in [
            "",
            "/a.m4a",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:audio/mp4;base64,AAAA",
            "https://",
            "https://storage.example@evil.example/a.m4a",
            &format!("https://example.com/{}", "x".repeat(9000)),
        ] {
            assert_eq!(link(Some(&json!(hostile))), None, "{hostile}");
        }
    }
}
