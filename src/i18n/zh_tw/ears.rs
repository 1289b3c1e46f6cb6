//! What is said of the song that is on, in Traditional Chinese.

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
    up_next: "接著播放",
    mixer: "混音器",
    starved: "等待下載",
    fetching: "下載中",
    nothing_next: "沒有接著播放的歌曲。",
    nothing_next_how: |keys| {
        format!(
            "在曲庫的歌曲上按 {} 即可加入。",
            key(keys, Command::UpNext(UpNextCommand::Add))
        )
    },
    repeat: |repeat| match repeat {
        Repeat::Off => "不重複",
        Repeat::All => "重複全部",
        Repeat::One => "重複單曲",
    },
    muted: "靜音",
    solo: "獨聽",
    estimated: "段落為估計",
    opening: "開啟中…",
    count: |count| format!("{count} 首"),
    loops: "循環",
    at_mark: "標記",
    served: |port| format!("連結 :{port}"),
    link: "收聽連結",
    link_opening: "正在準備連結…",
    link_elsewhere: "從另一台機器：先在那裡輸入這一行，再在那裡的瀏覽器或播放器開啟連結。",
    link_tunnel: |port| format!("ssh -L {port}:127.0.0.1:{port} this-host"),
    link_until: "只有拿到連結的人能聽到這首歌，而且只在本程式執行期間有效。",
    link_copy: "複製連結",
    link_end: "停止提供",
};

pub(super) fn mark(command: K) -> &'static str {
    match command {
        K::SetIn => "標記：從這裡開始",
        K::SetOut => "標記：到這裡結束",
        K::Earlier => "標記提前 0.1 秒",
        K::Later => "標記延後 0.1 秒",
        K::MuchEarlier => "標記提前一秒",
        K::MuchLater => "標記延後一秒",
        K::ToSilence => "標記移到最近的停頓",
        K::ToBeat => "標記移到最近的拍點",
        K::Clear => "清除標記",
        K::Loop => "在標記之間循環",
        K::Use => "把標記填入表單",
    }
}

pub(super) fn view(command: V) -> &'static str {
    match command {
        V::Large => "大播放器",
        V::ZoomIn => "放大波形",
        V::ZoomOut => "縮小波形",
        V::CursorBack => "游標後退 0.1 秒",
        V::CursorOn => "游標前進 0.1 秒",
        V::CursorMuchBack => "游標後退一秒",
        V::CursorMuchOn => "游標前進一秒",
        V::CursorHere => "游標回到播放位置",
        V::PlayFromCursor => "從游標處播放",
        V::Sections => "顯示或隱藏段落",
        V::Spectrum => "顯示或隱藏頻譜",
    }
}

pub(super) fn compare(command: A) -> &'static str {
    match command {
        A::Switch => "比較，或切換 A 與 B",
        A::WithSelected => "與選取的歌曲比較",
        A::End => "結束比較",
    }
}

pub(super) fn up_next(command: N) -> &'static str {
    match command {
        N::Add => "加入接著播放",
        N::PlayAll => "從這裡播放全部",
        N::Show => "顯示接著播放",
        N::Sooner => "提前播放",
        N::Later => "延後播放",
        N::Remove => "移出",
        N::Clear => "全部移出",
        N::Repeat => "重複：關、全部、單曲",
    }
}

pub(super) fn mixer(command: X) -> &'static str {
    match command {
        X::Open => "分軌混音器",
        X::Softer => "分軌小聲一點",
        X::Louder => "分軌大聲一點",
        X::Mute => "分軌靜音",
        X::Solo => "只聽這個分軌",
        X::Reset => "還原混音",
        X::Export => "把混音寫成檔案",
    }
}

pub(super) fn link(command: I) -> &'static str {
    match command {
        I::Open => "用連結收聽",
        I::End => "停止提供連結",
    }
}

pub(super) fn hint(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::Mark(K::SetIn) => "起點",
        Command::Mark(K::SetOut) => "終點",
        Command::Mark(K::Loop) => "循環",
        Command::Mark(K::Use) => "填入表單",
        Command::View(V::Large) => "播放器",
        Command::View(V::ZoomIn) => "放大",
        Command::View(V::PlayFromCursor) => "由此播放",
        Command::View(V::CursorOn) => "游標",
        Command::Mark(K::ToSilence) => "對齊停頓",
        Command::Compare(A::Switch) => "A/B",
        Command::Compare(A::End) => "結束 A/B",
        Command::UpNext(N::Show) => "接著播放",
        Command::UpNext(N::Sooner) => "提前",
        Command::UpNext(N::Later) => "延後",
        Command::UpNext(N::Remove) => "移出",
        Command::UpNext(N::Repeat) => "重複",
        Command::Mixer(X::Open) => "混音器",
        Command::Mixer(X::Mute) => "靜音",
        Command::Mixer(X::Solo) => "獨聽",
        Command::Mixer(X::Reset) => "還原",
        Command::Mixer(X::Export) => "寫成 WAV",
        Command::Mixer(X::Louder) => "大聲",
        Command::Link(I::Open) => "連結",
        Command::Link(I::End) => "停止",
        _ => return None,
    })
}

pub(super) fn notice(told: &Ear, keys: &Keymap) -> String {
    match told {
        Ear::Marked(Mark::In, at) => format!("起點 {}", at.clock_tenths()),
        Ear::Marked(Mark::Out, at) => format!("終點 {}", at.clock_tenths()),
        Ear::Loops(Some(span)) => format!(
            "循環 {}–{}",
            span.from.clock_tenths(),
            span.to.clock_tenths()
        ),
        Ear::Loops(None) => "已關閉循環".to_owned(),
        Ear::Compares(title) => format!(
            "與「{}」比較：{} 切換",
            name(title, "未命名"),
            key(keys, Command::Compare(CompareCommand::Switch))
        ),
        Ear::Added(title) => format!("「{}」已加入接著播放", name(title, "未命名")),
        Ear::PlaysAll(count) => format!("播放 {count} 首"),
        Ear::Repeats(Repeat::Off) => "重複：關".to_owned(),
        Ear::Repeats(Repeat::All) => "重複：全部".to_owned(),
        Ear::Repeats(Repeat::One) => "重複：這一首".to_owned(),
        Ear::Exporting => "正在寫出混音".to_owned(),
        Ear::Exported(path) => format!("混音已寫出：{path}"),
        Ear::NotExported(reason) => format!("混音未能寫出：{reason}"),
        Ear::NotServed => "已停止提供連結".to_owned(),
        Ear::CannotServe(reason) => format!("無法提供連結：{reason}"),
    }
}
