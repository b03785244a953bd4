//! One process for each framework: the same program again, or its sibling, which measures the rows
//! that it is told and prints JSON; on standard error it says how far it is.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use lexopt::{Arg, Error, Parser, ValueExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xtask::options::Bench;

use crate::frameworks::{self, Framework};
use crate::rows::{self, Row};

/// What stands before the name of a row that is done.
const DONE: &str = "done: ";

/// What a child is asked for.
#[derive(Debug)]
pub struct Asked {
    /// What is to be measured.
    pub mode: String,
    /// The frameworks' names.
    pub frameworks: Vec<String>,
    /// The rows and rounds.
    pub bench: Bench,
}

impl Asked {
    fn parse(parser: &mut Parser) -> Result<Self, Error> {
        let mut value = |missing: &'static str| match parser.next()? {
            Some(Arg::Value(value)) => value.string(),
            _ => Err(missing.into()),
        };
        let mode = value("the mode is missing")?;
        let frameworks = value("the frameworks are missing")?;
        let frameworks: Vec<String> = frameworks.split(',').map(str::to_owned).collect();
        if let Some(name) = frameworks.iter().find(|name| frameworks::open(name).is_none()) {
            return Err(format!("{name}: no such framework").into());
        }
        let bench = Bench::parse(parser)?.ok_or("there is no help here")?;
        Ok(Self { mode, frameworks, bench })
    }

    /// The framework, or the first of them.
    pub fn framework(&self) -> Box<dyn Framework> {
        frameworks::open(&self.frameworks[0]).expect("its name was looked up")
    }

    /// The rows.
    pub fn rows(&self) -> Vec<Row> {
        rows::rows(&self.bench.rows, self.bench.quick)
    }

    /// The arguments that a child of this mode is started with.
    pub fn args(mode: &str, frameworks: &[&str], bench: &Bench) -> Vec<OsString> {
        let bench = Bench {
            rows: bench.rows.clone(),
            rounds: bench.rounds,
            quick: bench.quick,
            ..Bench::default()
        };
        let mut args: Vec<OsString> = vec![mode.into(), frameworks.join(",").into()];
        args.extend(bench.to_args());
        args
    }
}

/// What a child does with its arguments: `measure` gives the text for standard output.
pub fn main(
    args: &[OsString],
    measure: impl FnOnce(&Asked, &mut dyn FnMut(&Row)) -> String,
) -> ExitCode {
    match Asked::parse(&mut Parser::from_args(args)) {
        Ok(asked) => {
            println!("{}", measure(&asked, &mut |row| eprintln!("{DONE}{row}")));
            ExitCode::SUCCESS
        }
        Err(usage) => {
            eprintln!("bench: {usage}");
            ExitCode::from(2)
        }
    }
}

/// The text of figures.
pub fn json(figures: &impl Serialize) -> String {
    serde_json::to_string(figures).expect("figures have no keys but texts")
}

/// Runs a child to its end; `progress` is called for each row that is done.
pub fn run<T: DeserializeOwned>(
    mut command: Command,
    mut progress: impl FnMut(&str) + Send,
) -> Result<T, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let fault = |what: &dyn ToString| format!("{program}: {}", what.to_string());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| fault(&error))?;
    let said = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut output = child.stdout.take().expect("it is piped");
    let (figures, complaints) = thread::scope(|scope| {
        let complaints = scope.spawn(move || {
            let mut complaints = String::new();
            for line in said.lines().map_while(Result::ok) {
                match line.strip_prefix(DONE) {
                    Some(row) => progress(row),
                    None => complaints += &format!("\n{line}"),
                }
            }
            complaints
        });
        let mut figures = Vec::new();
        let read = output.read_to_end(&mut figures).map(|_| figures);
        (read, complaints.join().expect("it does not panic"))
    });
    let status = child.wait().map_err(|error| fault(&error))?;
    if !status.success() {
        return Err(fault(&format!("{status}{complaints}")));
    }
    let figures = figures.map_err(|error| fault(&error))?;
    serde_json::from_slice(&figures).map_err(|error| fault(&error))
}

/// A command with arguments.
pub fn command(program: impl AsRef<OsStr>, args: &[OsString]) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_reads_what_it_is_started_with() {
        let bench = Bench {
            rows: vec!["forbid".to_owned(), "regex".to_owned()],
            rounds: Some(3),
            quick: true,
            json: Some("a.json".into()),
            ..Bench::default()
        };
        let args = Asked::args("measure", &["axum", "warp"], &bench);
        let asked = Asked::parse(&mut Parser::from_args(args)).unwrap();
        assert_eq!((asked.mode.as_str(), asked.bench.rounds), ("measure", Some(3)));
        assert_eq!(asked.frameworks, ["axum", "warp"]);
        let rows: Vec<_> = asked.rows().into_iter().map(|row| row.name).collect();
        assert_eq!(rows, ["regex, hit", "regex, miss", "forbid"]);
        // The parent writes the files.
        assert_eq!(asked.bench.json, None);

        for (args, named) in [
            (&["measure"][..], "frameworks"),
            (&["measure", "axum,rocket"], "rocket"),
            (&["measure", "axum", "--row"], "--row"),
        ] {
            let fault = Asked::parse(&mut Parser::from_args(args)).unwrap_err().to_string();
            assert!(fault.contains(named), "{fault}");
        }
    }

    #[test]
    fn what_a_child_says_is_told_apart() {
        let shell = |script: &str| command("sh", &["-c".into(), script.into()]);
        let rows = std::sync::Mutex::new(Vec::new());
        let figures: Vec<u8> =
            run(shell("echo 'done: one' >&2; echo 'a warning' >&2; echo '[1,2]'"), |row| {
                rows.lock().unwrap().push(row.to_owned());
            })
            .unwrap();
        assert_eq!((figures, rows.into_inner().unwrap()), (vec![1, 2], vec!["one".to_owned()]));

        let fault = run::<Vec<u8>>(shell("echo why >&2; exit 3"), |_| ()).unwrap_err();
        assert!(fault.starts_with("sh: ") && fault.ends_with("\nwhy"), "{fault}");
        assert!(run::<Vec<u8>>(shell("echo '['"), |_| ()).is_err());
        assert!(run::<Vec<u8>>(command("no-such-program", &[]), |_| ()).is_err());
    }
}
