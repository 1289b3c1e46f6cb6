//! The ways to hear of the end of a song, in English.

use crate::app::notice::Notice;
use crate::domain::Completion;
use crate::i18n::Hearing;

pub(super) const HEARING: Hearing = Hearing {
    label: "Heard by",
    way: |way| match way {
        Completion::Polling => "asking (polling)",
        Completion::Blocking => "waiting (blocking)",
        Completion::Webhook => "a call (webhook)",
    },
    told: |way| match way {
        Completion::Polling => "polling: the API is asked how it stands",
        Completion::Blocking => "blocking: the answer to the order brings it",
        Completion::Webhook => "webhook: the API calls when it is done, and is asked now and then",
    },
};

/// The notices of the webhook.
pub(super) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::WebhookOpened(at) => format!("The webhook listens on {at}"),
        Notice::WebhookNotOpened(why) => {
            format!("No webhook, so the API is asked instead: {why}")
        }
        _ => String::new(),
    }
}
