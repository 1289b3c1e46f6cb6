//! What the user means with the song that is on.
//!
//! Invariant: as in `command`, each stands in the list of all commands.

/// Commands on the marks of the song that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkCommand {
    /// Something begins here: at the cursor, else at the playhead.
    SetIn,
    /// It ends here.
    SetOut,
    /// The mark that was set last, a tenth of a second earlier.
    Earlier,
    /// A tenth of a second later.
    Later,
    /// A second earlier.
    MuchEarlier,
    /// A second later.
    MuchLater,
    /// To the nearest pause.
    ToSilence,
    /// To the nearest beat.
    ToBeat,
    /// Take both away.
    Clear,
    /// Play the part between them round and round, or no longer.
    Loop,
    /// Fill the form: replace the part between them, or go on from the one.
    Use,
}

/// Commands on how the song that is on is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewCommand {
    /// The player in a window of its own, or back.
    Large,
    /// A smaller part of the song, larger.
    ZoomIn,
    /// A larger part of the song.
    ZoomOut,
    /// The cursor a tenth of a second back.
    CursorBack,
    /// A tenth of a second on.
    CursorOn,
    /// A second back.
    CursorMuchBack,
    /// A second on.
    CursorMuchOn,
    /// The cursor to the playhead, where it follows it.
    CursorHere,
    /// The playhead to the cursor.
    PlayFromCursor,
    /// Lines where the sections of the lyric may begin, or none.
    Sections,
    /// The spectrum of what is heard, or not.
    Spectrum,
}

/// Commands on two songs side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareCommand {
    /// Hear the other; where nothing is compared, begin with the song that this one was made from.
    Switch,
    /// Compare with the song that is selected in the library.
    WithSelected,
    /// Go on with the one that is heard.
    End,
}

/// Commands on what plays next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpNextCommand {
    /// The selected song after all others.
    Add,
    /// Everything in sight in the library, from the selected song on, in place of what stood there.
    PlayAll,
    /// Show it.
    Show,
    /// The selected one sooner.
    Sooner,
    /// The selected one later.
    Later,
    /// Take the selected one out.
    Remove,
    /// Take all out.
    Clear,
    /// Round and round: off, all, one.
    Repeat,
}

/// Commands on the mix of the stems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MixerCommand {
    /// The mixer, or back.
    Open,
    /// The selected stem a decibel softer.
    Softer,
    /// A decibel louder.
    Louder,
    /// The selected stem is not heard, or heard again.
    Mute,
    /// The selected stem is heard alone, or with the others again.
    Solo,
    /// All as it was made.
    Reset,
    /// Write the mix to a WAV file.
    Export,
}

/// Commands on songs at a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkCommand {
    /// Let the song be heard at a link on this machine, and show it.
    Open,
    /// No song can be heard at a link any longer.
    End,
}
