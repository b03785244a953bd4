//! The guide's page of console messages, searched by what you paste.

use std::fmt;

const PAGE: &str = include_str!("../../docs/messages.md");
/// The section with lines that name no cause.
const FOLLOWING: &str = "Lines that follow others";
/// Chromium adds it to every failure after a response.
const FOLLOWS_IN_CHROMIUM: &str = "net::err_failed";
/// What precedes the part of a message that names the cause, in lower case.
const BEFORE_CAUSE: [&str; 6] = [
    "blocked by cors policy:",
    "(reason:",
    "cross-origin resource sharing policy:",
    "on 'window':",
    "window.fetch:",
    "typeerror:",
];
/// Words of the page's messages that are another fetch's method or header.
const VALUES: [&str; 8] = ["get", "put", "delete", "patch", "trace", "x", "x-a", "x-b"];

/// A section of the guide's page [`messages`](crate::guide::messages).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    title: &'static str,
    markdown: &'static str,
}

impl Section {
    /// Its heading.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Its messages, with their causes and fixes, as plain text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for part in self.markdown.split("```") {
            match part.strip_prefix("text\n") {
                Some(messages) => {
                    text.extend(messages.lines().flat_map(|line| ["    ", line, "\n"]));
                }
                // The end of a block leaves its line break.
                _ => text += &without_links(part.strip_prefix('\n').unwrap_or(part)),
            }
        }
        text.trim_start_matches('\n').trim_end().replace("**", "")
    }
}

/// The title and the text.
impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\n{}", self.title, self.text())
    }
}

/// The sections of the guide about a console message, or about several lines of one. Empty if
/// there is none.
///
/// URLs, origins, methods and headers may differ from those on the page, and a part of the message
/// is enough. Several sections have the same message if an engine does not tell their causes apart.
///
/// ```
/// use cors_core::explain::{Section, sections_of};
///
/// let sections: Vec<Section> = sections_of(
///     "Access to fetch at 'https://api.test/a' from origin 'http://localhost:5173' has been blocked \
///      by CORS policy: Method PATCH is not allowed by Access-Control-Allow-Methods in preflight \
///      response.",
/// );
/// assert_eq!(sections.len(), 1);
/// assert_eq!(sections[0].title(), "The method is not allowed");
/// assert!(sections[0].text().contains("Fix."));
/// assert!(sections_of("Cannot read properties of undefined").is_empty());
/// ```
pub fn sections_of(console: &str) -> Vec<Section> {
    let page: Vec<_> = sections()
        .flat_map(|section| section.messages().map(move |line| (section, Words::of_page(line))))
        .collect();
    // A line that names a cause counts more than the lines that follow it.
    let mut best = (None, Vec::new());
    for line in console.lines().map(Words::of) {
        let mut found = (None, Vec::new());
        for (section, message) in &page {
            let Some(likeness) = line.likeness(message) else { continue };
            keep_best(&mut found, Some(likeness), [*section]);
        }
        let (likeness, sections) = found;
        let names_cause = sections.iter().any(|section| section.title != FOLLOWING)
            && !line.cause.iter().any(|word| word == FOLLOWS_IN_CHROMIUM);
        keep_best(&mut best, likeness.map(|likeness| (names_cause, likeness)), sections);
    }
    best.1
}

/// Keeps the sections with the greatest likeness, each once.
fn keep_best<L: PartialOrd>(
    best: &mut (Option<L>, Vec<Section>),
    likeness: Option<L>,
    sections: impl IntoIterator<Item = Section>,
) {
    if likeness < best.0 {
        return;
    }
    if likeness > best.0 {
        *best = (likeness, Vec::new());
    }
    for section in sections {
        if !best.1.contains(&section) {
            best.1.push(section);
        }
    }
}

fn sections() -> impl Iterator<Item = Section> {
    let headings = PAGE.split("\n##").skip(1);
    headings.filter_map(|section| {
        let (title, markdown) = section.trim_start_matches('#').split_once('\n')?;
        Some(Section { title: title.trim(), markdown })
    })
}

impl Section {
    fn messages(&self) -> impl Iterator<Item = &'static str> + use<> {
        let blocks = self.markdown.split("```text\n").skip(1);
        blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines())
    }
}

/// `[text](URL)` becomes the text, with the URL if it leads elsewhere.
fn without_links(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('[') {
        text += before;
        let link = after.split_once(']').and_then(|(shown, after)| {
            let (target, after) = match after.strip_prefix('(') {
                Some(after) => after.split_once(')')?,
                None => after.strip_prefix('[')?.split_once(']')?,
            };
            Some((shown, target, after))
        });
        rest = match link {
            Some((shown, target, after)) => {
                text += shown;
                if target.starts_with("http") {
                    text += &format!(" ({target})");
                }
                after
            }
            None => {
                text.push('[');
                after
            }
        };
    }
    // The definitions of links are at the end of the page.
    let body = text + rest;
    let is_definition = |line: &&str| line.starts_with('[') && line.contains("]: ");
    body.split_inclusive('\n').filter(|line| !is_definition(line)).collect()
}

/// How much a line and a message have in common: most words that name the cause, then fewest that
/// the line lacks, then most words before them.
type Likeness = (usize, std::cmp::Reverse<usize>, usize);

/// The words of a line that are the same for every fetch.
struct Words {
    before: Vec<String>,
    cause: Vec<String>,
}

impl Words {
    fn of(line: &str) -> Self {
        let line = line.to_lowercase();
        let ends = BEFORE_CAUSE.iter().filter_map(|mark| Some(line.rfind(mark)? + mark.len()));
        let (before, cause) = line.split_at(ends.max().unwrap_or_default());
        Self { before: words(before), cause: words(cause) }
    }

    fn of_page(line: &str) -> Self {
        let mut words = Self::of(line);
        words.cause.retain(|word| !VALUES.contains(&&**word));
        words
    }

    /// `None` if they have too little in common.
    fn likeness(&self, message: &Self) -> Option<Likeness> {
        let [here, there] = [&self.cause, &message.cause].map(|words| weight(words));
        let common = common(&self.cause, &message.cause);
        let is_most = 2 * common > here || 4 * common >= 3 * there;
        let is_telling = 2 * common >= there || common >= 5;
        let before = self::common(&self.before, &message.before);
        (is_most && is_telling).then_some((common, std::cmp::Reverse(there), before))
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.contains(char::is_alphabetic));
    // Chromium names what fetches.
    words.map(|word| if word == "xmlhttprequest" { "fetch" } else { word }.to_owned()).collect()
}

/// Chromium's names of network errors tell more than a word.
fn weight(words: &[String]) -> usize {
    words.iter().map(|word| if word.starts_with("net::") { 5 } else { 1 }).sum()
}

/// The weight of the words that two texts have in common, in the same order. Apart from network
/// errors, single words do not count.
fn common(one: &[String], other: &[String]) -> usize {
    let mut best = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 1..=one.len() {
        for j in 1..=other.len() {
            best[i][j] = best[i - 1][j].max(best[i][j - 1]);
            // Longer runs consist of these.
            for run in 1..=3.min(i).min(j) {
                let words = &one[i - run..i];
                if words == &other[j - run..j] && weight(words) > 1 {
                    best[i][j] = best[i][j].max(best[i - run][j - run] + weight(words));
                }
            }
        }
    }
    best[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_text_and_definitions_go() {
        let page = "[a](b.md), [c][d]\n[object Object]\nx [y]: z\n\n[d]: https://d.test\n";
        assert_eq!(without_links(page), "a, c\n[object Object]\nx [y]: z\n\n");
    }

    /// Most of the pasted message, or nearly all of the known one; and half of the known one.
    #[test]
    fn how_much_has_to_be_alike() {
        let first = ["one", "two", "three", "four", "five"];
        let text = |n: usize, others: usize, other: &str| {
            let words = first[..n].iter().map(|word| (*word).to_owned());
            let others = (0..others).map(|i| format!("{other}{}", "a".repeat(i)));
            Words { before: Vec::new(), cause: words.chain(others).collect() }
        };
        for (alike, pasted, known, is_like) in [
            (2, 1, 2, true),
            (2, 2, 1, false),
            (2, 2, 0, true),
            (3, 2, 2, true),
            (3, 3, 2, false),
            (3, 2, 3, true),
            (3, 2, 4, false),
            (5, 4, 7, true),
            (1, 0, 0, false),
        ] {
            let [pasted, known] = [text(alike, pasted, "x"), text(alike, known, "y")];
            assert_eq!(
                pasted.likeness(&known).is_some(),
                is_like,
                "{:?} {:?}",
                pasted.cause,
                known.cause
            );
        }
    }
}
