//! 得知歌曲完成的方式，繁體中文。

use crate::app::notice::Notice;
use crate::domain::Completion;
use crate::i18n::Hearing;

pub(super) const HEARING: Hearing = Hearing {
    label: "完成通知",
    way: |way| match way {
        Completion::Polling => "定時查詢（polling）",
        Completion::Blocking => "保持連線等待（blocking）",
        Completion::Webhook => "由 API 回呼（webhook）",
    },
    told: |way| match way {
        Completion::Polling => "polling：定時向 API 查詢進度",
        Completion::Blocking => "blocking：由訂單的回應直接帶回結果",
        Completion::Webhook => "webhook：完成時由 API 回呼，期間仍偶爾查詢",
    },
};

/// 回呼的通知。
pub(super) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::WebhookOpened(at) => format!("正在 {at} 接收回呼"),
        Notice::WebhookNotOpened(why) => format!("無法接收回呼，改為定時查詢：{why}"),
        _ => String::new(),
    }
}
