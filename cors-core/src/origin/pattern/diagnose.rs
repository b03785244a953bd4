//! What is wrong with a text that is not a pattern, and what it likely means.

use super::host::{lacks_bracket, mended};
use super::meant::{Meant, entry};
use super::{Pattern, PatternFault, dialect, has, scheme, several};
use crate::origin::OriginFault;

/// Longer lists are not shown.
const MAX_TEXT: usize = 2048;

/// What is wrong with a text in which [`Pattern::parse`] found `fault`, and its possible meanings,
/// the likeliest first.
#[cold]
pub(crate) fn diagnose(text: &str, fault: PatternFault) -> (PatternFault, Vec<Meant>) {
    let bare = unquoted(text);
    let fault = match Pattern::parse(bare) {
        Ok(pattern) => {
            let fault = if bare == text.trim() { fault } else { PatternFault::Quotes };
            let is_meant = !pattern.is_misspelt();
            let meant = if is_meant { Some(Meant::Entry(bare.to_owned())) } else { mended(bare) };
            return (fault, meant.into_iter().collect());
        }
        Err(fault) => fault,
    };
    if bare.len() > MAX_TEXT {
        let is_list = bare.split(several::is_separator).filter(|one| has(one, "://")).nth(1);
        return (if is_list.is_some() { PatternFault::Several } else { fault }, Vec::new());
    }
    if bare.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:")) {
        return (PatternFault::Origin(OriginFault::FileScheme), Vec::new());
    }
    if let Some(both) = both_schemes(bare) {
        return (PatternFault::Several, both);
    }
    if dialect::is_regex(bare) {
        return (PatternFault::Regex, dialect::meant(bare).into_iter().collect());
    }
    if let Some(entries) = several::expanded(bare) {
        return (PatternFault::Several, vec![entries]);
    }
    if several::is_placeholder(bare) {
        return (PatternFault::Placeholder, Vec::new());
    }
    if bare.contains(several::is_separator) {
        let meant = several::list(bare).or_else(|| mended(bare));
        return (PatternFault::Several, meant.into_iter().collect());
    }
    let is_cut = scheme::split(bare).is_some_and(|(_, _, cut)| cut);
    let fault = if lacks_bracket(bare) {
        PatternFault::Brackets
    } else if is_cut {
        PatternFault::CutScheme
    } else {
        fault
    };
    (fault, mended(bare).into_iter().collect())
}

/// Without surrounding white space and quotation marks.
fn unquoted(text: &str) -> &str {
    let marks = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];
    let text = text.trim();
    let bare = text.trim_matches(marks).trim();
    let angled = bare.strip_prefix('<').and_then(|bare| bare.strip_suffix('>'));
    let bare = angled.filter(|inner| has(inner, "://")).unwrap_or(bare);
    // `"https://a.test", "https://b.test"` also has marks inside.
    if bare.contains(marks) { text } else { bare }
}

/// `*://a.test` and the like: both schemes, or only the one that may have credentials.
fn both_schemes(text: &str) -> Option<Vec<Meant>> {
    let rest = scheme::behind_both(text)?;
    let with = |scheme: &str| {
        let text = format!("{scheme}://{rest}");
        entry(text.clone()).or_else(|| mended(&text))
    };
    match (with("http")?, with("https")?) {
        (Meant::Entry(http), Meant::Entry(https)) => {
            Some(vec![Meant::Entries(vec![http, https.clone()]), Meant::Entry(https)])
        }
        _ => None,
    }
}
