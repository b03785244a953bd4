//! An audit as JSON.

use serde_json::{Value, json};

use super::{Audit, Finding};
use crate::output;

pub(super) fn to_json(audit: &Audit) -> String {
    let findings: Vec<_> = audit.findings.iter().map(finding).collect();
    let readers: Vec<_> = audit
        .readers
        .iter()
        .map(|reader| json!({ "origin": reader.origin, "credentials": reader.credentials }))
        .collect();
    output::json(&json!({
        "url": audit.url,
        "sent": audit.sent,
        "complete": audit.stopped.is_none() && audit.untried.is_empty(),
        "untried": audit.untried,
        "stopped": audit.stopped,
        "readers": readers,
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
