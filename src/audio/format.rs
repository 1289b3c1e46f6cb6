//! What kind of sound a file holds, told from its first bytes.
//!
//! Invariant: names and suffixes are never asked; a web page that calls itself `.m4a` is a web page.

use serde::{Deserialize, Serialize};

/// The kinds of sound file that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioFormat {
    /// AAC in an MP4 container.
    M4a,
    /// MPEG layer III.
    Mp3,
    /// RIFF/WAVE.
    Wav,
    /// FLAC.
    Flac,
}

impl AudioFormat {
    /// The suffix of a file of this kind, without a dot.
    pub fn suffix(self) -> &'static str {
        match self {
            AudioFormat::M4a => "m4a",
            AudioFormat::Mp3 => "mp3",
            AudioFormat::Wav => "wav",
            AudioFormat::Flac => "flac",
        }
    }
}

/// The kind of sound file that begins with these bytes; 16 are enough, and with an ID3 tag in front as many as reach
/// beyond it decide better. `None` for everything that is not one of ours: web pages, JSON, pictures, other sounds.
pub fn sniff(first_bytes: &[u8]) -> Option<AudioFormat> {
    let after_tags = first_bytes.get(id3_length(first_bytes)..).unwrap_or(&[]);
    if after_tags.len() < first_bytes.len() && after_tags.len() < 4 {
        // All we have is a tag: FLAC files hardly ever carry one.
        return Some(AudioFormat::Mp3);
    }
    if after_tags.starts_with(b"fLaC") {
        Some(AudioFormat::Flac)
    } else if after_tags.starts_with(b"RIFF") && after_tags.get(8..12) == Some(b"WAVE") {
        Some(AudioFormat::Wav)
    } else if after_tags.get(4..8) == Some(b"ftyp") {
        Some(AudioFormat::M4a)
    } else if is_layer_three(after_tags) || after_tags.len() < first_bytes.len() {
        Some(AudioFormat::Mp3)
    } else {
        None
    }
}

/// How many bytes of `ID3v2` tags stand in front: they hold pictures, in which a decoder might see sound.
pub(super) fn id3_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(&[b'I', b'D', b'3', _, _, flags, a, b, c, d]) = bytes.get(length..length + 10) {
        let size = [a, b, c, d]
            .iter()
            .fold(0usize, |size, byte| size << 7 | usize::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        length += 10 + size + footer;
    }
    length
}

/// Whether an MPEG audio frame of layer III begins here.
fn is_layer_three(bytes: &[u8]) -> bool {
    let Some(&[0xff, second, third, _]) = bytes.get(..4) else {
        return false;
    };
    second & 0xe0 == 0xe0 // sync
        && second >> 3 & 3 != 1 // reserved version
        && second >> 1 & 3 == 1 // layer III
        && third >> 4 != 15 // bad bit rate
        && third >> 2 & 3 != 3 // reserved sample rate
}

/// What a file that is no sound seems to be, for a sentence that begins with "this is".
pub(super) fn describe(first_bytes: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(first_bytes).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("<!doctype html") || text.starts_with("<html") || text.contains("<head") {
        "a web page"
    } else if text.starts_with('<') {
        "an XML document"
    } else if text.starts_with('{') || text.starts_with('[') {
        "JSON"
    } else if first_bytes.starts_with(b"OggS") {
        "an Ogg file"
    } else if matches!(first_bytes, [0xff, 0xf0..=0xff, ..]) {
        "another kind of MPEG audio"
    } else if !text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_whitespace()) {
        "text"
    } else {
        "no sound file known here"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (bytes, format) in [
            (&b"\0\0\0\x20ftypM4A \0\0\0\0"[..], AudioFormat::M4a),
            (b"RIFF\0\0\0\0WAVEfmt ", AudioFormat::Wav),
            (b"fLaC\0\0\0\x22", AudioFormat::Flac),
            (b"\xff\xfb\x90\x64\0\0\0\0", AudioFormat::Mp3),
            (b"ID3\x04\0\0\0\0\x02\x01", AudioFormat::Mp3),
            (b"ID3\x04\0\0\0\0\0\x01xfLaC", AudioFormat::Flac),
        ] {
            assert_eq!(sniff(bytes), Some(format), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_sound_is_called_by_its_name() {
        for (bytes, what) in [
            (&b"<!DOCTYPE html><html>"[..], "a web page"),
            (b"\xef\xbb\xbf  <HTML>", "a web page"),
            (b"<?xml version=\"1.0\"?>", "an XML document"),
            (b"{\"error\": \"gone\"}", "JSON"),
            (b"Not found", "text"),
            (b"OggS\0\x02", "an Ogg file"),
            (b"\xff\xf1\x50\x80", "another kind of MPEG audio"),
            (b"\x89PNG\r\n\x1a\n\0\0", "no sound file known here"),
            (b"", "no sound file known here"),
        ] {
            assert_eq!(sniff(bytes), None, "{bytes:?}");
            assert_eq!(describe(bytes), what);
        }
    }
}
