//! What the windows on an order as a whole say: preview, copy, batch.
//!
//! Invariant: as in `i18n`, a phrase that is missing in a language does not compile.

use crate::app::batch::Way;
use crate::app::notice::Copied;
use crate::domain::price::Price;

/// Words of the windows on an order as a whole.
#[derive(Debug)]
pub struct Taking {
    /// Title of the preview of a draft.
    pub preview: &'static str,
    /// Title of the preview of a task.
    pub preview_task: &'static str,
    /// So many mistakes keep the draft from being sent.
    pub not_yet: fn(usize) -> String,
    /// What a local file becomes on its way.
    pub file_first: &'static str,
    /// Title of the copy menu.
    pub copy: &'static str,
    /// An entry of the copy menu.
    pub item: fn(Copied) -> &'static str,
    /// What happened when it was chosen.
    pub copied: fn(Copied) -> &'static str,
    /// Title of the batch window.
    pub batch: &'static str,
    /// Label: in what the songs differ.
    pub differ: &'static str,
    /// In what they differ, where that is not the name of a field.
    pub way: fn(Way) -> Option<&'static str>,
    /// Label: how many.
    pub count: &'static str,
    /// Label: where a sweep begins.
    pub from: &'static str,
    /// Label: where a sweep ends.
    pub to: &'static str,
    /// So many songs, and what they cost where that is known.
    pub price: fn(usize, Option<Price>) -> String,
    /// So many of them are over the cap of so many a day.
    pub over_cap: fn(usize, u32) -> String,
    /// What is charged when.
    pub charged: &'static str,
    /// Orders them.
    pub order: &'static str,
    /// Orders nothing.
    pub leave: &'static str,
}
