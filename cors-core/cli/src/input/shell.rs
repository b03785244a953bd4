//! Words of a command line, as a POSIX shell with bash's `$'…'` splits it, or as `cmd.exe` and the
//! C runtime of Windows do.

use std::iter::Peekable;
use std::str::Chars;

/// A word of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Its characters. An escaped byte is the character of the same number.
    pub(super) text: String,
    /// Everything above ASCII was written as escaped bytes.
    is_bytes: bool,
    has_wide: bool,
}

impl Word {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), has_wide: true, ..Self::default() }
    }

    /// A part of the word.
    pub(super) fn with_text(&self, part: &str) -> Self {
        Self { text: part.to_owned(), is_bytes: self.is_bytes, has_wide: self.has_wide }
    }

    fn push(&mut self, character: char) {
        self.has_wide |= !character.is_ascii();
        self.text.push(character);
    }

    fn push_byte(&mut self, byte: u8) {
        self.is_bytes |= !byte.is_ascii();
        self.text.push(char::from(byte));
    }

    /// The bytes of the word, if it is text.
    ///
    /// Browsers write the bytes of UTF-8 as `\xc3\xa9`, but also the character as `\xe9`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        if self.is_bytes && !self.has_wide {
            let bytes: Vec<u8> = self.text.chars().filter_map(|c| u8::try_from(c).ok()).collect();
            if str::from_utf8(&bytes).is_ok() {
                return bytes;
            }
        }
        self.text.clone().into_bytes()
    }
}

/// The words of the first command, and the rest.
pub(super) fn words(line: &str) -> Result<(Vec<Word>, String), String> {
    if is_cmd(line) { cmd(line) } else { posix(line) }
}

/// Whether the quotes are those of `cmd.exe`.
fn is_cmd(line: &str) -> bool {
    match line.find(['\'', '"']) {
        Some(at) if line[at..].starts_with('\'') => false,
        Some(at) if line[..at].ends_with('^') => true,
        _ => line.lines().any(|line| line.trim_end().ends_with(" ^")),
    }
}

fn posix(line: &str) -> Result<(Vec<Word>, String), String> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        match chars.peek() {
            None => return Ok((words, String::new())),
            Some('#') => while chars.next_if(|c| *c != '\n').is_some() {},
            // In the middle of a word, `&` is more probably of a URL without quotes.
            Some('&' | ';' | '|' | '<' | '>') => return Ok((words, chars.collect())),
            Some(_) => {
                if let Some(word) = posix_word(&mut chars)? {
                    words.push(word);
                }
            }
        }
    }
}

/// `None` if there are only line continuations.
fn posix_word(chars: &mut Peekable<Chars<'_>>) -> Result<Option<Word>, String> {
    let mut word = Word::default();
    let mut is_word = false;
    while !ends_command(chars)
        && let Some(c) = chars.next_if(|c| !c.is_whitespace())
    {
        match c {
            '\\' => match continued(chars) {
                true => continue,
                false => word.push(chars.next().unwrap_or('\\')),
            },
            '\'' => loop {
                match chars.next().ok_or("a ' is not closed")? {
                    '\'' => break,
                    c => word.push(c),
                }
            },
            '$' if chars.next_if_eq(&'\'').is_some() => ansi_c(chars, &mut word)?,
            '$' if chars.peek() == Some(&'"') => {}
            '"' => loop {
                match chars.next().ok_or("a \" is not closed")? {
                    '"' => break,
                    '\\' if continued(chars) => {}
                    '\\' => match chars.next_if(|c| "$`\"\\".contains(*c)) {
                        Some(c) => word.push(c),
                        None => word.push('\\'),
                    },
                    c => word.push(c),
                }
            },
            c => word.push(c),
        }
        is_word = true;
    }
    Ok(is_word.then_some(word))
}

/// Whether a semicolon at the end of a word follows. One in the middle is more probably of a URL
/// without quotes.
fn ends_command(chars: &Peekable<Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    ahead.next() == Some(';') && ahead.next().is_none_or(char::is_whitespace)
}

/// Whether the backslash before continues the line.
fn continued(chars: &mut Peekable<Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    ahead.next_if_eq(&'\r');
    let is_continued = ahead.next() == Some('\n');
    if is_continued {
        *chars = ahead;
    }
    is_continued
}

/// The rest of `$'…'`.
fn ansi_c(chars: &mut Peekable<Chars<'_>>, word: &mut Word) -> Result<(), String> {
    // The first half of a character above U+FFFF, which browsers write as two escapes.
    let mut half: Option<u32> = None;
    loop {
        let c = chars.next().ok_or("a $' is not closed")?;
        let escape = if c == '\\' { Some(chars.next().ok_or("a $' is not closed")?) } else { None };
        let unit = match escape {
            Some('u') => digits(chars, 4, 16),
            Some('U') => digits(chars, 8, 16),
            _ => None,
        };
        match (half.take(), unit) {
            (Some(high), Some(low @ 0xDC00..0xE000)) => {
                let code: u32 = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                word.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                continue;
            }
            (Some(_), _) => word.push(char::REPLACEMENT_CHARACTER),
            (None, _) => {}
        }
        match (escape, unit) {
            (_, Some(high @ 0xD800..0xDC00)) => half = Some(high),
            (_, Some(code)) => {
                word.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (None, None) if c == '\'' => return Ok(()),
            (None, None) => word.push(c),
            (Some(escape), None) => push_escape(escape, chars, word),
        }
    }
}

fn push_escape(escape: char, chars: &mut Peekable<Chars<'_>>, word: &mut Word) {
    let byte = |code: Option<u32>| code.map(|code| code as u8);
    match escape {
        'n' => word.push('\n'),
        'r' => word.push('\r'),
        't' => word.push('\t'),
        'a' => word.push('\x07'),
        'b' => word.push('\x08'),
        'e' | 'E' => word.push('\x1b'),
        'f' => word.push('\x0c'),
        'v' => word.push('\x0b'),
        'c' => word.push(chars.next().map_or('c', |c| char::from(c as u8 & 0x1f))),
        'x' => match byte(digits(chars, 2, 16)) {
            Some(byte) => word.push_byte(byte),
            None => word.text.push_str("\\x"),
        },
        first @ '0'..='7' => {
            let first = first.to_digit(8).unwrap_or_default();
            let mut code = first;
            for _ in 0..2 {
                let Some(digit) = chars.next_if(|c| c.is_digit(8)) else { break };
                code = code * 8 + digit.to_digit(8).unwrap_or_default();
            }
            word.push_byte(code as u8);
        }
        '\\' | '\'' | '"' | '?' => word.push(escape),
        other => {
            word.push('\\');
            word.push(other);
        }
    }
}

/// At most so many digits.
fn digits(chars: &mut Peekable<Chars<'_>>, most: usize, radix: u32) -> Option<u32> {
    let mut number = None;
    for _ in 0..most {
        let Some(digit) = chars.next_if(|c| c.is_digit(radix)) else { break };
        number = Some(number.unwrap_or(0) * radix + digit.to_digit(radix)?);
    }
    number
}

fn cmd(line: &str) -> Result<(Vec<Word>, String), String> {
    let (line, rest) = cmd_unescaped(line);
    Ok((c_runtime(&line)?, rest))
}

/// What `cmd.exe` leaves of the first command, and the rest.
fn cmd_unescaped(line: &str) -> (String, String) {
    let mut unescaped = String::new();
    let mut chars = line.chars().peekable();
    let mut is_quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                unescaped.push(c);
            }
            '^' if !is_quoted => {
                // The end of the line goes, and what follows is taken as it is.
                continued(&mut chars);
                chars.next_if_eq(&'\r');
                unescaped.extend(chars.next());
            }
            '&' | '|' | '<' | '>' if !is_quoted => {
                return (unescaped, std::iter::once(c).chain(chars).collect());
            }
            c => unescaped.push(c),
        }
    }
    (unescaped, String::new())
}

/// The words that the C runtime passes to a program.
fn c_runtime(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            return Ok(words);
        }
        let mut text = String::new();
        let mut is_quoted = false;
        while let Some(c) = chars.next_if(|c| is_quoted || !c.is_whitespace()) {
            match c {
                '"' if is_quoted && chars.next_if_eq(&'"').is_some() => text.push('"'),
                '"' => is_quoted = !is_quoted,
                // The runtime halves backslashes only before a quote, but browsers double them all.
                '\\' => match chars.next_if(|c| matches!(c, '"' | '\\')) {
                    Some(c) => text.push(c),
                    None => text.push('\\'),
                },
                c => text.push(c),
            }
        }
        if is_quoted {
            return Err("a \" is not closed".to_owned());
        }
        words.push(Word::new(text));
    }
}
