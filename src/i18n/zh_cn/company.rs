//! 同一配置文件上多个程序的简体中文。

use crate::i18n::Company;

pub(super) const COMPANY: Company = Company {
    guest: "由另一个 fuzzbox 发送任务",
    handed_over: "已交给发送任务的 fuzzbox",
    waiting: "已交给发送任务的 fuzzbox；它接手或结束后就会发送",
    took_over: "另一个 fuzzbox 已结束，队列在这里继续",
};
