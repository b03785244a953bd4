//! CORS for [actix-web](actix_web) 4: the server side of the [CORS protocol], as a middleware.
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
//! use actix_web::http::{Method, StatusCode};
//! use actix_web::test::{TestRequest, call_service, init_service};
//! use actix_web::{App, web};
//! use cors_actix::{CorsLayer, Policy};
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods([Method::PUT, Method::DELETE])
//!     .allow_headers([CONTENT_TYPE, AUTHORIZATION])
//!     .allow_credentials(true)
//!     .max_age(Duration::from_secs(600))
//!     .build()?; // the error lists every problem, each with a suggested fix
//! let cors = CorsLayer::new(policy); // once; `HttpServer`'s closure clones it for each worker
//!
//! let app = App::new()
//!     .route("/items/{id}", web::put().to(|| async { "stored" }))
//!     .wrap(cors.clone()); // last: it covers everything wrapped before it
//! let app = init_service(app).await;
//!
//! // The preflight that a browser sends before a script's `fetch(url, { method: "PUT", ... })` ...
//! let preflight = TestRequest::with_uri("/items/7")
//!     .method(Method::OPTIONS)
//!     .insert_header(("origin", "https://app.example.com"))
//!     .insert_header(("access-control-request-method", "PUT"))
//!     .insert_header(("access-control-request-headers", "content-type"));
//! let response = call_service(&app, preflight.to_request()).await;
//! let header = |name| response.headers().get(name).unwrap();
//! assert_eq!(response.status(), StatusCode::NO_CONTENT);
//! assert_eq!(header("access-control-allow-origin"), "https://app.example.com");
//! assert_eq!(header("access-control-allow-headers"), "content-type,authorization");
//!
//! // ... and what happens if a page on another site tries.
//! let request = TestRequest::put().uri("/items/7").insert_header(("origin", "https://evil.example"));
//! let response = call_service(&app, request.to_request()).await;
//! assert!(!response.headers().contains_key("access-control-allow-origin"));
//! # Ok(())
//! # }
//! ```
//!
//! A [`Policy`] makes every decision; the layer only carries it out. The policy is checked as a whole
//! when you build it, and behaves the same in the adapters for other frameworks. [`cors_core`]
//! describes what it decides. The layer guarantees:
//!
//! * It answers [preflights][preflight] itself, without calling your handlers or any authentication
//!   inside the layer. With `preflight_continue`, allowed preflights go on to the handler.
//! * It writes the headers on every other response that passes through: from a handler, its `Err`,
//!   a failed extractor, the default 404 or 405, a 304, a redirect, a WebSocket handshake. It
//!   replaces `Access-Control-*` response headers that a handler sets, merges the handler's [`Vary`]
//!   lines and its own into one, and leaves everything else alone: a stream stays a stream.
//! * If an inner middleware fails with an [`actix_web::Error`], the error passes through unchanged,
//!   and outer middleware sees it. The response that actix-web finally makes of it has the headers
//!   ([`Error::add_response_mapper`](actix_web::Error::add_response_mapper)).
//! * You can apply it to an `App`, a `Scope` or a `Resource`. Its futures are named types, and it
//!   neither boxes futures nor spawns tasks. It makes each policy's header values only once, and
//!   responses share them.
//!
//! # Five ways to give it a policy
//!
//! | | the policy of a request is | use it for |
//! |---|---|---|
//! | [`CorsLayer::new`] | always the same | most servers |
//! | [`CorsLayer::shared`] | what the [`Handle`] holds when the request arrives | reloading while requests run |
//! | [`CorsLayer::select`] | what a closure picks by path, host or tenant, or none | many policies in one layer |
//! | [`CorsLayer::first_allowing`] | the first of several that allows the origin, otherwise the last | partners and the public |
//! | [`CorsLayer::ask`] | one, plus an asynchronous check of origins that it does not allow | origins in a database |
//!
//! ## One policy
//!
//! You can apply the layer to a whole app, as above, to a scope, or to a single resource:
//!
//! ```
//! use actix_web::{App, web};
//! use cors_actix::{CorsLayer, Policy};
//!
//! let public = Policy::builder().allow_origins(["*"]).build()?;
//! let fonts = web::resource("/font.woff2")
//!     .route(web::get().to(|| async { "a font" }))
//!     .wrap(CorsLayer::new(public));
//! let app = App::new()
//!     .service(fonts)
//!     .route("/private", web::get().to(|| async { "for this site's own pages" }));
//! # drop(app);
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! ## A policy that you can replace
//!
//! ```
//! use actix_web::{App, web};
//! use cors_actix::{CorsLayer, Handle, Policy};
//!
//! // One handle for all workers: make it outside `HttpServer::new`.
//! let handle = Handle::new(Policy::builder().allow_origins(["https://old.example"]).build()?);
//! let cors = CorsLayer::shared(handle.clone());
//! let factory = move || {
//!     App::new().route("/", web::get().to(|| async { "hello" })).wrap(cors.clone())
//! };
//!
//! // Later, when a task notices that the policy has changed. If the new policy does not build, the
//! // old one stays in force.
//! handle.store(Policy::builder().allow_origins(["https://new.example"]).build()?);
//! # drop(factory());
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! ## A policy for each request
//!
//! The closure sees the URL, and the headers that you name. `Vary` lists these, even if the closure
//! picks no policy.
//!
//! ```
//! use actix_web::{App, web};
//! use cors_actix::{CorsLayer, Policy};
//!
//! let site = Policy::builder().allow_origins(["https://app.example"]).build()?;
//! let public = Policy::builder().allow_origins(["*"]).build()?;
//! let app = App::new()
//!     .route("/v1/items", web::get().to(|| async { "items" }))
//!     .route("/fonts/a", web::get().to(|| async { "a font" }))
//!     .wrap(CorsLayer::select(move |head| match head.path() {
//!         path if path.starts_with("/fonts/") => Some(public.clone()),
//!         path if path.starts_with("/v1/") => Some(site.clone()),
//!         _ => None,
//!     }));
//! # drop(app);
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! For rules by method, ask for the method that a preflight asks for, and for the request's own
//! otherwise:
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use actix_web::test::{TestRequest, call_service, init_service};
//! use actix_web::{App, http::Method, web};
//! use cors_actix::{CorsLayer, Policy};
//!
//! let site = Policy::builder()
//!     .allow_origins(["https://app.example"])
//!     .allow_methods(["PUT"])
//!     .build()?;
//! let public = Policy::public();
//! let app = App::new()
//!     .route("/item", web::put().to(|| async { "stored" }))
//!     .wrap(CorsLayer::select(move |head| match head.requested_method() {
//!         "PUT" => Some(site.clone()),
//!         _ => Some(public.clone()),
//!     }));
//! let app = init_service(app).await;
//!
//! for (method, status) in [("GET", 204), ("PUT", 403)] {
//!     let preflight = TestRequest::with_uri("/item")
//!         .method(Method::OPTIONS)
//!         .insert_header(("origin", "https://elsewhere.example"))
//!         .insert_header(("access-control-request-method", method));
//!     let response = call_service(&app, preflight.to_request()).await;
//!     assert_eq!(response.status(), status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ## A policy that asks
//!
//! ```
//! use actix_web::{App, web};
//! use cors_actix::{CorsLayer, Policy};
//! # async fn is_tenant(_origin: &str) -> Result<bool, std::io::Error> { Ok(true) }
//!
//! let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
//! let app = App::new()
//!     .route("/", web::get().to(|| async { "hello" }))
//!     // An `Err` counts as no.
//!     .wrap(CorsLayer::ask(policy, |asked| async move { is_tenant(asked.origin()).await }));
//! # drop(app);
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! # What the layer decided
//!
//! Any layer can tell others. Add what you need, in any order:
//!
//! | | what it does | use it for |
//! |---|---|---|
//! | [`with_decision`](CorsLayer::with_decision) | puts a [`Decided`] in the request's extensions | handlers that follow the decision: WebSockets, `Timing-Allow-Origin`, `frame-ancestors` |
//! | [`observe`](CorsLayer::observe) | calls a closure with every decision, once per request | counts and metrics |
//! | `shadow` (feature `shadow`) | judges requests under another policy too, and reports what would differ | a policy to try before it is in force |
//!
//! # Mistakes
//!
//! All of these compile, and serve requests. Only a browser shows that something is wrong. For a quick
//! check, use `curl` with the other site's `Origin`. `tests/adapter/mistakes.rs` tests every statement in this
//! section.
//!
//! ## Authentication outside CORS
//!
//! Browsers send [no credentials with a preflight], so authentication outside the layer answers it
//! with 401, and no request that needs a preflight gets through. Scripts cannot read its 401 to other
//! requests. In actix-web, the middleware wrapped *last* is the outermost: wrap this layer last.
//!
//! ```
//! # use actix_web::{App, Error, body::MessageBody, dev::{ServiceRequest, ServiceResponse}, middleware::{Next, from_fn}};
//! # use cors_actix::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # async fn auth(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> { next.call(request).await }
//! let wrong = App::new().wrap(cors.clone()).wrap(from_fn(auth));
//! let right = App::new().wrap(from_fn(auth)).wrap(cors);
//! # drop((wrong, right));
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! ## A guard that no preflight passes
//!
//! A guard runs *before* everything it guards, middleware included, and a preflight is an `OPTIONS`
//! request. So the layer *never sees a preflight* if you apply it to a `Route`, to a guarded `Resource`
//! or `Scope`, or in `#[put("/items", wrap = "cors()")]`, which makes a guarded resource. The preflight
//! gets a bare 404 or 405 from whatever is outside. Guard the routes, and apply the layer to the
//! resource, the scope or the app.
//!
//! ```
//! # use actix_web::{guard, web};
//! # use cors_actix::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let handler = || async { "" };
//! let wrong = web::resource("/items").route(web::put().to(handler).wrap(cors.clone()));
//! let wrong_too = web::resource("/items").guard(guard::Put()).to(handler).wrap(cors.clone());
//! let right = web::resource("/items").route(web::put().to(handler)).wrap(cors);
//! # drop((wrong, wrong_too, right));
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! ## A 404 that nothing covers
//!
//! On a scope, the layer covers the 404s under its prefix; on a resource, it covers the 405. But a
//! request that matches no scope goes to the app's default service, past the scope's middleware. Its
//! 404 is bare, and so is the answer to its preflight, so a script sees a network error instead of a
//! typo. Applied to the app, the layer covers everything.
//!
//! ## One CORS layer inside another
//!
//! The browser sees the outermost: it answers preflights, and replaces the headers that the inner one
//! writes. An inner policy can neither widen nor narrow it. Use one layer and [`CorsLayer::select`].
//!
//! ## Choosing by a path that is not the router's
//!
//! `NormalizePath` rewrites `//admin/users`. If you wrap it before a selecting layer, the layer is
//! outside: it sees the original path, and chooses the policy for a path that is not served. Wrap
//! `NormalizePath` after the layer. And choose by [`Head::path`], not by the path of [`Head::uri`]: to
//! the router, `/%61dmin/users` is `/admin/users`.
//!
//! ```
//! # use actix_web::{App, middleware::NormalizePath};
//! # use cors_actix::CorsLayer;
//! # let cors = CorsLayer::select(|_| None);
//! let wrong = App::new().wrap(NormalizePath::trim()).wrap(cors.clone());
//! let right = App::new().wrap(cors).wrap(NormalizePath::trim());
//! # drop((wrong, right));
//! ```
//!
//! ## Outer middleware that answers an error itself
//!
//! If an inner middleware fails, [`Error::error_response`] writes the headers. If an outer middleware
//! calls `error.as_response_error().error_response()` instead, its response has no headers. A
//! middleware that replaces a whole response, rather than its body, also replaces the headers.
//!
//! ## A handle for each worker
//!
//! `HttpServer::new` calls its closure once for each worker. If you make a [`Handle`] there, each
//! worker has its own, and a policy that you store reaches only some requests.
//!
//! ## Something drops `Vary`
//!
//! A middleware outside this one, or a proxy in front, may *set* `Vary` instead of adding to it, and
//! lose ours. A shared cache then serves a response made without `Origin`, or for another site, and the
//! browser refuses to let the script read it. The failure is intermittent and hard to reproduce. Set
//! `Vary` *inside* this middleware, in as many lines as you like: we write after it, and merge all
//! lines into one. A middleware outside that adds a line with `append` works with most caches, but
//! nginx before 1.23 knows only the last line. See Fetch, [CORS protocol and HTTP caches].
//!
//! ## CORS mistaken for access control
//!
//! A disallowed origin cannot *read*. It can still post a form, with the user's cookies if they are
//! `SameSite=None`: browsers send no preflight for what [a form could always send].
//! [`DisallowedOrigin::Forbid`] refuses such requests before the handler runs. No policy can vouch for
//! clients other than browsers: they can send any `Origin`.
//!
//! ## `patch`
//!
//! Methods are case-sensitive. Browsers [upper-case six of them], but not this one:
//! `fetch(url, { method: "patch" })` asks for a method that a policy with `PATCH` does not allow. Fix
//! the script.
//!
//! # From `actix-cors`
//!
//! An `actix_cors::Cors` is both builder and middleware, and reports a mistake only when a worker
//! starts. Here, [`Policy::builder`] builds a [`Policy`] or returns every problem at once, and you
//! pass the policy to the layer.
//!
//! | `actix_cors::Cors` 0.7 | here | what differs |
//! |---|---|---|
//! | `Cors::default()` | `Policy::builder()` | a policy without `allow_origins` does not build; GET, HEAD and POST are always allowed |
//! | `Cors::permissive()` | `.allow_origins(["*"])`, `.allow_methods(["*"])`, `.allow_headers(["*"])`, `.expose_headers(["*"])` | without credentials: with them, any site could read what its visitor's cookies open |
//! | `allow_any_origin` | `.allow_origins(["*"])` | sends `*` on every response; theirs echoes the origin. With credentials, you need [`Danger::reflect_any_origin`], which echoes |
//! | `allowed_origin` | `.allow_origin(...)`, `.allow_origins([...])` | each entry is checked: a path, a trailing slash or a default port is an error. `https://*.example.com` and `http://localhost:*` are patterns |
//! | `allowed_origin_fn` | `.allow_origin_if(...)`, `.allow_origin_if_reading(names, ...)`, [`CorsLayer::ask`] | only asked about well-formed origins that no pattern allows; you name the request headers that it reads, and `Vary` lists them; can be asynchronous |
//! | `allow_any_method` | `.allow_methods(["*"])` | never CONNECT or TRACE |
//! | `allowed_methods` | `.allow_methods([...])` | replaces earlier ones; sent in the policy's order |
//! | `allow_any_header` | `.allow_headers(["*"])` | sends `*`, which never covers `authorization`: list that too |
//! | `allowed_header`, `allowed_headers` | `.allow_headers([...])` | replaces earlier ones; accepts empty elements and repeated lines in a preflight |
//! | `expose_any_header` | `.expose_headers(["*"])` | sends `*`; theirs lists the response's names. An error with credentials, where browsers read `*` as a name |
//! | `expose_headers` | `.expose_headers([...])` | only sent together with `Access-Control-Allow-Origin`; not on preflights |
//! | `max_age` | `.max_age(Duration)` | whole seconds, up to a day; leave it out instead of passing `None` |
//! | `send_wildcard` | `.allow_origins(["*"])` | always on |
//! | `supports_credentials` | `.allow_credentials(true)` | only sent together with `Access-Control-Allow-Origin`; insecure origins, and subdomains of a public suffix, are then errors |
//! | `allow_private_network_access` | `.allow_private_network(true)` | needs no feature; only on preflights that ask with `true` |
//! | `disable_vary_header` | none | `Vary` lists exactly what the answer depends on, and nothing if the answer is constant |
//! | `disable_preflight` | `.preflight_continue(true)` | only allowed preflights reach the handler, and their responses get the headers; the layer answers all others |
//! | `block_on_origin_mismatch(true)` | `.disallowed_origin(`[`DisallowedOrigin::Forbid`]`)` | 403 instead of 400; not for same-origin requests |
//!
//! Beyond the builder, `actix-cors` answers a refused preflight with 400 and a text. Here, if the
//! method or a header is not allowed, the response carries the policy's lists, so that the browser's
//! console names the problem ([`RefusedPreflight`]); if the origin is not allowed, it is a 403. An
//! allowed preflight gets 204 instead of 200. If an inner middleware fails, `actix-cors` writes no
//! headers on the error's response.
//!
//! # The guide
//!
//! `cors-core` documents what all adapters share: a [cookbook], [the default of each key], [why a
//! browser said no], [security], and [the section of Fetch behind each behaviour].
//!
//! [cookbook]: cors_core::guide::cookbook
//! [the default of each key]: cors_core::guide::defaults
//! [why a browser said no]: cors_core::guide::messages
//! [security]: cors_core::guide::security
//! [the section of Fetch behind each behaviour]: cors_core#what-each-behaviour-comes-from
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `public-suffix` (default) | the Public Suffix List; without it, `*.` with credentials is an error |
//! | `regex` | regular expressions in `allow_origins` |
//! | `serde` | `Serialize` and `Deserialize` for [`Config`] |
//! | `file` | policy files in TOML and JSON, with the line of every problem: `cors_core::file` |
//! | `shadow` | `CorsLayer::shadow`, a policy that is only judged; it brings the model of a browser and the Public Suffix List |
//! | `tracing` | a `tracing` event for each refusal, with the target `cors` |
//!
//! [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
//! [preflight]: https://fetch.spec.whatwg.org/#cors-preflight-request
//! [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
//! [no credentials with a preflight]: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
//! [CORS protocol and HTTP caches]: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
//! [a form could always send]: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
//! [upper-case six of them]: https://fetch.spec.whatwg.org/#concept-method-normalize
//! [`Error::error_response`]: actix_web::Error::error_response

#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ask;
mod bridge;
mod future;
mod head;
mod hooks;
mod layer;
mod service;

pub use ask::{AskCors, AskFuture};
pub use future::ResponseFuture;
pub use head::Head;
pub use layer::{AskLayer, CorsLayer};
pub use service::Cors;

use actix_web::http::header::HeaderValue;
pub use cors_core;
#[doc(no_inline)]
pub use cors_core::adapter::Decided;
#[doc(no_inline)]
pub use cors_core::{
    AskedOrigin, Builder, Config, ConfigError, ConfigErrors, Danger, Decision, DisallowedOrigin,
    ErrorKind, Handle, IntoPolicy, IntoVerdict, NamedHeaders, Origin, OriginEntry, Policy, Reason,
    RefusedPreflight, Warning, WarningKind,
};

type Begun = cors_core::adapter::Begun<HeaderValue>;
type Exchange = cors_core::adapter::Exchange<HeaderValue>;
type Pending = cors_core::adapter::Pending<HeaderValue>;
