//! The Public Suffix List, searched in its text: it is asked when a policy is built, and almost never
//! again, so it should cost a build little.
//!
//! [Public Suffix List, algorithm](https://github.com/publicsuffix/list/wiki/Format#algorithm)

use std::cmp::Ordering;

/// Written by `cargo xtask suffixes`: after the notice, each rule with its labels from the top down,
/// sorted with the dot before all other bytes. So a rule comes right before those below it.
const FILE: &str = include_str!("rules.txt");

/// What the list says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// How many labels the public suffix has. One, if no rule matches.
    pub(super) labels: usize,
    /// Whether a rule matches.
    pub(super) is_known: bool,
    /// Whether there are rules below the name.
    pub(super) has_below: bool,
}

/// Looks up a name in lower case, without a trailing dot.
pub(super) fn find(name: &str) -> Found {
    let (_, mut rules) = FILE.split_once("\n\n").unwrap_or_default();
    let mut found = Found { labels: 1, is_known: false, has_below: false };
    let mut path = String::with_capacity(name.len() + 2);
    for (depth, label) in name.rsplit('.').enumerate() {
        let above = path.len();
        let dot = if depth == 0 { "" } else { "." };
        path.push_str(dot);
        if depth > 0 {
            // An exception to the rule that the star makes.
            path.push('!');
            path.push_str(label);
            if !at_or_below(rules, &path).is_empty() {
                return Found { labels: depth, is_known: true, has_below: false };
            }
            path.truncate(above);
            path.push_str(".*");
            if !at_or_below(rules, &path).is_empty() {
                found = Found { labels: depth + 1, is_known: true, ..found };
            }
            path.truncate(above);
            path.push('.');
        }
        path.push_str(label);
        rules = at_or_below(rules, &path);
        if rules.lines().next() == Some(&*path) {
            found = Found { labels: depth + 1, is_known: true, ..found };
        }
        if rules.is_empty() {
            return found;
        }
    }
    let is_rule = rules.lines().next() == Some(&*path);
    Found { has_below: rules.lines().nth(usize::from(is_rule)).is_some(), ..found }
}

/// The lines of sorted rules that are this path or lie below it.
fn at_or_below<'r>(rules: &'r str, path: &str) -> &'r str {
    let (_, rest) = partition(rules, |line| compare(line, path) == Ordering::Less);
    let is_below = |line: &str| {
        line.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    partition(rest, is_below).0
}

/// Splits lines into those that `is_first` accepts and the rest. All of them come before the rest.
fn partition(lines: &str, is_first: impl Fn(&str) -> bool) -> (&str, &str) {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = lines[low..middle].rfind('\n').map_or(low, |newline| low + newline + 1);
        let end = lines[start..].find('\n').map_or(lines.len(), |newline| start + newline + 1);
        if is_first(lines[start..end].trim_end()) {
            low = end;
        } else {
            high = start;
        }
    }
    lines.split_at(low)
}

fn compare(one: &str, other: &str) -> Ordering {
    let rank = |byte: u8| if byte == b'.' { 0 } else { byte };
    one.bytes().map(rank).cmp(other.bytes().map(rank))
}
