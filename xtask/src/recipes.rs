//! `recipes`: proves each recipe of the command `cors` with the real server, with the `recipes` program, which parses its own flags.

use lexopt::Parser;

use crate::{Exit, cargo};

pub fn run(parser: &mut Parser) -> Exit {
    cargo::pass_on(parser, include_str!("../recipes/usage.txt"), "--package recipes")
}
