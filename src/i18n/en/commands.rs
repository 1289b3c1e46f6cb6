//! The commands in English.

use crate::app::command::{
    Command, ComposeCommand as C, LibraryCommand as B, LyricsCommand as L, Motion as M,
    OverlayCommand as O, QueueCommand as Q, RequestCommand as R, TextCommand as T,
    TransportCommand as P,
};
use crate::app::notice::Refusal;
use crate::app::panes::PaneId;

pub(super) fn command(command: Command) -> &'static str {
    match command {
        Command::Quit => "Quit",
        Command::Suspend => "Suspend",
        Command::Repaint => "Redraw the screen",
        Command::Help => "Show the keys",
        Command::Palette => "Show all commands",
        Command::EnterToken => "Enter an API token",
        Command::NextLanguage => "Next language",
        Command::Submit => "Submit the draft",
        Command::Undo => "Undo",
        Command::NextPane => "Next pane",
        Command::PreviousPane => "Previous pane",
        Command::Focus(PaneId::Compose) => "Go to Compose",
        Command::Focus(PaneId::Lyrics) => "Go to Lyrics",
        Command::Focus(PaneId::Queue) => "Go to Queue",
        Command::Focus(PaneId::Library) => "Go to Library",
        Command::Move(motion) => self::motion(motion),
        Command::Compose(C::Edit) => "Edit the field",
        Command::Compose(C::Clear) => "Leave the field to the server",
        Command::Compose(C::SwitchWay) => "Switch prompt and lyrics",
        Command::Compose(C::New) => "Start a new draft",
        Command::Compose(C::TakePlayhead) => "Take the playhead",
        Command::Compose(C::MuchLess) => "A larger step back",
        Command::Compose(C::MuchMore) => "A larger step on",
        Command::Compose(C::Completion) => "Next way to hear of this order's end",
        Command::Compose(C::Experimental) => "Show or hide experimental fields",
        Command::Lyrics(L::Edit) => "Type lyrics",
        Command::Lyrics(L::AddSection) => "Add a section",
        Command::Lyrics(L::BreakLines) => "Turn \\n into line breaks",
        Command::Request(R::Preview) => "Show what is sent",
        Command::Request(R::Copy) => "Choose what to copy",
        Command::Request(R::Batch) => "Order many songs at once",
        Command::Lyrics(L::Write) => "Have lyrics written",
        Command::Queue(Q::Details) => "Show the task",
        Command::Queue(Q::OrderAgain) => "Order a failed task again",
        Command::Queue(Q::SendAgain) => "Send a task in doubt again",
        Command::Queue(Q::Drop) => "Drop the task",
        Command::Queue(Q::CopyFailure) => "Copy the failure",
        Command::Queue(queue) => (super::flow::FLOW.command)(queue),
        Command::Library(library) => self::library(library),
        Command::Player(transport) => self::transport(transport),
        Command::Mark(command) => super::ears::mark(command),
        Command::View(command) => super::ears::view(command),
        Command::Compare(command) => super::ears::compare(command),
        Command::UpNext(command) => super::ears::up_next(command),
        Command::Mixer(command) => super::ears::mixer(command),
        Command::Link(command) => super::ears::link(command),
        Command::Text(T::Leave) => "Stop typing, or show all songs",
        Command::Text(T::Accept) => "Finish the line",
        Command::Overlay(O::Close) => "Close",
        Command::Overlay(O::Accept) => "Confirm",
    }
}

fn motion(motion: M) -> &'static str {
    match motion {
        M::Up => "Up",
        M::Down => "Down",
        M::Left => "Left, or the value before",
        M::Right => "Right, or the next value",
        M::PageUp => "Ten rows up",
        M::PageDown => "Ten rows down",
        M::First => "To the top",
        M::Last => "To the end",
    }
}

fn library(command: B) -> &'static str {
    match command {
        B::Play => "Play the song",
        B::Details => "Show the song",
        B::Reuse => "Fill the form from the song",
        B::Fetch => "Fetch the files again",
        B::Find => "Find songs",
        B::CopyLink => "Copy the link",
        B::CopyId => "Copy the id",
        B::CopyLyric => "Copy the lyric",
        B::Actions => "Actions on the song",
        B::Tree => "Show who was made from whom, or the list",
        B::Upload => "Bring in a song",
        B::Import => "Bring in earlier songs, or stop",
    }
}

fn transport(command: P) -> &'static str {
    match command {
        P::Toggle => "Play or pause",
        P::Next => "Next song",
        P::Previous => "Previous song",
        P::Forward => "5 seconds forward",
        P::Back => "5 seconds back",
        P::Louder => "Louder",
        P::Softer => "Softer",
        P::Mute => "Mute or unmute",
        P::Stop => "Close the song",
        P::Actions => "Actions on the song that plays",
    }
}

pub(super) fn hint(command: Command) -> &'static str {
    match command {
        Command::Quit => "quit",
        Command::Help => "help",
        Command::Palette => "commands",
        Command::Submit => "submit",
        Command::NextPane => "pane",
        Command::Move(M::Right) => "change",
        Command::Move(M::Down) => "scroll",
        Command::Compose(C::Edit) => "edit",
        Command::Compose(C::Clear) => "clear",
        Command::Compose(C::SwitchWay) => "prompt/lyrics",
        Command::Lyrics(L::Edit) => "type",
        Command::Lyrics(L::AddSection) => "section",
        Command::Lyrics(L::BreakLines) => "break lines",
        Command::Request(R::Preview) => "request",
        Command::Request(R::Batch) => "batch",
        Command::Lyrics(L::Write) => "have written",
        Command::Compose(C::TakePlayhead) => "playhead",
        Command::Compose(C::MuchLess | C::MuchMore) => "a second",
        Command::Compose(C::Completion) => "heard by",
        Command::Compose(C::Experimental) => "experimental",
        Command::Library(B::Actions) | Command::Player(P::Actions) => "actions",
        Command::Library(B::Tree) => "tree",
        Command::Library(B::Upload) => "bring in",
        Command::Library(B::Import) => "earlier songs",
        Command::Queue(
            queue @ (Q::Earlier | Q::Later | Q::First | Q::PauseTask | Q::Pause | Q::Spend),
        ) => (super::flow::FLOW.hint)(queue),
        Command::Queue(Q::Details) | Command::Library(B::Details) => "details",
        Command::Queue(Q::OrderAgain) => "order again",
        Command::Queue(Q::SendAgain) => "send again",
        Command::Queue(Q::Drop) => "drop",
        Command::Request(R::Copy) | Command::Queue(Q::CopyFailure) => "copy",
        Command::Library(B::Play) | Command::Player(P::Toggle) => "play",
        Command::Library(B::Find) => "find",
        Command::Library(B::Reuse) => "reuse",
        Command::Library(B::Fetch) => "fetch",
        Command::Library(B::CopyLink) => "copy link",
        Command::Text(T::Leave) => "stop typing",
        Command::Text(T::Accept) => "done",
        Command::Overlay(O::Close) => "close",
        Command::Overlay(O::Accept) => "do it",
        other => super::ears::hint(other).unwrap_or_else(|| self::command(other)),
    }
}

pub(super) fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoSong => "no song is selected",
        Refusal::NoTask => "no task is selected",
        Refusal::NotFetchedYet => "the audio is not here yet",
        Refusal::NothingLoaded => "nothing is on in the player",
        Refusal::NoNext => "this is the last song",
        Refusal::NoPrevious => "this is the first song",
        Refusal::NotInDoubt => "only for a task in doubt",
        Refusal::NotFailed => "only for a failed task",
        Refusal::AtTheApi => "the API has it already",
        Refusal::AlreadyFinal => "the task is finished",
        Refusal::NothingToUndo => "nothing was removed",
        Refusal::NoLink => "the song has no link",
        Refusal::NoLyric => "the song has no lyric",
        Refusal::NothingToFetch => "the files are here or on their way",
        Refusal::StillLooking => "it is still being looked for",
        Refusal::NothingToClear => "the field is empty already",
        Refusal::NothingToVary => "there is nothing to vary in this order",
        Refusal::NoModelChosen => "no model is chosen",
        Refusal::NothingToBreak => "no \\n stands in the lyrics",
        Refusal::NoMoment => "select a moment first",
        Refusal::SourceNotOn => "the source song is not on in the player",
        Refusal::NoId => "the song has no id",
        Refusal::AlreadyHere => "it is here already",
        Refusal::NoLength => "how long the song is, is not known yet",
        Refusal::NoMarks => "no mark is set",
        Refusal::NotTwoMarks => "two marks are needed",
        Refusal::NoSilence => "no pause is known in the song",
        Refusal::NoBeat => "no beat is known in the song",
        Refusal::NothingToCompare => "there is no other song to compare with",
        Refusal::NotReady => "the other song is still being opened",
        Refusal::NothingUpNext => "nothing plays next",
        Refusal::NoStems => "the song has no stems",
        Refusal::NothingServed => "no link leads here",
        Refusal::OnItsWay => "it is on its way",
        Refusal::NotWaiting | Refusal::IsFirst | Refusal::IsLast => {
            (super::flow::FLOW.refusal)(refusal)
        }
    }
}
