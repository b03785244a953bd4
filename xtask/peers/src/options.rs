//! The flags.

use lexopt::{Arg, Error, Parser, ValueExt};

use xtask::options::once;

/// `peers`: our layers compared with those of other libraries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peers {
    /// How many cases each library gets.
    pub cases: usize,
    /// The seed of the cases.
    pub seed: u64,
}

impl Default for Peers {
    fn default() -> Self {
        Self { cases: 3000, seed: 1 }
    }
}

impl Peers {
    /// What `peers --help` prints.
    pub const USAGE: &str = include_str!("../usage.txt");

    /// Parses the flags; `None` if the user asked for help.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let (mut cases, mut seed) = (None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("cases") => once("--cases", &mut cases, parser.value()?.parse()?)?,
                Arg::Long("seed") => once("--seed", &mut seed, parser.value()?.parse()?)?,
                other => return Err(other.unexpected()),
            }
        }
        if cases == Some(0) {
            return Err("--cases 0: there would be nothing to compare".into());
        }
        let default = Self::default();
        let cases = cases.unwrap_or(default.cases);
        Ok(Some(Self { cases, seed: seed.unwrap_or(default.seed) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_usage_is_named() {
        for (flags, named) in [
            (&["--cases", "0"][..], "nothing to compare"),
            (&["--seed", "1", "--seed", "1"], "twice"),
            (&["all"], "all"),
        ] {
            let error = Peers::parse(&mut Parser::from_args(flags)).unwrap_err().to_string();
            assert!(error.contains(named), "{flags:?}: {error}");
        }
    }
}
