//! What people write: a policy as plain data, the builder, policy files, and the checks that turn them
//! into a policy.

mod builder;
pub(crate) mod compile;
#[cfg(feature = "file")]
pub mod file;
pub(crate) mod list;
mod of_policy;
mod presets;
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "files need more than variables"))]
pub(crate) mod read;
#[cfg(feature = "serde")]
mod serde;
pub(crate) mod shown;
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "files need more than variables"))]
pub(crate) mod tree;
mod vars;

use crate::config::list::OriginList;
pub use crate::engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
pub use crate::origin::entry::OriginEntry;
pub use builder::Builder;
use std::time::Duration;

/// A policy as plain data. It can hold any values; [`Policy::new`](crate::Policy::new) checks them.
///
/// In every list, `*` means all. With the feature `serde`, you can read it from any self-describing
/// format. With `file`, `file::check` reads TOML and JSON, and reports the line of every problem.
/// [`from_vars`](Self::from_vars) reads environment variables.
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
    /// Which origins may read. Required: a missing or empty list is an error.
    pub allow_origins: Vec<OriginEntry>,
    /// Methods beyond GET, HEAD and POST, which the protocol always allows. Case-sensitive. Preflights
    /// ask about them; the list does not restrict actual requests.
    /// [Fetch, CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method)
    pub allow_methods: Vec<String>,
    /// Request headers that scripts may set. Case-insensitive. `*` never covers `authorization`.
    /// Preflights ask about them; the list does not restrict actual requests.
    /// [Fetch, CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)
    pub allow_headers: Vec<String>,
    /// Response headers that scripts may read, beyond the safelisted ones.
    /// [Fetch, CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)
    pub expose_headers: Vec<String>,
    /// Whether scripts may read responses to requests with cookies or other credentials.
    pub allow_credentials: bool,
    /// How long a browser may keep a preflight's answer: whole seconds, up to a day. If this is `None`,
    /// browsers keep it for 5 seconds.
    /// [Fetch, CORS-preflight fetch, 7.9](https://fetch.spec.whatwg.org/#cors-preflight-fetch)
    pub max_age: Option<Duration>,
    /// Whether to answer `Access-Control-Request-Private-Network: true`. Legacy: browsers now ask
    /// the user.
    pub allow_private_network: bool,
    /// The status of an answered preflight, 200 to 299. `None` means 204.
    pub preflight_status: Option<u16>,
    /// Whether allowed preflights go on to the handler.
    pub preflight_continue: bool,
    /// What happens to an actual request from a disallowed origin.
    pub disallowed_origin: DisallowedOrigin,
    /// The names by which this server is reached, such as `api.example.com`, `*.example.com` and
    /// `localhost:*`. No port means 80, 443 or none. A request for any other host gets 403 without CORS
    /// headers, whatever its origin: DNS rebinding then leads nowhere. `None` means any host.
    /// [RFC 9110, 7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2)
    pub own_hosts: Option<Vec<String>>,
    /// How to answer a preflight whose origin is allowed, but not its method or a header.
    pub refused_preflight: RefusedPreflight,
    /// Settings that open the policy to attack.
    pub danger: Danger,
}

impl Config {
    /// A policy that lets this origin or these origins read.
    pub fn new<Count>(allow_origins: impl OriginList<Count>) -> Self {
        Self { allow_origins: allow_origins.into_entries(), ..Self::default() }
    }
}
