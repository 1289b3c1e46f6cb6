//! What else than songs was made, in English.

use crate::app::command::{Command, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::app::notice::Arrival;
use crate::i18n::{key, name};

pub(super) fn arrival(arrival: &Arrival, keys: &Keymap) -> String {
    let name = |title: &str| format!("“{}”", name(title, "Untitled"));
    match arrival {
        Arrival::File(kind, title) => {
            format!(
                "{} of {}: made, and being fetched",
                super::media(*kind),
                name(title)
            )
        }
        Arrival::Words => format!(
            "The words stand in the lyrics; {} there brings the old ones back",
            key(keys, Command::Undo)
        ),
        Arrival::WordsWait(label) => format!(
            "The words for {} are written. Yours were changed meanwhile: {} on the task in the queue shows them",
            name(label),
            key(keys, Command::Queue(Q::Details))
        ),
    }
}
