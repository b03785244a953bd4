//! The Public Suffix List, read on first use: most policies never ask.
//!
//! [Public Suffix List, algorithm](https://github.com/publicsuffix/list/wiki/Format#algorithm)

use std::collections::HashMap;
use std::sync::LazyLock;

/// Written by `cargo xtask suffixes`: after the notice, a rule on each line.
const FILE: &str = include_str!("rules.txt");

/// What the rules say about each name that is in them, or above one of them.
static NAMES: LazyLock<HashMap<&str, Name>> = LazyLock::new(|| {
    let (_, rules) = FILE.split_once("\n\n").unwrap_or_default();
    let mut names: HashMap<_, Name> = HashMap::new();
    for rule in rules.lines() {
        let (mark, name) = match rule.as_bytes() {
            [b'*', b'.', ..] => ('*', &rule[2..]),
            [b'!', ..] => ('!', &rule[1..]),
            _ => (' ', rule),
        };
        let entry = names.entry(name).or_default();
        match mark {
            '*' => entry.has_star = true,
            '!' => entry.is_exception = true,
            _ => entry.is_rule = true,
        }
        entry.has_below |= mark == '*';
        for (dot, _) in name.match_indices('.') {
            names.entry(&name[dot + 1..]).or_default().has_below = true;
        }
    }
    names
});

#[derive(Clone, Copy, Default)]
struct Name {
    is_rule: bool,
    /// There is a rule with a star in place of the next label.
    has_star: bool,
    is_exception: bool,
    has_below: bool,
}

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
    let mut found = Found { labels: 1, is_known: false, has_below: false };
    let mut above = Name::default();
    let starts = name.rmatch_indices('.').map(|(dot, _)| dot + 1).chain([0]);
    for (labels, start) in (1..).zip(starts) {
        let known = NAMES.get(&name[start..]).copied().unwrap_or_default();
        if known.is_exception {
            return Found { labels: labels - 1, is_known: true, has_below: false };
        }
        if known.is_rule || above.has_star {
            found = Found { labels, is_known: true, ..found };
        }
        if !known.has_below {
            return found;
        }
        above = known;
    }
    Found { has_below: true, ..found }
}
