//! The flags.

use std::ffi::OsStr;
use std::path::PathBuf;

use cors_core::browser::Engine;
use lexopt::{Arg, Error, Parser, ValueExt};
use xtask::options::once;

/// `browser`: tests in real browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Only this engine; all of them if `None`.
    pub engine: Option<Engine>,
    /// Only this part of the tests; all of them if `None`.
    pub only: Option<Part>,
    /// Only install what is missing.
    pub install: bool,
    /// The seed of the random fetches; a new one each time if `None`.
    pub seed: Option<u64>,
    /// Only click through the playground and save a screenshot here.
    pub picture: Option<PathBuf>,
}

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Which cookies go along, and which are kept.
    Cookies,
    /// Requests other than `fetch`.
    Initiators,
    /// Local Network Access.
    LocalNetwork,
    /// The messages of the guide.
    Messages,
    /// The demo's page, in Chromium.
    Playground,
    /// What is random.
    Random,
    /// Pages at names that an attacker leads to the server.
    Rebinding,
}

const PARTS: [(&str, Part); 7] = [
    ("cookies", Part::Cookies),
    ("initiators", Part::Initiators),
    ("local-network", Part::LocalNetwork),
    ("messages", Part::Messages),
    ("playground", Part::Playground),
    ("random", Part::Random),
    ("rebinding", Part::Rebinding),
];

impl Browser {
    /// What `browser --help` prints.
    pub const USAGE: &str = include_str!("../usage.txt");

    /// Parses the flags; `None` if the user asked for help.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let (mut engine, mut install, mut seed, mut picture) = (None, None, None, None);
        let mut only = None;
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("engine") => once("--engine", &mut engine, engine_of(&parser.value()?)?)?,
                Arg::Long("only") => once("--only", &mut only, part_of(&parser.value()?)?)?,
                Arg::Long("install") => once("--install", &mut install, ())?,
                Arg::Long("seed") => once("--seed", &mut seed, parser.value()?.parse()?)?,
                Arg::Long("picture") => once("--picture", &mut picture, parser.value()?.into())?,
                other => return Err(other.unexpected()),
            }
        }
        if install.is_some() && (seed.is_some() || only.is_some()) {
            return Err("--install does not run tests: remove --seed and --only".into());
        }
        let others = engine.is_some() || install.is_some() || seed.is_some() || only.is_some();
        if picture.is_some() && others {
            return Err("--picture takes no other flag: it always uses Chromium".into());
        }
        Ok(Some(Self { engine, only, install: install.is_some(), seed, picture }))
    }

    /// The engines to run.
    pub fn engines(&self) -> Vec<Engine> {
        if self.picture.is_some() {
            return vec![Engine::Chromium];
        }
        self.engine.map_or(Engine::ALL.to_vec(), |engine| vec![engine])
    }
}

fn flag(engine: Engine) -> String {
    engine.name().to_ascii_lowercase()
}

fn engine_of(name: &OsStr) -> Result<Engine, Error> {
    one_of("--engine", name, Engine::ALL.map(|engine| (flag(engine), engine)))
}

fn part_of(name: &OsStr) -> Result<Part, Error> {
    one_of("--only", name, PARTS)
}

fn one_of<N: AsRef<str>, T: Copy, const COUNT: usize>(
    flag: &str,
    name: &OsStr,
    all: [(N, T); COUNT],
) -> Result<T, Error> {
    let found = all.iter().find(|(named, _)| name == named.as_ref());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|(named, _)| named.as_ref()).collect();
        format!("{flag} {name:?}: use one of {}", names.join(", ")).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Option<Browser>, Error> {
        Browser::parse(&mut Parser::from_args(args))
    }

    #[test]
    fn wrong_usage_is_named() {
        for (flags, named) in [
            (&["--engine", "Chromium"][..], "chromium, firefox, webkit"),
            (&["--engine", "webkit", "--engine", "firefox"], "twice"),
            (
                &["--only", "everything"],
                "cookies, initiators, local-network, messages, playground, random",
            ),
            (&["--seed", "-1"], "-1"),
            (&["--install", "--seed", "1"], "--seed"),
            (&["--install", "--only", "cookies"], "--only"),
            (&["--picture", "a.png", "--seed", "1"], "--picture"),
            (&["all"], "all"),
        ] {
            let error = parse(flags).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains('\n'), "{flags:?}: {error}");
        }
    }
}
