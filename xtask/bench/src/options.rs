//! The flags.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Error, Parser, ValueExt};

use crate::frameworks::{FRAMEWORKS, Framework};
use crate::rows::{self, Row};

/// The options of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The frameworks to measure.
    pub frameworks: Vec<Framework>,
    /// The rows to measure.
    pub rows: Vec<Row>,
    /// Whether only some of them were selected.
    pub partial: bool,
    /// Whether to skip what takes long.
    pub quick: bool,
    /// Where to write the results as JSON.
    pub json: Option<PathBuf>,
    /// Whether to measure servers over connections instead.
    pub sockets: bool,
    /// Whether another process started this one under valgrind.
    pub child: bool,
}

impl Options {
    /// Parses the flags; `None` if the user asked for help.
    ///
    /// # Errors
    /// If the flags are wrong.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, Error> {
        let mut parser = Parser::from_args(args);
        let (mut frameworks, mut texts, mut json) = (FRAMEWORKS.to_vec(), Vec::new(), None);
        let (mut quick, mut sockets, mut child) = (false, false, false);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("frameworks") => {
                    let names = parser.value()?.string()?;
                    frameworks = names.split(',').map(framework).collect::<Result<_, _>>()?;
                }
                Arg::Long("rows") => texts.push(parser.value()?.string()?),
                Arg::Long("quick") => quick = true,
                Arg::Long("json") => json = Some(parser.value()?.into()),
                Arg::Long("sockets") => sockets = true,
                Arg::Long("child") => child = true,
                other => return Err(other.unexpected()),
            }
        }
        let rows = rows::rows(&texts, quick);
        let partial = !texts.is_empty() || frameworks.len() < FRAMEWORKS.len();
        if rows.is_empty() {
            return Err(format!("--rows {}: no row has such a name", texts.join(" or ")).into());
        } else if sockets && (partial || json.is_some()) {
            return Err("--sockets takes only --quick".into());
        }
        Ok(Some(Self { frameworks, rows, partial, quick, json, sockets, child }))
    }
}

fn framework(name: &str) -> Result<Framework, String> {
    let known = FRAMEWORKS.into_iter().find(|known| known.name == name);
    known.ok_or_else(|| format!("--frameworks {name}: not one of tower, axum, actix, warp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Result<Option<Options>, Error> {
        Options::parse(args.split_whitespace().map(OsString::from))
    }

    #[test]
    fn frameworks_and_rows_are_selected() {
        let options = parse("--frameworks warp,tower --rows forbid --rows regex").unwrap().unwrap();
        let names: Vec<_> = options.frameworks.iter().map(|framework| framework.name).collect();
        assert_eq!((names, options.rows.len(), options.partial), (vec!["warp", "tower"], 3, true));
        assert!(!parse("").unwrap().unwrap().partial);
        assert!(parse("--rows forbid --help").unwrap().is_none());
    }

    #[test]
    fn wrong_usage_is_named() {
        for (args, named) in [
            ("--frameworks axum,rocket", "rocket: not one of tower"),
            ("--rows nowhere", "--rows nowhere"),
            ("--sockets --rows forbid", "--sockets"),
            ("--fast", "--fast"),
            ("axum", "axum"),
        ] {
            let error = parse(args).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains('\n'), "{args}: {error}");
        }
    }
}
