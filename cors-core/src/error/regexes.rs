//! What is wrong with a regular expression in `allow_origins`, and how to fix it.

use crate::origin::fault::{ProofLimit, RegexMismatch};

/// The fix for a regular expression that does not match whole origins.
pub(super) const WHOLE_ORIGIN: &str =
    "write one that matches whole origins, such as { regex = 'https://pr-[0-9]+\\.example\\.com' }";

pub(super) fn mismatch_reason(why: RegexMismatch) -> &'static str {
    match why {
        RegexMismatch::Empty => "an empty string is not an origin",
        RegexMismatch::Null => "regular expressions match tuple origins only, never null",
        RegexMismatch::WhiteSpace => "an origin contains no white space",
        RegexMismatch::Delimiters => "regular expressions take no delimiters here",
        RegexMismatch::NoScheme => "an origin starts with its scheme",
        RegexMismatch::Path => "an origin ends with its host or port",
        RegexMismatch::UpperCase => "browsers send origins in lower case",
        RegexMismatch::DefaultPort => "browsers omit the default port",
    }
}

pub(super) fn mismatch_fix(why: RegexMismatch) -> &'static str {
    match why {
        RegexMismatch::Empty => "remove it",
        RegexMismatch::Null => {
            "write \"null\" instead (danger.allow_null_origin = true would let any page read from a sandboxed frame)"
        }
        RegexMismatch::WhiteSpace => "remove the white space",
        RegexMismatch::Delimiters => "remove the delimiters",
        RegexMismatch::NoScheme | RegexMismatch::Path => WHOLE_ORIGIN,
        RegexMismatch::UpperCase => "write it in lower case",
        RegexMismatch::DefaultPort => "remove the port",
    }
}

pub(super) fn proof_limit(limit: ProofLimit) -> &'static str {
    match limit {
        ProofLimit::Table => "1 MiB of tables for reading it backwards",
        ProofLimit::Places => "65536 places to visit",
        ProofLimit::Names => "1024 domains and 1024 whole hosts",
    }
}
