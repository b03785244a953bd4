//! The bodies of the fuzz targets. Each parses arbitrary bytes as its kind of input and asserts a
//! law. It ignores bytes that do not parse.
//!
//! The bytes come from a fuzzer or from `tests/corpus`.

mod decision;
mod header_list;
mod model;
mod origin;
mod policy_file;

pub use decision::decision;
pub use header_list::header_list;
pub use model::model;
pub use origin::origin;
pub use policy_file::policy_file;

use crate::laws;
use crate::origin::Origin;
use crate::origin::pattern::Pattern;

/// A target. It panics if its law is broken.
pub type Target = fn(&[u8]);

/// Every target with its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("decision", decision),
    ("header_list", header_list),
    ("model", model),
    ("origin", origin),
    ("policy_file", policy_file),
];

/// The first byte, which selects a case, and the lines of the rest.
fn choice_and_lines(bytes: &[u8]) -> Option<(u8, impl Iterator<Item = &[u8]> + Clone)> {
    let (first, rest) = bytes.split_first()?;
    Some((*first, rest.split(|byte| *byte == b'\n')))
}

/// Like [`laws::matches`], which also lets `*.` match empty labels, for closures. The engine does
/// not.
fn matches(pattern: &Pattern<'_>, text: &str) -> bool {
    let has_empty_label = || match (pattern, Origin::parse(text.as_bytes())) {
        (Pattern::Tuple { subdomains: true, host, .. }, Ok(origin)) => {
            let labels = origin.host().strip_suffix(host);
            labels.is_some_and(|labels| format!(".{labels}").contains(".."))
        }
        _ => false,
    };
    laws::matches(pattern, text) && !has_empty_label()
}
