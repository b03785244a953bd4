//! `diff OLD NEW`: what scripts may read under one policy file and not under another.

use std::panic::resume_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use cors_core::Policy;

use crate::args::Diff;
use crate::check::{checked, reads_input_twice};
use crate::output::{print, with_progress};
use crate::policy_file::{Judged, judge};

pub(crate) fn run(options: &Diff) -> ExitCode {
    let Diff { old, new } = options;
    if let Some(wrong) = reads_input_twice(&[old, new]) {
        return wrong;
    }
    let [older, newer] = read_both(old, new);
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

/// Both at once, since large files take seconds.
fn read_both(old: &Path, new: &Path) -> [Option<Policy>; 2] {
    thread::scope(|scope| {
        let newer = scope.spawn(|| judge(new));
        let older = policy_of(old, || judge(old));
        [older, policy_of(new, || newer.join().unwrap_or_else(|panic| resume_unwind(panic)))]
    })
}

/// Prints the file's errors, as `check` does.
fn policy_of(file: &Path, judged: impl FnOnce() -> Judged) -> Option<Policy> {
    let judged = checked(file, judged);
    if judged.policy.is_none() {
        print(&(judged.findings.join("\n") + "\n"));
        eprintln!("{}: {}", file.display(), judged.summary());
    }
    judged.policy
}
