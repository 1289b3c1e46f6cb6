//! 指令的繁體中文。

use crate::app::command::{
    Command, ComposeCommand as C, LibraryCommand as B, LyricsCommand as L, Motion as M,
    OverlayCommand as O, QueueCommand as Q, RequestCommand as R, TextCommand as T,
    TransportCommand as P,
};
use crate::app::notice::Refusal;
use crate::app::panes::PaneId;

pub(super) fn command(command: Command) -> &'static str {
    match command {
        Command::Quit => "離開",
        Command::Suspend => "暫離程式",
        Command::Repaint => "重繪畫面",
        Command::Help => "顯示按鍵說明",
        Command::Palette => "顯示所有指令",
        Command::EnterToken => "輸入 API token",
        Command::NextLanguage => "切換語言",
        Command::Submit => "送出草稿",
        Command::Undo => "復原",
        Command::NextPane => "下一個窗格",
        Command::PreviousPane => "上一個窗格",
        Command::Focus(PaneId::Compose) => "前往創作",
        Command::Focus(PaneId::Lyrics) => "前往歌詞",
        Command::Focus(PaneId::Queue) => "前往佇列",
        Command::Focus(PaneId::Library) => "前往曲庫",
        Command::Move(motion) => self::motion(motion),
        Command::Compose(C::Edit) => "編輯欄位",
        Command::Compose(C::Clear) => "欄位改回預設",
        Command::Compose(C::SwitchWay) => "切換提示詞與歌詞",
        Command::Compose(C::New) => "開始新草稿",
        Command::Compose(C::TakePlayhead) => "取用播放位置",
        Command::Compose(C::MuchLess) => "大步往前",
        Command::Compose(C::MuchMore) => "大步往後",
        Command::Compose(C::Completion) => "切換這張訂單的完成通知方式",
        Command::Compose(C::Experimental) => "顯示或隱藏實驗欄位",
        Command::Lyrics(L::Edit) => "寫歌詞",
        Command::Lyrics(L::AddSection) => "加入段落",
        Command::Lyrics(L::BreakLines) => "將 \\n 轉成換行",
        Command::Request(R::Preview) => "顯示請求內容",
        Command::Request(R::Copy) => "選擇要複製的內容",
        Command::Request(R::Batch) => "一次做多首歌",
        Command::Lyrics(L::Write) => "請 API 寫歌詞",
        Command::Queue(Q::Details) => "顯示任務詳情",
        Command::Queue(Q::OrderAgain) => "再做一次失敗的任務",
        Command::Queue(Q::SendAgain) => "重新送出待確認的任務",
        Command::Queue(Q::Drop) => "放棄任務",
        Command::Queue(Q::CopyFailure) => "複製失敗原因",
        Command::Queue(queue) => (super::flow::FLOW.command)(queue),
        Command::Library(library) => self::library(library),
        Command::Player(transport) => self::transport(transport),
        Command::Mark(command) => super::ears::mark(command),
        Command::View(command) => super::ears::view(command),
        Command::Compare(command) => super::ears::compare(command),
        Command::UpNext(command) => super::ears::up_next(command),
        Command::Mixer(command) => super::ears::mixer(command),
        Command::Link(command) => super::ears::link(command),
        Command::Text(T::Leave) => "停止輸入，或顯示全部歌曲",
        Command::Text(T::Accept) => "完成這一行",
        Command::Overlay(O::Close) => "關閉",
        Command::Overlay(O::Accept) => "確定",
    }
}

fn motion(motion: M) -> &'static str {
    match motion {
        M::Up => "往上",
        M::Down => "往下",
        M::Left => "往左，或前一個值",
        M::Right => "往右，或下一個值",
        M::PageUp => "往上十列",
        M::PageDown => "往下十列",
        M::First => "到最前面",
        M::Last => "到最後面",
    }
}

fn library(command: B) -> &'static str {
    match command {
        B::Play => "播放歌曲",
        B::Details => "顯示歌曲詳情",
        B::Reuse => "用這首歌填表單",
        B::Fetch => "重新下載檔案",
        B::Find => "搜尋歌曲",
        B::CopyLink => "複製連結",
        B::CopyId => "複製 ID",
        B::CopyLyric => "複製歌詞",
        B::Actions => "對這首歌的動作",
        B::Tree => "以衍生關係或清單顯示",
        B::Upload => "匯入歌曲",
        B::Import => "匯入先前的歌曲，或停止",
    }
}

fn transport(command: P) -> &'static str {
    match command {
        P::Toggle => "播放或暫停",
        P::Next => "下一首",
        P::Previous => "上一首",
        P::Forward => "快轉 5 秒",
        P::Back => "倒轉 5 秒",
        P::Louder => "調高音量",
        P::Softer => "調低音量",
        P::Mute => "靜音或取消靜音",
        P::Stop => "關閉歌曲",
        P::Actions => "對播放中歌曲的動作",
    }
}

pub(super) fn hint(command: Command) -> &'static str {
    match command {
        Command::Quit => "離開",
        Command::Help => "說明",
        Command::Palette => "指令",
        Command::Submit => "送出",
        Command::NextPane => "窗格",
        Command::Move(M::Right) => "變更",
        Command::Move(M::Down) => "捲動",
        Command::Compose(C::Edit) => "編輯",
        Command::Compose(C::Clear) => "清除",
        Command::Compose(C::SwitchWay) => "提示詞/歌詞",
        Command::Lyrics(L::Edit) => "輸入",
        Command::Lyrics(L::AddSection) => "段落",
        Command::Lyrics(L::BreakLines) => "換行",
        Command::Request(R::Preview) => "請求",
        Command::Request(R::Batch) => "批次",
        Command::Lyrics(L::Write) => "代寫",
        Command::Compose(C::TakePlayhead) => "播放位置",
        Command::Compose(C::MuchLess | C::MuchMore) => "大步",
        Command::Compose(C::Completion) => "完成通知",
        Command::Compose(C::Experimental) => "實驗欄位",
        Command::Library(B::Actions) | Command::Player(P::Actions) => "動作",
        Command::Library(B::Tree) => "衍生",
        Command::Library(B::Upload) => "匯入",
        Command::Library(B::Import) => "先前的歌曲",
        Command::Queue(
            queue @ (Q::Earlier | Q::Later | Q::First | Q::PauseTask | Q::Pause | Q::Spend),
        ) => (super::flow::FLOW.hint)(queue),
        Command::Queue(Q::Details) | Command::Library(B::Details) => "詳情",
        Command::Queue(Q::OrderAgain) => "再做一次",
        Command::Queue(Q::SendAgain) => "重新送出",
        Command::Queue(Q::Drop) => "放棄",
        Command::Request(R::Copy) | Command::Queue(Q::CopyFailure) => "複製",
        Command::Library(B::Play) | Command::Player(P::Toggle) => "播放",
        Command::Library(B::Find) => "搜尋",
        Command::Library(B::Reuse) => "填表單",
        Command::Library(B::Fetch) => "下載",
        Command::Library(B::CopyLink) => "複製連結",
        Command::Text(T::Leave) => "停止輸入",
        Command::Text(T::Accept) => "完成",
        Command::Overlay(O::Close) => "關閉",
        Command::Overlay(O::Accept) => "執行",
        other => super::ears::hint(other).unwrap_or_else(|| self::command(other)),
    }
}

pub(super) fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoSong => "沒有選取歌曲",
        Refusal::NoTask => "沒有選取任務",
        Refusal::NotFetchedYet => "音訊還沒下載好",
        Refusal::NothingLoaded => "播放器裡沒有歌曲",
        Refusal::NoNext => "已經是最後一首",
        Refusal::NoPrevious => "已經是第一首",
        Refusal::NotInDoubt => "只適用於待確認的任務",
        Refusal::NotFailed => "只適用於失敗的任務",
        Refusal::AtTheApi => "API 已經接手，無法收回",
        Refusal::AlreadyFinal => "任務已經結束",
        Refusal::NothingToUndo => "沒有可復原的內容",
        Refusal::NoLink => "這首歌沒有連結",
        Refusal::NoLyric => "這首歌沒有歌詞",
        Refusal::NothingToFetch => "檔案已下載或正在下載",
        Refusal::StillLooking => "還在查詢這個任務",
        Refusal::NothingToClear => "欄位本來就是空的",
        Refusal::NothingToVary => "這張訂單沒有可以變化的地方",
        Refusal::NoModelChosen => "沒有選模型",
        Refusal::NothingToBreak => "歌詞裡沒有 \\n",
        Refusal::NoMoment => "請先選取時間欄位",
        Refusal::SourceNotOn => "播放器裡的不是來源歌曲",
        Refusal::NoId => "這首歌沒有 ID",
        Refusal::AlreadyHere => "已經有這個檔案",
        Refusal::NoLength => "還不知道歌曲有多長",
        Refusal::NoMarks => "沒有標記",
        Refusal::NotTwoMarks => "需要兩個標記",
        Refusal::NoSilence => "歌曲裡找不到停頓",
        Refusal::NoBeat => "歌曲裡找不到拍點",
        Refusal::NothingToCompare => "沒有可以比較的歌曲",
        Refusal::NotReady => "另一首還在開啟",
        Refusal::NothingUpNext => "沒有接著播放的歌曲",
        Refusal::NoStems => "這首歌沒有分軌",
        Refusal::NothingServed => "沒有提供中的連結",
        Refusal::OnItsWay => "正在製作或下載",
        Refusal::NotWaiting | Refusal::IsFirst | Refusal::IsLast => {
            (super::flow::FLOW.refusal)(refusal)
        }
    }
}
