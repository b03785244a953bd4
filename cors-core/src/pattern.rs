//! What one entry of `allow_origins` matches.
//!
//! For a pattern that no row here can express, use a regular expression (feature `regex`) or
//! [`Builder::allow_origin_if`](crate::Builder::allow_origin_if).
//!
//! | pattern | matches | does not match | why |
//! |---|---|---|---|
//! | `https://a.test` | `https://a.test` | `http://a.test`, `https://a.test:8443` | scheme, host and port are the origin |
//! | `https://*.a.test` | `https://x.a.test`, `https://y.x.a.test` | `https://a.test`, `https://xa.test` | `*` stands for whole labels, at least one |
//! | `http://localhost:*` | `http://localhost`, `http://localhost:3000` | `https://localhost` | any port, also none |
//! | `https://*.a.test:*` | `https://x.a.test:8443` | `https://a.test:8443` | both at once |
//! | `null` | `null` | anything else | opaque origins: sandboxed frames, `file:`, redirects |

use crate::origin::{self, Origin, OriginFault};
use crate::punycode;
use std::borrow::Cow;

/// One pattern, parsed. Borrows the text of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern<'a> {
    Null,
    Tuple { scheme: &'a str, subdomains: bool, host: &'a str, port: Port<'a> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port<'a> {
    /// With its colon; empty where the pattern has none.
    Exact(&'a str),
    Any,
}

/// Why a text is no pattern. The text itself stands in the error that holds this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternFault {
    /// Apart from its wildcards it is no origin.
    Origin(OriginFault),
    /// Nothing but white space.
    Empty,
    /// White space before, after or within.
    WhiteSpace,
    /// A scheme alone, as in `https://`.
    LoneScheme,
    /// `https://*`: any host at all.
    AnyHost,
    /// `*` elsewhere than as whole left-most labels, or as the port.
    Wildcard,
    /// `*.` before an IP address, which has no subdomains.
    WildcardBeforeIp,
    /// Characters outside ASCII, where browsers send Punycode.
    Unicode,
    /// The host ends in a dot.
    TrailingDot,
    /// Two dots in a row, or a dot in front.
    EmptyLabel,
    /// The shortest origin that it could match is longer than [`MAX_LEN`](crate::MAX_ORIGIN_LEN).
    TooLong,
}

impl<'a> Pattern<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, PatternFault> {
        if text == "null" {
            return Ok(Self::Null);
        }
        if text.trim().is_empty() {
            return Err(PatternFault::Empty);
        }
        if text.contains(char::is_whitespace) {
            return Err(PatternFault::WhiteSpace);
        }
        if !text.is_ascii() {
            return Err(PatternFault::Unicode);
        }
        let (scheme, authority) =
            text.split_once("://").ok_or(PatternFault::Origin(OriginFault::NoScheme))?;
        match authority {
            "" => return Err(PatternFault::LoneScheme),
            "*" | "*:*" => return Err(PatternFault::AnyHost),
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
            return Err(PatternFault::Wildcard);
        }
        // The pattern without its wildcards, which is the text itself where it has none.
        let plain = match subdomains {
            true => Cow::Owned(format!("{scheme}://{host}")),
            false => Cow::Borrowed(&text[..shortest]),
        };
        let parsed = Origin::parse(plain.as_bytes()).map_err(PatternFault::Origin)?;
        let host = &host[..parsed.host().len()];
        if host.ends_with('.') {
            return Err(PatternFault::TrailingDot);
        }
        if host.split('.').any(str::is_empty) {
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

    /// Whether the origins that it matches are [insecure](Origin::is_insecure).
    pub(crate) fn is_insecure(&self) -> bool {
        matches!(self, Self::Tuple { scheme: "http", host, .. } if !origin::is_loopback(host))
    }

    /// Whether it is one origin and no more.
    pub(crate) fn is_exact(&self) -> bool {
        !matches!(self, Self::Tuple { subdomains: true, .. } | Self::Tuple { port: Port::Any, .. })
    }
}

/// The pattern that was likely meant, if there is one.
pub(crate) fn repair(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_lowercase(), rest),
        None if text.starts_with("localhost") => ("http".to_owned(), text),
        None if text.contains('.') => ("https".to_owned(), text),
        None => return None,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (host, port) = match authority.rfind([':', ']']) {
        Some(colon) if authority[colon..].starts_with(':') => authority.split_at(colon),
        _ => (authority, ""),
    };
    let host = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => {
            let mut compressed = String::from("[");
            origin::write_ipv6(inner.parse().ok()?, &mut compressed).ok()?;
            compressed + "]"
        }
        None => repair_name(host),
    };
    let port = match port.strip_prefix(':') {
        None | Some("") => String::new(),
        Some("*") => ":*".to_owned(),
        Some(digits) => {
            let number: u16 = digits.parse().ok()?;
            if origin::default_port(&scheme) == Some(number) {
                String::new()
            } else {
                format!(":{number}")
            }
        }
    };
    let repaired = format!("{scheme}://{host}{port}");
    Pattern::parse(&repaired).is_ok().then_some(repaired)
}

/// Lower case, Punycode, no empty label, and `*.` in front where `*` stood anywhere in front.
fn repair_name(host: &str) -> String {
    let name = host.trim_start_matches(['*', '.']);
    let labels: Vec<String> =
        name.split('.').filter(|label| !label.is_empty()).map(punycode::to_ascii).collect();
    let stars = if host.starts_with(['*', '.']) { "*." } else { "" };
    format!("{stars}{}", labels.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let tuple =
            |scheme, subdomains, host, port| Pattern::Tuple { scheme, subdomains, host, port };
        for (text, pattern) in [
            ("null", Pattern::Null),
            ("https://a.test", tuple("https", false, "a.test", Port::Exact(""))),
            ("https://a.test:8443", tuple("https", false, "a.test", Port::Exact(":8443"))),
            ("https://*.a.test", tuple("https", true, "a.test", Port::Exact(""))),
            ("https://*.a.test:8443", tuple("https", true, "a.test", Port::Exact(":8443"))),
            ("http://localhost:*", tuple("http", false, "localhost", Port::Any)),
            ("https://*.a.test:*", tuple("https", true, "a.test", Port::Any)),
            ("https://*.com", tuple("https", true, "com", Port::Exact(""))),
            ("http://[::1]:*", tuple("http", false, "[::1]", Port::Any)),
            ("http://127.0.0.1:81", tuple("http", false, "127.0.0.1", Port::Exact(":81"))),
            ("https://a_b.test", tuple("https", false, "a_b.test", Port::Exact(""))),
            ("tauri://localhost", tuple("tauri", false, "localhost", Port::Exact(""))),
        ] {
            assert_eq!(Pattern::parse(text), Ok(pattern), "{text}");
        }
    }

    #[test]
    fn faults_and_what_was_meant() {
        use OriginFault as O;
        use PatternFault::*;
        for (text, fault, meant) in [
            ("", Empty, None),
            (" https://a.test", WhiteSpace, Some("https://a.test")),
            ("a.test", Origin(O::NoScheme), Some("https://a.test")),
            ("localhost:3000", Origin(O::NoScheme), Some("http://localhost:3000")),
            ("Null", Origin(O::NoScheme), None),
            ("https://", LoneScheme, None),
            ("https://*", AnyHost, None),
            ("https://*:*", AnyHost, None),
            ("https://a.test/", Origin(O::Path), Some("https://a.test")),
            ("https://a.test/path?q#f", Origin(O::Path), Some("https://a.test")),
            ("https://me:pw@a.test", Origin(O::UserInfo), Some("https://a.test")),
            ("https://A.test", Origin(O::UpperCase), Some("https://a.test")),
            ("HTTPS://a.test", Origin(O::BadScheme), Some("https://a.test")),
            ("https://münchen.test", Unicode, Some("https://xn--mnchen-3ya.test")),
            ("https://*.münchen.test", Unicode, Some("https://*.xn--mnchen-3ya.test")),
            ("https://a.test:443", Origin(O::DefaultPort), Some("https://a.test")),
            ("https://a.test:", Origin(O::BadPort), Some("https://a.test")),
            ("https://a.test:080", Origin(O::BadPort), Some("https://a.test:80")),
            ("https://a.test:99999", Origin(O::BadPort), None),
            ("https://a.test:80*", Wildcard, None),
            ("https://a.test:81:*", Origin(O::BadPort), None),
            ("https://*a.test", Wildcard, Some("https://*.a.test")),
            ("https://a.*.test", Wildcard, None),
            ("https://*.*.a.test", Wildcard, Some("https://*.a.test")),
            ("https://a.*", Wildcard, None),
            ("*://a.test", Origin(O::BadScheme), None),
            ("*.a.test", Origin(O::NoScheme), Some("https://*.a.test")),
            ("https://*.127.0.0.1", WildcardBeforeIp, None),
            ("http://*.[::1]", WildcardBeforeIp, None),
            ("http://[0:0:0:0:0:0:0:1]:81", Origin(O::BadIpv6), Some("http://[::1]:81")),
            ("http://[::ffff:127.0.0.1]", Origin(O::BadIpv6), Some("http://[::ffff:7f00:1]")),
            ("https://127.1", Origin(O::BadIpv4), None),
            ("https://a.test.", TrailingDot, Some("https://a.test")),
            ("https://*.a.test.:*", TrailingDot, Some("https://*.a.test:*")),
            ("https://.a.test", EmptyLabel, Some("https://*.a.test")),
            ("https://a..test", EmptyLabel, Some("https://a.test")),
            ("file://a.test", Origin(O::FileScheme), None),
        ] {
            assert_eq!(Pattern::parse(text), Err(fault), "{text}");
            assert_eq!(repair(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn length() {
        let host = |len: usize| "a".repeat(len - "https://".len());
        assert!(Pattern::parse(&format!("https://{}", host(512))).is_ok());
        assert!(Pattern::parse(&format!("https://{}:*", host(512))).is_ok());
        assert_eq!(Pattern::parse(&format!("https://{}", host(513))), Err(PatternFault::TooLong));
        assert_eq!(Pattern::parse(&format!("https://{}:*", host(513))), Err(PatternFault::TooLong));
    }
}
