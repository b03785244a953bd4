//! `test`: runs all tests that need only Rust.

use std::num::NonZeroU32;
use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt};
use xtask::options::once;

use crate::cargo::Cargo;
use crate::{Exit, usage};

const USAGE: &str = "\
test [--cases N]
  runs all tests that need only Rust, including documentation examples
  each property test runs N generated cases, or by default some thousands";

pub fn run(parser: &mut Parser) -> Exit {
    let mut cases = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Long("cases") => once("--cases", &mut cases, parser.value()?.parse()?)?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(match run_tests(cases) {
        Ok(()) => ExitCode::SUCCESS,
        Err(repeat) => {
            eprintln!("xtask: tests failed; to repeat: {repeat}");
            ExitCode::FAILURE
        }
    })
}

/// The error is the command to repeat.
pub fn tests() -> Result<(), String> {
    run_tests(None)
}

fn run_tests(cases: Option<NonZeroU32>) -> Result<(), String> {
    // nextest does not run documentation examples.
    Cargo::new("test --doc --workspace --all-features").run()?;
    let nextest = Cargo::new("nextest --version").succeeds();
    let runner = if nextest { "nextest run" } else { "test --tests" };
    let tests = Cargo::new(&format!("{runner} --workspace --all-features"));
    match cases {
        Some(cases) => tests.env("PROPTEST_CASES", cases.to_string()).run(),
        None => tests.run(),
    }
}
