//! Words and phrases that do not read like English, and what to write instead.

use std::path::Path;

/// The phrases refused and what to write instead. `*` is any word.
const RULES: &[(&[&str], &str)] = &[
    (&["wear", "wears", "wearing", "worn"], "apply or wrap"),
    (&["whoever"], "you, or anyone who"),
    (&["way out", "ways out"], "fix"),
    (&["but for"], "except"),
    (&["by chance"], "random"),
    (&["is told", "are told"], "prints, or says"),
    (&["stand", "stands"], "is"),
    (&["is no *"], "is not a"),
];

/// Phrases that pass although they contain a refused one, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("stand for", "means"),
    ("stands for", "means"),
    ("stand in for", "replace"),
    ("stands in for", "replaces"),
    ("is no longer", "was, and is not now"),
    ("is no more than", "compares"),
    ("is no less", "compares"),
    ("is no one", "nobody is"),
    ("there is no *", "says that none exists, not that something is something else"),
    ("is told apart", "is distinguished"),
    ("are told apart", "are distinguished"),
];

/// What to write for `None: why` at the start of a sentence of documentation.
const NONE: &str = "`None` if …";

struct Word<'a> {
    /// Where it starts in the file.
    start: usize,
    /// All between the word before and this one.
    gap: &'a str,
    text: &'a str,
}

impl Word<'_> {
    /// Whether a phrase goes on over the gap: white space, quotes, and the marks of a comment's next line.
    fn continues(&self) -> bool {
        self.gap.chars().all(|c| c.is_whitespace() || "/!#>*`\"'([\\".contains(c))
    }

    fn starts_sentence(&self) -> bool {
        self.gap.trim_end_matches([' ', '`']).ends_with(['/', '!', '.'])
    }
}

/// `FILE:LINE: "wear": write apply or wrap`, for each phrase refused. `path` is relative to the workspace.
pub fn faults(path: &Path, text: &str) -> Vec<String> {
    let file = path.to_string_lossy().replace('\\', "/");
    // The rules have to spell what they refuse.
    if file == file!().replace('\\', "/") {
        return Vec::new();
    }
    let words = words(text);
    let fault = |index: usize, phrase: &str, instead: &str| {
        let line = 1 + text[..words[index].start].matches('\n').count();
        format!("{file}:{line}: {phrase:?}: write {instead}")
    };
    let mut faults = Vec::new();
    for index in 0..words.len() {
        for (phrases, instead) in RULES {
            for phrase in phrases.iter().filter(|phrase| is_at(&words, index, phrase)) {
                if !is_allowed(&words, index, phrase) {
                    faults.push(fault(index, phrase.trim_end_matches(" *"), instead));
                }
            }
        }
        let gap = words.get(index + 1).map_or("", |next| next.gap);
        if words[index].text == "None"
            && words[index].starts_sentence()
            && gap.trim_start_matches('`').starts_with(": ")
        {
            faults.push(fault(index, "None: ", NONE));
        }
    }
    faults
}

fn words(text: &str) -> Vec<Word<'_>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut words = Vec::new();
    let mut end = 0;
    while let Some(found) = text[end..].find(|c: char| c.is_alphanumeric()) {
        let start = end + found;
        let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
        words.push(Word { start, gap: &text[end..start], text: &text[start..start + length] });
        end = start + length;
    }
    words
}

fn is_at(words: &[Word<'_>], index: usize, phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(offset, wanted)| {
        words.get(index + offset).is_some_and(|word| {
            (wanted == "*" || word.text.eq_ignore_ascii_case(wanted))
                && (offset == 0 || word.continues())
        })
    })
}

/// Whether an allowed phrase covers the one refused.
fn is_allowed(words: &[Word<'_>], index: usize, refused: &str) -> bool {
    let count = |phrase: &str| phrase.split(' ').count();
    let end = index + count(refused);
    ALLOWED.iter().any(|(phrase, _)| {
        let earliest = end.saturating_sub(count(phrase));
        (earliest..=index).any(|start| is_at(words, start, phrase))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        faults(Path::new("xtask/README.md"), text)
    }

    #[test]
    fn refused() {
        for (text, line, phrase) in [
            ("a layer does nothing until a service wears it", 1, "wears"),
            ("Wear it", 1, "wear"),
            ("what a router has WORN, or is `wearing`", 1, "worn"),
            ("for whoever serves an API", 1, "whoever"),
            ("each error has its way out", 1, "way out"),
            ("//! their ways\n//! out", 1, "ways out"),
            ("text\n    /// equal, but\n    /// for the port", 2, "but for"),
            ("# by\n# chance", 1, "by chance"),
            ("eprintln!(\"found by \\\n    chance\")", 1, "by chance"),
            ("> the user is\n> told", 1, "is told"),
            ("what stands there", 1, "stands"),
            ("names may stand, in any order", 1, "stand"),
            ("an origin is no pattern", 1, "is no"),
            ("a text that is no `Origin`", 1, "is no"),
            ("it is no longer-lived value", 1, "is no"),
            ("/// None: the request has no origin.", 1, "None: "),
            ("/// The host.\n///\n/// `None`: it is opaque.", 3, "None: "),
            ("//! The port. None: the default.", 1, "None: "),
        ] {
            let start = format!("xtask/README.md:{line}: {phrase:?}: write ");
            assert!(found(text).iter().any(|fault| fault.starts_with(&start)), "{text}");
        }
        assert_eq!(found("to wear"), ["xtask/README.md:1: \"wear\": write apply or wrap"]);
        // One that passes does not cover its neighbours.
        assert_eq!(found("stand in for, stand, stand").len(), 2);
    }

    #[test]
    fn passed() {
        for text in [
            "understand the standard, a standalone stand-in, as standing code",
            "software, swear, worn_out, forswear",
            "stands in for the server; * stands\n// for any label",
            "it is no longer there, is no more than five, is no less",
            "there is no such file; There\n/// is no default",
            "is no one's business; rows are told\n// apart by name",
            "the answer is no.",
            "None => return, None::<Policy>, Option: None",
            "`None` if the request has no origin",
            "the way; out of it",
        ] {
            assert_eq!(found(text), Vec::<String>::new());
        }
    }

    #[test]
    fn only_the_rules_are_left_out() {
        assert_eq!(faults(Path::new("xtask/src/tidy/words.rs"), "whoever"), Vec::<String>::new());
        for path in ["xtask/README.md", "Cargo.toml", ".ci/run", "xtask/src/tidy.rs"] {
            assert_eq!(faults(Path::new(path), "whoever").len(), 1, "{path}");
        }
    }
}
