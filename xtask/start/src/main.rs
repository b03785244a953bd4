//! `cargo xtask`: builds the package `xtask`, then becomes it.

use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");

fn main() -> ExitCode {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--package", "xtask", "--manifest-path", MANIFEST]);
    let about = "cargo xtask: building the commands; the first time takes about a minute";
    match start::build(&mut cargo, about, &mut io::stderr()) {
        Ok(status) if status.success() => {}
        Ok(_) => return ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo xtask: cargo cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    }
    run(std::env::args_os().skip(1).collect()).unwrap_or_else(|error| {
        eprintln!("cargo xtask: the commands cannot be started: {error}");
        ExitCode::FAILURE
    })
}

/// Cargo puts the program next to this one.
fn run(args: Vec<OsString>) -> io::Result<ExitCode> {
    let name = format!("xtask{}", std::env::consts::EXE_SUFFIX);
    let mut command = Command::new(std::env::current_exe()?.with_file_name(name));
    turn_into(command.args(args))
}

/// The process id stays the same, so a signal sent to us reaches the command.
#[cfg(unix)]
fn turn_into(command: &mut Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn turn_into(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
