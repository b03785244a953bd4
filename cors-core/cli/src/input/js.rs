//! Literals of JavaScript, as browsers copy them and people edit them.

use super::shown;

/// The most values inside each other.
const MAX_DEPTH: usize = 64;

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    String(String),
    /// A number, `true`, `false`, `null` or `undefined`, as it is written.
    Word(String),
    Array(Vec<Value>),
    /// Its members, with `...x` as a key without value.
    Object(Vec<(String, Value)>),
    /// An expression, as it is written.
    Expression(String),
}

impl Value {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Word(word) if word == "null" || word == "undefined")
    }

    /// As a script converts it to a string. `Err` is what is written in place of a literal.
    pub(super) fn text(&self) -> Result<&str, String> {
        match self {
            Self::String(text) | Self::Word(text) => Ok(text),
            Self::Array(_) => Err("an array".to_owned()),
            Self::Object(_) => Err("an object".to_owned()),
            Self::Expression(text) => Err(shown(text)),
        }
    }

    /// `None` if part of it is not a literal.
    fn to_json(&self) -> Option<String> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        Some(match self {
            Self::String(text) => quoted(text),
            Self::Word(word) if word == "undefined" => "null".to_owned(),
            Self::Word(word) => word.clone(),
            Self::Array(values) => {
                let values: Option<Vec<_>> = values.iter().map(Self::to_json).collect();
                format!("[{}]", values?.join(","))
            }
            Self::Object(members) => {
                let member =
                    |(key, value): &(String, Self)| Some(quoted(key) + ":" + &value.to_json()?);
                let members: Option<Vec<_>> = members.iter().map(member).collect();
                format!("{{{}}}", members?.join(","))
            }
            Self::Expression(_) => return None,
        })
    }
}

/// A position in a script.
#[derive(Clone, Debug)]
pub(super) struct Script<'a> {
    rest: &'a str,
}

impl<'a> Script<'a> {
    pub(super) fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Skips white space and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            self.rest =
                self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            let end = match self.rest.get(..2) {
                Some("//") => self.rest.find('\n'),
                Some("/*") => self.rest[2..].find("*/").map(|at| at + 4),
                _ => return,
            };
            self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        }
    }

    /// Whether this comes next, after blanks. Then it is skipped.
    pub(super) fn next_is(&mut self, text: &str) -> bool {
        self.skip_blank();
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The next value. `Err` if the script is cut off.
    pub(super) fn value(&mut self) -> Result<Value, String> {
        self.value_within(0)
    }

    fn value_within(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} values inside each other"));
        }
        self.skip_blank();
        let start = self.rest;
        let mut value = self.operand(depth)?;
        loop {
            self.skip_blank();
            match (self.rest.chars().next(), &mut value) {
                (None | Some(',' | '}' | ']' | ')' | ';' | ':'), _) => return Ok(value),
                (Some('+'), Value::String(text)) => {
                    self.rest = &self.rest[1..];
                    self.skip_blank();
                    match self.operand(depth)? {
                        Value::String(more) => text.push_str(&more),
                        _ => return self.expression(start),
                    }
                }
                _ => return self.expression(start),
            }
        }
    }

    fn operand(&mut self, depth: usize) -> Result<Value, String> {
        let start = self.rest;
        match start.chars().next() {
            Some('"' | '\'') => Ok(Value::String(self.string()?)),
            Some('`') => {
                let is_literal = self.skip_template()?;
                let written = &start[..start.len() - self.rest.len()];
                if !is_literal {
                    return Ok(Value::Expression(written.to_owned()));
                }
                Ok(Value::String(unescaped(&written[1..written.len() - 1])))
            }
            Some('{') => self.object(depth),
            Some('[') => {
                self.rest = &self.rest[1..];
                Ok(Value::Array(self.list(']', depth)?))
            }
            Some(_) => {
                let word = self.word();
                let word = match word {
                    "new" => {
                        self.skip_blank();
                        self.word()
                    }
                    word => word,
                };
                let is_converted = matches!(word, "Headers" | "URL" | "JSON.stringify" | "String");
                if is_converted && self.next_is("(") {
                    let first = self.list(')', depth)?.into_iter().next();
                    return Ok(match (word, first) {
                        ("Headers", None) => Value::Object(Vec::new()),
                        ("JSON.stringify", Some(value)) => match value.to_json() {
                            Some(json) => Value::String(json),
                            None => self.written_since(start),
                        },
                        ("URL" | "String", Some(Value::String(text))) => Value::String(text),
                        ("Headers", Some(value)) => value,
                        _ => self.written_since(start),
                    });
                }
                let is_number = word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
                Ok(match word {
                    "null" | "undefined" | "true" | "false" => Value::Word(word.to_owned()),
                    _ if is_number => Value::Word(word.to_owned()),
                    _ => self.written_since(start),
                })
            }
            None => Err("the text ends in the middle".to_owned()),
        }
    }

    fn written_since(&self, start: &str) -> Value {
        Value::Expression(start[..start.len() - self.rest.len()].trim_end().to_owned())
    }

    /// An identifier with its properties, or a number.
    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "_$.+-".contains(c)));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// Skips to the end of an expression that began at `start`.
    fn expression(&mut self, start: &str) -> Result<Value, String> {
        let mut depth = 0usize;
        loop {
            self.skip_blank();
            match self.rest.chars().next() {
                None => return Err("the text ends in the middle".to_owned()),
                Some(',' | ';' | '}' | ']' | ')') if depth == 0 => {
                    return Ok(self.written_since(start));
                }
                Some('"' | '\'') => {
                    self.string()?;
                }
                Some('`') => {
                    self.skip_template()?;
                }
                Some(c) => {
                    match c {
                        '{' | '[' | '(' => depth += 1,
                        '}' | ']' | ')' => depth -= 1,
                        _ => {}
                    }
                    self.rest = &self.rest[c.len_utf8()..];
                }
            }
        }
    }

    /// The values up to the end, whose start is skipped.
    fn list(&mut self, end: char, depth: usize) -> Result<Vec<Value>, String> {
        let mut values = Vec::new();
        loop {
            self.skip_blank();
            if let Some(rest) = self.rest.strip_prefix(end) {
                self.rest = rest;
                return Ok(values);
            }
            values.push(self.value_within(depth + 1)?);
            self.skip_blank();
            if !self.next_is(",") && !self.rest.starts_with(end) {
                return Err(self.unexpected(&format!("a comma or {end}")));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        const MAX_MEMBERS: usize = 1000;
        self.rest = &self.rest[1..];
        let mut members: Vec<(String, Value)> = Vec::new();
        loop {
            self.skip_blank();
            if self.next_is("}") {
                return Ok(Value::Object(members));
            }
            let start = self.rest;
            let key = match start.chars().next() {
                Some('"' | '\'') => self.string()?,
                Some(_) if self.next_is("...") => {
                    self.value_within(depth + 1)?;
                    let spread = start[..start.len() - self.rest.len()].trim_end();
                    members.push((spread.to_owned(), Value::Word("undefined".to_owned())));
                    self.next_is(",");
                    continue;
                }
                _ => self.word().to_owned(),
            };
            if key.is_empty() && !start.starts_with(['"', '\'']) {
                return Err(self.unexpected("a key"));
            }
            self.skip_blank();
            let value = if self.next_is(":") {
                self.value_within(depth + 1)?
            } else if self.rest.starts_with([',', '}']) {
                // `{ method }`
                Value::Expression(key.clone())
            } else {
                return Err(self.unexpected(&format!("a colon after {}", shown(&key))));
            };
            // As in a script, the last one counts.
            match members.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => members.push((key, value)),
            }
            if members.len() > MAX_MEMBERS {
                return Err(format!("more than {MAX_MEMBERS} keys in an object"));
            }
            self.skip_blank();
            if !self.next_is(",") && !self.rest.starts_with('}') {
                return Err(self.unexpected("a comma or }"));
            }
        }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> String {
        match self.rest.lines().next() {
            Some(line) => format!("{wanted} is missing before {}", shown(line)),
            None => "the text ends in the middle".to_owned(),
        }
    }

    /// A string in single or double quotes.
    fn string(&mut self) -> Result<String, String> {
        let quote = self.rest.chars().next().unwrap_or('"');
        let text = &self.rest[1..];
        let mut is_escaped = false;
        let end = text.find(|c: char| {
            let ends = !is_escaped && c == quote;
            is_escaped = !is_escaped && c == '\\';
            ends
        });
        let end = end.ok_or_else(|| format!("a {quote} is not closed"))?;
        self.rest = &text[end + 1..];
        Ok(unescaped(&text[..end]))
    }

    /// Whether there is no substitution.
    fn skip_template(&mut self) -> Result<bool, String> {
        let mut is_literal = true;
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    chars.next();
                }
                '$' => is_literal &= chars.peek().is_none_or(|(_, c)| *c != '{'),
                '`' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(is_literal);
                }
                _ => {}
            }
        }
        Err("a ` is not closed".to_owned())
    }
}

/// A string literal's value.
fn unescaped(literal: &str) -> String {
    if !literal.contains('\\') {
        return literal.to_owned();
    }
    let mut units = Vec::with_capacity(literal.len());
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        let mut push = |c: char| units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        if c != '\\' {
            push(c);
            continue;
        }
        let Some(escape) = chars.next() else { break };
        match escape {
            'n' => push('\n'),
            'r' => push('\r'),
            't' => push('\t'),
            'b' => push('\x08'),
            'f' => push('\x0c'),
            'v' => push('\x0b'),
            '0' => push('\0'),
            '\n' | '\u{2028}' | '\u{2029}' => {}
            '\r' => {
                if chars.as_str().starts_with('\n') {
                    chars.next();
                }
            }
            'x' | 'u' => match code(escape, chars.as_str()) {
                Some((code, length)) => {
                    chars = chars.as_str()[length..].chars();
                    match u16::try_from(code) {
                        // Maybe half of a character.
                        Ok(unit) => units.push(unit),
                        Err(_) => push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
                    }
                }
                None => push(escape),
            },
            other => push(other),
        }
    }
    String::from_utf16_lossy(&units)
}

/// The number in `\xHH`, `\uHHHH` or `\u{H…}`, and its length.
fn code(escape: char, rest: &str) -> Option<(u32, usize)> {
    let (digits, length) = match (escape, rest.strip_prefix('{')) {
        ('u', Some(braced)) => {
            let end = braced.bytes().take(9).position(|byte| byte == b'}')?;
            (&braced[..end], end + 2)
        }
        ('u', None) => (rest.get(..4)?, 4),
        _ => (rest.get(..2)?, 2),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, length))
}
