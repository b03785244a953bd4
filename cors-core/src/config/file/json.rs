//! JSON, exactly as in RFC 8259.

use jsonc_parser::ast::{ObjectProp, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Parsed;
use super::budget::within;
use super::lines::Lines;
use crate::config::read::Fault;
use crate::config::tree::{Entry, MAX_DEPTH, Node, Value, shown_part};
use crate::error::{Capped, ConfigError, ErrorKind};

/// The parser accepts many dialects, but other tools that read policy files accept none.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

const NO_OBJECT: &str = r#"a policy is an object such as {"allow_origins": "*"}"#;

pub(super) fn parse(text: &str) -> Parsed {
    let lines = Lines::new(text);
    let mut faults = Capped::new();
    let mut push = |line, error: ConfigError| {
        faults.push(None, Fault { line, error });
    };
    let (entries, whole) = match parse_object(text, &lines) {
        Ok((entries, None)) => (entries, true),
        Ok((entries, Some(rest))) => {
            let line = lines.of(rest);
            push(line, error_on(&lines, line, ErrorKind::TooManyValues));
            (entries, false)
        }
        Err((position, message)) => {
            let line = lines.of(position);
            let kind = if looks_like_toml(text) {
                ErrorKind::OtherFormat { format: "TOML" }
            } else {
                let column = lines.column(position);
                ErrorKind::Syntax { message: format!("{message}, at column {column}") }
            };
            push(line, error_on(&lines, line, kind));
            (Vec::new(), false)
        }
    };
    Parsed { entries, faults, whole }
}

/// The entries, and where the rest starts if there are too many.
type Read = (Vec<Entry>, Option<usize>);

fn parse_object(text: &str, lines: &Lines<'_>) -> Result<Read, (usize, String)> {
    scan(text)?;
    let (text, rest) = within(text);
    let parsed = parse_to_ast(&text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let message = error.kind().to_string();
        let (first, rest) = message.split_at(message.chars().next().map_or(0, char::len_utf8));
        (error.range().start, first.to_lowercase() + rest)
    })?;
    match parsed.value {
        Some(Ast::Object(object)) => Ok((entries(object.properties, lines), rest)),
        Some(value) => Err((value.range().start, NO_OBJECT.to_owned())),
        None => Err((0, NO_OBJECT.to_owned())),
    }
}

/// Whether the first line with content is `key = value` or `[table]`.
fn looks_like_toml(text: &str) -> bool {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.is_some_and(|line| {
        let header = line.strip_prefix('[').is_some_and(|rest| {
            rest.trim_start_matches('[').starts_with(|char: char| char.is_ascii_alphabetic())
        });
        let key = line.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
        header || key.trim_start().starts_with('=')
    })
}

/// Finds what the parser would accept: unlimited nesting, control characters within strings, and odd
/// white space between tokens.
fn scan(text: &str) -> Result<(), (usize, String)> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (position, char) in text.char_indices() {
        let message = match char {
            '\0'..' ' if in_string => {
                format!("a string holds no control character; write \\u{:04x}", u32::from(char))
            }
            _ if escaped => {
                escaped = false;
                continue;
            }
            '\\' if in_string => {
                escaped = true;
                continue;
            }
            '"' => {
                in_string = !in_string;
                continue;
            }
            _ if in_string => continue,
            '{' | '[' => {
                depth += 1;
                if depth <= MAX_DEPTH {
                    continue;
                }
                format!("nested more than {MAX_DEPTH} deep")
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                continue;
            }
            ' ' | '\t' | '\n' | '\r' => continue,
            _ if char.is_control() || char.is_whitespace() => {
                format!("{char:?} is not allowed between JSON values")
            }
            _ => continue,
        };
        return Err((position, message));
    }
    Ok(())
}

fn entries(properties: Vec<ObjectProp<'_>>, lines: &Lines<'_>) -> Vec<Entry> {
    let entry = |property: ObjectProp<'_>| Entry {
        line: lines.of(property.name.range().start),
        key: property.name.into_string(),
        node: node(property.value, lines),
    };
    properties.into_iter().map(entry).collect()
}

/// Recurses no deeper than `scan` accepts.
fn node(value: Ast<'_>, lines: &Lines<'_>) -> Node {
    let line = lines.of(value.range().start);
    let value = match value {
        Ast::StringLit(string) => Value::String(string.value.into_owned()),
        Ast::BooleanLit(boolean) => Value::Boolean(boolean.value),
        Ast::NullKeyword(_) => Value::Other("null".to_owned()),
        // Not all readers of JSON take 600.0 and 6e2 as integers.
        Ast::NumberLit(number) => match number.value.parse() {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::Other(number.value.to_owned()),
        },
        Ast::Array(array) => {
            Value::List(array.elements.into_iter().map(|element| node(element, lines)).collect())
        }
        Ast::Object(object) => Value::Table(entries(object.properties, lines)),
    };
    Node { line, value }
}

fn error_on(lines: &Lines<'_>, line: usize, kind: ErrorKind) -> ConfigError {
    let text = lines.text(line);
    let (key, value) = match key_and_value(text) {
        Some((key, value)) => (key, Value::Other(shown_part(value).to_owned())),
        None => ("json", Value::String(shown_part(text).to_owned())),
    };
    ConfigError::new(key.to_owned(), None, value.to_string(), kind)
}

/// Splits `"key": value,`.
fn key_and_value(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = text.strip_prefix('"')?.split_once('"')?;
    let value = rest.trim_start().strip_prefix(':')?.trim();
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
    (!key.is_empty() && key.len() <= 64 && key.chars().all(plain))
        .then(|| (key, value.trim_end_matches(',')))
}
