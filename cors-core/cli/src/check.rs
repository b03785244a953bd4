//! `check FILE…`: prints what is wrong with policy files, one problem per line.

use std::path::Path;
use std::process::ExitCode;

use crate::args::Check;
use crate::output::{print, with_progress, wrong_usage};
use crate::policy_file::{Judged, judge};

pub(crate) fn run(options: &Check) -> ExitCode {
    if let Some(wrong) = reads_input_twice(&options.files) {
        return wrong;
    }
    let mut failed = false;
    for file in &options.files {
        let judged = checked(file, || judge(file));
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

/// What to exit with if the standard input is named twice: it can be read once.
pub(crate) fn reads_input_twice(files: &[impl AsRef<Path>]) -> Option<ExitCode> {
    let count = files.iter().filter(|file| file.as_ref() == Path::new("-")).count();
    (count > 1).then(|| wrong_usage("-: the standard input can be read only once"))
}

/// With progress, while the file is checked.
pub(crate) fn checked(file: &Path, judged: impl FnOnce() -> Judged) -> Judged {
    with_progress(&format!("{}: checking", file.display()), judged)
}
