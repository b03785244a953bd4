//! An entry of `allow_origins`, as written.

use std::borrow::Cow;

/// An entry of `allow_origins`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginEntry {
    /// `*`, `null`, an origin, or an origin with wildcards: `https://*.example.com`,
    /// `http://localhost:*`, `moz-extension://*`.
    Pattern(String),
    /// A regular expression that must match the whole origin. Needs the feature `regex`.
    Regex(String),
}

impl OriginEntry {
    /// A regular expression that must match the whole origin.
    pub fn regex(pattern: impl Into<String>) -> Self {
        Self::Regex(pattern.into())
    }
}

impl From<&str> for OriginEntry {
    fn from(pattern: &str) -> Self {
        Self::Pattern(pattern.to_owned())
    }
}

impl From<&&str> for OriginEntry {
    fn from(pattern: &&str) -> Self {
        Self::Pattern((*pattern).to_owned())
    }
}

impl From<Cow<'_, str>> for OriginEntry {
    fn from(pattern: Cow<'_, str>) -> Self {
        Self::Pattern(pattern.into_owned())
    }
}

impl From<&OriginEntry> for OriginEntry {
    fn from(entry: &OriginEntry) -> Self {
        entry.clone()
    }
}

impl From<&String> for OriginEntry {
    fn from(pattern: &String) -> Self {
        Self::Pattern(pattern.clone())
    }
}

impl From<String> for OriginEntry {
    fn from(pattern: String) -> Self {
        Self::Pattern(pattern)
    }
}
