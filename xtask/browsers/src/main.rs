//! The tests in real browsers: `cargo xtask browser` turns into this program, with the same flags.
//! Exits 0 on success, 1 if a test fails or a browser is missing, 2 on wrong usage.

#[cfg(unix)]
mod command;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("browsers: only where there are process groups: on Linux and the like");
    std::process::ExitCode::FAILURE
}
