//! `peers`: our layers beside those of other libraries, in the `peers` program.

use lexopt::Parser;
use xtask::options::Peers;

use crate::{Exit, cargo, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Peers::parse(parser)? {
        Some(peers) => Ok(cargo::become_program("--package peers --bin peers", peers.to_args())),
        None => usage(Peers::USAGE),
    }
}
