//! CORS as a pure function: a request's method and headers in, a decision out.
//!
//! ```
//! use cors_core::{Policy, PreparedPolicy};
//! use http::{HeaderValue, Method, Request, Response, header::CONTENT_TYPE};
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods([Method::PUT])
//!     .allow_headers([CONTENT_TYPE])
//!     .build()?; // the error holds every fault, each with its way out
//! let prepared = PreparedPolicy::<HeaderValue>::new(policy);
//!
//! // For each request:
//! let request = Request::put("/item/1").header("origin", "https://x.example.dev").body(()).unwrap();
//! let exchange = prepared.begin(&request).unasked();
//! let mut response = match exchange.answer() {
//!     Some(status) => Response::builder().status(status).body("").unwrap(),
//!     None => Response::new("from the handler"),
//! };
//! exchange.write(response.headers_mut());
//!
//! assert_eq!(response.headers()["access-control-allow-origin"], "https://x.example.dev");
//! assert_eq!(response.headers()["vary"], "Origin");
//! # Ok::<(), cors_core::ConfigErrors>(())
//! ```
//!
//! In scope: policies and every check on them; what the [CORS protocol] leaves a server to decide;
//! the response headers that follow. Out of scope: sockets, runtimes, frameworks, clocks. Whoever
//! serves with axum or another tower service wears the crate `cors-axum` instead of the above.
//!
//! # How the types relate
//!
//! A [`Config`] is a policy as plain data, whatever it says; a [`Builder`] gathers one in code. Both
//! build a [`Policy`], or give every fault at once as [`ConfigErrors`]. A [`Policy`] is immutable and
//! decides: [`Policy::decide`] gives a [`Decision`], allocates nothing, and is all that tests and
//! metrics need. To answer, a [`PreparedPolicy`] holds the policy's header values in the type of the
//! HTTP library at hand; [`PreparedPolicy::begin`] gives the [`Exchange`] that a response needs. A
//! `Handle` (feature `swap`) holds one that can be replaced while requests run.
//!
//! For another library's types, implement [`Request`] and [`ResponseHeaders`], a few lines each.
//!
//! # Rules that hold for every policy
//!
//! - `Vary` names exactly what the answer depends on: two requests for the same URL that are alike in
//!   all it names get the same status and CORS headers. It is merged into what the handler set.
//! - Whatever `Access-Control-Allow-*`, `-Expose-Headers` and `-Max-Age` a handler sets is replaced.
//! - A preflight's answer is whole: all methods and all headers of the policy.
//! - Any bytes in any header get a clear answer, at a cost that has a limit.
//! - The cost of a decision does not grow with the number of patterns; regular expressions, which
//!   are tried one after the other, have a limit together.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `public-suffix` (default) | the Public Suffix List, so that `https://*.github.io` is seen for what it is |
//! | `regex` | regular expressions in `allow_origins` |
//! | `serde` | `Serialize` and `Deserialize` for [`Config`] |
//! | `file` | policy files in TOML and JSON, every fault with its line |
//! | `tracing` | an event of `tracing` for each refusal, target `cors` |
//! | `swap` | `Handle`, a policy that can be swapped while requests run |
//! | `browser` | the Fetch Standard's client side as a model, and `explain` and `Policy::diff` on it |
//! | `strategies` | strategies for property tests with proptest, and `laws` to assert on a policy |
//!
//! [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
#![forbid(unsafe_code)]

#[cfg(feature = "browser")]
pub mod browser;
mod builder;
mod compile;
mod config;
mod decision;
#[cfg(feature = "browser")]
pub mod diff;
mod error;
#[cfg(feature = "browser")]
pub mod explain;
#[cfg(feature = "file")]
pub mod file;
#[cfg(feature = "_fuzz")]
#[doc(hidden)]
pub mod fuzz;
#[cfg(feature = "swap")]
mod handle;
mod headers;
#[cfg(feature = "strategies")]
pub mod laws;
mod methods;
mod names;
mod origin;
mod origins;
mod pattern;
mod policy;
mod prepared;
mod public_suffix;
mod punycode;
mod question;
#[cfg(feature = "tracing")]
mod refusal;
#[cfg(feature = "regex")]
mod regex;
mod request;
mod response;
#[cfg(feature = "strategies")]
pub mod strategies;
mod value;
mod vary;

pub use builder::Builder;
pub use config::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
pub use decision::{Decision, Reason};
pub use error::{ConfigError, ConfigErrors, ErrorKind, Explain, Finding, Warning, WarningKind};
#[cfg(feature = "swap")]
pub use handle::Handle;
pub use origin::{MAX_LEN as MAX_ORIGIN_LEN, Origin, OriginFault};
pub use pattern::PatternFault;
pub use policy::Policy;
pub use prepared::{Begun, Exchange, Pending, PreparedPolicy, Question};
pub use question::{AskedOrigin, IntoVerdict, NamedHeaders};
pub use request::{Request, RequestHeader};
pub use response::{ResponseHeader, ResponseHeaders, is_cors_response_header};
pub use value::Value;
pub use vary::VaryNames;
