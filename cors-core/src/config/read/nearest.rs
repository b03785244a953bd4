//! Guesses which key a mistyped one was meant to be.

use super::foreign;
use crate::key::Key;

/// The known key that `written` was probably meant to be. They may differ in a few letters, in `-` or
/// capitals instead of `_`, in the header's `Access-Control-` in front, or in the table. If `written`
/// is another library's key, returns what to write here, which may be a key with its value. `written`
/// is a whole path, such as `danger.max_age`.
pub(super) fn nearest_key(written: &str) -> Option<&'static str> {
    let (in_danger, name) = match written.strip_prefix("danger.") {
        Some(name) => (true, name),
        None => (false, written),
    };
    let danger = (!in_danger).then_some("danger");
    let written = squash(name);
    // `CORS_ALLOWED_ORIGINS` in the environment, `nginx.ingress.kubernetes.io/cors-max-age`.
    let written = written.rfind("cors").map_or(&*written, |cors| &written[cors + "cors".len()..]);
    if let Some(ours) = foreign::ours(written).filter(|_| !in_danger) {
        return Some(ours);
    }
    Key::ALL
        .iter()
        .map(|key| key.name())
        .chain(danger)
        .filter_map(|key| {
            let leaf = key.strip_prefix("danger.");
            let distance = distance(written, &squash(leaf.unwrap_or(key)))?;
            // Of two equally near keys, prefer the one in the table where it was sought.
            Some((distance, leaf.is_some() != in_danger, key))
        })
        .min()
        .map(|(_, _, key)| key)
}

/// Whether `written` is another library's key.
pub(super) fn is_foreign(written: &str) -> bool {
    foreign::ours(&squash(written)).is_some()
}

/// Whether `written` was probably meant to be `name`.
pub(super) fn is_near(written: &str, name: &str) -> bool {
    distance(&squash(written), &squash(name)).is_some()
}

/// Removes what naming conventions differ in.
fn squash(name: &str) -> String {
    let squashed: String =
        name.chars().filter(|c| !"-_. ".contains(*c)).map(|c| c.to_ascii_lowercase()).collect();
    squashed.strip_prefix("accesscontrol").map(str::to_owned).unwrap_or(squashed)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to turn one
/// name into the other. `None` if that is more than one plus a fifth of the letters: such names only
/// look alike by coincidence.
fn distance(a: &str, b: &str) -> Option<usize> {
    let limit = 1 + a.len().max(b.len()) / 5;
    // Otherwise, a long name would be compared letter by letter with each key.
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    Some(edits(a, b)).filter(|distance| *distance <= limit)
}

/// The optimal string alignment distance.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // The distances between the first `i - 2`, `i - 1` and `i` letters of `a`, and each start of `b`.
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            let is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if is_swapped {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_recognised_and_others_are_not() {
        let rows: &[(&str, Option<&str>)] = &[
            ("allow_origin", Some("allow_origins")),
            ("alow_origins", Some("allow_origins")),
            ("allow_orgiins", Some("allow_origins")),
            ("allowOrigins", Some("allow_origins")),
            ("allowed_origins", Some("allow_origins")),
            ("Access-Control-Allow-Origin", Some("allow_origins")),
            ("access-control-max-age", Some("max_age")),
            ("maxage", Some("max_age")),
            ("max_ages", Some("max_age")),
            ("allow_method", Some("allow_methods")),
            ("exposed_headers", Some("expose_headers")),
            ("allow_header", Some("allow_headers")),
            ("dangers", Some("danger")),
            ("danger.allow_null_origins", Some("danger.allow_null_origin")),
            // In the wrong table.
            ("allow_null_origin", Some("danger.allow_null_origin")),
            ("danger.max_age", Some("max_age")),
            // Equally near to both.
            ("allow_nu_originz", Some("allow_origins")),
            ("danger.allow_nu_originz", Some("danger.allow_null_origin")),
            ("danger.danger", None),
            // Nothing like it.
            ("cookies", None),
            ("max", None),
            ("", None),
            ("accesscontrol", None),
            ("日本語", None),
        ];
        for (written, wanted) in rows {
            assert_eq!(nearest_key(written), *wanted, "{written}");
        }
        assert_eq!(nearest_key(&"allow_origins".repeat(10_000)), None);
        for name in Key::ALL.iter().map(|key| key.name()) {
            assert_eq!(nearest_key(name), Some(name));
        }
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, wanted) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "bc", 1),
            ("abc", "axbc", 1),
            ("abc", "axc", 1),
            ("abc", "acb", 1),
            ("ab", "ba", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
            ("é", "e", 1),
        ] {
            assert_eq!(edits(a, b), wanted, "{a} {b}");
            assert_eq!(edits(b, a), wanted, "{b} {a}");
        }
    }

    #[test]
    fn regex_is_found_too() {
        assert!(is_near("regexp", "regex"));
        assert!(is_near("Regex", "regex"));
        assert!(is_near("reg", "regex"));
        assert!(!is_near("re", "regex"));
        assert!(!is_near("pattern", "regex"));
    }
}
