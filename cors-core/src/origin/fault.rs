//! What is wrong with a regular expression: known in every build, as errors name it.

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
    /// There are more than 65536 places to look at.
    Places,
    /// More than 1024 domains or hosts are spelled out.
    Names,
}
