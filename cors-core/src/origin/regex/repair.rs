//! The likely meaning of a regex that matches no origin, or anyone's origins.
//!
//! A suggestion has been tried: it compiles, matches an origin that browsers can send, and passes
//! the check that the regex fails. It matches no more than intended: the only addition to the text
//! is a missing scheme.

use std::ops::Range;

use regex_syntax::ast::{self, Ast, ClassSetItem, Visitor};
use regex_syntax::hir::{Hir, HirKind};

use super::dots::unescaped_dots;
use super::{OriginRegex, Remainder, Steps, parse, parse_ast};
use crate::origin::Origin;
use crate::origin::fault::RegexMismatch;
use crate::origin::pattern::Pattern;

impl OriginRegex {
    /// Whether it is known to match no origin.
    pub(crate) fn is_empty(&self, steps: &mut Steps) -> bool {
        matches!(Remainder::of(self).shortest_within(steps), Ok(None))
    }

    /// Whether it is known to match an origin that browsers can send.
    fn matches_some(&self, steps: &mut Steps) -> bool {
        let origin = Remainder::of(self).shortest_within(steps).ok().flatten();
        origin.is_some_and(|origin| Origin::parse(origin.as_bytes()).is_ok())
    }
}

/// Why `regex` matches no origin, as far as known, and the entry that was likely meant, if it
/// `passes`.
pub(crate) fn mismatch(
    regex: &OriginRegex,
    steps: &mut Steps,
    passes: impl FnOnce(&OriginRegex, &mut Steps) -> bool,
) -> (Vec<RegexMismatch>, Option<String>) {
    let mut text = regex.as_str().to_owned();
    let mut why = Vec::new();
    if without_anchors(text.trim()).is_empty() {
        return (vec![RegexMismatch::Empty], None);
    }
    type Edit = fn(&str) -> Option<String>;
    let edits: [(RegexMismatch, Edit); 6] = [
        (RegexMismatch::WhiteSpace, without_white_space),
        (RegexMismatch::Delimiters, without_delimiters),
        (RegexMismatch::Path, without_path),
        (RegexMismatch::UpperCase, in_lower_case),
        (RegexMismatch::DefaultPort, without_default_port),
        (RegexMismatch::NoScheme, with_scheme),
    ];
    for (mismatch, edit) in edits {
        if let Some(edited) = edit(&text) {
            text = edited;
            why.push(mismatch);
        }
        let Ok(edited) = OriginRegex::compile(&text, steps) else { continue };
        if edited.is_match("null") {
            return (vec![RegexMismatch::Null], None);
        }
        if !why.is_empty() && edited.matches_some(steps) {
            let meant = OriginRegex::compile(&plainly(&text), steps).ok();
            let meant = meant.filter(|meant| meant.matches_some(steps) && passes(meant, steps));
            return (why, meant.map(|meant| entry(meant.as_str())));
        }
    }
    (Vec::new(), None)
}

/// An entry that matches part of what `regex` matches and nothing else, if it `passes`: a pattern,
/// or the regex with its dots escaped.
pub(crate) fn narrower(
    regex: &OriginRegex,
    steps: &mut Steps,
    passes_pattern: impl Fn(&Pattern<'_>) -> bool,
    passes: impl FnOnce(&OriginRegex, &mut Steps) -> bool,
) -> Option<String> {
    let patterns = parse(regex.as_str()).map(|hir| patterns(&hir)).unwrap_or_default();
    let pattern = patterns.into_iter().find(|text| {
        Pattern::parse(text).is_ok_and(|pattern| passes_pattern(&pattern))
            && Remainder::of_pattern(text).is_ok_and(|mut rest| {
                rest.subtract(regex);
                matches!(rest.shortest_within(steps), Ok(None))
            })
    });
    if let Some(pattern) = pattern {
        return Some(format!("{pattern:?}"));
    }
    let escaped = with_escaped_dots(regex.as_str())?;
    let escaped = OriginRegex::compile(&without_anchors(&escaped), steps).ok()?;
    (escaped.matches_some(steps) && passes(&escaped, steps)).then(|| entry(escaped.as_str()))
}

/// In TOML.
fn entry(regex: &str) -> String {
    match regex.contains(|c: char| c == '\'' || c.is_control()) {
        true => format!("{{ regex = {regex:?} }}"),
        false => format!("{{ regex = '{regex}' }}"),
    }
}

/// The patterns that may be meant, widest first: `https://` and `.example.com`, with anything
/// between and after them, may mean `https://*.example.com:*`.
fn patterns(regex: &Hir) -> Vec<String> {
    let HirKind::Concat(parts) = regex.kind() else { return Vec::new() };
    let parts = parts.iter().filter(|part| !matches!(part.kind(), HirKind::Look(_)));
    let mut parts = parts.map(|part| match part.kind() {
        HirKind::Literal(literal) => str::from_utf8(&literal.0).ok(),
        _ => None,
    });
    let Some((scheme, host)) = parts.next().flatten().and_then(|text| text.split_once("://"))
    else {
        return Vec::new();
    };
    let host = match host {
        "" => parts.flatten().next().map(|host| format!("*.{}", host.trim_start_matches('.'))),
        host => Some(host.to_owned()),
    };
    // A single label may be just the beginning of a host.
    let is_host = |host: &String| host.contains('.') || host == "localhost";
    let Some(host) = host.filter(is_host) else { return Vec::new() };
    let host = host.trim_end_matches([':', '/']);
    vec![format!("{scheme}://{host}:*"), format!("{scheme}://{host}")]
}

/// Without parts that have no effect here or that are common mistakes.
fn plainly(text: &str) -> String {
    let text = without_anchors(&text.replace(r"\/", "/"));
    with_escaped_dots(&text).unwrap_or(text)
}

/// Without `^` and `$`, since a match always covers the whole origin.
fn without_anchors(text: &str) -> String {
    let text = text.strip_prefix('^').unwrap_or(text);
    match text.strip_suffix('$') {
        Some(text) if !ends_in_escape(text) => text.to_owned(),
        _ => text.to_owned(),
    }
}

fn ends_in_escape(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

fn with_escaped_dots(text: &str) -> Option<String> {
    let dots = unescaped_dots(&parse_ast(text)?);
    edited(text, dots.into_iter().map(|at| (at..at, "\\".to_owned())).collect())
}

fn without_white_space(text: &str) -> Option<String> {
    let trimmed = text.trim();
    (trimmed != text).then(|| trimmed.to_owned())
}

/// Without `/…/` and flags, and without the prefixes of a regex in nginx files.
fn without_delimiters(text: &str) -> Option<String> {
    let inner = text.strip_prefix("~*").or(text.strip_prefix("~^").map(|_| &text[1..]));
    if let Some(inner) = inner {
        return Some(inner.trim_start().to_owned());
    }
    let delimiter = text.chars().next().filter(|c| matches!(c, '/' | '#' | '~' | '@' | '%'))?;
    let (inner, flags) = text[1..].rsplit_once(delimiter)?;
    let are_flags = flags.bytes().all(|byte| byte.is_ascii_lowercase());
    (are_flags && !inner.is_empty() && !ends_in_escape(inner)).then(|| inner.to_owned())
}

/// Without anything after the authority.
fn without_path(text: &str) -> Option<String> {
    let ast = parse_ast(text)?;
    let mut cuts = Vec::new();
    for_each_row(&ast, &mut |row| {
        let starts_path = |at: &usize| {
            // The `//` of `https://`.
            let is_slash = |ast: &Ast| literal(ast) == Some('/');
            let after_scheme = match &row[..*at] {
                [.., before] if literal(before) == Some(':') => true,
                [.., colon, slash] => is_slash(slash) && literal(colon) == Some(':'),
                _ => false,
            };
            let slash = match &row[*at] {
                Ast::Repetition(repetition) => &repetition.ast,
                one => one,
            };
            is_slash(slash) && !after_scheme
        };
        if let (Some(at), Some(last)) = ((0..row.len()).find(starts_path), row.last()) {
            cuts.push((row[at].span().start.offset..last.span().end.offset, String::new()));
        }
    });
    edited(text, cuts).filter(|text| !without_anchors(text).is_empty())
}

fn in_lower_case(text: &str) -> Option<String> {
    struct Letters(Vec<(Range<usize>, String)>);
    impl Letters {
        fn add(&mut self, literal: &ast::Literal) {
            if literal.c.is_ascii_uppercase() {
                let Range { start, end } = range(&literal.span);
                self.0.push((start..end, literal.c.to_ascii_lowercase().to_string()));
            }
        }
    }
    impl Visitor for Letters {
        type Output = Vec<(Range<usize>, String)>;
        type Err = ();
        fn finish(self) -> Result<Self::Output, ()> {
            Ok(self.0)
        }
        fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
            if let Ast::Literal(literal) = ast {
                self.add(literal);
            }
            Ok(())
        }
        fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), ()> {
            match item {
                ClassSetItem::Literal(literal) => self.add(literal),
                ClassSetItem::Range(range) => {
                    self.add(&range.start);
                    self.add(&range.end);
                }
                _ => {}
            }
            Ok(())
        }
    }
    edited(text, ast::visit(&parse_ast(text)?, Letters(Vec::new())).ok()?)
}

fn without_default_port(text: &str) -> Option<String> {
    let ast = parse_ast(text)?;
    let mut cuts = Vec::new();
    for_each_row(&ast, &mut |row| {
        for port in [":443", ":80"] {
            let is_at = |at: &usize| {
                let is_port = |(ast, byte): (&Ast, char)| literal(ast) == Some(byte);
                let rest = &row[*at..];
                rest.len() >= port.len()
                    && rest.iter().zip(port.chars()).all(is_port)
                    && !rest.get(port.len()).is_some_and(|next| {
                        literal(next).is_none_or(|next| next.is_ascii_digit())
                            && !matches!(next, Ast::Assertion(_))
                    })
            };
            if let Some(at) = (0..row.len()).find(is_at) {
                let last = &row[at + port.len() - 1];
                cuts.push((row[at].span().start.offset..last.span().end.offset, String::new()));
            }
        }
    });
    edited(text, cuts)
}

/// With the missing scheme: `http` for names of this machine.
fn with_scheme(text: &str) -> Option<String> {
    let text = without_anchors(text);
    let host =
        ["://", r":\/\/", "//", r"\/\/"].iter().find_map(|slashes| text.strip_prefix(slashes));
    let host = host.unwrap_or(&text);
    let is_local = host.starts_with("localhost") || host.starts_with(r"127\.");
    let is_host = is_local || host.contains(r"\.") || host.contains("[.]");
    if !is_host || host.contains("://") || host.contains(r":\/\/") {
        return None;
    }
    let scheme = if is_local { "http" } else { "https" };
    Some(match parse_ast(host)? {
        Ast::Alternation(_) => format!("{scheme}://(?:{host})"),
        _ => format!("{scheme}://{host}"),
    })
}

fn literal(ast: &Ast) -> Option<char> {
    match ast {
        Ast::Literal(literal) => Some(literal.c),
        _ => None,
    }
}

fn range(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// Calls `f` with each sequence of expressions.
fn for_each_row(ast: &Ast, f: &mut impl FnMut(&[Ast])) {
    match ast {
        Ast::Concat(concat) => {
            f(&concat.asts);
            concat.asts.iter().for_each(|ast| for_each_row(ast, f));
        }
        Ast::Alternation(alternation) => {
            alternation.asts.iter().for_each(|ast| for_each_row(ast, f));
        }
        Ast::Group(group) => for_each_row(&group.ast, f),
        Ast::Repetition(repetition) => for_each_row(&repetition.ast, f),
        _ => {}
    }
}

/// The text with these places replaced, or `None` if there are none.
fn edited(text: &str, mut edits: Vec<(Range<usize>, String)>) -> Option<String> {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::new();
    let mut at = 0;
    for (range, new) in &edits {
        // A place inside a removed place disappears with it.
        if range.start >= at {
            out += &text[at..range.start];
            out += new;
            at = range.end;
        }
    }
    (!edits.is_empty()).then(|| out + &text[at..])
}
