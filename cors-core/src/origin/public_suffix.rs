//! Who owns a name? Anyone can register names under a public suffix, such as `com` or `github.io`.
//!
//! [Public Suffix List](https://publicsuffix.org/list/)

#[cfg(feature = "public-suffix")]
mod list;

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

/// A domain above a public suffix is shared too, such as `amazonaws.com` above `s3.amazonaws.com`: it
/// belongs to one registrant, but names further down belong to others.
#[cfg(feature = "public-suffix")]
fn is_listed(host: &str) -> bool {
    let found = list::find(host);
    found.has_below || found.labels == crate::origin::labels(host)
}

#[cfg(not(feature = "public-suffix"))]
fn is_listed(_: &str) -> bool {
    true
}

/// The registrant's domain that `host` is or lies under. IP addresses and public suffixes have
/// none. [URL, registrable domain](https://url.spec.whatwg.org/#host-registrable-domain)
#[cfg(feature = "browser")]
pub(crate) fn registrable_domain(host: &str) -> Option<&str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if crate::origin::is_ip_address(host) || host.split('.').any(str::is_empty) {
        return None;
    }
    let (dot, _) = host.rmatch_indices('.').nth(list::find(host).labels - 1)?;
    let start = host[..dot].rfind('.').map_or(0, |before| before + 1);
    Some(&host[start..])
}

/// Whether the list has a rule for the public suffix of `host`.
#[cfg(feature = "browser")]
pub(crate) fn has_rule(host: &str) -> bool {
    list::find(host.strip_suffix('.').unwrap_or(host)).is_known
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "browser")]
    use std::collections::HashSet;

    #[test]
    fn single_labels() {
        assert!(is_shared("com"));
        assert!(is_shared("internal"));
        assert!(!is_shared("localhost"));
        assert_eq!(is_shared("example.com"), !HAS_LIST);
        assert!(!is_shared("127.0.0.1"));
    }

    #[cfg(feature = "browser")]
    #[test]
    fn what_has_no_registrant() {
        for host in ["192.0.2.1", "[2001:db8::1]", "a..example.com", ".example.com", "com"] {
            assert_eq!(registrable_domain(host), None, "{host}");
        }
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

    /// The names whose registrable domain the crate `psl` gets wrong: it forgets `*.run.app` below
    /// `*.mtls.run.app`, and the like.
    #[cfg(feature = "browser")]
    const WRONG: &[&str] = &[
        "ap-north-1.r.cloud.int.apple",
        "ap-south-1.r.cloud.int.apple",
        "ap-south-2.r.cloud.int.apple",
        "eu-central-1.r.cloud.int.apple",
        "eu-north-1.r.cloud.int.apple",
        "ex.futurecms.at",
        "in.futurecms.at",
        "mtls.run.app",
        "oci.customer-oci.com",
        "ocp.customer-oci.com",
        "ocs.customer-oci.com",
        "privatelink.snowflake.app",
        "r.cloud.int.apple",
        "svc.firenet.ch",
        "teams.replit.dev",
        "us-central-1.r.cloud.int.apple",
        "us-central-2.r.cloud.int.apple",
        "us-east-1.r.cloud.int.apple",
        "us-east-2.r.cloud.int.apple",
        "us-west-1.r.cloud.int.apple",
        "us-west-2.r.cloud.int.apple",
        "us-west-3.r.cloud.int.apple",
    ];

    /// All rules, and names around them, as the crate `psl` has them.
    #[cfg(feature = "browser")]
    #[test]
    fn the_list_says_what_the_crate_says() {
        let rules = include_str!("public_suffix/rules.txt").split_once("\n\n").unwrap().1;
        let names: Vec<Vec<&str>> = rules.lines().map(|rule| rule.split('.').collect()).collect();
        let above: HashSet<String> =
            names.iter().flat_map(|name| (1..name.len()).map(|at| name[at..].join("."))).collect();
        let (mut hosts, mut wrong) = (0, Vec::new());
        for name in &names {
            let name = name.join(".").replace('*', "star").replace('!', "");
            let parent = name.split_once('.').map_or("", |(_, above)| above).to_owned();
            let below = [format!("a.{name}"), format!("b.a.{name}"), format!("x{name}")];
            for host in [name, parent].into_iter().chain(below) {
                if host.is_empty() {
                    continue;
                }
                hosts += 1;
                let suffix = psl::suffix_str(&host).unwrap();
                let is_suffix = suffix == host;
                let is_wanted = !host.contains('.') || is_suffix || above.contains(&host);
                assert_eq!(is_shared(&host), is_wanted, "{host}");
                assert_eq!(
                    has_rule(&host),
                    psl::suffix(host.as_bytes()).unwrap().is_known(),
                    "{host}"
                );
                if registrable_domain(&host) != psl::domain_str(&host) {
                    wrong.push(host);
                }
            }
        }
        wrong.sort();
        wrong.dedup();
        assert!(hosts > 40_000, "{hosts}");
        assert_eq!(wrong, WRONG);
    }
}
