//! Many orders from one draft: variants with seeds of their own, a sweep over a strength, or several models.
//!
//! Invariant: nothing is ordered before the number of songs and their price stood in front of the user; each song is an
//! order of its own.

use super::command::Motion;
use super::panes::queue::moved;
use crate::domain::song::fnv1a;
use crate::domain::{AudiosRequest, Draft, Field, FieldKind, Model, Range, Request, Timestamp};

/// The most songs a batch of variants or a sweep makes.
const MOST: usize = 20;
/// The fewest: one is no batch.
const FEWEST: usize = 2;
/// How far an arrow key moves an end of a sweep.
const STEP: f64 = 0.05;

/// A batch as it is being put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    base: AudiosRequest,
    ways: Vec<Way>,
    way: usize,
    count: usize,
    /// From and to of a sweep; `None`: the ends of the range.
    ends: (Option<f64>, Option<f64>),
    models: Vec<(Model, bool)>,
    selected: usize,
}

/// In what the songs of a batch differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// In their seeds.
    Seeds,
    /// In a strength.
    Sweep(Field),
    /// In their models.
    Models,
}

/// A row of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BatchRow<'a> {
    /// In what they differ.
    Way(Way),
    /// How many.
    Count(usize),
    /// Where the sweep begins.
    From(f64),
    /// Where the sweep ends.
    To(f64),
    /// A model, and whether it is taken.
    Model(&'a Model, bool),
}

impl Batch {
    /// For a draft and the order that was made of it. `None`: the order has nothing that could differ.
    pub fn new(draft: &Draft, order: AudiosRequest, models: &[Model]) -> Option<Batch> {
        let mut ways: Vec<Way> = draft
            .fields()
            .filter_map(|(field, _)| match field {
                Field::Seed => Some(Way::Seeds),
                Field::Model => Some(Way::Models),
                field => strength(field).map(|_| Way::Sweep(field)),
            })
            .collect();
        // Seeds first: the same song once more is what is wanted most.
        ways.sort_by_key(|way| match way {
            Way::Seeds => 0,
            Way::Models => 1,
            Way::Sweep(_) => 2,
        });
        let mine = order
            .model
            .as_ref()
            .map_or(Model::SERVER_DEFAULT, |model| &model.0);
        let models = models
            .iter()
            .map(|model| (model.clone(), model.0 == mine))
            .collect();
        (!ways.is_empty()).then_some(Batch {
            base: order,
            ways,
            way: 0,
            count: 3,
            ends: (None, None),
            models,
            selected: 0,
        })
    }

    /// In what its songs differ.
    pub fn way(&self) -> Way {
        self.ways.get(self.way).copied().unwrap_or(Way::Seeds)
    }

    /// The rows of the window, top to bottom.
    pub fn rows(&self) -> Vec<BatchRow<'_>> {
        let mut rows = vec![BatchRow::Way(self.way())];
        match self.way() {
            Way::Seeds => rows.push(BatchRow::Count(self.count)),
            Way::Sweep(field) => {
                let (from, to) = self.span(field);
                rows.extend([
                    BatchRow::From(from),
                    BatchRow::To(to),
                    BatchRow::Count(self.count),
                ]);
            }
            Way::Models => {
                rows.extend(
                    self.models
                        .iter()
                        .map(|(model, taken)| BatchRow::Model(model, *taken)),
                );
            }
        }
        rows
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// A movement: up and down between rows, left and right between values.
    pub fn on_motion(&mut self, motion: Motion) {
        match motion {
            Motion::Left => self.step(-1),
            Motion::Right => self.step(1),
            motion => self.selected = moved(self.selected, self.rows().len(), motion),
        }
    }

    /// A click on a row: it is selected; the selected one steps to its next value.
    pub fn on_click(&mut self, row: usize) {
        let row = row.min(self.rows().len().saturating_sub(1));
        if self.selected == row {
            self.step(1);
        }
        self.selected = row;
    }

    /// The orders, each complete. Seeds are drawn from the moment: nothing here rolls dice, and the same moment gives the
    /// same seeds. A seed in the draft is the first of them.
    pub fn requests(&self, now: Timestamp) -> Vec<Request> {
        let with = |change: &dyn Fn(&mut AudiosRequest)| {
            let mut order = self.base.clone();
            change(&mut order);
            Request::from(order)
        };
        match self.way() {
            Way::Seeds => self
                .seeds(now)
                .into_iter()
                .map(|seed| with(&|order| order.seed = Some(seed.clone())))
                .collect(),
            Way::Sweep(field) => self
                .values(field)
                .into_iter()
                .map(|value| {
                    with(&|order| {
                        if let Some(place) = strength_of(order, field) {
                            *place = Some(value);
                        }
                    })
                })
                .collect(),
            Way::Models => self
                .models
                .iter()
                .filter(|(_, taken)| *taken)
                .map(|(model, _)| with(&|order| order.model = Some(model.clone())))
                .collect(),
        }
    }

    /// The values of a sweep: evenly spread, both ends among them, none twice.
    fn values(&self, field: Field) -> Vec<f64> {
        let (from, to) = self.span(field);
        let last = (self.count - 1) as f64;
        let mut values: Vec<f64> = (0..self.count)
            .map(|at| from + (to - from) * at as f64 / last)
            .map(|value| (value * 1000.0).round() / 1000.0)
            .collect();
        values.dedup();
        values
    }

    fn seeds(&self, now: Timestamp) -> Vec<String> {
        let mut seeds: Vec<String> = self.base.seed.iter().cloned().collect();
        let mut drawn = now.as_microsecond().to_le_bytes().to_vec();
        while seeds.len() < self.count {
            // As long as the seeds the provider names: 32 bits.
            let seed = (fnv1a(&drawn) >> 32).to_string();
            drawn.push(seeds.len() as u8);
            if !seeds.contains(&seed) {
                seeds.push(seed);
            }
        }
        seeds
    }

    fn span(&self, field: Field) -> (f64, f64) {
        let range = strength(field);
        let within = |end: Option<f64>, whole: fn(Range) -> f64| {
            range.map_or(0.0, |range| {
                end.unwrap_or(whole(range)).clamp(range.min, range.max)
            })
        };
        (
            within(self.ends.0, |range| range.min),
            within(self.ends.1, |range| range.max),
        )
    }

    fn step(&mut self, by: isize) {
        let rows = self.rows();
        let Some(row) = rows.get(self.selected) else {
            return;
        };
        match *row {
            BatchRow::Way(_) => {
                let count = self.ways.len() as isize;
                self.way = (self.way as isize + by).rem_euclid(count) as usize;
            }
            BatchRow::Count(count) => {
                self.count = count.saturating_add_signed(by).clamp(FEWEST, MOST);
            }
            BatchRow::From(from) => self.ends.0 = self.stepped(from, by),
            BatchRow::To(to) => self.ends.1 = self.stepped(to, by),
            BatchRow::Model(..) => {
                if let Some((_, taken)) = self.models.get_mut(self.selected - 1) {
                    *taken = !*taken;
                }
            }
        }
    }

    fn stepped(&self, value: f64, by: isize) -> Option<f64> {
        let Way::Sweep(field) = self.way() else {
            return None;
        };
        let range = strength(field)?;
        let value = ((value / STEP).round() + by as f64) * STEP;
        Some(value.clamp(range.min, range.max))
    }
}

/// The range of a field that holds a strength.
fn strength(field: Field) -> Option<Range> {
    match field.kind() {
        FieldKind::Number(range) => Some(range),
        _ => None,
    }
}

fn strength_of(order: &mut AudiosRequest, field: Field) -> Option<&mut Option<f64>> {
    match field {
        Field::LyricsStrength => Some(&mut order.lyrics_strength),
        Field::SoundStrength => Some(&mut order.sound_strength),
        Field::CoverStrength => Some(&mut order.cover_strength),
        Field::Weirdness => Some(&mut order.weirdness),
        _ => None,
    }
}
