//! TOML, by a parser that goes on after an error, so that the rest of the file is judged too.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeArray, DeTable, DeValue, Error};

use super::budget::within;
use super::lines::Lines;
use super::{Format, Parsed};
use crate::config::read::Fault;
use crate::config::tree::{Entry, MAX_DEPTH, Node, Value, shown_key, shown_part};
use crate::error::{Capped, ConfigError, ErrorKind};

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
    let (kept, rest) = within(text, Format::Toml);
    let alone: Vec<_> = DeTable::parse_recoverable(&kept)
        .1
        .into_iter()
        .filter(|error| says(error, &KEY_ALONE))
        .collect();
    // Once more without those lines, with everything in its place.
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
    // Before the others, which may be so many that the last ones are not kept.
    if let Some(rest) = rest {
        walk.fault(walk.lines.of(rest), None, ErrorKind::TooManyValues, &mut faults);
    }
    walk.syntax(&errors, &mut faults);
    walk.report_duplicates(&mut faults);
    Parsed { entries, faults, whole: errors.is_empty() && rest.is_none() }
}

/// What a text that is not TOML seems to be, by the first line that says something.
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

/// The way to a value: it is written out only for a message, since a value deep down would
/// otherwise cost as much as its path is long.
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

/// Turns the parser's tables into ours, and keeps in mind where that matters to a message.
struct Walk<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// The lines with an error of syntax.
    spoiled: Vec<usize>,
    /// Where a value is neither quoted nor anything else.
    bare: HashSet<usize>,
    /// The keys that stand in their table already.
    duplicates: Vec<Range<usize>>,
    /// The first and last line of each key whose value has an error of syntax, and the key's path.
    leaves: Vec<(usize, usize, String)>,
    /// Each table with a key that stands twice in it or in a table of its own: from where to where
    /// its keys are its own, and its path.
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

    /// The parser has the keys in alphabetical order, we have them in that of the file.
    ///
    /// It goes no deeper than the parser, which has a limit.
    fn table(&mut self, table: &DeTable<'_>, path: &Path<'_>) -> Vec<Entry> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        // Behind `[table` without its `]`, the parser takes a key for a table.
        pairs.retain(|(key, value)| !is_headed(key, value) || key.span().end <= value.span().end);
        pairs.into_iter().map(|(key, value)| self.entry(key, value, path)).collect()
    }

    fn entry(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, path: &Path<'_>) -> Entry {
        let path = &Path::Key(path, key.get_ref());
        let line = self.lines.of(key.span().start);
        let value = match value.get_ref() {
            DeValue::Table(table) if is_headed(key, value) => {
                // The keys of `table.key = …` tell their table themselves.
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

    /// Keeps the path of a table in which a key may stand twice.
    fn keep(&mut self, keys: Range<usize>, path: &Path<'_>) {
        let next = self.duplicates.partition_point(|key| key.start < keys.start);
        if self.duplicates.get(next).is_some_and(|key| key.start < keys.end) {
            self.tables.push((keys, path.to_string()));
        }
    }

    /// One fault for each value that the parser could not read, and for each line without one:
    /// what the parser says after the first error is mostly of its own making.
    fn syntax(&self, errors: &[Error], faults: &mut Capped<Fault>) {
        let mut leaves: Vec<_> = self.leaves.iter().collect();
        leaves.sort_by_key(|(first, ..)| *first);
        // The first error of each, or the one that says that an end is missing.
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
            // Where an end is missing, the parser notices it at the end of the file.
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

    /// The parser gives the place of a key that stands twice, neither its table nor its value.
    fn report_duplicates(&mut self, faults: &mut Capped<Fault>) {
        self.tables.sort_by_key(|(range, _)| range.start);
        let mut tables = self.tables.iter().peekable();
        // The tables around the key, the innermost last.
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

    /// `table`: the path of the table around the key.
    fn duplicate(&self, key: Range<usize>, table: Option<&str>) -> Fault {
        let text = self.text;
        let name = |span: &str| shown_key(shown_part(span.trim_matches(['"', '\''])));
        let mut path = name(&text[key.clone()]);
        // Keys with dots between them stand on one line.
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

/// The value at the beginning of the rest of a line, as far as it can be told: it may be followed
/// by a comment or by the rest of an inline table, or end on a later line.
///
/// A line may hold thousands of keys, so no more of it is looked at than a message shows.
fn value_of(rest: &str) -> Value {
    let rest = shown_part(rest);
    let rest = rest.lines().next().unwrap_or_default();
    let ends = rest.char_indices().filter(|(_, char)| ",}#".contains(*char)).map(|(end, _)| end);
    // Each is parsed, so only the first few.
    for end in ends.take(8).chain([rest.len()]) {
        let candidate = rest[..end].trim();
        if let Ok(value) = DeValue::parse(candidate) {
            return Walk::new(candidate, Lines::new(candidate)).value(&value, &Path::Root);
        }
    }
    Value::Other(rest.trim().to_owned())
}
