//! The command itself, and `explain` for this project's tools.

use std::ffi::OsString;
use std::process::ExitCode;

use serde_json::Value;

use crate::output::{print, wrong_usage};
use crate::{args, audit, check, diff};

/// Of a policy file. Tests hold it to what `check` accepts.
const SCHEMA: &str = include_str!("../schemas/policy.schema.json");

/// What `cors explain … --json` prints, with these arguments after `explain`.
///
/// # Errors
/// What is wrong with the usage, or with the policy file.
pub fn explain(args: &[&str]) -> Result<Value, String> {
    let words = ["cors", "explain"].iter().chain(args).map(OsString::from);
    match args::parse(words) {
        Ok(args::Command::Explain(options)) => crate::explain::to_value(&options),
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
        args::Command::Explain(options) => {
            crate::explain::run(&options).unwrap_or_else(wrong_usage)
        }
        args::Command::Audit(options) => audit::run(&options).unwrap_or_else(wrong_usage),
        args::Command::Diff(options) => diff::run(&options),
        args::Command::Schema => {
            print(SCHEMA);
            ExitCode::SUCCESS
        }
        args::Command::Completions { shell } => args::completions(shell),
    }
}
