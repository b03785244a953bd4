//! Corrected hosts and ports of entries.

use super::meant::{Meant, entry};
use super::{has, scheme, stars};
use crate::origin::punycode;
use crate::origin::{default_port, write_ipv6};
use std::net::Ipv6Addr;

/// Whether a policy accepts the host. Names have letters, digits, `-`, `_` and dots. The URL
/// Standard allows more, but such a text is meant as a list, a placeholder or a regular expression.
pub(super) fn is_plain(host: &str, is_web: bool) -> bool {
    if host.starts_with('[') {
        return true;
    }
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if is_web {
        return host.bytes().all(is_label);
    }
    let is_escape = |at: usize| {
        let digits = host.as_bytes().get(at + 1..at + 3);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    host.bytes().enumerate().all(|(at, byte)| match byte {
        b'%' => is_escape(at),
        b'~' | b'!' | b'&' | b'=' | b'+' => true,
        _ => is_label(byte),
    })
}

/// The likely meaning of an entry that is not a pattern.
#[cold]
pub(super) fn mended(text: &str) -> Option<Meant> {
    let (scheme, rest, _) = scheme::split(text)?;
    let authority = scheme::authority(rest);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, authority)| authority);
    let (host, port) = split_port(authority);
    if scheme::is_web(host) {
        return None;
    }
    let port = match mended_port(port, &scheme) {
        Some(port) => port,
        None if port.bytes().skip(1).all(|b| b.is_ascii_digit() || b == b'*') => port.to_owned(),
        None => return None,
    };
    let mended = if let Some(inner) = ipv6(host) {
        let mut compressed = String::new();
        write_ipv6(inner?, &mut compressed).ok()?;
        format!("[{compressed}]")
    } else if !scheme::is_web(&scheme) {
        let lower = host.to_ascii_lowercase();
        if lower == "*" {
            return entry(format!("{scheme}://*"));
        }
        lower
    } else {
        let name = mended_name(host)?;
        if name.contains('*') || port.len() > ":*".len() && port.contains('*') {
            return stars::meant(&scheme, &name, &port);
        }
        name
    };
    entry(format!("{scheme}://{mended}{port}"))
}

/// The host, and the port with its colon. An IPv6 address without brackets has no port.
fn split_port(authority: &str) -> (&str, &str) {
    let colon = match authority.rfind([':', ']']) {
        Some(at) if authority[at..].starts_with(':') => at,
        _ => return (authority, ""),
    };
    let is_ipv6 = has(authority, "::") && !authority.contains(']');
    if is_ipv6 { (authority, "") } else { authority.split_at(colon) }
}

/// The address, if the host looks like one. The inner `None` means that it is invalid or ambiguous:
/// it could be another address and a port.
fn ipv6(host: &str) -> Option<Option<Ipv6Addr>> {
    let inner = host.strip_prefix('[').unwrap_or(host);
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    let has_both = host.len() == inner.len() + 2;
    if !has_both && !has(inner, "::") {
        return None;
    }
    let last = inner.rsplit_once(':').map_or(inner, |(_, last)| last);
    let may_be_port = last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_digit());
    Some(inner.parse().ok().filter(|_| has_both || !may_be_port))
}

/// Whether a bracket of an IPv6 address is missing.
pub(super) fn lacks_bracket(text: &str) -> bool {
    let Some((_, rest, _)) = scheme::split(text) else { return false };
    let authority = scheme::authority(rest);
    authority.contains('[') != authority.contains(']')
        || has(authority, "::") && !authority.contains('[')
}

/// The port with its colon. `None` if it is invalid or means several.
fn mended_port(port: &str, scheme: &str) -> Option<String> {
    let number: u16 = match port.strip_prefix(':') {
        None | Some("") => return Some(String::new()),
        Some("*") => return Some(":*".to_owned()),
        Some("http") => 80,
        Some("https") => 443,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
    };
    let is_default = default_port(scheme) == Some(number);
    Some(if is_default { String::new() } else { format!(":{number}") })
}

/// In lower case and Punycode, without empty labels, and with `*.` for a leading dot.
fn mended_name(host: &str) -> Option<String> {
    let mut name = String::new();
    for label in host.split('.').filter(|label| !label.is_empty()) {
        let ascii = punycode::to_ascii(label);
        if !punycode::is_encoded_as_it_is(label) || !is_plain(&ascii.replace('*', ""), true) {
            return None;
        }
        if !name.is_empty() {
            name.push('.');
        }
        name += &ascii;
    }
    let stars = if host.starts_with('.') { "*." } else { "" };
    Some(format!("{stars}{name}"))
}
