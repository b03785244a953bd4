//! Getting and extracting values of response headers.

use crate::engine::headers::{elements, trim};
use crate::engine::names::is_token;
use http::{HeaderMap, HeaderName};

/// All lines of a header, joined.
/// [Fetch, get](https://fetch.spec.whatwg.org/#concept-header-list-get)
pub(crate) fn get(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let mut lines = headers.get_all(name).iter().map(|value| trim(value.as_bytes()));
    let mut joined = lines.next()?.to_vec();
    for line in lines {
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(line);
    }
    Some(joined)
}

/// The tokens of a list.
/// [Fetch, extract header list values](https://fetch.spec.whatwg.org/#extract-header-list-values)
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Extracted {
    Absent,
    /// The header is not a list of tokens. Holds the first element that is not a token.
    Failure(String),
    Values(Vec<String>),
}

impl Extracted {
    /// The values, or an empty list.
    pub(super) fn values(&self) -> &[String] {
        match self {
            Self::Values(values) => values,
            Self::Absent | Self::Failure(_) => &[],
        }
    }
}

pub(super) fn extract_tokens(headers: &HeaderMap, name: &HeaderName) -> Extracted {
    if !headers.contains_key(name) {
        return Extracted::Absent;
    }
    let mut values = Vec::new();
    let lines = headers.get_all(name).iter();
    for element in lines.flat_map(|line| elements(line.as_bytes())).filter(|e| !e.is_empty()) {
        let text = String::from_utf8_lossy(element).into_owned();
        if !is_token(element) {
            return Extracted::Failure(text);
        }
        values.push(text);
    }
    Extracted::Values(values)
}

/// A number of seconds in a header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seconds {
    Absent,
    Malformed,
    Value(u64),
}

/// `delta-seconds`, on one line.
/// [RFC 9111, 1.2.2](https://www.rfc-editor.org/rfc/rfc9111#section-1.2.2)
pub(super) fn extract_seconds(headers: &HeaderMap, name: &HeaderName) -> Seconds {
    let mut lines = headers.get_all(name).iter();
    let Some(line) = lines.next() else { return Seconds::Absent };
    let digits = trim(line.as_bytes());
    if lines.next().is_some() || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Seconds::Malformed;
    }
    // A number that overflows exceeds any limit.
    let digit = |sum: u64, b: &u8| sum.saturating_mul(10).saturating_add(u64::from(b - b'0'));
    Seconds::Value(digits.iter().fold(0, digit))
}
