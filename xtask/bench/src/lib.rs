//! What the layers cost, beside a bare service, two floors written by hand, and the peers.

use std::alloc::System;
use std::error::Error;
use std::fs;
use std::process::{Command, ExitCode};

use serde_json::json;
use stats_alloc::StatsAlloc;

use crate::options::Options;

pub mod building;
pub mod contender;
pub mod figures;
pub mod frameworks;
pub mod measure;
pub mod options;
pub mod policy;
pub mod rows;
pub mod sockets;

const LEGEND: &str = "\
ours: what the layer adds to a request to the bare service, which has no CORS
floor, least, peer, decide: ours as a multiple of what they add; of blocks, how many more ours allocates
  floor: the same headers, made beforehand; least: what a correct layer has to do, by hand for one policy
  peer: the framework's other CORS layer, which does less (<), more (>) or something else (≠)
  decide: Policy::decide alone
";

/// The rows that the README shows.
const README_ROWS: [&str; 8] = [
    "allowed, last of 1",
    "allowed, last of 100",
    "allowed, last of 1,000,000",
    "not allowed, of 100",
    "preflight, of 100",
    "header list, 60 KiB of distinct names",
    "10,000 subdomains, hit",
    "ten own headers and Vary",
];

/// What is before the table in the README.
const PLACE: &str = "<!-- cargo xtask bench --readme -->\n```text\n";

/// Why something could not be measured.
pub type Fault = Box<dyn Error + Send + Sync>;

/// The whole program; `allocator` counts if it is the one in use.
pub fn main(allocator: &StatsAlloc<System>) -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", include_str!("../usage.txt"));
            return ExitCode::SUCCESS;
        }
        Err(usage) => {
            eprintln!("bench: {usage}");
            return ExitCode::from(2);
        }
    };
    let done = match &options.child {
        Some(kind) => measure::measure(&options, kind, allocator),
        None if options.sockets => {
            sockets::run(if options.quick { 4 } else { 40 }).map(|table| print!("{table}"))
        }
        None => all(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn all(options: &Options) -> Result<(), Fault> {
    let valgrind = measure::valgrind();
    let by = valgrind.as_ref().map_or("nothing: valgrind is not installed", String::as_str);
    let by = format!("{}; instructions counted by {by}", versions().join(", "));
    let figures = measure::run(options, valgrind.is_some())?;
    println!("{by}\n{LEGEND}");
    for measure in ["instructions", "blocks", "nanoseconds"] {
        println!("{}", figures.table(&options.frameworks, &options.rows, measure));
    }
    println!("what the peers do otherwise\n{}", figures.notes());
    if !options.partial && !options.quick {
        Command::new(measure::sibling()?).args(["--child", "building"]).status()?;
    }
    if let Some(file) = &options.json {
        let report = json!({ "by": by, "frameworks": figures.json() });
        fs::write(file, format!("{report:#}\n"))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if options.readme {
        let file = xtask::workspace().join("README.md");
        let rows: Vec<_> = README_ROWS.iter().map(|name| rows::named(name)).collect();
        let table = figures.table(&options.frameworks[2..], &rows, "instructions");
        fs::write(&file, with_table(&fs::read_to_string(&file)?, &format!("{table}\n{by}\n"))?)?;
    }
    Ok(())
}

/// A README with another table at its place.
fn with_table(readme: &str, table: &str) -> Result<String, Fault> {
    let (before, rest) = readme.split_once(PLACE).ok_or("README.md has no place for the table")?;
    let (_, after) = rest.split_once("```\n").ok_or("the table in README.md has no end")?;
    Ok([before, PLACE, table, "```\n", after].concat())
}

/// The versions of the peers in the lock file.
fn versions() -> [String; 3] {
    let lock = include_str!("../../../Cargo.lock");
    ["tower-http", "actix-cors", "warp"].map(|package| {
        let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
        let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
        format!("{package} {}", version.unwrap_or("of an unknown version").trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_a_place_for_the_table() {
        let readme = fs::read_to_string(xtask::workspace().join("README.md")).unwrap();
        let other = with_table(&readme, "a table\n").unwrap();
        assert!(other.contains(&format!("{PLACE}a table\n```\n")));
        assert!(with_table("# README", "").is_err());
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        for (told, begins) in versions().iter().zip(["tower-http 0.", "actix-cors 0.", "warp 0."]) {
            assert!(told.starts_with(begins), "{told}");
        }
    }
}
