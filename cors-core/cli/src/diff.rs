//! `diff OLD NEW`: what scripts may read under one policy file and not under another.

use std::path::Path;
use std::process::ExitCode;

use cors_core::Policy;

use crate::args::Diff;
use crate::check::{judge_with_progress, reads_input_twice};
use crate::output::{print, with_progress};

pub(crate) fn run(options: &Diff) -> ExitCode {
    let Diff { old, new } = options;
    if let Some(wrong) = reads_input_twice(&[old, new]) {
        return wrong;
    }
    let [older, newer] = [old, new].map(|file| read(file));
    let (Some(older), Some(newer)) = (older, newer) else { return ExitCode::FAILURE };
    let (old, new) = (old.display(), new.display());
    let diff = with_progress(&format!("{old} and {new}: comparing"), || older.diff(&newer));
    if diff.is_empty() {
        let besides = if diff.besides.is_empty() { String::new() } else { format!("{diff}\n") };
        print(&format!("{old} and {new}: scripts may read the same\n{besides}"));
        return ExitCode::SUCCESS;
    }
    print(&format!("from {old} to {new}:\n{diff}\n"));
    ExitCode::FAILURE
}

/// Prints the file's errors, as `check` does.
fn read(file: &Path) -> Option<Policy> {
    let judged = judge_with_progress(file);
    if judged.policy.is_none() {
        print(&(judged.findings.join("\n") + "\n"));
        eprintln!("{}: {}", file.display(), judged.summary());
    }
    judged.policy
}
