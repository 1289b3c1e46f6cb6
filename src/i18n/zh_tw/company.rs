//! 同一設定檔上多個程式的繁體中文。

use crate::i18n::Company;

pub(super) const COMPANY: Company = Company {
    guest: "由另一個 fuzzbox 送出任務",
    handed_over: "已交給送出任務的 fuzzbox",
    waiting: "已交給送出任務的 fuzzbox；它接手或結束後就會送出",
    took_over: "另一個 fuzzbox 已結束，佇列在這裡繼續",
};
