//! An audit for people.

use super::{Audit, Id, Reader, Severity};
use crate::output::escaped;

/// More of them are not shown.
const MAX_READERS: usize = 10;

/// Who can read, as far as it was tried.
fn readers(audit: &Audit) -> String {
    let found = |id| audit.findings.iter().any(|finding| finding.id == id);
    if found(Id::AnyOrigin) {
        return "any origin with credentials".to_owned();
    }
    let is_public = found(Id::Public);
    let of_note = |reader: &&Reader| !is_public || reader.credentials;
    let readers = audit.readers.iter().filter(of_note);
    let more = readers.clone().count().saturating_sub(MAX_READERS);
    let shown = readers.take(MAX_READERS).map(|reader| {
        let with = if reader.credentials { " with credentials" } else { "" };
        format!("{}{with}", escaped(&reader.origin))
    });
    let anyone = is_public.then(|| "any origin".to_owned());
    let more = (more > 0).then(|| format!("{more} more"));
    let shown: Vec<_> = anyone.into_iter().chain(shown).chain(more).collect();
    if shown.is_empty() { "no origin that was tried".to_owned() } else { shown.join(", ") }
}

pub(super) fn to_text(audit: &Audit) -> String {
    let mut text = String::new();
    for finding in &audit.findings {
        let who = finding.origin.as_deref().unwrap_or("any origin");
        let with = if finding.credentials { " with credentials" } else { "" };
        text += &format!(
            "{} {}: {} ({}{with})\n  why: {}\n  fix: {}\n",
            finding.severity.as_str(),
            finding.id.as_str(),
            finding.id.says(),
            escaped(who),
            escaped(&finding.why),
            // Its lines are ours.
            finding.fix.lines().map(escaped).collect::<Vec<_>>().join("\n       "),
        );
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let count = |severity, noun: &str| {
        let number = audit.findings.iter().filter(|f| f.severity == severity).count();
        format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
    };
    text += &format!(
        "{}: {}, {}, {} ({} request{})\n",
        escaped(&audit.url),
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Note, "note"),
        audit.sent,
        if audit.sent == 1 { "" } else { "s" },
    );
    text += &format!("Can read: {}\n", readers(audit));
    if let Some(reason) = &audit.stopped {
        text += &format!("Stopped early: {}. Nothing is known beyond this.\n", escaped(reason));
    }
    for what in &audit.untried {
        text += &format!("Incomplete: {}\n", escaped(what));
    }
    text
}
