//! What was answered, in one form for all frameworks.

use serde::{Deserialize, Serialize};

/// A response without its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, each line by itself, in the order of their names.
    pub lines: Vec<(String, String)>,
}

impl Answer {
    /// Of a status and headers, in whatever order.
    pub fn new<'a>(status: u16, lines: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut lines: Vec<_> = lines.map(|(name, value)| (name.to_owned(), text(value))).collect();
        lines.sort();
        Self { status, lines }
    }

    /// Of a response of `http` 1.
    pub fn of<B>(response: &http::Response<B>) -> Self {
        let lines = response.headers().iter();
        let lines = lines.map(|(name, value)| (name.as_str(), value.as_bytes()));
        Self::new(response.status().as_u16(), lines)
    }

    /// The lines of a header.
    pub fn get<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
