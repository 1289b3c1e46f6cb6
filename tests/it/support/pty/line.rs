//! The settings of the line between program and terminal (`stty`), compared.

use rustix::termios::{SpecialCodeIndex, Termios};

/// Which parts of the settings are not as they were, in words.
pub fn changes(before: &Termios, now: &Termios) -> Vec<String> {
    let codes = |settings: &Termios| {
        [
            SpecialCodeIndex::VINTR,
            SpecialCodeIndex::VEOF,
            SpecialCodeIndex::VMIN,
            SpecialCodeIndex::VTIME,
            SpecialCodeIndex::VERASE,
            SpecialCodeIndex::VSUSP,
        ]
        .map(|index| settings.special_codes[index])
    };
    [
        ("input", before.input_modes == now.input_modes),
        ("output", before.output_modes == now.output_modes),
        ("control", before.control_modes == now.control_modes),
        ("local", before.local_modes == now.local_modes),
        ("keys", codes(before) == codes(now)),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(part, _)| format!("{part} settings of the line"))
    .collect()
}
