//! Reads a tree as a policy. What has the wrong shape (an unknown key, a wrong type, a key twice)
//! is a fault, and never keeps the rest from being read. Whether the values make a policy is not
//! asked here.

mod nearest;
mod reading;

use std::collections::HashSet;
use std::time::Duration;

use super::tree::{Entry, Node, Value, shown_key};
use super::{Config, DisallowedOrigin, KEYS, OriginEntry, RefusedPreflight};
use crate::error::{ConfigError, ErrorKind};
use reading::Place;

pub(crate) use reading::{Fault, Reading};

/// Reads the entries of a policy's outermost table.
pub(crate) fn read(entries: Vec<Entry>) -> Reading {
    let mut reading = Reading {
        config: Config::default(),
        faults: Vec::new(),
        places: vec![Place::default(); KEYS.len()],
    };
    reading.root(entries);
    reading
}

const STRINGS: &str = "a string or a list of strings";
const ORIGINS: &str = "a string, { regex = \"…\" } or a list of these";
const ORIGIN: &str = "a string or { regex = \"…\" }";

impl Reading {
    fn root(&mut self, entries: Vec<Entry>) {
        let mut seen = HashSet::new();
        for entry in entries {
            if self.is_repeated(&mut seen, "", &entry) {
                continue;
            }
            if entry.key == "danger" {
                self.danger(entry);
                continue;
            }
            if entry.key.starts_with("danger.") {
                // A name with a dot in it: the table was meant.
                self.unknown(shown_key(&entry.key), &entry, Some("danger"));
                continue;
            }
            let Some(key) = KEYS.into_iter().find(|key| *key == entry.key) else {
                self.unknown(shown_key(&entry.key), &entry, nearest::nearest_key(&entry.key));
                continue;
            };
            self.place_mut(key).line = Some(entry.line);
            self.key(key, &entry);
        }
    }

    fn key(&mut self, key: &'static str, entry: &Entry) {
        match key {
            "allow_origins" => self.config.allow_origins = self.origins(key, entry),
            "allow_methods" => self.config.allow_methods = self.names(key, entry),
            "allow_headers" => self.config.allow_headers = self.names(key, entry),
            "expose_headers" => self.config.expose_headers = self.names(key, entry),
            "allow_credentials" => self.config.allow_credentials = self.boolean(key, entry),
            "max_age" => self.config.max_age = self.max_age(key, entry),
            "allow_private_network" => self.config.allow_private_network = self.boolean(key, entry),
            "preflight_status" => self.config.preflight_status = self.status(key, entry),
            "preflight_continue" => self.config.preflight_continue = self.boolean(key, entry),
            "disallowed_origin" => {
                use DisallowedOrigin::{Forbid, Forward};
                let words = [("forward", Forward), ("forbid", Forbid)];
                self.config.disallowed_origin =
                    self.word(key, entry, words, r#""forward" or "forbid""#);
            }
            "refused_preflight" => {
                use RefusedPreflight::{Conceal, Explain};
                let words = [("explain", Explain), ("conceal", Conceal)];
                self.config.refused_preflight =
                    self.word(key, entry, words, r#""explain" or "conceal""#);
            }
            "danger.allow_insecure_origins" => {
                self.config.danger.allow_insecure_origins = self.boolean(key, entry);
            }
            "danger.allow_public_suffix_subdomains" => {
                self.config.danger.allow_public_suffix_subdomains = self.boolean(key, entry);
            }
            "danger.allow_unbounded_regex" => {
                self.config.danger.allow_unbounded_regex = self.boolean(key, entry);
            }
            "danger.allow_null_origin" => {
                self.config.danger.allow_null_origin = self.boolean(key, entry)
            }
            "danger.reflect_any_origin" => {
                self.config.danger.reflect_any_origin = self.boolean(key, entry)
            }
            // `every_key_is_read` holds this list against `KEYS`.
            _ => unreachable!("a key of KEYS that is not read: {key}"),
        }
    }

    fn danger(&mut self, entry: Entry) {
        let Value::Table(entries) = entry.node.value else {
            self.wrong_type(
                "danger".into(),
                None,
                entry.line,
                &entry.node.value,
                "a table of booleans",
            );
            return;
        };
        let mut seen = HashSet::new();
        for entry in entries {
            if self.is_repeated(&mut seen, "danger.", &entry) {
                continue;
            }
            let path = format!("danger.{}", entry.key);
            match KEYS.iter().find(|key| **key == path) {
                Some(key) => {
                    self.place_mut(key).line = Some(entry.line);
                    self.key(key, &entry);
                }
                None => {
                    let shown = format!("danger.{}", shown_key(&entry.key));
                    self.unknown(shown, &entry, nearest::nearest_key(&path));
                }
            }
        }
    }

    fn boolean(&mut self, key: &'static str, entry: &Entry) -> bool {
        match entry.node.value {
            Value::Boolean(value) => value,
            _ => self.wrong_value(key, entry, "true or false"),
        }
    }

    fn max_age(&mut self, key: &'static str, entry: &Entry) -> Option<Duration> {
        match entry.node.value {
            Value::Integer(seconds @ 0..) => {
                let seconds = u64::try_from(seconds).unwrap_or_else(|_| {
                    self.place_mut(key).beyond = Some((u64::MAX, seconds));
                    u64::MAX
                });
                Some(Duration::from_secs(seconds))
            }
            _ => self.wrong_value(key, entry, "whole seconds, 0 to 86400"),
        }
    }

    fn status(&mut self, key: &'static str, entry: &Entry) -> Option<u16> {
        match entry.node.value {
            Value::Integer(status) => Some(u16::try_from(status).unwrap_or_else(|_| {
                self.place_mut(key).beyond = Some((u16::MAX.into(), status));
                u16::MAX
            })),
            _ => self.wrong_value(key, entry, "a status from 200 to 299"),
        }
    }

    fn word<T: Copy + Default>(
        &mut self,
        key: &'static str,
        entry: &Entry,
        words: [(&str, T); 2],
        expected: &'static str,
    ) -> T {
        let is_written =
            |word: &str| matches!(&entry.node.value, Value::String(text) if text == word);
        match words.iter().find(|(word, _)| is_written(word)) {
            Some((_, value)) => *value,
            None => self.wrong_value(key, entry, expected),
        }
    }

    fn names(&mut self, key: &'static str, entry: &Entry) -> Vec<String> {
        self.list(key, entry, STRINGS, |reading, index, node, line| match &node.value {
            Value::String(name) => Some(name.clone()),
            value => {
                reading.wrong_type(key.into(), index, line, value, "a string");
                None
            }
        })
    }

    fn origins(&mut self, key: &'static str, entry: &Entry) -> Vec<OriginEntry> {
        self.list(key, entry, ORIGINS, |reading, index, node, line| match &node.value {
            Value::String(pattern) => Some(OriginEntry::Pattern(pattern.clone())),
            Value::Table(entries) => reading.regex(key, index, node, entries, line),
            value => {
                reading.wrong_type(key.into(), index, line, value, ORIGIN);
                None
            }
        })
    }

    /// Reads each entry of a list, or the one bare value as the only entry.
    fn list<T>(
        &mut self,
        key: &'static str,
        entry: &Entry,
        expected: &'static str,
        mut read: impl FnMut(&mut Self, Option<usize>, &Node, usize) -> Option<T>,
    ) -> Vec<T> {
        let single = std::slice::from_ref(&entry.node);
        let (nodes, is_list) = match &entry.node.value {
            Value::List(nodes) => (nodes.as_slice(), true),
            Value::String(_) => (single, false),
            Value::Table(_) if expected == ORIGINS => (single, false),
            _ => return self.wrong_value(key, entry, expected),
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
        key: &'static str,
        index: Option<usize>,
        node: &Node,
        entries: &[Entry],
        line: usize,
    ) -> Option<OriginEntry> {
        let prefix = match index {
            Some(index) => format!("{key}[{index}]."),
            None => format!("{key}."),
        };
        let faults = self.faults.len();
        let mut regex = None;
        let mut seen = HashSet::new();
        for entry in entries {
            if self.is_repeated(&mut seen, &prefix, entry) {
                continue;
            }
            let path = format!("{prefix}{}", shown_key(&entry.key));
            match (entry.key.as_str(), &entry.node.value) {
                ("regex", Value::String(text)) => regex = Some(OriginEntry::Regex(text.clone())),
                ("regex", value) => self.wrong_type(path, None, entry.line, value, "a string"),
                (name, _) => {
                    let suggestion = nearest::is_near(name, "regex").then_some("regex");
                    self.unknown(path, entry, suggestion);
                }
            }
        }
        // Without a regex that could be read, or a word on why.
        if !seen.contains("regex") && self.faults.len() == faults {
            self.wrong_type(key.into(), index, line, &node.value, ORIGIN);
        }
        regex
    }

    /// Whether the key has stood in its table before, which is a fault. The first one counts, in
    /// every format.
    fn is_repeated(&mut self, seen: &mut HashSet<String>, prefix: &str, entry: &Entry) -> bool {
        let is_repeated = !seen.insert(entry.key.clone());
        if is_repeated {
            let path = format!("{prefix}{}", shown_key(&entry.key));
            self.fault(entry.line, path, None, &entry.node.value, ErrorKind::DuplicateKey);
        }
        is_repeated
    }

    fn unknown(&mut self, path: String, entry: &Entry, suggestion: Option<&'static str>) {
        // The key that was meant has a value, which is not known.
        if let Some(key) = KEYS.into_iter().find(|key| Some(*key) == suggestion) {
            self.place_mut(key).broken = true;
        }
        self.fault(entry.line, path, None, &entry.node.value, ErrorKind::UnknownKey { suggestion });
    }

    /// The whole value of a key has a wrong type; the key keeps its default.
    fn wrong_value<T: Default>(
        &mut self,
        key: &'static str,
        entry: &Entry,
        expected: &'static str,
    ) -> T {
        self.place_mut(key).broken = true;
        self.wrong_type(key.into(), None, entry.line, &entry.node.value, expected);
        T::default()
    }

    fn wrong_type(
        &mut self,
        path: String,
        index: Option<usize>,
        line: usize,
        value: &Value,
        expected: &'static str,
    ) {
        // What a syntax error has made of a value is no second fault.
        if !matches!(value, Value::Unreadable(_)) {
            self.fault(line, path, index, value, ErrorKind::WrongType { expected });
        }
    }

    fn fault(
        &mut self,
        line: usize,
        path: String,
        index: Option<usize>,
        value: &Value,
        kind: ErrorKind,
    ) {
        let error = ConfigError::new(path, index, value.to_string(), kind);
        self.faults.push(Fault { line, error });
    }
}

#[cfg(test)]
mod tests;
