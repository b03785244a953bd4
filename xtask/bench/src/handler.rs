//! What the handlers answer.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The body of every one.
pub const BODY: &str = "hello";

/// What a handler sets that sets headers of its own.
pub const OWN_HEADERS: [(&str, &str); 11] = [
    ("cache-control", "public, max-age=60"),
    ("content-language", "en"),
    ("content-security-policy", "default-src 'none'"),
    ("etag", "\"5d8c72a5edda8\""),
    ("last-modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("link", "</items?page=2>; rel=next"),
    ("referrer-policy", "no-referrer"),
    ("vary", "Accept-Encoding"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-request-id", "f058ebd6-02f7-4d3f-942e-904344e8cde5"),
];

/// The same, in a map.
pub fn own_headers() -> HeaderMap {
    let line = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    OWN_HEADERS.into_iter().map(line).collect()
}
