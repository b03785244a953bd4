//! The rows: what is asked of which policy.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::request::{Ask, Expected, RequestHeaders};

/// A policy, by what is telling about it. All have the same methods, headers and age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// This many origins, with credentials.
    Origins(usize),
    /// The same, where a request from any other origin is refused before the handler.
    Forbid(usize),
    /// This many patterns of subdomains, with credentials.
    Subdomains(usize),
    /// One regular expression, with credentials.
    Regex,
    /// `*`, without credentials.
    Any,
    /// `*` with credentials: every origin is echoed.
    Echo,
    /// This many origins, with credentials, and every request header.
    AnyHeader(usize),
}

impl PolicyKind {
    /// How many origins it lists.
    pub fn entries(self) -> usize {
        match self {
            Self::Origins(n) | Self::Forbid(n) | Self::Subdomains(n) | Self::AnyHeader(n) => n,
            Self::Regex | Self::Any | Self::Echo => 1,
        }
    }
}

/// What serves the request if nothing stands in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Handler {
    /// A small body, and no headers beyond what the framework sets.
    Plain,
    /// Ten headers of its own, and `Vary`.
    OwnHeaders,
}

impl Handler {
    /// Where it is served.
    pub fn path(self) -> &'static str {
        match self {
            Self::Plain => "/",
            Self::OwnHeaders => "/headers",
        }
    }
}

/// What becomes of the request, and so which limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It reaches the handler.
    Handled,
    /// It is answered before the handler.
    Answered,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is called.
    pub name: String,
    /// The policy.
    pub policy: PolicyKind,
    /// The request.
    pub ask: Ask,
    /// The handler.
    pub handler: Handler,
    /// What becomes of the request.
    pub kind: Kind,
    /// What the right answer is.
    pub expected: Expected,
}

impl Row {
    /// Whether the policy is so long that who walks through it takes milliseconds.
    pub fn is_long(&self) -> bool {
        self.policy.entries() > FEW
    }

    /// Whether it is one of the everyday rows.
    pub fn is_everyday(&self) -> bool {
        self.policy == PolicyKind::Origins(100)
            && self.expected == Expected::Allowed
            && matches!(self.ask.request_headers, None | Some(RequestHeaders::Allowed))
    }
}

/// The most origins that a policy has where time is short.
pub const FEW: usize = 10_000;

/// A number as people write it: 10,000.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Every row whose name holds one of the texts; all of them if there is no text. A quick run has no
/// policy of more than [`FEW`] origins.
pub fn rows(texts: &[String], quick: bool) -> Vec<Row> {
    let mut rows = all();
    rows.retain(|row| {
        (texts.is_empty() || texts.iter().any(|text| row.name.contains(text.as_str())))
            && !(quick && row.policy.entries() > FEW)
    });
    rows
}

/// Every row there is.
pub fn all() -> Vec<Row> {
    use Expected::{Allowed, Refused};
    use PolicyKind::{Any, AnyHeader, Echo, Forbid, Origins, Regex, Subdomains};

    let handled = |name: String, policy, ask, expected| Row {
        name,
        policy,
        ask,
        handler: Handler::Plain,
        kind: Kind::Handled,
        expected,
    };
    let answered = |name: String, policy, ask, expected| Row {
        kind: Kind::Answered,
        ..handled(name, policy, ask, expected)
    };

    let mut rows = vec![handled("no Origin".to_owned(), Origins(100), Ask::same_origin(), Refused)];
    for n in [1, 10, 100, 1_000, 10_000, 1_000_000] {
        let name = format!("allowed, last of {}", thousands(n));
        rows.push(handled(name, Origins(n), Ask::get(APP), Allowed));
    }
    for n in [100, 1_000_000] {
        let name = format!("not allowed, of {}", thousands(n));
        rows.push(handled(name, Origins(n), Ask::get(STRANGER), Refused));
    }
    for n in [1, 100, 1_000_000] {
        let name = format!("preflight, of {}", thousands(n));
        rows.push(answered(name, Origins(n), Ask::preflight(APP), Allowed));
    }
    for (by, ask) in [
        ("origin", Ask::preflight(STRANGER)),
        ("method", Ask::preflight(APP).method("PATCH")),
        ("header", Ask::preflight(APP).headers(RequestHeaders::Refused)),
    ] {
        rows.push(answered(format!("preflight refused by {by}"), Origins(100), ask, Refused));
    }
    for list in RequestHeaders::LISTS {
        for kib in [1, 4, 8, 60] {
            let ask = Ask::preflight(APP).headers(list(kib));
            let expected = ask.expected();
            let name = format!("header list, {}", list_name(kib, &ask));
            rows.push(answered(name, Origins(100), ask, expected));
        }
    }
    for kib in [1, 4, 60] {
        let ask = Ask::preflight(APP).headers(RequestHeaders::Distinct(kib));
        let name = format!("any header, {}", list_name(kib, &ask));
        let expected = if kib <= 4 { Allowed } else { Refused };
        rows.push(answered(name, AnyHeader(100), ask, expected));
    }
    rows.push(handled("any origin".to_owned(), Any, Ask::get(APP), Allowed));
    for n in [10, 10_000] {
        for (hit, origin, expected) in [("hit", SUBDOMAIN, Allowed), ("miss", STRANGER, Refused)] {
            let name = format!("{} subdomains, {hit}", thousands(n));
            rows.push(handled(name, Subdomains(n), Ask::get(origin), expected));
        }
    }
    for (hit, origin, expected) in [("hit", SUBDOMAIN, Allowed), ("miss", STRANGER, Refused)] {
        rows.push(handled(format!("regex, {hit}"), Regex, Ask::get(origin), expected));
    }
    rows.push(answered("forbid".to_owned(), Forbid(100), Ask::get(STRANGER), Refused));
    rows.push(handled("echo with credentials".to_owned(), Echo, Ask::get(APP), Allowed));
    let own = handled("ten own headers and Vary".to_owned(), Origins(100), Ask::get(APP), Allowed);
    rows.push(Row { handler: Handler::OwnHeaders, ..own });
    rows
}

fn list_name(kib: usize, ask: &Ask) -> String {
    let what = ask.request_headers.as_ref().map_or("", RequestHeaders::name);
    format!("{kib} KiB of {what}")
}

/// The origin that every policy of origins allows, and the last of its list.
pub const APP: &str = "https://app.example.com";

/// An origin that none allows.
pub const STRANGER: &str = "https://app.example.net";

/// One that the last pattern of subdomains and the regular expression allow.
pub const SUBDOMAIN: &str = "https://pr-1.example.com";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use cors_core::Decision;
    use http::Request;

    use super::*;
    use crate::policy;

    #[test]
    fn names_are_unique_and_chosen_by_their_text() {
        let all = rows(&[], false);
        let names: HashSet<_> = all.iter().map(|row| &row.name).collect();
        assert_eq!(names.len(), all.len());

        let chosen = rows(&["subdomains".to_owned(), "forbid".to_owned()], false);
        let names: Vec<_> = chosen.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "10 subdomains, hit",
                "10 subdomains, miss",
                "10,000 subdomains, hit",
                "10,000 subdomains, miss",
                "forbid",
            ]
        );
        let quick = rows(&["1,000,000".to_owned()], true);
        assert!(quick.is_empty() && rows(&["1,000,000".to_owned()], false).len() == 3);
    }

    #[test]
    fn the_policy_decides_as_the_row_expects() {
        for row in rows(&[], true) {
            let mut request = Request::new(());
            *request.method_mut() = row.ask.own_method();
            *request.headers_mut() = row.ask.header_map();
            let decision = policy::ours(row.policy).decide(&request);
            let expected = match row.expected {
                Expected::Allowed => matches!(decision, Decision::Simple | Decision::Preflight),
                Expected::Refused => matches!(decision, Decision::NotCors | Decision::Reject(_)),
            };
            assert!(expected, "{row}: {decision:?}");
        }
    }

    #[test]
    fn numbers_are_written_in_threes() {
        let written = [0, 1, 999, 1_000, 12_345, 1_000_000].map(thousands);
        assert_eq!(written, ["0", "1", "999", "1,000", "12,345", "1,000,000"]);
    }
}
