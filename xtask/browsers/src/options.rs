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
    /// Only the tests of Local Network Access.
    pub local_network: bool,
    /// Only the tests of initiators other than `fetch`.
    pub initiators: bool,
    /// Only install what is missing.
    pub install: bool,
    /// The seed of the random fetches; a new one each time if `None`.
    pub seed: Option<u64>,
    /// Only click through the playground and save a screenshot here.
    pub picture: Option<PathBuf>,
}

impl Browser {
    /// What `browser --help` prints.
    pub const USAGE: &str = include_str!("../usage.txt");

    /// Parses the flags; `None` if the user asked for help.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let (mut engine, mut install, mut seed, mut picture) = (None, None, None, None);
        let (mut local_network, mut initiators) = (None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("engine") => once("--engine", &mut engine, engine_of(&parser.value()?)?)?,
                Arg::Long("local-network") => once("--local-network", &mut local_network, ())?,
                Arg::Long("initiators") => once("--initiators", &mut initiators, ())?,
                Arg::Long("install") => once("--install", &mut install, ())?,
                Arg::Long("seed") => once("--seed", &mut seed, parser.value()?.parse()?)?,
                Arg::Long("picture") => once("--picture", &mut picture, parser.value()?.into())?,
                other => return Err(other.unexpected()),
            }
        }
        if install.is_some() && seed.is_some() {
            return Err("--install does not run tests: remove --seed".into());
        }
        let (local_network, initiators) = (local_network.is_some(), initiators.is_some());
        if local_network && (install.is_some() || seed.is_some() || initiators) {
            return Err("--local-network takes no other flag than --engine".into());
        }
        if initiators && install.is_some() {
            return Err("--initiators takes no other flags than --engine and --seed".into());
        }
        let only = local_network || initiators;
        let others = engine.is_some() || install.is_some() || seed.is_some() || only;
        if picture.is_some() && others {
            return Err("--picture takes no other flag: it always uses Chromium".into());
        }
        let install = install.is_some();
        Ok(Some(Self { engine, local_network, initiators, install, seed, picture }))
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
    Engine::ALL.into_iter().find(|engine| name == flag(*engine).as_str()).ok_or_else(|| {
        let names = Engine::ALL.map(flag).join(", ");
        format!("--engine {name:?}: no such engine; use one of {names}").into()
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
            (&["--engine", "Chromium"][..], "no such engine"),
            (&["--engine", "webkit", "--engine", "firefox"], "twice"),
            (&["--seed", "-1"], "-1"),
            (&["--install", "--seed", "1"], "--seed"),
            (&["--picture", "a.png", "--seed", "1"], "--picture"),
            (&["--local-network", "--seed", "1"], "--local-network"),
            (&["--initiators", "--install"], "--initiators"),
            (&["all"], "all"),
        ] {
            let error = parse(flags).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains('\n'), "{flags:?}: {error}");
        }
    }
}
