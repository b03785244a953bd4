//! What a `{ regex = "…" }` entry matches: the whole of an origin, in ASCII.
//!
//! Building the policy compiles the pattern into one dense automaton, within fixed limits of
//! memory, so that matching takes at most one step per byte and a hostile policy file cannot take
//! the process down. [`prove`] says what such a regex may let in.

mod automaton;
mod dots;
mod grammar;
mod product;
mod proof;
mod remainder;
mod repair;
mod steps;
#[cfg(test)]
mod tests;

use regex_automata::nfa::thompson;
use regex_syntax::ParserBuilder;
use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{self, Hir};

use self::automaton::{Automaton, Direction};
pub(crate) use self::dots::unescaped_dot;
pub(crate) use self::proof::{Proof, Unproven, prove};
pub(crate) use self::remainder::Remainder;
pub(crate) use self::repair::{mismatch, narrower};
pub(crate) use self::steps::{Spent, Steps};

/// How deep groups and classes may nest: more than people write, and shallow enough for recursion
/// over the syntax tree.
const MAX_NESTING: u32 = 64;

/// The longest pattern that is parsed. This bounds the parser's memory. The automaton's own limit
/// is lower even for plain letters.
const MAX_PATTERN: usize = 16 << 10;

const NO_UNICODE: &str = "Unicode does not apply, since origins are ASCII";

/// A compiled regex that must match whole origins.
#[derive(Clone, Debug)]
pub(crate) struct OriginRegex {
    pattern: String,
    automaton: Automaton,
}

/// Why a pattern is not an [`OriginRegex`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegexFault {
    /// Not a regex in the `regex` crate's syntax in ASCII mode, with a message of one line.
    Invalid(String),
    /// Its automaton would exceed the limits.
    TooLarge,
}

impl OriginRegex {
    /// Compiles `pattern`. Surrounding `^` and `$` are allowed but have no effect: it always has to
    /// match the whole origin.
    pub(crate) fn new(pattern: &str) -> Result<Self, RegexFault> {
        Self::compile(pattern, &mut Steps::new(Steps::OF_A_POLICY))
    }

    /// The same, at a cost.
    pub(crate) fn compile(pattern: &str, steps: &mut Steps) -> Result<Self, RegexFault> {
        let automaton = parse(pattern).and_then(|hir| Automaton::build(&[hir], Direction::Forward));
        // If this used the last steps, the result is still good.
        let _ = steps.take_table(&automaton);
        Ok(Self { pattern: pattern.to_owned(), automaton: automaton? })
    }

    /// Whether the regex matches all of `origin`. Does not allocate.
    pub(crate) fn is_match(&self, origin: impl AsRef<[u8]>) -> bool {
        let bytes = origin.as_ref().iter().copied();
        self.automaton.walk(bytes).is_some_and(|state| self.automaton.accepts(state))
    }

    /// The same, at a cost.
    pub(crate) fn is_match_within(&self, origin: &str, steps: &mut Steps) -> Result<bool, Spent> {
        let mut walked = 0;
        let state = self.automaton.walk(origin.bytes().inspect(|_| walked += 1));
        steps.take(walked)?;
        Ok(state.is_some_and(|state| self.automaton.accepts(state)))
    }

    /// The pattern's text.
    pub(crate) fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether a match may begin with `prefix`. It may err towards yes.
    fn may_begin_with(&self, prefix: &str) -> bool {
        self.automaton.walk(prefix.bytes()).is_some()
    }
}

/// Two are equal if their patterns are, since the text determines the automaton.
impl PartialEq for OriginRegex {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for OriginRegex {}

fn parse(pattern: &str) -> Result<Hir, RegexFault> {
    if pattern.len() > MAX_PATTERN {
        return Err(RegexFault::TooLarge);
    }
    // Origins are ASCII, and without Unicode tables `\w` and `(?i)` stay small.
    let mut parser =
        ParserBuilder::new().nest_limit(MAX_NESTING).unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(|error| RegexFault::Invalid(describe(&error)))
}

fn parse_ast(pattern: &str) -> Option<Ast> {
    let mut parser = ast::parse::ParserBuilder::new().nest_limit(MAX_NESTING).build();
    (pattern.len() <= MAX_PATTERN).then(|| parser.parse(pattern).ok()).flatten()
}

/// A message of one line. regex-syntax's own `Display` draws the pattern over several.
fn describe(error: &regex_syntax::Error) -> String {
    let (reason, at) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start),
        regex_syntax::Error::Translate(error) => {
            use hir::ErrorKind::*;
            let reason = match error.kind() {
                // Which of these occurs depends on the features that other crates enable in
                // regex-syntax. To us they mean the same.
                UnicodeNotAllowed
                | UnicodePropertyNotFound
                | UnicodePropertyValueNotFound
                | UnicodePerlClassNotFound
                | UnicodeCaseUnavailable => NO_UNICODE.to_owned(),
                other => other.to_string(),
            };
            (reason, error.span().start)
        }
        _ => return "not a regex".to_owned(),
    };
    match at.line {
        1 => format!("{reason} (column {})", at.column),
        line => format!("{reason} (line {line}, column {})", at.column),
    }
}

impl From<thompson::BuildError> for RegexFault {
    fn from(error: thompson::BuildError) -> Self {
        match error.size_limit() {
            Some(_) => Self::TooLarge,
            None => Self::Invalid(error.to_string()),
        }
    }
}

impl From<regex_automata::dfa::dense::BuildError> for RegexFault {
    fn from(error: regex_automata::dfa::dense::BuildError) -> Self {
        match error.is_size_limit_exceeded() {
            true => Self::TooLarge,
            // Only a Unicode word boundary, enabled by `(?u)`, is left.
            false => Self::Invalid(NO_UNICODE.to_owned()),
        }
    }
}

/// Characters that read best in an example come first.
fn rank(byte: u8) -> (u8, u8) {
    let group = match byte {
        b'x' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        b'-' | b'_' => 3,
        b'.' => 4,
        _ => 5,
    };
    (group, byte)
}
