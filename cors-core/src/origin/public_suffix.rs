//! Who owns a name? Anyone can register names under a public suffix, such as `com` or `github.io`.
//!
//! [Public Suffix List](https://publicsuffix.org/list/)

#[cfg(feature = "public-suffix")]
use std::{collections::HashSet, sync::LazyLock};

/// Whether this build has the list.
pub(crate) const HAS_LIST: bool = cfg!(feature = "public-suffix");

/// Whether names under `host`, at any depth, may belong to different registrants.
///
/// A single label is a public suffix, except `localhost`. The list decides about all others.
/// Without the list the answer is yes, so that the feature `public-suffix`, which any crate of a
/// build may enable, only makes more policies valid.
pub(crate) fn is_shared(host: &str) -> bool {
    if host == "localhost" || crate::origin::is_ip_address(host) {
        return false;
    }
    !host.contains('.') || is_listed(host)
}

/// Domains above a public suffix that are not public suffixes themselves, such as `amazonaws.com`
/// above `s3.amazonaws.com`: they belong to one registrant, but names further down belong to
/// others. The crate with the list does not offer these. From the list of 2026-10-23: every proper
/// ancestor of a rule, sorted, one per line.
#[cfg(feature = "public-suffix")]
static ABOVE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("public_suffix/above.txt").lines().collect());

#[cfg(feature = "public-suffix")]
fn is_listed(host: &str) -> bool {
    let is_suffix = |name: &[u8]| psl::suffix(name).is_some_and(|suffix| suffix.as_bytes() == name);
    // A rule such as `*.kawasaki.jp` makes the names below public suffixes. Names below those
    // belong to different registrants, and `*.` matches them.
    let below = format!("0.{host}");
    is_suffix(host.as_bytes()) || is_suffix(below.as_bytes()) || ABOVE.contains(host)
}

#[cfg(not(feature = "public-suffix"))]
fn is_listed(_: &str) -> bool {
    true
}

/// The registrant's domain that `host` is or lies under. IP addresses and public suffixes have
/// none. [URL, registrable domain](https://url.spec.whatwg.org/#host-registrable-domain)
#[cfg(feature = "browser")]
pub(crate) fn registrable_domain(host: &str) -> Option<&str> {
    (!crate::origin::is_ip_address(host)).then(|| psl::domain_str(host)).flatten()
}

#[cfg(test)]
mod tests {
    use super::{HAS_LIST, is_shared};

    #[test]
    fn single_labels() {
        assert!(is_shared("com"));
        assert!(is_shared("internal"));
        assert!(!is_shared("localhost"));
        assert_eq!(is_shared("example.com"), !HAS_LIST);
        assert!(!is_shared("127.0.0.1"));
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn what_stands_above_is_sorted_and_no_suffix() {
        let lines: Vec<&str> = include_str!("public_suffix/above.txt").lines().collect();
        assert!(lines.is_sorted() && lines.len() > 400);
        assert!(lines.iter().all(|line| line.contains('.') && line.is_ascii()));
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn listed() {
        for host in [
            "co.uk",
            "github.io",
            "kawasaki.jp",
            "x.kawasaki.jp",
            "amazonaws.com",
            "us-east-2.amazonaws.com",
            "core.windows.net",
        ] {
            assert!(is_shared(host), "{host}");
        }
        for host in ["example.co.uk", "me.github.io", "city.kawasaki.jp", "a.x.kawasaki.jp"] {
            assert!(!is_shared(host), "{host}");
        }
    }
}
