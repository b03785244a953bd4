//! The command `cors`: tells why a browser said no, for every server.
//!
//! Exits 0 on success, 1 on a failed check, and 2 on wrong usage, with a one-line message.

use std::process::ExitCode;

fn main() -> ExitCode {
    cors_cli::run(std::env::args_os())
}
