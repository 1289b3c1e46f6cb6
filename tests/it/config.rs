//! Settings: where each comes from, and what is said of a mistake.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use fuzzbox::config::{
    Config, ConfigError, Flags, Language, Origin, Paths, SoundOutput, SpectrumShown, StyleColor,
    Theme, Token, Waveform, load, protect_token, store_token, token,
};
use fuzzbox::domain::{Action, Completion};

/// A home directory and an environment that know nothing of the real ones.
struct Home {
    folder: tempfile::TempDir,
    variables: HashMap<&'static str, OsString>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let variables = HashMap::from([("HOME", folder.path().as_os_str().to_owned())]);
        Home { folder, variables }
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    fn file(self, text: &str) -> Self {
        self.write(".config/fuzzbox/config.toml", text);
        self
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn env(&self) -> impl Fn(&str) -> Option<OsString> + '_ {
        |name| self.variables.get(name).cloned()
    }

    fn load(&self, flags: &Flags) -> Result<Config, ConfigError> {
        load(flags, &self.env())
    }

    fn loaded(&self) -> Config {
        self.load(&Flags::default()).unwrap()
    }

    fn mistake(&self) -> String {
        self.load(&Flags::default()).unwrap_err().to_string()
    }

    fn paths(&self) -> Paths {
        Paths::find(&self.env()).unwrap()
    }

    fn token(&self, flags: &Flags) -> Option<(String, Origin)> {
        let found = token(flags, &self.env(), &self.paths()).unwrap()?;
        Some((found.token.reveal().to_owned(), found.origin))
    }
}

#[test]
fn without_a_file_everything_has_its_default() {
    let config = Home::new().loaded();
    assert_eq!(config.language.value, Language::En);
    assert_eq!(config.theme.value, Theme::Auto);
    assert_eq!(config.base_url.value.as_str(), "https://api.acedata.cloud/");
    assert_eq!(config.in_flight.value, 5);
    assert_eq!(config.sound.value, SoundOutput::Auto);
    assert!(config.mouse.value && config.extra_models.value.is_empty());
    assert!(config.keys.is_empty() && config.theme_colors.is_empty());
    assert_eq!(config.base_url.origin, Origin::Default);
}

#[test]
fn local_files_go_to_the_host_of_the_config_else_to_that_beside_the_api() {
    let home = Home::new();
    let host = |config: Config| config.files_host.value.to_string();
    assert_eq!(
        host(home.loaded()),
        "https://platform.acedata.cloud/api/v1/files/"
    );
    let home = Home::new().file("[api]\nbase_url = \"http://127.0.0.1:8787\"");
    assert_eq!(host(home.loaded()), "http://127.0.0.1:8787/api/v1/files/");
    let own = "[files]\nhost = \"https://files.example/up/\"\ntoken_file = \"platform-token\"";
    let config = Home::new().file(own).loaded();
    let token = config.files_token_file.clone().expect("it is named");
    assert!(token.ends_with("fuzzbox/platform-token"), "{token:?}");
    assert_eq!(host(config), "https://files.example/up/");
    let mistake = Home::new().file("[files]\nhosts = \"x\"").mistake();
    assert!(
        mistake.contains("Did you mean") && mistake.contains("host"),
        "{mistake}"
    );
}

#[test]
fn how_what_is_heard_is_shown_can_be_set() {
    let own = "[sound]\nwaveform = \"braille\"\nspectrum = \"off\"";
    let config = Home::new().file(own).loaded();
    assert_eq!(config.waveform.value, Waveform::Braille);
    assert_eq!(config.spectrum.value, SpectrumShown::Off);
    let mistake = Home::new().file("[sound]\nwaveform = \"dots\"").mistake();
    assert!(
        mistake.contains("blocks") && mistake.contains("braille"),
        "{mistake}"
    );
}

#[test]
fn a_whole_file_is_understood() {
    let home = Home::new().file(
        r#"
language = "zh-TW"
theme = "light"
mouse = false

[api]
base_url = "http://127.0.0.1:8787"
in_flight = 0x32

[sound]
output = "silent"

[models]
extra = ["FUZZ-3.0", "FUZZ-3.0 Pro"]

[theme_colors]
focus = "bold #ff8800 on default"

[keys.global]
"ctrl-g" = "compose:submit"
[keys.compose]
"ctrl-x" = "none"
"#,
    );
    let config = home.loaded();
    assert_eq!(config.language.value, Language::ZhTw);
    assert_eq!(config.theme.value, Theme::Light);
    assert!(!config.mouse.value);
    assert_eq!(config.base_url.value.as_str(), "http://127.0.0.1:8787/");
    assert_eq!(config.in_flight.value, 50);
    assert_eq!(config.sound.value, SoundOutput::Silent);
    assert_eq!(config.extra_models.value[1].0, "FUZZ-3.0 Pro");
    let focus = &config.theme_colors[0];
    assert_eq!((focus.role, focus.style.bold), ("focus", true));
    assert_eq!(focus.style.fg, Some(StyleColor::Rgb(255, 136, 0)));
    let keys: Vec<_> = config
        .keys
        .iter()
        .map(|key| {
            let texts = [&key.context, &key.chord, &key.command].map(|l| l.value.as_str());
            (texts, key.chord.place.line())
        })
        .collect();
    assert_eq!(
        keys,
        [
            (["global", "ctrl-g", "compose:submit"], 20),
            (["compose", "ctrl-x", "none"], 22)
        ]
    );
    assert_eq!(
        config.in_flight.origin,
        Origin::File {
            path: home.paths().config_file,
            line: Some(8)
        }
    );
    assert!(
        config
            .in_flight
            .origin
            .to_string()
            .ends_with("config.toml:8")
    );
}

#[test]
fn the_config_of_the_readme_works() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, after) = readme.split_once("```toml\n").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    let config = Home::new().file(block).loaded();
    assert_eq!(config.extra_models.value.len(), 1);
    assert_eq!(config.theme_colors.len(), 1);
    assert_eq!(config.keys.len(), 2);
}

#[test]
fn an_action_of_tomorrow_needs_no_release() {
    let home = Home::new().file("experimental = true\n[actions]\nremix = \"cover\"\n");
    let config = home.loaded();
    assert!(config.experimental.value);
    let remix = &config.actions[0];
    assert_eq!((remix.word(), remix.action), ("remix", Action::Cover));
}

#[test]
fn a_mistake_shows_its_line_and_what_was_meant() {
    let home = Home::new().file("mouse = true\n\n[api]\n  base_urll = \"http://x\"\n");
    let path = home.paths().config_file.display().to_string();
    assert_eq!(
        home.mistake(),
        format!(
            "{path}:4: unknown key \"base_urll\" in [api]. Did you mean \"base_url\"?\n  \
             |\n4 |   base_urll = \"http://x\"\n  |   ^^^^^^^^^"
        )
    );
    let home = Home::new().file("thme = \"dark\"");
    let text = home.mistake();
    assert!(
        text.contains("config.toml:1: unknown key \"thme\". Did you mean \"theme\"?"),
        "{text}"
    );
}

#[test]
fn every_wrong_value_is_told_with_its_line() {
    for (line, part) in [
        ("language = \"zh_TW\"", "Did you mean \"zh-TW\"?"),
        (
            "language = 3",
            "expected a text in quotes, found a whole number",
        ),
        ("theme = \"drak\"", "Did you mean \"dark\"?"),
        ("theme = \"purple\"", "There are: auto, dark, light, plain"),
        ("mouse = \"yes\"", "expected true or false, found a text"),
        ("api = 5", "expected a table"),
        ("api.base_url = \"example.org\"", "not an address"),
        ("api.in_flight = 0", "from 1 to 1000"),
        ("api.in_flight = 1001", "from 1 to 1000"),
        ("api.in_flight = 99999999999999999999", "from 1 to 1000"),
        ("api.in_flight = 2.5", "from 1 to 1000"),
        ("sound.output = \"loud\"", "unknown sound output"),
        ("models.extra = \"FUZZ-3\"", "expected a list"),
        ("models.extra = [3]", "expected a text"),
        ("models.extra = [\" \"]", "needs a name"),
        ("actions.remix = \"cove\"", "Did you mean \"cover\"?"),
        ("actions.cover = \"extend\"", "is known already"),
        ("actions.\" \" = \"cover\"", "needs a word"),
        ("experimental = 1", "expected true or false"),
        ("theme_colors.focsu = \"bold\"", "Did you mean \"focus\"?"),
        ("theme_colors.focus = \"blod\"", "Did you mean \"bold\"?"),
        ("keys.global.x = true", "expected a text"),
        ("keys.global = \"x\"", "expected a table"),
        ("language = \"en", "config.toml:2:"),
        ("mouse = true\nmouse = true", "config.toml:3:"),
        ("= 3", "config.toml:2:"),
    ] {
        let text = Home::new().file(&format!("# first\n{line}\n")).mistake();
        assert!(text.contains(part), "{line}: {text}");
        assert!(
            text.contains("config.toml:2:") || line.contains('\n'),
            "{line}: {text}"
        );
        assert!(text.contains('^'), "{line}: {text}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_their_order() {
    let text = Home::new()
        .file("theme = 1\nmouse = 2\n[zzz]\n[api]\nin_flight = 0\n")
        .mistake();
    let at = |line: usize| text.find(&format!("config.toml:{line}:")).unwrap();
    assert!(at(1) < at(2) && at(2) < at(3) && at(3) < at(5), "{text}");
}

#[test]
fn the_mark_stands_under_wide_words() {
    let text = Home::new().file("\"歌\" = 1").mistake();
    let mark = text.lines().last().unwrap();
    assert_eq!(mark, "  | ^^^^", "{text}");
}

#[test]
fn a_secret_in_the_wrong_file_is_not_repeated() {
    for file in [
        "token = \"hunter2\"",
        "api_token = hunter2",
        "[api]\nbase_url = \"https://me:hunter2@example.org\"",
        "[api]\nsecret = \"hunter2\"",
    ] {
        let text = Home::new().file(file).mistake();
        assert!(!text.contains("hunter2"), "{text}");
    }
    let text = Home::new().file("token = \"x\"").mistake();
    assert!(text.contains("put it into the file \"token\""), "{text}");
}

#[test]
fn what_cannot_be_shown_is_not() {
    let text = Home::new()
        .file("language = \"\\u001b]0;x\\u0007\"")
        .mistake();
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    let home = Home::new();
    fs::create_dir_all(home.paths().config_file).unwrap();
    assert!(matches!(
        home.load(&Flags::default()),
        Err(ConfigError::Unreadable { .. })
    ));
}

proptest::proptest! {
    #[test]
    fn no_file_makes_it_panic(text in "(\\PC|\n|=|\"|\\[|\\]|language|api|keys|theme|true){0,60}") {
        let home = Home::new().file(&text);
        if let Err(error) = home.load(&Flags::default()) {
            proptest::prop_assert!(error.to_string().contains("config.toml:"));
        }
    }
}

#[test]
fn the_environment_is_heard_after_the_file_and_flags_last() {
    let file = "language = \"zh-CN\"\n[api]\nbase_url = \"http://file\"\n";
    let home = Home::new().set("LANG", "zh_TW.UTF-8");
    assert_eq!(home.loaded().language.value, Language::ZhTw);
    assert_eq!(home.loaded().language.origin, Origin::Env("LANG"));
    let home = home.set("LC_ALL", "C").file(file);
    assert_eq!(home.loaded().language.value, Language::ZhCn);
    assert_eq!(home.loaded().base_url.value.as_str(), "http://file/");

    let home = home.set("ACEDATACLOUD_API_BASE_URL", "http://variable");
    let config = home.loaded();
    assert_eq!(config.base_url.value.as_str(), "http://variable/");
    assert_eq!(
        config.base_url.origin,
        Origin::Env("ACEDATACLOUD_API_BASE_URL")
    );
    let flags = Flags {
        base_url: Some("http://flag".into()),
        language: Some(Language::En),
        mouse: Some(false),
        ..Flags::default()
    };
    let config = home.load(&flags).unwrap();
    assert_eq!(config.base_url.value.as_str(), "http://flag/");
    assert_eq!(config.language.origin, Origin::Flag("--language"));
    assert!(!config.mouse.value);

    let home = home.set("ACEDATACLOUD_API_BASE_URL", "nonsense");
    let text = home.mistake();
    assert!(text.starts_with("ACEDATACLOUD_API_BASE_URL: "), "{text}");
    // An empty variable says nothing.
    let home = home.set("ACEDATACLOUD_API_BASE_URL", "");
    assert_eq!(home.loaded().base_url.value.as_str(), "http://file/");
}

#[test]
fn language_auto_in_the_file_leaves_it_to_the_locale() {
    let home = Home::new()
        .set("LC_MESSAGES", "zh_HK")
        .set("LANG", "en_US.UTF-8")
        .file("language = \"auto\"");
    assert_eq!(home.loaded().language.value, Language::ZhTw);
}

#[test]
fn no_color_makes_the_theme_plain_unless_one_is_named() {
    let home = Home::new().set("NO_COLOR", "1");
    assert_eq!(home.loaded().theme.value, Theme::Plain);
    assert_eq!(home.loaded().theme.origin, Origin::Env("NO_COLOR"));
    let home = home.file("theme = \"dark\"");
    assert_eq!(home.loaded().theme.value, Theme::Dark);
    let home = Home::new().set("NO_COLOR", "");
    assert_eq!(home.loaded().theme.value, Theme::Auto);
}

#[test]
fn things_live_where_the_specification_says() {
    let home = Home::new();
    let root = home.folder.path().to_owned();
    let paths = home.paths();
    assert_eq!(paths.config_file, root.join(".config/fuzzbox/config.toml"));
    assert_eq!(paths.token_file, root.join(".config/fuzzbox/token"));
    assert_eq!(paths.data, root.join(".local/share/fuzzbox"));
    assert!(paths.database.starts_with(&paths.data) && paths.media == paths.data.join("media"));
    assert_eq!(paths.cache, root.join(".cache/fuzzbox"));
    assert!(
        paths
            .log_file
            .starts_with(root.join(".local/state/fuzzbox"))
    );

    let home = home
        .set("XDG_DATA_HOME", "/elsewhere")
        .set("XDG_CONFIG_HOME", "not/absolute");
    let paths = home.paths();
    assert_eq!(paths.data, Path::new("/elsewhere/fuzzbox"));
    assert_eq!(paths.config_file, root.join(".config/fuzzbox/config.toml"));
}

#[test]
fn the_demo_touches_nothing_of_the_real_profile() {
    let home = Home::new()
        .set("ACEDATACLOUD_API_TOKEN", "real")
        .set("ACEDATACLOUD_API_BASE_URL", "http://real")
        .file("not even = toml = ");
    store_token(&home.paths(), "real").unwrap();
    let flags = Flags {
        demo: true,
        base_url: Some("http://127.0.0.1:1".into()),
        ..Flags::default()
    };
    let config = home.load(&flags).unwrap();
    let Paths {
        config_file,
        token_file,
        data,
        database,
        media,
        cache,
        state,
        log_file,
    } = config.paths.clone();
    for path in [
        config_file,
        token_file,
        data,
        database,
        media,
        cache,
        state,
        log_file,
    ] {
        assert!(path.iter().any(|part| part == "fuzzbox-demo"), "{path:?}");
    }
    let found = token(&flags, &home.env(), &config.paths).unwrap();
    assert_eq!(found, None);
}

#[test]
fn the_token_is_looked_for_in_order() {
    let home = Home::new();
    let none = Flags::default();
    assert_eq!(home.token(&none), None);
    home.write(".config/fuzzbox/token", "");
    assert_eq!(home.token(&none), None);
    store_token(&home.paths(), "  from-file\n").unwrap();
    let (value, origin) = home.token(&none).unwrap();
    assert_eq!(value, "from-file");
    assert_eq!(
        origin.to_string(),
        home.paths().token_file.display().to_string()
    );

    let home = home.set("ACEDATACLOUD_API_TOKEN", "bearer  from-variable");
    assert_eq!(home.token(&none).unwrap().0, "from-variable");
    let flags = Flags {
        token_file: Some(home.write("mine", "from-flag\n")),
        ..Flags::default()
    };
    let (value, origin) = home.token(&flags).unwrap();
    assert_eq!(
        (value.as_str(), origin),
        ("from-flag", Origin::Flag("--token-file"))
    );

    for (name, text) in [
        ("empty", ""),
        ("long", &*"x".repeat(5_000)),
        ("endless", &*"x".repeat(20_000)),
        ("two", "hunter2 hunter3"),
    ] {
        let flags = Flags {
            token_file: Some(home.write(name, text)),
            ..Flags::default()
        };
        let error = token(&flags, &home.env(), &home.paths()).unwrap_err();
        assert!(matches!(error, ConfigError::Token { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
    }
    let flags = Flags {
        token_file: Some(home.folder.path().join("missing")),
        ..Flags::default()
    };
    let error = token(&flags, &home.env(), &home.paths()).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn a_token_is_never_shown() {
    let token = Token::parse("hunter2").unwrap();
    assert!(!format!("{token:?} {:#?}", Some(&token)).contains("hunter2"));
}

#[cfg(unix)]
#[test]
fn a_kept_token_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let paths = home.paths();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let exposed = || {
        let found = token(&Flags::default(), &home.env(), &paths).unwrap();
        found.unwrap().exposed
    };
    store_token(&paths, "one").unwrap();
    store_token(&paths, "two").unwrap();
    let folder = paths.token_file.parent().unwrap();
    assert_eq!((mode(folder), mode(&paths.token_file)), (0o700, 0o600));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(&paths.token_file).unwrap(), "two\n");
    assert_eq!(exposed(), None);

    let loose = fs::Permissions::from_mode(0o644);
    fs::set_permissions(&paths.token_file, loose).unwrap();
    assert_eq!(exposed().as_ref(), Some(&paths.token_file));
    protect_token(&paths.token_file).unwrap();
    assert_eq!(exposed(), None);
    assert!(store_token(&paths, "no good").is_err());
    assert_eq!(fs::read_to_string(&paths.token_file).unwrap(), "two\n");
}

#[test]
fn the_provider_can_call_where_the_file_says() {
    let home = Home::new().file(
        "[api]\ncompletion = \"webhook\"\n[webhook]\nlisten = \"127.0.0.1:9999\"\n\
         public_url = \"https://studio.example/hook/\"\n",
    );
    let config = home.loaded();
    assert_eq!(config.completion.value, Completion::Webhook);
    let webhook = config.webhook.unwrap();
    assert_eq!(webhook.listen.to_string(), "127.0.0.1:9999");
    assert_eq!(webhook.shown(), "https://studio.example/hook");
    assert_eq!(Home::new().loaded().webhook, None);
    // A provider on this machine needs no way in from outside.
    let near = Home::new().file("[api]\nbase_url = \"http://localhost:8787\"\n[webhook]\n");
    assert_eq!(
        near.loaded().webhook.unwrap().shown(),
        "http://127.0.0.1:8788"
    );
}

#[test]
fn a_way_to_be_called_that_cannot_work_is_a_mistake() {
    for (text, told) in [
        ("[webhook]\nlisten = \"127.0.0.1:9999\"\n", "public_url"),
        ("[api]\ncompletion = \"webhook\"\n", "[webhook]"),
        (
            "[api]\ncompletion = \"weebhook\"\n",
            "Did you mean \"webhook\"?",
        ),
        ("[webhook]\nlisten = \"8788\"\n", "\"127.0.0.1:8788\""),
        ("[webhook]\npublic = \"x\"\n", "public_url"),
        ("[webhook]\npublic_url = \"studio\"\n", "not an address"),
    ] {
        let mistake = Home::new().file(text).mistake();
        assert!(mistake.contains(told), "{mistake}");
        assert!(mistake.contains("config.toml:"), "{mistake}");
    }
}
