//! What the layers cost: `cargo xtask bench` turns into this program, with the same flags. Exits 0 once
//! all is measured, whatever came of it, 1 if something could not run, 2 on wrong usage.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use bench::machine::Machine;
use bench::report::Report;
use bench::{chart, child, counting, run, sockets, timing};
use lexopt::Parser;
use xtask::options::Bench;

/// How often each contender has its turn unless told otherwise.
const ROUNDS: usize = 31;

/// The same in a quick run.
const QUICK_ROUNDS: usize = 11;

/// How long the load over sockets lasts unless told otherwise.
const SECONDS: u64 = 60;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match args.first().and_then(|first| first.to_str()) {
        Some("serve-sockets") => sockets::serve(&args[1..]),
        Some("measure") => child::main(&args, |asked, progress| {
            let rounds = if asked.bench.quick { QUICK_ROUNDS } else { ROUNDS };
            let rounds = asked.bench.rounds.unwrap_or(rounds);
            child::json(&timing::run(&mut *asked.framework(), &asked.rows(), rounds, progress))
        }),
        Some("count" | "count-long") => child::main(&args, |asked, progress| {
            let mut rows = asked.rows();
            rows.retain(|row| row.is_long() == (asked.mode == "count-long"));
            child::json(&counting::run(asked, &rows, progress))
        }),
        _ => parent(&args),
    }
}

fn parent(args: &[OsString]) -> ExitCode {
    let wanted = Bench::parse(&mut Parser::from_args(args)).map_err(|error| error.to_string());
    let bench = match wanted {
        Ok(Some(bench)) => bench,
        Ok(None) => {
            println!("{}", Bench::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(usage) => return wrong_usage(&usage),
    };
    if let Err(usage) = run::wanted(&bench) {
        return wrong_usage(&usage);
    }
    let done = if bench.sockets { over_sockets(&bench) } else { all(&bench) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage(usage: &str) -> ExitCode {
    eprintln!("bench: {usage}");
    ExitCode::from(2)
}

fn over_sockets(bench: &Bench) -> Result<(), String> {
    let report = sockets::run(bench.seconds.unwrap_or(SECONDS))?;
    println!("{}", report.table());
    if let Some(file) = &bench.json {
        write(file, &json(&report))?;
    }
    Ok(())
}

fn all(bench: &Bench) -> Result<(), String> {
    let report = Report::make(bench, Machine::this())?;
    println!("{}", report.table());
    if let Some(file) = &bench.json {
        write(file, &json(&report))?;
    }
    if let Some(file) = &bench.chart {
        write(file, &chart::svg(&report.machine, &report.frameworks)?)?;
    }
    Ok(())
}

fn json(report: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("its keys are texts");
    text.push('\n');
    text
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}
