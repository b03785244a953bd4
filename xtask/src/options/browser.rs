//! The flags of `browser`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use cors_core::browser::Engine;
use lexopt::{Arg, Error, Parser, ValueExt};

use super::once;

/// `browser`: tests in real browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Only this engine; all of them if `None`.
    pub engine: Option<Engine>,
    /// Only install what is missing.
    pub install: bool,
    /// The seed of the random fetches; a new one each time if `None`.
    pub seed: Option<u64>,
    /// Only click through the playground and save a screenshot here.
    pub picture: Option<PathBuf>,
}

impl Browser {
    /// What `browser --help` prints.
    pub const USAGE: &str = "\
browser [--engine chromium|firefox|webkit] [--seed N]
  runs the tests in real browsers: in all engines, or in the one named
  --seed N repeats the random fetches of a run that printed N
browser --picture FILE.png
  clicks through the playground in Chromium and saves a screenshot
browser --install [--engine chromium|firefox|webkit]
  installs what is missing on Debian; elsewhere, lists what you need to install";

    /// Parses the flags; `None` if the user asked for help.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let (mut engine, mut install, mut seed, mut picture) = (None, None, None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("engine") => once("--engine", &mut engine, engine_of(&parser.value()?)?)?,
                Arg::Long("install") => once("--install", &mut install, ())?,
                Arg::Long("seed") => once("--seed", &mut seed, parser.value()?.parse()?)?,
                Arg::Long("picture") => once("--picture", &mut picture, parser.value()?.into())?,
                other => return Err(other.unexpected()),
            }
        }
        if install.is_some() && seed.is_some() {
            return Err("--install does not run tests: remove --seed".into());
        }
        if picture.is_some() && (engine.is_some() || install.is_some() || seed.is_some()) {
            return Err("--picture takes no other flag: it always uses Chromium".into());
        }
        Ok(Some(Self { engine, install: install.is_some(), seed, picture }))
    }

    /// The engines to run.
    pub fn engines(&self) -> Vec<Engine> {
        if self.picture.is_some() {
            return vec![Engine::Chromium];
        }
        self.engine.map_or(Engine::ALL.to_vec(), |engine| vec![engine])
    }

    /// The arguments that `parse` turns back into this value.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args = vec!["browser".into()];
        if let Some(engine) = self.engine {
            args.extend(["--engine".into(), flag(engine).into()]);
        }
        if self.install {
            args.push("--install".into());
        }
        if let Some(seed) = self.seed {
            args.extend(["--seed".into(), seed.to_string().into()]);
        }
        if let Some(picture) = &self.picture {
            args.extend(["--picture".into(), picture.into()]);
        }
        args
    }
}

fn flag(engine: Engine) -> String {
    engine.name().to_ascii_lowercase()
}

fn engine_of(name: &OsStr) -> Result<Engine, Error> {
    Engine::ALL.into_iter().find(|engine| name == flag(*engine).as_str()).ok_or_else(|| {
        let names = Engine::ALL.map(flag).join(", ");
        format!("--engine {name:?}: no such engine; use one of {names}").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[OsString]) -> Result<Option<Browser>, Error> {
        Browser::parse(&mut Parser::from_args(&args[1..]))
    }

    #[test]
    fn arguments_parse_back_to_the_same_value() {
        for engine in Engine::ALL.map(Some).into_iter().chain([None]) {
            for (install, seed) in [(true, None), (false, Some(u64::MAX)), (false, None)] {
                let browser = Browser { engine, install, seed, picture: None };
                assert_eq!(parse(&browser.to_args()).unwrap(), Some(browser));
            }
        }
        let picture = Some("a b.png".into());
        let browser = Browser { engine: None, install: false, seed: None, picture };
        assert_eq!(browser.engines(), [Engine::Chromium]);
        assert_eq!(parse(&browser.to_args()).unwrap(), Some(browser));
    }

    #[test]
    fn wrong_usage_is_named() {
        for (flags, named) in [
            (&["--engine", "Chromium"][..], "no such engine"),
            (&["--engine", "webkit", "--engine", "firefox"], "twice"),
            (&["--seed", "-1"], "-1"),
            (&["--install", "--seed", "1"], "--seed"),
            (&["--picture", "a.png", "--seed", "1"], "--picture"),
            (&["all"], "all"),
        ] {
            let args: Vec<OsString> =
                ["browser"].iter().chain(flags).map(|flag| flag.into()).collect();
            let error = parse(&args).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains('\n'), "{flags:?}: {error}");
        }
    }
}
