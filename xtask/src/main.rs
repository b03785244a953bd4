//! `cargo xtask COMMAND`: the project's commands, with nothing to install but cargo.
//! Exits 0 on success, 1 on a failed check, 2 on wrong usage with a one-line message.

use std::process::ExitCode;

use lexopt::{Arg, Parser};

mod bench;
mod browser;
mod cargo;
mod check;
mod ci;
mod conformance;
mod demo;
mod diff;
mod explain;
mod fuzz;
mod metadata;
mod msrv;
mod mutants;
mod peers;
mod release;
mod serve;
mod server;
mod soak;
mod test;
mod tidy;
mod tool;

/// An error is wrong usage: a command says itself what else went wrong.
type Exit = Result<ExitCode, lexopt::Error>;

struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Parser) -> Exit,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        about: "an API under a sample policy, a page to see it in a browser, and three curl lines",
        run: demo::run,
    },
    Command { name: "serve", about: "the test API under a policy file", run: serve::run },
    Command { name: "check", about: "every error and warning of policy files", run: check::run },
    Command {
        name: "diff",
        about: "what a second policy file allows that the first does not, and the reverse",
        run: diff::run,
    },
    Command {
        name: "explain",
        about: "what a browser does with a fetch under a policy, and why",
        run: explain::run,
    },
    Command { name: "test", about: "every test that needs nothing but Rust", run: test::run },
    Command {
        name: "conformance",
        about: "one table of cases over TCP against every adapter",
        run: conformance::run,
    },
    Command { name: "browser", about: "the tests in real browsers", run: browser::run },
    Command { name: "bench", about: "what the layers cost, beside the peers", run: bench::run },
    Command {
        name: "peers",
        about: "what other libraries answer otherwise, and who is right",
        run: peers::run,
    },
    Command {
        name: "soak",
        about: "the test servers under load and swaps, for long",
        run: soak::run,
    },
    Command { name: "fuzz", about: "a fuzz target of the library, for a while", run: fuzz::run },
    Command {
        name: "mutants",
        about: "breaks that no test notices, sought one by one",
        run: mutants::run,
    },
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
            Err(format!("{name:?}: no such command; there are {}", names.join(", ")).into())
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
