//! What the commands print.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// If our output is closed (`cors check … | head`), the exit code still tells.
pub(crate) fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Whether standard output is a terminal that shows colors.
pub(crate) fn is_colored() -> bool {
    let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_refused
}

/// Does the work. While it takes long, a terminal shows that it goes on, and for how long so far.
pub(crate) fn with_progress<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    let (working, ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let start = Instant::now();
            let every = Duration::from_millis(500);
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                // The line that it replaces may be longer.
                eprint!("\r{}, {:.1} s\x1b[K", escaped(what), start.elapsed().as_secs_f32());
            }
            if start.elapsed() >= every {
                eprint!("\r\x1b[K");
            }
        });
        let result = work();
        drop(working);
        result
    })
}

/// One line about wrong usage.
pub(crate) fn wrong_usage(message: impl AsRef<str>) -> ExitCode {
    eprintln!("cors: {}", escaped(message.as_ref()));
    ExitCode::from(2)
}

/// Escapes what others wrote and a terminal would obey: control characters, and marks that have
/// no width or turn the direction of writing.
pub(crate) fn escaped(text: &str) -> String {
    let shown = |character: char| match is_obeyed(character) {
        true => character.escape_default().to_string(),
        false => String::from(character),
    };
    text.chars().map(shown).collect()
}

/// As text, with the same characters escaped as JSON does it.
pub(crate) fn json(value: &Value) -> String {
    let text = format!("{value:#}\n");
    let shown = |character: char| match is_obeyed(character) && character != '\n' {
        true => format!("\\u{:04x}", u32::from(character)),
        false => String::from(character),
    };
    text.chars().map(shown).collect()
}

fn is_obeyed(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    character.is_control() || turns
}
