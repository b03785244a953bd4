//! `servers serve …` and `servers demo …`, with the flags of `cargo xtask serve` and `cargo xtask demo`.

use std::process::ExitCode;

use lexopt::{Arg, Error, Parser};
use servers::{demo, serve};
use xtask::options::{Demo, Serve};

fn main() -> ExitCode {
    run(&mut Parser::from_env()).unwrap_or_else(|usage| {
        eprintln!("servers: {usage}");
        ExitCode::from(2)
    })
}

fn run(parser: &mut Parser) -> Result<ExitCode, Error> {
    match parser.next()? {
        Some(Arg::Value(name)) if name == "serve" => Ok(match Serve::parse(parser)? {
            Some(options) => serve::run(&options),
            None => help(),
        }),
        Some(Arg::Value(name)) if name == "demo" => Ok(match Demo::parse(parser)? {
            Some(options) => demo::run(&options),
            None => help(),
        }),
        None | Some(Arg::Short('h') | Arg::Long("help")) => Ok(help()),
        Some(other) => Err(other.unexpected()),
    }
}

fn help() -> ExitCode {
    println!("servers {}\nservers {}", Serve::USAGE, Demo::USAGE);
    ExitCode::SUCCESS
}
