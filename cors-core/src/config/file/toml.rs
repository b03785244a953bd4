//! TOML, with a parser that continues after errors, so that the rest of the file is checked too.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeArray, DeTable, DeValue, Error};

use super::Parsed;
use super::budget::within;
use super::lines::Lines;
use crate::config::read::Fault;
use crate::config::tree::{Entry, MAX_DEPTH, Node, Value, shown_key, shown_part};
use crate::error::{Capped, ConfigError, ErrorKind};

// The parser's messages for errors that do not affect the rest of the file. If its wording changes,
// they count as ordinary syntax errors.

/// A key that is already in its table. The first one counts.
const DUPLICATE: &str = "duplicate key";
/// `yes`, or `https://a.test` without quotes: not a TOML value, but it is clear where it ends. The
/// second message is for values that start like `true` or `false`.
const BARE: [&str; 2] = ["string values must be quoted", "invalid boolean"];
/// An unclosed list or string, which the parser only notices at the end of the file.
const ENDLESS: [&str; 2] = ["unclosed", "invalid multi-line"];

/// A line without `=`. The parser drops everything after it.
const KEY_ALONE: [&str; 1] = ["key with no value"];

pub(super) fn parse(text: &str) -> Parsed {
    let lines = Lines::new(text);
    let (kept, rest) = within(text);
    let alone: Vec<_> = DeTable::parse_recoverable(&kept)
        .1
        .into_iter()
        .filter(|error| says(error, &KEY_ALONE))
        .collect();
    // Parse again without those lines, with everything else in its place.
    let blanked = match alone.is_empty() {
        true => Cow::Borrowed(&*kept),
        false => {
            let alone = alone.iter().map(|error| lines.of(start(error))).collect();
            Cow::Owned(Lines::new(&kept).blanked(&alone).into_owned())
        }
    };
    let (table, mut errors) = DeTable::parse_recoverable(&blanked);
    errors.extend(alone);
    errors.sort_by_key(start);
    let (duplicates, errors): (Vec<_>, Vec<_>) =
        errors.into_iter().partition(|error| error.message() == DUPLICATE);
    let (bare, errors): (Vec<_>, Vec<_>) = errors.into_iter().partition(|error| says(error, &BARE));
    let mut walk = Walk::new(text, lines);
    walk.spoiled = errors.iter().map(|error| walk.lines.of(start(error))).collect();
    walk.bare = bare.iter().map(start).collect();
    walk.duplicates = duplicates.iter().filter_map(Error::span).collect();
    walk.duplicates.dedup();
    let entries = walk.table(table.get_ref(), &Path::Root);

    let mut faults = Capped::new();
    let is_toml = !entries.is_empty() || errors.is_empty();
    if let Some((line, format)) = other_format(text).filter(|_| !is_toml) {
        walk.fault(line, None, ErrorKind::OtherFormat { format }, &mut faults);
        return Parsed { entries, faults, whole: false };
    }
    // First, because later errors may not be kept.
    if let Some(rest) = rest {
        walk.fault(walk.lines.of(rest), None, ErrorKind::TooManyValues, &mut faults);
    }
    walk.syntax(&errors, &mut faults);
    walk.report_duplicates(&mut faults);
    Parsed { entries, faults, whole: errors.is_empty() && rest.is_none() }
}

/// The format that a text seems to have instead of TOML, judged by its first line with content.
fn other_format(text: &str) -> Option<(usize, &'static str)> {
    let mut lines = (1..).zip(text.lines().map(str::trim));
    let (number, line) = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'))?;
    let after_key = line
        .trim_start_matches("- ")
        .trim_start_matches(['"', '\''])
        .trim_start_matches(|char: char| char.is_ascii_alphanumeric() || "_-".contains(char))
        .trim_start_matches(['"', '\'']);
    let format = if line.starts_with('{') {
        "JSON"
    } else if line.starts_with('<') {
        "XML"
    } else if line == "---"
        || after_key.len() < line.len() && (after_key == ":" || after_key.starts_with(": "))
    {
        "YAML"
    } else {
        return None;
    };
    Some((number, format))
}

/// Where an error is. The parser gives no position for a path with too many keys.
fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// Whether headers or dotted keys made the value, a table or a list of tables: it starts before its
/// key or with it. All other values start after their key.
fn is_headed(key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> bool {
    matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_))
        && value.span().start <= key.span().start
}

type Key<'t> = Spanned<Cow<'t, str>>;

fn says(error: &Error, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|words| error.message().starts_with(words))
}

/// The path to a value. It is only rendered for messages: otherwise, a deep value would cost as much as
/// its path is long.
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => f.write_str(&shown_key(key)),
            Self::Key(parent, key) => write!(f, "{parent}.{}", shown_key(key)),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Converts the parser's tables into ours, and records what messages need.
struct Walk<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// The lines with a syntax error.
    spoiled: Vec<usize>,
    /// Where values lack quotes.
    bare: HashSet<usize>,
    /// The keys that are already in their table.
    duplicates: Vec<Range<usize>>,
    /// For each key whose value has a syntax error: its first and last line, and its path.
    leaves: Vec<(usize, usize, String)>,
    /// For each table with a duplicate key in it or in an inner table: the range of its own keys, and
    /// its path.
    tables: Vec<(Range<usize>, String)>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, lines: Lines<'t>) -> Self {
        Self {
            text,
            lines,
            spoiled: Vec::new(),
            bare: HashSet::new(),
            duplicates: Vec::new(),
            leaves: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// The parser sorts keys alphabetically; this restores the order of the file.
    ///
    /// Recurses no deeper than the parser, which has a limit.
    fn table(&mut self, table: &DeTable<'_>, path: &Path<'_>) -> Vec<Entry> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        // After `[table` without its `]`, the parser takes a key for a table.
        pairs.retain(|(key, value)| !is_headed(key, value) || key.span().end <= value.span().end);
        pairs.into_iter().map(|(key, value)| self.entry(key, value, path)).collect()
    }

    fn entry(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, path: &Path<'_>) -> Entry {
        let path = &Path::Key(path, key.get_ref());
        let line = self.lines.of(key.span().start);
        let value = match value.get_ref() {
            DeValue::Table(table) if is_headed(key, value) => {
                // In `table.key = …`, the keys name their table themselves.
                let is_dotted = value.span() == key.span();
                self.headed((!is_dotted).then_some(value.span()), table, path)
            }
            DeValue::Array(array) if is_headed(key, value) => self.headed_list(array, path),
            _ => {
                let end = value.span().end.max(key.span().end);
                let last = self.lines.of(end.saturating_sub(1));
                let next = self.spoiled.partition_point(|spoiled| *spoiled < line);
                if self.spoiled.get(next).is_some_and(|next| *next <= last) {
                    self.leaves.push((line, last, path.to_string()));
                    Value::Unreadable(shown_part(self.lines.value(line)).to_owned())
                } else {
                    self.value(value, path)
                }
            }
        };
        Entry { key: key.get_ref().to_string(), line, node: Node { line, value } }
    }

    fn headed(
        &mut self,
        header: Option<Range<usize>>,
        table: &DeTable<'_>,
        path: &Path<'_>,
    ) -> Value {
        if let Some(header) = header {
            self.keep(header.start..usize::MAX, path);
        }
        Value::Table(self.table(table, path))
    }

    fn headed_list(&mut self, array: &DeArray<'_>, path: &Path<'_>) -> Value {
        let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| {
            let line = self.lines.of(item.span().start);
            let path = &Path::Item(path, index);
            let value = match item.get_ref() {
                DeValue::Table(table) => self.headed(Some(item.span()), table, path),
                _ => self.value(item, path),
            };
            Node { line, value }
        };
        Value::List(array.iter().enumerate().map(item).collect())
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &Path<'_>) -> Value {
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
                    value: self.value(item, &Path::Item(path, index)),
                };
                Value::List(array.iter().enumerate().map(item).collect())
            }
            DeValue::Table(table) => {
                self.keep(span, path);
                Value::Table(self.table(table, path))
            }
        }
    }

    /// Records the path of a table that may have duplicate keys.
    fn keep(&mut self, keys: Range<usize>, path: &Path<'_>) {
        let next = self.duplicates.partition_point(|key| key.start < keys.start);
        if self.duplicates.get(next).is_some_and(|key| key.start < keys.end) {
            self.tables.push((keys, path.to_string()));
        }
    }

    /// Reports one error for each value that the parser could not read, and for each line without one.
    /// Most of what the parser reports after the first error is a consequence of it.
    fn syntax(&self, errors: &[Error], faults: &mut Capped<Fault>) {
        let mut leaves: Vec<_> = self.leaves.iter().collect();
        leaves.sort_by_key(|(first, ..)| *first);
        // For each, the first error, or the one that says that it is unclosed.
        let mut groups = BTreeMap::new();
        for error in errors {
            let line = self.lines.of(start(error));
            let leaf = leaves[..leaves.partition_point(|(first, ..)| *first <= line)]
                .last()
                .filter(|(_, last, _)| line <= *last);
            let is_endless = says(error, &ENDLESS);
            let (group, path) = match leaf {
                Some((first, _, path)) => (*first, Some(path)),
                None => (line, None),
            };
            let kept = groups.entry(group).or_insert((is_endless, error, path));
            if is_endless && !kept.0 {
                *kept = (is_endless, error, path);
            }
        }
        for (group, (is_endless, error, path)) in groups {
            // The parser only notices a missing end at the end of the file.
            let (line, message) = if is_endless {
                (group, error.message().to_owned())
            } else {
                let (at, message) = (start(error), error.message());
                (self.lines.of(at), format!("{message}, at column {}", self.lines.column(at)))
            };
            self.fault(line, path, ErrorKind::Syntax { message }, faults);
        }
    }

    fn fault(
        &self,
        line: usize,
        path: Option<&String>,
        kind: ErrorKind,
        faults: &mut Capped<Fault>,
    ) {
        let (key, value) = match path {
            Some(path) => {
                (path.clone(), Value::Other(shown_part(self.lines.value(line)).to_owned()))
            }
            None => {
                let text = shown_part(self.lines.text(line)).to_owned();
                ("toml".to_owned(), Value::String(text))
            }
        };
        let error = ConfigError::new(key, None, value.to_string(), kind);
        faults.push(None, Fault { line, error });
    }

    /// The parser gives the position of a duplicate key, but neither its table nor its value.
    fn report_duplicates(&mut self, faults: &mut Capped<Fault>) {
        self.tables.sort_by_key(|(range, _)| range.start);
        let mut tables = self.tables.iter().peekable();
        // The tables around the key, from outermost to innermost.
        let mut around: Vec<&(Range<usize>, String)> = Vec::new();
        for key in &self.duplicates {
            while let Some(table) = tables.next_if(|(range, _)| range.start <= key.start) {
                around.push(table);
            }
            while around.pop_if(|(range, _)| range.end <= key.start).is_some() {}
            let fault = self.duplicate(key.clone(), around.last().map(|(_, path)| path.as_str()));
            faults.push(None, fault);
        }
    }

    /// `table` is the path of the table around the key.
    fn duplicate(&self, key: Range<usize>, table: Option<&str>) -> Fault {
        let text = self.text;
        let name = |span: &str| shown_key(shown_part(span.trim_matches(['"', '\''])));
        let mut path = name(&text[key.clone()]);
        // Keys with dots between them are on one line.
        let trimmed = |text: &'t str| text.trim_end_matches([' ', '\t']);
        let mut before = trimmed(&text[..key.start]);
        let in_key = |char: char| char.is_alphanumeric() || "-_\"'".contains(char);
        for _ in 0..MAX_DEPTH {
            let Some(dotted) = before.strip_suffix('.') else { break };
            let dotted = trimmed(dotted);
            let start = dotted.trim_end_matches(in_key).len();
            path = format!("{}.{path}", name(&dotted[start..]));
            before = trimmed(&dotted[..start]);
        }
        let is_header = before.ends_with('[');
        if let Some(table) = table.filter(|_| !is_header) {
            path = format!("{table}.{path}");
        }
        let value = match text[key.end..].trim_start().strip_prefix('=') {
            Some(rest) => value_of(rest),
            None => Value::Other("{ … }".to_owned()),
        };
        let line = self.lines.of(key.start);
        let error = ConfigError::new(path, None, value.to_string(), ErrorKind::DuplicateKey);
        Fault { line, error }
    }
}

/// The value at the start of the rest of a line, as far as it can be recognized: a comment or the rest
/// of an inline table may follow, and it may end on a later line.
///
/// A line may have thousands of keys, so this reads no more of it than a message shows.
fn value_of(rest: &str) -> Value {
    let rest = shown_part(rest);
    let rest = rest.lines().next().unwrap_or_default();
    let ends = rest.char_indices().filter(|(_, char)| ",}#".contains(*char)).map(|(end, _)| end);
    // Only the first few, because each is parsed.
    for end in ends.take(8).chain([rest.len()]) {
        let candidate = rest[..end].trim();
        if let Ok(value) = DeValue::parse(candidate) {
            return Walk::new(candidate, Lines::new(candidate)).value(&value, &Path::Root);
        }
    }
    Value::Other(rest.trim().to_owned())
}
