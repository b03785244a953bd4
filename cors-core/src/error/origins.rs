//! How to fix an entry of `allow_origins`.

use crate::origin::OriginFault;
use crate::origin::pattern::{Meant, PatternFault};

pub(super) fn pattern_fix(fault: PatternFault, meant: Option<&Meant>) -> String {
    match meant {
        Some(meant @ Meant::Regex { shared: Some(suffix), needs_danger: true, .. }) => format!(
            "list the hosts, since anyone can register such a name under {suffix:?} (danger.allow_unbounded_regex = true with {meant} would let them all read with the user's cookies)"
        ),
        Some(meant @ Meant::Regex { shared: Some(suffix), .. }) => {
            format!("write {meant}, if anyone who registers such a name under {suffix:?} may read")
        }
        Some(meant) => format!("write {meant}"),
        None => general_fix(fault).to_owned(),
    }
}

/// The fix if it is unclear what was meant. It names no origins except examples.
fn general_fix(fault: PatternFault) -> &'static str {
    match fault {
        PatternFault::LoneScheme | PatternFault::AnyHost => {
            "list the hosts, or write \"*\" alone for a public resource"
        }
        PatternFault::Wildcard => {
            "write it as in \"https://*.example.com\" or \"http://localhost:*\""
        }
        PatternFault::WildcardBeforeIp => "list the addresses",
        PatternFault::Several => "write a list of origins, such as \"https://app.example.com\"",
        PatternFault::Placeholder => "replace it with the value",
        PatternFault::Regex => {
            "write the origin, or a regular expression such as { regex = 'https://[a-z]+\\.example\\.com' }"
        }
        PatternFault::NoPage => "write the origin of the page, such as \"https://app.example.com\"",
        PatternFault::Brackets | PatternFault::Origin(OriginFault::BadIpv6) => {
            "write the address as in \"http://[::1]:3000\""
        }
        PatternFault::Origin(OriginFault::FileScheme) => "remove it, and serve the page over HTTP",
        PatternFault::Origin(OriginFault::BadPort) => "write a port such as 8443, or \"*\" for any",
        PatternFault::Origin(OriginFault::DefaultPort) => "remove the port",
        PatternFault::Origin(OriginFault::UpperCase) => "write it in lower case",
        PatternFault::Origin(OriginFault::Path) => "remove everything after the host and port",
        PatternFault::Origin(OriginFault::UserInfo) => "remove the user name and password",
        PatternFault::TooLong => "write a shorter one",
        _ => "write an origin such as \"https://app.example.com\"",
    }
}
