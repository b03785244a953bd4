//! CORS for axum, hyper, tonic and every other [`tower`](https://docs.rs/tower) service that handles
//! `http` requests: the server side of the [CORS protocol], as a layer.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
//! use axum::http::{Method, Request, StatusCode};
//! use axum::{Router, body::Body, routing::put};
//! use cors_axum::{CorsLayer, Policy};
//! use tower::ServiceExt;
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods([Method::PUT, Method::DELETE])
//!     .allow_headers([CONTENT_TYPE, AUTHORIZATION])
//!     .allow_credentials(true)
//!     .max_age(Duration::from_secs(600))
//!     .build()?; // the error lists every problem, each with a suggested fix
//!
//! let app = Router::new()
//!     .route("/items/{id}", put(|| async { "stored" }))
//!     .layer(CorsLayer::new(policy)); // last: it covers everything added before it
//!
//! // The preflight that a browser sends before a script's `fetch(url, { method: "PUT", ... })` ...
//! let preflight = Request::options("/items/7")
//!     .header("origin", "https://app.example.com")
//!     .header("access-control-request-method", "PUT")
//!     .header("access-control-request-headers", "content-type")
//!     .body(Body::empty())?;
//! let response = app.clone().oneshot(preflight).await?;
//! assert_eq!(response.status(), StatusCode::NO_CONTENT);
//! assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
//! assert_eq!(response.headers()["access-control-allow-headers"], "content-type,authorization");
//!
//! // ... and what happens if a page on another site tries.
//! let request = Request::put("/items/7").header("origin", "https://evil.example");
//! let response = app.oneshot(request.body(Body::empty())?).await?;
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
//!   the router's 404 or 405, a failed inner middleware, a 304, a redirect, a WebSocket handshake.
//!   It replaces `Access-Control-*` response headers that a handler sets, merges the handler's
//!   [`Vary`] lines and its own into one, and leaves everything else alone: a stream stays a stream.
//! * It takes any request body, and any response body that implements [`Default`]. Its futures are
//!   named types, and it neither boxes futures nor spawns tasks.
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
//! A policy is not a layer: write `.layer(CorsLayer::new(policy))`, not `.layer(policy)`, which does
//! not compile. You can apply the layer to a whole router, as above, or to a single path:
//!
//! ```
//! use axum::{Router, routing::get};
//! use cors_axum::{CorsLayer, Policy};
//!
//! let public = Policy::builder().allow_origins(["*"]).build()?;
//! let fonts = get(|| async { "a font" }).layer(CorsLayer::new(public));
//! let app: Router = Router::new()
//!     .route("/font.woff2", fonts)
//!     .route("/private", get(|| async { "for this site's own pages" }));
//! # drop(app);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## A policy that you can replace
//!
//! ```
//! use axum::{Router, routing::get};
//! use cors_axum::{CorsLayer, Handle, Policy};
//!
//! let handle = Handle::new(Policy::builder().allow_origins(["https://old.example"]).build()?);
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .layer(CorsLayer::shared(handle.clone()));
//!
//! // Later, when a task notices that the policy has changed. If the new policy does not build, the
//! // old one stays in force.
//! handle.store(Policy::builder().allow_origins(["https://new.example"]).build()?);
//! # drop(app);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## A policy for each request
//!
//! The closure sees the URL, and the headers that you name. `Vary` lists these, even if the closure
//! picks no policy.
//!
//! ```
//! use axum::{Router, routing::get};
//! use cors_axum::{CorsLayer, Policy};
//!
//! let site = Policy::builder().allow_origins(["https://app.example"]).build()?;
//! let public = Policy::builder().allow_origins(["*"]).build()?;
//! let app: Router = Router::new()
//!     .route("/v1/items", get(|| async { "items" }))
//!     .route("/fonts/a", get(|| async { "a font" }))
//!     .layer(CorsLayer::select(move |head| match head.uri().path() {
//!         path if path.starts_with("/fonts/") => Some(public.clone()),
//!         path if path.starts_with("/v1/") => Some(site.clone()),
//!         _ => None,
//!     }));
//! # drop(app);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! For rules by method, ask for the method that a preflight asks for, and for the request's own
//! otherwise:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use cors_axum::{CorsLayer, Policy};
//! use tower::ServiceExt;
//!
//! let site = Policy::builder()
//!     .allow_origins(["https://app.example"])
//!     .allow_methods(["PUT"])
//!     .build()?;
//! let public = Policy::public();
//! let app: Router = Router::new()
//!     .route("/item", get(|| async { "an item" }).put(|| async { "stored" }))
//!     .layer(CorsLayer::select(move |head| match head.requested_method() {
//!         "PUT" => Some(site.clone()),
//!         _ => Some(public.clone()),
//!     }));
//!
//! for (method, status) in [("GET", 204), ("PUT", 403)] {
//!     let preflight = Request::options("/item")
//!         .header("origin", "https://elsewhere.example")
//!         .header("access-control-request-method", method);
//!     let response = app.clone().oneshot(preflight.body(Body::empty())?).await?;
//!     assert_eq!(response.status(), status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ## A policy that asks
//!
//! ```
//! use axum::{Router, routing::get};
//! use cors_axum::{CorsLayer, Policy};
//! # async fn is_tenant(_origin: &str) -> Result<bool, std::io::Error> { Ok(true) }
//!
//! let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     // An `Err` counts as no.
//!     .layer(CorsLayer::ask(policy, |asked| async move { is_tenant(asked.origin()).await }));
//! # drop(app);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## Without axum
//!
//! Apply the layer to a tower service directly. In a `tower::ServiceBuilder`, add it before the
//! layers that it should cover.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::convert::Infallible;
//!
//! use cors_axum::{CorsLayer, Policy};
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! let policy = Policy::builder().allow_origins(["*"]).build()?;
//! let handler = |_: Request<()>| async { Ok::<_, Infallible>(Response::new(String::from("hello"))) };
//! let service = CorsLayer::new(policy).layer(service_fn(handler));
//!
//! let response = service.oneshot(Request::new(())).await?;
//! assert_eq!(response.headers()["access-control-allow-origin"], "*");
//! # Ok(())
//! # }
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
//! All of these except one compile, and serve requests. Only a browser shows that something is wrong.
//! For a quick check, use `curl` with the other site's `Origin`. `tests/adapter/mistakes.rs` tests every
//! statement in this section.
//!
//! ## Routes added after the layer
//!
//! `Router::layer` covers only the routes that already exist, and the fallback. A route that you add
//! or merge later is bare: its handler runs, but scripts cannot read the response, and the router
//! answers its preflight with 405. This is easy to miss, because a 404 does get all the headers.
//!
//! ```
//! # use axum::{Router, routing::get};
//! # use cors_axum::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let handler = || async {};
//! let wrong: Router = Router::new().layer(cors.clone()).route("/items", get(handler));
//! let right: Router = Router::new().route("/items", get(handler)).layer(cors);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## A fallback set after the layer
//!
//! The layer does not cover it either: the fallback's 404 is bare, and so is its answer to a
//! preflight. Set the fallback first.
//!
//! ```
//! # use axum::{Router, http::StatusCode, routing::get};
//! # use cors_axum::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins("*").build()?);
//! # let routes: Router = Router::new().route("/items", get(|| async {}));
//! # let not_found = || async { StatusCode::NOT_FOUND };
//! let wrong: Router = routes.clone().layer(cors.clone()).fallback(not_found);
//! let right: Router = routes.fallback(not_found).layer(cors);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## Two routers merged, each with a layer
//!
//! In `a.merge(b)`, `b` wins if both apply: its layer answers every 404. For a path that both have,
//! with different methods, it also answers preflights and 405s. Merge first, then add one layer with
//! [`CorsLayer::select`].
//!
//! ```
//! # use axum::{Router, routing::{get, put}};
//! # use cors_axum::{CorsLayer, Policy};
//! # let public = Policy::builder().allow_origins("*").build()?;
//! # let site = Policy::builder().allow_origins("https://app.example.com").build()?;
//! # let pages: Router = Router::new().route("/item", get(|| async {}));
//! # let api: Router = Router::new().route("/item", put(|| async {}));
//! let wrong: Router = (pages.clone().layer(CorsLayer::new(public.clone())))
//!     .merge(api.clone().layer(CorsLayer::new(site.clone())));
//! let (public, site) = (public, site);
//! let right: Router = pages.merge(api).layer(CorsLayer::select(move |head| {
//!     Some(if head.uri().path() == "/item" { site.clone() } else { public.clone() })
//! }));
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## `route_layer`
//!
//! It runs only for requests that match. On a `Router`, this leaves out 404s: a script sees them, and
//! their preflights, as network errors. On a `MethodRouter`, it leaves out 405s as well. A preflight
//! is an `OPTIONS` request, and no handler matches that method, so *no preflight ever reaches the
//! layer*. Use `layer`.
//!
//! ```
//! # use axum::{Router, routing::{MethodRouter, delete}};
//! # use cors_axum::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let handler = || async {};
//! let wrong: MethodRouter = delete(handler).route_layer(cors.clone());
//! let right: MethodRouter = delete(handler).layer(cors);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## A nested router without a fallback
//!
//! If no route of a nested router matches, the *outer* router's fallback runs, which the inner
//! router's layers do not cover: under the prefix, the 404 and its preflight are bare. Give the nested
//! router a `fallback` before you add the layer, or apply the layer to the outer router.
//!
//! ```
//! # use axum::{Router, http::StatusCode, routing::get};
//! # use cors_axum::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let api: Router = Router::new().route("/items", get(|| async {}));
//! let wrong: Router = Router::new().nest("/api", api.clone().layer(cors.clone()));
//! let right: Router = Router::new()
//!     .nest("/api", api.fallback(|| async { StatusCode::NOT_FOUND }).layer(cors));
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## Authentication outside CORS
//!
//! Browsers send [no credentials with a preflight], so authentication outside the layer answers it
//! with 401, and no request that needs a preflight gets through. Scripts cannot read its 401 to other
//! requests. In axum, the layer added *last* is the outermost: add this one last.
//!
//! ```
//! # use axum::{Router, extract::Request, middleware::{Next, from_fn}, response::Response, routing::get};
//! # use cors_axum::{CorsLayer, Policy};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let routes: Router = Router::new().route("/", get(|| async {}));
//! # async fn auth(request: Request, next: Next) -> Response { next.run(request).await }
//! let wrong = routes.clone().layer(cors.clone()).layer(from_fn(auth));
//! let right = routes.layer(from_fn(auth)).layer(cors);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## A timeout, a limit or default headers outside CORS
//!
//! Anything that answers in place of the service belongs inside this layer. Outside it, the 408 of a
//! timeout or the 503 of a limit has no headers, so scripts see a network error instead of the status.
//! A layer outside that sets `Access-Control-Allow-Origin` on every response undoes the policy. Add
//! such layers first.
//!
//! ## A panic that is caught outside CORS, or not at all
//!
//! A panic passes through this layer. If a layer outside catches it, it becomes a 500 without headers.
//! If nothing does, it closes the connection, and the browser sees no response at all. Add a layer
//! that catches panics, such as tower-http's `CatchPanicLayer`, before this one.
//!
//! ## A body without a `Default`
//!
//! The layer answers preflights and refusals with an empty body of the service's own type, which must
//! therefore implement [`Default`]. axum's `Body` does, and `Router::layer` converts other bodies to
//! it, so layers that you add to a router one by one compile. In a tower stack, `TraceLayer`'s body
//! does not implement it, nor does hyper's `Incoming`. One line inside the layer boxes the body:
//!
//! ```
//! # use std::convert::Infallible;
//! # use axum::body::Body;
//! # use cors_axum::{CorsLayer, Policy};
//! # use http::{Request, Response};
//! # use hyper::body::Incoming;
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! # async fn forward(_: Request<Body>) -> Result<Response<Incoming>, Infallible> { unreachable!() }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let policy = Policy::builder().allow_origins("https://app.example.com").build()?;
//! let service = ServiceBuilder::new()
//!     .layer(CorsLayer::new(policy))
//!     .map_response(|response: Response<_>| response.map(Body::new)) // or BoxBody of http-body-util
//!     .service(service_fn(forward));
//! # let preflight = Request::options("/").header("origin", "https://app.example.com");
//! # let preflight = preflight.header("access-control-request-method", "PUT").body(Body::empty())?;
//! # assert_eq!(service.oneshot(preflight).await?.status(), 204);
//! # Ok(())
//! # }
//! ```
//!
//! ## One CORS layer inside another
//!
//! The browser sees the outermost: it answers preflights, and replaces the headers that the inner one
//! writes. An inner policy can neither widen nor narrow it. Use one layer and [`CorsLayer::select`].
//!
//! ## Something drops `Vary`
//!
//! A layer outside this one, or a proxy in front, may *set* `Vary` instead of adding to it, and lose
//! ours. A shared cache then serves a response made without `Origin`, or for another site, and the
//! browser refuses to let the script read it. The failure is intermittent and hard to reproduce. Set
//! `Vary` *inside* this layer, in as many lines as you like: we write after it, and merge all lines
//! into one. A layer outside that adds a line with `append` works with most caches, but nginx before
//! 1.23 knows only the last line. See Fetch, [CORS protocol and HTTP caches].
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
//! | `tracing` | a `tracing` event for each refusal, with the target `cors` and the origin, method or header, and reason |
//!
//! [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
//! [preflight]: https://fetch.spec.whatwg.org/#cors-preflight-request
//! [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
//! [no credentials with a preflight]: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
//! [CORS protocol and HTTP caches]: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
//! [a form could always send]: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
//! [upper-case six of them]: https://fetch.spec.whatwg.org/#concept-method-normalize

#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ask;
mod future;
mod hooks;
mod layer;
mod service;

pub use ask::{AskCors, AskFuture};
pub use future::ResponseFuture;
pub use layer::{AskLayer, CorsLayer};
pub use service::Cors;

pub use cors_core;
#[doc(no_inline)]
pub use cors_core::adapter::{Decided, Head};
#[doc(no_inline)]
pub use cors_core::{
    AskedOrigin, Builder, Config, ConfigError, ConfigErrors, Danger, Decision, DisallowedOrigin,
    ErrorKind, Handle, IntoPolicy, IntoVerdict, NamedHeaders, Origin, OriginEntry, Policy, Reason,
    RefusedPreflight, Warning, WarningKind,
};

type Begun = cors_core::adapter::Begun<http::HeaderValue>;
type Exchange = cors_core::adapter::Exchange<http::HeaderValue>;
type Pending = cors_core::adapter::Pending<http::HeaderValue>;
