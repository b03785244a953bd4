//! The answers of the test API: names, values and bodies that all adapters share.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use url::form_urlencoded;
use xtask::options::Adapter;

/// A response header.
pub type Field = (&'static str, &'static str);

pub const JSON: Field = ("content-type", "application/json");

/// `/echo` sets both. A policy may expose the first.
pub const REQUEST_ID: Field = ("x-request-id", "demo");
pub const SECRET: Field = ("x-secret", "hidden");

/// Sent with the 405 to `OPTIONS /echo` by adapters that answer it in the API.
pub const ECHOED: Field = ("allow", "GET,HEAD,POST,PUT,PATCH,DELETE");

/// Shows that `OPTIONS /options` reached the handler.
pub const HANDLER: Field = ("x-handler", "yes");

/// `/vary` and `/vary-star`.
pub const VARY: Field = ("vary", "Accept-Encoding");
pub const VARY_STAR: Field = ("vary", "*");

/// `/own`: its handler sets CORS headers itself.
pub const OWN_ORIGIN: Field = ("access-control-allow-origin", "https://handler.example");
pub const OWN_CREDENTIALS: Field = ("access-control-allow-credentials", "true");

/// `/cookie`.
pub const COOKIE: Field = ("set-cookie", "sid=1; SameSite=None; Secure");

/// `/auth`: sent with 401.
pub const CHALLENGE: Field = ("www-authenticate", "Bearer");

/// The answer of handlers behind a middleware that should let nothing through.
pub const UNREACHED: &str = "the middleware let a request through";

/// `/cached`.
pub const ETAG: Field = ("etag", "\"v1\"");

/// `/redirect`.
pub const LOCATION: Field = ("location", "/echo");

/// `/error` and `/middleware-error`.
pub const HANDLER_FAULT: &str = "the handler failed";
pub const MIDDLEWARE_FAULT: &str = "the middleware failed";

/// `/stream`: 1 MiB in chunks.
pub const CHUNK: &[u8] = &[b'.'; 16 * 1024];
pub const CHUNKS: usize = 64;

/// The request that a server received, in the order of the JSON.
#[derive(Serialize)]
pub struct Seen<'a> {
    pub adapter: &'static str,
    pub method: &'a str,
    pub path: &'a str,
    pub headers: BTreeMap<&'a str, String>,
    /// Only for `/cookie`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookies: Option<BTreeMap<String, String>>,
}

impl<'a> Seen<'a> {
    /// Joins repeated headers with commas, as HTTP allows.
    pub fn new(
        adapter: Adapter,
        method: &'a str,
        path: &'a str,
        lines: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Self {
        let mut headers: BTreeMap<&str, String> = BTreeMap::new();
        for (name, value) in lines {
            let value = String::from_utf8_lossy(value);
            headers
                .entry(name)
                .and_modify(|before| {
                    before.push_str(", ");
                    before.push_str(&value);
                })
                .or_insert_with(|| value.to_string());
        }
        Self { adapter: adapter.name(), method, path, headers, cookies: None }
    }

    /// Adds the request's cookies, by name.
    pub fn with_cookies(mut self) -> Self {
        let header = self.headers.get("cookie").map_or("", String::as_str);
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        self.cookies =
            Some(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
        self
    }

    pub fn to_json(&self) -> String {
        // Only strings and maps with string keys, which JSON supports.
        serde_json::to_string(self).expect("text serialises")
    }
}

/// `/answer`, any method: the response that the query describes, as in
/// `?status=307&location=URL&header=name:value&header=…&body=text&delay_ms=…`.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub delay: Duration,
}

impl Answer {
    /// A 400 that names the problem if the query is invalid.
    pub fn of(query: &str) -> Self {
        let mut answer = Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: "answer".to_owned(),
            delay: Duration::ZERO,
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if answer.set(&key, &value).is_none() {
                answer.status = StatusCode::BAD_REQUEST;
                answer.body = format!("{key}={value}: /answer cannot answer that");
                return answer;
            }
        }
        if [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&answer.status) {
            answer.body.clear();
        }
        answer
    }

    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "status" => {
                let status = StatusCode::from_bytes(value.as_bytes()).ok()?;
                self.status = (!status.is_informational()).then_some(status)?;
            }
            "location" => {
                self.headers.insert(http::header::LOCATION, HeaderValue::from_str(value).ok()?);
            }
            "header" => {
                let (name, value) = value.split_once(':')?;
                let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                self.headers.append(name, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?);
            }
            "body" => value.clone_into(&mut self.body),
            "delay_ms" => self.delay = Duration::from_millis(value.parse().ok()?),
            // For clients: a number that distinguishes requests.
            _ => {}
        }
        Some(())
    }
}
