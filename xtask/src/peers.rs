//! `peers`: compares our layers with those of other libraries, with the `peers` program.

use lexopt::Parser;
use xtask::options::Peers;

use crate::{Exit, cargo, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Peers::parse(parser)? {
        Some(peers) => Ok(cargo::become_program("--package peers --bin peers", peers.to_args())),
        None => usage(Peers::USAGE),
    }
}
