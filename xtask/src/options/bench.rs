//! The flags of `bench`.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Error, Parser, ValueExt};

use super::once;

/// `bench`: what the layers cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bench {
    /// The frameworks that are measured, or every one if none is named.
    pub frameworks: Vec<String>,
    /// Rows whose names hold one of these texts, or every row if there is none.
    pub rows: Vec<String>,
    /// How often each contender has its turn.
    pub rounds: Option<usize>,
    /// Fewer rounds, and no policy of more than 10,000 origins.
    pub quick: bool,
    /// Where the figures are written as JSON.
    pub json: Option<PathBuf>,
    /// Where the chart is drawn as SVG.
    pub chart: Option<PathBuf>,
    /// Whether the test servers are measured over sockets, and nothing else.
    pub sockets: bool,
    /// How long the load over sockets lasts, in seconds.
    pub seconds: Option<u64>,
}

impl Bench {
    /// What `bench --help` prints.
    pub const USAGE: &str = "\
bench [--framework core|tower|tower-cloned|axum|actix|warp]… [--row TEXT]… [--rounds N] [--quick] [--json FILE] [--chart FILE.svg]
  measures the layers beside a bare service, a hand-written floor and the peers, without sockets: instructions (where
  valgrind is installed), time and allocations; every framework and row, unless some are named
  --quick leaves out the policies of a million origins
bench --sockets [--seconds N] [--json FILE]
  measures the three test servers over keep-alive connections, with CORS and without";

    /// Reads the flags; `None` if help was asked for.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let mut bench = Self::default();
        let (mut quick, mut sockets) = (None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("framework") => bench.frameworks.push(parser.value()?.string()?),
                Arg::Long("row") => bench.rows.push(parser.value()?.string()?),
                Arg::Long("rounds") => {
                    once("--rounds", &mut bench.rounds, parser.value()?.parse()?)?
                }
                Arg::Long("quick") => once("--quick", &mut quick, ())?,
                Arg::Long("json") => once("--json", &mut bench.json, parser.value()?.into())?,
                Arg::Long("chart") => once("--chart", &mut bench.chart, parser.value()?.into())?,
                Arg::Long("sockets") => once("--sockets", &mut sockets, ())?,
                Arg::Long("seconds") => {
                    once("--seconds", &mut bench.seconds, parser.value()?.parse()?)?
                }
                other => return Err(other.unexpected()),
            }
        }
        (bench.quick, bench.sockets) = (quick.is_some(), sockets.is_some());
        bench.check().map(Some)
    }

    fn check(self) -> Result<Self, Error> {
        let rows = Self {
            sockets: self.sockets,
            seconds: self.seconds,
            json: self.json.clone(),
            ..Self::default()
        };
        if self.sockets && self != rows {
            return Err("--sockets takes --seconds and --json, and nothing else".into());
        }
        if self.seconds.is_some() && !self.sockets {
            return Err("--seconds is for --sockets; --rounds says how long the others run".into());
        }
        for (flag, zero) in
            [("--rounds", self.rounds == Some(0)), ("--seconds", self.seconds == Some(0))]
        {
            if zero {
                return Err(format!("{flag} 0: nothing would be measured").into());
            }
        }
        Ok(self)
    }

    /// The command line that `parse` reads the same from.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let mut flag = |name: &str, value: Option<OsString>| {
            args.push(name.into());
            args.extend(value);
        };
        for framework in &self.frameworks {
            flag("--framework", Some(framework.into()));
        }
        for row in &self.rows {
            flag("--row", Some(row.into()));
        }
        if let Some(rounds) = self.rounds {
            flag("--rounds", Some(rounds.to_string().into()));
        }
        for (name, file) in [("--json", &self.json), ("--chart", &self.chart)] {
            if let Some(file) = file {
                flag(name, Some(file.into()));
            }
        }
        if let Some(seconds) = self.seconds {
            flag("--seconds", Some(seconds.to_string().into()));
        }
        for (name, set) in [("--quick", self.quick), ("--sockets", self.sockets)] {
            if set {
                flag(name, None);
            }
        }
        args
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[OsString]) -> Result<Option<Bench>, Error> {
        Bench::parse(&mut Parser::from_args(args))
    }

    #[test]
    fn what_is_handed_on_reads_the_same() {
        let rows = Bench {
            frameworks: vec!["axum".to_owned(), "core".to_owned()],
            rows: vec!["of 100".to_owned()],
            rounds: Some(3),
            quick: true,
            json: Some("a b.json".into()),
            chart: Some("a.svg".into()),
            ..Bench::default()
        };
        let sockets = Bench {
            sockets: true,
            seconds: Some(9),
            json: Some("a.json".into()),
            ..Bench::default()
        };
        for bench in [Bench::default(), rows, sockets] {
            assert_eq!(parse(&bench.to_args()).unwrap(), Some(bench));
        }
    }

    #[test]
    fn wrong_usage_is_named() {
        for (flags, named) in [
            (&["--rounds", "0"][..], "--rounds"),
            (&["--rounds", "1", "--rounds", "2"], "twice"),
            (&["--sockets", "--quick"], "--sockets"),
            (&["--sockets", "--row", "of 1"], "--sockets"),
            (&["--seconds", "3"], "--seconds"),
            (&["--sockets", "--seconds", "0"], "--seconds"),
            (&["fast"], "fast"),
        ] {
            let args: Vec<OsString> = flags.iter().map(|flag| flag.into()).collect();
            let error = parse(&args).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains('\n'), "{flags:?}: {error}");
        }
    }
}
