//! Reads a tree as a policy. Unknown keys, wrong types and duplicate keys are errors, and do not stop
//! the reading. This module does not check whether the values make a valid policy.

mod foreign;
mod meant;
mod nearest;
mod reading;
mod vars;

use std::collections::HashSet;
use std::time::Duration;

use super::tree::{Entry, Node, Value, shown_key};
use super::{Config, DisallowedOrigin, OriginEntry, RefusedPreflight};
use crate::error::{Capped, ConfigError, ErrorKind, Subject};
use crate::key::Key;
use reading::Place;

pub(crate) use reading::{Fault, Reading};
pub(crate) use vars::{read_vars, variable};

/// Reads the entries of the outermost table.
pub(crate) fn read(entries: Vec<Entry>) -> Reading {
    let mut reading = Reading::new();
    reading.root(entries, &mut HashSet::new());
    reading
}

/// How many unknown names are compared with known keys, which is slow. After thousands of unknown
/// names, suggestions do not help.
const GUESSES: usize = 5000;

const STRINGS: &str = "a string or a list of strings";
const ORIGINS: &str = "a string, { regex = \"…\" } or a list of these";
const IN_VARIABLE: &str = "entries with commas between them, without brackets and quotation marks";
const ORIGIN: &str = "a string or { regex = \"…\" }";

impl Reading {
    fn new() -> Self {
        Self {
            config: Config::default(),
            faults: Capped::new(),
            unwrapped: false,
            guesses: GUESSES,
            places: vec![Place::default(); Key::ALL.len()],
        }
    }

    /// `seen` has all keys so far, including those of outer tables.
    fn root(&mut self, entries: Vec<Entry>, seen: &mut HashSet<String>) {
        for entry in entries {
            if self.is_repeated(seen, "", &entry) {
                continue;
            }
            if entry.key == "danger" {
                self.danger(entry);
                continue;
            }
            if entry.key.starts_with("danger.") {
                // The name has a dot in it: suggest the table.
                self.unknown(shown_key(&entry.key), &entry, Some("danger"));
                continue;
            }
            match Key::from_name(&entry.key) {
                Some(key) => self.key(key, &entry),
                None => self.other(entry, seen),
            }
        }
    }

    /// Handles an unknown key. If it is a table around known keys, such as `[cors]`, these are read.
    fn other(&mut self, entry: Entry, seen: &mut HashSet<String>) {
        if !self.is_wrapper(&entry) {
            let suggestion = self.nearest(&entry.key);
            self.unknown(shown_key(&entry.key), &entry, suggestion);
            return;
        }
        // Report only the outermost table around the keys. A second such table is another policy,
        // whose keys would contradict the first.
        let is_first = !std::mem::replace(&mut self.unwrapped, true);
        let path = shown_key(&entry.key);
        self.fault(entry.line, path, None, &entry.node.value, ErrorKind::WrappedKeys);
        if is_first {
            self.unwrap(entry.node.value, seen);
        }
    }

    fn unwrap(&mut self, value: Value, seen: &mut HashSet<String>) {
        match value {
            Value::Table(mut entries) => {
                let is_around = !entries.iter().any(|entry| self.is_ours(&entry.key));
                match entries.iter().position(|entry| is_around && self.is_wrapper(entry)) {
                    Some(inner) => self.unwrap(entries.swap_remove(inner).node.value, seen),
                    None => self.root(entries, seen),
                }
            }
            Value::List(nodes) => {
                nodes.into_iter().for_each(|node| self.unwrap(node.value, seen));
            }
            _ => {}
        }
    }

    fn key(&mut self, key: Key, entry: &Entry) {
        self.place_mut(key).line = Some(entry.line);
        match key {
            Key::AllowOrigins => self.config.allow_origins = self.origins(key, entry),
            Key::AllowMethods => self.config.allow_methods = self.names(key, entry),
            Key::AllowHeaders => self.config.allow_headers = self.names(key, entry),
            Key::ExposeHeaders => self.config.expose_headers = self.names(key, entry),
            Key::AllowCredentials => self.config.allow_credentials = self.boolean(key, entry),
            Key::MaxAge => self.config.max_age = self.max_age(key, entry),
            Key::AllowPrivateNetwork => {
                self.config.allow_private_network = self.boolean(key, entry)
            }
            Key::PreflightStatus => self.config.preflight_status = self.status(key, entry),
            Key::PreflightContinue => self.config.preflight_continue = self.boolean(key, entry),
            Key::DisallowedOrigin => {
                use DisallowedOrigin::{Forbid, ForbidUnsafe, Forward};
                let words =
                    [("forward", Forward), ("forbid", Forbid), ("forbid-unsafe", ForbidUnsafe)];
                let wanted = r#""forward", "forbid" or "forbid-unsafe""#;
                self.config.disallowed_origin = self.word(key, entry, words, wanted);
            }
            Key::OwnHosts => {
                let hosts = self.names(key, entry);
                // An empty list is an error of its own, unless it is empty because of another.
                let is_broken = hosts.is_empty() && self.place_mut(key).broken;
                self.config.own_hosts = (!is_broken).then_some(hosts);
            }
            Key::RefusedPreflight => {
                use RefusedPreflight::{Conceal, Explain};
                let words = [("explain", Explain), ("conceal", Conceal)];
                self.config.refused_preflight =
                    self.word(key, entry, words, r#""explain" or "conceal""#);
            }
            Key::AllowInsecureOrigins => {
                self.config.danger.allow_insecure_origins = self.boolean(key, entry);
            }
            Key::AllowPublicSuffixSubdomains => {
                self.config.danger.allow_public_suffix_subdomains = self.boolean(key, entry);
            }
            Key::AllowUnboundedRegex => {
                self.config.danger.allow_unbounded_regex = self.boolean(key, entry);
            }
            Key::AllowNullOrigin => {
                self.config.danger.allow_null_origin = self.boolean(key, entry);
            }
            Key::ReflectAnyOrigin => {
                self.config.danger.reflect_any_origin = self.boolean(key, entry);
            }
        }
    }

    fn danger(&mut self, entry: Entry) {
        let Value::Table(entries) = entry.node.value else {
            let (path, line, value) = ("danger".to_owned(), entry.line, &entry.node.value);
            return self.wrong_type(path, None, line, value, "a table of booleans", None);
        };
        let mut seen = HashSet::new();
        for entry in entries {
            if self.is_repeated(&mut seen, "danger.", &entry) {
                continue;
            }
            let path = format!("danger.{}", entry.key);
            match Key::from_name(&path) {
                Some(key) => self.key(key, &entry),
                None => {
                    let shown = format!("danger.{}", shown_key(&entry.key));
                    let suggestion = self.nearest(&path);
                    self.unknown(shown, &entry, suggestion);
                }
            }
        }
    }

    /// If `"true"` is meant, the other keys are judged as if it were there.
    fn boolean(&mut self, key: Key, entry: &Entry) -> bool {
        let value = &entry.node.value;
        value.as_boolean().unwrap_or_else(|| {
            let meant = meant::boolean(value);
            let is_true = meant.as_deref().is_some_and(|meant| meant.starts_with("true"));
            self.wrong_value(key, entry, "true or false", meant) || is_true
        })
    }

    fn max_age(&mut self, key: Key, entry: &Entry) -> Option<Duration> {
        let value = &entry.node.value;
        match value.as_integer() {
            Some(seconds @ 0..) => {
                let seconds = u64::try_from(seconds).unwrap_or_else(|_| {
                    self.place_mut(key).beyond =
                        Some((u64::MAX, seconds, ErrorKind::MaxAgeTooLarge));
                    u64::MAX
                });
                Some(Duration::from_secs(seconds))
            }
            _ => self.wrong_value(key, entry, "whole seconds, 0 to 86400", meant::seconds(value)),
        }
    }

    fn status(&mut self, key: Key, entry: &Entry) -> Option<u16> {
        let value = &entry.node.value;
        match value.as_integer() {
            Some(status) => Some(u16::try_from(status).unwrap_or_else(|_| {
                self.place_mut(key).beyond =
                    Some((u16::MAX.into(), status, ErrorKind::PreflightStatusOutOfRange));
                u16::MAX
            })),
            None => self.wrong_value(key, entry, "a status from 200 to 299", meant::status(value)),
        }
    }

    fn word<T: Copy + Default, const N: usize>(
        &mut self,
        key: Key,
        entry: &Entry,
        words: [(&str, T); N],
        expected: &'static str,
    ) -> T {
        let written = entry.node.value.as_word();
        match words.iter().find(|(word, _)| written == Some(word)) {
            Some((_, value)) => *value,
            None => {
                let meant = meant::word(&entry.node.value, words.map(|(word, _)| word));
                self.wrong_value(key, entry, expected, meant)
            }
        }
    }

    fn names(&mut self, key: Key, entry: &Entry) -> Vec<String> {
        self.list(key, entry, STRINGS, |reading, index, node, line| match &node.value {
            Value::String(name) => Some(name.clone()),
            value => {
                let meant = meant::name(value);
                reading.wrong_type(key, index, line, value, "a string", meant);
                None
            }
        })
    }

    fn origins(&mut self, key: Key, entry: &Entry) -> Vec<OriginEntry> {
        self.list(key, entry, ORIGINS, |reading, index, node, line| match &node.value {
            Value::String(pattern) => Some(OriginEntry::Pattern(pattern.clone())),
            Value::Table(entries) => reading.regex(key, index, node, entries, line),
            value => {
                let meant = meant::origin(value);
                reading.wrong_type(key, index, line, value, ORIGIN, meant);
                None
            }
        })
    }

    /// Reads each entry of a list, or a bare value as the only entry.
    fn list<T>(
        &mut self,
        key: Key,
        entry: &Entry,
        expected: &'static str,
        mut read: impl FnMut(&mut Self, Option<usize>, &Node, usize) -> Option<T>,
    ) -> Vec<T> {
        let single = std::slice::from_ref(&entry.node);
        let split;
        let (nodes, is_list) = match &entry.node.value {
            Value::List(nodes) => (nodes.as_slice(), true),
            Value::Text(text) => {
                if let Some(meant) = vars::bracketed(text) {
                    return self.wrong_value(key, entry, IN_VARIABLE, meant);
                }
                split = vars::split(text, entry.line);
                (split.as_slice(), true)
            }
            Value::String(_) => (single, false),
            Value::Table(_) if expected == ORIGINS => (single, false),
            value => {
                let bare =
                    if expected == ORIGINS { meant::origin(value) } else { meant::name(value) };
                return self.wrong_value(key, entry, expected, bare);
            }
        };
        let mut list = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let line = if is_list { node.line } else { entry.line };
            let index = (nodes.len() > 1).then_some(index);
            match read(self, index, node, line) {
                Some(item) => {
                    list.push(item);
                    self.place_mut(key).entries.push((index, line));
                }
                None => self.place_mut(key).broken = true,
            }
        }
        list
    }

    /// Reads `{ regex = "…" }`.
    fn regex(
        &mut self,
        key: Key,
        index: Option<usize>,
        node: &Node,
        entries: &[Entry],
        line: usize,
    ) -> Option<OriginEntry> {
        let prefix = match index {
            Some(index) => format!("{}[{index}].", key.name()),
            None => format!("{}.", key.name()),
        };
        let faults = self.faults.total();
        let mut regex = None;
        let mut seen = HashSet::new();
        for entry in entries {
            if self.is_repeated(&mut seen, &prefix, entry) {
                continue;
            }
            let path = format!("{prefix}{}", shown_key(&entry.key));
            match (entry.key.as_str(), &entry.node.value) {
                ("regex", Value::String(text)) => regex = Some(OriginEntry::Regex(text.clone())),
                ("regex", value) => {
                    self.wrong_type(path, None, entry.line, value, "a string", None)
                }
                (name, _) => {
                    let suggestion = nearest::is_near(name, "regex").then_some("regex");
                    self.unknown(path, entry, suggestion);
                }
            }
        }
        // There is no readable regex, and nothing reported yet.
        if !seen.contains("regex") && self.faults.total() == faults {
            self.wrong_type(key, index, line, &node.value, ORIGIN, None);
        }
        regex
    }

    /// Whether the key appeared in its table before, which is an error. In every format, the first one
    /// counts.
    fn is_repeated(&mut self, seen: &mut HashSet<String>, prefix: &str, entry: &Entry) -> bool {
        let is_repeated = !seen.insert(entry.key.clone());
        if is_repeated {
            let path = format!("{prefix}{}", shown_key(&entry.key));
            self.fault(entry.line, path, None, &entry.node.value, ErrorKind::DuplicateKey);
        }
        is_repeated
    }

    fn unknown(&mut self, path: String, entry: &Entry, suggestion: Option<&'static str>) {
        // The key that was meant does have a value, but an unknown one.
        let meant = suggestion.and_then(|suggestion| suggestion.split(" = ").next());
        if let Some(key) = meant.and_then(Key::from_name) {
            self.place_mut(key).broken = true;
        }
        self.fault(entry.line, path, None, &entry.node.value, ErrorKind::UnknownKey { suggestion });
    }

    /// Reports that the whole value of a key has the wrong type. The key keeps its default.
    fn wrong_value<T: Default>(
        &mut self,
        key: Key,
        entry: &Entry,
        expected: &'static str,
        meant: Option<String>,
    ) -> T {
        self.place_mut(key).broken = true;
        self.wrong_type(key, None, entry.line, &entry.node.value, expected, meant);
        T::default()
    }

    fn wrong_type(
        &mut self,
        subject: impl Into<Subject>,
        index: Option<usize>,
        line: usize,
        value: &Value,
        expected: &'static str,
        meant: Option<String>,
    ) {
        // A syntax error has already been reported here.
        if !matches!(value, Value::Unreadable(_)) {
            self.fault(line, subject, index, value, ErrorKind::WrongType { expected, meant });
        }
    }

    fn fault(
        &mut self,
        line: usize,
        subject: impl Into<Subject>,
        index: Option<usize>,
        value: &Value,
        kind: ErrorKind,
    ) {
        let error = ConfigError::new(subject, index, value.to_string(), kind);
        self.faults.push(error.known_key(), Fault { line, error });
    }

    /// Whether the entry is a table around known keys, at any depth.
    fn is_wrapper(&mut self, entry: &Entry) -> bool {
        let is_cors = entry.key.to_ascii_lowercase().contains("cors");
        self.wraps(&entry.node.value, is_cors)
    }

    /// If `is_cors`, keys of other libraries count as known.
    fn wraps(&mut self, value: &Value, is_cors: bool) -> bool {
        match value {
            Value::Table(entries) => entries.iter().any(|entry| {
                let counts = is_cors || !nearest::is_foreign(&entry.key);
                counts && self.is_ours(&entry.key) || self.is_wrapper(entry)
            }),
            Value::List(nodes) => {
                matches!(&nodes[..], [node] if self.wraps(&node.value, is_cors))
            }
            _ => false,
        }
    }

    /// Whether the key is a known one, or another library's name for it.
    fn is_ours(&mut self, key: &str) -> bool {
        key == "danger" || self.nearest(key).is_some()
    }

    fn nearest(&mut self, path: &str) -> Option<&'static str> {
        if let Some(key) = Key::from_name(path) {
            return Some(key.name());
        }
        self.guesses = self.guesses.checked_sub(1)?;
        nearest::nearest_key(path)
    }
}

#[cfg(test)]
mod tests;
