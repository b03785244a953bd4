//! The server's side of the [CORS protocol] as a middleware for [actix-web](actix_web) 4.
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
//!     .wrap(cors.clone()); // last: it stands outside of all that is wrapped before it
//! let app = init_service(app).await;
//!
//! // What a browser sends before a script's `fetch(url, { method: "PUT", ... })` ...
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
//! // ... and what it gets if a page of another site tries.
//! let request = TestRequest::put().uri("/items/7").insert_header(("origin", "https://evil.example"));
//! let response = call_service(&app, request.to_request()).await;
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
//!   an extractor that failed, the default 404 or 405, a 304, a redirect, a WebSocket handshake.
//!   `Access-Control-*` response headers of a handler's own are replaced, the lines of its
//!   [`Vary`] and ours become one, and all else is untouched: a stream stays a stream.
//! * An inner middleware that fails with an [`actix_web::Error`] fails: the error passes as it is,
//!   and an outer middleware sees it. What actix-web makes a response of in the end carries the
//!   headers ([`Error::add_response_mapper`](actix_web::Error::add_response_mapper)).
//! * An `App`, a `Scope` and a `Resource` can each wear it. Its futures are named types; it boxes
//!   none and spawns no task. Header values are made when the policy is prepared, and a response
//!   gets a counted copy.
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
//! On a whole app, as above, on a scope or on a single resource:
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
//! ## One that can be swapped
//!
//! ```
//! use actix_web::{App, web};
//! use cors_actix::{CorsLayer, Handle, Policy};
//!
//! // One handle for all workers: made outside of `HttpServer::new`.
//! let handle = Handle::new(Policy::builder().allow_origins(["https://old.example"]).build()?);
//! let cors = CorsLayer::shared(handle.clone());
//! let factory = move || {
//!     App::new().route("/", web::get().to(|| async { "hello" })).wrap(cors.clone())
//! };
//!
//! // Later, in whatever task notices that the policy has changed. A policy that does not build
//! // never gets here, so the one in force stays.
//! handle.store(Policy::builder().allow_origins(["https://new.example"]).build()?);
//! # drop(factory());
//! # Ok::<(), cors_actix::ConfigErrors>(())
//! ```
//!
//! ## One for each request
//!
//! The closure sees the URL, and of the headers those that are declared: they go into `Vary`, also
//! where it picks no policy and the response is otherwise left alone.
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
//! ## One that asks
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
//! # Mistakes
//!
//! Each of these compiles and serves requests. What goes wrong shows in a browser alone, so
//! `curl` with an `Origin` of the other site is the quickest look. `tests/mistakes.rs` holds all of
//! them to what is said here.
//!
//! ## Authentication outside CORS
//!
//! Browsers send [no credentials with a preflight], so authentication that stands outside answers it
//! with 401, and nothing gets through; its 401 to other requests is unreadable. In actix-web what is
//! wrapped *last* is the outermost, and that is to be this layer.
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
//! A guard decides *before* what it guards is called, middleware included, and a preflight is an
//! `OPTIONS` request. So the layer on a `Route`, on a guarded `Resource` or `Scope`, or in
//! `#[put("/items", wrap = "cors()")]`, which makes a guarded resource, *never sees a preflight*:
//! the answer is the bare 404 or 405 of whatever stands around it. Guard the routes, and have the
//! resource, the scope or the app wear the layer.
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
//! A scope that wears the layer covers the 404s under its prefix, and a resource its own 405, but
//! what matches no scope goes to the app's default service, past the scope's middleware: such a
//! 404 and its preflight are bare, and the script sees a network error instead of a typo. An app
//! that wears the layer covers all.
//!
//! ## Two CORS layers, one in the other
//!
//! The outermost is what the browser sees: it answers the preflight, and replaces the headers that
//! the inner one wrote. An inner policy can neither widen nor narrow it. Use one layer and
//! [`CorsLayer::select`].
//!
//! ## Choosing by a path that is not the router's
//!
//! `NormalizePath` rewrites `//admin/users`. If it stands inside of a selecting layer, that one still
//! sees the path as it came, and chooses the policy of another path than the one that is served.
//! Wrap it after. And choose by [`Head::path`], not by that of [`Head::uri`]: to the router,
//! `/%61dmin/users` is `/admin/users`.
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
//! ## Middleware outside that answers an error itself
//!
//! The headers of a failed inner middleware are written by [`Error::error_response`]. Who asks the
//! cause instead, by `error.as_response_error().error_response()`, gets a response without them. And
//! whoever replaces a whole response, rather than its body, replaces its headers with it.
//!
//! ## A handle for each worker
//!
//! `HttpServer::new` calls its closure once for each worker. A [`Handle`] that is made in there is one
//! worker's own: a policy stored in it reaches some of the requests.
//!
//! ## Something drops `Vary`
//!
//! A middleware outside this one, or a proxy in front, that *sets* `Vary` rather than adding to it,
//! takes out what we wrote. A shared cache then hands the answer made for one client to another: the
//! one made without `Origin`, or for another site, which the browser refuses to let the script read.
//! It fails now and then, and never when one looks. Set `Vary` *inside* this middleware, in as many
//! lines as you like: we write after it, and make one line of it. A middleware outside that adds a
//! line with `append` is right for most caches; but nginx before 1.23 knows the last line alone. See
//! Fetch, [CORS protocol and HTTP caches].
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
//! # From `actix-cors`
//!
//! Theirs is a builder that is itself the middleware; a fault in it shows when a worker starts. Here
//! [`Policy::builder`] builds a [`Policy`] or gives every fault at once, and the layer wears it.
//!
//! | `actix_cors::Cors` 0.7 | here | what differs |
//! |---|---|---|
//! | `Cors::default()` | `Policy::builder()` | a policy without `allow_origins` does not build; GET, HEAD and POST are always allowed |
//! | `Cors::permissive()` | `.allow_origins(["*"])`, `.allow_methods(["*"])`, `.allow_headers(["*"])`, `.expose_headers(["*"])` | without credentials: with them, any site could read what its visitor's cookies open |
//! | `allow_any_origin` | `.allow_origins(["*"])` | sends `*`, to every request; theirs echoes the origin. With credentials only by [`Danger::reflect_any_origin`], which echoes |
//! | `allowed_origin` | `.allow_origins([...])` | one list for all; each entry is checked: a path, a trailing slash or a default port is an error. `https://*.example.com` and `http://localhost:*` are patterns |
//! | `allowed_origin_fn` | `.allow_origin_if(...)`; `.allow_origin_if_reading(names, ...)`; [`CorsLayer::ask`] | asked only about well-formed origins that no pattern allows; what else it reads of the request it names, and `Vary` names it too; there is an asynchronous one |
//! | `allow_any_method` | `.allow_methods(["*"])` | never CONNECT or TRACE |
//! | `allowed_methods` | `.allow_methods([...])` | replaces what was set before; sent in the policy's order |
//! | `allow_any_header` | `.allow_headers(["*"])` | sends `*`; never covers `authorization`: list it beside |
//! | `allowed_header`, `allowed_headers` | `.allow_headers([...])` | replaces what was set before; empty elements and repeated lines of a preflight are no faults |
//! | `expose_any_header` | `.expose_headers(["*"])` | sends `*`, theirs lists the response's names; with credentials it is an error, since browsers read `*` as a name there |
//! | `expose_headers` | `.expose_headers([...])` | goes with `Access-Control-Allow-Origin`, never alone; not on preflights |
//! | `max_age` | `.max_age(Duration)` | whole seconds, up to a day; left out instead of `None` |
//! | `send_wildcard` | `.allow_origins(["*"])` | always so |
//! | `supports_credentials` | `.allow_credentials(true)` | goes with `Access-Control-Allow-Origin`, never alone; insecure origins and subdomains of a public suffix are errors beside it |
//! | `allow_private_network_access` | `.allow_private_network(true)` | no feature to switch on; only on preflights that ask with `true` |
//! | `disable_vary_header` | none | `Vary` names what the answer depends on, and nothing on answers that are constant |
//! | `disable_preflight` | `.preflight_continue(true)` | allowed preflights alone reach the handler, and get the headers after; others are answered |
//! | `block_on_origin_mismatch(true)` | `.disallowed_origin(`[`DisallowedOrigin::Forbid`]`)` | 403 instead of 400; not for requests of the same origin |
//!
//! Beyond the builder: theirs answers a refused preflight with 400 and a text. Here a method or a
//! header that is not allowed gets the policy's lists, so that the browser's console names it
//! ([`RefusedPreflight`]), and an origin that is not allowed gets 403. A preflight that passes has
//! status 204, theirs 200. An error that comes out of an inner middleware has no headers there.
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
//! | `tracing` | an event of `tracing` for each refusal, target `cors` |
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
pub use cors_core::{
    AskedOrigin, Builder, Config, ConfigError, ConfigErrors, Danger, DisallowedOrigin, ErrorKind,
    Handle, IntoPolicy, IntoVerdict, NamedHeaders, Origin, OriginEntry, Policy, RefusedPreflight,
    Warning, WarningKind,
};
type Begun = cors_core::adapter::Begun<HeaderValue>;
type Exchange = cors_core::adapter::Exchange<HeaderValue>;
type Pending = cors_core::adapter::Pending<HeaderValue>;
type Prepared = cors_core::adapter::Prepared<HeaderValue>;
