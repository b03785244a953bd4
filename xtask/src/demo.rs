//! `demo`: serves the test API for you to try, with the `servers` program.

use lexopt::Parser;
use xtask::options::Demo;

use crate::serve::become_servers;
use crate::{Exit, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Demo::parse(parser)? {
        Some(demo) => Ok(become_servers(demo.to_args())),
        None => usage(Demo::USAGE),
    }
}
