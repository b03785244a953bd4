//! Regular expressions written as plain text, in the dialects of other programs.

use super::meant::Meant;
use super::{Pattern, has, host};
use std::net::Ipv6Addr;

/// Whether a text looks like a regular expression rather than a glob or a placeholder.
pub(super) fn is_regex(text: &str) -> bool {
    const SIGNS: [&str; 24] = [
        "^", r"\.", r"\/", r"\d", r"\w", r"\s", r"\-", r"\:", r"\b", "://.*", ".+", ")+", ")*",
        ")?", "]+", "]*", "]{", "]?", "[a-z", "[A-Z", "[0-9", "(?", "http.*", "?:",
    ];
    let text = &without_address(text);
    let has_group = text.contains('(') && text.contains(')');
    !["${", "$(", "{{"].iter().any(|sign| has(text, sign))
        && (SIGNS.iter().any(|sign| has(text, sign))
            || has_group
            || text.starts_with('~')
            || text.starts_with(".*")
            || text.ends_with('$')
            || delimited(text).is_some())
}

/// Removes an IPv6 address, which looks like a class.
fn without_address(text: &str) -> String {
    let address = text.split_once('[').and_then(|(before, rest)| {
        let (inner, after) = rest.split_once(']')?;
        inner.parse::<Ipv6Addr>().is_ok().then(|| format!("{before}{after}"))
    });
    address.unwrap_or_else(|| text.to_owned())
}

/// The text between the delimiters of `/…/i`, `#…#` and the like.
fn delimited(text: &str) -> Option<&str> {
    let delimiter =
        text.chars().next().filter(|c| matches!(c, '/' | '#' | '@' | '!' | '%' | '~'))?;
    let (inner, flags) = text[1..].rsplit_once(delimiter)?;
    let is_flags = flags.len() < 7 && flags.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_flags && inner.contains(['.', ':', '\\']) && !inner.starts_with(delimiter)).then_some(inner)
}

#[cfg(not(feature = "regex"))]
pub(super) fn meant(text: &str) -> Option<Meant> {
    literal(&translated(text)?)
}

/// The regular expression in our syntax, or the plain entry that it amounts to. `None` if it names
/// no host.
#[cfg(feature = "regex")]
pub(super) fn meant(text: &str) -> Option<Meant> {
    use crate::origin::regex::OriginRegex;
    let regex = translated(text)?;
    if let Some(entry) = literal(&regex) {
        return Some(entry);
    }
    let compiled = OriginRegex::new(&regex).ok()?;
    let is_any = ["stranger.invalid", "stranger.invalid:8443", "1.2.3.4", "localhost:8443"]
        .iter()
        .filter(|host| {
            compiled.is_match(format!("https://{host}"))
                || compiled.is_match(format!("http://{host}"))
        })
        .count()
        > 1;
    let fits =
        !is_any && !regex.contains('\'') && regex.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(Meant::Regex { regex, shared: None, needs_danger: false })
}

/// The only origin that a regular expression without operators matches.
fn literal(regex: &str) -> Option<Meant> {
    let text = regex.replace(r"\.", ".");
    let is_literal = !text.contains(['\\', '^', '$', '|', '*', '+', '?', '(', ')', '[', '{']);
    if !is_literal {
        return None;
    }
    if Pattern::parse(&text).is_ok() { Some(Meant::Entry(text)) } else { host::mended(&text) }
}

/// Without delimiters, anchors and a path; with a scheme; with every dot between labels escaped;
/// and in lower case, like hosts.
fn translated(text: &str) -> Option<String> {
    let mut inner = delimited(text).unwrap_or(text);
    inner = inner.strip_prefix("~*").or(inner.strip_prefix('~')).unwrap_or(inner).trim();
    inner = inner.strip_prefix("(?i)").unwrap_or(inner);
    inner = inner.strip_prefix('^').unwrap_or(inner);
    inner = inner.strip_prefix("(?i)").unwrap_or(inner);
    inner = inner.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(inner);
    let plain = if has(inner, r"\\") { inner.replace(r"\\", r"\") } else { inner.to_owned() };
    let regex = respelt(&plain);
    let is_behind_scheme = |end: &str| !end.ends_with('/');
    let regex = ["(?:/.*)?", "(/.*)?", "/.*", "/?", "/"]
        .iter()
        .find_map(|path| regex.strip_suffix(path).filter(|rest| is_behind_scheme(rest)))
        .unwrap_or(&regex)
        .to_owned();
    if has(&regex, "://") {
        return regex.starts_with(['h', '(', '[']).then_some(regex);
    }
    let is_loopback = ["localhost", r"127\.", r"\[::1"].iter().any(|host| regex.starts_with(host));
    let has_dot = has(&regex, r"\.");
    match (is_loopback, has_dot) {
        (true, _) => Some(format!("http://{regex}")),
        (false, true) if !regex.starts_with(['/', ':']) => Some(format!("https://{regex}")),
        _ => None,
    }
}

fn respelt(regex: &str) -> String {
    let mut out = String::with_capacity(regex.len());
    let mut chars = regex.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('/' | ':' | '_')) => out.push(escaped),
                Some('-') if !in_class => out.push('-'),
                Some(escaped) => {
                    out.push('\\');
                    out.push(escaped);
                }
                None => out.push('\\'),
            },
            '.' if !in_class => {
                let is_repeated =
                    chars.peek().is_some_and(|next| matches!(next, '*' | '+' | '?' | '{'));
                out.push_str(if is_repeated { "." } else { r"\." });
            }
            _ => {
                in_class = c == '[' || in_class && c != ']';
                out.push(c.to_ascii_lowercase());
            }
        }
    }
    out
}
