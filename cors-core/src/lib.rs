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
//! In scope: policies and every check on them; what the [CORS protocol] leaves a server to decide;
//! the response headers that follow. Out of scope: sockets, runtimes, frameworks, clocks. Whoever
//! serves with axum or another tower service wears the crate `cors-axum` instead of the above.
//!
//! # How the types relate
//!
//! A [`Config`] is a policy as plain data, whatever it says; a [`Builder`] gathers one in code. Both
//! build a [`Policy`], or give every fault at once as [`ConfigErrors`]. A [`Policy`] is immutable and
//! decides: [`Policy::decide`] gives a [`Decision`], allocates nothing, and is all that tests and
//! metrics need. To answer, a [`Policy`] holds the policy's header values in the type of the
//! HTTP library at hand; [`Policy::begin`] gives the [`Exchange`] that a response needs. A
//! `Handle` (feature `swap`) holds one that can be replaced while requests run.
//!
//! For another library's types, implement [`Request`] and [`ResponseHeaders`], a few lines each.
//!
//! # Rules that hold for every policy
//!
//! - `Vary` names exactly what the answer depends on: two requests for the same URL that are alike in
//!   all it names get the same status and CORS headers. A response has one line of it: the
//!   handler's lines joined in their order, then ours.
//! - Whatever `Access-Control-Allow-*`, `-Expose-Headers` and `-Max-Age` a handler sets is replaced.
//! - A preflight's answer is whole: all methods and all headers of the policy.
//! - Any bytes in any header get a clear answer, at a cost that has a limit.
//! - The cost of a decision does not grow with the number of patterns; regular expressions, which
//!   are tried one after the other, have a limit together.
//!
//! # The guide
//!
//! - [`guide::cookbook`]: policies for what is wanted most often.
//! - [`guide::defaults`]: what each key is when it is left out, why, and what that costs.
//! - [`guide::messages`]: why did my browser say no? Every message of the consoles, and its cause.
//! - [`guide::security`]: what CORS protects, what it does not, and the known attacks.
//! - [`guide::compare`]: what other layers do otherwise.
//!
//! # Mistakes
//!
//! The adapters make none of these; a server of your own could.
//!
//! - *Headers on successes alone.* [`Exchange::write`] belongs on every response: a 404 or a 500
//!   without it is a network error to the script. An answer to a request without `Origin` needs it
//!   too, for `Vary`.
//! - *Every `OPTIONS` answered.* Only [`Exchange::answer`] tells a preflight, and a refusal, from what
//!   is for the handler.
//! - *Headers written before the handler's.* What the handler then sets is a second
//!   `Access-Control-Allow-Origin`, which browsers refuse, or a `Vary` that overwrites. Write last.
//! - *A policy prepared for each request.* [`Policy::new`] compiles every answer: once, when
//!   the server starts. A clone only counts up.
//! - *[`Request::lines`] that joins lines, or gives the first alone.* A repeated `Origin` must be seen
//!   as one; what a proxy joined may be anything.
//! - *[`ResponseHeaders::set_vary`] that adds a line.* Caches that know the last line alone, as
//!   nginx before 1.23 does, then hand one client what was made for another.
//! - *[`Request::authority`] from a header such as `X-Forwarded-Host`* that the client can set: with
//!   `disallowed_origin = "forbid"` and without `Sec-Fetch-Site`, an origin that equals it passes as
//!   not cross-origin.
//! - *[`without_asking`](adapter::Begun::without_asking) where the policy asks.* It counts as no. Whoever has a question to wait for
//!   matches on [`Begun`].
//!
//! # What each behaviour comes from
//!
//! | behaviour | section |
//! |---|---|
//! | what a preflight is: `OPTIONS`, `Origin`, `Access-Control-Request-Method` | Fetch, [HTTP requests](https://fetch.spec.whatwg.org/#http-requests) |
//! | what an origin looks like; `null` | Fetch, [`Origin` header](https://fetch.spec.whatwg.org/#origin-header); HTML, [serialization](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin) |
//! | `Access-Control-Allow-Origin` is compared by bytes, one value alone | Fetch, [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check) |
//! | no `*` with credentials | Fetch, [CORS protocol and credentials](https://fetch.spec.whatwg.org/#cors-protocol-and-credentials) |
//! | 204 by default, any status of success | Fetch, [ok status](https://fetch.spec.whatwg.org/#ok-status) |
//! | all methods and headers in each answer; `*` and `authorization` | Fetch, [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0) |
//! | how long an answer is kept | Fetch, [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache) |
//! | GET, HEAD and POST need no permission | Fetch, [CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method) |
//! | `content-type` is asked for with JSON alone | Fetch, [CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header) |
//! | which methods and headers are errors in a policy | Fetch, [forbidden method](https://fetch.spec.whatwg.org/#forbidden-method), [forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header), [forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name) |
//! | what a script reads of a response | Fetch, [CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list) |
//! | when `Vary` names `Origin` | Fetch, [CORS protocol and HTTP caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches); [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5) |
//! | what is not cross-origin under `forbid` | Fetch Metadata, [`Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header) |
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
//! Cargo switches a feature on for a whole build if any crate of it asks for it: tests may have `browser`,
//! and with it the list, where production has not. So a feature only adds policies that build. Without
//! `public-suffix`, `*.` with credentials is an error, which the feature may turn into a policy; the
//! list moves with releases of this crate, never with a `cargo update`.
//!
//! [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
#![forbid(unsafe_code)]

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

#[cfg(feature = "swap")]
pub use adapter::handle::Handle;
#[cfg(feature = "file")]
pub use config::file;
pub use config::list::{NameList, One, OriginList, Several};
pub use config::{Builder, Config, OriginEntry};
pub use engine::decision::{Decision, Reason};
pub use engine::policy::{IntoPolicy, Policy};
pub use engine::question::{AskedOrigin, IntoVerdict, NamedHeaders};
pub use engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
pub use error::{ConfigError, ConfigErrors, ErrorKind, Finding, FindingKind, Warning, WarningKind};
pub use origin::fault::{ProofLimit, RegexMismatch};
pub use origin::pattern::{Meant, PatternFault};
pub use origin::{MAX_LEN as MAX_ORIGIN_LEN, Origin, OriginFault};
