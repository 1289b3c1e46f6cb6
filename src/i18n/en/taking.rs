//! Preview, copy and batch in English.

use super::counted;
use super::failures::hold;
use crate::app::batch::Way;
use crate::app::keymap::Keymap;
use crate::app::notice::{Copied, Notice};
use crate::domain::Hold;
use crate::i18n::Taking;

pub(super) const TAKING: Taking = Taking {
    preview: "What would be sent",
    preview_task: "What was ordered",
    not_yet: |count| {
        format!(
            "Not sent like this: {} to fix first",
            counted(count, "mistake", "mistakes")
        )
    },
    file_first: "The file goes to the file host first; its address there is sent as audio_url.",
    copy: "Copy",
    item: |what| match what {
        Copied::Link => "Link to the audio",
        Copied::Id => "Id of the song",
        Copied::Lyric => "Lyric",
        Copied::Failure => "Failure with its trace id",
        Copied::TaskId => "Id of the task at the API",
        Copied::Json => "Order as JSON",
        Copied::Curl => "Order as a curl command",
        Copied::Python => "Order as a Python program",
        Copied::CommandLine => "Order as a fuzzbox command",
    },
    copied: |what| match what {
        Copied::Link => "The link is copied",
        Copied::Id => "The id is copied",
        Copied::Lyric => "The lyric is copied",
        Copied::Failure => "The failure and its trace id are copied",
        Copied::TaskId => "The id of the task is copied",
        Copied::Json => "The order is copied as JSON",
        Copied::Curl => "The order is copied as a curl command; it reads ACEDATACLOUD_API_TOKEN",
        Copied::Python => {
            "The order is copied as a Python program; it reads ACEDATACLOUD_API_TOKEN"
        }
        Copied::CommandLine => "The order is copied as a fuzzbox command",
    },
    batch: "Many songs from this draft",
    differ: "Differ in",
    way: |way| match way {
        Way::Seeds => Some("seed: variants of one song"),
        Way::Models => Some("model"),
        Way::Sweep(_) => None,
    },
    count: "Songs",
    from: "From",
    to: "To",
    price: |count, price| {
        let songs = counted(count, "song", "songs");
        match price {
            Some(price) => format!(
                "{songs} · {:.2} credits, about ${:.3}",
                price.credits, price.dollars
            ),
            None => format!("{songs} · price not known: the provider prints none for this action"),
        }
    },
    over_cap: |over, cap| {
        format!(
            "{} held until another day: songs_per_day is {cap}.",
            if over == 1 {
                "1 of them is".to_owned()
            } else {
                format!("{over} of them are")
            }
        )
    },
    charged: "Each is an order of its own and is charged when it is made, not when it fails.",
    order: "order them",
    leave: "not now",
};

/// The notices of batches and of the cap of the day.
pub(super) fn notice(notice: &Notice, keys: &Keymap) -> String {
    match notice {
        Notice::BatchOrdered(count) => format!("{count} orders are in the queue"),
        Notice::BudgetReached(cap) => {
            format!("More than {cap} songs a day: {}", hold(Hold::Budget, keys))
        }
        _ => String::new(),
    }
}
