//! `browser`: runs the tests in real browsers, with the `browsers` program.

use lexopt::Parser;
use xtask::options::Browser;

use crate::{Exit, cargo, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Browser::parse(parser)? {
        Some(browser) => Ok(cargo::become_program("--package browsers", browser.to_args())),
        None => usage(Browser::USAGE),
    }
}
