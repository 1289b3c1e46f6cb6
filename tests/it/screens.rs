//! The screen in the states that users meet.

use crate::support::screen::shoot;
use crate::support::studio::{busy, fresh, press};
use fuzzbox::app::settings::Settings;

#[test]
fn look() {
    let app = fresh();
    println!("{}", shoot(&app, 80, 24).text());
    let mut app = busy(Settings::default());
    for (w, h) in [(120, 36), (200, 60), (40, 10)] {
        println!("{}", shoot(&app, w, h).text());
    }
    for key in ["1", "2", "3", "4"] {
        press(&mut app, key);
        println!("{}", shoot(&app, 80, 24).text());
    }
}
