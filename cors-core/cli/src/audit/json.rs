//! An audit as JSON.

use serde_json::{Value, json};

use super::{Audit, Finding};

pub(super) fn to_json(audit: &Audit) -> String {
    let findings: Vec<_> = audit.findings.iter().map(finding).collect();
    written(&json!({
        "url": audit.url,
        "sent": audit.sent,
        "complete": audit.stopped.is_none() && !audit.is_cut,
        "stopped": audit.stopped,
        "findings": findings,
    }))
}

fn finding(finding: &Finding) -> Value {
    json!({
        "id": finding.id.as_str(),
        "severity": finding.severity.as_str(),
        "origin": finding.origin,
        "credentials": finding.credentials,
        "why": finding.why,
        "fix": finding.fix,
    })
}

/// Text whose only control characters are line feeds: JSON itself lets those above U+007E stand.
pub(super) fn written(value: &Value) -> String {
    let mut text = String::new();
    for character in format!("{value:#}\n").chars() {
        if character.is_control() && character != '\n' {
            text += &format!("\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}
