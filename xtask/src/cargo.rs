//! Runs cargo: the one that runs us, if any. Commands print as shell lines that you can repeat.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, ExitCode, Stdio};

use lexopt::Parser;
use xtask::workspace;

use crate::{Exit, usage};

/// Cargo itself, without arguments, in the caller's directory.
pub fn command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where a command prints what we read.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    Out,
    Err,
}

/// A cargo command in the workspace's root. `Display` is the shell line that repeats it.
#[derive(Clone, Debug)]
pub struct Cargo {
    args: Vec<String>,
    env: Option<(&'static str, String)>,
}

impl Cargo {
    /// Splits the line at white space: none of our arguments contain any.
    pub fn new(line: &str) -> Self {
        Self { args: line.split_whitespace().map(str::to_owned).collect(), env: None }
    }

    pub fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env = Some((name, value.into()));
        self
    }

    /// Prints the command and runs it. The error is the command to repeat, or why it cannot be started.
    pub fn run(&self) -> Result<(), String> {
        println!("$ {self}");
        match self.command().status() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(self.to_string()),
            Err(error) => Err(format!("{self}   # cannot be started: {error}")),
        }
    }

    /// Like `run`; also passes each line of its standard output or standard error to `read`.
    pub fn run_reading(&self, stream: Stream, mut read: impl FnMut(&str)) -> Result<(), String> {
        println!("$ {self}");
        let unstarted = |error| format!("{self}   # cannot be started: {error}");
        let mut command = self.command();
        match stream {
            Stream::Out => command.stdout(Stdio::piped()),
            Stream::Err => command.stderr(Stdio::piped()),
        };
        let mut child = command.spawn().map_err(unstarted)?;
        let pipe: Option<Box<dyn Read>> = match stream {
            Stream::Out => child.stdout.take().map(|pipe| Box::new(pipe) as _),
            Stream::Err => child.stderr.take().map(|pipe| Box::new(pipe) as _),
        };
        let mut lines = BufReader::new(pipe.expect("piped just now"));
        let mut line = Vec::new();
        // Tests may print bytes that are not text.
        while lines.read_until(b'\n', &mut line).map_err(unstarted)? > 0 {
            // If the stream is closed, the work goes on.
            let _ = match stream {
                Stream::Out => io::stdout().write_all(&line),
                Stream::Err => io::stderr().write_all(&line),
            };
            read(&String::from_utf8_lossy(&line));
            line.clear();
        }
        match child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(self.to_string()),
            Err(error) => Err(unstarted(error)),
        }
    }

    /// Whether it exits 0. Prints nothing.
    pub fn succeeds(&self) -> bool {
        let status = self.command().stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// Its output, if it exits 0.
    pub fn output(&self) -> Result<Vec<u8>, String> {
        match self.command().stderr(Stdio::inherit()).output() {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(_) => Err(self.to_string()),
            Err(error) => Err(format!("{self}   # cannot be started: {error}")),
        }
    }

    fn command(&self) -> Command {
        let mut command = command();
        command.args(&self.args).envs(self.env.clone());
        // Not in the caller's directory: `cargo fmt` and `nextest` look for their settings from
        // here.
        command.current_dir(workspace());
        command
    }
}

impl fmt::Display for Cargo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, value)) = &self.env {
            write!(f, "{name}={value:?} ")?;
        }
        write!(f, "cargo {}", self.args.join(" "))
    }
}

/// Becomes a program that parses the flags itself. Help needs no build.
pub fn pass_on(parser: &mut Parser, about: &str, which: &str) -> Exit {
    let args: Vec<_> = parser.raw_args()?.collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        return usage(about.trim_end());
    }
    // The last word is the name.
    let (flags, name) = which.rsplit_once(' ').unwrap_or(("", which));
    match args.iter().position(|arg| arg == "--kin") {
        Some(index) if ["bench", "peers"].contains(&name) => {
            let mut args = args;
            args.remove(index);
            args.insert(0, name.into());
            Ok(become_program_of(KIN, &format!("{flags} kin"), args))
        }
        _ => Ok(become_program(which, args)),
    }
}

/// A separate workspace, because two packages in it are called `cors-core`.
pub const KIN: &str = "xtask/kin/Cargo.toml";

/// A separate workspace, because libFuzzer needs a C++ compiler.
pub const FUZZ: &str = "xtask/fuzz/Cargo.toml";

/// Builds a program of the workspace, which `which` names to `cargo run`, and replaces this process
/// with it.
///
/// Returns only if that fails, or on platforms without `exec`.
pub fn become_program(which: &str, args: Vec<OsString>) -> ExitCode {
    become_program_of("Cargo.toml", which, args)
}

/// Like `become_program`, for the workspace with this manifest. All share what they build.
fn become_program_of(manifest: &str, which: &str, args: Vec<OsString>) -> ExitCode {
    let with = |arguments: &[&str]| {
        let mut command = command();
        command.args(arguments).arg("--manifest-path").arg(workspace().join(manifest));
        if manifest == KIN {
            command.arg("--target-dir").arg(workspace().join("target"));
        }
        command.args(which.split_whitespace());
        command
    };
    // The last word is the name.
    let name = which.split_whitespace().last().unwrap_or_default();
    let first = if name == "servers" { start::cost::SERVERS } else { start::cost::PROGRAM };
    let about = format!("xtask: {}", start::about(name, first));
    let code = match start::build(&mut with(&["build"]), &about, &mut io::stderr()) {
        Ok(status) if status.success() => turn_into(with(&["run", "--quiet"]).arg("--").args(args)),
        Ok(_) => return ExitCode::FAILURE,
        Err(error) => Err(error),
    };
    code.unwrap_or_else(|error| {
        eprintln!("xtask: cargo, which builds the program, cannot be started: {error}");
        ExitCode::FAILURE
    })
}

/// Uses `exec`, as `cargo run` does. The process id stays the same, so a `SIGHUP` sent to us reaches the program.
#[cfg(unix)]
fn turn_into(command: &mut Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn turn_into(command: &mut Command) -> io::Result<ExitCode> {
    let status = command.status()?;
    Ok(match status.code().map(u8::try_from) {
        Some(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    })
}
