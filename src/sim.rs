//! The offline Producer API.

mod compose;
mod dice;
mod encode;
mod synth;
#[cfg(test)]
mod probe {
    use super::*;
    #[test]
    fn notes() {
        let custom: serde_json::Value = serde_json::from_str(include_str!("../tests/fixtures/api/audios_generate_custom.request.json")).unwrap();
        let lyric = custom["lyric"].as_str().unwrap();
        for (seed, prompt) in [("1","happy pop"),("2","rock"),("3","sad piano ballad"),("7","")] {
            let wish = compose::Wish { seed: seed.into(), prompt: prompt.into(), lyric: lyric.into(), model: "FUZZ-2.0 Pro".into(), weirdness: 0.5, sound_strength: 0.7, lyrics_strength: 0.7, instrumental: false, limit: None };
            let score = compose::compose(&wish);
            eprintln!("--- {prompt} {:?} {:.1}s", score.sound, score.seconds);
            let names=["C","C#","D","Eb","E","F","F#","G","Ab","A","Bb","B"];
            let mut last=0.0;
            let mut line=String::new();
            for n in score.notes.iter().filter(|n| matches!(n.part, compose::Part::Lead(_))).take(70) {
                if n.at-last>0.0 && n.at - last > 1.2 {eprintln!("{line}"); line.clear(); }
                last = n.at;
                let p = n.pitch as usize;
                line.push_str(&format!("{}{}({:.2}) ", names[p%12], p/12-1, n.length));
            }
            eprintln!("{line}");
            let mut bass=String::new();
            for n in score.notes.iter().filter(|n| n.part==compose::Part::Bass).take(24) { bass.push_str(&format!("{}@{:.1} ", names[n.pitch as usize%12], n.at)); }
            eprintln!("bass {bass}");
        }
    }
}
