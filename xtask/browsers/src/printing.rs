//! WebKitGTK's browser without its driver: driven, it prints no console messages.

use std::collections::BTreeSet;
use std::process::Command;

use cors_core::browser::Engine;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::driver::Display;
use crate::home::Home;
use crate::install::Programs;
use crate::process::Process;
use crate::{Job, page};

/// What the console prints while a page at `origin` performs each job. Blocks until all are done.
pub fn messages(origin: &str, jobs: &[Job]) -> Result<Vec<BTreeSet<String>>, String> {
    let Some(last) = jobs.len().checked_sub(1) else { return Ok(Vec::new()) };
    let jobs = jobs.iter().map(Job::to_json).collect::<Result<Vec<_>, _>>()?;
    // No character of it means anything to a shell.
    let fragment: String = byte_serialize(Value::Array(jobs).to_string().as_bytes()).collect();
    let fragment = fragment.replace('+', "%20");
    let mut browser = Browser::open(&format!("{origin}{}#{fragment}", page::CONSOLE))?;
    let end = format!("CONSOLE LOG told {last}");
    browser
        .process
        .wait_for(|said| said.lines().any(|line| line.trim_end().ends_with(&end)).then_some(()))?;
    Ok(by_job(&browser.process.said()))
}

/// What the console prints on this page, until it has printed everything wanted. Blocks until then, for half a minute
/// at most.
pub fn of_page(url: &str, wanted: &[String]) -> Result<BTreeSet<String>, String> {
    let mut browser = Browser::open(url)?;
    let messages = |said: &str| said.lines().filter_map(message).collect::<BTreeSet<_>>();
    let is_all = |said: &str| {
        let printed = messages(said);
        let is_printed = |line: &String| printed.iter().any(|printed| printed.contains(line));
        wanted.iter().all(is_printed).then_some(())
    };
    // If something is missing, the caller sees what is there.
    let _ = browser.process.wait_for(is_all);
    Ok(messages(&browser.process.said()))
}

/// A browser that prints its console. Dropping it ends it.
struct Browser {
    // Dropped in this order: the browser before what it uses.
    process: Process,
    _display: Option<Display>,
    _home: Home,
}

impl Browser {
    fn open(url: &str) -> Result<Self, String> {
        let programs = Programs::find(Engine::WebKit)?;
        let home = Home::new().map_err(|error| format!("no directory for a profile: {error}"))?;
        // Without a terminal, the browser prints everything when it ends, or never.
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--command"]);
        command.arg(format!(
            "{} --enable-write-console-messages-to-stdout=true '{url}'",
            programs.browser.display(),
        ));
        command.arg("/dev/null");
        let display = programs.display.as_deref().map(|it| Display::start(it, &home, &mut command));
        let display = display.transpose()?;
        let process = Process::start(&mut command, home.path().join("browser.log"))?;
        Ok(Self { process, _display: display, _home: home })
    }
}

/// Each message follows its level.
const LEVELS: [&str; 5] = ["ERROR ", "WARN ", "LOG ", "INFO ", "DEBUG "];

/// The messages before each mark.
fn by_job(said: &str) -> Vec<BTreeSet<String>> {
    let (mut all, mut messages) = (Vec::new(), BTreeSet::new());
    for message in said.lines().filter_map(message) {
        if message.strip_prefix("told ").is_some_and(|index| index.parse::<usize>().is_ok()) {
            all.push(std::mem::take(&mut messages));
        } else {
            messages.insert(message);
        }
    }
    all
}

/// Without the position and the kind before it, such as `JS ERROR`. What is UTF-8 is printed as if it were Latin-1.
fn message(line: &str) -> Option<String> {
    let (_, text) = line.trim_end().split_once("CONSOLE ")?;
    let level = LEVELS.iter().find_map(|level| text.find(level).map(|at| at + level.len()))?;
    let text = &text[level..];
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    let read = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(read.unwrap_or_else(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stand_before_their_mark() {
        let said = "CONSOLE SECURITY ERROR Header A has \u{c3}\u{a9}\r\n\
            CONSOLE JS ERROR Fetch API cannot\r\nnoise\r\n\
            http://a.test/x:1:2: CONSOLE LOG told 0\r\nhttp://a.test/x:1:2: CONSOLE LOG told 1\r\n";
        let found = by_job(said);
        let first = ["Fetch API cannot", "Header A has \u{e9}"].map(str::to_owned);
        assert_eq!(found, [BTreeSet::from(first), BTreeSet::new()]);
    }
}
