//! `peers`: compares our layers with those of other libraries, with the `peers` program, which parses its own flags.

use lexopt::Parser;

use crate::{Exit, cargo};

pub fn run(parser: &mut Parser) -> Exit {
    cargo::pass_on(parser, include_str!("../peers/usage.txt"), "--package peers")
}
