//! `check FILE…`: prints what is wrong with policy files, one problem per line.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::{Arg, Parser};
use xtask::policy_file::judge;

use crate::{Exit, usage};

const USAGE: &str = "\
check FILE…
  prints all errors and warnings in each policy file as FILE:LINE: key = value: reason; fix
  exits 1 if any has an error or cannot be read";

pub fn run(parser: &mut Parser) -> Exit {
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Value(file) => files.push(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    if files.is_empty() {
        return Err("check FILE…: name at least one policy file".into());
    }
    let mut failed = false;
    for file in &files {
        let judged = judge(file);
        let mut text = judged.findings.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        // If our output is closed (`check … | head`), the exit code still tells.
        let _ = io::stdout().write_all(text.as_bytes());
        eprintln!("{}: {}", file.display(), judged.summary());
        failed |= judged.errors > 0;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
