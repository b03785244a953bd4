//! The cost of our layers. `cargo xtask bench` becomes this program. Exits 0 on success, 1 if something
//! could not run, and 2 on wrong usage.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::main()
}
