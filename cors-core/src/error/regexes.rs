//! What is wrong with a regular expression in `allow_origins`, and how to fix it.

use crate::origin::fault::{ProofLimit, RegexMismatch};

/// What a regular expression should be like.
pub(super) const WHOLE_ORIGIN: &str =
    "write one that matches whole origins, such as { regex = 'https://pr-[0-9]+\\.example\\.com' }";

pub(super) fn mismatch_reason(why: RegexMismatch) -> &'static str {
    match why {
        RegexMismatch::Empty => "an empty text is not an origin",
        RegexMismatch::Null => "a regular expression is tried on tuple origins only, not on null",
        RegexMismatch::WhiteSpace => "an origin holds no white space",
        RegexMismatch::Delimiters => "a regular expression here has no delimiters",
        RegexMismatch::NoScheme => "an origin begins with its scheme",
        RegexMismatch::Path => "an origin ends with its host or port",
        RegexMismatch::UpperCase => "browsers send origins in lower case",
        RegexMismatch::DefaultPort => "browsers leave the default port out",
    }
}

pub(super) fn mismatch_fix(why: RegexMismatch) -> &'static str {
    match why {
        RegexMismatch::Empty => "leave it out",
        RegexMismatch::Null => {
            "write \"null\" instead (danger.allow_null_origin = true would let any page read that puts a frame into a sandbox)"
        }
        RegexMismatch::WhiteSpace => "leave the white space out",
        RegexMismatch::Delimiters => "leave the delimiters out",
        RegexMismatch::NoScheme | RegexMismatch::Path => WHOLE_ORIGIN,
        RegexMismatch::UpperCase => "write it in lower case",
        RegexMismatch::DefaultPort => "leave the port out",
    }
}

pub(super) fn proof_limit(limit: ProofLimit) -> &'static str {
    match limit {
        ProofLimit::Table => "tables of 1 MiB for reading it from the end",
        ProofLimit::Places => "65536 places in an origin to look at",
        ProofLimit::Names => "1024 domains and 1024 whole hosts that it may spell out",
    }
}
