//! 出了什么问题、该怎么办：简体中文。

use crate::app::command::{Command, LibraryCommand as B, LyricsCommand as L, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::domain::{Charge, Failure, FailureKind as F, FileProblem, Hold, Problem};
use crate::i18n::key;

pub(super) fn failure(failure: &Failure) -> &'static str {
    match (failure.kind, failure.code.as_deref(), failure.status) {
        (F::BadToken, Some("token_mismatched"), Some(400)) => "这个令牌属于另一个 API",
        (F::BadToken, Some("token_mismatched"), _) => "这个令牌与这个 API 不匹配",
        (F::BadToken, Some("invalid_token"), _) => "API 不认识这个令牌",
        (F::BadToken, Some("token_expired"), _) => "这个令牌已过期",
        (F::NoToken, Some("no_token"), _) => "提交的任务没有附上令牌",
        (F::BadRequest, Some("api_not_implemented"), _) => "这台服务器不认识这个动作",
        (F::BadRequest, Some("bad_request"), _) => "API 不接受这个任务里的某个值",
        (F::Disabled, Some("disabled"), _) => "这个令牌所属的应用已被停用",
        (F::NoCredit, Some("used_up"), _) => "这个账号的额度已用完",
        (F::WrongAddress, Some("no_api"), _) => "这个地址没有 Producer API",
        (F::RateLimited, Some("too_many_requests" | "rate_limited"), _) => {
            "请求太频繁：API 没有接受这个任务"
        }
        (F::Forbidden, Some("forbidden"), _) => "API 禁止这个任务",
        (F::Unknown, Some("api_error"), _) => "API 收到任务后出了错",
        (F::Unknown, Some("timeout"), _) => "API 太慢，已放弃",
        (kind, ..) => of_kind(kind),
    }
}

fn of_kind(kind: F) -> &'static str {
    match kind {
        F::Unreachable => "连不上 API",
        F::RateLimited => "API 忙碌中，没有接受这个任务",
        F::NoToken => "没有 API 令牌",
        F::BadToken => "API 不接受这个令牌",
        F::NoCredit => "账号的额度用完了",
        F::Disabled => "账号已被停用",
        F::BadRequest => "API 不接受这个任务的内容",
        F::Retired => "API 已不再提供这个功能",
        F::Forbidden => "API 不允许这个任务",
        F::WrongAddress => "这个地址不是 Producer API",
        F::Unknown => "已提交，但结果不明",
        F::Generation => "API 无法做出这首歌",
        F::Dropped => "结果不明时由你放弃",
        F::Cancelled => "提交前由你取消",
        F::BadFile => "链接失效或文件损坏",
        F::Disk => "磁盘已满、损坏或无法写入",
        F::NoFile => "无法读取本地文件",
        F::TooLarge => "文件太大，文件空间不收",
        F::HostRefused => "文件空间不收这个文件",
    }
}

pub(super) fn charge(charge: Charge) -> &'static str {
    match charge {
        Charge::No => "没有扣费",
        Charge::Unknown => "可能已扣费",
        Charge::AlreadyPaid => "这首歌已付过费",
    }
}

pub(super) fn next_step(failure: &Failure, keys: &Keymap) -> String {
    let again = key(keys, Command::Queue(Q::OrderAgain));
    match failure.kind {
        F::BadToken if failure.code.as_deref() == Some("token_expired") => format!(
            "到 https://platform.acedata.cloud 创建新的令牌，按 {} 输入后队列会自动继续。",
            key(keys, Command::EnterToken)
        ),
        F::BadRequest if failure.code.as_deref() == Some("api_not_implemented") => {
            "请改用其他动作：其余的都照常可用。".to_owned()
        }
        F::Retired => "这个功能已停用：请改用其他动作或模型，其余的都照常可用。".to_owned(),
        F::NoFile => format!("请检查路径与读取权限；按 {again} 再试一次。"),
        F::TooLarge => "请缩小文件（mp3 或 m4a），或改给一个公开的链接。".to_owned(),
        F::HostRefused => "文件空间可能需要自己的令牌（platform token）：请在配置文件 [files] 用 token_file 指定存放它的文件，或改用别的 host；也可以改给一个公开的链接。".to_owned(),
        F::Unreachable | F::RateLimited => "会自动重试，不必处理。".to_owned(),
        F::NoToken | F::BadToken => hold(Hold::Token, keys),
        F::NoCredit => hold(Hold::Credit, keys),
        F::Disabled => "请联络服务商的客服，并附上 Trace ID。".to_owned(),
        F::BadRequest => format!("修改草稿后再提交；按 {again} 则照原样再做一次。"),
        F::Forbidden => "可能是内容审查或权限不足：请修改文字后再提交。".to_owned(),
        F::WrongAddress => "请检查配置文件里的 API 地址。".to_owned(),
        F::Unknown => format!(
            "按 {} 重新提交，可能重复扣费；按 {} 放弃。",
            key(keys, Command::Queue(Q::SendAgain)),
            key(keys, Command::Queue(Q::Drop))
        ),
        F::Generation | F::Dropped | F::Cancelled => format!("按 {again} 再做一次。"),
        F::BadFile => format!(
            "链接有效期间，在曲库按 {} 可重新下载。",
            key(keys, Command::Library(B::Fetch))
        ),
        F::Disk => "请腾出空间或修复磁盘，然后再试。".to_owned(),
    }
}

pub(super) fn problem(problem: &Problem, keys: &Keymap) -> String {
    match problem {
        Problem::Missing => "必填".to_owned(),
        Problem::TooLong { length, max } => format!("太长：{length} 字，上限 {max} 字"),
        Problem::NotANumber => "不是数字".to_owned(),
        Problem::OutOfRange { min, max } => format!("须介于 {min} 与 {max} 之间"),
        Problem::NotAnId => {
            "不是歌曲的 id：请粘贴像 38d3b9e2-0dfb-4338-b2a7-15e45656ed32 这样的".to_owned()
        }
        Problem::NotAMoment => "不是时间：请输入秒数或 1:23.5".to_owned(),
        Problem::PastTheEnd { length } => format!("超过结尾：这首歌长 {}", length.clock_tenths()),
        Problem::EndsBeforeItBegins => "终点在起点之前".to_owned(),
        Problem::NotAnAddress => "不是网址：须以 https:// 开头".to_owned(),
        Problem::TooLarge { bytes, max } => {
            format!("太大：{} kB，上限 {} kB", bytes.div_ceil(1000), max / 1000)
        }
        Problem::ControlCharacter => "含有无法提交的字符".to_owned(),
        Problem::LiteralNewline => format!(
            "该换行的地方写成了 \\n：按 {} 转成换行",
            key(keys, Command::Lyrics(L::BreakLines))
        ),
        Problem::File(problem) => file_problem(problem),
    }
}

/// Of a file that is to be brought in.
fn file_problem(problem: &FileProblem) -> String {
    match problem {
        FileProblem::Missing => "没有这个文件".to_owned(),
        FileProblem::NotAFile => "这不是文件".to_owned(),
        FileProblem::Empty => "文件是空的".to_owned(),
        FileProblem::TooLarge { bytes, max } => format!(
            "太大：{} MB，文件主机上限 {} MB",
            bytes.div_ceil(1_000_000),
            max / 1_000_000
        ),
        FileProblem::Unreadable(why) => format!("无法读取：{why}"),
    }
}

pub(super) fn hold(hold: Hold, keys: &Keymap) -> String {
    match hold {
        Hold::Token => format!(
            "队列在等 API 令牌：按 {} 输入。",
            key(keys, Command::EnterToken)
        ),
        Hold::Credit => {
            "队列在等额度：到 https://platform.acedata.cloud 充值后会自动继续。".to_owned()
        }
        Hold::Disk => "队列在等磁盘：任务要先存好才会提交。".to_owned(),
        Hold::Paused => format!(
            "已暂停：按 {} 让它继续等候。",
            key(keys, Command::Queue(Q::PauseTask))
        ),
        Hold::Budget => format!(
            "今天的份额已用完（songs_per_day）：UTC 午夜过后会自动提交；按 {} 现在就提交。",
            key(keys, Command::Queue(Q::SendAgain))
        ),
    }
}

pub(super) fn failed(label: &str, failure: &Failure, keys: &Keymap) -> String {
    let more = key(keys, Command::Queue(Q::Details));
    let line = super::STRINGS.failure_line(failure);
    format!(
        "{}：{line}。在队列按 {more} 看详情。{}",
        label,
        trace(failure)
    )
}

pub(super) fn not_fetched(title: &str, failure: &Failure, keys: &Keymap) -> String {
    format!(
        "{}的文件下载失败：{}。在曲库按 {} 可重新下载，不另收费。{}",
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
