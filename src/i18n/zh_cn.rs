//! 简体中文，用语依大陆习惯。

mod arrivals;
mod commands;
mod company;
mod deeds;
mod ears;
mod failures;
mod flow;
mod hearing;
mod taking;

use super::{Details, QueueCount, Strings, Windows, joined, key, name, some};
use crate::app::command::{
    Command, ComposeCommand as C, LibraryCommand as B, LyricsCommand as L, OverlayCommand as O,
    QueueCommand as Q, TextCommand as T,
};
use crate::app::keymap::{Context, Keymap};
use crate::app::notice::Notice;
use crate::app::panes::PaneId;
use crate::app::panes::overlay::Question;
use crate::domain::lyric::LyricCount;
use crate::domain::{Action, Field, Hold, MediaKind, OutputKind, TaskState, Work};
use commands::{command, hint, refusal};
use failures::{charge, failed, failure, hold, next_step, not_fetched, problem};

pub(super) static STRINGS: Strings = Strings {
    language: "简体中文",
    pane,
    player: "播放器",
    context,
    command,
    hint,
    refusal,
    notice,
    failure,
    charge,
    next_step,
    problem,
    question,
    question_body,
    state,
    hold,
    work,
    field,
    placeholder,
    server: |value| format!("默认：{value}"),
    output,
    media,
    too_small: |width, height| {
        format!(
            "窗口太小：fuzzbox 至少需要 40 列、10 行，目前是 {width} × {height}。后台任务照常进行。"
        )
    },
    yes: "是",
    no: "否",
    way_prompt: "提示词",
    way_lyrics: "歌词",
    random: "随机",
    mistakes: |count| format!("{count} 处有误"),
    demo: "演示模式，不会扣费",
    no_token: |keys| {
        format!(
            "还没有 API 令牌，按 {} 输入",
            key(keys, Command::EnterToken)
        )
    },
    lyrics_empty: |keys| {
        vec![
            format!("按 {} 开始写歌词。", key(keys, Command::Lyrics(L::Edit))),
            format!(
                "按 {} 添加 [Verse]，再按一次添加 [Chorus]，依此类推。",
                key(keys, Command::Lyrics(L::AddSection))
            ),
            "粘贴的文字会保留换行。".to_owned(),
        ]
    },
    lyrics_unused: |keys| {
        format!(
            "目前依提示词作曲，不会唱这份歌词。在“{}”按 {} 可切换。",
            pane(PaneId::Compose),
            key(keys, Command::Compose(C::SwitchWay))
        )
    },
    lyrics_instrumental: "这首是纯音乐，不会唱这份歌词。",
    lyrics_missing: |keys| {
        format!(
            "请写下歌词；或在“{}”按 {} 改为只依提示词作曲。",
            pane(PaneId::Compose),
            key(keys, Command::Compose(C::SwitchWay))
        )
    },
    lyrics_not_sung: "不会唱",
    lyrics_none: "还没有歌词",
    lyrics_count: |count| {
        joined(&[
            format!("{} 行", count.lines),
            format!("{} 段", count.sections),
            format!("{} 字", count.characters),
        ])
    },
    lyrics_summary: |count: LyricCount| {
        joined(&[
            some(count.sections, || format!("{} 段", count.sections)),
            format!("{} 行", count.lines),
        ])
    },
    queue_count: |count: QueueCount| {
        joined(&[
            some(count.in_doubt, || format!("{} 个待确认", count.in_doubt)),
            some(count.held, || format!("{} 个暂停", count.held)),
            some(count.running, || format!("{} 个进行中", count.running)),
            some(count.waiting, || format!("{} 个等待中", count.waiting)),
        ])
    },
    queue_empty: |keys| {
        vec![
            "目前没有任务。".to_owned(),
            format!("按 {} 提交草稿。", key(keys, Command::Submit)),
        ]
    },
    queue_none: "没有任务",
    hosting: |percent| format!("上传文件 {percent}%"),
    looking: "正在向 API 查询这个任务的下落。",
    decide: |keys| {
        format!(
            "API 上找不到这个任务：按 {} 重新提交，按 {} 放弃。",
            key(keys, Command::Queue(Q::SendAgain)),
            key(keys, Command::Queue(Q::Drop))
        )
    },
    again_in: |time| format!("{time} 后重试"),
    songs: |count| format!("{count} 首"),
    songs_found: |found, all| format!("{all} 首中的 {found} 首"),
    library_empty: |keys| {
        vec![
            "还没有歌曲。".to_owned(),
            format!(
                "先在“{}”写下提示词，再按 {} 做出第一首歌。",
                pane(PaneId::Compose),
                key(keys, Command::Submit)
            ),
        ]
    },
    library_nothing: |keys| {
        format!(
            "找不到符合的歌曲。按 {} 显示全部。",
            key(keys, Command::Text(T::Leave))
        )
    },
    show_all: "显示全部",
    find: "搜索",
    untitled: "未命名",
    player_idle: |keys| {
        format!(
            "目前没有播放。在“{}”按 {} 播放歌曲。",
            pane(PaneId::Library),
            key(keys, Command::Library(B::Play))
        )
    },
    player_first: |keys| {
        format!(
            "写下提示词，按 {} 提交；做好的歌会在这里播放。",
            key(keys, Command::Submit)
        )
    },
    volume: |percent| format!("音量 {percent}%"),
    no_sound: "没有声音",
    muted: "静音",
    deeds: deeds::DEEDS,
    details: Details {
        made_from: "来源",
        became: "衍生",
        task: "任务",
        song: "歌曲",
        state: "状态",
        action: "动作",
        ordered: "建立时间",
        sent: "提交时间",
        finished: "完成时间",
        elapsed: "用时",
        progress: "进度",
        attempts: "未成功提交",
        api_id: "任务 ID",
        trace_id: "Trace ID",
        failure: "发生什么事",
        code: "代码",
        message: "API 消息",
        money: "费用",
        next: "接下来",
        songs: "歌曲",
        id: "歌曲 ID",
        length: "长度",
        made: "制作时间",
        link_until: "链接有效至",
        link_dead: "链接已失效",
        folder: "文件夹",
        not_here: "尚未下载",
        fetching: |percent| match percent {
            Some(percent) => format!("下载中 {percent}%"),
            None => "下载中".to_owned(),
        },
        gone: "已经没有这条记录。",
        raw: "响应",
        words: "歌词",
        take_words: |keys| {
            format!(
                "按 {} 放进歌词；撤销可恢复你原来的。",
                key(keys, Command::Overlay(O::Accept))
            )
        },
    },
    hearing: hearing::HEARING,
    taking: taking::TAKING,
    listening: ears::LISTENING,
    flow: flow::FLOW,
    company: company::COMPANY,
    windows: Windows {
        help: "按键说明",
        palette: "所有命令",
        palette_nothing: "没有符合的命令。",
        question: "请决定",
        yes: "确定",
        no: "取消",
        token: "API 令牌",
        token_why: "制作歌曲需要 Producer API 的令牌。请到 https://platform.acedata.cloud 获取（新账号有免费额度），再粘贴到这里。",
        token_where: |settings| {
            format!(
                "令牌会保存在 {}，只有你能读取，而且不会显示出来。",
                settings.token_file
            )
        },
        token_else: "也可以用环境变量 ACEDATACLOUD_API_TOKEN，或 --token-file 指定文件。",
        token_typed: |count| format!("{count} 个字符"),
        store: "保存",
        later: "以后再说",
        files: "文件",
        files_body: |settings| {
            vec![
                format!("歌曲：{}", settings.media_folder),
                format!("令牌：{}", settings.token_file),
            ]
        },
        copying: "复制",
        copying_body: "复制的内容会送到你的终端（OSC 52），通过 SSH 也可以。在 tmux 里需要设置：set -g set-clipboard on",
        typing: "输入文字时",
        typing_body: &[
            ("^a ^e", "到行首、行尾"),
            ("^w ^u ^k", "删除前一个词、到行首、到行尾"),
            ("Alt-b Alt-f", "向前、向后一个词"),
            ("^_ ^r", "撤销、重做"),
        ],
        more: |keys| {
            format!(
                "按 {} 可找到所有命令。所有按键都能在配置文件里更改。",
                key(keys, Command::Palette)
            )
        },
    },
};

fn media(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "音频",
        MediaKind::Cover => "封面",
        MediaKind::Wav => "WAV",
        MediaKind::Video => "视频",
        MediaKind::Stems => "分轨",
    }
}

fn pane(pane: PaneId) -> &'static str {
    match pane {
        PaneId::Compose => "创作",
        PaneId::Lyrics => "歌词",
        PaneId::Queue => "队列",
        PaneId::Library => "曲库",
    }
}

fn context(context: Context) -> &'static str {
    match context {
        Context::Global => "任何地方",
        Context::Compose => "创作",
        Context::Lyrics => "歌词",
        Context::Queue => "队列",
        Context::Library => "曲库",
        Context::Line => "输入单行文本时",
        Context::Text => "输入歌词时",
        Context::Player => "在大播放器",
        Context::UpNext => "在接着播放",
        Context::Mixer => "在混音器",
        Context::Link => "在收听链接",
        Context::Overlay => "像这样的窗口",
    }
}

fn notice(notice: &Notice, keys: &Keymap) -> String {
    let name = |title: &str| format!("“{}”", name(title, "未命名"));
    match notice {
        Notice::Ordered(label) => format!("{}已加入队列", name(label)),
        Notice::Finished(title) => format!("{}做好了", name(title)),
        Notice::Arrived(arrival) => arrivals::arrival(arrival, keys),
        Notice::TaskFailed(label, failure) => failed(&name(label), failure, keys),
        Notice::TaskInDoubt(label) => {
            format!(
                "{}：已提交，但结果不明。程序不会自动重新提交。",
                name(label)
            )
        }
        Notice::TaskFound(label) => format!("在 API 上找到{}，继续进行", name(label)),
        Notice::TokenNeeded => hold(Hold::Token, keys),
        Notice::TokenStored(None) => "令牌已保存，队列继续进行".to_owned(),
        Notice::TokenStored(Some(name)) => {
            format!("令牌已保存，队列继续进行。下次启动时 {name} 优先：请修正或取消设置")
        }
        Notice::CreditNeeded => hold(Hold::Credit, keys),
        Notice::DraftRefused(count) => format!("尚未提交：请先修正 {count} 处错误"),
        Notice::Refused(command, why) => {
            format!("{}：{}", self::command(*command), refusal(*why))
        }
        Notice::UnknownKey(label) => {
            let help = key(keys, Command::Help);
            format!("{label} 在这里没有作用；按 {help} 看所有按键")
        }
        Notice::Flow(told) => (flow::FLOW.told)(told, keys),
        Notice::Copied(what) => (taking::TAKING.copied)(*what).to_owned(),
        Notice::LibraryNotRead(why) => {
            format!("只读到最新的歌曲：{why} 其余的仍在磁盘上；重新启动即可看到")
        }
        Notice::NotSuspended => "没有挂起：这里没有 shell 能让 fuzzbox 回来".to_owned(),
        Notice::NotCopied(why) => format!("无法复制：{why}"),
        Notice::NotSaved(why) => {
            format!("无法写入磁盘。没有存好的任务不会提交，有空间后会自动继续。{why}")
        }
        Notice::NotPlayed(title, why) => format!("{}无法播放：{why}", name(title)),
        Notice::NotFetched(title, failure) => not_fetched(&name(title), failure, keys),
        Notice::FormFilled(title) => format!("已按{}填好表单", name(title)),
        Notice::FormFilledFor(choice, title, fields) => {
            deeds::filled(choice, &name(title), fields, keys)
        }
        Notice::Experimental(shown) => experimental(*shown).to_owned(),
        Notice::NothingPasted => "没有粘贴：这里不能输入文字".to_owned(),
        Notice::FormCleared => {
            let undo = key(keys, Command::Undo);
            format!("已开始新草稿；按 {undo} 可取回原本的")
        }
        Notice::Undone => "已撤销".to_owned(),
        Notice::PasteCut(bytes) => format!("文字已达上限，有 {bytes} 个字节没有粘贴"),
        Notice::WebhookOpened(_) | Notice::WebhookNotOpened(_) => hearing::notice(notice),
        Notice::HandedOver => company::COMPANY.handed_over.to_owned(),
        Notice::TookOver => company::COMPANY.took_over.to_owned(),
        Notice::BatchOrdered(_) | Notice::BudgetReached(_) => taking::notice(notice, keys),
        Notice::Ear(told) => ears::notice(told, keys),
        Notice::Broke(what) => format!("程序内部发生错误：{what}。详情请看日志。"),
    }
}

fn experimental(shown: bool) -> &'static str {
    if shown {
        "已显示实验字段：官方文档没有记载，可能没有效果"
    } else {
        "已隐藏实验字段，内容不会发送"
    }
}

fn question(question: &Question) -> &'static str {
    match question {
        Question::OrderTwice(_) => "再下一次相同的订单？",
        Question::OrderAgain(_) => "再做一次这个任务？",
        Question::SendAgain(_) => "重新提交这个任务？",
        Question::Drop(_) => "放弃这个任务？",
        Question::OrderFile(_, kind) => deeds::question(*kind),
        Question::QuitWhileSubmitting => "正在提交任务，要离开吗？",
    }
}

fn question_body(question: &Question) -> &'static str {
    match question {
        Question::OrderTwice(_) => "队列里已有相同的任务，或刚刚才做过。每做好一首歌都会扣费。",
        Question::OrderAgain(_) => "失败的那次没有扣费；新的任务成功后才会扣费。",
        Question::SendAgain(_) => "先前提交过，但在 API 上找不到。万一其实已被接受，就会扣费两次。",
        Question::Drop(_) => "这个任务不会再提交，也不再查询结果。结果不明的任务可能已经扣款。",
        Question::OrderFile(..) => "成功后才会扣费，供应商没有公布价格。完成后文件会附在这首歌下。",
        Question::QuitWhileSubmitting => {
            "歌曲不会丢失：下次启动时会先向 API 查询这个任务，才决定要不要再提交。"
        }
    }
}

fn state(state: &TaskState) -> &'static str {
    match state {
        TaskState::Waiting { .. } => "等待中",
        TaskState::Submitting => "提交中",
        TaskState::Running { .. } => "进行中",
        TaskState::InDoubt { .. } => "待确认",
        TaskState::Held { .. } => "暂停",
        TaskState::Succeeded => "完成",
        TaskState::Failed { .. } => "失败",
    }
}

fn work(work: Work) -> &'static str {
    match work {
        Work::Song(Action::Generate) => "生成",
        Work::Song(Action::Extend | Action::UploadExtend) => "续写",
        Work::Song(Action::Cover | Action::UploadCover) => "翻唱",
        Work::Song(Action::Variation) => "变奏",
        Work::Song(Action::ReplaceSection | Action::UploadReplaceSection) => "替换片段",
        Work::Song(Action::SwapVocals) => "更换人声",
        Work::Song(Action::SwapInstrumentals) => "更换伴奏",
        Work::Song(Action::Stems) => "分轨",
        Work::Lyrics => "写歌词",
        Work::Upload => "上传",
        Work::Wav => "WAV",
        Work::Video => "视频",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Action => "动作",
        Field::Source => "来源歌曲",
        Field::ContinueAt => "从何处续写",
        Field::ReplaceStart => "替换起点",
        Field::ReplaceEnd => "替换终点",
        Field::CoverStrength => "翻唱强度",
        Field::CallbackUrl => "回调网址",
        Field::Completion => hearing::HEARING.label,
        Field::Style => "风格 *",
        Field::StyleNegative => "排除风格 *",
        Field::VocalGender => "人声 *",
        Field::LyricPrompt => "歌词提示 *",
        Field::Custom => "依据",
        Field::Model => "模型",
        Field::Prompt => "提示词",
        Field::Lyric => "歌词",
        Field::Title => "歌名",
        Field::Instrumental => "纯音乐",
        Field::LyricsStrength => "歌词强度",
        Field::SoundStrength => "提示词强度",
        Field::Weirdness => "怪异度",
        Field::Seed => "种子",
    }
}

fn placeholder(field: Field, style: bool) -> &'static str {
    match field {
        Field::Prompt if style => "曲风、情绪、乐器",
        Field::Prompt => "想要一首怎样的歌",
        Field::Title => "由服务器命名",
        Field::ContinueAt | Field::ReplaceStart | Field::ReplaceEnd => "秒数或 1:23.5",
        Field::CallbackUrl => "无",
        Field::Style | Field::StyleNegative | Field::VocalGender | Field::LyricPrompt => {
            "文档未记载"
        }
        _ => "",
    }
}

fn output(output: &OutputKind) -> String {
    match output {
        OutputKind::Pulse => "PulseAudio".to_owned(),
        OutputKind::Device => "声卡".to_owned(),
        OutputKind::Silent { reason } => format!("没有声音：{reason}"),
    }
}
