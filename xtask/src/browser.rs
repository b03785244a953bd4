//! `browser`: runs the tests in real browsers, with the `browsers` program, which parses its own flags.

use lexopt::Parser;

use crate::{Exit, cargo};

pub fn run(parser: &mut Parser) -> Exit {
    cargo::pass_on(parser, include_str!("../browsers/usage.txt"), "--package browsers")
}
