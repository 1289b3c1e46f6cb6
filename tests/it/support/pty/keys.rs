//! What a keyboard sends: the names of keys and their bytes, as xterm encodes them.

/// The bytes of the key called `name`: `a`, `ctrl-g`, `alt-enter`, `shift-left`, `backtab`, `f5`.
/// `application` is the cursor keys' other mode. `None` if no keyboard has such a key.
pub fn encode(name: &str, application: bool) -> Option<Vec<u8>> {
    let (held, key) = modifiers(name);
    if let Some(bytes) = function_key(key, &held, application) {
        return Some(bytes);
    }
    let plain = match key {
        "enter" => vec![b'\r'],
        "esc" => vec![0x1b],
        "tab" if held.shift => b"\x1b[Z".to_vec(),
        "tab" => vec![b'\t'],
        "backtab" => b"\x1b[Z".to_vec(),
        "backspace" if held.ctrl => vec![0x08],
        "backspace" => vec![0x7f],
        "space" if held.ctrl => vec![0],
        "space" => vec![b' '],
        _ => character(key, &held)?,
    };
    Some(if held.alt {
        [&[0x1b], plain.as_slice()].concat()
    } else {
        plain
    })
}

#[derive(Default)]
struct Held {
    ctrl: bool,
    alt: bool,
    shift: bool,
}

fn modifiers(name: &str) -> (Held, &str) {
    let mut held = Held::default();
    let mut key = name;
    loop {
        if let Some(rest) = key.strip_prefix("ctrl-") {
            (held.ctrl, key) = (true, rest);
        } else if let Some(rest) = key.strip_prefix("alt-") {
            (held.alt, key) = (true, rest);
        } else if let Some(rest) = key.strip_prefix("shift-") {
            (held.shift, key) = (true, rest);
        } else {
            return (held, key);
        }
    }
}

fn character(key: &str, held: &Held) -> Option<Vec<u8>> {
    let mut characters = key.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else {
        return None;
    };
    if held.ctrl {
        return control(character).map(|byte| vec![byte]);
    }
    Some(if held.shift {
        character.to_uppercase().collect::<String>().into_bytes()
    } else {
        character.to_string().into_bytes()
    })
}

fn control(character: char) -> Option<u8> {
    match character.to_ascii_lowercase() {
        letter @ 'a'..='z' => Some(letter as u8 - b'a' + 1),
        '@' => Some(0),
        '[' => Some(0x1b),
        '\\' => Some(0x1c),
        ']' => Some(0x1d),
        '^' => Some(0x1e),
        '_' | '-' => Some(0x1f),
        _ => None,
    }
}

fn function_key(key: &str, held: &Held, application: bool) -> Option<Vec<u8>> {
    let sum = 1 + u8::from(held.shift) + 2 * u8::from(held.alt) + 4 * u8::from(held.ctrl);
    let letter = match key {
        "up" => Some('A'),
        "down" => Some('B'),
        "right" => Some('C'),
        "left" => Some('D'),
        "home" => Some('H'),
        "end" => Some('F'),
        "f1" => Some('P'),
        "f2" => Some('Q'),
        "f3" => Some('R'),
        "f4" => Some('S'),
        _ => None,
    };
    if let Some(letter) = letter {
        let text = match (sum, application || key.starts_with('f')) {
            (1, true) => format!("\x1bO{letter}"),
            (1, false) => format!("\x1b[{letter}"),
            _ => format!("\x1b[1;{sum}{letter}"),
        };
        return Some(text.into_bytes());
    }
    let number = match key {
        "insert" => 2,
        "delete" => 3,
        "pgup" => 5,
        "pgdn" => 6,
        "f5" => 15,
        "f6" => 17,
        "f7" => 18,
        "f8" => 19,
        "f9" => 20,
        "f10" => 21,
        "f11" => 23,
        "f12" => 24,
        _ => return None,
    };
    let text = match sum {
        1 => format!("\x1b[{number}~"),
        _ => format!("\x1b[{number};{sum}~"),
    };
    Some(text.into_bytes())
}
