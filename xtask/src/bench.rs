//! `bench`: what the layers cost, in the `bench` program, built for release.

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::Parser;
use xtask::options::Bench;

use crate::cargo::{self, Cargo};
use crate::{Exit, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Bench::parse(parser)? {
        Some(bench) => Ok(measure(bench.to_args())),
        None => usage(Bench::USAGE),
    }
}

fn measure(args: Vec<OsString>) -> ExitCode {
    // Both of its programs: `bench` starts `allocations`, which lies beside it.
    match Cargo::new("build --release --package bench").run() {
        Ok(()) => cargo::become_program("--release --package bench --bin bench", args),
        Err(repeat) => {
            eprintln!("xtask: the benchmarks cannot be built; to repeat: {repeat}");
            ExitCode::FAILURE
        }
    }
}
