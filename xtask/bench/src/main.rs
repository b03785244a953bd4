//! What the layers cost: `cargo xtask bench` turns into this program. Exits 0 once all is measured, 1 if
//! something could not run, 2 on wrong usage.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::main(&stats_alloc::INSTRUMENTED_SYSTEM)
}
