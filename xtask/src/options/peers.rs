//! The flags of `peers`.

use std::ffi::OsString;

use lexopt::{Arg, Error, Parser, ValueExt};

use super::once;

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
    pub const USAGE: &str = "\
peers [--cases N] [--seed N]
  sends random fetches under random policies to our layers and to those of tower-http, actix-cors and warp, and sorts
  the differences; fails on a difference of an unknown kind
  the same seed gives the same cases; the default is 1";

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

    /// The arguments that `parse` turns back into this value.
    pub fn to_args(&self) -> Vec<OsString> {
        let Self { cases, seed } = self;
        let words =
            ["--cases".to_owned(), cases.to_string(), "--seed".to_owned(), seed.to_string()];
        words.map(OsString::from).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[OsString]) -> Result<Option<Peers>, Error> {
        Peers::parse(&mut Parser::from_args(args))
    }

    #[test]
    fn arguments_parse_back_to_the_same_value() {
        for peers in [Peers::default(), Peers { cases: 7, seed: 9 }] {
            assert_eq!(parse(&peers.to_args()).unwrap(), Some(peers));
        }
        assert!(parse(&["--cases".into(), "0".into()]).is_err());
        assert!(parse(&["--seed".into(), "1".into(), "--seed".into(), "1".into()]).is_err());
    }
}
