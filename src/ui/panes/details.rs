//! All that is known of a task or a song.
//!
//! Invariant: what was charged, the trace id and the next step stand with every failure.

use ratatui::Frame;

use super::library;
use super::overlay::{Words, draw_words, open_around, reading_width};
use super::queue::{glyph, taken};
use crate::app::App;
use crate::app::settings::Role;
use crate::app::tasks::completion_of;
use crate::domain::{
    AudiosRequest, Charge, Failure, Field, MediaFile, MediaKind, Request, Seconds, Song, SongId,
    Task, TaskId, TaskState, Timestamp, Work,
};
use crate::ui::Skin;
use crate::ui::text;

/// How many lines of a task's lyric are shown.
const EXCERPT: usize = 8;

/// Labelled values as rows of the screen.
struct Sheet<'a> {
    skin: &'a Skin<'a>,
    rows: Vec<Words>,
    column: usize,
    room: usize,
}

impl<'a> Sheet<'a> {
    /// For a window of this width; the labels decide the column.
    fn new(skin: &'a Skin<'a>, width: u16, labels: &[&str]) -> Self {
        let column = labels.iter().map(|label| text::width(label)).max();
        let column = column.unwrap_or(0) + 2;
        Sheet {
            skin,
            rows: Vec::new(),
            column,
            room: usize::from(width).saturating_sub(4 + column).max(1),
        }
    }

    /// A label and its value, wrapped; nothing where there is no value.
    fn put(&mut self, label: &str, value: &str, role: Role) {
        if value.is_empty() {
            return;
        }
        for (at, part) in text::paragraphs(value, self.room).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let gap = self.column.saturating_sub(text::width(label));
            self.rows.push(vec![
                (format!("{label}{}", " ".repeat(gap)), Role::Muted),
                (part.to_owned(), role),
            ]);
        }
    }

    fn blank(&mut self) {
        if self.rows.last().is_some_and(|row| !row.is_empty()) {
            self.rows.push(Vec::new());
        }
    }

    /// What failed, what it costs, what to do.
    fn put_failure(&mut self, failure: &Failure, charge: Charge) {
        let strings = self.skin.strings;
        let labels = &strings.details;
        let code: Vec<String> = failure
            .code
            .iter()
            .cloned()
            .chain(failure.status.map(|status| format!("HTTP {status}")))
            .collect();
        self.blank();
        self.put(labels.failure, (strings.failure)(failure), Role::Error);
        self.put(labels.code, &code.join(" · "), Role::Text);
        self.put(labels.message, &failure.message, Role::Text);
        let trace = failure.trace_id.as_deref().unwrap_or_default();
        self.put(labels.trace_id, trace, Role::Accent);
        self.put(labels.money, (strings.charge)(charge), Role::Text);
        let next = (strings.next_step)(failure, self.skin.keymap);
        self.put(labels.next, &next, Role::Text);
        let raw = failure.raw.as_deref().unwrap_or_default();
        self.put(labels.raw, raw, Role::Muted);
    }
}

/// A moment by the user's clock.
fn moment(app: &App, moment: Timestamp) -> String {
    let local = moment.to_zoned(app.settings.zone.clone());
    local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// A day of the user's calendar.
pub(super) fn day(app: &App, moment: Timestamp) -> String {
    let local = moment.to_zoned(app.settings.zone.clone());
    local.strftime("%Y-%m-%d").to_string()
}

/// Draws what is known of a task, from line `top` on.
pub(crate) fn draw_task(app: &App, skin: &Skin, id: TaskId, top: usize, frame: &mut Frame) {
    let width = reading_width(frame.area());
    let labels = &skin.strings.details;
    let rows = match app.tasks.get(id) {
        Some(task) => task_rows(app, skin, task, width),
        None => vec![vec![(labels.gone.to_owned(), Role::Muted)]],
    };
    let inner = open_around(skin, frame, labels.task, &rows, width);
    draw_words(skin, frame, inner, &rows, top);
}

fn task_rows(app: &App, skin: &Skin, task: &Task, width: u16) -> Vec<Words> {
    let strings = skin.strings;
    let labels = &strings.details;
    let fields = [
        Field::Model,
        Field::LyricsStrength,
        Field::SoundStrength,
        Field::ReplaceStart,
        Field::StyleNegative,
    ];
    let mut all = vec![
        labels.state,
        labels.ordered,
        labels.api_id,
        labels.trace_id,
        labels.failure,
        labels.attempts,
        labels.message,
        labels.finished,
        labels.next,
        strings.hearing.label,
    ];
    all.extend(fields.map(|field| (strings.field)(field)));
    let mut sheet = Sheet::new(skin, width, &all);
    put_state(&mut sheet, app, task);
    sheet.blank();
    put_order(&mut sheet, app, &task.request);
    sheet.blank();
    sheet.put(labels.ordered, &moment(app, task.created_at), Role::Text);
    let told = |at: Option<Timestamp>| at.map_or_else(String::new, |at| moment(app, at));
    sheet.put(labels.sent, &told(task.submitted_at), Role::Text);
    let way = completion_of(task, &app.settings);
    sheet.put(
        strings.hearing.label,
        (strings.hearing.told)(way),
        Role::Text,
    );
    sheet.put(labels.finished, &told(task.finished_at), Role::Text);
    if task.attempts > 0 {
        sheet.put(labels.attempts, &format!("{}×", task.attempts), Role::Text);
    }
    let api_id = task.api_id.as_ref().map_or("", |id| id.0.as_str());
    sheet.put(labels.api_id, api_id, Role::Text);
    if task
        .failure()
        .is_none_or(|failure| failure.trace_id.is_none())
    {
        let trace = task.trace_id.as_deref().unwrap_or_default();
        sheet.put(labels.trace_id, trace, Role::Text);
    }
    let songs = task.songs.iter().filter_map(|id| app.songs.get(id));
    for song in songs {
        sheet.put(labels.songs, library::title(skin, song), Role::Playing);
    }
    if let Some(words) = &task.words {
        sheet.blank();
        sheet.put(labels.next, &(labels.take_words)(skin.keymap), Role::Ok);
        sheet.put((strings.field)(Field::Title), &words.title, Role::Heading);
        sheet.put(labels.words, &words.lyric, Role::Text);
    }
    sheet.rows
}

/// Where it stands, how long it has taken, and what that means.
fn put_state(sheet: &mut Sheet, app: &App, task: &Task) {
    let strings = sheet.skin.strings;
    let labels = &strings.details;
    let (glyph, role) = glyph(task);
    let state = (strings.state)(&task.state);
    sheet.put(labels.state, &format!("{glyph} {state}"), role);
    let progress = task.progress.filter(|_| !task.state.is_final());
    let progress = progress.map_or_else(String::new, |percent| format!("{percent}%"));
    sheet.put(labels.progress, &progress, Role::Text);
    sheet.put(labels.elapsed, &taken(task, app.now), Role::Text);
    match &task.state {
        TaskState::Held { why, .. } => {
            let next = (strings.hold)(*why, sheet.skin.keymap);
            sheet.put(labels.next, &next, Role::Warn);
        }
        TaskState::InDoubt { look_at, .. } if look_at.is_some() => {
            sheet.put(labels.next, strings.looking, Role::Warn);
        }
        _ => {}
    }
    if let Some(failure) = task.failure() {
        // What was not taken costs nothing, whatever stands in its way.
        let charge = match task.state {
            TaskState::Waiting { .. } | TaskState::Held { .. } => Charge::No,
            _ => failure.kind.charge(),
        };
        sheet.put_failure(failure, charge);
    }
}

/// What was ordered: the fields that were sent.
fn put_order(sheet: &mut Sheet, app: &App, request: &Request) {
    let strings = sheet.skin.strings;
    let work = super::request::work(sheet.skin, request);
    sheet.put(strings.details.action, work, Role::Text);
    if let Some(id) = request.source() {
        let song = app.songs.get(id);
        let title = song.map(|song| library::title(sheet.skin, song).to_owned());
        let name = title.unwrap_or_else(|| id.0.clone());
        sheet.put((strings.field)(Field::Source), &name, Role::Text);
    }
    match request {
        Request::Audios(order) => put_audios(sheet, order),
        Request::Lyrics(order) => {
            sheet.put((strings.field)(Field::Prompt), &order.prompt, Role::Text);
        }
        Request::Upload(order) => {
            for place in [&order.file, &order.audio_url].into_iter().flatten() {
                sheet.put((strings.field)(Field::Source), place, Role::Text);
            }
        }
        Request::Wav(_) | Request::Videos(_) => {}
    }
}

fn put_audios(sheet: &mut Sheet, order: &AudiosRequest) {
    let strings = sheet.skin.strings;
    let moment = |at: Option<f64>| at.map_or_else(String::new, |at| Seconds(at).clock_tenths());
    let number = |number: Option<f64>| number.map_or_else(String::new, |n| format!("{n:.2}"));
    let yes_no = order
        .instrumental
        .map_or("", |yes| if yes { strings.yes } else { strings.no });
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let model = order.model.as_ref().map_or("", |model| model.0.as_str());
    let values = [
        (Field::Model, model.to_owned()),
        (Field::Title, text(&order.title)),
        (Field::Prompt, text(&order.prompt)),
        (Field::Instrumental, yes_no.to_owned()),
        (Field::ContinueAt, moment(order.continue_at)),
        (Field::ReplaceStart, moment(order.replace_section_start)),
        (Field::ReplaceEnd, moment(order.replace_section_end)),
        (Field::CoverStrength, number(order.cover_strength)),
        (Field::SoundStrength, number(order.sound_strength)),
        (Field::LyricsStrength, number(order.lyrics_strength)),
        (Field::Weirdness, number(order.weirdness)),
        (Field::Seed, text(&order.seed)),
        (Field::CallbackUrl, text(&order.callback_url)),
        (Field::Style, text(&order.style)),
        (Field::StyleNegative, text(&order.style_negative)),
        (Field::VocalGender, text(&order.vocal_gender)),
        (Field::LyricPrompt, text(&order.lyric_prompt)),
    ];
    for (field, value) in values {
        sheet.put((strings.field)(field), &value, Role::Text);
    }
    let lyric = order.lyric.as_deref().unwrap_or_default();
    let mut excerpt: Vec<&str> = lyric.lines().take(EXCERPT).collect();
    if lyric.lines().nth(EXCERPT).is_some() {
        excerpt.push("…");
    }
    let label = (strings.field)(Field::Lyric);
    sheet.put(label, &excerpt.join("\n"), Role::Text);
}

/// Draws what is known of a song, from line `top` on.
pub(crate) fn draw_song(app: &App, skin: &Skin, id: &SongId, top: usize, frame: &mut Frame) {
    let width = reading_width(frame.area());
    let labels = &skin.strings.details;
    let rows = match app.songs.get(id) {
        Some(song) => song_rows(app, skin, song, width),
        None => vec![vec![(labels.gone.to_owned(), Role::Muted)]],
    };
    let inner = open_around(skin, frame, labels.song, &rows, width);
    draw_words(skin, frame, inner, &rows, top);
}

fn song_rows(app: &App, skin: &Skin, song: &Song, width: u16) -> Vec<Words> {
    let strings = skin.strings;
    let labels = &strings.details;
    let field = |field| (strings.field)(field);
    let all = [
        field(Field::Title),
        field(Field::Prompt),
        labels.link_until,
        labels.link_dead,
        labels.id,
        labels.length,
        labels.folder,
        labels.failure,
        labels.message,
        labels.next,
    ];
    let mut sheet = Sheet::new(skin, width, &all);
    sheet.put(
        field(Field::Title),
        library::title(skin, song),
        Role::Heading,
    );
    let length = song
        .duration
        .map_or_else(String::new, Seconds::clock_tenths);
    sheet.put(labels.length, &length, Role::Text);
    sheet.put(field(Field::Model), &song.model, Role::Text);
    sheet.put(field(Field::Seed), &song.seed, Role::Text);
    sheet.put(field(Field::Prompt), &song.prompt, Role::Text);
    sheet.put(labels.id, &song.id.0, Role::Text);
    sheet.put(labels.made, &moment(app, song.created_at), Role::Text);
    put_family(&mut sheet, app, song);
    if song.audio.url.is_some() {
        let end = song.link_dies();
        let day = day(app, end);
        if end > app.now {
            sheet.put(labels.link_until, &day, Role::Text);
        } else {
            sheet.put(labels.link_dead, &day, Role::Muted);
        }
    }
    sheet.blank();
    for kind in MediaKind::ALL {
        // What was not ordered is not missing.
        let is_expected = matches!(kind, MediaKind::Audio | MediaKind::Cover);
        if is_expected || song.more.files.contains_key(&kind) {
            put_media(&mut sheet, app, song, kind);
        }
    }
    sheet.put(labels.folder, &app.settings.media_folder, Role::Text);
    if !song.lyric.is_empty() {
        sheet.blank();
        sheet.put(field(Field::Lyric), &song.lyric, Role::Text);
    }
    sheet.rows
}

/// What it was made from, and what was made from it.
fn put_family(sheet: &mut Sheet, app: &App, song: &Song) {
    let skin = sheet.skin;
    let labels = &skin.strings.details;
    let told = |title: &str, song: &Song| match song.more.action {
        Some(action) => format!("{title} · {}", (skin.strings.work)(Work::Song(action))),
        None => title.to_owned(),
    };
    if let Some(id) = &song.more.source {
        let title = app.songs.get(id).map(|source| library::title(skin, source));
        let source = told(title.unwrap_or(&id.0), song);
        sheet.put(labels.made_from, &source, Role::Text);
    }
    let made = app
        .songs
        .iter()
        .filter(|other| other.more.source.as_ref() == Some(&song.id));
    for (at, other) in made.enumerate() {
        let label = if at == 0 { labels.became } else { "" };
        sheet.put(label, &told(library::title(skin, other), other), Role::Text);
    }
}

fn put_media(sheet: &mut Sheet, app: &App, song: &Song, kind: MediaKind) {
    let strings = sheet.skin.strings;
    let labels = &strings.details;
    let media = song.media(kind);
    let label = (strings.media)(kind);
    if let Some(file) = &media.file {
        let told = |file: &MediaFile| format!("{} · {}", file.name, text::size(file.bytes));
        sheet.put(label, &told(file), Role::Text);
        if kind == MediaKind::Stems {
            for stem in &song.more.stems {
                sheet.put("", &told(stem), Role::Text);
            }
        }
    } else if let Some(progress) = app.songs.progress(&song.id, kind) {
        sheet.put(label, &(labels.fetching)(progress.percent()), Role::Accent);
    } else {
        sheet.put(label, labels.not_here, Role::Warn);
    }
    if let Some(failure) = media.failure.as_ref().filter(|_| media.file.is_none()) {
        // Fetching costs nothing, whatever happens.
        sheet.put_failure(failure, Charge::AlreadyPaid);
        sheet.blank();
    }
}
