//! The tests in real browsers. `cargo xtask browser` becomes this program and passes on its flags.
//! Exits 0 on success, 1 if a test fails or a browser is missing, and 2 on wrong usage.

#[cfg(unix)]
mod command;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("browsers: needs process groups, as on Linux");
    std::process::ExitCode::FAILURE
}
