//! What the command `cors` consists of. It is for the command and this project's own tools, and
//! promises nothing to others: use `cors_core` instead.

mod args;
mod check;
mod diff;
mod explain;
pub mod json;
mod output;
pub mod policy_file;
pub mod server;

use std::ffi::OsString;
use std::process::ExitCode;

use output::wrong_usage;

/// Runs the command. The first argument is the program's name.
///
/// 0 is success, 1 a failed check, and 2 wrong usage.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match args::parse(args) {
        Ok(command) => command,
        Err(code) => return code,
    };
    match command {
        args::Command::Check(options) => check::run(&options),
        args::Command::Explain(options) => explain::run(*options).unwrap_or_else(wrong_usage),
        args::Command::Diff(options) => diff::run(&options),
        args::Command::Completions { shell } => args::completions(shell),
    }
}
