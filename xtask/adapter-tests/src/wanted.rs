//! The policy of the tests, and what it must write: the same lines for every adapter.

use cors_core::{Builder, Policy};

use crate::{Request, get, preflight, request};

/// The origin that [`builder`]'s policy allows.
pub const APP: &str = "https://app.example.com";
/// An origin that no policy here allows.
pub const EVIL: &str = "https://evil.example";

/// Nothing of ours is on the response.
pub const BARE: &[&str] = &[];

/// What [`builder`]'s policy writes on an actual response to `APP`.
pub const SIMPLE: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];

/// What it writes on an actual response to any other origin.
pub const REFUSED: &[&str] = &["vary: origin"];

/// What it answers to a preflight from `APP`.
pub const PREFLIGHT: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-headers: content-type",
    "access-control-allow-methods: PUT, GET, HEAD, POST",
    "access-control-allow-origin: https://app.example.com",
    "access-control-max-age: 600",
    "vary: origin, access-control-request-method",
];

/// What it answers to a preflight from any other origin.
pub const REFUSED_PREFLIGHT: &[&str] = &["vary: origin, access-control-request-method"];

const EXAMPLE_DEV: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://a.b.example.dev",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];

/// `OPTIONS` has a `Vary` of its own, the same on every answer.
pub(crate) const SIMPLE_OPTIONS: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: x-request-id",
    "vary: origin, access-control-request-method",
];

/// The tests' policy, to be changed.
pub fn builder() -> Builder {
    Policy::builder()
        .allow_origins([APP, "https://*.example.dev"])
        .allow_methods(["PUT"])
        .allow_headers(["content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(600))
}

/// The tests' policy.
pub fn policy() -> Policy {
    builder().build().unwrap()
}

/// A policy with these origins and nothing else.
pub fn only(origins: &[&str]) -> Policy {
    Policy::builder().allow_origins(origins.iter().copied()).build().unwrap()
}

/// A row of a table: a sentence, a request, the expected status and the exact CORS headers.
pub type Row<'a> = (&'a str, Request, u16, &'a [&'a str]);

/// Requests of every kind under [`policy`], for a path with a handler that answers 200 to every method.
pub fn rows(uri: &str) -> [Row<'static>; 22] {
    let asks_header =
        |name| preflight(uri, APP, "PUT").with("access-control-request-headers", name);
    [
        ("not CORS", request("GET", uri, &[]), 200, REFUSED),
        ("not CORS, OPTIONS", request("OPTIONS", uri, &[]), 200, REFUSED_PREFLIGHT),
        ("an allowed origin", get(uri, APP), 200, SIMPLE),
        ("one that a pattern allows", get(uri, "https://a.b.example.dev"), 200, EXAMPLE_DEV),
        ("rubbish after the host", get(uri, "https://app.example.com.evil.example"), 200, REFUSED),
        ("rubbish before the host", get(uri, "https://evilapp.example.com"), 200, REFUSED),
        ("another scheme", get(uri, "http://app.example.com"), 200, REFUSED),
        ("another port", get(uri, "https://app.example.com:444"), 200, REFUSED),
        ("no label for the wildcard", get(uri, "https://example.dev"), 200, REFUSED),
        ("a slash too many", get(uri, "https://app.example.com/"), 200, REFUSED),
        ("null", get(uri, "null"), 200, REFUSED),
        ("empty", get(uri, ""), 200, REFUSED),
        ("a method not listed", request("DELETE", uri, &[("origin", APP)]), 200, SIMPLE),
        ("a preflight", preflight(uri, APP, "PUT"), 204, PREFLIGHT),
        ("a preflight for POST", preflight(uri, APP, "POST"), 204, PREFLIGHT),
        ("a header allowed", asks_header("content-type"), 204, PREFLIGHT),
        // Refused and explained: the lists say what is missing.
        ("a header not allowed", asks_header("x-other"), 204, PREFLIGHT),
        ("a method not allowed", preflight(uri, APP, "DELETE"), 204, PREFLIGHT),
        ("a method in the wrong case", preflight(uri, APP, "put"), 204, PREFLIGHT),
        ("a preflight from elsewhere", preflight(uri, EVIL, "PUT"), 403, REFUSED_PREFLIGHT),
        (
            "a preflight without Origin",
            preflight(uri, APP, "PUT").without("origin"),
            200,
            REFUSED_PREFLIGHT,
        ),
        (
            "OPTIONS, but no preflight",
            request("OPTIONS", uri, &[("origin", APP)]),
            200,
            SIMPLE_OPTIONS,
        ),
    ]
}
