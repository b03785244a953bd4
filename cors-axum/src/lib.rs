//! The server's side of the [CORS protocol] as a [`tower`](https://docs.rs/tower) layer, for axum,
//! hyper, tonic and every other service of `http` requests and responses.
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
//!     .layer(CorsLayer::new(policy)); // last: it covers what was added before it
//!
//! // What a browser sends before a script's `fetch(url, { method: "PUT", ... })` ...
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
//! // ... and what it gets if a page of another site tries.
//! let request = Request::put("/items/7").header("origin", "https://evil.example");
//! let response = app.oneshot(request.body(Body::empty())?).await?;
//! assert!(!response.headers().contains_key("access-control-allow-origin"));
//! # Ok(())
//! # }
//! ```
//!
//! The layer decides nothing itself. A [`Policy`] decides, the same one that the adapters for other
//! frameworks wear; it is checked as a whole when it is built, and what it says about a request is
//! written in [`cors_core`]. What the layer sees to:
//!
//! * A [preflight] ends at the layer: no handler, no authentication inside it is called. With
//!   `preflight_continue`, one that is allowed goes on to the handler.
//! * Every other response that comes by gets the headers, whatever made it: a handler, its `Err`,
//!   a 404 or 405 of the router, an inner middleware that failed, a 304, a redirect, a WebSocket
//!   handshake. `Access-Control-*` response headers of a handler's own are replaced, the lines of
//!   its [`Vary`] and ours become one, and all else is untouched: a stream stays a stream.
//! * It takes any request body, and any response body that has a [`Default`]. Its futures are
//!   named types; it boxes none and spawns no task.
//!
//! # Four ways to give it a policy
//!
//! | | the policy of a request is | |
//! |---|---|---|
//! | [`CorsLayer::new`] | always the same | |
//! | [`CorsLayer::shared`] | what the [`Handle`] holds when the request arrives | reload while requests run |
//! | [`CorsLayer::select`] | what a closure picks by path, host, tenant; or none | many policies in one layer |
//! | [`CorsLayer::ask`] | one, and an asynchronous check of origins that it does not allow | origins kept in a database |
//!
//! ## One policy
//!
//! A policy is not a layer: instead of `.layer(policy)`, which does not compile, write
//! `.layer(CorsLayer::new(policy))`. On a whole router, as above, or on a single path:
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
//! ## One that can be swapped
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
//! // Later, in whatever task notices that the policy has changed. A policy that does not build
//! // never gets here, so the one in force stays.
//! handle.store(Policy::builder().allow_origins(["https://new.example"]).build()?);
//! # drop(app);
//! # Ok::<(), cors_axum::ConfigErrors>(())
//! ```
//!
//! ## One for each request
//!
//! The closure sees the URL, and of the headers those that are declared: they go into `Vary`, also
//! where it picks no policy and the response is otherwise left alone.
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
//! ## One that asks
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
//! A tower service wears the layer directly; in a `tower::ServiceBuilder` stack it stands above
//! what it is to cover.
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
//! # Mistakes
//!
//! All but one of these compile and serve requests. What goes wrong shows in a browser alone, so
//! `curl` with an `Origin` of the other site is the quickest look. `tests/mistakes.rs` holds all of
//! them to what is said here.
//!
//! ## Routes added after the layer
//!
//! `Router::layer` covers the routes that are there, and the fallback. A route that is added or
//! merged later runs bare: its handler is called, no script may read the answer, and its preflight
//! gets the router's 405. That a 404 has all the headers makes it hard to see.
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
//! It is not covered either: the 404 that it makes is bare, and so is its answer to a preflight. Set
//! the fallback first.
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
//! Of `a.merge(b)`, `b` has the last word where both have something to say: its layer answers every
//! 404, and the preflights and 405s of paths that both have, with other methods. Merge first, then
//! add one layer with [`CorsLayer::select`].
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
//! It runs only for what matched. On a `Router` that leaves out the 404, whose answer, and whose
//! preflight, the script then sees as a network error. On a `MethodRouter` it leaves out the 405
//! as well: the preflight is an `OPTIONS` request that no handler is there for, so *no preflight
//! ever arrives*. Use `layer`.
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
//! What no route of a nested router matches goes to the *outer* router's fallback, past the inner
//! one's layers: under the prefix, the 404 and its preflight are bare. Give the nested router a
//! `fallback` before the layer, or put the layer around the whole.
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
//! Browsers send [no credentials with a preflight], so authentication that stands outside answers it
//! with 401, and nothing gets through; its 401 to other requests is unreadable. In axum the layer
//! that is added *last* is the outermost, and that is to be this one.
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
//! What answers in place of the service has to stand inside: the 408 of a timeout outside, or the 503
//! of a limit, has no headers, so the script sees a network error and not the status. A layer outside
//! that sets `Access-Control-Allow-Origin` on every response undoes the policy. Add such layers first.
//!
//! ## A panic that is caught outside CORS, or nowhere
//!
//! A panic passes through this layer. Caught outside, it becomes a 500 without headers. Caught
//! nowhere, it ends the connection, and the browser sees no response at all. Add what catches panics,
//! such as `CatchPanicLayer` of tower-http, before this layer.
//!
//! ## A body without a `Default`
//!
//! The layer answers preflights and refusals with an empty body of the type that the service has, so
//! that type needs a [`Default`]. axum's `Body` has one, and `Router::layer` makes it of any other: one
//! `layer` after the other compiles. In a stack of tower layers, the body of `TraceLayer` has none,
//! nor has hyper's `Incoming`. One line inside the layer boxes it:
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
//! ## Two CORS layers, one in the other
//!
//! The outermost is what the browser sees: it answers the preflight, and replaces the headers that
//! the inner one wrote. An inner policy can neither widen nor narrow it. Use one layer and
//! [`CorsLayer::select`].
//!
//! ## Something drops `Vary`
//!
//! A layer outside this one, or a proxy in front, that *sets* `Vary` rather than adding to it, takes
//! out what we wrote. A shared cache then hands the answer made for one client to another: the one
//! made without `Origin`, or for another site, which the browser refuses to let the script read. It
//! fails now and then, and never when one looks. Set `Vary` *inside* this layer, in as many lines as
//! you like: we write after it, and make one line of it. A layer outside that adds a line with
//! `append` is right for most caches; but nginx before 1.23 knows the last line alone. See Fetch,
//! [CORS protocol and HTTP caches].
//!
//! ## CORS taken for access control
//!
//! An origin that is not allowed may not *read*. A form of its own still posts, with the user's
//! cookies where they are `SameSite=None`: no preflight goes before what [a form could always
//! send]. [`DisallowedOrigin::Forbid`] refuses such requests before the handler is called; what
//! clients other than browsers send, no policy can tell.
//!
//! ## `patch`
//!
//! Methods are compared by case, and browsers [upper-case six of them], not this one:
//! `fetch(url, { method: "patch" })` asks for a method that no policy with `PATCH` allows. It is the
//! script that is to be mended.
//!
//! # The guide
//!
//! What is said of policies holds for every adapter, and stands in `cors-core`: a [cookbook], [what
//! each key is when it is left out], [why a browser said no], [security], and [the section of Fetch
//! behind each behaviour].
//!
//! [cookbook]: cors_core::guide::cookbook
//! [what each key is when it is left out]: cors_core::guide::defaults
//! [why a browser said no]: cors_core::guide::messages
//! [security]: cors_core::guide::security
//! [the section of Fetch behind each behaviour]: cors_core#what-each-behaviour-comes-from
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `public-suffix` (default) | the Public Suffix List; without it, `*.` with credentials is an error |
//! | `regex` | regular expressions in `allow_origins` |
//! | `serde` | `Serialize` and `Deserialize` for [`Config`] |
//! | `file` | policy files in TOML and JSON, every fault with its line: `cors_core::file` |
//! | `tracing` | an event of `tracing` for each refusal, target `cors`, with origin, method or header, and reason |
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
mod layer;
mod service;

pub use ask::{AskCors, AskFuture};
pub use future::ResponseFuture;
pub use layer::{AskLayer, CorsLayer};
pub use service::Cors;

pub use cors_core;
#[doc(no_inline)]
pub use cors_core::adapter::Head;
#[doc(no_inline)]
pub use cors_core::{
    AskedOrigin, Builder, Config, ConfigError, ConfigErrors, Danger, DisallowedOrigin, ErrorKind,
    Handle, IntoPolicy, IntoVerdict, NamedHeaders, Origin, OriginEntry, Policy, RefusedPreflight,
    Warning, WarningKind,
};

type Begun = cors_core::adapter::Begun<http::HeaderValue>;
type Exchange = cors_core::adapter::Exchange<http::HeaderValue>;
type Pending = cors_core::adapter::Pending<http::HeaderValue>;
type Prepared = cors_core::adapter::Prepared<http::HeaderValue>;

/// Holds the README's examples to what they say.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
