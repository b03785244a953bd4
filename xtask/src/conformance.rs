//! `conformance`: sends one table of test cases over TCP to every adapter.
//!
//! The table is exact, so two adapters that differ cannot both pass. Where frameworks may choose,
//! it says which answers are fine and why. The table is data: see `xtask/conformance/`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use lexopt::{Arg, Parser, ValueExt};
use xtask::options::Adapter;

use crate::cargo::Cargo;
use crate::server::Server;
use crate::{Exit, usage};

mod bytes;
mod table;
mod wire;

use table::{Case, Group, Wanted};
use wire::{Answer, Exchange};

const USAGE: &str = "\
conformance [--filter TEXT] [--adapter NAME]… [FILE…]
  sends every case in xtask/conformance/*.toml, or in FILE…, to every adapter over TCP, and compares the answers
  with the expected ones; xtask/conformance/README.md explains how to write a case
  --filter TEXT   only cases whose place, policy or description contains TEXT
  --adapter NAME  only this adapter; repeat it for several";

/// What went wrong with the run as a whole, as lines for standard error.
type Faults = Vec<String>;

#[derive(Default)]
struct Options {
    filter: Option<String>,
    adapters: Vec<Adapter>,
    files: Vec<PathBuf>,
}

pub fn run(parser: &mut Parser) -> Exit {
    let mut options = Options::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Long("filter") => options.filter = Some(parser.value()?.string()?),
            Arg::Long("adapter") => options.adapters.push(adapter(&parser.value()?.string()?)?),
            Arg::Value(file) => options.files.push(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(match conform(options) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(faults) => {
            eprintln!("{}", faults.join("\n"));
            ExitCode::FAILURE
        }
    })
}

fn adapter(name: &str) -> Result<Adapter, String> {
    let names: Vec<_> = Adapter::ALL.iter().map(|adapter| adapter.name()).collect();
    let found = Adapter::ALL.iter().find(|adapter| adapter.name() == name);
    found.copied().ok_or_else(|| {
        format!("--adapter {name:?}: no such adapter; use one of {}", names.join(", "))
    })
}

/// The error is the command to repeat.
pub fn step() -> Result<(), String> {
    match conform(Options::default()) {
        Ok(0) => return Ok(()),
        Ok(_) => {}
        Err(faults) => eprintln!("{}", faults.join("\n")),
    }
    Err("cargo xtask conformance".to_owned())
}

/// Returns how many cases failed.
fn conform(options: Options) -> Result<usize, Faults> {
    let groups = read(&options)?;
    let adapters =
        if options.adapters.is_empty() { Adapter::ALL.to_vec() } else { options.adapters };
    Cargo::new("build --package servers")
        .run()
        .map_err(|repeat| vec![format!("the servers cannot be built; to repeat: {repeat}")])?;

    // One thread per adapter: their answers do not depend on each other.
    let outcomes: Vec<Result<Vec<Exchange>, String>> = thread::scope(|scope| {
        let groups = &groups;
        let threads: Vec<_> =
            adapters.iter().map(|&adapter| scope.spawn(move || ask(adapter, groups))).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|outcome| outcome.unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
    });
    let mut exchanges = Vec::new();
    let mut faults = Vec::new();
    for (adapter, outcome) in adapters.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) => exchanges.push((*adapter, outcome)),
            Err(fault) => faults.push(format!("{}: {fault}", adapter.name())),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }

    let cases = groups.iter().flat_map(|group| group.cases.iter().map(move |case| (group, case)));
    let (mut passed, mut failed) = (0, 0);
    for (index, (group, case)) in cases.enumerate() {
        let answers = exchanges.iter().map(|(adapter, all)| (*adapter, &all[index]));
        match judge(group, case, answers) {
            None => passed += 1,
            Some(report) => {
                failed += 1;
                print!("{report}");
            }
        }
    }
    let names: Vec<_> = adapters.iter().map(|adapter| adapter.name()).collect();
    println!("{} cases on {}", passed + failed, names.join(", "));
    println!("{passed} passed, {failed} failed");
    Ok(failed)
}

/// The groups left after filtering; each has at least one case.
fn read(options: &Options) -> Result<Vec<Group>, Faults> {
    let files = if options.files.is_empty() {
        table::files().map_err(|fault| vec![fault])?
    } else {
        options.files.clone()
    };
    let (mut groups, mut faults) = (Vec::new(), Vec::new());
    for file in &files {
        match table::read(file) {
            Ok(mut read) => groups.append(&mut read),
            Err(mut found) => faults.append(&mut found),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if let Some(filter) = &options.filter {
        for Group { about, cases, .. } in &mut groups {
            cases.retain(|case| {
                [&case.place, about, &case.what].iter().any(|text| text.contains(filter))
            });
        }
    }
    groups.retain(|group| !group.cases.is_empty());
    // Otherwise a mistyped filter, or a missing table, would pass.
    if groups.is_empty() { Err(vec!["there is no such case".to_owned()]) } else { Ok(groups) }
}

/// One adapter's answers to all cases, in order.
fn ask(adapter: Adapter, groups: &[Group]) -> Result<Vec<Exchange>, String> {
    let mut server = Server::new("conformance", adapter);
    let mut exchanges = Vec::new();
    for group in groups {
        let addr = server.under(&group.policy)?;
        for case in &group.cases {
            exchanges.push(wire::exchange(addr, &case.bytes, case.wanted.len()));
        }
    }
    Ok(exchanges)
}

/// A report if any adapter's answer is wrong.
fn judge<'a>(
    group: &Group,
    case: &Case,
    answers: impl Iterator<Item = (Adapter, &'a Exchange)>,
) -> Option<String> {
    let mut faults = String::new();
    for (adapter, exchange) in answers {
        if let Err(fault) = matches(case, exchange) {
            faults += &format!("  {:<8}{fault}\n", adapter.name());
        }
    }
    if faults.is_empty() {
        return None;
    }
    let wanted: Vec<_> = case.wanted.iter().map(describe_wanted).collect();
    Some(format!(
        "{}: {}: {}\n  wanted  {}\n{faults}",
        case.place,
        group.about,
        case.what,
        wanted.join(" | ")
    ))
}

/// The error describes what came instead.
fn matches(case: &Case, exchange: &Exchange) -> Result<(), String> {
    let Exchange { answers, fault } = exchange;
    if case.framework_may_refuse && is_refusal(answers) {
        return Ok(());
    }
    let all_there = answers.len() == case.wanted.len() && fault.is_none();
    if all_there && answers.iter().zip(&case.wanted).all(|(answer, wanted)| is(wanted, answer)) {
        return Ok(());
    }
    let mut got: Vec<_> = answers
        .iter()
        .enumerate()
        .map(|(index, answer)| describe(answer, case.wanted.get(index)))
        .collect();
    got.extend(fault.iter().map(|fault| format!("({fault})")));
    Err(got.join(" | "))
}

/// A 4xx sent by the parser before any middleware ran, or a connection closed without an answer.
fn is_refusal(answers: &[Answer]) -> bool {
    match answers {
        [] => true,
        [answer, ..] => (400..500).contains(&answer.status) && cors(answer).is_empty(),
    }
}

fn is(wanted: &Wanted, answer: &Answer) -> bool {
    wanted.status.contains(&answer.status)
        && wanted.cors == cors(answer)
        && wanted.vary == vary(answer)
        && answer.values("vary").count() <= 1
        && (answer.body.is_empty() || !wanted.empty)
        && !has_forbidden_length(answer)
        && wanted.has.iter().all(|line| has(answer, line))
        && !wanted.lacks.iter().any(|name| answer.values(&name.to_ascii_lowercase()).count() > 0)
}

/// RFC 9110, 8.6: no `Content-Length` with 204; RFC 9112, 6.1: no `Transfer-Encoding` either.
fn has_forbidden_length(answer: &Answer) -> bool {
    let framing = ["content-length", "transfer-encoding"];
    answer.status == 204 && framing.iter().any(|name| answer.values(name).count() > 0)
}

fn has(answer: &Answer, line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, value)| {
        answer.values(&name.to_ascii_lowercase()).any(|found| found == value)
    })
}

fn cors(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.iter().filter(|(name, _)| name.starts_with("access-control-"));
    let mut lines: Vec<_> = lines.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.sort();
    lines
}

fn vary(answer: &Answer) -> Vec<String> {
    table::names(&answer.values("vary").collect::<Vec<_>>().join(","))
}

fn describe_wanted(wanted: &Wanted) -> String {
    let status: Vec<_> = wanted.status.iter().map(u16::to_string).collect();
    let mut text = line(&status.join(" or "), &wanted.cors, &wanted.vary);
    if wanted.empty {
        text += "; an empty body";
    }
    for line in &wanted.has {
        let _ = write!(text, "; with {line}");
    }
    for name in &wanted.lacks {
        let _ = write!(text, "; without {name}");
    }
    text
}

/// The parts of the answer that the table can mention.
fn describe(answer: &Answer, wanted: Option<&Wanted>) -> String {
    let mut text = line(&answer.status.to_string(), &cors(answer), &vary(answer));
    let lines = answer.values("vary").count();
    if lines > 1 {
        let _ = write!(text, "; with {lines} lines of vary");
    }
    if has_forbidden_length(answer) {
        text += "; with a length that 204 must not have";
    }
    let Some(wanted) = wanted else { return text };
    if wanted.empty && !answer.body.is_empty() {
        let _ = write!(text, "; a body of {} bytes", answer.body.len());
    }
    for line in wanted.has.iter().filter(|line| !has(answer, line)) {
        let _ = write!(text, "; without {line}");
    }
    for name in &wanted.lacks {
        for value in answer.values(&name.to_ascii_lowercase()) {
            let _ = write!(text, "; with {name}: {value}");
        }
    }
    text
}

fn line(status: &str, cors: &[String], vary: &[String]) -> String {
    let mut text = status.to_owned();
    for line in cors {
        let _ = write!(text, "; {line}");
    }
    let vary =
        if vary.is_empty() { "no vary".to_owned() } else { format!("vary: {}", vary.join(", ")) };
    text + "; " + &vary
}
