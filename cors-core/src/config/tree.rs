//! A policy as written, before its meaning is checked. TOML, JSON and all serde formats become this
//! tree, so that the same code reads them.

use std::fmt::{self, Write as _};

/// How deep a policy may nest. A policy needs four levels. The limit keeps functions that walk a tree
/// from overflowing the stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// The longest rendering of a value in a message, in characters.
const MAX_SHOWN: usize = 80;

/// A value, and the line on which it starts, or 0 if the format has no lines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// A value of a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    String(String),
    Integer(i128),
    Boolean(bool),
    List(Vec<Node>),
    /// In the order of the file. A key may be repeated: the reader reports that.
    Table(Vec<Entry>),
    /// A value that no key takes, as written: a float, a date, null.
    Other(String),
    /// The text of a variable. The key says how to read it.
    Text(String),
    /// The text of a value with an error that is already reported.
    Unreadable(String),
}

/// A key, its line, and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) node: Node,
}

impl Value {
    pub(crate) fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(flag) => Some(*flag),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn as_word(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Text(text) => Some(text.trim()),
            _ => None,
        }
    }
}

/// Prints the value as messages show it: on one line, truncated if it is long.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut short = Short::default();
        // An error means that `short` is full.
        let whole = write_value(&mut short, self).is_ok();
        f.write_str(&short.text)?;
        if whole { Ok(()) } else { f.write_char('…') }
    }
}

fn write_value(out: &mut Short, value: &Value) -> fmt::Result {
    match value {
        Value::String(text) | Value::Text(text) => write!(out, "{text:?}"),
        Value::Integer(number) => write!(out, "{number}"),
        Value::Boolean(flag) => write!(out, "{flag}"),
        Value::Other(text) | Value::Unreadable(text) => write_raw(out, text),
        Value::List(nodes) => {
            out.write_char('[')?;
            for (index, node) in nodes.iter().enumerate() {
                out.write_str(if index == 0 { "" } else { ", " })?;
                write_value(out, &node.value)?;
            }
            out.write_char(']')
        }
        Value::Table(entries) if entries.is_empty() => out.write_str("{}"),
        Value::Table(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                out.write_str(if index == 0 { "{ " } else { ", " })?;
                write!(out, "{} = ", shown_key(&entry.key))?;
                write_value(out, &entry.node.value)?;
            }
            out.write_str(" }")
        }
    }
}

/// Writes text from the file without quoting it again. Only escapes what would break the line.
fn write_raw(out: &mut Short, text: &str) -> fmt::Result {
    for char in text.chars() {
        match char {
            '"' | '\'' | '\\' => out.write_char(char)?,
            _ => write!(out, "{}", char.escape_debug())?,
        }
    }
    Ok(())
}

/// A key as messages show it: bare if TOML allows that, otherwise quoted, so that a key with a line
/// break cannot fake another message.
pub(crate) fn shown_key(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.len() <= MAX_SHOWN && key.bytes().all(plain) {
        return key.to_owned();
    }
    Value::String(key.to_owned()).to_string()
}

/// The part of a text that [`Value`] shows, and one more character if there is one.
#[cfg(feature = "file")]
pub(crate) fn shown_part(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_SHOWN + 1).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

/// Accepts as much text as fits in a message.
#[derive(Default)]
struct Short {
    text: String,
    count: usize,
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if self.count == MAX_SHOWN {
                return Err(fmt::Error);
            }
            self.text.push(char);
            self.count += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(value: Value) -> Node {
        Node { line: 1, value }
    }

    #[test]
    fn values_are_shown_on_one_line() {
        let regex = Value::Table(vec![Entry {
            key: "regex".into(),
            line: 1,
            node: node(Value::String("a\nb".into())),
        }]);
        let list =
            Value::List(vec![node(regex), node(Value::Integer(-1)), node(Value::Boolean(true))]);
        assert_eq!(list.to_string(), r#"[{ regex = "a\nb" }, -1, true]"#);
        assert_eq!(Value::Table(Vec::new()).to_string(), "{}");
        assert_eq!(Value::Other("1\n\"2\"".into()).to_string(), "1\\n\"2\"");
    }

    #[test]
    fn long_values_are_cut() {
        let shown = Value::String("x".repeat(100_000)).to_string();
        assert_eq!(shown.chars().count(), MAX_SHOWN + 1);
        assert!(shown.ends_with("x…"));
        let fits = Value::String("x".repeat(MAX_SHOWN - 2)).to_string();
        assert!(fits.ends_with("x\""), "{fits}");
    }

    #[test]
    fn odd_keys_are_quoted() {
        assert_eq!(shown_key("max_age"), "max_age");
        assert_eq!(shown_key(""), "\"\"");
        assert_eq!(shown_key("a b\n2: c"), r#""a b\n2: c""#);
        assert!(shown_key(&"k".repeat(1000)).chars().count() <= MAX_SHOWN + 1);
    }
}
