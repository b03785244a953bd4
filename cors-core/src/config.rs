//! A policy as plain data: the keys of a policy file, unchecked.

#[cfg(any(feature = "file", feature = "serde"))]
pub(crate) mod read;
#[cfg(feature = "serde")]
mod serde;
#[cfg(any(feature = "file", feature = "serde"))]
pub(crate) mod tree;

use crate::list::OriginList;
use std::borrow::Cow;
use std::time::Duration;

/// A policy as plain data. Any values can stand in it; [`Policy::new`](crate::Policy::new)
/// checks them all.
///
/// In every list the text `*` stands for all. With the feature `serde` it is read from any
/// self-describing format; with `file`, `file::check` reads TOML and JSON
/// and knows the line of every fault.
///
/// ```
/// use cors_core::{Config, Policy};
///
/// let config = Config {
///     allow_methods: vec!["PUT".into()],
///     ..Config::new(["https://app.example.com", "https://*.example.dev"])
/// };
/// let policy = Policy::new(&config)?;
/// assert_eq!(policy.config(), config);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Which origins may read. No default: absent or empty is an error.
    pub allow_origins: Vec<OriginEntry>,
    /// Methods beyond GET, HEAD and POST, which the protocol always allows. Case-sensitive.
    /// Preflights ask about them; the request itself is not held to the list.
    /// [Fetch, CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method)
    pub allow_methods: Vec<String>,
    /// Request headers that scripts may set. Case-insensitive. `*` never covers `authorization`.
    /// Preflights ask about them; the request itself is not held to the list.
    /// [Fetch, CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)
    pub allow_headers: Vec<String>,
    /// Response headers that scripts may read beyond the safelisted ones.
    /// [Fetch, CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)
    pub expose_headers: Vec<String>,
    /// Whether scripts may read what was answered to a request with cookies or other credentials.
    pub allow_credentials: bool,
    /// How long a browser may keep a preflight's answer: whole seconds, up to a day. Without it
    /// browsers take 5 seconds.
    /// [Fetch, CORS-preflight fetch, 7.9](https://fetch.spec.whatwg.org/#cors-preflight-fetch)
    pub max_age: Option<Duration>,
    /// Whether to answer `Access-Control-Request-Private-Network: true`. Legacy: browsers now ask
    /// the user.
    pub allow_private_network: bool,
    /// Status of an answered preflight, 200 to 299; 204 unless given.
    pub preflight_status: Option<u16>,
    /// Whether an allowed preflight is passed on to the handler.
    pub preflight_continue: bool,
    /// What becomes of an actual request from an origin that is not allowed.
    pub disallowed_origin: DisallowedOrigin,
    /// How a preflight is answered whose origin is allowed but not its method or a header.
    pub refused_preflight: RefusedPreflight,
    /// What must be asked for by name.
    pub danger: Danger,
}

impl Config {
    /// A policy that lets this origin read, or these.
    pub fn new<Count>(allow_origins: impl OriginList<Count>) -> Self {
        Self { allow_origins: allow_origins.into_entries(), ..Self::default() }
    }
}

/// An entry of `allow_origins`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OriginEntry {
    /// `*`, `null`, an origin, or one with wildcards: `https://*.example.com`,
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

/// What becomes of an actual request from an origin that is not allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DisallowedOrigin {
    /// The handler serves it, and the browser keeps the answer from the script.
    #[default]
    Forward,
    /// 403 without calling the handler, unless the request is not cross-origin.
    ///
    /// Where `Sec-Fetch-Site` is present, it alone decides: `same-origin` and `none` pass. Without
    /// it, an `http` or `https` origin passes if its host and port are those of the request. A
    /// request without `Origin` gets 403 if its method is not safe and `Sec-Fetch-Site` is
    /// `cross-site` or `same-site`.
    Forbid,
}

/// How a preflight is answered whose origin is allowed but not its method or a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusedPreflight {
    /// With what the policy does allow, so that the browser's console names the fault.
    #[default]
    Explain,
    /// With 403 and no CORS headers.
    Conceal,
}

/// Settings that open a policy to attack, each named after what it lets happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Danger {
    /// Lets `http:` origins have credentials: anyone on the network can speak for them.
    pub allow_insecure_origins: bool,
    /// Lets `https://*.github.io` have credentials: anyone can register there.
    pub allow_public_suffix_subdomains: bool,
    /// Lets a regular expression have credentials that is not proven to stay within the
    /// registrable domains it names.
    pub allow_unbounded_regex: bool,
    /// Lets `null` stand in the list: any page can take that origin.
    pub allow_null_origin: bool,
    /// Lets `*` stand beside credentials, by echoing the origin: every site can read with the
    /// user's cookies.
    pub reflect_any_origin: bool,
}

/// Every key of a policy file, in its order.
pub(crate) const KEYS: [&str; 16] = [
    "allow_origins",
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "allow_credentials",
    "max_age",
    "allow_private_network",
    "preflight_status",
    "preflight_continue",
    "disallowed_origin",
    "refused_preflight",
    "danger.allow_insecure_origins",
    "danger.allow_public_suffix_subdomains",
    "danger.allow_unbounded_regex",
    "danger.allow_null_origin",
    "danger.reflect_any_origin",
];

/// Where a key stands among all, those of the builder alone last.
pub(crate) fn key_order(key: &str) -> usize {
    KEYS.iter().position(|known| *known == key).unwrap_or(KEYS.len())
}
