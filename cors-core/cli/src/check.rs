//! `check FILE…`: prints what is wrong with policy files, one problem per line.

use std::path::Path;
use std::process::ExitCode;

use crate::args::Check;
use crate::output::{print, with_progress};
use crate::policy_file::{Judged, judge};

pub(crate) fn run(options: &Check) -> ExitCode {
    let mut failed = false;
    for file in &options.files {
        let judged = judge_with_progress(file);
        let mut text = judged.findings.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        print(&text);
        eprintln!("{}: {}", file.display(), judged.summary());
        failed |= judged.errors > 0;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

pub(crate) fn judge_with_progress(file: &Path) -> Judged {
    with_progress(&format!("{}: checking", file.display()), || judge(file))
}
