//! What the commands print.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::input::{is_of_scheme, public_part};

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
    eprintln!("cors: {}", escaped(&with_public_urls(message.as_ref())));
    ExitCode::from(2)
}

/// Conceals what may be secret in URLs, which may be where none belongs.
fn with_public_urls(message: &str) -> String {
    let (mut shown, mut rest) = (String::new(), message);
    while let Some(separator) = rest.find("://") {
        let before = rest[..separator].trim_end_matches(is_of_scheme);
        let url = &rest[before.len()..];
        let end = match before.chars().next_back() {
            Some(quote @ ('"' | '\'')) => end_of_quoted(url, quote),
            _ => url.find(char::is_whitespace),
        };
        let (url, after) = url.split_at(end.unwrap_or(url.len()));
        shown += before;
        shown += &public_part(url);
        rest = after;
    }
    shown + rest
}

/// Where the quote closes: the text may have it escaped, or inside a word.
fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let closes = |end: &usize| {
        !text[..*end].ends_with('\\') && !text[end + 1..].starts_with(char::is_alphanumeric)
    };
    text.match_indices(quote).map(|(end, _)| end).find(closes)
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
