//! 得知歌曲完成的方式，简体中文。

use crate::app::notice::Notice;
use crate::domain::Completion;
use crate::i18n::Hearing;

pub(super) const HEARING: Hearing = Hearing {
    label: "完成通知",
    way: |way| match way {
        Completion::Polling => "定时查询（polling）",
        Completion::Blocking => "保持连接等待（blocking）",
        Completion::Webhook => "由 API 回调（webhook）",
    },
    told: |way| match way {
        Completion::Polling => "polling：定时向 API 查询进度",
        Completion::Blocking => "blocking：由订单的响应直接带回结果",
        Completion::Webhook => "webhook：完成时由 API 回调，期间仍偶尔查询",
    },
};

/// 回调的通知。
pub(super) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::WebhookOpened(at) => format!("正在 {at} 接收回调"),
        Notice::WebhookNotOpened(why) => format!("无法接收回调，改为定时查询：{why}"),
        _ => String::new(),
    }
}
