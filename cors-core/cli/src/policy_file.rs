//! Reads a policy file and prints what is wrong with it, one line per problem: `FILE:LINE: key = value: reason; fix`.

use std::path::Path;

use cors_core::Policy;
use cors_core::file::{Format, check, read_file};

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

/// Reads and checks the policy file at `path`. If it cannot be read, that is an error like any
/// other.
pub fn judge(path: &Path) -> Judged {
    let text = match read_file(path) {
        Ok(text) => text,
        Err(error) => {
            return Judged {
                findings: vec![error.to_string()],
                errors: 1,
                warnings: 0,
                policy: None,
            };
        }
    };
    let report = check(&text, Format::of(path));
    let findings =
        report.findings().iter().map(|located| format!("{}:{located}", path.display())).collect();
    Judged {
        findings,
        errors: report.errors(),
        warnings: report.warnings(),
        policy: report.into_policy().ok(),
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
