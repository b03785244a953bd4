//! `diff OLD NEW`: what scripts may read under one policy file and not under another.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cors_core::Policy;
use lexopt::{Arg, Parser};
use xtask::policy_file::judge;

use crate::{Exit, usage};

const USAGE: &str = "\
diff OLD NEW
  prints what scripts may read under NEW but not OLD (+), and under OLD but not NEW (-), each with a
  fetch that shows it; then all other keys that differ (~)
  exits 1 if there is any + or -, or if a file has an error or cannot be read";

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

/// Prints the file's errors, as `check` does.
fn read(file: &Path) -> Option<Policy> {
    let judged = judge(file);
    if judged.policy.is_none() {
        print(&(judged.findings.join("\n") + "\n"));
        eprintln!("{}: {}", file.display(), judged.summary());
    }
    judged.policy
}

fn print(text: &str) {
    // If our output is closed, the exit code still tells.
    let _ = io::stdout().write_all(text.as_bytes());
}
