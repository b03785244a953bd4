//! `serve`: turns into the `servers` program, which cargo builds first.

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::Parser;
use xtask::options::Serve;

use crate::{Exit, cargo, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Serve::parse(parser)? {
        Some(serve) => Ok(become_servers(serve.to_args())),
        None => usage(Serve::USAGE),
    }
}

/// Turns into the `servers` program.
pub fn become_servers(args: Vec<OsString>) -> ExitCode {
    become_package("servers", args)
}

/// Comes back only if cargo could not be started, or where a process cannot turn into another.
pub fn become_package(package: &str, args: Vec<OsString>) -> ExitCode {
    let mut command = cargo::command();
    command
        .args(["run", "--quiet", "--package", package, "--manifest-path"])
        .arg(xtask::WORKSPACE_MANIFEST)
        .arg("--")
        .args(args);
    let error = match turn_into(command) {
        Ok(code) => return code,
        Err(error) => error,
    };
    eprintln!("xtask: cargo, which builds the {package}, cannot be started: {error}");
    ExitCode::FAILURE
}

/// `exec`, and `cargo run` does the same: the process id stays one, so that a `SIGHUP` sent to us arrives there.
#[cfg(unix)]
fn turn_into(mut command: std::process::Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn turn_into(mut command: std::process::Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(match status.code().map(u8::try_from) {
        Some(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    })
}
