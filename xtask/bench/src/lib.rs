//! The cost of our layers, compared with a bare service, two handwritten baselines and the peers.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use serde_json::json;

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

/// The whole program.
pub fn main() -> ExitCode {
    let Err(fault) = run() else { return ExitCode::SUCCESS };
    eprintln!("bench: {fault}");
    ExitCode::from(if fault.is::<lexopt::Error>() { 2 } else { 1 })
}

fn run() -> Result<(), Fault> {
    let Some(options) = Options::parse(std::env::args_os().skip(1))? else {
        print!("{}", include_str!("../usage.txt"));
        return Ok(());
    };
    if options.sockets {
        print!("{}", sockets::run(if options.quick { 5 } else { 50 })?);
        return Ok(());
    }
    if options.child {
        measure::count(options);
        return Ok(());
    }
    let by = format!("{}; instructions counted by {}", versions().join(", "), measure::valgrind()?);
    let figures = measure::run(&options)?;
    println!("{by}\n{LEGEND}\n{}", figures.table(&options.frameworks, &options.rows));
    if !options.partial && !options.quick {
        building::run()?;
    }
    if let Some(file) = &options.json {
        let report = json!({ "by": by, "frameworks": figures.0 });
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
