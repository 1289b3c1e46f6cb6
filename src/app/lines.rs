//! Lines that are typed for an order of their own: the idea for words, the place of a song to bring in, the path of a mix.
//!
//! Invariant: a line is ordered as it was typed and found right; a file is looked at first, and what is told of another line
//! than the one that stands there is nothing to it.

use super::App;
use super::editor::Editor;
use super::effect::Effect;
use super::panes::overlay::{Overlay, Prompter, Purpose};
use crate::domain::{Field, FileProblem, LyricsRequest, Problem, Request, UploadRequest};

impl App {
    /// Asks for the line an order of its own needs.
    pub(super) fn open_line(&mut self, purpose: Purpose) {
        let text = match purpose {
            Purpose::Lyrics => self.compose.draft().prompt.as_str(),
            Purpose::Upload => "",
            Purpose::Export => &self.export_path(),
        };
        self.overlay = Some(Overlay::Line(Box::new(Prompter {
            purpose,
            editor: Editor::line(text),
            problem: None,
            look_at: None,
            is_ordering: false,
        })));
    }

    /// Orders what was typed, or says what is wrong with it. A file is looked at before.
    pub(super) fn accept_line(&mut self, mut line: Box<Prompter>) {
        let typed = line.editor.contents();
        let order = match line.purpose {
            Purpose::Lyrics => lyrics_order(&typed),
            Purpose::Upload => upload_order(&typed, &self.settings.start_folder),
            Purpose::Export => return self.accept_export(line),
        };
        match order {
            Ok(Request::Upload(UploadRequest {
                file: Some(path), ..
            })) => {
                (line.problem, line.look_at, line.is_ordering) = (None, None, true);
                self.overlay = Some(Overlay::Line(line));
                self.effects.push(Effect::Look(path));
            }
            Ok(request) => self.place_or_ask(vec![request]),
            Err(problem) => {
                line.problem = Some(problem);
                self.overlay = Some(Overlay::Line(line));
            }
        }
    }

    /// Looks at the file that is named, once nothing was typed for a while.
    pub(super) fn look_when_settled(&mut self) {
        let now = self.now;
        let Some(Overlay::Line(line)) = &mut self.overlay else {
            return;
        };
        if line.look_at.take_if(|at| *at <= now).is_none() {
            return;
        }
        if !is_begun_address(&line.editor.contents())
            && let Some(path) = self.named_file()
        {
            self.effects.push(Effect::Look(path));
        }
    }

    /// What was asked about a file is answered: it counts for the line that names this file and for no other.
    pub(super) fn on_look(&mut self, path: &str, problem: Option<FileProblem>) {
        if self.named_file().as_deref() != Some(path) {
            return;
        }
        let Some(Overlay::Line(line)) = &mut self.overlay else {
            return;
        };
        line.problem = problem.map(Problem::File);
        let is_ordering = std::mem::take(&mut line.is_ordering);
        if is_ordering && line.problem.is_none() {
            self.overlay = None;
            let order = UploadRequest {
                audio_url: None,
                file: Some(path.to_owned()),
            };
            self.place_or_ask(vec![Request::Upload(order)]);
        }
    }

    /// The file to bring in that the line being typed names.
    fn named_file(&self) -> Option<String> {
        let Some(Overlay::Line(line)) = &self.overlay else {
            return None;
        };
        if line.purpose != Purpose::Upload {
            return None;
        }
        let order = upload_order(&line.editor.contents(), &self.settings.start_folder);
        order.ok()?.to_host().map(str::to_owned)
    }

    /// Writes the mix to the path that was typed.
    fn accept_export(&mut self, mut line: Box<Prompter>) {
        let typed = line.editor.contents();
        let path = typed.trim();
        if path.is_empty() {
            line.problem = Some(Problem::Missing);
            self.overlay = Some(Overlay::Line(line));
        } else {
            self.export_mix(from_folder(path, &self.settings.start_folder));
        }
    }
}

fn lyrics_order(typed: &str) -> Result<Request, Problem> {
    let prompt = typed.trim().to_owned();
    if prompt.is_empty() {
        return Err(Problem::Missing);
    }
    if let Some(problem) = Field::Prompt.problem_in(&prompt) {
        return Err(problem);
    }
    Ok(Request::Lyrics(LyricsRequest { prompt }))
}

/// A path that means the same wherever the order is gone on with.
fn from_folder(path: &str, folder: &str) -> String {
    if path.starts_with(['/', '~']) || folder.is_empty() {
        return path.to_owned();
    }
    format!("{}/{path}", folder.trim_end_matches('/'))
}

/// An address is fetched by the provider; anything else is the path of a file, kept as it was typed.
fn upload_order(typed: &str, folder: &str) -> Result<Request, Problem> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    let order = match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => UploadRequest {
            audio_url: Some(text.to_owned()),
            file: None,
        },
        _ if text.contains("://") => return Err(Problem::NotAnAddress),
        _ => UploadRequest {
            audio_url: None,
            file: Some(from_folder(text, folder)),
        },
    };
    Ok(Request::Upload(order))
}

/// Whether it is an address as far as it is typed.
fn is_begun_address(typed: &str) -> bool {
    let typed = typed.trim();
    "https://".starts_with(typed) || "http://".starts_with(typed)
}
