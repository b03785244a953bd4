//! `mutants`: changes the libraries in one place at a time and finds the changes that no test
//! catches.

use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt};
use xtask::options::once;

use crate::cargo::Cargo;
use crate::tool::Tool;
use crate::{Exit, usage};

const USAGE: &str = "\
mutants [--shard K/N] [--file GLOB] [PACKAGE…]
  changes the libraries (or only PACKAGE…) in one place at a time, and fails if the tests still pass
  installs cargo-mutants and cargo-nextest if they are missing
  with --shard, takes every N-th place, starting with the K-th of 0 to N-1; with --file, only places in such files
  .cargo/mutants.toml lists what is skipped, and why; the results are in target/mutants.out";

/// The libraries whose tests must catch the changes.
const PACKAGES: [&str; 4] = ["cors-core", "cors-axum", "cors-actix", "cors-warp"];

/// Each mutant runs all property tests, so each runs few cases: as few as the tests that search
/// for a counterexample need to find it.
const CASES: &str = "64";

/// The tools, in the versions that the list of skipped mutants was made with.
const TOOLS: [Tool; 2] =
    [Tool { name: "mutants", version: "27.1.0" }, Tool { name: "nextest", version: "0.9.143" }];

pub fn run(parser: &mut Parser) -> Exit {
    let (mut shard, mut file, mut packages) = (None, None, Vec::new());
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Long("shard") => once("--shard", &mut shard, parser.value()?.parse_with(read)?)?,
            Arg::Long("file") => once("--file", &mut file, parser.value()?.string()?)?,
            Arg::Value(value) => {
                let value = value.string()?;
                if !PACKAGES.contains(&value.as_str()) {
                    let packages = PACKAGES.join(", ");
                    return Err(format!("mutants {value:?}: not one of {packages}").into());
                }
                packages.push(value);
            }
            other => return Err(other.unexpected()),
        }
    }
    let mut line = "mutants --jobs 2 --timeout 150 --output target".to_owned();
    let packages = match &*packages {
        [] => PACKAGES.to_vec(),
        some => some.iter().map(String::as_str).collect(),
    };
    for package in packages {
        line += &format!(" --package {package}");
    }
    if let Some(file) = file {
        line += &format!(" --file {file}");
    }
    if let Some(shard) = shard {
        line += &format!(" --shard {shard}");
    }
    for tool in TOOLS {
        if let Err(repeat) = tool.install() {
            eprintln!("xtask: cargo-{} cannot be installed; to repeat: {repeat}", tool.name);
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(match Cargo::new(&line).env("PROPTEST_CASES", CASES).run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(repeat) => {
            eprintln!("xtask: no test caught some change; to repeat: {repeat}");
            ExitCode::FAILURE
        }
    })
}

/// Parses `K/N`, which cargo-mutants takes as it is.
fn read(text: &str) -> Result<String, String> {
    let numbers = text.split_once('/').and_then(|(k, n)| {
        let (k, n): (u32, u32) = (k.parse().ok()?, n.parse().ok()?);
        (k < n).then(|| format!("{k}/{n}"))
    });
    numbers.ok_or_else(|| "not K/N with K below N".to_owned())
}
