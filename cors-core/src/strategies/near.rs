//! Origins that almost match an entry of a policy.

use crate::browser::near_misses as misses;
use crate::engine::policy::Policy;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Values of an `Origin` header that almost match one of the policy's patterns. Another entry may
/// still allow one.
///
/// They are those of [`browser::near_misses`](crate::browser::near_misses()). If the policy has no
/// patterns, they are near `https://example.com`.
pub fn near_misses(policy: &Policy) -> impl Strategy<Value = String> + use<> {
    around(policy.compiled().origins.patterns.iter().map(str::to_owned).collect())
}

/// The same for any patterns.
pub(crate) fn around(mut patterns: Vec<String>) -> impl Strategy<Value = String> + use<> {
    if patterns.is_empty() {
        patterns.push("https://example.com".to_owned());
    }
    (select(patterns), any::<Index>())
        .prop_map(|(pattern, index)| index.get(&misses(&pattern)).origin.clone())
}
