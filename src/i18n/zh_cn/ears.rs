//! What is said of the song that is on, in Simplified Chinese.

use crate::app::command::{
    Command, CompareCommand as A, CompareCommand, LinkCommand as I, MarkCommand as K,
    MixerCommand as X, UpNextCommand as N, UpNextCommand, ViewCommand as V,
};
use crate::app::keymap::Keymap;
use crate::app::notice::Ear;
use crate::domain::Mark;
use crate::domain::saved::Repeat;
use crate::i18n::ears::Listening;
use crate::i18n::{key, name};

pub(super) const LISTENING: Listening = Listening {
    title: "播放器",
    up_next: "接着播放",
    mixer: "混音器",
    starved: "等待下载",
    fetching: "下载中",
    nothing_next: "没有接着播放的歌曲。",
    nothing_next_how: |keys| {
        format!(
            "在曲库的歌曲上按 {} 即可加入。",
            key(keys, Command::UpNext(UpNextCommand::Add))
        )
    },
    repeat: |repeat| match repeat {
        Repeat::Off => "不重复",
        Repeat::All => "重复全部",
        Repeat::One => "重复单曲",
    },
    muted: "静音",
    solo: "独听",
    estimated: "段落为估计",
    opening: "打开中…",
    count: |count| format!("{count} 首"),
    loops: "循环",
    at_mark: "标记",
    served: |port| format!("链接 :{port}"),
    link: "收听链接",
    link_opening: "正在准备链接…",
    link_elsewhere: "从另一台机器：先在那里输入这一行，再在那里的浏览器或播放器中打开链接。",
    link_tunnel: |port| format!("ssh -L {port}:127.0.0.1:{port} this-host"),
    link_until: "只有拿到链接的人能听到这首歌，并且只在本程序运行期间有效。",
    link_copy: "复制链接",
    link_end: "停止提供",
};

pub(super) fn mark(command: K) -> &'static str {
    match command {
        K::SetIn => "标记：从这里开始",
        K::SetOut => "标记：到这里结束",
        K::Earlier => "标记提前 0.1 秒",
        K::Later => "标记延后 0.1 秒",
        K::MuchEarlier => "标记提前一秒",
        K::MuchLater => "标记延后一秒",
        K::ToSilence => "标记移到最近的停顿",
        K::ToBeat => "标记移到最近的拍点",
        K::Clear => "清除标记",
        K::Loop => "在标记之间循环",
        K::Use => "把标记填入表单",
    }
}

pub(super) fn view(command: V) -> &'static str {
    match command {
        V::Large => "大播放器",
        V::ZoomIn => "放大波形",
        V::ZoomOut => "缩小波形",
        V::CursorBack => "光标后退 0.1 秒",
        V::CursorOn => "光标前进 0.1 秒",
        V::CursorMuchBack => "光标后退一秒",
        V::CursorMuchOn => "光标前进一秒",
        V::CursorHere => "光标回到播放位置",
        V::PlayFromCursor => "从光标处播放",
        V::Sections => "显示或隐藏段落",
        V::Spectrum => "显示或隐藏频谱",
    }
}

pub(super) fn compare(command: A) -> &'static str {
    match command {
        A::Switch => "比较，或切换 A 与 B",
        A::WithSelected => "与选中的歌曲比较",
        A::End => "结束比较",
    }
}

pub(super) fn up_next(command: N) -> &'static str {
    match command {
        N::Add => "加入接着播放",
        N::PlayAll => "从这里播放全部",
        N::Show => "显示接着播放",
        N::Sooner => "提前播放",
        N::Later => "延后播放",
        N::Remove => "移出",
        N::Clear => "全部移出",
        N::Repeat => "重复：关、全部、单曲",
    }
}

pub(super) fn mixer(command: X) -> &'static str {
    match command {
        X::Open => "分轨混音器",
        X::Softer => "分轨小声一点",
        X::Louder => "分轨大声一点",
        X::Mute => "分轨静音",
        X::Solo => "只听这个分轨",
        X::Reset => "还原混音",
        X::Export => "把混音写成文件",
    }
}

pub(super) fn link(command: I) -> &'static str {
    match command {
        I::Open => "用链接收听",
        I::End => "停止提供链接",
    }
}

pub(super) fn hint(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::Mark(K::SetIn) => "起点",
        Command::Mark(K::SetOut) => "终点",
        Command::Mark(K::Loop) => "循环",
        Command::Mark(K::Use) => "填入表单",
        Command::View(V::Large) => "播放器",
        Command::View(V::ZoomIn) => "放大",
        Command::View(V::PlayFromCursor) => "由此播放",
        Command::View(V::CursorOn) => "光标",
        Command::Mark(K::ToSilence) => "对齐停顿",
        Command::Compare(A::Switch) => "A/B",
        Command::Compare(A::End) => "结束 A/B",
        Command::UpNext(N::Show) => "接着播放",
        Command::UpNext(N::Sooner) => "提前",
        Command::UpNext(N::Later) => "延后",
        Command::UpNext(N::Remove) => "移出",
        Command::UpNext(N::Repeat) => "重复",
        Command::Mixer(X::Open) => "混音器",
        Command::Mixer(X::Mute) => "静音",
        Command::Mixer(X::Solo) => "独听",
        Command::Mixer(X::Reset) => "还原",
        Command::Mixer(X::Export) => "写成 WAV",
        Command::Mixer(X::Louder) => "大声",
        Command::Link(I::Open) => "链接",
        Command::Link(I::End) => "停止",
        _ => return None,
    })
}

pub(super) fn notice(told: &Ear, keys: &Keymap) -> String {
    match told {
        Ear::Marked(Mark::In, at) => format!("起点 {}", at.clock_tenths()),
        Ear::Marked(Mark::Out, at) => format!("终点 {}", at.clock_tenths()),
        Ear::Loops(Some(span)) => format!(
            "循环 {}–{}",
            span.from.clock_tenths(),
            span.to.clock_tenths()
        ),
        Ear::Loops(None) => "已关闭循环".to_owned(),
        Ear::Compares(title) => format!(
            "与“{}”比较：{} 切换",
            name(title, "未命名"),
            key(keys, Command::Compare(CompareCommand::Switch))
        ),
        Ear::Added(title) => format!("“{}”已加入接着播放", name(title, "未命名")),
        Ear::PlaysAll(count) => format!("播放 {count} 首"),
        Ear::Repeats(Repeat::Off) => "重复：关".to_owned(),
        Ear::Repeats(Repeat::All) => "重复：全部".to_owned(),
        Ear::Repeats(Repeat::One) => "重复：这一首".to_owned(),
        Ear::Exporting => "正在写出混音".to_owned(),
        Ear::Exported(path) => format!("混音已写出：{path}"),
        Ear::NotExported(reason) => format!("混音未能写出：{reason}"),
        Ear::NotServed => "已停止提供链接".to_owned(),
        Ear::CannotServe(reason) => format!("无法提供链接：{reason}"),
    }
}
