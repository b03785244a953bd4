//! What the command `cors` consists of. It is for the command and this project's own tools, and
//! promises nothing to others: use `cors_core` instead.

mod args;
pub mod audit;
mod check;
mod client;
mod diff;
mod explain;
pub mod fuzz;
pub mod input;
pub mod json;
mod output;
pub mod policy_file;
pub mod server;

use std::ffi::OsString;
use std::process::ExitCode;

use output::wrong_usage;
use serde_json::Value;

/// What `cors explain … --json` prints, with these arguments after `explain`.
///
/// # Errors
/// What is wrong with the usage, or with the policy file.
pub fn explain(args: &[&str]) -> Result<Value, String> {
    let words = ["cors", "explain"].iter().chain(args).map(OsString::from);
    match args::parse(words) {
        Ok(args::Command::Explain(options)) => explain::to_value(&options),
        _ => Err(format!("wrong usage: {args:?}")),
    }
}

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
        args::Command::Explain(options) => explain::run(&options).unwrap_or_else(wrong_usage),
        args::Command::Audit(options) => audit::run(&options).unwrap_or_else(wrong_usage),
        args::Command::Diff(options) => diff::run(&options),
        args::Command::Completions { shell } => args::completions(shell),
    }
}
