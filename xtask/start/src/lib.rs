//! Building a program of the workspace before it runs. `cargo run --quiet` is silent for minutes
//! where much is to be built; without `--quiet` it talks where nothing is.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};

/// Runs a `cargo build`. If it has anything to say, `about` goes to `log` first, and what cargo
/// says follows as it comes; if all is built, nothing is written.
pub fn build(cargo: &mut Command, about: &str, log: &mut impl Write) -> io::Result<ExitStatus> {
    let mut child = cargo.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut is_quiet = true;
    for line in BufReader::new(child.stderr.take().expect("piped just now")).lines() {
        let line = line?;
        // The last line, and the only one where all is built.
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
