//! `bench`: what the layers cost. Builds the `bench` program for release; it parses its own flags.

use std::process::ExitCode;

use lexopt::Parser;

use crate::cargo::{self, Cargo};
use crate::{Exit, usage};

/// The program prints this too.
const USAGE: &str = include_str!("../bench/usage.txt");

pub fn run(parser: &mut Parser) -> Exit {
    let args: Vec<_> = parser.raw_args()?.collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        return usage(USAGE.trim_end());
    }
    // Builds both programs: `bench` starts `allocations` from its own folder.
    match Cargo::new("build --release --package bench").run() {
        Ok(()) => Ok(cargo::become_program("--release --package bench --bin bench", args)),
        Err(repeat) => {
            eprintln!("xtask: the benchmarks cannot be built; to repeat: {repeat}");
            Ok(ExitCode::FAILURE)
        }
    }
}
