//! What can be wrong with an entry of `own_hosts`, and how to fix it.

use crate::origin::OriginFault;
use crate::origin::pattern::PatternFault;
use std::fmt;

/// Why a text is not a host pattern.
///
/// ```
/// use cors_core::{ErrorKind, HostFault, Policy};
///
/// let policy = Policy::for_origins("https://app.example.com").own_hosts("https://api.example");
/// let errors = policy.build().unwrap_err();
/// let ErrorKind::InvalidHost { fault, .. } = errors.errors()[0].kind() else { unreachable!() };
/// assert_eq!(*fault, HostFault::Scheme);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostFault {
    /// A scheme in front.
    Scheme,
    /// `*` alone: any host.
    Any,
    /// As an origin with this host, it is not a pattern.
    Pattern(PatternFault),
}

impl fmt::Display for HostFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self {
            Self::Scheme => return f.write_str("a host has no scheme"),
            Self::Any => return f.write_str("\"*\" names every host, also an attacker's"),
            Self::Pattern(fault) => fault,
        };
        f.write_str(match fault {
            PatternFault::Origin(OriginFault::BadPort) => {
                "a port is a number from 1 to 65535, or \"*\""
            }
            PatternFault::Origin(OriginFault::DefaultPort) => "no port already means 80 and 443",
            PatternFault::Origin(OriginFault::Path) => "a host pattern ends with the host or port",
            PatternFault::Origin(OriginFault::UserInfo) => "a host has no user name or password",
            PatternFault::Origin(OriginFault::NoHost)
            | PatternFault::Empty
            | PatternFault::LoneScheme => "there is no host",
            PatternFault::Several => "each host must be its own entry",
            PatternFault::WhiteSpace => "a host contains no white space",
            PatternFault::Quotes => "a host contains no quotation marks",
            PatternFault::TooLong | PatternFault::Origin(OriginFault::TooLong) => {
                "a host has at most 504 bytes"
            }
            other => return other.fmt(f),
        })
    }
}

impl std::error::Error for HostFault {}

pub(super) fn host_fix(fault: HostFault, meant: Option<&str>) -> String {
    let text = match (fault, meant) {
        (_, Some(meant)) => return format!("write {meant}"),
        (HostFault::Any, None) => "list the hosts, or remove own_hosts",
        (HostFault::Pattern(PatternFault::Origin(OriginFault::BadPort)), None) => {
            "write a port such as 8443, or \"*\" for any"
        }
        (
            HostFault::Pattern(PatternFault::Brackets | PatternFault::Origin(OriginFault::BadIpv6)),
            None,
        ) => "write the address as in \"[::1]:*\"",
        (HostFault::Pattern(PatternFault::Placeholder), None) => "replace it with the value",
        (HostFault::Pattern(PatternFault::WildcardBeforeIp), None) => "list the addresses",
        _ => "write a host such as \"api.example.com\" or \"localhost:*\"",
    };
    text.to_owned()
}
