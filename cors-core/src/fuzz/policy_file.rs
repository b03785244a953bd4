//! Policy files, in both formats.

use crate::config::file::{Format, Located, Report, check};
use crate::{Config, Policy};

/// The bytes are the text of a file.
///
/// Findings are in the order of the file's lines, and each prints as one line. The config equals
/// what `serde` reads from the text, and round-trips.
pub fn policy_file(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let toml = check(text, Format::Toml);
    findings(text, &toml);
    assert_eq!(toml.policy(), built(toml::from_str(text).ok()).as_ref(), "{toml}");
    let json = check(text, Format::Json);
    findings(text, &json);
    assert_eq!(json.policy(), built(serde_json::from_str(text).ok()).as_ref(), "{json}");
    for policy in [toml.policy(), json.policy()].into_iter().flatten() {
        comes_back(policy);
    }
}

fn built(config: Option<Config>) -> Option<Policy> {
    Policy::new(&config?).ok()
}

fn findings(text: &str, report: &Report) {
    let lines = text.lines().count().max(1);
    for found in report.findings() {
        let printed = found.to_string();
        assert!((1..=lines).contains(&found.line), "{lines} lines: {printed}");
        assert!(!printed.contains(char::is_control), "{printed:?}");
    }
    assert!(report.findings().is_sorted_by_key(|found| found.line), "{report}");
    assert_eq!(report.policy().is_none(), report.findings().iter().any(Located::is_error));
}

fn comes_back(policy: &Policy) {
    let config = policy.config();
    let toml = toml::to_string(&config).expect("a policy's numbers are small");
    let json = serde_json::to_string(&config).expect("a policy's numbers are small");
    let shown = policy.to_string();
    let written = [(toml, Format::Toml), (shown, Format::Toml), (json, Format::Json)];
    for (written, format) in written {
        let again = check(&written, format).into_policy().ok();
        assert_eq!(again.as_ref(), Some(policy), "{written}");
        assert_eq!(again.map(|policy| policy.config()).as_ref(), Some(&config), "{written}");
    }
}
