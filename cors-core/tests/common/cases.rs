//! How many cases a property runs.

use proptest::test_runner::Config;

/// As many as the environment variable `PROPTEST_CASES` says, or `default`. A failure prints its
/// shortest case. Nothing is stored for the next run.
pub fn cases(default: u32) -> Config {
    let config = Config { failure_persistence: None, ..Config::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => Config { cases: default, ..config },
    }
}
