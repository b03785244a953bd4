//! How another's answer differs from ours, in words.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// What the other does, by its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// The same, or the same in other words.
    Same,
    /// Less: something is missing that caches or browsers go by.
    Less,
    /// More.
    More,
    /// Something else.
    Other,
}

/// How an answer differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What that comes to.
    pub work: Work,
    /// The differences, each in words.
    pub words: Vec<String>,
}

/// The headers that count, and what they are called here.
const HEADERS: [(&str, &str); 8] = [
    ("vary", "Vary"),
    ("access-control-allow-origin", "Allow-Origin"),
    ("access-control-allow-credentials", "Allow-Credentials"),
    ("access-control-expose-headers", "Expose-Headers"),
    ("access-control-allow-methods", "Allow-Methods"),
    ("access-control-allow-headers", "Allow-Headers"),
    ("access-control-max-age", "Max-Age"),
    ("access-control-allow-private-network", "Allow-Private-Network"),
];

/// A value that is told in full is no longer than this.
const SHORT: usize = 40;

impl Difference {
    /// Of another's answer from ours.
    pub fn of(ours: &Answer, theirs: &Answer) -> Self {
        let mut words = Vec::new();
        let (mut without, mut also, mut other) = (Vec::new(), Vec::new(), Vec::new());
        let mut other_work = false;
        if ours.status != theirs.status {
            words.push(format!("{} -> {}", ours.status, theirs.status));
            other_work = ours.status / 100 != theirs.status / 100;
        }
        for (name, called) in HEADERS {
            let (own, their) = (elements(ours, name), elements(theirs, name));
            if own == their {
                continue;
            }
            let difference = |of: &BTreeSet<String>, from: &BTreeSet<String>| {
                of.difference(from).map(String::as_str).collect::<Vec<_>>().join("+")
            };
            let (missing, added) = (difference(&own, &their), difference(&their, &own));
            match (own.is_empty(), their.is_empty()) {
                (_, true) => without.push(called.to_owned()),
                (true, _) => also.push(called.to_owned()),
                _ if name == "vary" => {
                    without.extend((!missing.is_empty()).then(|| format!("{called}: {missing}")));
                    also.extend((!added.is_empty()).then(|| format!("{called}: {added}")));
                }
                _ => other.push(format!("{called} {} -> {}", text(&own), text(&their))),
            }
        }
        other_work |= !other.is_empty();
        let (less, more) = (!without.is_empty(), !also.is_empty());
        words.extend(less.then(|| format!("without {}", without.join(", "))));
        words.extend(more.then(|| format!("also {}", also.join(", "))));
        words.extend(other);
        let work = match (less, more, other_work) {
            (false, false, false) => Work::Same,
            (true, false, false) => Work::Less,
            (false, true, false) => Work::More,
            _ => Work::Other,
        };
        Self { work, words }
    }
}

/// A value, or how long it is.
fn text(elements: &BTreeSet<String>) -> String {
    let text = elements.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    if text.len() > SHORT { format!("{} bytes", text.len()) } else { text }
}

/// The elements of a list, in no order and of no case.
fn elements(answer: &Answer, name: &str) -> BTreeSet<String> {
    let elements = answer.get(name).flat_map(|line| line.split(','));
    elements
        .map(|element| element.trim().to_ascii_lowercase())
        .filter(|element| !element.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, lines: &[(&str, &str)]) -> Answer {
        Answer::new(status, lines.iter().map(|(name, value)| (*name, value.as_bytes())))
    }

    #[test]
    fn in_words() {
        let ours = answer(
            204,
            &[
                ("vary", "Origin, Access-Control-Request-Method"),
                ("access-control-allow-origin", "https://a.example"),
                ("access-control-allow-methods", "PUT,GET"),
            ],
        );
        let more: &[(&str, &str)] = &[
            ("vary", "origin,access-control-request-method"),
            ("access-control-allow-origin", "https://a.example"),
            ("access-control-allow-methods", "GET, PUT"),
            ("access-control-max-age", "600"),
            ("content-length", "0"),
        ];
        let less: &[(&str, &str)] =
            &[("vary", "Origin"), ("access-control-allow-origin", "https://a.example")];
        let star = ("access-control-allow-origin", "*");
        for (theirs, work, words) in [
            (answer(200, &more[..3]), Work::Same, &["204 -> 200"][..]),
            (answer(204, more), Work::More, &["also Max-Age"]),
            (
                answer(204, less),
                Work::Less,
                &["without Vary: access-control-request-method, Allow-Methods"],
            ),
            (answer(403, &more[..3]), Work::Other, &["204 -> 403"]),
            (
                answer(204, &[star, more[0], more[2]]),
                Work::Other,
                &["Allow-Origin https://a.example -> *"],
            ),
            (
                answer(204, &[less[1], more[3]]),
                Work::Other,
                &["without Vary, Allow-Methods", "also Max-Age"],
            ),
        ] {
            let difference = Difference::of(&ours, &theirs);
            assert_eq!(
                (difference.work, &difference.words[..]),
                (work, &words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()[..])
            );
        }
        assert_eq!(Difference::of(&ours, &ours), Difference { work: Work::Same, words: vec![] });
    }
}
