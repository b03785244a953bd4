//! Limits the number of values in a file. Each takes some hundred bytes of memory while the file is
//! read, so without a limit the cost would depend on how densely the file is written.

use std::borrow::Cow;

/// Every file may have this many.
const FEW: usize = 100_000;

/// A larger file may have one value per this many bytes. No origin is that short.
const BYTES_EACH: usize = 12;

/// The text, truncated if it has more values than its size allows, with every open bracket closed,
/// and where the rest starts.
pub(super) fn within(text: &str) -> (Cow<'_, str>, Option<usize>) {
    let mut left = FEW.max(text.len() / BYTES_EACH);
    let mut scanner = Scanner { text: text.as_bytes(), at: 0, open: Vec::new(), said: false };
    // The end of the last value that is known to be complete.
    let mut whole = (0, 0);
    while let Some(mark) = scanner.next_mark() {
        if let Mark::Separator(end) = mark {
            whole = (end, scanner.open.len());
        }
        left -= 1;
        if left == 0 {
            let (end, depth) = whole;
            let mut kept = text[..end].to_owned();
            scanner.open.truncate(depth);
            kept.extend(
                scanner.open.iter().rev().map(|byte| if *byte == b'[' { ']' } else { '}' }),
            );
            return (Cow::Owned(kept), Some(end));
        }
    }
    (Cow::Borrowed(text), None)
}

/// A boundary of values.
enum Mark {
    /// All values before it are complete.
    Separator(usize),
    Other,
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    open: Vec<u8>,
    /// Whether this line has content besides white space and a comment.
    said: bool,
}

impl Scanner<'_> {
    fn next_mark(&mut self) -> Option<Mark> {
        loop {
            let at = self.at;
            let byte = *self.text.get(at)?;
            self.at += 1;
            let said = self.said;
            self.said = byte != b'\n' && (said || !byte.is_ascii_whitespace() && byte != b'#');
            match byte {
                b'"' => self.skip_string(b'"', true),
                b'\'' => self.skip_string(b'\'', false),
                b'#' => self.skip_to(b'\n'),
                b'[' | b'{' => {
                    self.open.push(byte);
                    return Some(Mark::Other);
                }
                b']' | b'}' => {
                    self.open.pop();
                }
                b',' => return Some(Mark::Separator(at)),
                // A line of TOML with content is a value, or a mistake that costs the parser as much
                // memory. In lists, the commas count.
                b'\n' if self.open.is_empty() && said => {
                    return Some(Mark::Separator(at));
                }
                _ => {}
            }
        }
    }

    /// Skips to the end of the string whose first quote has been read. An unclosed string ends with its
    /// line.
    fn skip_string(&mut self, quote: u8, escapes: bool) {
        let rest = &self.text[self.at..];
        let is_long = rest.starts_with(&[quote, quote]);
        if is_long {
            self.at += 2;
        }
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\n' if !is_long => return,
                b'\\' if escapes => self.at += 2,
                _ if byte != quote => self.at += 1,
                _ if !is_long => {
                    self.at += 1;
                    return;
                }
                _ if self.text[self.at..].starts_with(&[quote; 3]) => {
                    self.at += 3;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_to(&mut self, end: u8) {
        while self.text.get(self.at).is_some_and(|byte| *byte != end) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Option<(String, usize)> {
        match within(text) {
            (text, Some(rest)) => Some((text.into_owned(), rest)),
            (kept, None) => {
                assert_eq!(kept, text);
                None
            }
        }
    }

    /// The text with `!` before each separator and `?` before each other mark.
    fn marked(text: &str) -> String {
        let mut out = text.to_owned();
        let mut scanner = Scanner { text: text.as_bytes(), at: 0, open: Vec::new(), said: false };
        let mut marks = Vec::new();
        while let Some(mark) = scanner.next_mark() {
            marks.push(match mark {
                Mark::Separator(at) => (at, '!'),
                Mark::Other => (scanner.at - 1, '?'),
            });
        }
        marks.into_iter().rev().for_each(|(at, mark)| out.insert(at, mark));
        out
    }

    #[test]
    fn strings_and_comments_have_no_values() {
        for expected in [
            r#"x = ?["a,["!, 'b,"['!, "c\\\",["!, ''!, ""!, 1]"#,
            "x = ?['a\\'!, ',['!, 1]!\n",
            "x = \"a,[!\ny = ?[1!, 2]!\n",
            "x = ?['''a,['\n,'''!, 1]!\n",
            "x = ?[\"\"\"\n,[\"\"\n\\\"\"\"\n\"\"\"!, 1]!\n",
            "x = 1!\ny = ?['''a'''!, 1]!\n",
            "# it's, [\n \n\tx = 1 # ,[!\n",
            r#"?{"a": ?["b,[\""!, ""!, "'#"!, 1]}"#,
        ] {
            let text = expected.replace(['!', '?'], "");
            assert_eq!(marked(&text), expected);
        }
    }

    #[test]
    fn dense_files_are_cut_between_two_values() {
        let many = |piece: &str| piece.repeat(FEW);
        for (before, piece, closed) in [
            ("allow_origins = [", "1,", "]"),
            ("allow_origins = [", "{},", "]"),
            ("x = { a = [[", "1,", "]] }"),
            ("", "a = 1\n", ""),
            ("", "a \r\n", ""),
            ("", "[a]\n", ""),
        ] {
            let text = format!("{before}{}", many(piece));
            let (kept, rest) = cut(&text).unwrap();
            assert!(rest < text.len() && text[rest..].starts_with([',', '\n']), "{piece}");
            assert_eq!(kept, format!("{}{}", &text[..rest], closed.replace(' ', "")), "{piece}");
        }
        let text = format!("{{\"allow_origins\": [{}1]}}", many("1,"));
        let (kept, rest) = cut(&text).unwrap();
        assert_eq!(kept, format!("{}]}}", &text[..rest]));
    }

    #[test]
    fn other_files_are_not() {
        let many = |piece: &str| piece.repeat(2 * FEW);
        for text in [
            format!("allow_origins = [\n{}]", many("  \"https://a.io\",\n")),
            format!("allow_origins = [{}]", many("'https://a.io',")),
            format!("allow_origins = '*'\n{}", many("\n")),
            format!("allow_origins = '*'\n{}", many(" \r\n")),
            format!("allow_origins = '*'\n{}", many("# ,,,,[[[[{{{{ it's = = =\n")),
            format!("x = \"{}\"", many(",[{\\\"=")),
            format!("x = '''{}'''", many(",[{\"\n''=")),
        ] {
            assert_eq!(cut(&text), None, "{}", &text[..30]);
        }
        let json = format!("{{\"allow_origins\": [\n{}\"*\"]}}", many("\"https://a.io\",\n"));
        assert_eq!(cut(&json), None);
    }
}
