//! `serve`: builds the `servers` program and becomes it.

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

/// Becomes the `servers` program.
pub fn become_servers(args: Vec<OsString>) -> ExitCode {
    cargo::become_program("--package servers", args)
}
