//! 预览、复制与批量的简体中文。

use super::failures::hold;
use crate::app::batch::Way;
use crate::app::keymap::Keymap;
use crate::app::notice::{Copied, Notice};
use crate::domain::Hold;
use crate::i18n::Taking;

pub(super) const TAKING: Taking = Taking {
    preview: "将要发送的请求",
    preview_task: "已下单的请求",
    not_yet: |count| format!("还不能发送：要先修正 {count} 处"),
    file_first: "文件会先上传到文件主机，再把那里的网址作为 audio_url 发送。",
    copy: "复制",
    item: |what| match what {
        Copied::Link => "音频链接",
        Copied::Id => "歌曲 ID",
        Copied::Lyric => "歌词",
        Copied::Failure => "失败原因与 Trace ID",
        Copied::TaskId => "API 的任务 ID",
        Copied::Json => "请求（JSON）",
        Copied::Curl => "请求（curl 命令）",
        Copied::Python => "请求（Python 程序）",
        Copied::CommandLine => "请求（fuzzbox 命令）",
    },
    copied: |what| match what {
        Copied::Link => "已复制链接",
        Copied::Id => "已复制 ID",
        Copied::Lyric => "已复制歌词",
        Copied::Failure => "已复制失败原因与 Trace ID",
        Copied::TaskId => "已复制任务 ID",
        Copied::Json => "已将请求复制为 JSON",
        Copied::Curl => "已将请求复制为 curl 命令，令牌取自 ACEDATACLOUD_API_TOKEN",
        Copied::Python => "已将请求复制为 Python 程序，令牌取自 ACEDATACLOUD_API_TOKEN",
        Copied::CommandLine => "已将请求复制为 fuzzbox 命令",
    },
    batch: "用这份草稿做多首歌",
    differ: "差别在",
    way: |way| match way {
        Way::Seeds => Some("种子：同一首歌的不同版本"),
        Way::Models => Some("模型"),
        Way::Sweep(_) => None,
    },
    count: "首数",
    from: "从",
    to: "到",
    price: |count, price| match price {
        Some(price) => format!(
            "{count} 首 · {:.2} 点，约 ${:.3} 美元",
            price.credits, price.dollars
        ),
        None => format!("{count} 首 · 价格未知：供应商没有公布这种动作的价格"),
    },
    over_cap: |over, cap| format!("其中 {over} 首会保留到之后的日子：songs_per_day 是 {cap}。"),
    charged: "每一首都是独立的订单，做成才收费，失败不收费。",
    order: "全部下单",
    leave: "以后再说",
};

/// The notices of batches and of the cap of the day.
pub(super) fn notice(notice: &Notice, keys: &Keymap) -> String {
    match notice {
        Notice::BatchOrdered(count) => format!("队列里多了 {count} 个任务"),
        Notice::BudgetReached(cap) => {
            format!("超过每天 {cap} 首：{}", hold(Hold::Budget, keys))
        }
        _ => String::new(),
    }
}
