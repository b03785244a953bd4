//! Several entries in one text, and placeholders.

use super::host::mended;
use super::meant::Meant;
use super::{Pattern, has, scheme};
use crate::origin::split_scheme;

/// More entries are hardly a mistake, and too long for a message.
const MAX: usize = 64;

const SEPARATORS: [char; 3] = [',', ';', '|'];

pub(super) fn is_separator(c: char) -> bool {
    SEPARATORS.contains(&c) || c.is_whitespace()
}

/// The entries of a list. `None` if one of them is unclear.
pub(super) fn list(text: &str) -> Option<Meant> {
    let marks = ['"', '\'', '`'];
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let text = inner.unwrap_or(text);
    let is_spaced = !text.contains(SEPARATORS);
    let mut entries: Vec<String> = Vec::new();
    for piece in text.split(is_separator) {
        let is_quoted = piece.starts_with(marks);
        let piece = if is_quoted { piece.trim_matches(marks) } else { piece };
        if piece.is_empty() {
            continue;
        }
        // A space may also be a typo in a single entry.
        if is_spaced && !has(piece, "://") {
            return None;
        }
        let entry = match entries.last() {
            Some(before) => next(before, piece)?,
            None => one(piece)?,
        };
        if !entries.contains(&entry) {
            entries.push(entry);
        }
        if entries.len() > MAX {
            return None;
        }
    }
    Meant::of(entries)
}

/// The entry that follows another: `b.example` takes the scheme of the previous one, and `3001`
/// everything but its port.
fn next(before: &str, piece: &str) -> Option<String> {
    if piece.bytes().all(|byte| byte.is_ascii_digit()) {
        let (host, _) = before.rsplit_once(':').filter(|(host, _)| has(host, "://"))?;
        return one(&format!("{host}:{piece}"));
    }
    let entry = one(piece)?;
    let scheme = split_scheme(before).map(|(scheme, _)| scheme)?;
    match entry.strip_prefix("https://") {
        Some(rest) if !has(piece, "//") && !has(piece, ":/") => one(&format!("{scheme}://{rest}")),
        _ => Some(entry),
    }
}

/// A name without a dot is more likely part of something else.
fn one(piece: &str) -> Option<String> {
    let entry = match Pattern::parse(piece) {
        Ok(pattern) if !pattern.is_misspelt() => piece.to_owned(),
        _ => match mended(piece)? {
            Meant::Entry(entry) => entry,
            _ => return None,
        },
    };
    match Pattern::parse(&entry).ok()? {
        Pattern::Tuple { scheme, host, .. } if scheme::is_web(scheme) => {
            let is_whole = host.contains(['.', '[']) || host == "localhost";
            is_whole.then_some(entry)
        }
        Pattern::Null => None,
        _ => Some(entry),
    }
}

/// Expands `{a,b}`. `None` if there is none, or if the results are not entries.
pub(super) fn expanded(text: &str) -> Option<Meant> {
    let mut texts = vec![text.to_owned()];
    while let Some(open) = texts[0].find('{') {
        let close = texts[0][open..].find('}')? + open;
        if !texts[0][open..close].contains([',', '|']) {
            return None;
        }
        let mut all = Vec::new();
        for text in &texts {
            let (front, rest) = text.split_once('{')?;
            let (choices, back) = rest.split_once('}')?;
            for one in choices.split([',', '|']) {
                all.push(format!("{front}{}{back}", one.trim()));
            }
            if all.len() > MAX {
                return None;
            }
        }
        texts = all;
    }
    if texts.len() < 2 {
        return None;
    }
    let mut entries = Vec::new();
    for text in &texts {
        let entry = one(text)?;
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    Meant::of(entries)
}

/// Whether the text has a placeholder: `${host}`, `{tenant}`, `<host>`, `%HOST%`, `$HOST`,
/// `[host]`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '))
    };
    let within = |open: char, close: char| {
        text.match_indices(open)
            .any(|(at, _)| text[at + 1..].split_once(close).is_some_and(|(name, _)| is_name(name)))
    };
    let follows_dollar = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '('))
    };
    text.contains(['{', '}'])
        || text.split('$').skip(1).any(follows_dollar)
        || within('<', '>')
        || within('%', '%')
        // An IPv6 address may also begin with `[a`, but then a colon follows.
        || within('[', ']') && !has(text, "::")
        || has(text, "__")
            && text.contains(|c: char| c.is_ascii_uppercase())
}
