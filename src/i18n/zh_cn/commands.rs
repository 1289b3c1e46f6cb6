//! 命令的简体中文。

use crate::app::command::{
    Command, ComposeCommand as C, LibraryCommand as B, LyricsCommand as L, Motion as M,
    OverlayCommand as O, QueueCommand as Q, RequestCommand as R, TextCommand as T,
    TransportCommand as P,
};
use crate::app::notice::Refusal;
use crate::app::panes::PaneId;

pub(super) fn command(command: Command) -> &'static str {
    match command {
        Command::Quit => "离开",
        Command::Suspend => "挂起程序",
        Command::Repaint => "重绘屏幕",
        Command::Help => "显示按键说明",
        Command::Palette => "显示所有命令",
        Command::EnterToken => "输入 API 令牌",
        Command::NextLanguage => "切换语言",
        Command::Submit => "提交草稿",
        Command::Undo => "撤销",
        Command::NextPane => "下一个面板",
        Command::PreviousPane => "上一个面板",
        Command::Focus(PaneId::Compose) => "前往创作",
        Command::Focus(PaneId::Lyrics) => "前往歌词",
        Command::Focus(PaneId::Queue) => "前往队列",
        Command::Focus(PaneId::Library) => "前往曲库",
        Command::Move(motion) => self::motion(motion),
        Command::Compose(C::Edit) => "编辑字段",
        Command::Compose(C::Clear) => "字段改回默认",
        Command::Compose(C::SwitchWay) => "切换提示词与歌词",
        Command::Compose(C::New) => "开始新草稿",
        Command::Compose(C::TakePlayhead) => "取用播放位置",
        Command::Compose(C::MuchLess) => "大步往前",
        Command::Compose(C::MuchMore) => "大步往后",
        Command::Compose(C::Completion) => "切换这张订单的完成通知方式",
        Command::Compose(C::Experimental) => "显示或隐藏实验字段",
        Command::Lyrics(L::Edit) => "写歌词",
        Command::Lyrics(L::AddSection) => "添加段落",
        Command::Lyrics(L::BreakLines) => "将 \\n 转成换行",
        Command::Request(R::Preview) => "显示请求内容",
        Command::Request(R::Copy) => "选择要复制的内容",
        Command::Request(R::Batch) => "一次做多首歌",
        Command::Lyrics(L::Write) => "请 API 写歌词",
        Command::Queue(Q::Details) => "显示任务详情",
        Command::Queue(Q::OrderAgain) => "再做一次失败的任务",
        Command::Queue(Q::SendAgain) => "重新提交待确认的任务",
        Command::Queue(Q::Drop) => "放弃任务",
        Command::Queue(Q::CopyFailure) => "复制失败原因",
        Command::Queue(queue) => (super::flow::FLOW.command)(queue),
        Command::Library(library) => self::library(library),
        Command::Player(transport) => self::transport(transport),
        Command::Mark(command) => super::ears::mark(command),
        Command::View(command) => super::ears::view(command),
        Command::Compare(command) => super::ears::compare(command),
        Command::UpNext(command) => super::ears::up_next(command),
        Command::Mixer(command) => super::ears::mixer(command),
        Command::Link(command) => super::ears::link(command),
        Command::Text(T::Leave) => "停止输入，或显示全部歌曲",
        Command::Text(T::Accept) => "完成这一行",
        Command::Overlay(O::Close) => "关闭",
        Command::Overlay(O::Accept) => "确定",
    }
}

fn motion(motion: M) -> &'static str {
    match motion {
        M::Up => "向上",
        M::Down => "向下",
        M::Left => "向左，或前一个值",
        M::Right => "向右，或下一个值",
        M::PageUp => "向上十行",
        M::PageDown => "向下十行",
        M::First => "到最前面",
        M::Last => "到最后面",
    }
}

fn library(command: B) -> &'static str {
    match command {
        B::Play => "播放歌曲",
        B::Details => "显示歌曲详情",
        B::Reuse => "用这首歌填表单",
        B::Fetch => "重新下载文件",
        B::Find => "搜索歌曲",
        B::CopyLink => "复制链接",
        B::CopyId => "复制 ID",
        B::CopyLyric => "复制歌词",
        B::Actions => "对这首歌的动作",
        B::Tree => "以衍生关系或列表显示",
        B::Upload => "导入歌曲",
        B::Import => "导入先前的歌曲，或停止",
    }
}

fn transport(command: P) -> &'static str {
    match command {
        P::Toggle => "播放或暂停",
        P::Next => "下一首",
        P::Previous => "上一首",
        P::Forward => "快进 5 秒",
        P::Back => "快退 5 秒",
        P::Louder => "调高音量",
        P::Softer => "调低音量",
        P::Mute => "静音或取消静音",
        P::Stop => "关闭歌曲",
        P::Actions => "对播放中歌曲的动作",
    }
}

pub(super) fn hint(command: Command) -> &'static str {
    match command {
        Command::Quit => "离开",
        Command::Help => "说明",
        Command::Palette => "命令",
        Command::Submit => "提交",
        Command::NextPane => "面板",
        Command::Move(M::Right) => "更改",
        Command::Move(M::Down) => "滚动",
        Command::Compose(C::Edit) => "编辑",
        Command::Compose(C::Clear) => "清除",
        Command::Compose(C::SwitchWay) => "提示词/歌词",
        Command::Lyrics(L::Edit) => "输入",
        Command::Lyrics(L::AddSection) => "段落",
        Command::Lyrics(L::BreakLines) => "换行",
        Command::Request(R::Preview) => "请求",
        Command::Request(R::Batch) => "批量",
        Command::Lyrics(L::Write) => "代写",
        Command::Compose(C::TakePlayhead) => "播放位置",
        Command::Compose(C::MuchLess | C::MuchMore) => "大步",
        Command::Compose(C::Completion) => "完成通知",
        Command::Compose(C::Experimental) => "实验字段",
        Command::Library(B::Actions) | Command::Player(P::Actions) => "动作",
        Command::Library(B::Tree) => "衍生",
        Command::Library(B::Upload) => "导入",
        Command::Library(B::Import) => "先前的歌曲",
        Command::Queue(
            queue @ (Q::Earlier | Q::Later | Q::First | Q::PauseTask | Q::Pause | Q::Spend),
        ) => (super::flow::FLOW.hint)(queue),
        Command::Queue(Q::Details) | Command::Library(B::Details) => "详情",
        Command::Queue(Q::OrderAgain) => "再做一次",
        Command::Queue(Q::SendAgain) => "重新提交",
        Command::Queue(Q::Drop) => "放弃",
        Command::Request(R::Copy) | Command::Queue(Q::CopyFailure) => "复制",
        Command::Library(B::Play) | Command::Player(P::Toggle) => "播放",
        Command::Library(B::Find) => "搜索",
        Command::Library(B::Reuse) => "填表单",
        Command::Library(B::Fetch) => "下载",
        Command::Library(B::CopyLink) => "复制链接",
        Command::Text(T::Leave) => "停止输入",
        Command::Text(T::Accept) => "完成",
        Command::Overlay(O::Close) => "关闭",
        Command::Overlay(O::Accept) => "执行",
        other => super::ears::hint(other).unwrap_or_else(|| self::command(other)),
    }
}

pub(super) fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoSong => "没有选中歌曲",
        Refusal::NoTask => "没有选中任务",
        Refusal::NotFetchedYet => "音频还没下载好",
        Refusal::NothingLoaded => "播放器里没有歌曲",
        Refusal::NoNext => "已经是最后一首",
        Refusal::NoPrevious => "已经是第一首",
        Refusal::NotInDoubt => "只适用于待确认的任务",
        Refusal::NotFailed => "只适用于失败的任务",
        Refusal::AtTheApi => "API 已经接手，无法收回",
        Refusal::AlreadyFinal => "任务已经结束",
        Refusal::NothingToUndo => "没有可撤销的内容",
        Refusal::NoLink => "这首歌没有链接",
        Refusal::NoLyric => "这首歌没有歌词",
        Refusal::NothingToFetch => "文件已下载或正在下载",
        Refusal::StillLooking => "还在查询这个任务",
        Refusal::NothingToClear => "字段本来就是空的",
        Refusal::NothingToVary => "这个订单没有可以变化的地方",
        Refusal::NoModelChosen => "没有选模型",
        Refusal::NothingToBreak => "歌词里没有 \\n",
        Refusal::NoMoment => "请先选择时间字段",
        Refusal::SourceNotOn => "播放器里的不是来源歌曲",
        Refusal::NoId => "这首歌没有 ID",
        Refusal::AlreadyHere => "已经有这个文件",
        Refusal::NoLength => "还不知道歌曲有多长",
        Refusal::NoMarks => "没有标记",
        Refusal::NotTwoMarks => "需要两个标记",
        Refusal::NoSilence => "歌曲里找不到停顿",
        Refusal::NoBeat => "歌曲里找不到拍点",
        Refusal::NothingToCompare => "没有可以比较的歌曲",
        Refusal::NotReady => "另一首还在打开",
        Refusal::NothingUpNext => "没有接着播放的歌曲",
        Refusal::NoStems => "这首歌没有分轨",
        Refusal::NothingServed => "没有提供中的链接",
        Refusal::OnItsWay => "正在制作或下载",
        Refusal::NotWaiting | Refusal::IsFirst | Refusal::IsLast => {
            (super::flow::FLOW.refusal)(refusal)
        }
    }
}
