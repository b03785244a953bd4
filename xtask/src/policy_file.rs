//! Reading one policy file and saying what is wrong with it: a line per finding, `FILE:LINE: key = value: reason; fix`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use cors_core::Policy;
use cors_core::file::{Format, Found, check};

/// Ten million origins; keeps a path such as `/dev/zero` from being read for ever.
const MAX_LEN: u64 = 256 * 1024 * 1024;

/// What reading one policy file came to.
#[derive(Debug)]
pub struct Judged {
    /// One line per error or warning, in file order.
    pub findings: Vec<String>,
    /// How many of the findings are errors.
    pub errors: usize,
    /// The policy, unless there were errors.
    pub policy: Option<Policy>,
}

impl Judged {
    /// `2 errors, 1 warning`.
    pub fn summary(&self) -> String {
        let warnings = self.findings.len() - self.errors;
        format!("{}, {}", count(self.errors, "error"), count(warnings, "warning"))
    }
}

/// Reads and judges the policy file at `path`. A file that cannot be read is an error like any other.
pub fn judge(path: &Path) -> Judged {
    let text = match read(path) {
        Ok(text) => text,
        Err(Unreadable { line, message }) => {
            let finding = format!("{}:{line}: {message}", path.display());
            return Judged { findings: vec![finding], errors: 1, policy: None };
        }
    };
    let report = check(&text, Format::of(path));
    let findings = report.findings();
    Judged {
        errors: findings
            .iter()
            .filter(|located| matches!(located.finding, Found::Error(_)))
            .count(),
        findings: findings.iter().map(|located| format!("{}:{located}", path.display())).collect(),
        policy: report.into_policy(),
    }
}

struct Unreadable {
    line: usize,
    message: String,
}

fn read(path: &Path) -> Result<String, Unreadable> {
    let bytes = read_bytes(path).map_err(|error| Unreadable {
        line: 1,
        message: match error.kind() {
            io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
            io::ErrorKind::IsADirectory => {
                "a directory, not a policy file; name a file in it".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "you may not read this file; change its permissions".to_owned()
            }
            io::ErrorKind::FileTooLarge => {
                format!("longer than {MAX_LEN} bytes, so no policy file; check the path")
            }
            _ => format!("cannot be read: {error}; check the path"),
        },
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count();
        Unreadable { line, message: "not UTF-8 from here on; save the file as UTF-8".to_owned() }
    })
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_LEN {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
