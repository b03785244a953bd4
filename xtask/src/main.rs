//! `cargo xtask COMMAND`: the project's commands. They need nothing installed except cargo.
//!
//! Exits 0 on success, 1 on a failed check, and 2 on wrong usage, with a one-line message.

use std::process::ExitCode;

use lexopt::{Arg, Parser};

mod bench;
mod browser;
mod build_cost;
mod cargo;
mod ci;
mod conformance;
mod cors;
mod demo;
mod fuzz;
mod metadata;
mod msrv;
mod mutants;
mod peers;
mod recipes;
mod release;
mod serve;
mod server;
mod soak;
mod suffixes;
mod test;
mod tidy;
mod tool;

/// An error means wrong usage. Commands report everything else themselves.
type Exit = Result<ExitCode, lexopt::Error>;

struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Parser) -> Exit,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        about: "an API under a sample policy, a page to try it in a browser, and three curl lines",
        run: demo::run,
    },
    Command { name: "serve", about: "the test API under a policy file", run: serve::run },
    Command { name: "check", about: "all errors and warnings in policy files", run: cors::check },
    Command {
        name: "diff",
        about: "what a second policy file allows that the first does not, and vice versa",
        run: cors::diff,
    },
    Command {
        name: "explain",
        about: "what a browser does with a fetch under a policy, and why",
        run: cors::explain,
    },
    Command { name: "test", about: "all tests that need only Rust", run: test::run },
    Command {
        name: "conformance",
        about: "a table of test cases, sent over TCP to every adapter",
        run: conformance::run,
    },
    Command { name: "browser", about: "tests in real browsers", run: browser::run },
    Command { name: "bench", about: "the cost of our layers and of their peers", run: bench::run },
    Command {
        name: "build-cost",
        about: "what cors-axum and tower-http's layer add to a build",
        run: build_cost::run,
    },
    Command {
        name: "peers",
        about: "where other libraries answer differently, and who is right",
        run: peers::run,
    },
    Command {
        name: "recipes",
        about: "real servers with CORS faults, and the fixes that cors prints for them",
        run: recipes::run,
    },
    Command {
        name: "soak",
        about: "the test servers under sustained load and policy swaps",
        run: soak::run,
    },
    Command {
        name: "suffixes",
        about: "a new Public Suffix List, as cors-core searches it",
        run: suffixes::run,
    },
    Command { name: "fuzz", about: "run a fuzz target for a while", run: fuzz::run },
    Command { name: "mutants", about: "code changes that no test catches", run: mutants::run },
    Command { name: "ci", about: "format, lints, docs, features, MSRV and tests", run: ci::run },
];

fn main() -> ExitCode {
    dispatch(&mut Parser::from_env()).unwrap_or_else(|usage| {
        eprintln!("xtask: {usage}");
        ExitCode::from(2)
    })
}

fn dispatch(parser: &mut Parser) -> Exit {
    let name = match parser.next()? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => return help(),
        Some(Arg::Value(name)) if name == "help" => return help(),
        Some(Arg::Value(name)) => name,
        Some(other) => return Err(other.unexpected()),
    };
    match COMMANDS.iter().find(|command| name == command.name) {
        Some(command) => (command.run)(parser),
        None => {
            let names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
            Err(format!("{name:?}: no such command; use one of {}", names.join(", ")).into())
        }
    }
}

fn help() -> Exit {
    println!("cargo xtask COMMAND, or cargo xtask COMMAND --help\n");
    for Command { name, about, .. } in COMMANDS {
        println!("  {name:<13}{about}");
    }
    Ok(ExitCode::SUCCESS)
}

/// What `COMMAND --help` prints.
fn usage(text: &str) -> Exit {
    println!("cargo xtask {text}");
    Ok(ExitCode::SUCCESS)
}
