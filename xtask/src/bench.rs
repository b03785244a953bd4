//! `bench`: what the layers cost, with the `bench` program, which parses its own flags and starts another program of its
//! package.

use lexopt::Parser;

use crate::{Exit, cargo};

pub fn run(parser: &mut Parser) -> Exit {
    cargo::pass_on(parser, include_str!("../bench/usage.txt"), "--release --package bench")
}
