//! 可以對歌曲做的事，繁體中文。

use crate::app::command::{Command, ComposeCommand as C};
use crate::app::keymap::Keymap;
use crate::app::panes::overlay::{Deed, Purpose};
use crate::domain::{Action, Choice, Field, MediaKind, Seconds, Work};
use crate::i18n::{Deeds, key};

pub(super) const DEEDS: Deeds = Deeds {
    title: "動作",
    what,
    reuse: "原樣使用",
    listen: "用連結收聽",
    source: "來源歌曲",
    choose: |keys| format!("按 {} 選擇", key(keys, Command::Compose(C::Edit))),
    no_match: "沒有符合的歌曲。也可以輸入或貼上歌曲的 ID。",
    no_songs: "這裡還沒有歌曲：請輸入或貼上歌曲的 ID。",
    take_id: "使用這個 ID",
    line_title,
    line_body,
    looking: "正在查看檔案",
    order: "送出",
    age,
};

fn what(deed: &Deed) -> &'static str {
    match deed {
        Deed::Make(choice) => match choice.action {
            Action::Generate => "一首新歌",
            Action::Extend | Action::UploadExtend => "從某一刻接下去",
            Action::Cover | Action::UploadCover => "換一種風格",
            Action::Variation => "再來一次，稍有不同",
            Action::ReplaceSection | Action::UploadReplaceSection => "重做其中一段",
            Action::SwapVocals => "同樣伴奏，換人聲",
            Action::SwapInstrumentals => "同樣人聲，換伴奏",
            Action::Stems => STEMS,
        },
        Deed::File(MediaKind::Stems) => STEMS,
        Deed::File(MediaKind::Video) => "配上封面圖片",
        Deed::File(MediaKind::Wav | MediaKind::Audio | MediaKind::Cover) => "無損音質",
        Deed::ReplaceMarked => "重做兩個標記之間的部分",
        Deed::ExtendMarked => "從標記處接續",
        Deed::Listen => "在瀏覽器或播放器中，遠端可用 ssh -L",
        Deed::Reuse => "依當初的表單",
    }
}

const STEMS: &str = "人聲、鼓、貝斯與其餘";

pub(super) fn question(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Stems => "將這首歌分軌？",
        MediaKind::Video => "製作這首歌的影片？",
        MediaKind::Wav | MediaKind::Audio | MediaKind::Cover => "製作這首歌的 WAV？",
    }
}

pub(super) fn filled(choice: &Choice, title: &str, fields: &[Field], keys: &Keymap) -> String {
    let what = choice
        .name
        .as_deref()
        .unwrap_or(super::work(Work::Song(choice.action)));
    let names: Vec<&str> = fields.iter().map(|field| super::field(*field)).collect();
    let filled = if names.is_empty() {
        "沒有可填的內容".to_owned()
    } else {
        format!("已填入{}", names.join("、"))
    };
    let undo = key(keys, Command::Undo);
    format!("{what}{title}：{filled}。按 {undo} 可取回原本的草稿")
}

fn line_title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Lyrics => "請 API 寫歌詞",
        Purpose::Export => "寫出混音",
        Purpose::Upload => "匯入歌曲",
    }
}

fn line_body(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Lyrics => "歌詞要寫什麼。寫好後會放進歌詞區，一步即可復原。供應商可能會扣款。",
        Purpose::Export => "WAV 檔案的路徑。已有的檔案不會被取代。",
        Purpose::Upload => {
            "音訊檔的網址（https://…），或這台電腦上的檔案路徑。本機檔案會離開這台電腦：先傳到供應商的檔案主機並取得連結。完成後歌曲會進入曲庫，可再做各種動作；供應商可能會扣款。"
        }
    }
}

/// In whole minutes, hours or days.
fn age(age: Seconds) -> String {
    let minutes = (age.0 / 60.0) as u64;
    match minutes {
        0 => "剛剛".to_owned(),
        n @ 1..60 => format!("{n} 分鐘前"),
        _ if minutes < 48 * 60 => {
            let n = minutes / 60;
            format!("{n} 小時前")
        }
        _ => {
            let n = minutes / 60 / 24;
            format!("{n} 天前")
        }
    }
}
