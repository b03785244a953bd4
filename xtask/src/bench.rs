//! `bench`: what the layers cost, in the `bench` program, built for release. It reads its flags itself.

use std::process::ExitCode;

use lexopt::Parser;

use crate::cargo::{self, Cargo};
use crate::{Exit, usage};

/// What the program prints as well.
const USAGE: &str = include_str!("../bench/usage.txt");

pub fn run(parser: &mut Parser) -> Exit {
    let args: Vec<_> = parser.raw_args()?.collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        return usage(USAGE.trim_end());
    }
    // Both of its programs: `bench` starts `allocations`, which lies beside it.
    match Cargo::new("build --release --package bench").run() {
        Ok(()) => Ok(cargo::become_program("--release --package bench --bin bench", args)),
        Err(repeat) => {
            eprintln!("xtask: the benchmarks cannot be built; to repeat: {repeat}");
            Ok(ExitCode::FAILURE)
        }
    }
}
