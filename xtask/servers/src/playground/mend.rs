//! Writes a fix into the text of a policy. Changes only the necessary keys, so comments and layout stay.

use std::ops::Range;

use cors_core::Policy;
use cors_core::explain::{Change, Fix};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The text with the fix applied, or `None` if the new text would not make the fix's policy.
pub(super) fn apply(text: &str, fix: &Fix) -> Option<String> {
    let mut mended = text.to_owned();
    for change in fix.changes() {
        mended = match change {
            Change::Set { key, value } => Text::parse(&mended)?.set(key, value)?,
            Change::Add { key, entry } => Text::parse(&mended)?.add(key, entry)?,
            _ => mended,
        };
    }
    let policy = Policy::from_toml(&mended).ok()?;
    (policy == Policy::new(fix.config()?).ok()?).then_some(mended)
}

struct Text<'t> {
    text: &'t str,
    root: DeTable<'t>,
}

impl<'t> Text<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        Some(Self { text, root: DeTable::parse(text).ok()?.into_inner() })
    }

    /// Sets a key, including those of `danger`, in whatever form the text has that table.
    fn set(&self, key: &str, value: &str) -> Option<String> {
        let Some((table, inner)) = key.split_once('.') else {
            return match self.root.get(key) {
                Some(old) => self.replace(old, value),
                None => Some(self.with_root_line(&format!("{key} = {value}"))),
            };
        };
        let Some((name, danger)) = self.root.iter().find(|(name, _)| &**name.get_ref() == table)
        else {
            return Some(self.with_root_line(&format!("{key} = {value}")));
        };
        let entries = danger.get_ref().as_table()?;
        let line = format!("{inner} = {value}");
        match entries.get(inner) {
            Some(old) => self.replace(old, value),
            None if self.is_inline(danger) => {
                let end = danger.span().end - 1;
                let comma = if entries.is_empty() { " " } else { ", " };
                Some(self.with(self.text[..end].trim_end().len()..end, &format!("{comma}{line} ")))
            }
            None if self.is_header(name.span().start) => {
                let end = self.line_end(name.span().end);
                Some(self.with(end..end, &format!("\n{line}")))
            }
            None => Some(self.with_root_line(&format!("{key} = {value}"))),
        }
    }

    /// Adds an entry to a key's list.
    fn add(&self, key: &str, entry: &str) -> Option<String> {
        let list = self.root.get(key)?.get_ref().as_array()?;
        self.append(list.last()?, entry)
    }

    /// If a list only grows, keeps its entries and comments.
    fn replace(&self, old: &Spanned<DeValue<'_>>, value: &str) -> Option<String> {
        let whole = Some(self.with(old.span(), value));
        let line = format!("value = {value}");
        let new = DeTable::parse(&line).ok()?.into_inner();
        let (Some(before), Some(after)) =
            (old.get_ref().as_array(), new.get("value").and_then(|new| new.get_ref().as_array()))
        else {
            return whole;
        };
        if before.len() >= after.len() {
            return whole;
        }
        let Some(last) = before.last() else { return self.fill(old.span(), value) };
        if !before.iter().zip(after.iter()).all(|(old, new)| same(old.get_ref(), new.get_ref())) {
            return whole;
        }
        let added = after.get(before.len())?.span().start..after.last()?.span().end;
        self.append(last, &line[added])
    }

    /// Fills an empty list and keeps its comments.
    fn fill(&self, list: Range<usize>, value: &str) -> Option<String> {
        let inside = &self.text[list.start + 1..list.end - 1];
        if inside.trim().is_empty() {
            return Some(self.with(list, value));
        }
        // A comment may contain a bracket: take the first one outside of comments.
        let close = self.line_start(list.end);
        let entries = value.strip_prefix('[')?.strip_suffix(']')?;
        Some(self.with(close..close, &format!("  {entries},\n")))
    }

    /// Appends after the last entry of a list, on a new line if that entry has its own line.
    fn append(&self, last: &Spanned<DeValue<'_>>, entries: &str) -> Option<String> {
        let Range { start, end } = last.span();
        let indent = &self.text[self.line_start(start)..start];
        let line_end = self.line_end(end);
        let rest = &self.text[end..line_end];
        let closes = rest.split('#').next().is_some_and(|rest| rest.contains(']'));
        Some(if closes || !indent.trim().is_empty() {
            self.with(end..end, &format!(", {entries}"))
        } else if rest.trim_start().starts_with(',') {
            self.with(line_end..line_end, &format!("\n{indent}{entries},"))
        } else {
            self.with(end..line_end, &format!(",{rest}\n{indent}{entries}"))
        })
    }

    /// Adds a line after the keys at the root.
    fn with_root_line(&self, line: &str) -> String {
        let end = self.root.iter().filter_map(|(name, value)| self.root_end(name, value)).max();
        match end {
            Some(end) => {
                let end = self.line_end(end);
                self.with(end..end, &format!("\n{line}"))
            }
            None => self.with(0..0, &format!("{line}\n")),
        }
    }

    /// The end of a root key's value, unless it is a table with a header.
    fn root_end<K>(&self, name: &Spanned<K>, value: &Spanned<DeValue<'_>>) -> Option<usize> {
        match value.get_ref().as_table() {
            Some(_) if self.is_header(name.span().start) => None,
            Some(table) if !self.is_inline(value) => {
                table.iter().map(|(_, value)| value.span().end).max()
            }
            _ => Some(value.span().end),
        }
    }

    fn is_inline(&self, table: &Spanned<DeValue<'_>>) -> bool {
        self.text[table.span()].starts_with('{')
    }

    /// Whether the key at this place is a header in `[…]`.
    fn is_header(&self, key: usize) -> bool {
        self.text[self.line_start(key)..key].trim_start().starts_with('[')
    }

    fn line_start(&self, place: usize) -> usize {
        self.text[..place].rfind('\n').map_or(0, |end| end + 1)
    }

    fn line_end(&self, place: usize) -> usize {
        let line = self.text[place..].split('\n').next().unwrap_or_default();
        place + line.trim_end_matches('\r').len()
    }

    fn with(&self, range: Range<usize>, text: &str) -> String {
        let mut changed = self.text.to_owned();
        changed.replace_range(range, text);
        changed
    }
}

/// Whether two list entries are equal, in any spelling.
fn same(one: &DeValue<'_>, other: &DeValue<'_>) -> bool {
    let regex = |value: &DeValue<'_>| {
        value.as_table().and_then(|table| table.get("regex")?.get_ref().as_str().map(str::to_owned))
    };
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one == other,
        _ => regex(one).is_some() && regex(one) == regex(other),
    }
}

#[cfg(test)]
mod tests {
    use cors_core::browser::{CredentialsMode, Fetch};
    use cors_core::explain::explain;

    use super::*;

    /// The text with the fix for this fetch. Checks that the fetch is then readable.
    fn mended(text: &str, fetch: &Fetch) -> String {
        let policy = Policy::from_toml(text).unwrap();
        let explanation = explain(&policy, fetch);
        let fix = explanation.fix().unwrap();
        let mended = apply(text, fix).unwrap_or_else(|| panic!("{text}: {fix}"));
        let policy = Policy::from_toml(&mended).unwrap();
        assert!(explain(&policy, fix.fetch()).is_readable(), "{mended}");
        mended
    }

    fn get(origin: &str) -> Fetch {
        Fetch::new(origin, "https://api.example/")
    }

    #[test]
    fn only_what_changes_is_touched() {
        let put = get("https://a.test").method("PUT");
        let header = get("https://a.test").header("x-a", "1");
        for (fetch, text, wanted) in [
            // A missing key: at the end, before a table, after a list on several lines.
            (
                &put,
                "allow_origins = 'https://a.test' # mine\n",
                "allow_origins = 'https://a.test' # mine\nallow_methods = [\"PUT\"]\n",
            ),
            (
                &put,
                "allow_origins = 'https://a.test'",
                "allow_origins = 'https://a.test'\nallow_methods = [\"PUT\"]",
            ),
            (
                &put,
                "allow_origins = [\r\n  'https://a.test',\r\n]\r\n\r\n[danger]\r\nallow_null_origin = false\r\n",
                "allow_origins = [\r\n  'https://a.test',\r\n]\nallow_methods = [\"PUT\"]\r\n\r\n[danger]\r\nallow_null_origin = false\r\n",
            ),
            // A list that grows: on one line, on several lines, from a single string.
            (
                &header,
                "allow_headers = ['x-b'] # b\nallow_origins = '*'",
                "allow_headers = ['x-b', \"x-a\"] # b\nallow_origins = '*'",
            ),
            (
                &header,
                "allow_origins = '*'\nallow_headers = [\n  # b\n  'x-b', # b\n]\n",
                "allow_origins = '*'\nallow_headers = [\n  # b\n  'x-b', # b\n  \"x-a\",\n]\n",
            ),
            (
                &header,
                "allow_origins = '*'\nallow_headers = [\n  'x-b' # b\n]\n",
                "allow_origins = '*'\nallow_headers = [\n  'x-b', # b\n  \"x-a\"\n]\n",
            ),
            (
                &header,
                "allow_origins = '*'\nallow_headers = [\n  'x-b' ] # b\n",
                "allow_origins = '*'\nallow_headers = [\n  'x-b', \"x-a\" ] # b\n",
            ),
            (
                &header,
                "allow_origins = '*'\nallow_headers = 'x-b'",
                "allow_origins = '*'\nallow_headers = [\"x-b\", \"x-a\"]",
            ),
            (
                &header,
                "allow_origins = '*'\nallow_headers = []",
                "allow_origins = '*'\nallow_headers = [\"x-a\"]",
            ),
            (
                &header,
                "allow_origins = '*'\nallow_headers = [ # none\n  # yet\n  ] # b\n",
                "allow_origins = '*'\nallow_headers = [ # none\n  # yet\n  \"x-a\",\n  ] # b\n",
            ),
            // A list too long to show.
            (
                &header,
                "allow_origins = '*'\nallow_headers = ['a', 'b', 'c', 'd', 'e', 'f', 'g',]",
                "allow_origins = '*'\nallow_headers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', \"x-a\",]",
            ),
            // Regexes are equal in another spelling.
            (
                &get("https://b.test"),
                "allow_origins = [{ regex = 'https://[ac]\\.test' }]",
                "allow_origins = [{ regex = 'https://[ac]\\.test' }, \"https://b.test\"]",
            ),
            // `danger` in each of its forms.
            (
                &get("null"),
                "allow_origins = ['https://a.test']\n",
                "allow_origins = ['https://a.test', \"null\"]\ndanger.allow_null_origin = true\n",
            ),
            (
                &get("null"),
                "allow_origins = ['https://a.test']\ndanger.allow_insecure_origins = false\nmax_age = 5\n",
                "allow_origins = ['https://a.test', \"null\"]\ndanger.allow_insecure_origins = false\nmax_age = 5\ndanger.allow_null_origin = true\n",
            ),
            (
                &get("null"),
                "allow_origins = ['https://a.test']\n[ danger ] # do not\nallow_insecure_origins = false\n",
                "allow_origins = ['https://a.test', \"null\"]\n[ danger ] # do not\nallow_null_origin = true\nallow_insecure_origins = false\n",
            ),
            (
                &get("null"),
                "danger = { allow_insecure_origins = false }\nallow_origins = ['https://a.test']",
                "danger = { allow_insecure_origins = false, allow_null_origin = true }\nallow_origins = ['https://a.test', \"null\"]",
            ),
            (
                &get("null"),
                "danger = {}\nallow_origins = ['https://a.test']",
                "danger = { allow_null_origin = true }\nallow_origins = ['https://a.test', \"null\"]",
            ),
            (
                &get("null"),
                "allow_origins = ['https://a.test']\n[danger]\nallow_null_origin = false",
                "allow_origins = ['https://a.test', \"null\"]\n[danger]\nallow_null_origin = true",
            ),
            // A key that contradicts the fix is replaced.
            (
                &get("https://a.test").credentials(CredentialsMode::Include),
                "allow_origins = '*' # all\nallow_credentials = false",
                "allow_origins = [\"https://a.test\"] # all\nallow_credentials = true",
            ),
            // A fix in the script does not change the text.
            (
                &get("https://a.test").method("patch"),
                "allow_origins = '*'\nallow_methods = 'PATCH'",
                "allow_origins = '*'\nallow_methods = 'PATCH'",
            ),
        ] {
            assert_eq!(mended(text, fetch), wanted, "{text}");
        }
    }

    #[test]
    fn a_text_that_would_not_make_the_fixs_policy_stays() {
        let policy = Policy::from_toml("allow_origins = 'https://a.test'").unwrap();
        let explanation = explain(&policy, &get("https://b.test"));
        let fix = explanation.fix().unwrap();
        for text in ["allow_origins", "danger = 1", "allow_origins = 'https://a.test'\nmax_age = 5"]
        {
            assert_eq!(apply(text, fix), None, "{text}");
        }
    }
}
