//! The drummer: a groove for each style, fuller in the chorus, with a fill before the next section.

use super::form::Kind;
use super::mood::Style;
use super::{Note, Part, Place};
use crate::sim::dice::Dice;

/// A bar of sixteenths for each drum: `x` loud, `o` soft.
type Groove = &'static [(Part, &'static str)];

/// Plays the section's groove; intros, bridges and quiet styles go without or with little.
pub(super) fn play(place: &Place, seed: u64, notes: &mut Vec<Note>) {
    let mut dice = Dice::named(
        seed,
        &format!("drums {:?} {}", place.section.kind, place.turn),
    );
    let groove = groove(place);
    let bars = place.section.beats / 4;
    let is_loud = matches!(place.section.kind, Kind::Chorus | Kind::Solo);
    if is_loud && place.mood.energy > 0.3 && place.mood.style != Style::Ambient {
        notes.push(stroke(place, 0.0, (Part::Crash, 0.55), &mut dice));
    }
    for bar in 0..bars {
        let fills = bar + 1 == bars
            && bars > 1
            && !place.last
            && !groove.is_empty()
            && place.mood.energy > 0.35;
        let until = if fills { 12 } else { 16 };
        for (part, signs) in groove {
            for (at, sign) in signs.chars().enumerate().take(until) {
                let force = match sign {
                    'x' => 0.9,
                    'o' => 0.5,
                    _ => continue,
                };
                let beat = f64::from(bar * 4) + at as f64 / 4.0;
                notes.push(stroke(place, beat, (*part, force), &mut dice));
            }
        }
        if fills {
            fill(place, f64::from(bar * 4 + 3), &mut dice, notes);
        }
    }
}

fn stroke(place: &Place, beat: f64, (part, force): (Part, f64), dice: &mut Dice) -> Note {
    let level = 0.55 + 0.45 * place.intensity();
    Note {
        at: place.time(beat) + dice.between(0.0, 0.004),
        length: 0.5,
        pitch: 60.0,
        force: (force * level * dice.between(0.86, 1.05)).clamp(0.02, 1.0),
        part,
    }
}

/// The last beat of a section, played on the toms or the snare.
fn fill(place: &Place, beat: f64, dice: &mut Dice, notes: &mut Vec<Note>) {
    let part = *dice.pick(&[Part::Tom, Part::Tom, Part::Snare]);
    for at in 0..4 {
        let mut note = stroke(
            place,
            beat + f64::from(at) / 4.0,
            (part, 0.55 + 0.12 * f64::from(at)),
            dice,
        );
        note.pitch = 64.0 - 3.0 * f64::from(at);
        notes.push(note);
    }
}

/// What is played where: bare (intro, bridge, outro), full (chorus, solo) or between.
fn groove(place: &Place) -> Groove {
    let is_loud = matches!(place.section.kind, Kind::Chorus | Kind::Solo);
    let is_bare = matches!(place.section.kind, Kind::Intro | Kind::Bridge | Kind::Outro);
    if is_bare {
        bare(place.mood.style)
    } else if is_loud {
        full(place.mood.style)
    } else {
        plain(place.mood.style)
    }
}

fn bare(style: Style) -> Groove {
    match style {
        Style::Ambient | Style::Ballad | Style::Folk | Style::Jazz => &[],
        Style::Pop | Style::Lofi => &[(Part::Hat, "x...x...x...x...")],
        Style::Rock => &[
            (Part::Hat, "x.o.x.o.x.o.x.o."),
            (Part::Kick, "x.......x......."),
        ],
        Style::Electronic => &[(Part::Hat, "..x...x...x...x.")],
    }
}

fn plain(style: Style) -> Groove {
    use Part::{Hat, Kick, Snare};
    match style {
        Style::Ambient => &[],
        Style::Pop => &[
            (Kick, "x.......x.x....."),
            (Snare, "....x.......x..."),
            (Hat, "x.o.x.o.x.o.x.o."),
        ],
        Style::Rock => &[
            (Kick, "x..x....x.x....."),
            (Snare, "....x.......x..."),
            (Hat, "x.x.x.x.x.x.x.x."),
        ],
        Style::Electronic => &[(Kick, "x...x...x...x..."), (Hat, "..x...x...x...xo")],
        Style::Ballad => &[(Kick, "o.......o......."), (Hat, "o...o...o...o...")],
        Style::Jazz => &[
            (Hat, "x...x.o.x...x.o."),
            (Kick, "o.......o......."),
            (Snare, "......o.......o."),
        ],
        Style::Folk => &[(Hat, "o.oxo.oxo.oxo.ox")],
        Style::Lofi => &[
            (Kick, "x.......o.x....."),
            (Snare, "....o.......o..."),
            (Hat, "x.x.x.x.x.x.x.x."),
        ],
    }
}

fn full(style: Style) -> Groove {
    use Part::{Clap, Hat, Kick, OpenHat, Snare};
    match style {
        Style::Ambient => &[(Kick, "o.......o.......")],
        Style::Pop => &[
            (Kick, "x..x..x.x.x....."),
            (Snare, "....x.......x..."),
            (Clap, "....o.......o..."),
            (Hat, "xoxoxoxoxoxoxo.."),
            (OpenHat, "..............o."),
        ],
        Style::Rock => &[
            (Kick, "x.x...x.x.xx...."),
            (Snare, "....x.......x..o"),
            (OpenHat, "x...x...x...x..."),
        ],
        Style::Electronic => &[
            (Kick, "x...x...x...x..."),
            (Clap, "....x.......x..."),
            (OpenHat, "..x...x...x...x."),
            (Hat, "oxooxxoooxooxxoo"),
        ],
        Style::Ballad => &[
            (Kick, "x.....o.x......."),
            (Snare, "....x.......x..."),
            (Hat, "x.o.x.o.x.o.x.o."),
        ],
        Style::Jazz => &[
            (Hat, "x...x.o.x...x.o."),
            (Kick, "x.......o......."),
            (Snare, "......o.....o.o."),
        ],
        Style::Folk => &[
            (Kick, "x.......x.o....."),
            (Snare, "....o.......o..."),
            (Hat, "o.oxo.oxo.oxo.ox"),
        ],
        Style::Lofi => &[
            (Kick, "x.....xo..x....."),
            (Snare, "....x.......x..o"),
            (Hat, "x.xox.xox.xox.xo"),
        ],
    }
}
