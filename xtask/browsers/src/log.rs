//! The requests that reached an adapter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::HeaderMap;
use url::form_urlencoded;

/// A request that the proxy forwarded to an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// In the spelling received.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Names in lower case. Values of the same name are in order.
    pub headers: Vec<(String, String)>,
}

impl Seen {
    /// The first value of a header. `name` must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }
}

/// Requests grouped by the query parameter `id` of their URL; others are not logged.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<HashMap<String, Vec<Seen>>>>);

impl Log {
    /// How many requests with this id have arrived since the last [`take`](Self::take).
    pub(crate) fn count(&self, id: &str) -> usize {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.get(id).map_or(0, Vec::len)
    }

    /// Removes the requests with this id from the log and returns them in order of arrival.
    pub fn take(&self, id: &str) -> Vec<Seen> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.remove(id).unwrap_or_default()
    }

    pub(crate) fn note(&self, method: &str, url: &str, headers: &HeaderMap) {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        let Some((_, id)) = parameters.find(|(name, _)| name == "id") else { return };
        let lines = headers.iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let seen = Seen { method: method.into(), url: url.into(), headers: lines.collect() };
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.entry(id.into_owned()).or_default().push(seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_requests_removes_them() {
        let log = Log::default();
        let mut headers = HeaderMap::new();
        headers.append("x-a", "1".parse().unwrap());
        headers.append("x-a", "2".parse().unwrap());
        log.note("OPTIONS", "https://a.test/?x&id=a%20b", &headers);
        log.note("PUT", "https://a.test/?id=a+b&id=c", &HeaderMap::new());
        log.note("GET", "https://a.test/?identity=a", &HeaderMap::new());

        let seen = log.take("a b");
        let methods: Vec<_> = seen.iter().map(|seen| &*seen.method).collect();
        assert_eq!(methods, ["OPTIONS", "PUT"]);
        assert_eq!(
            seen[0].headers,
            [("x-a", "1"), ("x-a", "2")].map(|(n, v)| (n.into(), v.into()))
        );
        for id in ["a b", "c", "a", ""] {
            assert_eq!(log.take(id), [], "{id}");
        }
    }
}
