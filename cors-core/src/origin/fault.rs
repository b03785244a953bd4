//! What is wrong with a regular expression. Errors name it, so every build has this.

/// How all matches of a regular expression differ from origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegexMismatch {
    /// Nothing but anchors.
    Empty,
    /// `null`, which is a separate entry.
    Null,
    /// Leading or trailing white space.
    WhiteSpace,
    /// `/…/`, or other delimiters from another program.
    Delimiters,
    /// No scheme.
    NoScheme,
    /// Something after the host and port, such as a slash.
    Path,
    /// Upper-case letters.
    UpperCase,
    /// The scheme's default port.
    DefaultPort,
}

/// The limit that ended a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofLimit {
    /// The automaton that reads backwards exceeds 1 MiB.
    Table,
    /// There are more than 65536 places to visit.
    Places,
    /// The expression spells out more than 1024 domains or hosts.
    Names,
}
