//! What one entry of `allow_origins` matches.
//!
//! If no row here is enough, use a regular expression (feature `regex`) or
//! [`Builder::allow_origin_if`](crate::Builder::allow_origin_if).
//!
//! | pattern | matches | does not match | why |
//! |---|---|---|---|
//! | `https://a.test` | `https://a.test` | `http://a.test`, `https://a.test:8443` | an origin is scheme, host and port |
//! | `https://*.a.test` | `https://x.a.test`, `https://y.x.a.test` | `https://a.test`, `https://xa.test` | `*` matches one or more whole labels |
//! | `http://localhost:*` | `http://localhost`, `http://localhost:3000` | `https://localhost` | any port or none |
//! | `https://*.a.test:*` | `https://x.a.test:8443` | `https://a.test:8443` | both at once |
//! | `app://.` | `app://.` | `app://a` | hosts of schemes other than `http` and `https` are opaque |
//! | `moz-extension://*` | `moz-extension://x`, `moz-extension://X.y` | `moz-extension://x:81` | any host of such a scheme, without a port |
//! | `null` | `null` | anything else | opaque origins: sandboxed frames, `file:`, redirects |

mod diagnose;
mod dialect;
mod host;
mod meant;
mod scheme;
mod several;
mod stars;
#[cfg(test)]
mod tests;

pub(crate) use diagnose::diagnose;
pub use meant::Meant;
pub(crate) use scheme::misspelt;

use crate::origin::{self, Origin, OriginFault};
use std::borrow::Cow;
use std::fmt;

/// Like [`str::contains`], which compiles to much more code. `part` is not empty.
fn has(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    text.windows(part.len()).any(|bytes| bytes.first() == part.first() && bytes == part)
}

/// One pattern, parsed. Borrows the text of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern<'a> {
    Null,
    /// `moz-extension://*`; the scheme is neither `http` nor `https`.
    AnyHost {
        scheme: &'a str,
    },
    Tuple {
        scheme: &'a str,
        subdomains: bool,
        host: &'a str,
        port: Port<'a>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port<'a> {
    /// With its colon. Empty if the pattern has none.
    Exact(&'a str),
    Any,
}

/// Why a text is not a pattern.
///
/// ```
/// use cors_core::{ErrorKind, PatternFault, Policy};
///
/// let errors = Policy::for_origins(" https://app.example.com").build().unwrap_err();
/// let ErrorKind::InvalidOrigin { fault, .. } = errors.errors()[0].kind() else { unreachable!() };
/// assert_eq!(*fault, PatternFault::WhiteSpace);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternFault {
    /// Without its wildcards, it is not an origin.
    Origin(OriginFault),
    /// Nothing but white space.
    Empty,
    /// White space before, after or inside.
    WhiteSpace,
    /// Quotation marks around it.
    Quotes,
    /// Several entries in one, or a separator such as a comma.
    Several,
    /// A placeholder that was not filled in, such as `${host}`.
    Placeholder,
    /// A regular expression that is not marked as one.
    Regex,
    /// `https//`, `https:/`, `//`: the scheme is cut or doubled.
    CutScheme,
    /// `wss`, `ftp`: no page has an origin with this scheme.
    NoPage,
    /// A scheme alone, as in `https://`.
    LoneScheme,
    /// `https://*`: any host.
    AnyHost,
    /// `*` anywhere except as whole left-most labels or as the port.
    Wildcard,
    /// `*.` before an IP address, which has no subdomains.
    WildcardBeforeIp,
    /// An IPv6 address that lacks a bracket.
    Brackets,
    /// Characters outside ASCII. Browsers send Punycode.
    Unicode,
    /// The host ends in a dot.
    TrailingDot,
    /// Two consecutive dots, or a leading dot.
    EmptyLabel,
    /// The shortest origin that it could match is longer than [`MAX_LEN`](crate::MAX_ORIGIN_LEN).
    TooLong,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Origin(fault) => return fault.fmt(f),
            Self::Empty => "an empty string is not an origin",
            Self::WhiteSpace => "an origin contains no white space",
            Self::Quotes => "an origin contains no quotation marks",
            Self::Several => "each origin must be its own entry",
            Self::Placeholder => "a placeholder was not filled in",
            Self::Regex => {
                "this looks like a regular expression, but plain text is compared literally"
            }
            Self::CutScheme => "an origin starts with one scheme and \"://\"",
            Self::NoPage => "no page has an origin with this scheme",
            Self::LoneScheme => "a scheme alone is not an origin",
            Self::AnyHost => "\"*\" matches labels in front of a domain, not any host",
            Self::Wildcard => "\"*\" can replace only whole left-most labels or the port",
            Self::WildcardBeforeIp => "an IP address has no subdomains",
            Self::Brackets => "an IPv6 address goes between \"[\" and \"]\"",
            Self::Unicode => "browsers send punycode",
            Self::TrailingDot => "browsers treat a host with a trailing dot as a different host",
            Self::EmptyLabel => "a host has no empty labels",
            Self::TooLong => "an origin has at most 512 bytes",
        })
    }
}

impl std::error::Error for PatternFault {}

impl<'a> Pattern<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, PatternFault> {
        if text == "null" {
            return Ok(Self::Null);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.is_empty() {
            if text.trim().is_empty() {
                return Err(PatternFault::Empty);
            }
            if text.contains(char::is_whitespace) {
                return Err(PatternFault::WhiteSpace);
            }
            if !text.is_ascii() {
                return Err(PatternFault::Unicode);
            }
        }
        let (scheme, authority) =
            origin::split_scheme(text).ok_or(PatternFault::Origin(OriginFault::NoScheme))?;
        if scheme == "file" {
            return Err(PatternFault::Origin(OriginFault::FileScheme));
        }
        if scheme::has_no_page(scheme) {
            return Err(PatternFault::NoPage);
        }
        let is_web = scheme::is_web(scheme);
        match authority {
            "" => return Err(PatternFault::LoneScheme),
            "*" if !is_web && origin::check_scheme(scheme.as_bytes()).is_ok() => {
                let is_short = text.len() <= origin::MAX_LEN;
                return is_short.then_some(Self::AnyHost { scheme }).ok_or(PatternFault::TooLong);
            }
            _ if authority == "*" || authority.starts_with("*:") => {
                return Err(PatternFault::AnyHost);
            }
            _ => {}
        }
        let (rest, port) = match authority.strip_suffix(":*") {
            Some(rest) => (rest, Some(Port::Any)),
            None => (authority, None),
        };
        let (host, subdomains) = match rest.strip_prefix("*.") {
            Some(host) => (host, true),
            None => (rest, false),
        };
        let shortest = text.len() - if port.is_some() { ":*".len() } else { 0 };
        if shortest > origin::MAX_LEN {
            return Err(PatternFault::TooLong);
        }
        if host.contains('*') {
            let is_behind = host.find(['*', '/', '?', '#']) != host.find('*');
            let path = PatternFault::Origin(OriginFault::Path);
            return Err(if is_behind { path } else { PatternFault::Wildcard });
        }
        // The pattern without its wildcards, or the text itself if it has none.
        let plain = match subdomains {
            true => Cow::Owned([scheme, "://", host].concat()),
            false => Cow::Borrowed(&text[..shortest]),
        };
        let parsed = Origin::parse(plain.as_bytes()).map_err(PatternFault::Origin)?;
        let host = &host[..parsed.host().len()];
        if !host::is_plain(host, is_web) {
            return Err(PatternFault::Origin(OriginFault::BadHost));
        }
        if (is_web || subdomains) && host.ends_with('.') {
            return Err(PatternFault::TrailingDot);
        }
        if (is_web || subdomains) && (host.starts_with('.') || has(host, "..")) {
            return Err(PatternFault::EmptyLabel);
        }
        if subdomains && origin::is_ip_address(host) {
            return Err(PatternFault::WildcardBeforeIp);
        }
        if port.is_some() && parsed.port().is_some() {
            return Err(PatternFault::Origin(OriginFault::BadPort));
        }
        let exact_port = &authority[usize::from(subdomains) * 2 + host.len()..];
        Ok(Self::Tuple { scheme, subdomains, host, port: port.unwrap_or(Port::Exact(exact_port)) })
    }

    /// Whether its origins are [insecure](Origin::is_insecure).
    pub(crate) fn is_insecure(&self) -> bool {
        matches!(self, Self::Tuple { scheme: "http", host, .. } if !origin::is_loopback(host))
    }

    /// Whether it matches exactly one origin.
    pub(crate) fn is_exact(&self) -> bool {
        match self {
            Self::Null => true,
            Self::AnyHost { .. } => false,
            Self::Tuple { subdomains, port, .. } => !subdomains && *port != Port::Any,
        }
    }

    fn is_misspelt(&self) -> bool {
        match self {
            Self::Null => false,
            Self::AnyHost { scheme } | Self::Tuple { scheme, .. } => misspelt(scheme).is_some(),
        }
    }

    /// Whether it names a port that browsers block.
    pub(crate) fn has_bad_port(&self) -> bool {
        let Self::Tuple { scheme, port: Port::Exact(port), .. } = self else { return false };
        let port = port.strip_prefix(':').and_then(|digits| digits.parse().ok());
        scheme::is_web(scheme) && port.is_some_and(crate::origin::ports::is_bad_port)
    }
}
