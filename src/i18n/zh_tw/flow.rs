//! 整個佇列的繁體中文。

use crate::app::command::{Command, LibraryCommand as B, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::app::notice::{Refusal, Told};
use crate::domain::ledger::Sums;
use crate::i18n::{Flow, joined, key, some};

pub(super) const FLOW: Flow = Flow {
    paused: "已暫停",
    paused_tag: |keys| {
        format!(
            "佇列已暫停：在佇列按 {}",
            key(keys, Command::Queue(Q::Pause))
        )
    },
    command: |command| match command {
        Q::Earlier => "任務往前移",
        Q::Later => "任務往後移",
        Q::First => "任務移到最前面",
        Q::PauseTask => "暫停或繼續這個任務",
        Q::Pause => "暫停或繼續整個佇列",
        Q::Spend => "查看花費",
        _ => "",
    },
    hint: |command| match command {
        Q::Earlier => "往前",
        Q::Later => "往後",
        Q::First => "最前面",
        Q::PauseTask => "暫停",
        Q::Pause => "全部暫停",
        Q::Spend => "花費",
        _ => "",
    },
    refusal: |refusal| match refusal {
        Refusal::NotWaiting => "只適用於還在等候的任務",
        Refusal::IsFirst => "前面沒有等候的任務",
        Refusal::IsLast => "後面沒有等候的任務",
        _ => "",
    },
    told,
    today: |sums| joined(&[format!("今天 {}", made(sums)), amount(sums)]),
    spend: "花費",
    in_all: "合計",
    sent: "送出",
    charged: "完成",
    failed: "失敗",
    in_doubt: "不明",
    open: "進行中",
    credits: "點數",
    amount,
    spend_note: |zone| {
        format!(
            "依送出的日期（{zone}）。完成：已計費。失敗：未計費。點數只計供應商公布價格的項目；+n：完成但沒有公布價格的數量。匯入的舊歌曲不計。"
        )
    },
    not_read: "正在讀取帳目。",
    importing: |course| format!("舊歌曲：已看 {}，新增 {}", course.listed, course.songs),
    days_left: |days| match days {
        0 => "失效".to_owned(),
        days => format!("{days} 天"),
    },
};

fn made(sums: &Sums) -> String {
    if sums.songs == sums.charged {
        format!("{} 首", sums.songs)
    } else {
        format!("完成 {} 項", sums.charged)
    }
}

fn amount(sums: &Sums) -> String {
    let priced = sums.charged - sums.unpriced.min(sums.charged);
    let known = some(priced as usize, || format!("{:.2} 點", sums.credits));
    let unknown = some(sums.unpriced as usize, || format!("+{}", sums.unpriced));
    match (known.as_str(), unknown.as_str()) {
        ("", _) | (_, "") => format!("{known}{unknown}"),
        (known, unknown) => format!("{known} {unknown}"),
    }
}

fn told(told: &Told, keys: &Keymap) -> String {
    match told {
        Told::Paused(true) => format!(
            "佇列已暫停：在佇列按 {} 之前不再送出任務；已送出的會繼續。",
            key(keys, Command::Queue(Q::Pause))
        ),
        Told::Paused(false) => "佇列繼續".to_owned(),
        Told::ImportBegun => format!(
            "正在找帳號先前的歌曲；在曲庫按 {} 停止",
            key(keys, Command::Library(B::Import))
        ),
        Told::ImportStopped => format!(
            "已停止；在曲庫按 {} 從這裡繼續",
            key(keys, Command::Library(B::Import))
        ),
        Told::Imported(course) => joined(&[
            format!("舊歌曲：已看 {}", course.listed),
            format!("新增 {}", course.songs),
            some(course.dead as usize, || {
                format!("其中 {} 首已超過連結期限（90 天）", course.dead)
            }),
        ]),
        Told::ImportRefused(failure) => format!(
            "無法匯入舊歌曲：{}。{}",
            super::STRINGS.failure_line(failure),
            failure.message
        ),
    }
}
