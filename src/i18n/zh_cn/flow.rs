//! 整个队列的简体中文。

use crate::app::command::{Command, LibraryCommand as B, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::app::notice::{Refusal, Told};
use crate::domain::ledger::Sums;
use crate::i18n::{Flow, joined, key, some};

pub(super) const FLOW: Flow = Flow {
    paused: "已暂停",
    paused_tag: |keys| {
        format!(
            "队列已暂停：在队列按 {}",
            key(keys, Command::Queue(Q::Pause))
        )
    },
    command: |command| match command {
        Q::Earlier => "任务往前移",
        Q::Later => "任务往后移",
        Q::First => "任务移到最前面",
        Q::PauseTask => "暂停或继续这个任务",
        Q::Pause => "暂停或继续整个队列",
        Q::Spend => "查看花费",
        _ => "",
    },
    hint: |command| match command {
        Q::Earlier => "往前",
        Q::Later => "往后",
        Q::First => "最前面",
        Q::PauseTask => "暂停",
        Q::Pause => "全部暂停",
        Q::Spend => "花费",
        _ => "",
    },
    refusal: |refusal| match refusal {
        Refusal::NotWaiting => "只适用于还在等候的任务",
        Refusal::IsFirst => "前面没有等候的任务",
        Refusal::IsLast => "后面没有等候的任务",
        _ => "",
    },
    told,
    today: |sums| joined(&[format!("今天 {}", made(sums)), amount(sums)]),
    spend: "花费",
    in_all: "合计",
    sent: "提交",
    charged: "完成",
    failed: "失败",
    in_doubt: "不明",
    open: "进行中",
    credits: "额度",
    amount,
    spend_note: |zone| {
        format!(
            "按提交的日期（{zone}）。完成：已计费。失败：未计费。额度只计供应商公布价格的项目；+n：完成但没有公布价格的数量。导入的旧歌曲不计。"
        )
    },
    not_read: "正在读取账目。",
    importing: |course| format!("旧歌曲：已看 {}，新增 {}", course.listed, course.songs),
    days_left: |days| match days {
        0 => "失效".to_owned(),
        days => format!("{days} 天"),
    },
};

fn made(sums: &Sums) -> String {
    if sums.songs == sums.charged {
        format!("{} 首", sums.songs)
    } else {
        format!("完成 {} 项", sums.charged)
    }
}

fn amount(sums: &Sums) -> String {
    let priced = sums.charged - sums.unpriced.min(sums.charged);
    let known = some(priced as usize, || format!("{:.2} 点", sums.credits));
    let unknown = some(sums.unpriced as usize, || format!("+{}", sums.unpriced));
    match (known.as_str(), unknown.as_str()) {
        ("", _) | (_, "") => format!("{known}{unknown}"),
        (known, unknown) => format!("{known} {unknown}"),
    }
}

fn told(told: &Told, keys: &Keymap) -> String {
    match told {
        Told::Paused(true) => format!(
            "队列已暂停：在队列按 {} 之前不再提交任务；已提交的会继续。",
            key(keys, Command::Queue(Q::Pause))
        ),
        Told::Paused(false) => "队列继续".to_owned(),
        Told::ImportBegun => format!(
            "正在找账号先前的歌曲；在曲库按 {} 停止",
            key(keys, Command::Library(B::Import))
        ),
        Told::ImportStopped => format!(
            "已停止；在曲库按 {} 从这里继续",
            key(keys, Command::Library(B::Import))
        ),
        Told::Imported(course) => joined(&[
            format!("旧歌曲：已看 {}", course.listed),
            format!("新增 {}", course.songs),
            some(course.dead as usize, || {
                format!("其中 {} 首已超过链接期限（90 天）", course.dead)
            }),
        ]),
        Told::ImportRefused(failure) => format!(
            "无法导入旧歌曲：{}。{}",
            super::STRINGS.failure_line(failure),
            failure.message
        ),
    }
}
