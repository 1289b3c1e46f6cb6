//! Every phrase a human reads, in every language.
//!
//! Invariant: a language is a struct literal of [`Strings`], so a phrase that is missing does not compile. Keys in a
//! phrase come from the live key map.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod company;
mod ears;
mod en;
mod flow;
mod hearing;
mod taking;
mod zh_cn;
mod zh_tw;

use crate::app::command::Command;
use crate::app::keymap::{Context, Keymap};
use crate::app::notice::{Notice, Refusal};
use crate::app::panes::PaneId;
use crate::app::panes::overlay::{Deed, Purpose, Question};
use crate::app::settings::{Locale, Settings};
use crate::domain::lyric::LyricCount;
use crate::domain::text::cut;
use crate::domain::{
    Charge, Failure, Field, Hold, MediaKind, OutputKind, Problem, Seconds, TaskState, Work,
};

pub use company::Company;
pub use ears::Listening;
pub use flow::Flow;
pub use hearing::Hearing;
pub use taking::Taking;

/// How much of a title stands in a sentence, in characters as they are seen.
const NAME_MAX: usize = 40;

/// All phrases of one language. What takes a [`Keymap`] names the keys that work now.
#[derive(Debug)]
pub struct Strings {
    /// The language's own name.
    pub language: &'static str,
    /// Of a pane.
    pub pane: fn(PaneId) -> &'static str,
    /// Of the player.
    pub player: &'static str,
    /// Of the place where keys work: a heading of the help.
    pub context: fn(Context) -> &'static str,
    /// What a command does, short and in the imperative.
    pub command: fn(Command) -> &'static str,
    /// The same in a word or two, for the line of keys.
    pub hint: fn(Command) -> &'static str,
    /// Why a command can do nothing now.
    pub refusal: fn(Refusal) -> &'static str,
    /// A notice.
    pub notice: fn(&Notice, &Keymap) -> String,
    /// What happened, without a full stop: by the API's code where it has words of its own, else by the kind.
    pub failure: fn(&Failure) -> &'static str,
    /// What it means for the money.
    pub charge: fn(Charge) -> &'static str,
    /// What to do next.
    pub next_step: fn(&Failure, &Keymap) -> String,
    /// What is wrong with a field.
    pub problem: fn(&Problem, &Keymap) -> String,
    /// A question in a line.
    pub question: fn(&Question) -> &'static str,
    /// What follows from a yes.
    pub question_body: fn(&Question) -> &'static str,
    /// Where a task stands, in a word or two.
    pub state: fn(&TaskState) -> &'static str,
    /// What a held task waits for and how it goes on.
    pub hold: fn(Hold, &Keymap) -> String,
    /// What an order asks for.
    pub work: fn(Work) -> &'static str,
    /// The label of a field.
    pub field: fn(Field) -> &'static str,
    /// What can stand in an empty field; `true`: the prompt asks for a style rather than tells the idea.
    pub placeholder: fn(Field, bool) -> &'static str,
    /// The server's own value for a field that is left alone.
    pub server: fn(&str) -> String,
    /// Where the sound goes.
    pub output: fn(&OutputKind) -> String,
    /// A kind of file.
    pub media: fn(MediaKind) -> &'static str,
    /// Which window is too small: columns and rows it has.
    pub too_small: fn(u16, u16) -> String,
    /// Yes, as a value.
    pub yes: &'static str,
    /// No, as a value.
    pub no: &'static str,
    /// The way of working from the prompt, as a value.
    pub way_prompt: &'static str,
    /// The way of singing the lyric, as a value.
    pub way_lyrics: &'static str,
    /// The server's seed.
    pub random: &'static str,
    /// So many mistakes in the form.
    pub mistakes: fn(usize) -> String,
    /// The demo costs nothing.
    pub demo: &'static str,
    /// There is no token, and which key takes one.
    pub no_token: fn(&Keymap) -> String,
    /// What to do with an empty text area, line by line.
    pub lyrics_empty: fn(&Keymap) -> Vec<String>,
    /// The lyric is not sung while the song is made from the prompt.
    pub lyrics_unused: fn(&Keymap) -> String,
    /// The lyric is not sung since the song is instrumental.
    pub lyrics_instrumental: &'static str,
    /// Words are needed, and how to do without.
    pub lyrics_missing: fn(&Keymap) -> String,
    /// The lyric is not sung, in two words.
    pub lyrics_not_sung: &'static str,
    /// There is no lyric.
    pub lyrics_none: &'static str,
    /// Lines, sections, characters.
    pub lyrics_count: fn(LyricCount) -> String,
    /// Sections and lines.
    pub lyrics_summary: fn(LyricCount) -> String,
    /// Tasks by what they do: running, waiting, held, in doubt.
    pub queue_count: fn(QueueCount) -> String,
    /// Nothing is in the queue, and what to do, line by line.
    pub queue_empty: fn(&Keymap) -> Vec<String>,
    /// Nothing is in the queue, in a few words.
    pub queue_none: &'static str,
    /// The local file of an order is on its way to the file host, so many percent of it.
    pub hosting: fn(u8) -> String,
    /// The API is asked for a task in doubt.
    pub looking: &'static str,
    /// What the user decides about a task in doubt.
    pub decide: fn(&Keymap) -> String,
    /// A waiting task is tried again in so long.
    pub again_in: fn(&str) -> String,
    /// So many songs.
    pub songs: fn(usize) -> String,
    /// So many songs of so many.
    pub songs_found: fn(usize, usize) -> String,
    /// There are no songs, and what to do, line by line.
    pub library_empty: fn(&Keymap) -> Vec<String>,
    /// No song matches, and how to see all again.
    pub library_nothing: fn(&Keymap) -> String,
    /// Looks for nothing any more: a hint.
    pub show_all: &'static str,
    /// Before the line that is looked for.
    pub find: &'static str,
    /// A song without a title.
    pub untitled: &'static str,
    /// Nothing is on, and what to do.
    pub player_idle: fn(&Keymap) -> String,
    /// There is no song yet, and how to make one.
    pub player_first: fn(&Keymap) -> String,
    /// The volume in percent.
    pub volume: fn(u8) -> String,
    /// That nothing is heard, in a word or two.
    pub no_sound: &'static str,
    /// No sound by the user's wish.
    pub muted: &'static str,
    /// Words for what can be done with a song.
    pub deeds: Deeds,
    /// Words for the details of tasks and songs.
    pub details: Details,
    /// Words for the ways to hear of the end of a song.
    pub hearing: Hearing,
    /// Words for the windows on an order as a whole.
    pub taking: Taking,
    /// Of what is heard.
    pub listening: Listening,
    /// Words on the queue as a whole.
    pub flow: Flow,
    /// Words for several programs on one profile.
    pub company: Company,
    /// Words for the windows over the panes.
    pub windows: Windows,
}

/// How many tasks do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCount {
    /// At the API or on the wire.
    pub running: usize,
    /// Not sent yet.
    pub waiting: usize,
    /// Waiting for a person.
    pub held: usize,
    /// Sent, outcome unknown.
    pub in_doubt: usize,
    /// Finished, with a song or without.
    pub finished: usize,
}

/// Words for what can be done with a song.
#[derive(Debug)]
pub struct Deeds {
    /// Title of the menu.
    pub title: &'static str,
    /// What a deed does, in a few words.
    pub what: fn(&Deed) -> &'static str,
    /// Fill the form with what the song was made from.
    pub reuse: &'static str,
    /// Let the song be heard at a link.
    pub listen: &'static str,
    /// Title of the choice of a source song.
    pub source: &'static str,
    /// No source song is chosen, and how to choose one.
    pub choose: fn(&Keymap) -> String,
    /// No song matches.
    pub no_match: &'static str,
    /// There is no song.
    pub no_songs: &'static str,
    /// What is typed is taken as an id.
    pub take_id: &'static str,
    /// Title of the window a line is typed in.
    pub line_title: fn(Purpose) -> &'static str,
    /// What becomes of the line.
    pub line_body: fn(Purpose) -> &'static str,
    /// The file that was typed is looked at, before it is ordered.
    pub looking: &'static str,
    /// Orders what was typed or asked for.
    pub order: &'static str,
    /// How long ago a song was made.
    pub age: fn(Seconds) -> String,
}

/// Labels in the details of a task or a song.
#[derive(Debug)]
pub struct Details {
    /// Title of the window on a task.
    pub task: &'static str,
    /// Title of the window on a song.
    pub song: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// What was ordered.
    pub action: &'static str,
    /// When it was ordered.
    pub ordered: &'static str,
    /// When it was sent.
    pub sent: &'static str,
    /// When it was finished.
    pub finished: &'static str,
    /// How long it took, or takes.
    pub elapsed: &'static str,
    /// How far it is.
    pub progress: &'static str,
    /// How often it was sent in vain.
    pub attempts: &'static str,
    /// The API's id of the task.
    pub api_id: &'static str,
    /// The API's trace id.
    pub trace_id: &'static str,
    /// What happened.
    pub failure: &'static str,
    /// The API's code and status.
    pub code: &'static str,
    /// What the API said.
    pub message: &'static str,
    /// What it means for the money.
    pub money: &'static str,
    /// What to do next.
    pub next: &'static str,
    /// The songs it made.
    pub songs: &'static str,
    /// The song's id.
    pub id: &'static str,
    /// The song's length.
    pub length: &'static str,
    /// When the song was made.
    pub made: &'static str,
    /// Until when the link lives.
    pub link_until: &'static str,
    /// The link is dead since then.
    pub link_dead: &'static str,
    /// The folder of the files.
    pub folder: &'static str,
    /// A file that is not here.
    pub not_here: &'static str,
    /// A file that is being fetched, in percent where known.
    pub fetching: fn(Option<u8>) -> String,
    /// The song it was made from.
    pub made_from: &'static str,
    /// The songs that were made from it.
    pub became: &'static str,
    /// It is no longer known.
    pub gone: &'static str,
    /// The answer of the API as it came.
    pub raw: &'static str,
    /// Words that were written.
    pub words: &'static str,
    /// How to take them.
    pub take_words: fn(&Keymap) -> String,
}

/// Words of the windows over the panes.
#[derive(Debug)]
pub struct Windows {
    /// Title of the help.
    pub help: &'static str,
    /// Title of the palette.
    pub palette: &'static str,
    /// No command matches.
    pub palette_nothing: &'static str,
    /// Title of a question.
    pub question: &'static str,
    /// Yes, as an answer.
    pub yes: &'static str,
    /// No, as an answer.
    pub no: &'static str,
    /// Title of the token's window.
    pub token: &'static str,
    /// Why a token is needed and where to get one.
    pub token_why: &'static str,
    /// Where it is stored.
    pub token_where: fn(&Settings) -> String,
    /// Other ways to give one.
    pub token_else: &'static str,
    /// So many characters are typed.
    pub token_typed: fn(usize) -> String,
    /// Keeps what was typed.
    pub store: &'static str,
    /// Goes on without a token.
    pub later: &'static str,
    /// Heading of the help's part on files.
    pub files: &'static str,
    /// The help's part on files, line by line.
    pub files_body: fn(&Settings) -> Vec<String>,
    /// Heading of the help's part on copying.
    pub copying: &'static str,
    /// The help's part on copying.
    pub copying_body: &'static str,
    /// Heading of the help's part on typing.
    pub typing: &'static str,
    /// The help's part on typing: keys and what they do.
    pub typing_body: &'static [(&'static str, &'static str)],
    /// Every command is in the palette.
    pub more: fn(&Keymap) -> String,
}

/// The phrases of a language.
pub fn strings(locale: Locale) -> &'static Strings {
    match locale {
        Locale::En => &en::STRINGS,
        Locale::ZhTw => &zh_tw::STRINGS,
        Locale::ZhCn => &zh_cn::STRINGS,
    }
}

/// What a command does, in a language: what the palette is searched by.
pub fn command(locale: Locale, command: Command) -> &'static str {
    (strings(locale).command)(command)
}

impl Strings {
    /// What a command does.
    pub fn command(&self, command: Command) -> &'static str {
        (self.command)(command)
    }

    /// A notice as the screen says it.
    pub fn notice(&self, notice: &Notice, keymap: &Keymap) -> String {
        (self.notice)(notice, keymap)
    }

    /// What happened and what it means for the money, in a line.
    pub fn failure_line(&self, failure: &Failure) -> String {
        let what = (self.failure)(failure);
        let charge = (self.charge)(failure.kind.charge());
        format!("{what} · {charge}")
    }
}

/// The first key of a command, or its name where it has none: the palette knows it by that.
pub fn key(keymap: &Keymap, command: Command) -> String {
    let label = keymap.label(command);
    if label.is_empty() {
        command.name().to_owned()
    } else {
        label
    }
}

/// A title or a label as it stands in a sentence.
fn name<'a>(title: &'a str, untitled: &'a str) -> String {
    if title.trim().is_empty() {
        untitled.to_owned()
    } else {
        cut(title, NAME_MAX)
    }
}

/// The parts that are not empty, set apart by dots.
fn joined(parts: &[String]) -> String {
    let told: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    told.join(" · ")
}

/// `told` where there is something to count.
fn some(count: usize, told: impl FnOnce() -> String) -> String {
    if count == 0 { String::new() } else { told() }
}
