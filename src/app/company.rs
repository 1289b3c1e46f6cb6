//! Several programs on one profile: one has the engine; the others show its work, and hand over what they want of it.
//!
//! Invariant: what only the engine may do is done by the program that has it, once, whoever wished for it; and what was
//! typed in any of them is found again.

use std::collections::BTreeSet;

use super::App;
use super::cx::Cx;
use super::effect::Effect;
use super::event::CompanyEvent;
use super::import::Import;
use super::notice::{Arrival, Notice};
use super::stories::REMOVED_KEPT;
use super::tasks::{Mirrored, TaskQueue};
use crate::domain::{
    Draft, FailureKind, Handed, More, Record, Saved, Song, SongId, Task, TaskId, TaskState, Ticket,
    Want, Whom, Wish,
};

/// Drafts by the names of the programs they were typed in.
type Aside = Vec<(String, Vec<Draft>)>;

impl App {
    /// Where this program stands at its start.
    pub(super) fn begin_in_company(&mut self, handed: Vec<Handed>, aside: Aside) {
        if self.settings.is_guest {
            self.tasks.become_mirror();
            self.drafts_there.clone_from(&self.removed);
            self.drafts_there.push(self.draft());
        } else {
            self.inherited = handed;
            self.join_drafts(aside);
        }
    }

    pub(super) fn on_company(&mut self, event: CompanyEvent) {
        match event {
            CompanyEvent::Guests(count) => {
                let (tasks, _, mut cx) = self.engine();
                tasks.watch(count > 0, &mut cx);
            }
            CompanyEvent::Handed(handed) if self.settings.is_guest => drop(handed),
            // Before all that is kept is known an answer could meet a song that is not.
            CompanyEvent::Handed(handed) if !self.is_started => self.inherited = handed,
            CompanyEvent::Handed(handed) => self.take_handed(handed),
            CompanyEvent::Changed {
                tasks,
                songs,
                paused,
            } => self.on_changes(tasks, songs, paused),
            CompanyEvent::TookOver(saved) => self.take_over(*saved),
        }
    }

    /// Does what the user wants of the engine, or hands it to the program that has it.
    pub(super) fn wish(&mut self, wish: Wish) {
        if !self.settings.is_guest {
            return self.grant(wish);
        }
        // The player has said why already.
        let is_told = !matches!(wish, Wish::GiveUpAudio(_));
        if self.hand_over(wish) && is_told {
            self.notify(Notice::HandedOver);
        }
    }

    fn hand_over(&mut self, wish: Wish) -> bool {
        let Some(ticket) = self.tasks.next_ticket(&self.settings) else {
            return false;
        };
        let want = Want::Wish(wish);
        let handed = Box::new(Handed { ticket, want });
        self.effects.push(Effect::Save(Record::Handed(handed)));
        true
    }

    /// Does what was wished for, here or in another program. What has become impossible meanwhile is not done.
    fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Drop(whom) => self.with_task(&whom, TaskQueue::drop_task),
            Wish::SendAgain(whom, doubted) => self.with_task(&whom, |tasks, id, cx| {
                let state = tasks.get(id).map(|task| &task.state);
                let is_so =
                    matches!(state, Some(TaskState::InDoubt { since, .. }) if *since == doubted);
                is_so && tasks.send_again(id, cx)
            }),
            Wish::WaveThrough(whom) => self.with_task(&whom, TaskQueue::send_over_budget),
            Wish::Shift(whom, to) => {
                self.with_task(&whom, |tasks, id, cx| tasks.shift(id, to, cx));
            }
            Wish::PauseTask(whom) => self.with_task(&whom, TaskQueue::pause_task),
            Wish::ResumeTask(whom) => self.with_task(&whom, TaskQueue::resume_task),
            Wish::PauseQueue(is_paused) => self.pause(is_paused),
            Wish::Import => self.toggle_import(),
            Wish::KeepDrafts(drafts) => {
                self.keep_drafts(drafts);
                self.save_preferences();
            }
            Wish::Wake(why) => {
                let (tasks, _, mut cx) = self.engine();
                tasks.wake_held(why, &mut cx);
            }
            Wish::Fetch(_) | Wish::FetchFirst(_) | Wish::GiveUpAudio(_) | Wish::Annotate(..) => {
                self.grant_song(wish);
            }
        }
        self.queue.refresh(&self.tasks);
    }

    fn grant_song(&mut self, wish: Wish) {
        let (_, songs, mut cx) = self.engine();
        match wish {
            Wish::Fetch(song) => {
                songs.fetch_again(&song, &mut cx);
            }
            Wish::FetchFirst(song) => {
                songs.fetch_first(&song, &mut cx);
            }
            Wish::GiveUpAudio(song) => songs.give_up_file(&song, &mut cx),
            Wish::Annotate(song, marks, mix) => {
                let change = |more: &mut More| {
                    more.marks = marks;
                    more.mix = mix;
                };
                songs.annotate(&song, change, &mut cx);
            }
            _ => {}
        }
    }

    fn with_task(
        &mut self,
        whom: &Whom,
        act: impl FnOnce(&mut TaskQueue, TaskId, &mut Cx) -> bool,
    ) {
        let (tasks, _, mut cx) = self.engine();
        if let Some(id) = tasks.find(whom) {
            act(tasks, id, &mut cx);
        }
    }

    /// Keeps what the listener does with a song: its marks, its mix.
    pub(super) fn annotate(&mut self, id: &SongId, change: impl FnOnce(&mut More)) {
        let (_, songs, mut cx) = self.engine();
        songs.annotate(id, change, &mut cx);
        if self.settings.is_guest
            && let Some(song) = self.songs.get(id)
        {
            let More { marks, mix, .. } = song.more.clone();
            self.hand_over(Wish::Annotate(id.clone(), marks, mix));
        }
    }

    pub(super) fn take_inherited(&mut self) {
        if !self.settings.is_guest {
            let handed = std::mem::take(&mut self.inherited);
            self.take_handed(handed);
        }
    }

    /// Takes what was handed over, in its order. What was taken may be listed until what came of it is kept.
    fn take_handed(&mut self, handed: Vec<Handed>) {
        let listed: BTreeSet<&Ticket> = handed.iter().map(|handed| &handed.ticket).collect();
        self.taken.retain(|ticket| listed.contains(ticket));
        for Handed { ticket, want } in handed {
            if !self.taken.insert(ticket.clone()) {
                continue;
            }
            match want {
                // An order goes from the list in the transaction that keeps its task.
                Want::Order(task) => self.take_order(*task),
                Want::Wish(wish) => {
                    self.effects.push(Effect::Save(Record::Granted(ticket)));
                    self.grant(wish);
                }
            }
        }
        self.queue.refresh(&self.tasks);
    }

    fn take_order(&mut self, task: Task) {
        let (tasks, _, mut cx) = self.engine();
        let taken = tasks.take(task, &mut cx);
        let is_held = |task: &Task| matches!(task.state, TaskState::Held { .. });
        if let Some(task) = taken.and_then(|id| self.tasks.get(id))
            && !is_held(task)
        {
            let label = task.label().to_owned();
            self.notify(Notice::Ordered(label));
        }
    }

    /// The program that has the engine changed these.
    fn on_changes(&mut self, tasks: Vec<Task>, songs: Vec<Song>, paused: bool) {
        if !self.settings.is_guest {
            return;
        }
        self.tasks.keep_paused(paused);
        for task in &tasks {
            self.spend.note(task, &self.settings.zone);
        }
        self.songs.mirror(songs, self.now);
        let Mirrored { moved, ended } = self.tasks.mirror(tasks);
        let mut selected = self.queue.selected();
        for (old, new) in moved {
            if let Some(mark) = self.lyrics_at.remove(&old) {
                self.lyrics_at.insert(new, mark);
            }
            selected = selected.map(|id| if id == old { new } else { id });
        }
        for id in ended {
            self.tell_end(id);
        }
        self.library.refresh(&self.songs);
        self.queue.refresh(&self.tasks);
        if let Some(id) = selected {
            self.queue.select(id);
        }
        self.recheck(false);
        self.play_awaited();
    }

    /// What could not be heard before it was here.
    fn play_awaited(&mut self) {
        let is_here = |(id, _): &mut (SongId, _)| {
            let song = self.songs.get(id);
            song.is_some_and(|song| song.audio.file.is_some())
        };
        if let Some((song, from)) = self.awaited.take_if(is_here) {
            self.play_from(&song, from);
        }
    }

    /// Tells how a task ended that another program saw to.
    fn tell_end(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        let label = task.label().to_owned();
        let title = task.songs.first().and_then(|song| self.songs.get(song));
        match (&task.state, task.request.adds()) {
            (TaskState::Failed { because }, _) => {
                let is_wish = matches!(because.kind, FailureKind::Cancelled | FailureKind::Dropped);
                let because = because.clone();
                if !is_wish {
                    self.notify(Notice::TaskFailed(label, because));
                }
            }
            _ if task.words.is_some() => self.on_words(id),
            (_, Some(kind)) if task.songs.is_empty() => {
                self.notify(Notice::Arrived(Arrival::File(kind, label)));
            }
            _ => {
                let title = title.map(|song| song.title.clone());
                let title = title.filter(|title| !title.is_empty()).unwrap_or(label);
                self.notify(Notice::Finished(title));
            }
        }
    }

    /// The program that had the engine has ended: its work is gone on with here, as at a start.
    fn take_over(&mut self, saved: Saved) {
        if !self.settings.is_guest {
            return;
        }
        self.on_changes(saved.tasks, saved.songs, saved.paused);
        self.settings.is_guest = false;
        self.songs.take_over();
        self.import = Import::new(saved.import);
        // What is on the disk comes first: it was handed over before us, or is the same.
        self.inherited = saved.handed;
        self.inherited.extend(self.tasks.take_over());
        let mine = std::mem::take(&mut self.removed);
        self.removed = saved.preferences.removed;
        self.keep_drafts(vec![saved.draft]);
        self.keep_drafts(mine);
        let program = self.settings.program.clone();
        let mut aside = saved.aside;
        aside.retain(|(other, _)| *other != program);
        // Ours stand on the screen.
        aside.push((program, Vec::new()));
        self.save_draft();
        self.join_drafts(aside);
        self.drafts_there.clear();
        if self.is_started {
            self.start_engine();
        }
        if let Some((song, from)) = self.awaited.take() {
            self.play_from(&song, from);
        }
        self.notify(Notice::TookOver);
    }

    /// Puts the drafts of programs that have ended where they can be brought back.
    fn join_drafts(&mut self, aside: Aside) {
        if aside.is_empty() {
            return;
        }
        let programs: Vec<String> = aside.iter().map(|(program, _)| program.clone()).collect();
        let drafts = aside.into_iter().flat_map(|(_, drafts)| drafts);
        self.keep_drafts(drafts.collect());
        self.save_preferences();
        let gone = programs.into_iter().map(|program| {
            let none = Vec::new();
            Effect::Save(Record::Aside(program, none))
        });
        self.effects.extend(gone);
    }

    /// Keeps drafts where undo brings them back, the latest first. One that is there already, or on the screen, is not
    /// kept twice.
    fn keep_drafts(&mut self, drafts: Vec<Draft>) {
        let current = self.draft();
        for draft in drafts {
            if !draft.is_blank() && draft != current && !self.removed.contains(&draft) {
                self.removed.push(draft);
            }
        }
        let surplus = self.removed.len().saturating_sub(REMOVED_KEPT);
        self.removed.drain(..surplus);
    }

    /// The drafts that were made here since the start, the one on the screen last.
    fn drafts_of_here(&self) -> Vec<Draft> {
        let current = self.draft();
        let all = self.removed.iter().chain([&current]);
        let mut made: Vec<Draft> = Vec::new();
        for draft in all {
            let is_there = draft.is_blank() || self.drafts_there.contains(draft);
            if !is_there && !made.contains(draft) {
                made.push(draft.clone());
            }
        }
        made
    }

    /// Keeps the drafts of this program apart from those of the program that has the engine.
    pub(super) fn set_drafts_aside(&mut self) {
        let drafts = self.drafts_of_here();
        let aside = Record::Aside(self.settings.program.clone(), drafts);
        self.effects.push(Effect::Save(aside));
    }

    /// Hands the drafts of this program to the one that has the engine, in one step.
    pub(super) fn hand_drafts_over(&mut self) {
        let drafts = self.drafts_of_here();
        if drafts.is_empty() || self.hand_over(Wish::KeepDrafts(drafts)) {
            let none = Record::Aside(self.settings.program.clone(), Vec::new());
            self.effects.push(Effect::Save(none));
        }
    }
}
