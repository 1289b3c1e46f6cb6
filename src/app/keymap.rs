//! Which key does what: context and chord to command.
//!
//! Invariant: a chord reads back as it is written, and the help shows what [`Keymap::resolve`] will do.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::command::Command;
use super::default_keys::DEFAULT_KEYS;

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    /// Anywhere outside text.
    Global,
    /// The form.
    Compose,
    /// The lyrics, while no text is typed.
    Lyrics,
    /// The queue.
    Queue,
    /// The library.
    Library,
    /// While one line of text is typed.
    Line,
    /// While lyrics are typed.
    Text,
    /// An overlay: help, palette, question, details.
    Overlay,
    /// The window of the player.
    Player,
    /// The list of what plays next.
    UpNext,
    /// The mixer of stems.
    Mixer,
    /// The window with the link of a song.
    Link,
}

impl Context {
    /// Every context, in the order of the help.
    pub const ALL: [Context; 12] = [
        Context::Global,
        Context::Compose,
        Context::Lyrics,
        Context::Queue,
        Context::Library,
        Context::Line,
        Context::Text,
        Context::Overlay,
        Context::Player,
        Context::UpNext,
        Context::Mixer,
        Context::Link,
    ];

    /// Its name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Context::Global => "global",
            Context::Compose => "compose",
            Context::Lyrics => "lyrics",
            Context::Queue => "queue",
            Context::Library => "library",
            Context::Line => "line",
            Context::Text => "text",
            Context::Overlay => "overlay",
            Context::Player => "player",
            Context::UpNext => "up-next",
            Context::Mixer => "mixer",
            Context::Link => "link",
        }
    }
}

/// A key with its modifiers, in one normal form whatever the terminal sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a key; write it like \"ctrl-g\", \"G\", \"space\" or \"f1\"")]
pub struct NotAChord(pub String);

const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl Chord {
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut modifiers = modifiers & known;
        let code = match code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            // Shift is in the character already, or belongs in it; control keys are told by their small letter.
            KeyCode::Char(c) => {
                let shifted = modifiers.contains(KeyModifiers::SHIFT);
                modifiers -= KeyModifiers::SHIFT;
                if modifiers.contains(KeyModifiers::CONTROL) {
                    KeyCode::Char(c.to_ascii_lowercase())
                } else if shifted {
                    KeyCode::Char(c.to_ascii_uppercase())
                } else {
                    KeyCode::Char(c)
                }
            }
            other => other,
        };
        Chord { code, modifiers }
    }

    /// Whether it types a character when text is edited.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// As the screen shows it: `^g`, `Tab`, `Shift-Tab`, `Alt-x`.
    pub fn label(self) -> String {
        let mut label = String::new();
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            label.push('^');
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            label.push_str("Alt-");
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            label.push_str("Shift-");
        }
        match self.code {
            KeyCode::Up => label.push('↑'),
            KeyCode::Down => label.push('↓'),
            KeyCode::Left => label.push('←'),
            KeyCode::Right => label.push('→'),
            KeyCode::PageUp => label.push_str("PgUp"),
            KeyCode::PageDown => label.push_str("PgDn"),
            code => {
                let name = key_name(code);
                let mut letters = name.chars();
                match letters.next() {
                    Some(first) if name.chars().count() > 1 => {
                        label.push(first.to_ascii_uppercase());
                        label.extend(letters);
                    }
                    _ => label.push_str(&name),
                }
            }
        }
        label
    }
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        Chord::new(key.code, key.modifiers)
    }
}

fn key_name(code: KeyCode) -> String {
    if let Some((name, _)) = NAMED.iter().find(|(_, known)| *known == code) {
        return (*name).to_owned();
    }
    match code {
        KeyCode::Char(c) => c.to_string(),
        KeyCode::F(n) => format!("f{n}"),
        _ => String::new(),
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        f.write_str(&key_name(self.code))
    }
}

impl FromStr for Chord {
    type Err = NotAChord;

    fn from_str(text: &str) -> Result<Self, NotAChord> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        for (name, modifier) in [
            ("ctrl-", KeyModifiers::CONTROL),
            ("alt-", KeyModifiers::ALT),
            ("shift-", KeyModifiers::SHIFT),
        ] {
            if let Some(after) = rest.strip_prefix(name).filter(|after| !after.is_empty()) {
                modifiers |= modifier;
                rest = after;
            }
        }
        let named = NAMED.iter().find(|(name, _)| *name == rest);
        let function = rest.strip_prefix('f').and_then(|n| n.parse::<u8>().ok());
        let mut characters = rest.chars();
        let code = match (named, function, characters.next(), characters.next()) {
            (Some((_, code)), ..) => *code,
            (_, Some(n @ 1..=24), ..) => KeyCode::F(n),
            (_, _, Some(c), None) if !c.is_control() => KeyCode::Char(c),
            _ => return Err(NotAChord(text.to_owned())),
        };
        Ok(Chord::new(code, modifiers))
    }
}

impl Serialize for Chord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One line of the key map: in this context, this chord means this command, or nothing at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binding {
    /// Where.
    pub context: Context,
    /// Which keys.
    pub chord: Chord,
    /// What; `None` turns the chord off.
    pub command: Option<Command>,
}

/// Every binding: the defaults, changed by the user's.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    bindings: Vec<Binding>,
    own: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Keymap::with(Vec::new())
    }
}

impl Keymap {
    /// The defaults with the user's bindings in place of those of the same context and chord.
    pub fn with(own: Vec<Binding>) -> Self {
        let mut bindings: Vec<Binding> = DEFAULT_KEYS
            .iter()
            .map(|(context, chord, command)| Binding {
                context: *context,
                chord: chord.parse().expect("the default keys are well written"),
                command: Some(*command),
            })
            .collect();
        for binding in &own {
            bindings
                .retain(|known| (known.context, known.chord) != (binding.context, binding.chord));
            bindings.push(*binding);
        }
        Keymap { bindings, own }
    }

    /// What a chord means in the first of `contexts` that has it. `None`: nobody claims it.
    pub fn resolve(&self, contexts: &[Context], chord: Chord) -> Option<Command> {
        contexts
            .iter()
            .find_map(|context| self.binding(*context, chord))
            .and_then(|binding| binding.command)
    }

    fn binding(&self, context: Context, chord: Chord) -> Option<&Binding> {
        self.bindings
            .iter()
            .find(|binding| binding.context == context && binding.chord == chord)
    }

    /// The chords of a context with what they do, in order; those turned off are left out.
    pub fn of(&self, context: Context) -> impl Iterator<Item = (Chord, Command)> + '_ {
        self.bindings
            .iter()
            .filter(move |binding| binding.context == context)
            .filter_map(|binding| Some((binding.chord, binding.command?)))
    }

    /// The chords that mean a command, wherever they do.
    pub fn chords(&self, command: Command) -> impl Iterator<Item = Chord> + '_ {
        self.bindings
            .iter()
            .filter(move |binding| binding.command == Some(command))
            .map(|binding| binding.chord)
    }

    /// How the first chord of a command is shown, or nothing where it has none.
    pub fn label(&self, command: Command) -> String {
        self.chords(command)
            .next()
            .map(Chord::label)
            .unwrap_or_default()
    }
}

/// The user's own bindings are what is kept of a key map, by the names of the config.
impl Serialize for Keymap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.own.iter().map(|binding| {
            let name = binding.command.map_or("none", Command::name);
            (binding.context, binding.chord, name)
        }))
    }
}

impl<'de> Deserialize<'de> for Keymap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let own = Vec::<(Context, Chord, String)>::deserialize(deserializer)?;
        let bindings = own.into_iter().map(|(context, chord, name)| Binding {
            context,
            chord,
            command: Command::from_name(&name),
        });
        Ok(Keymap::with(bindings.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terminals_send_for_one_key_is_one_chord() {
        let key = |code, modifiers| Chord::from(KeyEvent::new(code, modifiers));
        let big = key(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(big, key(KeyCode::Char('g'), KeyModifiers::SHIFT));
        assert_eq!(big, key(KeyCode::Char('G'), KeyModifiers::NONE));
        assert_eq!(
            key(KeyCode::BackTab, KeyModifiers::SHIFT),
            key(KeyCode::Tab, KeyModifiers::SHIFT)
        );
        assert_eq!(big.to_string(), "G");
    }

    #[test]
    fn chords_read_back_as_they_are_written() {
        for (_, text, _) in DEFAULT_KEYS {
            let chord: Chord = text.parse().expect("a chord");
            assert_eq!(chord.to_string(), *text);
        }
        for wrong in ["", "ctrl-", "hyper-x", "f25", "enterr", "ab"] {
            assert!(wrong.parse::<Chord>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_default_is_shadowed_and_the_forbidden_keys_are_free() {
        for (at, (context, chord, _)) in DEFAULT_KEYS.iter().enumerate() {
            let twice = DEFAULT_KEYS
                .iter()
                .skip(at + 1)
                .any(|(c, k, _)| (c, k) == (context, chord));
            assert!(!twice, "{chord} stands twice in {}", context.name());
            assert!(
                !["ctrl-s", "ctrl-q", "ctrl-b"].contains(chord),
                "{chord} belongs to terminals"
            );
        }
    }

    #[test]
    fn the_users_keys_win_and_can_turn_a_key_off() {
        let q: Chord = "q".parse().expect("a chord");
        let keymap = Keymap::with(vec![Binding {
            context: Context::Global,
            chord: q,
            command: None,
        }]);
        assert_eq!(keymap.resolve(&[Context::Global], q), None);
        let json = serde_json::to_string(&keymap).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Keymap>(&json).expect("a key map"),
            keymap
        );
    }
}
