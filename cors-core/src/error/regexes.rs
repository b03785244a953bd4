//! What is wrong with a regular expression in `allow_origins`, and how to fix it.

/// In what all matches of a regular expression differ from origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegexMismatch {
    /// Nothing but anchors.
    Empty,
    /// `null`, which is an entry of its own.
    Null,
    /// White space before or after it.
    WhiteSpace,
    /// `/…/`, or what another program writes around a regular expression or before it.
    Delimiters,
    /// No scheme.
    NoScheme,
    /// Something after the host and port, if only a slash.
    Path,
    /// Letters in upper case.
    UpperCase,
    /// The scheme's default port.
    DefaultPort,
}

/// What ended the search for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofLimit {
    /// The automaton that reads from the end is larger than 1 MiB.
    Table,
    /// There are more than 65536 places in an origin to look at.
    Places,
    /// More than 1024 domains or hosts are spelled out.
    Names,
}

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
