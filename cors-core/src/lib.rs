//! CORS as a pure function: a request's method and headers in, a decision out.
//!
//! ```
//! use cors_core::Policy;
//! use http::{Method, Request, Response, header::CONTENT_TYPE};
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods([Method::PUT])
//!     .allow_headers([CONTENT_TYPE])
//!     .build()?; // the error lists every problem, each with a suggested fix
//!
//! // For each request:
//! let request = Request::put("/item/1").header("origin", "https://x.example.dev").body(()).unwrap();
//! let exchange = policy.begin(&request).without_asking();
//! let mut response = match exchange.short_circuit() {
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
//! In scope: policies and every check on them, the decisions that the [CORS protocol] leaves to a
//! server, and the response headers that follow from them. Out of scope: sockets, runtimes,
//! frameworks, clocks. If you use axum or another tower service, use the crate `cors-axum` instead
//! of the code above.
//!
//! # How the types relate
//!
//! A [`Config`] is a policy as plain data, valid or not. A [`Builder`] collects one in code. Both
//! build a [`Policy`], or return all problems at once as [`ConfigErrors`]. A [`Policy`] is immutable
//! and cheap to clone. [`Policy::decide`] returns a [`Decision`]: it allocates nothing, and is all
//! that tests and metrics need. To serve requests, [`Policy::begin`] returns an
//! [`adapter::Exchange`], which writes the response headers. A [`Handle`] holds a policy that you can
//! replace while requests run.
//!
//! [`Config::from_vars`] reads a policy from environment variables, and `Policy::from_file` (feature
//! `file`) from a file. [`Builder::local_server`] and [`Builder::mcp`] are presets for whole kinds of
//! servers.
//!
//! To use another HTTP library's types, see [`adapter`]: you implement two small traits.
//!
//! # Rules for every policy
//!
//! - `Vary` names exactly what the answer depends on: two requests for the same URL that agree in
//!   all named headers get the same status and CORS headers. A response has one `Vary` line: the
//!   handler's lines joined in order, then ours.
//! - Any `Access-Control-Allow-*`, `-Expose-Headers` or `-Max-Age` that a handler sets is replaced.
//! - A preflight's answer is complete: it lists all methods and all headers of the policy.
//! - Any bytes in any header get a clear answer, at a bounded cost.
//! - A decision costs the same however many patterns the policy has. Regular expressions are tried
//!   one after the other, so together they have a limit.
//!
//! # The guide
//!
//! - [`guide::cookbook`]: policies for common needs.
//! - [`guide::defaults`]: the default of each key, the reason for it, and its price.
//! - [`guide::messages`]: why did my browser say no? Every console message, and its cause.
//! - [`guide::security`]: what CORS protects, what it does not, and the known attacks.
//! - [`guide::compare`]: where other layers differ.
//!
//! # Mistakes
//!
//! The adapters make none of these; your own server could.
//!
//! - *Writing headers on successes only.* Call [`Exchange::write`] on every response: without it, a
//!   script sees a 404 or a 500 as a network error. Responses to requests without `Origin` need it
//!   too, for `Vary`.
//! - *Answering every `OPTIONS` request.* Only [`Exchange::short_circuit`] can tell preflights and
//!   refusals from requests for the handler.
//! - *Writing headers before the handler's.* If the handler sets its own later, the response has a
//!   second `Access-Control-Allow-Origin`, which browsers refuse, or loses our `Vary`. Write last.
//! - *Building a policy for each request.* [`Policy::new`] compiles every answer. Call it once, when
//!   the server starts; cloning a policy only increments a counter.
//! - *A [`RequestHead::lines`] that joins lines, or returns only the first.* The engine must see a
//!   repeated `Origin` as repeated, and a line that a proxy joined can hold anything.
//! - *A [`ResponseHeaders::set_vary`] that adds a line.* Some caches, such as nginx before 1.23, know
//!   only the last line. They then serve one client what was made for another.
//! - *A [`RequestHead::target_authority`] taken from a header such as `X-Forwarded-Host`*, which
//!   clients can set: with `disallowed_origin = "forbid"` and without `Sec-Fetch-Site`, an origin
//!   equal to it passes as not cross-origin, and with `own_hosts`, any request passes.
//! - *Calling [`without_asking`] when the policy asks.* The answer is then no. If you have a question
//!   to wait for, match on [`Begun`].
//!
//! [`Exchange::write`]: adapter::Exchange::write
//! [`Exchange::short_circuit`]: adapter::Exchange::short_circuit
//! [`RequestHead::lines`]: adapter::RequestHead::lines
//! [`RequestHead::target_authority`]: adapter::RequestHead::target_authority
//! [`ResponseHeaders::set_vary`]: adapter::ResponseHeaders::set_vary
//! [`without_asking`]: adapter::Begun::without_asking
//! [`Begun`]: adapter::Begun
//!
//! # What each behaviour comes from
//!
//! | behaviour | section |
//! |---|---|
//! | what a preflight is: `OPTIONS`, `Origin`, `Access-Control-Request-Method` | Fetch, [HTTP requests](https://fetch.spec.whatwg.org/#http-requests) |
//! | what an origin looks like; `null` | Fetch, [`Origin` header](https://fetch.spec.whatwg.org/#origin-header); HTML, [serialization](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin) |
//! | `Access-Control-Allow-Origin` is compared by bytes, and has exactly one value | Fetch, [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check) |
//! | no `*` with credentials | Fetch, [CORS protocol and credentials](https://fetch.spec.whatwg.org/#cors-protocol-and-credentials) |
//! | 204 by default, or any successful status | Fetch, [ok status](https://fetch.spec.whatwg.org/#ok-status) |
//! | all methods and headers in each answer; `*` and `authorization` | Fetch, [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0) |
//! | how long browsers keep a preflight's answer | Fetch, [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache) |
//! | GET, HEAD and POST need no permission | Fetch, [CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method) |
//! | preflights ask for `content-type` with JSON, but not with a form's types | Fetch, [CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header) |
//! | which methods and headers are errors in a policy | Fetch, [forbidden method](https://fetch.spec.whatwg.org/#forbidden-method), [forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header), [forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name) |
//! | which response headers a script can read | Fetch, [CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list) |
//! | when `Vary` names `Origin` | Fetch, [CORS protocol and HTTP caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches); [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5) |
//! | which host a request is for | [RFC 9110, 7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2), [RFC 9112, 3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2), [RFC 9113, 8.3.1](https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1) |
//! | which requests are not cross-origin under `forbid` | Fetch Metadata, [`Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header) |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `public-suffix` (default) | the Public Suffix List, to recognize patterns such as `https://*.github.io` |
//! | `regex` | regular expressions in `allow_origins` |
//! | `serde` | `Serialize` and `Deserialize` for [`Config`] |
//! | `file` | policy files in TOML and JSON, with the line of every problem |
//! | `tracing` | a `tracing` event for each refusal, with the target `cors` |
//! | `browser` | a model of the client side of the Fetch Standard, with `explain` and `Policy::diff` |
//! | `strategies` | strategies for property tests with proptest, and `laws` to assert on your policy |
//!
//! Cargo enables a feature for the whole build if any crate in it does: your tests may have `browser`,
//! and with it the list, when production has neither. So features only ever make more policies build.
//! Without `public-suffix`, `*.` with credentials is an error; with it, that may be a valid policy.
//! The list changes with releases of this crate, never with `cargo update`.
//!
//! [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod adapter;
#[cfg(feature = "browser")]
pub mod browser;
mod config;
#[cfg(feature = "browser")]
pub mod diff;
mod engine;
mod error;
#[cfg(feature = "browser")]
pub mod explain;
#[cfg(feature = "_fuzz")]
#[doc(hidden)]
pub mod fuzz;
pub mod guide;
mod key;
#[cfg(feature = "strategies")]
pub mod laws;
mod origin;
#[cfg(feature = "strategies")]
pub mod strategies;

pub use adapter::handle::Handle;
#[cfg(feature = "file")]
pub use config::file;
pub use config::list::{NameList, One, OriginList, Several};
pub use config::{Builder, Config, OriginEntry};
pub use engine::decision::{Decision, Reason};
pub use engine::policy::{IntoPolicy, Policy};
pub use engine::question::{AskedOrigin, IntoVerdict, NamedHeaders};
pub use engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
pub use error::{
    ConfigError, ConfigErrors, ErrorKind, Finding, FindingKind, HostFault, Warning, WarningKind,
};
pub use origin::fault::{ProofLimit, RegexMismatch};
pub use origin::pattern::{Meant, PatternFault};
pub use origin::{MAX_LEN as MAX_ORIGIN_LEN, Origin, OriginFault};
