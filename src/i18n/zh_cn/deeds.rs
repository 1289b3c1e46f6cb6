//! 可以对歌曲做的事，简体中文。

use crate::app::command::{Command, ComposeCommand as C};
use crate::app::keymap::Keymap;
use crate::app::panes::overlay::{Deed, Purpose};
use crate::domain::{Action, Choice, Field, MediaKind, Seconds, Work};
use crate::i18n::{Deeds, key};

pub(super) const DEEDS: Deeds = Deeds {
    title: "动作",
    what,
    reuse: "原样使用",
    listen: "用链接收听",
    source: "来源歌曲",
    choose: |keys| format!("按 {} 选择", key(keys, Command::Compose(C::Edit))),
    no_match: "没有匹配的歌曲。也可以输入或粘贴歌曲的 ID。",
    no_songs: "这里还没有歌曲：请输入或粘贴歌曲的 ID。",
    take_id: "使用这个 ID",
    line_title,
    line_body,
    looking: "正在查看文件",
    order: "提交",
    age,
};

fn what(deed: &Deed) -> &'static str {
    match deed {
        Deed::Make(choice) => match choice.action {
            Action::Generate => "一首新歌",
            Action::Extend | Action::UploadExtend => "从某一刻接下去",
            Action::Cover | Action::UploadCover => "换一种风格",
            Action::Variation => "再来一次，稍有不同",
            Action::ReplaceSection | Action::UploadReplaceSection => "重做其中一段",
            Action::SwapVocals => "同样伴奏，换人声",
            Action::SwapInstrumentals => "同样人声，换伴奏",
            Action::Stems => STEMS,
        },
        Deed::File(MediaKind::Stems) => STEMS,
        Deed::File(MediaKind::Video) => "配上封面图片",
        Deed::File(MediaKind::Wav | MediaKind::Audio | MediaKind::Cover) => "无损音质",
        Deed::ReplaceMarked => "重做两个标记之间的部分",
        Deed::ExtendMarked => "从标记处接续",
        Deed::Listen => "在浏览器或播放器中，远程可用 ssh -L",
        Deed::Reuse => "依当初的表单",
    }
}

const STEMS: &str = "人声、鼓、贝斯与其余";

pub(super) fn question(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Stems => "将这首歌分轨？",
        MediaKind::Video => "制作这首歌的视频？",
        MediaKind::Wav | MediaKind::Audio | MediaKind::Cover => "制作这首歌的 WAV？",
    }
}

pub(super) fn filled(choice: &Choice, title: &str, fields: &[Field], keys: &Keymap) -> String {
    let what = choice
        .name
        .as_deref()
        .unwrap_or(super::work(Work::Song(choice.action)));
    let names: Vec<&str> = fields.iter().map(|field| super::field(*field)).collect();
    let filled = if names.is_empty() {
        "没有可填的内容".to_owned()
    } else {
        format!("已填入{}", names.join("、"))
    };
    let undo = key(keys, Command::Undo);
    format!("{what}{title}：{filled}。按 {undo} 可取回原来的草稿")
}

fn line_title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Lyrics => "请 API 写歌词",
        Purpose::Export => "写出混音",
        Purpose::Upload => "导入歌曲",
    }
}

fn line_body(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Lyrics => "歌词要写什么。写好后会放进歌词区，一步即可撤销。供应商可能会扣费。",
        Purpose::Export => "WAV 文件的路径。已有的文件不会被替换。",
        Purpose::Upload => {
            "音频文件的网址（https://…），或这台电脑上的文件路径。本机文件会离开这台电脑：先传到供应商的文件主机并取得链接。完成后歌曲会进入曲库，可再做各种动作；供应商可能会扣费。"
        }
    }
}

/// In whole minutes, hours or days.
fn age(age: Seconds) -> String {
    let minutes = (age.0 / 60.0) as u64;
    match minutes {
        0 => "刚刚".to_owned(),
        n @ 1..60 => format!("{n} 分钟前"),
        _ if minutes < 48 * 60 => {
            let n = minutes / 60;
            format!("{n} 小时前")
        }
        _ => {
            let n = minutes / 60 / 24;
            format!("{n} 天前")
        }
    }
}
