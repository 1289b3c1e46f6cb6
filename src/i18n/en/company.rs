//! Several programs on one profile, in English.

use crate::i18n::Company;

pub(super) const COMPANY: Company = Company {
    guest: "another fuzzbox sends the orders",
    handed_over: "Handed to the fuzzbox that sends the orders",
    waiting: "Handed to the fuzzbox that sends the orders; it is sent when that takes it or ends",
    took_over: "The other fuzzbox has ended; the queue goes on here",
};
