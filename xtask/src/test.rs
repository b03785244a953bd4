//! `test`: every test that needs nothing but Rust.

use std::process::ExitCode;

use lexopt::Parser;

use crate::cargo::Cargo;
use crate::{Exit, no_arguments};

const USAGE: &str = "\
test
  runs every test that needs nothing but Rust, documentation examples included";

pub fn run(parser: &mut Parser) -> Exit {
    if let Some(code) = no_arguments(parser, USAGE)? {
        return Ok(code);
    }
    Ok(match tests() {
        Ok(()) => ExitCode::SUCCESS,
        Err(repeat) => {
            eprintln!("xtask: tests failed; to repeat: {repeat}");
            ExitCode::FAILURE
        }
    })
}

/// An error is the command that repeats what failed.
pub fn tests() -> Result<(), String> {
    // nextest leaves documentation examples out.
    Cargo::new("test --doc --workspace --all-features").run()?;
    let nextest = Cargo::new("nextest --version").succeeds();
    let runner = if nextest { "nextest run" } else { "test --tests" };
    Cargo::new(&format!("{runner} --workspace --all-features")).run()
}
