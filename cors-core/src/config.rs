//! A policy as plain data: the keys of a policy file, unchecked.

mod builder;
pub(crate) mod compile;
#[cfg(feature = "file")]
pub mod file;
pub(crate) mod list;
mod of_policy;
#[cfg(any(feature = "file", feature = "serde"))]
pub(crate) mod read;
#[cfg(feature = "serde")]
mod serde;
pub(crate) mod shown;
#[cfg(any(feature = "file", feature = "serde"))]
pub(crate) mod tree;

use crate::config::list::OriginList;
pub use crate::engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
pub use crate::origin::entry::OriginEntry;
pub use builder::Builder;
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
/// let mut config = Config::new(["https://app.example.com", "https://*.example.dev"]);
/// config.allow_methods.push("PUT".into());
/// let policy = Policy::new(&config)?;
/// assert_eq!(policy.config(), config);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
