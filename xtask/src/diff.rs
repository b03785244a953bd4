//! `diff OLD NEW`: what one policy file lets scripts read that another does not.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cors_core::Policy;
use lexopt::{Arg, Parser};
use xtask::policy_file::judge;

use crate::{Exit, usage};

const USAGE: &str = "\
diff OLD NEW
  prints what scripts may read under the second policy file and not under the first (+), and the other
  way round (-), each with a fetch that shows it; then which keys differ besides (~)
  exits 1 if there is any of the first two, or if a file has an error or cannot be read";

pub fn run(parser: &mut Parser) -> Exit {
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Value(file) => files.push(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    let [older_file, newer_file] = &files[..] else {
        return Err("diff OLD NEW: name two policy files".into());
    };
    let [older, newer] = [older_file, newer_file].map(|file| read(file));
    let (Some(older), Some(newer)) = (older, newer) else { return Ok(ExitCode::FAILURE) };
    let (older_name, newer_name) = (older_file.display(), newer_file.display());
    let diff = older.diff(&newer);
    if diff.is_empty() {
        let besides = if diff.besides.is_empty() { String::new() } else { format!("{diff}\n") };
        print(&format!("{older_name} and {newer_name}: scripts may read the same\n{besides}"));
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("from {older_name} to {newer_name}:\n{diff}\n"));
    Ok(ExitCode::FAILURE)
}

/// Where the file has an error, that is printed as `check` does.
fn read(file: &Path) -> Option<Policy> {
    let judged = judge(file);
    if judged.policy.is_none() {
        print(&(judged.findings.join("\n") + "\n"));
        eprintln!("{}: {}", file.display(), judged.summary());
    }
    judged.policy
}

fn print(text: &str) {
    // Whoever closed our output has seen enough; the exit code still tells.
    let _ = io::stdout().write_all(text.as_bytes());
}
