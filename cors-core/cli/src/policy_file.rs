//! Reads a policy file and prints what is wrong with it, one line per problem: `FILE:LINE: key = value: reason; fix`.

use std::io::{self, Read};
use std::path::Path;

use cors_core::Policy;
use cors_core::file::{Format, check, read_file};

/// As long as `read_file` takes.
const MAX_LEN: u64 = 256 << 20;

/// A policy file and its problems.
#[derive(Debug)]
pub struct Judged {
    /// One line per error or warning, in file order; at most 1000 per key.
    pub findings: Vec<String>,
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings there are.
    pub warnings: usize,
    /// The policy, unless there were errors.
    pub policy: Option<Policy>,
}

impl Judged {
    /// `2 errors, 1 warning`, and how many of them `findings` leaves out.
    pub fn summary(&self) -> String {
        let counts =
            format!("{}, {}", count(self.errors, "error"), count(self.warnings, "warning"));
        match self.more() {
            0 => counts,
            more => format!("{counts}: {} shown, and {more} more", self.findings.len()),
        }
    }

    /// How many errors and warnings `findings` leaves out.
    pub fn more(&self) -> usize {
        self.errors + self.warnings - self.findings.len()
    }
}

/// Reads and checks the policy file at `path`, or standard input if that is `-`. If it cannot be
/// read, that is an error like any other.
pub fn judge(path: &Path) -> Judged {
    let is_stdin = path == Path::new("-");
    let read = match is_stdin {
        true => read_stdin(io::stdin().lock()),
        false => read_file(path).map_err(|error| error.to_string()),
    };
    let text = match read {
        Ok(text) => text,
        Err(finding) => {
            return Judged { findings: vec![finding], errors: 1, warnings: 0, policy: None };
        }
    };
    let format = match text.trim_start().starts_with('{') {
        // No TOML starts like that.
        true if is_stdin => Format::Json,
        _ => Format::of(path),
    };
    let report = check(&text, format);
    let findings =
        report.findings().iter().map(|located| format!("{}:{located}", path.display())).collect();
    Judged {
        findings,
        errors: report.errors(),
        warnings: report.warnings(),
        policy: report.into_policy().ok(),
    }
}

fn read_stdin(input: impl Read) -> Result<String, String> {
    let mut text = String::new();
    match input.take(MAX_LEN + 1).read_to_string(&mut text) {
        Ok(_) if text.len() as u64 > MAX_LEN => {
            Err(format!("-:1: longer than {MAX_LEN} bytes, so not a policy; check what writes it"))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(format!("-:1: cannot be read: {error}; check what writes it")),
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
