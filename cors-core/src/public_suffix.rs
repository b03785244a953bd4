//! Whose names are they? Below a public suffix such as `com` or `github.io` anyone may register.
//!
//! [Public Suffix List](https://publicsuffix.org/list/)

/// Whether the names directly below `host` belong to different registrants.
///
/// With the feature `public-suffix` the list answers; without it, a single label is taken for a
/// public suffix. `localhost` is none.
pub(crate) fn is_shared(host: &str) -> bool {
    if host == "localhost" || crate::origin::is_ip_address(host) {
        return false;
    }
    !host.contains('.') || is_listed(host)
}

#[cfg(feature = "public-suffix")]
fn is_listed(host: &str) -> bool {
    let is_suffix = |name: &[u8]| psl::suffix(name).is_some_and(|suffix| suffix.as_bytes() == name);
    // A rule such as `*.kawasaki.jp` makes public suffixes of the names below: what stands below
    // those then belongs to different registrants, and `*.` reaches it.
    let below = format!("0.{host}");
    is_suffix(host.as_bytes()) || is_suffix(below.as_bytes())
}

#[cfg(not(feature = "public-suffix"))]
fn is_listed(_: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::is_shared;

    #[test]
    fn single_labels() {
        assert!(is_shared("com"));
        assert!(is_shared("internal"));
        assert!(!is_shared("localhost"));
        assert!(!is_shared("example.com"));
        assert!(!is_shared("127.0.0.1"));
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn listed() {
        for host in ["co.uk", "github.io", "kawasaki.jp", "x.kawasaki.jp"] {
            assert!(is_shared(host), "{host}");
        }
        for host in ["example.co.uk", "me.github.io", "city.kawasaki.jp", "a.x.kawasaki.jp"] {
            assert!(!is_shared(host), "{host}");
        }
    }
}
