//! 除了歌曲还做出了什么：简体中文。

use crate::app::command::{Command, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::app::notice::Arrival;
use crate::i18n::{key, name};

pub(super) fn arrival(arrival: &Arrival, keys: &Keymap) -> String {
    let name = |title: &str| format!("“{}”", name(title, "未命名"));
    match arrival {
        Arrival::File(kind, title) => {
            format!("{}的{}做好了，正在下载", name(title), super::media(*kind))
        }
        Arrival::Words => format!(
            "歌词已写入；在歌词按 {} 可恢复原来的",
            key(keys, Command::Undo)
        ),
        Arrival::WordsWait(label) => format!(
            "{}的歌词写好了。你的歌词在此期间改过：在队列的任务上按 {} 可以看",
            name(label),
            key(keys, Command::Queue(Q::Details))
        ),
    }
}
