//! From positions in a text to its lines.

use std::borrow::Cow;
use std::collections::HashSet;

/// The lines of a file, counted from 1.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Where each line starts.
    starts: Vec<usize>,
    /// Where the text ends, without trailing white space.
    end: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect();
        Self { text, starts, end: text.trim_end().len() }
    }

    /// The line of the byte at `position`. If the file ends too early, that is the last line that is
    /// not blank.
    pub(super) fn of(&self, position: usize) -> usize {
        self.starts.partition_point(|start| *start <= position.min(self.end)).max(1)
    }

    /// The column of `position` in characters, counted from 1. Only reads the line up to there.
    pub(super) fn column(&self, position: usize) -> usize {
        let position = position.min(self.end);
        let before = &self.text.as_bytes()[self.starts[self.of(position) - 1]..position];
        // Each character has one byte that is not a continuation byte.
        1 + before.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
    }

    /// The text of a line, without surrounding white space.
    pub(super) fn text(&self, line: usize) -> &'t str {
        // `of` returns neither 0 nor a line past the last.
        let start = self.starts[line - 1];
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim()
    }

    /// The text with these lines replaced by spaces, so that the others keep their positions.
    pub(super) fn blanked(&self, lines: &HashSet<usize>) -> Cow<'t, str> {
        if lines.is_empty() {
            return Cow::Borrowed(self.text);
        }
        let mut text = String::with_capacity(self.text.len());
        for (index, line) in self.text.split_inclusive('\n').enumerate() {
            let written = line.trim_end();
            match lines.contains(&(index + 1)) {
                true => text.extend(std::iter::repeat_n(' ', written.len())),
                false => text.push_str(written),
            }
            text.push_str(&line[written.len()..]);
        }
        Cow::Owned(text)
    }

    /// What follows `key =` on a line of TOML, or the whole line if it does not start like that.
    pub(super) fn value(&self, line: usize) -> &'t str {
        let text = self.text(line);
        let in_key = |char: char| char.is_alphanumeric() || "-_.\"' \t".contains(char);
        match text.trim_start_matches(in_key).strip_prefix('=') {
            Some(value) => value.trim(),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_become_lines() {
        let lines = Lines::new("a\r\n\nbc\n \n");
        for (position, line) in
            [(0, 1), (1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 3), (8, 3), (99, 3)]
        {
            assert_eq!(lines.of(position), line, "{position}");
        }
        assert_eq!(lines.text(1), "a");
        assert_eq!(lines.text(3), "bc");
        assert_eq!(lines.text(5), "");

        for (position, column) in [(0, 1), (1, 2), (4, 1), (5, 2), (6, 3), (99, 3)] {
            assert_eq!(lines.column(position), column, "{position}");
        }
        assert_eq!(Lines::new("é: ü x").column(6), 5);

        let lines = Lines::new("é\r\nb\u{a0}\nc");
        assert_eq!(lines.blanked(&HashSet::new()), "é\r\nb\u{a0}\nc");
        assert_eq!(lines.blanked(&HashSet::from([1, 3])), "  \r\nb\u{a0}\n ");

        let lines = Lines::new("danger.a = 1 = 2\n  { regex = 'x' } 5,\n=");
        assert_eq!(lines.value(1), "1 = 2");
        assert_eq!(lines.value(2), "{ regex = 'x' } 5,");
        assert_eq!(lines.value(3), "");

        assert_eq!(Lines::new("").of(0), 1);
        assert_eq!(Lines::new("").text(1), "");
        assert_eq!(Lines::new("\n\n").of(1), 1);
    }
}
