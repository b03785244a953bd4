//! An audit as a log in the Static Analysis Results Interchange Format.
//!
//! [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)

use serde_json::{Value, json};

use super::{Audit, Finding, Id, Severity};
use crate::output;

pub(super) fn to_sarif(audit: &Audit) -> String {
    let rules: Vec<_> = Id::ALL.iter().copied().map(rule).collect();
    let results: Vec<_> = audit.findings.iter().map(|finding| result(audit, finding)).collect();
    let mut notes = Vec::new();
    if let Some(reason) = &audit.stopped {
        notes.push(json!({ "level": "error", "message": { "text": reason } }));
    }
    for text in &audit.untried {
        notes.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    output::json(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cors audit",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": audit.stopped.is_none(),
                "toolExecutionNotifications": notes,
            }],
            "results": results,
            "properties": { "sent": audit.sent },
        }],
    }))
}

fn rule(id: Id) -> Value {
    json!({
        "id": id.as_str(),
        "shortDescription": { "text": id.says() },
        "fullDescription": { "text": id.help() },
        "help": { "text": id.help() },
        "defaultConfiguration": { "level": match id {
            Id::Public => Severity::Note,
            Id::AnyOrigin | Id::AllowRefused | Id::MultipleOrigins => Severity::Error,
            _ => Severity::Warning,
        }.as_str() },
    })
}

fn result(audit: &Audit, finding: &Finding) -> Value {
    let index = Id::ALL.iter().position(|id| *id == finding.id);
    let who = finding.origin.as_deref().unwrap_or_default();
    json!({
        "ruleId": finding.id.as_str(),
        "ruleIndex": index,
        "level": finding.severity.as_str(),
        "message": { "text": format!(
            "{}: {}\n{}\n{}", finding.id.says(), who, finding.why, finding.fix
        ) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": audit.url } } }],
        "partialFingerprints": { "cors/v1": format!("{} {who}", finding.id.as_str()) },
        "properties": {
            "origin": finding.origin,
            "credentials": finding.credentials,
            "why": finding.why,
            "fix": finding.fix,
        },
    })
}
