//! What a policy of many origins costs before its first request: the time it takes to build, and the memory it holds.

use std::env::{self, consts::EXE_SUFFIX};
use std::ffi::OsString;
use std::fmt::Write;
use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use cors_axum::PreparedPolicy;
use cors_core::Policy;
use cors_core::file::{Format, check};
use serde::{Deserialize, Serialize};

use crate::policy::{domains, origins};
use crate::rows::thousands;
use crate::spread::Spread;

/// A million origins in less than a second.
const TARGET: (usize, Duration) = (1_000_000, Duration::from_secs(1));

/// A row is repeated for so long, but neither less nor more often than this.
const PATIENCE: Duration = Duration::from_secs(2);
const BUILDS: std::ops::RangeInclusive<usize> = 5..=101;

/// What a policy is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Texts, each one origin.
    Origins,
    /// Texts, each a `https://*.` pattern.
    Subdomains,
    /// A policy file in TOML, read already, each entry one origin.
    File,
}

const ROWS: &[(Source, usize)] = &[
    (Source::Origins, 1),
    (Source::Origins, 100),
    (Source::Origins, 10_000),
    (Source::Origins, 100_000),
    (Source::Origins, 1_000_000),
    (Source::Subdomains, 10_000),
    (Source::Subdomains, 1_000_000),
    (Source::File, 10_000),
    (Source::File, 100_000),
];

fn rows(quick: bool) -> impl Iterator<Item = (Source, usize)> {
    ROWS.iter().copied().filter(move |(_, entries)| !quick || *entries <= 10_000)
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    rows: Vec<Row>,
    /// Why no row says how much memory it holds.
    memory_fault: Option<String>,
}

/// Policies of so many entries.
#[derive(Clone, Debug, Serialize)]
struct Row {
    source: Source,
    entries: usize,
    builds: usize,
    /// In nanoseconds, as the next two.
    build: Spread,
    /// What [`PreparedPolicy::new`] adds.
    prepare: Spread,
    free: Spread,
    /// The entries' own length, all together.
    text: usize,
    memory: Option<Memory>,
}

/// The bytes that a policy of so many entries holds, whatever it was built from gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    source: Source,
    entries: usize,
    policy: usize,
    /// What [`PreparedPolicy::new`] adds.
    prepared: usize,
}

/// Builds policies of ever more entries; `quick`: of no more than 10,000.
pub fn run(quick: bool) -> Report {
    let (memory, memory_fault) = match memory_of_sibling(quick) {
        Ok(memory) => (memory, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    let memory_of = |source, entries| {
        memory.iter().find(|memory| (memory.source, memory.entries) == (source, entries)).cloned()
    };
    let rows = rows(quick)
        .map(|(source, entries)| Row {
            memory: memory_of(source, entries),
            ..time(source, entries, if quick { PATIENCE / 10 } else { PATIENCE })
        })
        .collect();
    Report { rows, memory_fault }
}

/// The memory rows of [`run`], as JSON on standard output: for the program with the allocator that counts.
/// `live` is how many bytes are allocated now; `args` holds `--quick` or nothing.
pub fn print_memory(args: &[OsString], live: impl Fn() -> usize) -> ExitCode {
    let rows = rows(args.iter().any(|arg| arg == "--quick"));
    let memory: Vec<_> = rows.map(|(source, entries)| memory(source, entries, &live)).collect();
    println!("{}", serde_json::to_string(&memory).expect("numbers serialise"));
    ExitCode::SUCCESS
}

/// What the program `allocations` beside this one prints.
fn memory_of_sibling(quick: bool) -> Result<Vec<Memory>, String> {
    let this = env::current_exe().map_err(|error| error.to_string())?;
    let program = this.with_file_name(format!("allocations{EXE_SUFFIX}"));
    let mut command = Command::new(&program);
    command.arg("building").args(quick.then_some("--quick")).stderr(Stdio::inherit());
    let fault = |fault: String| format!("{}: {fault}", program.display());
    let output = command.output().map_err(|error| fault(error.to_string()))?;
    if !output.status.success() {
        return Err(fault(output.status.to_string()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| fault(error.to_string()))
}

fn memory(source: Source, entries: usize, live: impl Fn() -> usize) -> Memory {
    let input = Input::new(source, entries);
    let before = live();
    let policy = input.build();
    let built = live();
    let prepared = PreparedPolicy::new(policy);
    let held = live();
    drop(black_box(prepared));
    Memory { source, entries, policy: built - before, prepared: held - built }
}

fn time(source: Source, entries: usize, patience: Duration) -> Row {
    let input = Input::new(source, entries);
    let (mut build, mut prepare, mut free) = (Vec::new(), Vec::new(), Vec::new());
    let start = Instant::now();
    while build.len() < *BUILDS.start() || build.len() < *BUILDS.end() && start.elapsed() < patience
    {
        let started = Instant::now();
        let policy = black_box(black_box(&input).build());
        let built = Instant::now();
        let prepared = black_box(PreparedPolicy::new(policy));
        let ready = Instant::now();
        drop(prepared);
        free.push(nanos(ready.elapsed()));
        build.push(nanos(built - started));
        prepare.push(nanos(ready - built));
    }
    Row {
        source,
        entries,
        builds: build.len(),
        build: Spread::of(build),
        prepare: Spread::of(prepare),
        free: Spread::of(free),
        text: texts(source, entries).iter().map(String::len).sum(),
        memory: None,
    }
}

fn nanos(time: Duration) -> f64 {
    time.as_nanos() as f64
}

/// As people read it.
fn time_of(nanos: f64) -> String {
    format!("{:.1?}", Duration::from_nanos(nanos as u64))
}

/// What stands ready before the clock starts.
#[derive(Debug)]
enum Input {
    Texts(Vec<String>),
    File(String),
}

impl Input {
    fn new(source: Source, entries: usize) -> Self {
        let texts = texts(source, entries);
        if source != Source::File {
            return Self::Texts(texts);
        }
        let mut file = String::from("allow_credentials = true\nallow_origins = [\n");
        for text in texts {
            file += &format!("  {text:?},\n");
        }
        Self::File(file + "]\n")
    }

    /// With credentials, which has the most checked of every entry.
    fn build(&self) -> Policy {
        match self {
            Self::Texts(texts) => {
                let builder = Policy::builder().allow_origins(texts).allow_credentials(true);
                builder.build().expect("the entries are good")
            }
            Self::File(text) => {
                check(text, Format::Toml).into_policy().expect("the entries are good")
            }
        }
    }
}

fn texts(source: Source, entries: usize) -> Vec<String> {
    match source {
        Source::Origins | Source::File => origins(entries).collect(),
        Source::Subdomains => {
            domains(entries).map(|domain| format!("https://*.{domain}")).collect()
        }
    }
}

impl Report {
    /// The rows, and whether a million origins took less than a second.
    pub fn table(&self) -> String {
        let mut table = format!(
            "{:<28}{:>10}{:>11}{:>20}{:>12}{:>10}{:>10}{:>14}{:>8}\n",
            "building",
            "entries",
            "build",
            "quartiles",
            "entries/s",
            "prepare",
            "free",
            "bytes/entry",
            "text"
        );
        for row in &self.rows {
            // Writing to a text does not fail.
            let _ = writeln!(table, "{}", row.line());
        }
        table + &self.verdict() + "\n"
    }

    fn verdict(&self) -> String {
        let (entries, limit) = TARGET;
        let is_it = |row: &&Row| (row.source, row.entries) == (Source::Origins, entries);
        let built = match self.rows.iter().find(is_it) {
            Some(row) => {
                let met = if row.build.median < nanos(limit) { "met" } else { "missed" };
                let (entries, time) = (thousands(entries), time_of(row.build.median));
                format!("{met}: {entries} origins in {time}, target {limit:?}")
            }
            None => format!("not measured: {} origins in {limit:?}", thousands(entries)),
        };
        match &self.memory_fault {
            Some(fault) => format!("{built}\nno bytes: {fault}"),
            None => built,
        }
    }
}

impl Row {
    fn line(&self) -> String {
        let Spread { lower, median, upper } = self.build;
        let source = match self.source {
            Source::Origins => "origins",
            Source::Subdomains => "https://*. patterns",
            Source::File => "a TOML file of origins",
        };
        let each = |bytes: usize| bytes as f64 / self.entries as f64;
        let bytes = self.memory.as_ref().map_or("—".to_owned(), |memory| {
            format!("{:.1}", each(memory.policy + memory.prepared))
        });
        format!(
            "{source:<28}{:>10}{:>11}{:>20}{:>12}{:>10}{:>10}{bytes:>14}{:>8.1}",
            thousands(self.entries),
            time_of(median),
            format!("{} – {}", time_of(lower), time_of(upper)),
            thousands((self.entries as f64 / (median / 1e9)) as usize),
            time_of(self.prepare.median),
            time_of(self.free.median),
            each(self.text),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use cors_core::Decision;

    fn allows(policy: &Policy, origin: &str) -> bool {
        let request = http::Request::get("/").header("origin", origin).body(()).unwrap();
        policy.decide(&request) == Decision::Simple
    }

    #[test]
    fn every_source_gives_the_policy_of_its_entries() {
        for (source, in_it, beyond) in [
            (Source::Origins, "https://app.example.com", "https://example.com"),
            (Source::Subdomains, "https://www.example.com", "https://example.com"),
            (Source::File, "https://app.example.com", "https://example.com"),
        ] {
            let policy = Input::new(source, 7).build();
            assert!(policy.warnings().is_empty(), "{source:?}");
            assert_eq!(policy.config().allow_origins.len(), 7);
            assert!(allows(&policy, in_it) && !allows(&policy, beyond), "{source:?}");
        }
    }

    #[test]
    fn memory_is_what_is_there_afterwards() {
        let readings = [1_000, 1_450, 1_460];
        let next = Cell::new(0);
        let live = || readings[next.replace(next.get() + 1)];
        let expected = Memory { source: Source::Origins, entries: 3, policy: 450, prepared: 10 };
        assert_eq!(memory(Source::Origins, 3, live), expected);
    }

    #[test]
    fn the_verdict_is_about_a_million_origins() {
        let report = |source, entries, millis| {
            let build = Spread::of(vec![nanos(Duration::from_millis(millis))]);
            let row = Row { build, ..time(source, 1, Duration::ZERO) };
            Report { rows: vec![Row { entries, ..row }], memory_fault: None }
        };
        let starts = |report: Report, word| report.verdict().starts_with(word);
        assert!(starts(report(Source::Origins, 1_000_000, 999), "met"));
        assert!(starts(report(Source::Origins, 1_000_000, 1_000), "missed"));
        assert!(starts(report(Source::Origins, 10_000, 1), "not measured"));
        assert!(starts(report(Source::Subdomains, 1_000_000, 1), "not measured"));
    }

    #[test]
    fn a_row_tells_bytes_for_each_entry() {
        let memory = Memory { source: Source::Origins, entries: 4, policy: 300, prepared: 100 };
        let row = Row { memory: Some(memory), ..time(Source::Origins, 4, Duration::ZERO) };
        assert_eq!(row.builds, 5);
        let each = texts(Source::Origins, 4).concat().len() as f64 / 4.0;
        let words: Vec<_> = row.line().split_whitespace().map(str::to_owned).collect();
        assert_eq!(words[words.len() - 2..], ["100.0", &format!("{each:.1}")]);
    }
}
