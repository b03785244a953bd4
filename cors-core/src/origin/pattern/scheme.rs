//! Schemes: those whose pages have origins, and misspelt ones.

use crate::origin::split_scheme;

/// Whether this is a scheme of web pages, whose hosts are domains and addresses.
pub(super) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// Whether no page has an origin with this scheme.
pub(super) fn has_no_page(scheme: &str) -> bool {
    const NONE: [&str; 11] = [
        "ws",
        "wss",
        "ftp",
        "ftps",
        "sftp",
        "about",
        "blob",
        "data",
        "javascript",
        "mailto",
        "view-source",
    ];
    NONE.contains(&scheme)
}

/// The page scheme that was likely meant: that of the page that opens a WebSocket, or the one that
/// a misspelt scheme resembles.
pub(super) fn meant(scheme: &str) -> &str {
    match scheme {
        "ws" => "http",
        "wss" => "https",
        other => misspelt(other).unwrap_or(other),
    }
}

/// `http` or `https`, if the scheme resembles one and is neither.
pub(crate) fn misspelt(scheme: &str) -> Option<&'static str> {
    if is_web(scheme) || has_no_page(scheme) || !(2..=9).contains(&scheme.len()) {
        return None;
    }
    let is_near = distance(scheme, "http") <= 1 || distance(scheme, "https") <= 1 || {
        // Two typos, if it has no other letters.
        scheme.bytes().all(|byte| matches!(byte, b'h' | b't' | b'p' | b's'))
            && distance(scheme, "https") <= 2
    };
    is_near.then_some(if scheme.contains('s') { "https" } else { "http" })
}

/// How many letters were omitted, added, replaced, or swapped with the next.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The scheme, the rest, and whether the scheme was cut or doubled. `None` if two schemes conflict.
pub(super) fn split(text: &str) -> Option<(String, &str, bool)> {
    let (mut scheme, rest, mut cut) = match first(text) {
        Some((scheme, rest, cut)) => (Some(scheme), rest, cut),
        None => (None, text, false),
    };
    let mut host = trimmed(rest);
    cut |= host.len() < rest.len();
    while let Some((again, behind, _)) = first(host) {
        if scheme.is_some_and(|scheme| !scheme.eq_ignore_ascii_case(again)) {
            return None;
        }
        (scheme, host, cut) = (Some(again), trimmed(behind), true);
    }
    let scheme = match scheme {
        Some(scheme) => meant(&scheme.to_ascii_lowercase()).to_owned(),
        None => default(host)?.to_owned(),
    };
    Some((scheme, host, cut))
}

const SLASHES: [char; 4] = [':', '/', '\\', ';'];

/// The text after the punctuation of a scheme. An IPv6 address may begin with two colons.
fn trimmed(rest: &str) -> &str {
    if rest.starts_with("::") { rest } else { rest.trim_start_matches(SLASHES) }
}

/// Splits off a scheme, and tells whether it was cut.
fn first(text: &str) -> Option<(&str, &str, bool)> {
    let cut = || cut_web(text).map(|(scheme, rest)| (scheme, rest, true));
    whole(text).map(|(scheme, rest)| (scheme, rest, false)).or_else(cut)
}

/// Splits off `scheme://`.
fn whole(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = split_scheme(text)?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    is_scheme.then_some((scheme, rest))
}

/// Splits off `https//`, `https:/`, `http:` and the like.
fn cut_web(text: &str) -> Option<(&str, &str)> {
    ["https", "http"].into_iter().find_map(|scheme| {
        let (front, rest) = text.split_at_checked(scheme.len())?;
        let is_cut = front.eq_ignore_ascii_case(scheme) && rest.starts_with(SLASHES);
        // `http:8080` is a host and its port.
        let is_port = rest.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        (is_cut && !is_port).then_some((front, rest))
    })
}

/// What comes before the path, query or fragment.
pub(super) fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())]
}

fn before_port(rest: &str) -> &str {
    let authority = authority(rest);
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// The scheme for a host without one. This machine rarely has a certificate.
fn default(rest: &str) -> Option<&'static str> {
    let name = rest.trim_start_matches(['*', '.', '[']).to_ascii_lowercase();
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let is_loopback = name.strip_prefix("::1").is_some_and(|rest| !rest.starts_with(is_hex))
        || crate::origin::is_loopback(before_port(&name));
    if is_loopback {
        return Some("http");
    }
    (before_port(rest).contains('.') || rest.starts_with('[')).then_some("https")
}

/// The text after a scheme that means both `http` and `https`.
pub(super) fn behind_both(text: &str) -> Option<&str> {
    ["*://", "http*://", "http(s)://", "http[s]://", "https?://", "(http|https)://"]
        .into_iter()
        .find_map(|both| text.strip_prefix(both))
}
