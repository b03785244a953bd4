//! What is wrong with an entry of `allow_origins`, and how to fix it.

use crate::origin::OriginFault;
use crate::origin::pattern::{Meant, PatternFault};

pub(super) fn pattern_reason(fault: PatternFault) -> &'static str {
    match fault {
        PatternFault::Origin(fault) => origin_reason(fault),
        PatternFault::Empty => "an empty text is no origin",
        PatternFault::WhiteSpace => "an origin holds no white space",
        PatternFault::Quotes => "an origin holds no quotation marks",
        PatternFault::Several => "each origin is an entry of its own",
        PatternFault::Placeholder => "a placeholder was not filled in",
        PatternFault::Regex => "this is a regular expression, and plain text is compared as it is",
        PatternFault::CutScheme => "an origin begins with one scheme and \"://\"",
        PatternFault::NoPage => "no page has an origin of this scheme",
        PatternFault::LoneScheme => "a scheme alone is no origin",
        PatternFault::AnyHost => "\"*\" stands for labels in front of a domain, not for any host",
        PatternFault::Wildcard => "\"*\" stands only for whole left-most labels, or for the port",
        PatternFault::WildcardBeforeIp => "an IP address has no subdomains",
        PatternFault::Brackets => "an IPv6 address stands between \"[\" and \"]\"",
        PatternFault::Unicode => "browsers send punycode",
        PatternFault::TrailingDot => {
            "no trailing dot: browsers take the host with it for another one"
        }
        PatternFault::EmptyLabel => "no label of a host is empty",
        PatternFault::TooLong => "browsers send no origin as long as 512 bytes",
    }
}

fn origin_reason(fault: OriginFault) -> &'static str {
    match fault {
        OriginFault::TooLong => "browsers send no origin as long as 512 bytes",
        OriginFault::NotAscii => "browsers send punycode",
        OriginFault::NoScheme => "an origin begins with its scheme",
        OriginFault::BadScheme => "a scheme is lower-case letters, digits, +, - and .",
        OriginFault::FileScheme => "browsers send null for a file",
        OriginFault::NoHost => "an origin has a host",
        OriginFault::UserInfo => "an origin holds no user name or password",
        OriginFault::Path => "an origin ends with its host or port",
        OriginFault::UpperCase => "browsers send hosts in lower case",
        OriginFault::BadHost => "a host may not hold such a character",
        OriginFault::BadIpv4 => {
            "a host that ends in a number is an IPv4 address of four decimal numbers"
        }
        OriginFault::BadIpv6 => "browsers send IPv6 addresses compressed and in lower case",
        OriginFault::BadPort => "a port is a number from 0 to 65535, or \"*\"",
        OriginFault::DefaultPort => "browsers leave the default port out",
    }
}

pub(super) fn pattern_fix(fault: PatternFault, meant: Option<&Meant>) -> String {
    match meant {
        Some(meant @ Meant::Regex { shared: Some(suffix), needs_danger: true, .. }) => format!(
            "list the hosts, since anyone can take such a name below {suffix:?} (danger.allow_unbounded_regex = true with {meant} would let them all read with the user's cookies)"
        ),
        Some(meant @ Meant::Regex { shared: Some(suffix), .. }) => {
            format!("write {meant}, if anyone may read who takes such a name below {suffix:?}")
        }
        Some(meant) => format!("write {meant}"),
        None => general_fix(fault).to_owned(),
    }
}

/// Where what was meant is not plain. It names no origin that is not an example.
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
        PatternFault::Placeholder => "put the value in its place",
        PatternFault::Regex => {
            "write the origin, or a regular expression of our syntax as in { regex = 'https://[a-z]+\\.example\\.com' }"
        }
        PatternFault::NoPage => "write the origin of the page, such as \"https://app.example.com\"",
        PatternFault::Brackets | PatternFault::Origin(OriginFault::BadIpv6) => {
            "write the address as in \"http://[::1]:3000\""
        }
        PatternFault::Origin(OriginFault::FileScheme) => {
            "leave it out, and open the page from a server"
        }
        PatternFault::Origin(OriginFault::BadPort) => "write a port such as 8443, or \"*\" for any",
        PatternFault::Origin(OriginFault::DefaultPort) => "leave the port out",
        PatternFault::Origin(OriginFault::UpperCase) => "write it in lower case",
        PatternFault::Origin(OriginFault::Path) => "leave out what follows the host and port",
        PatternFault::Origin(OriginFault::UserInfo) => "leave out what precedes the host",
        PatternFault::TooLong => "write a shorter one",
        _ => "write an origin such as \"https://app.example.com\"",
    }
}
