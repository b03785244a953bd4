//! An audit for people.

use super::{Audit, Severity};
use crate::output::escaped;

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
    if let Some(reason) = &audit.stopped {
        text += &format!("Stopped early: {}. Nothing is known beyond this.\n", escaped(reason));
    }
    for what in &audit.untried {
        text += &format!("Incomplete: {}\n", escaped(what));
    }
    text
}
