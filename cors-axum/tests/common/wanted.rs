//! The policy of every adapter's tests, and what it is to write: the same lines for all of them.

use super::{Builder, Policy};

/// The origin that [`builder`]'s policy lets in.
pub const APP: &str = "https://app.example.com";
/// An origin that no policy here lets in.
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

/// What it writes on an actual response to anyone else.
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

/// What it answers to a preflight from anyone else.
pub const REFUSED_PREFLIGHT: &[&str] = &["vary: origin, access-control-request-method"];

pub fn builder() -> Builder {
    Policy::builder()
        .allow_origins([APP, "https://*.example.dev"])
        .allow_methods(["PUT"])
        .allow_headers(["content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(600))
}

pub fn policy() -> Policy {
    builder().build().unwrap()
}

/// A policy of several origins and nothing else.
pub fn only(origins: &[&str]) -> Policy {
    Policy::builder().allow_origins(origins.iter().copied()).build().unwrap()
}
