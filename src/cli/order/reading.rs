//! From flags to an order that is checked like the studio's.
//!
//! Invariant: what is wrong is told by the name of its flag, all of it at once, and before anything is kept or sent.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::ArgMatches;

use super::super::Trouble;
use super::flags::{self, What};
use super::words;
use crate::api::Host;
use crate::app::settings::Settings;
use crate::config;
use crate::domain::recipe::{ACTION_WORD, flag_name};
use crate::domain::{
    Action, Completion, Draft, Field, FieldError, FileRequest, LyricsRequest, Model, Problem,
    Request, Song, SongId, UploadRequest, lyric,
};

/// The most bytes of a lyric that are read; what can be sent is far less.
const LYRIC_MAX: u64 = 4 << 20;

/// An order as it was typed.
#[derive(Debug, Clone)]
pub(super) struct Order {
    what: What,
    /// The fields, as the form would have them.
    draft: Draft,
    /// The fields that were named on the command line.
    given: Vec<Field>,
    upload: UploadRequest,
}

impl Order {
    /// Reads the flags of a subcommand, and the file of the lyric.
    pub(super) fn read(
        what: What,
        matches: &ArgMatches,
        settings: &Settings,
    ) -> Result<Order, Trouble> {
        let mut order = Order {
            what,
            draft: Draft::default(),
            given: Vec::new(),
            upload: UploadRequest::default(),
        };
        match what {
            What::Song(action) => order.read_song(action, matches, settings)?,
            What::Lyrics => order.read_text(Field::Prompt, matches),
            What::Wav | What::Videos => {
                // Whatever takes nothing but a song checks its id in the same way.
                order.draft.action = Action::Stems;
                order.read_text(Field::Source, matches);
            }
            What::Upload => order.read_upload(matches)?,
        }
        Ok(order)
    }

    /// The song it is done to.
    pub(super) fn source(&self) -> Option<SongId> {
        let id = self.draft.source.trim();
        (!id.is_empty()).then(|| SongId(id.to_owned()))
    }

    /// Says what is wrong with the local file that is to be brought to this host, if one is.
    pub(super) async fn look(&self, host: &Host) -> Result<(), Trouble> {
        let Some(file) = &self.upload.file else {
            return Ok(());
        };
        host.look(Path::new(file)).await.map_err(|problem| {
            let told = words::problem(&Problem::File(problem));
            Trouble::Usage(anyhow!("--{} {told}: {file}", flags::FILE))
        })
    }

    /// The checked request. `source`: its song, where it is in the library.
    pub(super) fn check(mut self, source: Option<&Song>) -> Result<Request, Trouble> {
        if source.is_some_and(|song| song.more.uploaded) && self.draft.action_name.is_none() {
            self.draft.action = self.draft.action.on_uploaded(true);
        }
        match self.what {
            What::Song(_) => self.checked(source),
            What::Lyrics => {
                self.checked(source)?;
                Ok(Request::Lyrics(LyricsRequest {
                    prompt: self.draft.prompt.trim().to_owned(),
                }))
            }
            What::Upload => Ok(Request::Upload(self.upload)),
            What::Wav | What::Videos => {
                self.checked(source)?;
                let order = FileRequest {
                    audio_id: SongId(self.draft.source.trim().to_owned()),
                };
                Ok(if self.what == What::Wav {
                    Request::Wav(order)
                } else {
                    Request::Videos(order)
                })
            }
        }
    }

    fn checked(&self, source: Option<&Song>) -> Result<Request, Trouble> {
        let mut mistakes: Vec<String> = self
            .given
            .iter()
            .filter(|given| !self.draft.fields().any(|(field, _)| field == **given))
            .map(|field| {
                format!(
                    "--{} is not sent with this order as it stands",
                    flag_name(*field)
                )
            })
            .collect();
        match self.draft.check(source) {
            Ok(request) if mistakes.is_empty() => return Ok(request),
            Ok(_) => {}
            Err(errors) => mistakes.extend(errors.iter().map(|error| self.told(error))),
        }
        Err(Trouble::Usage(anyhow!(mistakes.join("\n"))))
    }

    fn told(&self, FieldError { field, problem }: &FieldError) -> String {
        let flag = flag_name(*field);
        let told = words::problem(problem);
        let is_short = !matches!(field, Field::Lyric | Field::Prompt);
        let value = self.draft.text(*field).unwrap_or_default();
        match (field, problem) {
            (Field::Lyric, Problem::Missing) => {
                format!("--{flag} or --{} {told}", flags::LYRIC_FILE)
            }
            (Field::Prompt, Problem::Missing) if self.what == What::Song(Action::Generate) => {
                format!("--{flag} {told}, or a lyric")
            }
            (_, Problem::Missing) => format!("--{flag} {told}"),
            _ if is_short => format!("--{flag} {told}, not \"{}\"", value.escape_debug()),
            _ => format!("--{flag} {told}"),
        }
    }

    fn read_song(
        &mut self,
        action: Action,
        matches: &ArgMatches,
        settings: &Settings,
    ) -> Result<(), Trouble> {
        let has = |name: &str| matches.try_get_one::<bool>(name).ok().flatten() == Some(&true);
        self.draft.action = action.on_uploaded(has(flags::UPLOADED));
        self.draft.action_name = matches.get_one::<String>(ACTION_WORD).cloned();
        self.draft.experimental = has(flags::EXPERIMENTAL);
        self.draft.custom = has(&flag_name(Field::Custom));
        for rule in action.fields() {
            match rule.field {
                Field::Action | Field::Custom => {}
                Field::Completion => self.read_completion(matches, settings)?,
                Field::Model => self.read_model(matches, settings)?,
                Field::Instrumental => {
                    let name = flag_name(Field::Instrumental);
                    self.draft.instrumental = matches.get_one::<bool>(&name).copied();
                }
                Field::Lyric => {
                    self.read_text(Field::Lyric, matches);
                    self.read_lyric(matches)?;
                }
                field => self.read_text(field, matches),
            }
        }
        Ok(())
    }

    fn read_text(&mut self, field: Field, matches: &ArgMatches) {
        let given = matches.get_one::<String>(&flag_name(field));
        let (Some(given), Some(text)) = (given, self.draft.text_mut(field)) else {
            return;
        };
        text.clone_from(given);
        if !self.given.contains(&field) {
            self.given.push(field);
        }
    }

    fn read_completion(
        &mut self,
        matches: &ArgMatches,
        settings: &Settings,
    ) -> Result<(), Trouble> {
        let name = flag_name(Field::Completion);
        let Some(word) = matches.get_one::<String>(&name) else {
            return Ok(());
        };
        let way = Completion::from_name(word);
        let told = match way {
            Some(way) if settings.completions().any(|there| there == way) => {
                self.draft.completion = Some(way);
                return Ok(());
            }
            Some(_) => "needs [webhook] in the config, where the provider can call".to_owned(),
            None => {
                let ways: Vec<&str> = Completion::ALL.into_iter().map(Completion::name).collect();
                format!(
                    "there is no \"{}\"; there are: {}",
                    word.escape_debug(),
                    ways.join(", ")
                )
            }
        };
        Err(Trouble::Usage(anyhow!("--{name} {told}")))
    }

    fn read_model(&mut self, matches: &ArgMatches, settings: &Settings) -> Result<(), Trouble> {
        let Some(name) = matches.get_one::<String>(&flag_name(Field::Model)) else {
            return Ok(());
        };
        let known: Vec<&str> = settings
            .models
            .iter()
            .map(|model| model.0.as_str())
            .collect();
        if !known.contains(&name.as_str()) {
            let near = config::suggestion(name, &known);
            let hint = near.map_or_else(
                || format!("There are: {}", known.join(", ")),
                |near| format!("Did you mean \"{near}\"?"),
            );
            return Err(Trouble::Usage(anyhow!(
                "--model: no model \"{}\" is known. {hint} A new one is added to `extra` under [models] in the config",
                name.escape_debug()
            )));
        }
        self.draft.model = Some(Model(name.clone()));
        Ok(())
    }

    fn read_lyric(&mut self, matches: &ArgMatches) -> Result<(), Trouble> {
        if let Some(path) = matches.get_one::<PathBuf>(flags::LYRIC_FILE) {
            self.draft.lyric = text_of(path)
                .with_context(|| format!("--{} {}", flags::LYRIC_FILE, path.display()))
                .map_err(Trouble::Usage)?;
            self.given.push(Field::Lyric);
        }
        // As a paste: every kind of line break is one.
        self.draft.lyric = lyric::normalise(&self.draft.lyric);
        Ok(())
    }

    fn read_upload(&mut self, matches: &ArgMatches) -> Result<(), Trouble> {
        let wrong = |told: String| Err(Trouble::Usage(anyhow!(told)));
        if let Some(address) = matches.get_one::<String>(flags::AUDIO_URL) {
            let is_good = url::Url::parse(address)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            if !is_good {
                let told = words::problem(&Problem::NotAnAddress);
                return wrong(format!("--{} {told}", flags::AUDIO_URL));
            }
            self.upload.audio_url = Some(address.clone());
        }
        if let Some(path) = matches.get_one::<PathBuf>(flags::FILE) {
            // Whoever goes on with it may stand elsewhere.
            let path = std::path::absolute(path)?;
            let Some(path) = path.to_str() else {
                return wrong(format!(
                    "--{}: the name {} is not text",
                    flags::FILE,
                    path.display()
                ));
            };
            self.upload.file = Some(path.to_owned());
        }
        Ok(())
    }
}

/// The text of a file, or what is piped in for `-`.
fn text_of(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(LYRIC_MAX).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?
            .take(LYRIC_MAX)
            .read_to_end(&mut bytes)?;
    }
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("this is not a text in UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests;
