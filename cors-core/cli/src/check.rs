//! `check FILE…`: prints what is wrong with policy files, one problem per line.

use std::process::ExitCode;

use crate::args::Check;
use crate::output::{print, with_progress};
use crate::policy_file::judge;

pub(crate) fn run(options: &Check) -> ExitCode {
    let mut failed = false;
    for file in &options.files {
        let what = format!("{}: checking", file.display());
        let judged = with_progress(&what, || judge(file));
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
