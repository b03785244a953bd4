//! `cargo xtask`: builds the program that has the command, then becomes it.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    start(&args).unwrap_or_else(|error| {
        eprintln!("cargo xtask: {error}");
        ExitCode::FAILURE
    })
}

/// The demo starts soonest if nothing but its servers is built. Help needs no servers.
fn package(args: &[OsString]) -> (&'static str, String) {
    let serves = args.first().is_some_and(|name| name == "demo" || name == "serve");
    let tests = args.first().is_some_and(|name| name == "test");
    let helps = args.iter().any(|arg| arg == "--help" || arg == "-h");
    if serves && !helps {
        ("servers", start::about("the demo's servers", start::cost::SERVERS))
    } else if tests && !helps {
        let commands = start::about("the commands", start::cost::COMMANDS);
        ("xtask", format!("{commands}. Then the tests, about {}", start::cost::TESTS))
    } else {
        ("xtask", start::about("the commands", start::cost::COMMANDS))
    }
}

/// Builds the program that has the command, and becomes it.
fn start(args: &[OsString]) -> io::Result<ExitCode> {
    let unstarted = |what: &'static str| {
        move |error: io::Error| io::Error::other(format!("{what} cannot be started: {error}"))
    };
    let (package, about) = package(args);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--package", package, "--manifest-path", MANIFEST]);
    let about = format!("cargo xtask: {about}");
    let built = start::build(&mut cargo, &about, &mut io::stderr()).map_err(unstarted("cargo"))?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    turn_into(Command::new(beside_us(package)?).args(args)).map_err(unstarted(package))
}

/// Cargo puts all programs into one folder.
fn beside_us(package: &str) -> io::Result<PathBuf> {
    let name = format!("{package}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
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
