//! 出了什麼問題、該怎麼辦：繁體中文。

use crate::app::command::{Command, LibraryCommand as B, LyricsCommand as L, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::domain::{Charge, Failure, FailureKind as F, FileProblem, Hold, Problem};
use crate::i18n::key;

pub(super) fn failure(failure: &Failure) -> &'static str {
    match (failure.kind, failure.code.as_deref(), failure.status) {
        (F::BadToken, Some("token_mismatched"), Some(400)) => "這個 token 屬於另一個 API",
        (F::BadToken, Some("token_mismatched"), _) => "這個 token 與這個 API 不相符",
        (F::BadToken, Some("invalid_token"), _) => "API 不認得這個 token",
        (F::BadToken, Some("token_expired"), _) => "這個 token 已過期",
        (F::NoToken, Some("no_token"), _) => "送出的任務沒有附上 token",
        (F::BadRequest, Some("api_not_implemented"), _) => "這台伺服器不認得這個動作",
        (F::BadRequest, Some("bad_request"), _) => "API 不接受這個任務裡的某個值",
        (F::Disabled, Some("disabled"), _) => "這個 token 所屬的應用已被停用",
        (F::NoCredit, Some("used_up"), _) => "這個帳號的點數已用完",
        (F::WrongAddress, Some("no_api"), _) => "這個位址沒有 Producer API",
        (F::RateLimited, Some("too_many_requests" | "rate_limited"), _) => {
            "請求太頻繁：API 沒有接受這個任務"
        }
        (F::Forbidden, Some("forbidden"), _) => "API 禁止這個任務",
        (F::Unknown, Some("api_error"), _) => "API 收到任務後出了錯",
        (F::Unknown, Some("timeout"), _) => "API 太慢，已放棄",
        (kind, ..) => of_kind(kind),
    }
}

fn of_kind(kind: F) -> &'static str {
    match kind {
        F::Unreachable => "連不上 API",
        F::RateLimited => "API 忙碌中，沒有接受這個任務",
        F::NoToken => "沒有 API token",
        F::BadToken => "API 不接受這個 token",
        F::NoCredit => "帳號的點數用完了",
        F::Disabled => "帳號已被停用",
        F::BadRequest => "API 不接受這個任務的內容",
        F::Retired => "API 已不再提供這個功能",
        F::Forbidden => "API 不允許這個任務",
        F::WrongAddress => "這個位址不是 Producer API",
        F::Unknown => "已送出，但結果不明",
        F::Generation => "API 無法做出這首歌",
        F::Dropped => "結果不明時由你放棄",
        F::Cancelled => "送出前由你取消",
        F::BadFile => "連結失效或檔案損毀",
        F::Disk => "磁碟已滿、損壞或無法寫入",
        F::NoFile => "無法讀取本機檔案",
        F::TooLarge => "檔案太大，檔案空間不收",
        F::HostRefused => "檔案空間不收這個檔案",
    }
}

pub(super) fn charge(charge: Charge) -> &'static str {
    match charge {
        Charge::No => "沒有扣款",
        Charge::Unknown => "可能已扣款",
        Charge::AlreadyPaid => "這首歌已付過費",
    }
}

pub(super) fn next_step(failure: &Failure, keys: &Keymap) -> String {
    let again = key(keys, Command::Queue(Q::OrderAgain));
    match failure.kind {
        F::BadToken if failure.code.as_deref() == Some("token_expired") => format!(
            "到 https://platform.acedata.cloud 建立新的 token，按 {} 輸入後佇列會自動繼續。",
            key(keys, Command::EnterToken)
        ),
        F::BadRequest if failure.code.as_deref() == Some("api_not_implemented") => {
            "請改用其他動作：其餘的都照常可用。".to_owned()
        }
        F::Retired => "這個功能已停用：請改用其他動作或模型，其餘的都照常可用。".to_owned(),
        F::NoFile => format!("請檢查路徑與讀取權限；按 {again} 再試一次。"),
        F::TooLarge => "請縮小檔案（mp3 或 m4a），或改給一個公開的連結。".to_owned(),
        F::HostRefused => "檔案空間可能需要自己的 token（platform token）：請在設定檔 [files] 以 token_file 指定存放它的檔案，或改用別的 host；也可以改給一個公開的連結。".to_owned(),
        F::Unreachable | F::RateLimited => "會自動重試，不必處理。".to_owned(),
        F::NoToken | F::BadToken => hold(Hold::Token, keys),
        F::NoCredit => hold(Hold::Credit, keys),
        F::Disabled => "請聯絡服務商的客服，並附上 Trace ID。".to_owned(),
        F::BadRequest => format!("修改草稿後再送出；按 {again} 則照原樣再做一次。"),
        F::Forbidden => "可能是內容審查或權限不足：請修改文字後再送出。".to_owned(),
        F::WrongAddress => "請檢查設定檔裡的 API 位址。".to_owned(),
        F::Unknown => format!(
            "按 {} 重新送出，可能重複扣款；按 {} 放棄。",
            key(keys, Command::Queue(Q::SendAgain)),
            key(keys, Command::Queue(Q::Drop))
        ),
        F::Generation | F::Dropped | F::Cancelled => format!("按 {again} 再做一次。"),
        F::BadFile => format!(
            "連結有效期間，在曲庫按 {} 可重新下載。",
            key(keys, Command::Library(B::Fetch))
        ),
        F::Disk => "請騰出空間或修復磁碟，然後再試。".to_owned(),
    }
}

pub(super) fn problem(problem: &Problem, keys: &Keymap) -> String {
    match problem {
        Problem::Missing => "必填".to_owned(),
        Problem::TooLong { length, max } => format!("太長：{length} 字，上限 {max} 字"),
        Problem::NotANumber => "不是數字".to_owned(),
        Problem::OutOfRange { min, max } => format!("須介於 {min} 與 {max} 之間"),
        Problem::NotAnId => {
            "不是歌曲的 id：請貼上像 38d3b9e2-0dfb-4338-b2a7-15e45656ed32 這樣的".to_owned()
        }
        Problem::NotAMoment => "不是時間：請輸入秒數或 1:23.5".to_owned(),
        Problem::PastTheEnd { length } => format!("超過結尾：這首歌長 {}", length.clock_tenths()),
        Problem::EndsBeforeItBegins => "終點在起點之前".to_owned(),
        Problem::NotAnAddress => "不是網址：須以 https:// 開頭".to_owned(),
        Problem::TooLarge { bytes, max } => {
            format!("太大：{} kB，上限 {} kB", bytes.div_ceil(1000), max / 1000)
        }
        Problem::ControlCharacter => "含有無法送出的字元".to_owned(),
        Problem::LiteralNewline => format!(
            "該換行的地方寫成了 \\n：按 {} 轉成換行",
            key(keys, Command::Lyrics(L::BreakLines))
        ),
        Problem::File(problem) => file_problem(problem),
    }
}

/// Of a file that is to be brought in.
fn file_problem(problem: &FileProblem) -> String {
    match problem {
        FileProblem::Missing => "沒有這個檔案".to_owned(),
        FileProblem::NotAFile => "這不是檔案".to_owned(),
        FileProblem::Empty => "檔案是空的".to_owned(),
        FileProblem::TooLarge { bytes, max } => format!(
            "太大：{} MB，檔案主機上限 {} MB",
            bytes.div_ceil(1_000_000),
            max / 1_000_000
        ),
        FileProblem::Unreadable(why) => format!("無法讀取：{why}"),
    }
}

pub(super) fn hold(hold: Hold, keys: &Keymap) -> String {
    match hold {
        Hold::Token => format!(
            "佇列在等 API token：按 {} 輸入。",
            key(keys, Command::EnterToken)
        ),
        Hold::Credit => {
            "佇列在等點數：到 https://platform.acedata.cloud 加值後會自動繼續。".to_owned()
        }
        Hold::Disk => "佇列在等磁碟：任務要先存好才會送出。".to_owned(),
        Hold::Paused => format!(
            "已暫停：按 {} 讓它繼續等候。",
            key(keys, Command::Queue(Q::PauseTask))
        ),
        Hold::Budget => format!(
            "今天的額度已用完（songs_per_day）：UTC 午夜過後會自動送出；按 {} 現在就送。",
            key(keys, Command::Queue(Q::SendAgain))
        ),
    }
}

pub(super) fn failed(label: &str, failure: &Failure, keys: &Keymap) -> String {
    let more = key(keys, Command::Queue(Q::Details));
    let line = super::STRINGS.failure_line(failure);
    format!(
        "{}：{line}。在佇列按 {more} 看詳情。{}",
        label,
        trace(failure)
    )
}

pub(super) fn not_fetched(title: &str, failure: &Failure, keys: &Keymap) -> String {
    format!(
        "{}的檔案下載失敗：{}。在曲庫按 {} 可重新下載，不另收費。{}",
        title,
        super::failure(failure),
        key(keys, Command::Library(B::Fetch)),
        trace(failure)
    )
}

fn trace(failure: &Failure) -> String {
    let id = failure.trace_id.as_deref();
    id.map_or_else(String::new, |id| format!(" Trace ID {id}"))
}
