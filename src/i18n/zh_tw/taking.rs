//! 預覽、複製與批次的繁體中文。

use super::failures::hold;
use crate::app::batch::Way;
use crate::app::keymap::Keymap;
use crate::app::notice::{Copied, Notice};
use crate::domain::Hold;
use crate::i18n::Taking;

pub(super) const TAKING: Taking = Taking {
    preview: "將要送出的請求",
    preview_task: "已下單的請求",
    not_yet: |count| format!("還不能送出：要先修正 {count} 處"),
    file_first: "檔案會先上傳到檔案主機，再把那裡的網址當作 audio_url 送出。",
    copy: "複製",
    item: |what| match what {
        Copied::Link => "音訊連結",
        Copied::Id => "歌曲 ID",
        Copied::Lyric => "歌詞",
        Copied::Failure => "失敗原因與 Trace ID",
        Copied::TaskId => "API 的任務 ID",
        Copied::Json => "請求（JSON）",
        Copied::Curl => "請求（curl 指令）",
        Copied::Python => "請求（Python 程式）",
        Copied::CommandLine => "請求（fuzzbox 指令）",
    },
    copied: |what| match what {
        Copied::Link => "已複製連結",
        Copied::Id => "已複製 ID",
        Copied::Lyric => "已複製歌詞",
        Copied::Failure => "已複製失敗原因與 Trace ID",
        Copied::TaskId => "已複製任務 ID",
        Copied::Json => "已將請求複製為 JSON",
        Copied::Curl => "已將請求複製為 curl 指令，token 取自 ACEDATACLOUD_API_TOKEN",
        Copied::Python => "已將請求複製為 Python 程式，token 取自 ACEDATACLOUD_API_TOKEN",
        Copied::CommandLine => "已將請求複製為 fuzzbox 指令",
    },
    batch: "用這份草稿做多首歌",
    differ: "差別在",
    way: |way| match way {
        Way::Seeds => Some("種子：同一首歌的不同版本"),
        Way::Models => Some("模型"),
        Way::Sweep(_) => None,
    },
    count: "首數",
    from: "從",
    to: "到",
    price: |count, price| match price {
        Some(price) => format!(
            "{count} 首 · {:.2} 點，約 ${:.3} 美元",
            price.credits, price.dollars
        ),
        None => format!("{count} 首 · 價格未知：供應商沒有公布這種動作的價格"),
    },
    over_cap: |over, cap| format!("其中 {over} 首會保留到之後的日子：songs_per_day 是 {cap}。"),
    charged: "每一首都是獨立的訂單，做成才收費，失敗不收費。",
    order: "全部下單",
    leave: "以後再說",
};

/// The notices of batches and of the cap of the day.
pub(super) fn notice(notice: &Notice, keys: &Keymap) -> String {
    match notice {
        Notice::BatchOrdered(count) => format!("佇列裡多了 {count} 個任務"),
        Notice::BudgetReached(cap) => {
            format!("超過每天 {cap} 首：{}", hold(Hold::Budget, keys))
        }
        _ => String::new(),
    }
}
