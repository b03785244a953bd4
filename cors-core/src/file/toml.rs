//! TOML, by a parser that goes on after an error, so that the rest of the file is judged too.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeArray, DeTable, DeValue, Error};

use super::Parsed;
use super::lines::Lines;
use crate::config::read::Fault;
use crate::config::tree::{Entry, MAX_DEPTH, Node, Value, shown_key};
use crate::error::{ConfigError, ErrorKind};

// What the parser calls the errors that leave no doubt of the rest. Should it change its words,
// they are taken for errors of syntax like the others.

/// A key that stands in its table already. The first one counts.
const DUPLICATE: &str = "duplicate key";
/// `yes`, or `https://a.test` without quotes: no value of TOML, yet it is clear where it ends.
/// The second is said of what begins like `true` or `false`.
const BARE: [&str; 2] = ["string values must be quoted", "invalid boolean"];
/// A list or a text without an end, which the parser notices only where the file ends.
const ENDLESS: [&str; 2] = ["unclosed", "invalid multi-line"];

/// A line without `=`, behind which the parser keeps nothing of the file.
const KEY_ALONE: [&str; 1] = ["key with no value"];

pub(super) fn parse(text: &str) -> Parsed {
    let lines = Lines::new(text);
    let alone: Vec<_> = DeTable::parse_recoverable(text)
        .1
        .into_iter()
        .filter(|error| says(error, &KEY_ALONE))
        .collect();
    // Once more without those lines, with everything in its place.
    let blanked = lines.blanked(&alone.iter().map(|error| lines.of(start(error))).collect());
    let (table, mut errors) = DeTable::parse_recoverable(&blanked);
    errors.extend(alone);
    errors.sort_by_key(start);
    let (duplicates, errors): (Vec<_>, Vec<_>) =
        errors.into_iter().partition(|error| error.message() == DUPLICATE);
    let (bare, errors): (Vec<_>, Vec<_>) = errors.into_iter().partition(|error| says(error, &BARE));
    let mut walk = Walk::new(text, lines);
    walk.spoiled = errors.iter().map(|error| walk.lines.of(start(error))).collect();
    walk.bare = bare.iter().map(start).collect();
    let entries = walk.table(table.get_ref(), "");

    let mut faults = walk.syntax(&errors);
    let mut seen = HashSet::new();
    for error in &duplicates {
        let Some(span) = error.span().filter(|span| seen.insert(span.clone())) else { continue };
        faults.push(walk.duplicate(span));
    }
    Parsed { entries, faults, whole: errors.is_empty() }
}

/// Where an error stands. The parser knows no place for a path of too many keys.
fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// Whether the value is a table, or a list of tables, made by headers or dotted keys: it begins
/// before its key or with it, where all others begin after it.
fn is_headed(key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> bool {
    matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_))
        && value.span().start <= key.span().start
}

type Key<'t> = Spanned<Cow<'t, str>>;

fn says(error: &Error, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|words| error.message().starts_with(words))
}

/// Turns the parser's tables into ours, and keeps in mind where everything stood.
struct Walk<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// The lines with an error of syntax.
    spoiled: Vec<usize>,
    /// Where a value is neither quoted nor anything else.
    bare: HashSet<usize>,
    /// The first and last line of each key with its value, and the key's path.
    leaves: Vec<(usize, usize, String)>,
    /// Each table: from where to where its keys are its own, and its path.
    tables: Vec<(Range<usize>, String)>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, lines: Lines<'t>) -> Self {
        Self {
            text,
            lines,
            spoiled: Vec::new(),
            bare: HashSet::new(),
            leaves: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// The parser has the keys in alphabetical order, we have them in that of the file.
    ///
    /// It goes no deeper than the parser, which has a limit.
    fn table(&mut self, table: &DeTable<'_>, prefix: &str) -> Vec<Entry> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        // Behind `[table` without its `]`, the parser takes a key for a table.
        pairs.retain(|(key, value)| !is_headed(key, value) || key.span().end <= value.span().end);
        pairs.into_iter().map(|(key, value)| self.entry(key, value, prefix)).collect()
    }

    fn entry(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, prefix: &str) -> Entry {
        let path = format!("{prefix}{}", shown_key(key.get_ref()));
        let line = self.lines.of(key.span().start);
        let value = match value.get_ref() {
            DeValue::Table(table) if is_headed(key, value) => {
                // The keys of `table.key = …` tell their table themselves.
                let is_dotted = value.span() == key.span();
                self.headed((!is_dotted).then_some(value.span()), table, path)
            }
            DeValue::Array(array) if is_headed(key, value) => self.headed_list(array, &path),
            _ => {
                let end = value.span().end.max(key.span().end);
                let last = self.lines.of(end.saturating_sub(1));
                self.leaves.push((line, last, path.clone()));
                match self.spoiled.partition_point(|spoiled| *spoiled < line) {
                    next if self.spoiled.get(next).is_some_and(|next| *next <= last) => {
                        Value::Unreadable(self.lines.value(line).to_owned())
                    }
                    _ => self.value(value, path),
                }
            }
        };
        Entry { key: key.get_ref().to_string(), line, node: Node { line, value } }
    }

    fn headed(&mut self, header: Option<Range<usize>>, table: &DeTable<'_>, path: String) -> Value {
        let prefix = format!("{path}.");
        self.tables.extend(header.map(|header| (header.start..usize::MAX, path)));
        Value::Table(self.table(table, &prefix))
    }

    fn headed_list(&mut self, array: &DeArray<'_>, path: &str) -> Value {
        let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| {
            let line = self.lines.of(item.span().start);
            let path = format!("{path}[{index}]");
            let value = match item.get_ref() {
                DeValue::Table(table) => self.headed(Some(item.span()), table, path),
                _ => self.value(item, path),
            };
            Node { line, value }
        };
        Value::List(array.iter().enumerate().map(item).collect())
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: String) -> Value {
        let span = value.span();
        if self.bare.contains(&span.start) {
            let text = self.text.get(span).filter(|text| !text.is_empty());
            return Value::Other(text.unwrap_or("nothing").to_owned());
        }
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Integer(integer) => {
                match i128::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(integer) => Value::Integer(integer),
                    Err(_) => Value::Other(integer.to_string()),
                }
            }
            DeValue::Float(float) => Value::Other(float.to_string()),
            DeValue::Datetime(datetime) => Value::Other(datetime.to_string()),
            DeValue::Array(array) => {
                let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| Node {
                    line: self.lines.of(item.span().start),
                    value: self.value(item, format!("{path}[{index}]")),
                };
                Value::List(array.iter().enumerate().map(item).collect())
            }
            DeValue::Table(table) => {
                let prefix = format!("{path}.");
                self.tables.push((span, path));
                Value::Table(self.table(table, &prefix))
            }
        }
    }

    /// One fault for each value that the parser could not read, and for each line without one:
    /// what the parser says after the first error is mostly of its own making.
    fn syntax(&self, errors: &[Error]) -> Vec<Fault> {
        let mut leaves: Vec<_> = self.leaves.iter().collect();
        leaves.sort_by_key(|(first, ..)| *first);
        let mut faults = BTreeMap::new();
        for error in errors {
            let line = self.lines.of(start(error));
            let leaf = leaves[..leaves.partition_point(|(first, ..)| *first <= line)]
                .last()
                .filter(|(_, last, _)| line <= *last);
            let unclosed = says(error, &ENDLESS);
            let (group, path) = match leaf {
                Some((first, _, path)) => (*first, Some(path)),
                None => (line, None),
            };
            let line = if unclosed { group } else { line };
            let fault = || (unclosed, self.fault(line, path, error.message()));
            let first = faults.entry(group).or_insert_with(fault);
            if unclosed && !first.0 {
                *first = fault();
            }
        }
        faults.into_values().map(|(_, fault)| fault).collect()
    }

    fn fault(&self, line: usize, path: Option<&String>, message: &str) -> Fault {
        let (key, value) = match path {
            Some(path) => (path.clone(), Value::Other(self.lines.value(line).to_owned())),
            None => ("toml".to_owned(), Value::String(self.lines.text(line).to_owned())),
        };
        let kind = ErrorKind::Syntax { message: message.to_owned() };
        Fault { line, error: ConfigError::new(key, None, value.to_string(), kind) }
    }

    /// The parser gives the place of a key that stands twice, neither its table nor its value.
    fn duplicate(&self, key: Range<usize>) -> Fault {
        let text = self.text;
        let name = |span: &str| shown_key(span.trim_matches(['"', '\'']));
        let mut path = name(&text[key.clone()]);
        let mut before = text[..key.start].trim_end();
        let in_key = |char: char| char.is_alphanumeric() || "-_\"'".contains(char);
        for _ in 0..MAX_DEPTH {
            let Some(dotted) = before.strip_suffix('.') else { break };
            let dotted = dotted.trim_end();
            let start = dotted.trim_end_matches(in_key).len();
            path = format!("{}.{path}", name(&dotted[start..]));
            before = dotted[..start].trim_end();
        }
        let is_header = before.ends_with('[');
        let table = self
            .tables
            .iter()
            .filter(|(range, _)| !is_header && range.contains(&key.start))
            // The innermost one begins last.
            .max_by_key(|(range, _)| range.start);
        if let Some((_, table)) = table {
            path = format!("{table}.{path}");
        }
        let value = match text[key.end..].trim_start().strip_prefix('=') {
            Some(rest) => value_of(rest.lines().next().unwrap_or_default()),
            None => Value::Other("{ … }".to_owned()),
        };
        let line = self.lines.of(key.start);
        let error = ConfigError::new(path, None, value.to_string(), ErrorKind::DuplicateKey);
        Fault { line, error }
    }
}

/// The value at the beginning of the rest of a line, as far as it can be told: it may be followed
/// by a comment or by the rest of an inline table, or end on a later line.
fn value_of(rest: &str) -> Value {
    let ends = rest.char_indices().filter(|(_, char)| ",}#".contains(*char)).map(|(end, _)| end);
    // Each is parsed, so only the first few; a longer text is cut for the message anyway.
    for end in ends.take(8).chain([rest.len()]) {
        let candidate = rest[..end].trim();
        if let Ok(value) = DeValue::parse(candidate) {
            return Walk::new(candidate, Lines::new(candidate)).value(&value, String::new());
        }
    }
    Value::Other(rest.trim().to_owned())
}
