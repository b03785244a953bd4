//! `browser`: the tests in real browsers, in the `browsers` program.

use lexopt::Parser;
use xtask::options::Browser;

use crate::serve::become_package;
use crate::{Exit, usage};

pub fn run(parser: &mut Parser) -> Exit {
    match Browser::parse(parser)? {
        Some(browser) => Ok(become_package("browsers", browser.to_args())),
        None => usage(Browser::USAGE),
    }
}
