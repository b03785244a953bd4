//! Builds a program of the workspace before it runs. `cargo run --quiet` is silent for minutes while
//! it builds, and without `--quiet` it prints something even if everything is built.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};

/// What a program's first build costs, on two cores, without downloads. Measured by hand: see `CONTRIBUTING.md`.
pub mod cost {
    /// The servers of the demo.
    pub const SERVERS: &str = "2 minutes on two cores: 184 crates, 0.8 GB of disk";

    /// The commands.
    pub const COMMANDS: &str = "40 seconds on two cores: 58 crates, 0.3 GB of disk";

    /// All tests.
    pub const TESTS: &str = "20 minutes on two cores: 500 crates, 7 GB of disk";

    /// Any other program of the workspace.
    pub const PROGRAM: &str = "two to four minutes on two cores";
}

/// What [`build`] prints first. True however much is already built.
pub fn about(what: &str, first: &str) -> String {
    format!("building {what}, what has changed of it; the first time takes about {first}")
}

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
