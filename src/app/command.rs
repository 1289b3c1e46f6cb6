//! What the user means, in the imperative.
//!
//! Invariant: every command stands in [`Command::ALL`] under one name, the same in the config, the key map, the
//! palette and the help.

mod listening;

use super::panes::PaneId;
pub use listening::{
    CompareCommand, LinkCommand, MarkCommand, MixerCommand, UpNextCommand, ViewCommand,
};

/// Something the user wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Leave; asks first if something would be lost.
    Quit,
    /// Stop like any program on Ctrl-Z.
    Suspend,
    /// Paint the screen anew.
    Repaint,
    /// Show every key that works now.
    Help,
    /// Show every command.
    Palette,
    /// Type in a token.
    EnterToken,
    /// The next language.
    NextLanguage,
    /// Order the draft.
    Submit,
    /// Bring back what was removed.
    Undo,
    /// The next pane.
    NextPane,
    /// The pane before.
    PreviousPane,
    /// This pane.
    Focus(PaneId),
    /// Move within the pane or the overlay.
    Move(Motion),
    /// With an order as a whole: the draft, or the selected task of the queue.
    Request(RequestCommand),
    /// In the form.
    Compose(ComposeCommand),
    /// In the lyrics.
    Lyrics(LyricsCommand),
    /// In the queue.
    Queue(QueueCommand),
    /// In the library.
    Library(LibraryCommand),
    /// Of the player.
    Player(TransportCommand),
    /// On the marks of the song that is on.
    Mark(MarkCommand),
    /// On how the song that is on is looked at.
    View(ViewCommand),
    /// On two songs side by side.
    Compare(CompareCommand),
    /// On what plays next.
    UpNext(UpNextCommand),
    /// On the mix of the stems.
    Mixer(MixerCommand),
    /// On songs at a link.
    Link(LinkCommand),
    /// While text is typed.
    Text(TextCommand),
    /// In an overlay.
    Overlay(OverlayCommand),
}

/// A movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Motion {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// To the left; in the form, the value before.
    Left,
    /// To the right; in the form, the next value.
    Right,
    /// Half a page up.
    PageUp,
    /// Half a page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

/// Commands of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComposeCommand {
    /// Edit the selected field, or step to its next value.
    Edit,
    /// Leave the selected field to the server again.
    Clear,
    /// Work from the prompt, or sing the lyric.
    SwitchWay,
    /// Begin a new draft; undo brings the old one back.
    New,
    /// Take the moment of the playhead into the selected field.
    TakePlayhead,
    /// The value before, by a large step: a second, or a tenth of a strength.
    MuchLess,
    /// The next value, by a large step.
    MuchMore,
    /// Show the fields that stand in no document, or hide them.
    Experimental,
    /// The next way to hear of the end of this order.
    Completion,
}

/// Commands on an order as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestCommand {
    /// Show what would be sent, or was sent.
    Preview,
    /// Choose what to copy.
    Copy,
    /// Order many songs from the draft.
    Batch,
}

/// Commands of the lyrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LyricsCommand {
    /// Type.
    Edit,
    /// Add the `[Section]` line that comes next: verse, chorus, verse, chorus, bridge, chorus, outro.
    AddSection,
    /// Turn each typed `\n` into a line break.
    BreakLines,
    /// Order words from the API.
    Write,
}

/// Commands of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueCommand {
    /// Show all that is known of the task.
    Details,
    /// Order a failed task once more.
    OrderAgain,
    /// Send a task in doubt again, knowing that it may be charged twice.
    SendAgain,
    /// Take a task that was not sent back, or give one in doubt up.
    Drop,
    /// Copy what is known of the task's failure.
    CopyFailure,
    /// Let a task that is not sent go before the one above it.
    Earlier,
    /// Let a task that is not sent go after the one below it.
    Later,
    /// Let a task that is not sent go before all others.
    First,
    /// Put a task that is not sent aside, or let it wait for its turn again.
    PauseTask,
    /// Send nothing more, or send again.
    Pause,
    /// Show what was spent.
    Spend,
}

/// Commands of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LibraryCommand {
    /// Play the song.
    Play,
    /// Show all that is known of the song.
    Details,
    /// Fill the form from the song.
    Reuse,
    /// Fetch the song's files again.
    Fetch,
    /// Find songs by title, lyric or prompt.
    Find,
    /// Copy the link to the audio.
    CopyLink,
    /// Copy the song's id.
    CopyId,
    /// Copy the song's lyric.
    CopyLyric,
    /// Show what can be done with the song.
    Actions,
    /// Bring in a song from elsewhere.
    Upload,
    /// Show who was made from whom, or the plain list again.
    Tree,
    /// Bring in what the account made earlier, or stop doing so.
    Import,
}

/// Commands of the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportCommand {
    /// Play or pause.
    Toggle,
    /// The next song of the library.
    Next,
    /// The song before, or this one from its beginning.
    Previous,
    /// Five seconds on.
    Forward,
    /// Five seconds back.
    Back,
    /// Louder.
    Louder,
    /// Softer.
    Softer,
    /// No sound, or sound again.
    Mute,
    /// Close the song.
    Stop,
    /// Show what can be done with the song that is on.
    Actions,
}

/// Commands while text is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextCommand {
    /// Back to commands; what was typed stays.
    Leave,
    /// Done with this line.
    Accept,
}

/// Commands of an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverlayCommand {
    /// Away with it.
    Close,
    /// Yes, or: do this.
    Accept,
}

use CompareCommand as A;
use ComposeCommand as C;
use LibraryCommand as B;
use LinkCommand as I;
use LyricsCommand as L;
use MarkCommand as K;
use MixerCommand as X;
use OverlayCommand as O;
use QueueCommand as Q;
use RequestCommand as R;
use TextCommand as T;
use TransportCommand as P;
use UpNextCommand as N;
use ViewCommand as V;

impl Command {
    /// Every command with its name, in the order of the palette.
    pub const ALL: &'static [(Command, &'static str)] = &[
        (Command::Submit, "compose:submit"),
        (Command::Compose(C::Edit), "compose:edit"),
        (Command::Compose(C::SwitchWay), "compose:switch-way"),
        (Command::Compose(C::Clear), "compose:clear-field"),
        (Command::Compose(C::New), "compose:new"),
        (Command::Compose(C::TakePlayhead), "compose:take-playhead"),
        (Command::Compose(C::MuchLess), "compose:much-less"),
        (Command::Compose(C::MuchMore), "compose:much-more"),
        (Command::Compose(C::Experimental), "compose:experimental"),
        (Command::Compose(C::Completion), "compose:completion"),
        (Command::Lyrics(L::Edit), "lyrics:edit"),
        (Command::Lyrics(L::AddSection), "lyrics:add-section"),
        (Command::Lyrics(L::BreakLines), "lyrics:break-lines"),
        (Command::Lyrics(L::Write), "lyrics:write"),
        (Command::Request(R::Preview), "request:preview"),
        (Command::Request(R::Copy), "request:copy"),
        (Command::Request(R::Batch), "request:batch"),
        (Command::Queue(Q::Details), "queue:details"),
        (Command::Queue(Q::OrderAgain), "queue:order-again"),
        (Command::Queue(Q::SendAgain), "queue:send-again"),
        (Command::Queue(Q::Drop), "queue:drop"),
        (Command::Queue(Q::CopyFailure), "queue:copy-failure"),
        (Command::Queue(Q::Earlier), "queue:earlier"),
        (Command::Queue(Q::Later), "queue:later"),
        (Command::Queue(Q::First), "queue:first"),
        (Command::Queue(Q::PauseTask), "queue:pause-task"),
        (Command::Queue(Q::Pause), "queue:pause"),
        (Command::Queue(Q::Spend), "queue:spend"),
        (Command::Library(B::Play), "library:play"),
        (Command::Library(B::Actions), "library:actions"),
        (Command::Library(B::Upload), "library:upload"),
        (Command::Library(B::Import), "library:import"),
        (Command::Library(B::Details), "library:details"),
        (Command::Library(B::Reuse), "library:reuse"),
        (Command::Library(B::Find), "library:find"),
        (Command::Library(B::Tree), "library:tree"),
        (Command::Library(B::Fetch), "library:fetch"),
        (Command::Library(B::CopyLink), "library:copy-link"),
        (Command::Library(B::CopyId), "library:copy-id"),
        (Command::Library(B::CopyLyric), "library:copy-lyric"),
        (Command::Player(P::Toggle), "player:toggle"),
        (Command::Player(P::Next), "player:next"),
        (Command::Player(P::Previous), "player:previous"),
        (Command::Player(P::Forward), "player:forward"),
        (Command::Player(P::Back), "player:back"),
        (Command::Player(P::Louder), "player:louder"),
        (Command::Player(P::Softer), "player:softer"),
        (Command::Player(P::Mute), "player:mute"),
        (Command::Player(P::Stop), "player:stop"),
        (Command::Player(P::Actions), "player:actions"),
        (Command::Mark(K::SetIn), "player:mark-in"),
        (Command::Mark(K::SetOut), "player:mark-out"),
        (Command::Mark(K::Earlier), "player:mark-earlier"),
        (Command::Mark(K::Later), "player:mark-later"),
        (Command::Mark(K::MuchEarlier), "player:mark-much-earlier"),
        (Command::Mark(K::MuchLater), "player:mark-much-later"),
        (Command::Mark(K::ToSilence), "player:mark-to-silence"),
        (Command::Mark(K::ToBeat), "player:mark-to-beat"),
        (Command::Mark(K::Clear), "player:clear-marks"),
        (Command::Mark(K::Loop), "player:loop"),
        (Command::Mark(K::Use), "player:use-marks"),
        (Command::View(V::Large), "player:large"),
        (Command::View(V::ZoomIn), "player:zoom-in"),
        (Command::View(V::ZoomOut), "player:zoom-out"),
        (Command::View(V::CursorBack), "player:cursor-back"),
        (Command::View(V::CursorOn), "player:cursor-on"),
        (Command::View(V::CursorMuchBack), "player:cursor-much-back"),
        (Command::View(V::CursorMuchOn), "player:cursor-much-on"),
        (Command::View(V::CursorHere), "player:cursor-here"),
        (Command::View(V::PlayFromCursor), "player:play-from-cursor"),
        (Command::View(V::Sections), "player:sections"),
        (Command::View(V::Spectrum), "player:spectrum"),
        (Command::Compare(A::Switch), "player:compare"),
        (Command::Compare(A::WithSelected), "player:compare-selected"),
        (Command::Compare(A::End), "player:end-comparison"),
        (Command::UpNext(N::Add), "player:add-up-next"),
        (Command::UpNext(N::PlayAll), "player:play-all"),
        (Command::UpNext(N::Show), "player:up-next"),
        (Command::UpNext(N::Sooner), "player:up-next-sooner"),
        (Command::UpNext(N::Later), "player:up-next-later"),
        (Command::UpNext(N::Remove), "player:up-next-remove"),
        (Command::UpNext(N::Clear), "player:up-next-clear"),
        (Command::UpNext(N::Repeat), "player:repeat"),
        (Command::Mixer(X::Open), "player:mixer"),
        (Command::Mixer(X::Softer), "player:stem-softer"),
        (Command::Mixer(X::Louder), "player:stem-louder"),
        (Command::Mixer(X::Mute), "player:stem-mute"),
        (Command::Mixer(X::Solo), "player:stem-solo"),
        (Command::Mixer(X::Reset), "player:mix-reset"),
        (Command::Mixer(X::Export), "player:mix-export"),
        (Command::Link(I::Open), "player:listen"),
        (Command::Link(I::End), "player:listen-end"),
        (Command::NextPane, "global:next-pane"),
        (Command::PreviousPane, "global:previous-pane"),
        (Command::Focus(PaneId::Compose), "global:compose"),
        (Command::Focus(PaneId::Lyrics), "global:lyrics"),
        (Command::Focus(PaneId::Queue), "global:queue"),
        (Command::Focus(PaneId::Library), "global:library"),
        (Command::Move(Motion::Up), "global:up"),
        (Command::Move(Motion::Down), "global:down"),
        (Command::Move(Motion::Left), "global:left"),
        (Command::Move(Motion::Right), "global:right"),
        (Command::Move(Motion::PageUp), "global:page-up"),
        (Command::Move(Motion::PageDown), "global:page-down"),
        (Command::Move(Motion::First), "global:first"),
        (Command::Move(Motion::Last), "global:last"),
        (Command::Undo, "global:undo"),
        (Command::Help, "global:help"),
        (Command::Palette, "global:palette"),
        (Command::EnterToken, "global:token"),
        (Command::NextLanguage, "global:next-language"),
        (Command::Repaint, "global:repaint"),
        (Command::Suspend, "global:suspend"),
        (Command::Quit, "global:quit"),
        (Command::Text(T::Leave), "text:leave"),
        (Command::Text(T::Accept), "text:accept"),
        (Command::Overlay(O::Accept), "overlay:accept"),
        (Command::Overlay(O::Close), "overlay:close"),
    ];

    /// Its name, as the config writes it.
    pub fn name(self) -> &'static str {
        Command::ALL
            .iter()
            .find(|(command, _)| *command == self)
            .map_or("", |(_, name)| name)
    }

    /// The command of a name.
    pub fn from_name(name: &str) -> Option<Command> {
        Command::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(command, _)| *command)
    }

    /// Whether the palette offers it: movements and the commands of typing make no sense there.
    pub fn in_palette(self) -> bool {
        !matches!(
            self,
            Command::Move(_)
                | Command::Text(_)
                | Command::Overlay(_)
                | Command::Palette
                | Command::Compose(C::MuchLess | C::MuchMore)
                // These need the window they are given in.
                | Command::UpNext(N::Sooner | N::Later | N::Remove)
                | Command::Mixer(X::Softer | X::Louder | X::Mute | X::Solo)
        )
    }
}
