//! An explanation as a page of text.

use super::{Change, CookieWay, Event, Explanation, InCookie, InEngine, Reads};
use crate::browser::{Initiator, Shared, Taken, Verdict};
use http::HeaderMap;
use std::fmt;

/// An [`Explanation`] that prints in color, with ANSI escape sequences.
#[derive(Clone, Copy, Debug)]
pub struct InColor<'e>(&'e Explanation);

impl Explanation {
    /// Prints in color, for a terminal.
    ///
    /// ```
    /// # use cors_core::{Policy, browser::Fetch, explain::{InColor, explain}};
    /// # let policy = Policy::for_origins("https://app.example.com").build()?;
    /// let explanation = explain(&policy, &Fetch::new("https://evil.test", "https://api.example/"));
    /// let page: InColor<'_> = explanation.in_color();
    /// assert!(page.to_string().contains("\x1b[31mnot readable\x1b[0m"));
    /// assert!(!explanation.to_string().contains('\x1b'));
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn in_color(&self) -> InColor<'_> {
        InColor(self)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Page { explanation: self, color: false }.write(f)
    }
}

impl fmt::Display for InColor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Page { explanation: self.0, color: true }.write(f)
    }
}

#[derive(Clone, Copy)]
enum Color {
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Cyan = 36,
}

struct Page<'e> {
    explanation: &'e Explanation,
    color: bool,
}

impl Page<'_> {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let explanation = self.explanation;
        writeln!(f, "{}\n", self.paint(Color::Bold, &explanation.fetch.to_string()))?;
        let width = explanation.events.iter().filter_map(step_id).map(str::len).max();
        for event in &explanation.events {
            match event {
                Event::Step(taken) => self.step(f, taken, width.unwrap_or_default())?,
                Event::Sent(request) => {
                    let line = format!("> {} {}", request.method(), request.uri());
                    writeln!(f, "{}", self.paint(Color::Cyan, &line))?;
                    self.headers(f, request.headers())?;
                }
                Event::Unanswered(why) => {
                    writeln!(f, "{}", self.paint(Color::Cyan, &format!("< no answer: {why}")))?;
                }
                Event::Received(response) => {
                    let line = format!("< {}", response.status());
                    writeln!(f, "{}", self.paint(Color::Cyan, &line))?;
                    self.headers(f, response.headers())?;
                }
            }
        }
        writeln!(f)?;
        self.verdict(f)?;
        if let Some(fix) = &explanation.fix {
            write!(f, "\n\n{}", self.paint(Color::Bold, "fix"))?;
            for change in fix.changes() {
                match change {
                    Change::Answer { to, lines } => {
                        write!(f, "\n  on the answer to {}:", plain(to))?;
                        lines.iter().try_for_each(|line| write!(f, "\n    {}", plain(line)))?;
                    }
                    other => write!(f, "\n  {}", plain(&other.to_string()))?,
                }
            }
            for caution in fix.cautions() {
                write!(f, "\n  but {caution}")?;
            }
        }
        let usual = if explanation.is_success() { Reads::Yes } else { Reads::No };
        let differs = |of: &InEngine| of.reads != usual;
        if explanation.engines.iter().any(|of| of.console.is_some() || differs(of)) {
            write!(f, "\n\n{}", self.paint(Color::Bold, "console"))?;
            for of in &explanation.engines {
                let message = match &of.console {
                    Some(message) => message,
                    None => match of.reads {
                        Reads::Yes => "(nothing: this engine lets the script read)",
                        Reads::Asks => {
                            "(nothing: this engine asks the user, and lets the script read if they agree)"
                        }
                        Reads::No => "(nothing)",
                    },
                };
                let message = plain(message).replace('\n', "\n            ");
                write!(f, "\n  {:<10}{message}", of.engine.name())?;
            }
        }
        self.cookies(f)
    }

    /// Each cookie: a line if the engines agree, or else one for each.
    fn cookies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engines = &self.explanation.engines;
        let mut known: Vec<&InCookie> = Vec::new();
        for cookie in engines.iter().flat_map(|of| &of.cookies) {
            if !known.iter().any(|it| it.is_alike(cookie)) {
                known.push(cookie);
            }
        }
        if known.is_empty() {
            return Ok(());
        }
        write!(f, "\n\n{}", self.paint(Color::Bold, "cookies"))?;
        for cookie in known {
            let ways = engines.each_ref().map(|of| {
                // The last of several lines with the same name counts.
                of.cookies.iter().rev().find(|it| it.is_alike(cookie)).map(InCookie::outcome)
            });
            let what = match (&*cookie.fate.name, cookie.way) {
                ("", CookieWay::Sent) => {
                    format!("a cookie without a name, with {}", cookie.request)
                }
                ("", CookieWay::Set) => {
                    format!("a cookie without a name, set by {}", cookie.request)
                }
                (name, CookieWay::Sent) => format!("{name}, with {}", cookie.request),
                (name, CookieWay::Set) => format!("{name}, set by {}", cookie.request),
            };
            let outcome = |way: &Option<String>| match way {
                Some(outcome) => plain(outcome),
                None => "(nothing)".to_owned(),
            };
            if ways.iter().all(|way| *way == ways[0]) {
                write!(f, "\n  {}: {}", plain(&what), outcome(&ways[0]))?;
                continue;
            }
            write!(f, "\n  {}", plain(&what))?;
            for (of, way) in engines.iter().zip(&ways) {
                write!(f, "\n    {:<10}{}", of.engine.name(), outcome(way))?;
            }
        }
        for line in &self.explanation.cookie_advice {
            write!(f, "\n  {}", plain(line))?;
        }
        Ok(())
    }

    fn step(&self, f: &mut fmt::Formatter<'_>, taken: &Taken, width: usize) -> fmt::Result {
        let id = format!("{:<width$}", taken.step.id());
        if taken.failed {
            let line = format!("x {id}  {}", taken.says);
            writeln!(f, "{}", self.paint(Color::Red, &line))
        } else {
            writeln!(f, "  {}  {}", self.paint(Color::Dim, &id), plain(&taken.says))
        }
    }

    fn headers(&self, f: &mut fmt::Formatter<'_>, headers: &HeaderMap) -> fmt::Result {
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        lines.sort();
        for (name, value) in lines {
            writeln!(f, "    {} {}", self.paint(Color::Dim, &format!("{name}:")), plain(&value))?;
        }
        Ok(())
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.explanation.verdict {
            Verdict::Readable(readable) => {
                let names = self.explanation.headers();
                let what = match &readable.shared {
                    Shared::All => "all except set-cookie".to_owned(),
                    _ if names.is_empty() => "none".to_owned(),
                    Shared::Names(_) => names.join(", "),
                };
                let what = format!("status, body and headers: {}", plain(&what));
                self.success(f, "readable", &what)
            }
            Verdict::Opened => self.success(f, "open", "CORS does not apply to a WebSocket"),
            Verdict::Loaded => self.success(
                f,
                "loaded",
                "CORS does not apply to a frame, and pages of other origins cannot read it",
            ),
            Verdict::Sent => self.success(f, "sent", "nobody reads the response to a beacon"),
            Verdict::Opaque => {
                write!(f, "{}", self.paint(Color::Red, "not readable"))?;
                f.write_str(match self.explanation.fetch.initiator {
                    Initiator::Script => {
                        ": the script runs, and its errors are only \"Script error.\""
                    }
                    Initiator::Image => ": the image shows, and taints a canvas",
                    Initiator::Stylesheet => {
                        ": the stylesheet applies, and scripts cannot read its rules"
                    }
                    _ => ": in mode no-cors, scripts see nothing of the response",
                })
            }
            Verdict::OpaqueRedirect => {
                write!(f, "{}", self.paint(Color::Red, "not readable"))?;
                f.write_str(": the script learns only that there was a redirect")
            }
            Verdict::Failed(Taken { step, .. }) => {
                write!(f, "{}: {}", self.paint(Color::Red, "not readable"), step.section())?;
                write!(f, "\n  {}\n  {}", step.rule(), step.url())
            }
        }?;
        match &self.explanation.refused {
            Some(reason) => write!(f, "\n  the policy: {reason}"),
            None => Ok(()),
        }
    }

    fn success(&self, f: &mut fmt::Formatter<'_>, word: &str, says: &str) -> fmt::Result {
        write!(f, "{}", self.paint(Color::Green, word))?;
        for of in &self.explanation.engines {
            match of.reads {
                Reads::Yes => {}
                Reads::No => write!(f, ", but not in {}", of.engine.name())?,
                Reads::Asks => write!(f, ", if the user of {} agrees", of.engine.name())?,
            }
        }
        write!(f, ": {says}")
    }

    fn paint(&self, color: Color, text: &str) -> String {
        let text = plain(text);
        if self.color { format!("\x1b[{}m{text}\x1b[0m", color as u8) } else { text }
    }
}

/// Longer texts are cut: a server can send any amount.
const MAX_SHOWN: usize = 2000;

/// Escapes what a header may contain and a terminal would obey: control characters, and marks that
/// have no width or turn the direction of writing.
fn plain(text: &str) -> String {
    let turns = |character| {
        matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
    };
    if let Some((end, _)) = text.char_indices().nth(MAX_SHOWN) {
        let more = text.len() - end;
        return format!("{}… ({more} bytes more)", plain(&text[..end]));
    }
    let shown = |character: char| match character {
        '\n' => String::from(character),
        _ if character.is_control() || turns(character) => character.escape_default().to_string(),
        _ => String::from(character),
    };
    text.chars().map(shown).collect()
}

fn step_id(event: &Event) -> Option<&'static str> {
    match event {
        Event::Step(taken) => Some(taken.step.id()),
        _ => None,
    }
}
