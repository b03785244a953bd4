//! What is wrong with an entry of `allow_origins`, and how to fix it.

use crate::origin::OriginFault;
use crate::origin::pattern::{Meant, PatternFault};

pub(super) fn pattern_reason(fault: PatternFault) -> &'static str {
    match fault {
        PatternFault::Origin(fault) => origin_reason(fault),
        PatternFault::Empty => "an empty string is not an origin",
        PatternFault::WhiteSpace => "an origin contains no white space",
        PatternFault::Quotes => "an origin contains no quotation marks",
        PatternFault::Several => "each origin must be its own entry",
        PatternFault::Placeholder => "a placeholder was not filled in",
        PatternFault::Regex => {
            "this looks like a regular expression, but plain text is compared literally"
        }
        PatternFault::CutScheme => "an origin starts with one scheme and \"://\"",
        PatternFault::NoPage => "no page has an origin with this scheme",
        PatternFault::LoneScheme => "a scheme alone is not an origin",
        PatternFault::AnyHost => "\"*\" matches labels in front of a domain, not any host",
        PatternFault::Wildcard => "\"*\" can replace only whole left-most labels or the port",
        PatternFault::WildcardBeforeIp => "an IP address has no subdomains",
        PatternFault::Brackets => "an IPv6 address goes between \"[\" and \"]\"",
        PatternFault::Unicode => "browsers send punycode",
        PatternFault::TrailingDot => {
            "browsers treat a host with a trailing dot as a different host"
        }
        PatternFault::EmptyLabel => "a host has no empty labels",
        PatternFault::TooLong => "an origin has at most 512 bytes",
    }
}

fn origin_reason(fault: OriginFault) -> &'static str {
    match fault {
        OriginFault::TooLong => "an origin has at most 512 bytes",
        OriginFault::NotAscii => "browsers send punycode",
        OriginFault::NoScheme => "an origin starts with its scheme",
        OriginFault::BadScheme => "a scheme contains only lower-case letters, digits, +, - and .",
        OriginFault::FileScheme => "browsers send null for files",
        OriginFault::NoHost => "an origin has a host",
        OriginFault::UserInfo => "an origin contains no user name or password",
        OriginFault::Path => "an origin ends with its host or port",
        OriginFault::UpperCase => "browsers send hosts in lower case",
        OriginFault::BadHost => "a host cannot contain such a character",
        OriginFault::BadIpv4 => {
            "a host that ends in a number must be an IPv4 address of four decimal numbers"
        }
        OriginFault::BadIpv6 => "browsers send IPv6 addresses compressed and in lower case",
        OriginFault::BadPort => "a port is a number from 0 to 65535, or \"*\"",
        OriginFault::DefaultPort => "browsers omit the default port",
    }
}

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
