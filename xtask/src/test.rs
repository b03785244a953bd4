//! `test`: runs all tests that need only Rust.

use std::fmt;
use std::io::{self, IsTerminal};
use std::num::NonZeroU32;
use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt};
use xtask::options::once;

use crate::cargo::{Cargo, Stream};
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
    println!(
        "xtask: all tests that need only Rust, documentation examples first; with what they build, the first time takes \
         about {}",
        start::cost::TESTS
    );
    let mut count = Count::default();
    let result = run_counting(cases, &mut count);
    println!("xtask: {count}");
    result
}

fn run_counting(cases: Option<NonZeroU32>, count: &mut Count) -> Result<(), String> {
    // nextest does not run documentation examples.
    Cargo::new("test --doc --workspace --all-features")
        .run_reading(Stream::Out, |line| count.add_libtest(line))?;
    let with_cases = |tests: Cargo| match cases {
        Some(cases) => tests.env("PROPTEST_CASES", cases.to_string()),
        None => tests,
    };
    if Cargo::new("nextest --version").succeeds() {
        // It sees a pipe, not the terminal.
        let color = if io::stderr().is_terminal() { "--color always " } else { "" };
        with_cases(Cargo::new(&format!("nextest run {color}--workspace --all-features")))
            .run_reading(Stream::Err, |line| count.add_nextest(line))
    } else {
        with_cases(Cargo::new("test --tests --workspace --all-features"))
            .run_reading(Stream::Out, |line| count.add_libtest(line))
    }
}

/// How many tests ran, and how many of them passed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    run: u32,
}

impl Count {
    /// Adds a line like `test result: ok. 5 passed; 1 failed; 0 ignored; …`, one for each test program.
    fn add_libtest(&mut self, line: &str) {
        if let Some((_, counts)) = line.split_once("test result: ") {
            let (passed, failed) = (before(counts, " passed"), before(counts, " failed"));
            self.passed += passed;
            self.run += passed + failed;
        }
    }

    /// Adds a line like `Summary [   5.1s] 6 tests run: 5 passed (1 slow), 1 failed, 2 skipped`, the only one.
    fn add_nextest(&mut self, line: &str) {
        let line = plain(line);
        if let Some((_, counts)) = line.trim_start().split_once("Summary [") {
            self.passed += before(counts, " passed");
            // If it stops early, `4/6 tests run`.
            self.run += before(counts, " test");
        }
    }
}

/// The number in front of a word; 0 if there is none.
fn before(text: &str, word: &str) -> u32 {
    let number = text.split_once(word).and_then(|(before, _)| {
        before.rsplit(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    });
    number.unwrap_or(0)
}

/// The text without colors.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| Some(part.split_once('m')?.1)).fold(first, |text, part| text + part)
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} tests passed", self.passed, self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let libtest = [
            "running 3 tests",
            "test a_test_result: passed ... ok",
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.12s",
        ];
        let mut count = Count::default();
        libtest.iter().for_each(|line| count.add_libtest(line));
        assert_eq!(count.to_string(), "12 of 15 tests passed");

        for (line, passed, run) in [
            ("     Summary [   0.034s] 5 tests run: 4 passed, 1 failed, 2 skipped", 4, 5),
            ("     Summary [   0.034s] 1 test run: 1 passed, 0 skipped", 1, 1),
            (
                "     Summary [   9.034s] 4/16 tests run: 2 passed (1 slow), 2 failed, 0 skipped",
                2,
                16,
            ),
            ("     Summary [   0.034s] 1 test run: 0 passed, 1 failed, 7 skipped", 0, 1),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m12\u{1b}[0m tests run: \u{1b}[1m12\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
                12,
                12,
            ),
            ("        PASS [   0.009s] xtask tests::1_tests_run", 0, 0),
        ] {
            let mut count = Count::default();
            count.add_nextest(line);
            assert_eq!(count, Count { passed, run }, "{line}");
        }
    }
}
