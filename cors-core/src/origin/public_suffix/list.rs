//! The Public Suffix List, read on first use: most policies never ask.
//!
//! [Public Suffix List, algorithm](https://github.com/publicsuffix/list/wiki/Format#algorithm)

use std::collections::HashMap;
use std::sync::LazyLock;

/// Written by `cargo xtask suffixes`: a notice, an empty line, a pair for each byte, and the rules,
/// in which bytes stand for pairs.
const FILE: &[u8] = include_bytes!("rules.bin");

/// What the rules say about each name that is in them, or above one of them.
static NAMES: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let rules: &str = unpacked().expect("the file is as `suffixes` wrote it").leak();
    let mut names = HashMap::new();
    for rule in rules.lines() {
        let (mut name, mut what) = match rule.split_at(1) {
            ("*", below) => (&below[1..], HAS_STAR | HAS_BELOW),
            ("!", name) => (name, IS_EXCEPTION),
            _ => (rule, IS_RULE),
        };
        loop {
            *names.entry(name).or_insert(0) |= what;
            let Some((_, above)) = name.split_once('.') else { break };
            (name, what) = (above, HAS_BELOW);
        }
    }
    names
});

const IS_RULE: u8 = 1;
/// There is a rule with a star in place of the next label.
const HAS_STAR: u8 = 1 << 1;
const IS_EXCEPTION: u8 = 1 << 2;
const HAS_BELOW: u8 = 1 << 3;

/// The rules, one per line. Unpacked, they repeat their endings, which the file has once per group.
fn unpacked() -> Option<String> {
    let notice = FILE.windows(2).position(|two| two == b"\n\n")?;
    let (pairs, packed) = FILE[notice + 2..].split_at_checked(2 * 256)?;
    let (pairs, _) = pairs.as_chunks::<2>();
    let mut groups = String::new();
    let mut rest = Vec::new();
    for byte in packed {
        rest.push(*byte);
        while let Some(byte) = rest.pop() {
            match pairs[usize::from(byte)] {
                [0, 0] => groups.push(byte.into()),
                [first, second] => {
                    rest.push(second);
                    rest.push(first);
                }
            }
        }
    }
    let mut rules = String::new();
    for group in groups.lines() {
        let (above, labels) = group.split_once(' ')?;
        for above in above.split(',') {
            let mut label = String::new();
            for c in labels.chars() {
                // Ends a label. `A`: the next begins differently. `B`: it has the same first letter. `C`: the
                // same two, and so on.
                if c.is_ascii_uppercase() {
                    for part in [&label, above, "\n"] {
                        rules.push_str(part);
                    }
                    label.truncate(usize::from(c as u8 - b'A'));
                } else {
                    label.push(c);
                }
            }
        }
    }
    Some(rules)
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
    let mut above = 0;
    let starts = name.rmatch_indices('.').map(|(dot, _)| dot + 1).chain([0]);
    for (labels, start) in (1..).zip(starts) {
        let known = NAMES.get(&name[start..]).copied().unwrap_or(0);
        if known & IS_EXCEPTION != 0 {
            return Found { labels: labels - 1, is_known: true, has_below: false };
        }
        if known & IS_RULE != 0 || above & HAS_STAR != 0 {
            found = Found { labels, is_known: true, ..found };
        }
        if known & HAS_BELOW == 0 {
            return found;
        }
        above = known;
    }
    Found { has_below: true, ..found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_rules_are_the_rules() {
        let text = include_str!("rules.txt").split_once("\n\n").unwrap().1;
        let unpacked = unpacked().unwrap();
        let sorted = |text| {
            let mut rules: Vec<&str> = str::lines(text).collect();
            rules.sort_unstable();
            rules
        };
        assert_eq!(sorted(&unpacked), sorted(text));
    }
}
