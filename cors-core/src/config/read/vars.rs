//! Environment variables as the keys of a policy.

use std::collections::HashSet;
use std::ffi::OsString;

use super::nearest::nearest_key;
use super::{Fault, Reading, foreign};
use crate::config::tree::{Entry, Node, Value, shown_key};
use crate::error::{ConfigError, ErrorKind};
use crate::key::Key;
use crate::origin::MAX_LEN;

/// The variable of a key: `CORS_DANGER_ALLOW_NULL_ORIGIN` for `danger.allow_null_origin`.
pub(crate) fn variable(prefix: &str, key: Key) -> String {
    format!("{prefix}{}", key.name().replace('.', "_").to_ascii_uppercase())
}

/// Splits a list at its commas. As in TOML, the last entry may have one too.
pub(super) fn split(text: &str, line: usize) -> Vec<Node> {
    let text = text.trim();
    let text = text.strip_suffix(',').unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    let node = |entry: &str| Node { line, value: Value::String(entry.trim().to_owned()) };
    text.split(',').map(node).collect()
}

/// What a list in the brackets of TOML, JSON or YAML means, if that is clear; `None` if the text is not
/// one.
pub(super) fn bracketed(text: &str) -> Option<Option<String>> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    // Not an address: `[::1]`, or `[::1], [::2]`.
    let is_list = inner.trim_start().starts_with(['"', '\''])
        || !inner.contains(['[', '{']) && (inner.contains("://") || !inner.contains(':'));
    if !is_list {
        return None;
    }
    let unquoted = |entry: &str| entry.trim().trim_matches(['"', '\'']).to_owned();
    let entries: Vec<String> =
        inner.trim().trim_end_matches(',').split(',').map(unquoted).collect();
    let is_clear = text.len() <= MAX_LEN && entries.iter().all(|entry| is_plain(entry));
    Some(is_clear.then(|| entries.join(", ")))
}

/// Whether an entry is safe to print as it is.
fn is_plain(entry: &str) -> bool {
    !entry.is_empty() && entry.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"')
}

/// Reads the variables whose names start with the prefix.
pub(crate) fn read_vars(prefix: &str, vars: impl Iterator<Item = (OsString, OsString)>) -> Reading {
    let has_prefix = |name: &OsString| {
        let name = name.as_encoded_bytes().get(..prefix.len());
        // In another case, it is a mistake.
        name.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let mut vars: Vec<_> = vars.filter(|(name, _)| has_prefix(name)).collect();
    // An environment has no order.
    vars.sort();
    let mut reading = Reading::new();
    let mut seen = HashSet::new();
    for (name, value) in vars {
        let known = |key: &Key| name.to_str() == Some(&*variable(prefix, *key));
        let key = Key::ALL.iter().copied().find(known);
        let (value, is_unicode) = match value.into_string() {
            Ok(text) => (Value::Text(text), true),
            Err(value) => (Value::Unreadable(format!("{value:?}")), false),
        };
        let name = name.to_string_lossy().into_owned();
        let node = Node { line: 0, value };
        let Some(key) = key else {
            let entry = Entry { key: name, line: 0, node };
            reading.unknown_variable(prefix, &entry);
            continue;
        };
        let entry = Entry { key: key.name().to_owned(), line: 0, node };
        if reading.is_repeated(&mut seen, "", &entry) {
            continue;
        }
        if !is_unicode {
            reading.fault(0, key, None, &entry.node.value, ErrorKind::NotUnicode);
        }
        reading.key(key, &entry);
    }
    reading
}

impl Reading {
    fn unknown_variable(&mut self, prefix: &str, entry: &Entry) {
        let nearest = entry.key.get(prefix.len()..).and_then(|name| self.nearest_variable(name));
        // Another library's key may be one of ours with a value.
        let (key, value) = nearest.map_or(("", None), |nearest| match nearest.split_once(" = ") {
            Some((key, value)) => (key, Some(value)),
            None => (nearest, None),
        });
        let key = Key::from_name(key);
        if let Some(key) = key {
            self.place_mut(key).broken = true;
        }
        let kind = if nearest == Some(foreign::REGEX) {
            ErrorKind::RegexInVariable
        } else {
            let suggestion = key.map(|key| match value {
                Some(value) => format!("{}={value}", variable(prefix, key)),
                None => variable(prefix, key),
            });
            ErrorKind::UnknownVariable { suggestion }
        };
        let name = shown_key(&entry.key);
        let error = ConfigError::new(name.clone(), None, entry.node.value.to_string(), kind);
        self.faults.push(None, Fault { line: 0, error: error.with_variable(name) });
    }

    /// The key that a variable was probably meant to set, from its name without the prefix.
    fn nearest_variable(&mut self, name: &str) -> Option<&'static str> {
        self.guesses = self.guesses.checked_sub(1)?;
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("danger_") {
            Some(name) => nearest_key(&format!("danger.{name}")),
            None => nearest_key(&name),
        }
    }
}
