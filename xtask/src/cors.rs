//! `check`, `diff` and `explain`: the command `cors`, from this clone.

use lexopt::Parser;

use crate::Exit;
use crate::cargo::become_program;

pub fn check(parser: &mut Parser) -> Exit {
    run("check", parser)
}

pub fn diff(parser: &mut Parser) -> Exit {
    run("diff", parser)
}

pub fn explain(parser: &mut Parser) -> Exit {
    run("explain", parser)
}

fn run(command: &str, parser: &mut Parser) -> Exit {
    let args = std::iter::once(command.into()).chain(parser.raw_args()?).collect();
    Ok(become_program("--package cors-cli --bin cors", args))
}
