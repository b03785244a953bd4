//! Builds a program of the workspace before it runs. `cargo run --quiet` is silent for minutes while
//! it builds, and without `--quiet` it prints something even if everything is built.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};

/// Runs a `cargo build`. Writes nothing to `log` if everything is built; otherwise writes `about`,
/// then each line that cargo prints.
pub fn build(cargo: &mut Command, about: &str, log: &mut impl Write) -> io::Result<ExitStatus> {
    let mut child = cargo.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut is_quiet = true;
    for line in BufReader::new(child.stderr.take().expect("piped just now")).lines() {
        let line = line?;
        // The last line, and the only one if everything is built.
        if line.trim_start().starts_with("Finished ") {
            continue;
        }
        let waits = line.trim_start().starts_with("Blocking ");
        if is_quiet && !waits {
            writeln!(log, "{about}")?;
            is_quiet = false;
        }
        writeln!(log, "{line}")?;
    }
    child.wait()
}
