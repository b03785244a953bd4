//! What the commands print.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// If our output is closed (`cors check … | head`), the exit code still tells.
pub(crate) fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Whether standard output is a terminal that shows colors.
pub(crate) fn is_colored() -> bool {
    let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_refused
}

/// One line about wrong usage.
pub(crate) fn wrong_usage(message: impl AsRef<str>) -> ExitCode {
    eprintln!("cors: {}", escaped(message.as_ref()));
    ExitCode::from(2)
}

/// Escapes control characters, which come from others and a terminal would obey.
pub(crate) fn escaped(text: &str) -> String {
    let shown = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => String::from(character),
    };
    text.chars().map(shown).collect()
}
