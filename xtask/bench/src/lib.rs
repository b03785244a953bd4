//! The cost of our layers, compared with a bare service, two handwritten baselines and the peers.

use std::alloc::System;
use std::error::Error;
use std::fs;
use std::process::{Command, ExitCode};

use serde_json::json;
use stats_alloc::StatsAlloc;

use crate::options::Options;

mod building;
mod contender;
mod figures;
mod frameworks;
mod measure;
mod options;
mod policy;
mod rows;
mod sockets;

const LEGEND: &str = "\
ours as a multiple of two others, in instructions that each adds to a request to the bare service
  least: what a correct layer has to do, by hand for one policy; its answers are the same bytes as ours
  peer: the framework's other CORS layer, whose answer says less (<), more (>) or something else (≠)
  !: over the target (1.10, answered preflights 1.20; in warp 1.10 of tower), or behind the peer
";

/// Why a measurement failed.
type Fault = Box<dyn Error + Send + Sync>;

/// The whole program. `allocator` counts if it is the global one.
pub fn main(allocator: &StatsAlloc<System>) -> ExitCode {
    match run(allocator) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::from(if fault.is::<lexopt::Error>() { 2 } else { 1 })
        }
    }
}

fn run(allocator: &StatsAlloc<System>) -> Result<(), Fault> {
    match Options::parse(std::env::args_os().skip(1))? {
        None => print!("{}", include_str!("../usage.txt")),
        Some(Options { sockets: true, quick, .. }) => {
            print!("{}", sockets::run(if quick { 5 } else { 50 })?);
        }
        Some(options) => match &options.child {
            Some(kind) => measure::measure(&options, kind, allocator)?,
            None => all(&options)?,
        },
    }
    Ok(())
}

fn all(options: &Options) -> Result<(), Fault> {
    let by = format!("{}; instructions counted by {}", versions().join(", "), measure::valgrind()?);
    let figures = measure::run(options)?;
    println!("{by}\n{LEGEND}\n{}", figures.table(&options.frameworks, &options.rows));
    if !options.partial && !options.quick {
        Command::new(measure::sibling()?).args(["--child", "building"]).status()?;
    }
    if let Some(file) = &options.json {
        let report = json!({ "by": by, "frameworks": figures.json() });
        fs::write(file, format!("{report:#}\n"))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// The versions of the peers in the lock file, the newest if there are several.
fn versions() -> [String; 3] {
    let lock = include_str!("../../../Cargo.lock");
    ["tower-http", "actix-cors", "warp"].map(|package| {
        let after = lock.rsplit_once(&format!("name = \"{package}\"\nversion = \""));
        let version = after.and_then(|(_, rest)| rest.split('"').next());
        format!("{package} {}", version.unwrap_or("of an unknown version"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        for (told, begins) in versions().iter().zip(["tower-http 0.", "actix-cors 0.", "warp 0."]) {
            assert!(told.starts_with(begins), "{told}");
        }
    }
}
