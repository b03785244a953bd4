//! A suggestion: what to write for a text that is not a pattern.
//!
//! A suggestion is an entry that a browser's origin can match and that allows no more than the text
//! was meant to. If the meaning is unclear, there is no suggestion.

use super::Pattern;
use crate::origin::entry::OriginEntry;
use crate::origin::public_suffix;
use std::fmt;

/// The likely meaning of an invalid entry of `allow_origins`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meant {
    /// One entry.
    Entry(String),
    /// Several entries.
    Entries(Vec<String>),
    /// A regular expression. Needs the feature `regex`.
    Regex {
        /// Matches whole origins.
        regex: String,
        /// A public suffix under which anyone can register a matching name, if there is one.
        shared: Option<String>,
        /// Whether the policy accepts it only with `danger.allow_unbounded_regex`.
        needs_danger: bool,
    },
}

impl Meant {
    pub(super) fn of(mut entries: Vec<String>) -> Option<Self> {
        match entries.len() {
            0 => None,
            1 => entries.pop().map(Self::Entry),
            _ => Some(Self::Entries(entries)),
        }
    }

    /// The entries to write in `allow_origins` instead.
    ///
    /// ```
    /// use cors_core::{ErrorKind, Meant, Policy};
    ///
    /// let errors = Policy::for_origins("http://localhost:3000,3001").build().unwrap_err();
    /// let ErrorKind::InvalidOrigin { meant: Some(meant), .. } = errors.errors()[0].kind() else {
    ///     unreachable!()
    /// };
    /// assert!(matches!(meant, Meant::Entries(_)));
    /// let policy = Policy::for_origins(meant.entries()).build()?;
    /// assert_eq!(policy.config().allow_origins.len(), 2);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn entries(&self) -> Vec<OriginEntry> {
        match self {
            Self::Entry(entry) => vec![entry.into()],
            Self::Entries(entries) => entries.iter().map(OriginEntry::from).collect(),
            Self::Regex { regex, .. } => vec![OriginEntry::regex(regex)],
        }
    }
}

/// In TOML.
impl fmt::Display for Meant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(entry) => write!(f, "{entry:?}"),
            Self::Entries(entries) => write!(f, "{entries:?}"),
            Self::Regex { regex, .. } => write!(f, "{{ regex = '{regex}' }}"),
        }
    }
}

/// The entry, if it is valid. A typo never means the names of many registrants.
pub(super) fn entry(text: String) -> Option<Meant> {
    match Pattern::parse(&text).ok()? {
        Pattern::Tuple { subdomains: true, host, .. } if public_suffix::is_shared(host) => None,
        _ => Some(Meant::Entry(text)),
    }
}
