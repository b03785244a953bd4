//! Runs the fuzz target of `cors-core` or `cors-cli` that `CORS_FUZZ_TARGET` names, under libFuzzer.
#![no_main]

use std::sync::LazyLock;

use cors_core::fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("CORS_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().chain(cors_cli::fuzz::TARGETS).find(|(target, _)| *target == name);
    found.unwrap_or_else(|| panic!("CORS_FUZZ_TARGET={name:?}: no such target")).1
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
