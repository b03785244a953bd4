//! What reached an adapter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::HeaderMap;
use url::form_urlencoded;

/// A request that the proxy handed to an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// As sent.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Names in lower case. Lines of one name are in order.
    pub headers: Vec<(String, String)>,
}

impl Seen {
    /// Whether it opens a WebSocket.
    pub fn is_handshake(&self) -> bool {
        self.header("sec-websocket-key").is_some()
    }

    /// The first value of a header; its name is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }
}

/// The requests whose URL has the query parameter `id`, by its value.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<HashMap<String, Vec<Seen>>>>);

impl Log {
    /// Takes the requests with this id out of the log, in the order in which they arrived.
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
    fn what_is_taken_is_gone() {
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
