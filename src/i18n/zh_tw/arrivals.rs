//! 除了歌曲還做出了什麼：繁體中文。

use crate::app::command::{Command, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::app::notice::Arrival;
use crate::i18n::{key, name};

pub(super) fn arrival(arrival: &Arrival, keys: &Keymap) -> String {
    let name = |title: &str| format!("「{}」", name(title, "未命名"));
    match arrival {
        Arrival::File(kind, title) => {
            format!("{}的{}做好了，正在下載", name(title), super::media(*kind))
        }
        Arrival::Words => format!(
            "歌詞已寫入；在歌詞按 {} 可恢復原來的",
            key(keys, Command::Undo)
        ),
        Arrival::WordsWait(label) => format!(
            "{}的歌詞寫好了。你的歌詞在這期間改過：在佇列的任務上按 {} 可以看",
            name(label),
            key(keys, Command::Queue(Q::Details))
        ),
    }
}
