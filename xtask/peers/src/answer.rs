//! The answer to a request.

use std::collections::BTreeSet;
use std::fmt;

use http::{HeaderMap, Response, StatusCode};

/// A response without its body, and whether a handler made it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Whether a handler was called.
    pub is_handled: bool,
}

impl Answer {
    /// The response, for the model of a browser.
    pub fn response(&self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }

    /// The values of a header's lines.
    pub fn lines(&self, name: &str) -> Vec<&[u8]> {
        self.headers.get_all(name).iter().map(|value| value.as_bytes()).collect()
    }

    /// The elements of a list, in lower case.
    pub fn elements(&self, name: &str) -> BTreeSet<String> {
        let lines = self.headers.get_all(name).iter();
        let text =
            lines.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
        let elements = text.flat_map(|line| {
            line.split(',').map(|element| element.trim().to_owned()).collect::<Vec<_>>()
        });
        elements.filter(|element| !element.is_empty()).collect()
    }
}

/// The status and the relevant headers on one line. Lists are sorted, because some layers change
/// their order each time.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        let mut lines: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| {
                let name = name.as_str();
                name.starts_with("access-control-") || name == "vary"
            })
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                let mut elements: Vec<&str> = value.split(',').map(str::trim).collect();
                elements.sort_unstable();
                format!("{name}: {}", elements.join(", "))
            })
            .collect();
        lines.sort();
        lines.iter().try_for_each(|line| write!(f, "; {line}"))
    }
}
