//! 繁體中文，用語依臺灣習慣。

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
    language: "繁體中文",
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
    server: |value| format!("預設：{value}"),
    output,
    media,
    too_small: |width, height| {
        format!(
            "視窗太小：fuzzbox 至少需要 40 欄、10 列，目前是 {width} × {height}。背景工作照常進行。"
        )
    },
    yes: "是",
    no: "否",
    way_prompt: "提示詞",
    way_lyrics: "歌詞",
    random: "隨機",
    mistakes: |count| format!("{count} 個欄位有誤"),
    demo: "示範模式，不會扣款",
    no_token: |keys| format!("尚無 API token，按 {} 輸入", key(keys, Command::EnterToken)),
    lyrics_empty: |keys| {
        vec![
            format!("按 {} 開始寫歌詞。", key(keys, Command::Lyrics(L::Edit))),
            format!(
                "按 {} 加入 [Verse]，再按一次加入 [Chorus]，依此類推。",
                key(keys, Command::Lyrics(L::AddSection))
            ),
            "貼上的文字會保留換行。".to_owned(),
        ]
    },
    lyrics_unused: |keys| {
        format!(
            "目前依提示詞作曲，不會唱這份歌詞。在「{}」按 {} 可切換。",
            pane(PaneId::Compose),
            key(keys, Command::Compose(C::SwitchWay))
        )
    },
    lyrics_instrumental: "這首是純音樂，不會唱這份歌詞。",
    lyrics_missing: |keys| {
        format!(
            "請寫下歌詞；或在「{}」按 {} 改為只依提示詞作曲。",
            pane(PaneId::Compose),
            key(keys, Command::Compose(C::SwitchWay))
        )
    },
    lyrics_not_sung: "不會唱",
    lyrics_none: "還沒有歌詞",
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
            some(count.in_doubt, || format!("{} 項待確認", count.in_doubt)),
            some(count.held, || format!("{} 項暫停", count.held)),
            some(count.running, || format!("{} 項進行中", count.running)),
            some(count.waiting, || format!("{} 項等候中", count.waiting)),
        ])
    },
    queue_empty: |keys| {
        vec![
            "目前沒有任務。".to_owned(),
            format!("按 {} 送出草稿。", key(keys, Command::Submit)),
        ]
    },
    queue_none: "沒有任務",
    hosting: |percent| format!("上傳檔案 {percent}%"),
    looking: "正在向 API 查詢這個任務的下落。",
    decide: |keys| {
        format!(
            "API 上找不到這個任務：按 {} 重新送出，按 {} 放棄。",
            key(keys, Command::Queue(Q::SendAgain)),
            key(keys, Command::Queue(Q::Drop))
        )
    },
    again_in: |time| format!("{time} 後重試"),
    songs: |count| format!("{count} 首"),
    songs_found: |found, all| format!("{all} 首中的 {found} 首"),
    library_empty: |keys| {
        vec![
            "還沒有歌曲。".to_owned(),
            format!(
                "先在「{}」寫下提示詞，再按 {} 做出第一首歌。",
                pane(PaneId::Compose),
                key(keys, Command::Submit)
            ),
        ]
    },
    library_nothing: |keys| {
        format!(
            "找不到符合的歌曲。按 {} 顯示全部。",
            key(keys, Command::Text(T::Leave))
        )
    },
    show_all: "顯示全部",
    find: "搜尋",
    untitled: "未命名",
    player_idle: |keys| {
        format!(
            "目前沒有播放。在「{}」按 {} 播放歌曲。",
            pane(PaneId::Library),
            key(keys, Command::Library(B::Play))
        )
    },
    player_first: |keys| {
        format!(
            "寫下提示詞，按 {} 送出；做好的歌會在這裡播放。",
            key(keys, Command::Submit)
        )
    },
    volume: |percent| format!("音量 {percent}%"),
    no_sound: "沒有聲音",
    muted: "靜音",
    deeds: deeds::DEEDS,
    details: Details {
        made_from: "來源",
        became: "衍生",
        task: "任務",
        song: "歌曲",
        state: "狀態",
        action: "動作",
        ordered: "建立時間",
        sent: "送出時間",
        finished: "完成時間",
        elapsed: "歷時",
        progress: "進度",
        attempts: "未成功送出",
        api_id: "任務 ID",
        trace_id: "Trace ID",
        failure: "發生什麼事",
        code: "代碼",
        message: "API 訊息",
        money: "費用",
        next: "接下來",
        songs: "歌曲",
        id: "歌曲 ID",
        length: "長度",
        made: "製作時間",
        link_until: "連結有效至",
        link_dead: "連結已失效",
        folder: "資料夾",
        not_here: "尚未下載",
        fetching: |percent| match percent {
            Some(percent) => format!("下載中 {percent}%"),
            None => "下載中".to_owned(),
        },
        gone: "已經沒有這筆資料。",
        raw: "回應",
        words: "歌詞",
        take_words: |keys| {
            format!(
                "按 {} 放進歌詞；復原可恢復你原來的。",
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
        help: "按鍵說明",
        palette: "所有指令",
        palette_nothing: "沒有符合的指令。",
        question: "請決定",
        yes: "確定",
        no: "取消",
        token: "API token",
        token_why: "製作歌曲需要 Producer API 的 token。請到 https://platform.acedata.cloud 取得（新帳號有免費額度），再貼到這裡。",
        token_where: |settings| {
            format!(
                "token 會存放在 {}，只有你能讀取，而且不會顯示出來。",
                settings.token_file
            )
        },
        token_else: "也可以用環境變數 ACEDATACLOUD_API_TOKEN，或 --token-file 指定檔案。",
        token_typed: |count| format!("{count} 個字元"),
        store: "儲存",
        later: "以後再說",
        files: "檔案",
        files_body: |settings| {
            vec![
                format!("歌曲：{}", settings.media_folder),
                format!("token：{}", settings.token_file),
            ]
        },
        copying: "複製",
        copying_body: "複製的內容會送到你的終端機（OSC 52），透過 SSH 也可以。在 tmux 裡需要設定：set -g set-clipboard on",
        typing: "輸入文字時",
        typing_body: &[
            ("^a ^e", "到行首、行尾"),
            ("^w ^u ^k", "刪除前一個詞、到行首、到行尾"),
            ("Alt-b Alt-f", "往前、往後一個詞"),
            ("^_ ^r", "復原、重做"),
        ],
        more: |keys| {
            format!(
                "按 {} 可找到所有指令。所有按鍵都能在設定檔裡更改。",
                key(keys, Command::Palette)
            )
        },
    },
};

fn media(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "音訊",
        MediaKind::Cover => "封面",
        MediaKind::Wav => "WAV",
        MediaKind::Video => "影片",
        MediaKind::Stems => "分軌",
    }
}

fn pane(pane: PaneId) -> &'static str {
    match pane {
        PaneId::Compose => "創作",
        PaneId::Lyrics => "歌詞",
        PaneId::Queue => "佇列",
        PaneId::Library => "曲庫",
    }
}

fn context(context: Context) -> &'static str {
    match context {
        Context::Global => "任何地方",
        Context::Compose => "創作",
        Context::Lyrics => "歌詞",
        Context::Queue => "佇列",
        Context::Library => "曲庫",
        Context::Line => "輸入單行文字時",
        Context::Text => "輸入歌詞時",
        Context::Player => "在大播放器",
        Context::UpNext => "在接著播放",
        Context::Mixer => "在混音器",
        Context::Link => "在收聽連結",
        Context::Overlay => "像這樣的視窗",
    }
}

fn notice(notice: &Notice, keys: &Keymap) -> String {
    let name = |title: &str| format!("「{}」", name(title, "未命名"));
    match notice {
        Notice::Ordered(label) => format!("{}已加入佇列", name(label)),
        Notice::Finished(title) => format!("{}做好了", name(title)),
        Notice::Arrived(arrival) => arrivals::arrival(arrival, keys),
        Notice::TaskFailed(label, failure) => failed(&name(label), failure, keys),
        Notice::TaskInDoubt(label) => {
            format!("{}：已送出，但結果不明。程式不會自動重送。", name(label))
        }
        Notice::TaskFound(label) => format!("在 API 上找到{}，繼續進行", name(label)),
        Notice::TokenNeeded => hold(Hold::Token, keys),
        Notice::TokenStored(None) => "token 已儲存，佇列繼續進行".to_owned(),
        Notice::TokenStored(Some(name)) => {
            format!("token 已儲存，佇列繼續進行。下次啟動時 {name} 優先：請修正或取消設定")
        }
        Notice::CreditNeeded => hold(Hold::Credit, keys),
        Notice::DraftRefused(count) => format!("尚未送出：請先修正 {count} 個欄位"),
        Notice::Refused(command, why) => {
            format!("{}：{}", self::command(*command), refusal(*why))
        }
        Notice::UnknownKey(label) => {
            let help = key(keys, Command::Help);
            format!("{label} 在這裡沒有作用；按 {help} 看所有按鍵")
        }
        Notice::Flow(told) => (flow::FLOW.told)(told, keys),
        Notice::Copied(what) => (taking::TAKING.copied)(*what).to_owned(),
        Notice::LibraryNotRead(why) => {
            format!("只讀到最新的歌曲：{why} 其餘的仍在磁碟上；重新啟動即可看到")
        }
        Notice::NotSuspended => "沒有暫停：這裡沒有 shell 能讓 fuzzbox 回來".to_owned(),
        Notice::NotCopied(why) => format!("無法複製：{why}"),
        Notice::NotSaved(why) => {
            format!("無法寫入磁碟。沒有存好的任務不會送出，有空間後會自動繼續。{why}")
        }
        Notice::NotPlayed(title, why) => format!("{}無法播放：{why}", name(title)),
        Notice::NotFetched(title, failure) => not_fetched(&name(title), failure, keys),
        Notice::FormFilled(title) => format!("已依{}填好表單", name(title)),
        Notice::FormFilledFor(choice, title, fields) => {
            deeds::filled(choice, &name(title), fields, keys)
        }
        Notice::Experimental(shown) => experimental(*shown).to_owned(),
        Notice::NothingPasted => "沒有貼上：這裡不能輸入文字".to_owned(),
        Notice::FormCleared => {
            let undo = key(keys, Command::Undo);
            format!("已開始新草稿；按 {undo} 可取回原本的")
        }
        Notice::Undone => "已復原".to_owned(),
        Notice::PasteCut(bytes) => format!("文字已達上限，有 {bytes} 個位元組沒有貼上"),
        Notice::WebhookOpened(_) | Notice::WebhookNotOpened(_) => hearing::notice(notice),
        Notice::HandedOver => company::COMPANY.handed_over.to_owned(),
        Notice::TookOver => company::COMPANY.took_over.to_owned(),
        Notice::BatchOrdered(_) | Notice::BudgetReached(_) => taking::notice(notice, keys),
        Notice::Ear(told) => ears::notice(told, keys),
        Notice::Broke(what) => format!("程式內部發生錯誤：{what}。詳情請看記錄檔。"),
    }
}

fn experimental(shown: bool) -> &'static str {
    if shown {
        "已顯示實驗欄位：官方文件沒有記載，可能沒有效果"
    } else {
        "已隱藏實驗欄位，內容不會送出"
    }
}

fn question(question: &Question) -> &'static str {
    match question {
        Question::OrderTwice(_) => "再下一次相同的訂單？",
        Question::OrderAgain(_) => "再做一次這個任務？",
        Question::SendAgain(_) => "重新送出這個任務？",
        Question::Drop(_) => "放棄這個任務？",
        Question::OrderFile(_, kind) => deeds::question(*kind),
        Question::QuitWhileSubmitting => "正在送出任務，要離開嗎？",
    }
}

fn question_body(question: &Question) -> &'static str {
    match question {
        Question::OrderTwice(_) => "佇列裡已有相同的任務，或剛剛才做過。每做好一首歌都會扣款。",
        Question::OrderAgain(_) => "失敗的那次沒有扣款；新的任務成功後才會扣款。",
        Question::SendAgain(_) => "先前送出過，但在 API 上找不到。萬一其實已被接受，就會扣款兩次。",
        Question::Drop(_) => "這個任務不會再送出，也不再查詢結果。結果不明的任務可能已經扣款。",
        Question::OrderFile(..) => "成功後才會扣款，供應商沒有公布價格。完成後檔案會附在這首歌下。",
        Question::QuitWhileSubmitting => {
            "歌曲不會遺失：下次啟動時會先向 API 查詢這個任務，才決定要不要再送。"
        }
    }
}

fn state(state: &TaskState) -> &'static str {
    match state {
        TaskState::Waiting { .. } => "等候中",
        TaskState::Submitting => "送出中",
        TaskState::Running { .. } => "進行中",
        TaskState::InDoubt { .. } => "待確認",
        TaskState::Held { .. } => "暫停",
        TaskState::Succeeded => "完成",
        TaskState::Failed { .. } => "失敗",
    }
}

fn work(work: Work) -> &'static str {
    match work {
        Work::Song(Action::Generate) => "生成",
        Work::Song(Action::Extend | Action::UploadExtend) => "續寫",
        Work::Song(Action::Cover | Action::UploadCover) => "翻唱",
        Work::Song(Action::Variation) => "變奏",
        Work::Song(Action::ReplaceSection | Action::UploadReplaceSection) => "替換片段",
        Work::Song(Action::SwapVocals) => "更換人聲",
        Work::Song(Action::SwapInstrumentals) => "更換伴奏",
        Work::Song(Action::Stems) => "分軌",
        Work::Lyrics => "寫歌詞",
        Work::Upload => "上傳",
        Work::Wav => "WAV",
        Work::Video => "影片",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Action => "動作",
        Field::Source => "來源歌曲",
        Field::ContinueAt => "從何處續寫",
        Field::ReplaceStart => "替換起點",
        Field::ReplaceEnd => "替換終點",
        Field::CoverStrength => "翻唱強度",
        Field::CallbackUrl => "回呼網址",
        Field::Completion => hearing::HEARING.label,
        Field::Style => "風格 *",
        Field::StyleNegative => "排除風格 *",
        Field::VocalGender => "人聲 *",
        Field::LyricPrompt => "歌詞提示 *",
        Field::Custom => "依據",
        Field::Model => "模型",
        Field::Prompt => "提示詞",
        Field::Lyric => "歌詞",
        Field::Title => "歌名",
        Field::Instrumental => "純音樂",
        Field::LyricsStrength => "歌詞強度",
        Field::SoundStrength => "提示詞強度",
        Field::Weirdness => "怪異度",
        Field::Seed => "種子",
    }
}

fn placeholder(field: Field, style: bool) -> &'static str {
    match field {
        Field::Prompt if style => "曲風、情緒、樂器",
        Field::Prompt => "想要一首怎樣的歌",
        Field::Title => "由伺服器命名",
        Field::ContinueAt | Field::ReplaceStart | Field::ReplaceEnd => "秒數或 1:23.5",
        Field::CallbackUrl => "無",
        Field::Style | Field::StyleNegative | Field::VocalGender | Field::LyricPrompt => {
            "文件未記載"
        }
        _ => "",
    }
}

fn output(output: &OutputKind) -> String {
    match output {
        OutputKind::Pulse => "PulseAudio".to_owned(),
        OutputKind::Device => "音效卡".to_owned(),
        OutputKind::Silent { reason } => format!("沒有聲音：{reason}"),
    }
}
