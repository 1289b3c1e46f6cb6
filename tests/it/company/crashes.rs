//! Programs on one profile that die between any two saves: each order is taken once, and none is lost.

use std::collections::{BTreeMap, BTreeSet};

use fuzzbox::app::App;
use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{CompanyEvent, Event, TaskEvent};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, Handed, Record, Saved, Task, TaskId, TaskState, Ticket, Timestamp, Want,
};
use fuzzbox::i18n;
use proptest::prelude::*;

use crate::support::bench::{key_event, noon};

/// The disk: whole transactions are kept, or nothing of them.
#[derive(Default)]
struct Disk {
    tasks: BTreeMap<TaskId, (i64, Task)>,
    handed: Vec<Handed>,
    mark: i64,
}

impl Disk {
    fn keep(&mut self, record: Record) {
        self.mark += 1;
        match record {
            Record::Task(task) => {
                self.take(task.ticket.as_ref());
                self.tasks.insert(task.id, (self.mark, *task));
            }
            Record::Handed(handed) => self.handed.push(*handed),
            Record::Granted(ticket) => self.take(Some(&ticket)),
            _ => {}
        }
    }

    fn take(&mut self, ticket: Option<&Ticket>) {
        self.handed.retain(|handed| Some(&handed.ticket) != ticket);
    }

    fn since(&self, mark: i64) -> Saved {
        let tasks = self.tasks.values();
        Saved {
            tasks: tasks
                .filter(|(at, _)| *at > mark)
                .map(|(_, task)| task.clone())
                .collect(),
            handed: self.handed.clone(),
            mark: self.mark,
            ..Saved::default()
        }
    }
}

/// A program: what it knows, and what it has not done yet.
struct Program {
    app: App,
    lane: Vec<Effect>,
    mark: i64,
}

/// Programs of one profile. The first has the engine.
struct House {
    now: Timestamp,
    disk: Disk,
    programs: Vec<Program>,
    born: usize,
    /// The prompts that were ordered by somebody and kept in whatever way.
    kept: BTreeSet<String>,
    /// What arrived at the API.
    api: Vec<String>,
}

#[derive(Debug, Clone)]
enum Happening {
    /// Another program is started.
    Start,
    /// A program orders something.
    Order(usize),
    /// A program does what is next in its lane: one transaction, or one other effect.
    Do(usize),
    /// A program looks at the disk.
    Look(usize),
    /// A program is killed.
    Kill(usize),
    /// The answer to what was sent comes.
    Answer,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => Just(Happening::Start),
        4 => (0..3_usize).prop_map(Happening::Order),
        8 => (0..3_usize).prop_map(Happening::Do),
        6 => (0..3_usize).prop_map(Happening::Look),
        2 => (0..3_usize).prop_map(Happening::Kill),
        1 => Just(Happening::Answer),
    ]
}

impl House {
    fn new() -> House {
        House {
            now: noon(),
            disk: Disk::default(),
            programs: Vec::new(),
            born: 0,
            kept: BTreeSet::new(),
            api: Vec::new(),
        }
    }

    fn start(&mut self) {
        self.born += 1;
        let settings = Settings {
            program: self.born.to_string(),
            is_guest: !self.programs.is_empty(),
            in_flight: 100,
            ..Settings::default()
        };
        let saved = self.disk.since(-1);
        let mark = saved.mark;
        let mut app = App::new(saved, settings, i18n::command, self.now);
        let lane = app.start();
        self.programs.push(Program { app, lane, mark });
    }

    fn tell(&mut self, which: usize, event: Event) {
        // Often two things happen in one microsecond.
        let now = self.now;
        if let Some(program) = self.programs.get_mut(which) {
            let effects = program.app.update(event, now);
            program.lane.extend(effects);
        }
    }

    fn order(&mut self, which: usize, number: usize) {
        if which >= self.programs.len() {
            return;
        }
        let text = format!("song {number}");
        for key in ["1", "enter", "ctrl-u"] {
            self.tell(which, input(key));
        }
        let paste = fuzzbox::app::event::Input::Pasted(text);
        self.tell(which, Event::Input(paste));
        for key in ["enter", "ctrl-g"] {
            self.tell(which, input(key));
        }
    }

    /// The next transaction, or the next other effect.
    fn act(&mut self, which: usize) {
        let Some(program) = self.programs.get_mut(which) else {
            return;
        };
        let saves = program.lane.iter();
        let saves = saves
            .take_while(|effect| matches!(effect, Effect::Save(_)))
            .count();
        let next: Vec<Effect> = program
            .lane
            .drain(..saves.max(1).min(program.lane.len()))
            .collect();
        for effect in next {
            match effect {
                Effect::Save(record) => {
                    if let Record::Task(task) = &record {
                        self.kept.insert(task.label().to_owned());
                    }
                    if let Record::Handed(handed) = &record
                        && let Want::Order(task) = &handed.want
                    {
                        self.kept.insert(task.label().to_owned());
                    }
                    self.disk.keep(record);
                }
                Effect::Submit { task, request } => {
                    assert_eq!(which, 0, "only who has the engine sends");
                    let kept = self.disk.tasks.get(&task).expect("kept before it is sent");
                    assert_eq!(kept.1.state, TaskState::Submitting);
                    self.api.push(request.label().to_owned());
                    self.sent(task);
                }
                _ => {}
            }
        }
    }

    /// The API takes it at once.
    fn sent(&mut self, task: TaskId) {
        let accepted = TaskEvent::Accepted {
            task,
            api_id: ApiTaskId(format!("api-{}", self.api.len())),
            trace_id: None,
            record: None,
        };
        self.tell(0, Event::Task(accepted));
    }

    fn look(&mut self, which: usize) {
        let Some(program) = self.programs.get_mut(which) else {
            return;
        };
        if which == 0 {
            let handed = self.disk.handed.clone();
            return self.tell(0, Event::Company(CompanyEvent::Handed(handed)));
        }
        let Saved {
            tasks,
            songs,
            paused,
            mark,
            ..
        } = self.disk.since(program.mark);
        program.mark = mark;
        let changed = CompanyEvent::Changed {
            tasks,
            songs,
            paused,
        };
        self.tell(which, Event::Company(changed));
    }

    fn kill(&mut self, which: usize) {
        if which >= self.programs.len() {
            return;
        }
        self.programs.remove(which);
        if which == 0
            && let Some(heir) = self.programs.first()
        {
            let saved = Box::new(self.disk.since(heir.mark));
            self.tell(0, Event::Company(CompanyEvent::TookOver(saved)));
        }
    }

    /// All that is to be done is done, and everybody looks.
    fn settle(&mut self) {
        for _ in 0..20 {
            for which in 0..self.programs.len() {
                while !self.programs[which].lane.is_empty() {
                    self.act(which);
                }
                self.look(which);
            }
        }
    }
}

fn input(key: &str) -> Event {
    Event::Input(fuzzbox::app::event::Input::Key(key_event(key)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whatever dies when: what was kept is sent at most once, and is known to be sent, or waits for its user.
    #[test]
    fn what_is_handed_over_is_taken_once(happenings in prop::collection::vec(happening(), 1..60)) {
        let mut house = House::new();
        house.start();
        for (number, happening) in happenings.into_iter().enumerate() {
            match happening {
                Happening::Start if house.programs.len() < 3 => house.start(),
                Happening::Start => {}
                Happening::Order(which) => house.order(which, number),
                Happening::Do(which) => house.act(which),
                Happening::Look(which) => house.look(which),
                Happening::Kill(which) => house.kill(which),
                Happening::Answer => house.now = after(house.now, 1.0),
            }
        }
        if house.programs.is_empty() {
            house.start();
        }
        house.settle();
        let sent: BTreeSet<&String> = house.api.iter().collect();
        prop_assert_eq!(sent.len(), house.api.len(), "sent twice: {:?}", house.api);
        let tasks: Vec<&Task> = house.disk.tasks.values().map(|(_, task)| task).collect();
        let known: BTreeSet<String> = tasks.iter().map(|task| task.label().to_owned()).collect();
        prop_assert_eq!(known.len(), tasks.len(), "two tasks of one order");
        prop_assert_eq!(&known, &house.kept);
        prop_assert!(house.disk.handed.is_empty());
        for task in tasks {
            let is_sent = sent.contains(&task.label().to_owned());
            let is_known = matches!(task.state, TaskState::Running { .. } | TaskState::InDoubt { .. });
            prop_assert!(is_known || !is_sent, "{:?}", task.state);
            prop_assert!(is_sent || matches!(task.state, TaskState::InDoubt { .. }), "{:?}", task.state);
        }
        // Everybody shows the same.
        for program in &house.programs {
            prop_assert!(program.app.tasks.iter().all(|task| !program.app.tasks.is_handed(task.id)));
            prop_assert_eq!(program.app.tasks.iter().count(), house.disk.tasks.len());
        }
    }
}
