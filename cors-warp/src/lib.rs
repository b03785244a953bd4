//! The server's side of the [CORS protocol] for [warp]: around its service, where it reaches every
//! response, or around a filter, which goes on composing.
//!
//! ```no_run
//! use cors_warp::{CorsLayer, Layer, Policy};
//! use tokio::net::TcpListener;
//! use warp::Filter;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::builder().allow_origins("https://app.example.com").build()?;
//! let routes = warp::path!("items" / u32).map(|id| format!("item {id}"));
//! let app = CorsLayer::new(policy).layer(warp::service(routes));
//! cors_warp::serve(TcpListener::bind("127.0.0.1:3030").await?, app).await; // feature `server`
//! # Ok(())
//! # }
//! ```
//!
//! What it then answers:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use cors_warp::{CorsLayer, Layer, Policy};
//! use http::header::{AUTHORIZATION, CONTENT_TYPE};
//! use http::{Method, Request, StatusCode};
//! use tower::ServiceExt;
//! use warp::Filter;
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods([Method::PUT, Method::DELETE])
//!     .allow_headers([CONTENT_TYPE, AUTHORIZATION])
//!     .allow_credentials(true)
//!     .max_age(Duration::from_secs(600))
//!     .build()?; // the error lists every problem, each with a suggested fix
//!
//! let routes = warp::put().and(warp::path!("items" / u32)).map(|id| format!("stored {id}"));
//! let app = CorsLayer::new(policy).layer(warp::service(routes));
//!
//! // What a browser sends before a script's `fetch(url, { method: "PUT", ... })` ...
//! let preflight = Request::options("/items/7")
//!     .header("origin", "https://app.example.com")
//!     .header("access-control-request-method", "PUT")
//!     .header("access-control-request-headers", "content-type")
//!     .body(String::new())?;
//! let response = app.clone().oneshot(preflight).await?;
//! assert_eq!(response.status(), StatusCode::NO_CONTENT);
//! assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
//! assert_eq!(response.headers()["access-control-allow-headers"], "content-type,authorization");
//!
//! // ... what it gets where no filter matches: a 404 that the script can read ...
//! let request = Request::put("/none").header("origin", "https://app.example.com");
//! let response = app.clone().oneshot(request.body(String::new())?).await?;
//! assert_eq!(response.status(), StatusCode::NOT_FOUND);
//! assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
//!
//! // ... and what it gets if a page of another site tries.
//! let request = Request::put("/items/7").header("origin", "https://evil.example");
//! let response = app.oneshot(request.body(String::new())?).await?;
//! assert!(!response.headers().contains_key("access-control-allow-origin"));
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is decided here. A [`Policy`] decides, the same one that the adapters for other
//! frameworks wear; it is checked as a whole when it is built, and what it says about a request is
//! written in [`cors_core`]. The layer is that of `cors-axum`, which is a tower layer over any body,
//! warp's included. What is seen to:
//!
//! * A [preflight] ends at the layer: no handler, no authentication inside it is called. With
//!   `preflight_continue`, one that is allowed goes on to the handler.
//! * Every other response that it reaches gets the headers. `Access-Control-*` response headers of
//!   a handler's own are replaced, the lines of its [`Vary`] and ours become one, and all else is
//!   untouched: a stream stays a stream, a WebSocket handshake a handshake.
//!
//! # Service or filter
//!
//! The same layer is worn in one of two places:
//!
//! ```
//! # use cors_warp::{CorsLayer, Layer, Policy};
//! # use warp::Filter;
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let routes = warp::path("items").map(|| "items");
//! let service = cors.layer(warp::service(routes));
//! let filter = warp::path("api").and(cors_warp::filter(&cors, routes));
//! # drop((service, filter));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! A warp filter that does not match *rejects*. Rejections travel outwards, past `or`, to a
//! `recover` or in the end to warp's service, and only there become responses; so a wrapper that is
//! itself a filter never sees those responses. warp gives a filter no means to make them itself, and
//! if it could, the next filter of an `or` would not be tried any more.
//!
//! | | around the service | around a filter |
//! |---|---|---|
//! | preflights | all | those that what stands before it lets through; also for paths that the filter rejects |
//! | replies, with whatever status: 200, 304, a redirect, a `StatusCode`, an `Err` that is a reply | yes | the filter's own |
//! | what a `recover` *inside* makes of a rejection | yes | yes |
//! | what a `recover` *outside* makes of one | yes: it is inside the service | **no** |
//! | 404 and 405 that nothing recovers | yes | **no** |
//! | custom rejections that nothing recovers (500), warp's own (400, 413, 415 ...) | yes | **no** |
//! | a WebSocket handshake, a stream | yes | yes |
//! | is served by | `cors_warp::serve`, see [below](#serving) | [`warp::serve`](https://docs.rs/warp/0.4/warp/fn.serve.html) |
//! | composes with `and`, `or`, `recover` | no | yes |
//!
//! A response that is not reached goes out as it is: a script of any origin sees a network error
//! instead of it. So wear the service where you can. Around a filter, put the `recover` inside, and
//! have it handle everything: see [`filter`](filter()).
//!
//! ## Serving
//!
//! `warp::serve` takes filters alone, so `warp::serve(cors.layer(...))` does not compile. A service is
//! served by `cors_warp::serve` (feature `server`), as on top of this page, or by any other server of
//! tower services. Outside this layer others may stand, such as those of tower-http.
//!
//! Two things differ from `warp::serve`. `warp::addr::remote()` is `None`, since the type that
//! carries the address is private to warp: where you need it, accept connections yourself, put the
//! peer into the request's extensions in a service around this one, and take it out with
//! `warp::ext::get`. And a server of your own needs *upgrades*, hyper's `serve_connection_with_upgrades`:
//! without them a WebSocket's handshake succeeds and the connection then closes.
//!
//! ## `with`
//!
//! `routes.with(&cors)` does not compile: warp seals what `with` takes. `warp::wrap_fn` gets past that.
//!
//! ```
//! # use cors_warp::{CorsLayer, Policy};
//! # use warp::Filter;
//! # let cors = CorsLayer::new(Policy::builder().allow_origins("*").build()?);
//! # let routes = warp::path("items").map(|| "items");
//! let filter = routes.with(warp::wrap_fn(|filter| cors_warp::filter(&cors, filter)));
//! # drop(filter);
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
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
//! Each makes a layer for a service and for a filter alike.
//!
//! ```
//! use cors_warp::{CorsLayer, Handle, Layer, Policy};
//! use warp::Filter;
//! # async fn is_tenant(_origin: &str) -> Result<bool, std::io::Error> { Ok(true) }
//!
//! let routes = warp::path("items").map(|| "items");
//! let only = |origin| Policy::builder().allow_origins([origin]).build();
//!
//! // One policy.
//! let fixed = CorsLayer::new(only("https://app.example")?);
//! let service = fixed.layer(warp::service(routes));
//! let filter = cors_warp::filter(&fixed, routes);
//! # drop((service, filter));
//!
//! // One that can be swapped.
//! let handle = Handle::new(only("https://old.example")?);
//! let shared = CorsLayer::shared(handle.clone());
//! let service = shared.layer(warp::service(routes));
//! let filter = cors_warp::filter(&shared, routes);
//! # drop((service, filter));
//! // Later, in whatever task notices that the policy has changed. A policy that does not build
//! // never gets here, so the one in force stays.
//! handle.store(only("https://new.example")?);
//!
//! // One for each request. The closure sees the URL, and of the headers those that are declared:
//! // they go into `Vary`, also where it picks no policy.
//! let site = only("https://app.example")?;
//! let public = only("*")?;
//! let selecting = CorsLayer::select(move |head| match head.uri().path() {
//!     path if path.starts_with("/fonts/") => Some(public.clone()),
//!     path if path.starts_with("/v1/") => Some(site.clone()),
//!     _ => None,
//! });
//! let service = selecting.layer(warp::service(routes));
//! let filter = cors_warp::filter(&selecting, routes);
//! # drop((service, filter));
//!
//! // One that asks. An `Err` counts as no; the handler runs once there is an answer.
//! let asking = CorsLayer::ask(only("https://app.example")?, |asked| async move {
//!     is_tenant(asked.origin()).await
//! });
//! let service = asking.layer(warp::service(routes));
//! let filter = cors_warp::filter(&asking, routes);
//! # drop((service, filter));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! # Mistakes
//!
//! Each of these compiles and serves requests. What goes wrong shows in a browser alone, so
//! `curl` with an `Origin` of the other site is the quickest look. `tests/mistakes.rs` holds all of
//! them to what is said here.
//!
//! ## `recover` outside the filter
//!
//! What it makes of a 404, a 405 or a rejection of your own is a response that the filter inside it
//! never sees: the script gets a network error, although the preflight said that all is well. Put
//! the `recover` inside, or wear the service.
//!
//! ```
//! # use cors_warp::{CorsLayer, Policy};
//! # use warp::{Filter, Rejection, http::StatusCode};
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let routes = warp::path("items").map(|| "items");
//! # async fn recovered(_: Rejection) -> Result<StatusCode, Rejection> { Ok(StatusCode::NOT_FOUND) }
//! let wrong = cors_warp::filter(&cors, routes).recover(recovered);
//! let right = cors_warp::filter(&cors, routes.recover(recovered));
//! # drop((wrong, right));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! ## A wrapped filter before others
//!
//! A preflight is answered before the filter inside looks at its path. So the first wrapped filter
//! of an `or` answers the preflights of all that follow, under *its* policy; with
//! [`DisallowedOrigin::Forbid`] it also refuses their requests. Put the path before it, or wrap the
//! whole and use [`CorsLayer::select`].
//!
//! ```
//! # use cors_warp::{CorsLayer, Policy};
//! # use warp::Filter;
//! # let public = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let site = CorsLayer::new(Policy::builder().allow_origins(["https://app.example"]).build()?);
//! # let font = warp::any().map(|| "a font");
//! # let item = warp::any().map(|| "an item");
//! let wrong = cors_warp::filter(&public, warp::path("font").and(font))
//!     .or(cors_warp::filter(&site, warp::path("item").and(item)));
//! let right = warp::path("font")
//!     .and(cors_warp::filter(&public, font))
//!     .or(warp::path("item").and(cors_warp::filter(&site, item)));
//! # drop((wrong, right));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! ## A method before the filter
//!
//! A preflight is an `OPTIONS` request. Behind `warp::put()` *no preflight ever arrives*: it gets
//! warp's 405. Paths stand before the filter, methods inside it.
//!
//! ```
//! # use cors_warp::{CorsLayer, Policy};
//! # use warp::Filter;
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let item = warp::any().map(|| "an item");
//! let wrong = warp::put().and(cors_warp::filter(&cors, item));
//! let right = cors_warp::filter(&cors, warp::put().and(item));
//! # drop((wrong, right));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! ## A filter added after
//!
//! What is added with `or` outside runs bare: its handler is called, and no script may read the
//! reply. That its preflight is answered, by the wrapped filter before it, makes it hard to see.
//!
//! ```
//! # use cors_warp::{CorsLayer, Policy};
//! # use warp::Filter;
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let early = warp::path("early").map(|| "early");
//! # let late = warp::path("late").map(|| "late");
//! let wrong = cors_warp::filter(&cors, early).or(late);
//! let right = cors_warp::filter(&cors, early.or(late));
//! # drop((wrong, right));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! ## Authentication outside CORS
//!
//! Browsers send [no credentials with a preflight], so authentication that stands before the filter
//! rejects it, and nothing gets through; its 401 to other requests is unreadable. It stands inside,
//! and its `recover` with it.
//!
//! ```
//! # use cors_warp::{CorsLayer, Policy};
//! # use warp::Filter;
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! # let routes = warp::path("items").map(|| "items");
//! # let auth = warp::header::exact("authorization", "Bearer token");
//! let wrong = auth.and(cors_warp::filter(&cors, routes));
//! let right = cors_warp::filter(&cors, auth.and(routes));
//! # drop((wrong, right));
//! # Ok::<(), cors_warp::ConfigErrors>(())
//! ```
//!
//! ## Two CORS layers, one in the other
//!
//! The outermost is what the browser sees: it answers the preflight, and replaces the headers that
//! the inner one wrote. An inner policy can neither widen nor narrow it. Use one layer and
//! [`CorsLayer::select`].
//!
//! ## `warp::cors()` left in place
//!
//! It *rejects* what its own list does not allow, and does so before the handler: a request that
//! the policy here allows ends as a 403, and where the layer is worn around a filter, as one that
//! no script can read. Take it out: see [below](#from-warpcors).
//!
//! ## Something drops `Vary`
//!
//! What stands outside, or a proxy in front, and *sets* `Vary` rather than adding to it, takes out
//! what we wrote; `warp::reply::with::header("vary", ...)` does. A shared cache then hands the answer
//! made for one client to another: the one made without `Origin`, or for another site, which the
//! browser refuses to let the script read. It fails now and then, and never when one looks. *Inside*
//! the layer it does no harm: we write after it, and make one line of it. See Fetch, [CORS protocol and HTTP caches].
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
//! # From `warp::cors`
//!
//! | `warp::cors()` | here | what differs |
//! |---|---|---|
//! | nothing but `warp::cors()` | | It allows every origin until one is listed. Here a policy without origins is an error. |
//! | `allow_any_origin()` | `allow_origins(["*"])` | It echoes the origin of the request, with credentials too. Here `*` is sent; with credentials that is an error, which [`Danger::reflect_any_origin`] silences. |
//! | `allow_origin(o)`, `allow_origins(list)` | `allow_origins([...])` | It panics on what is no origin. Here every faulty entry is reported, and patterns are possible: `https://*.example.com`. |
//! | `allow_method(m)`, `allow_methods(list)` | `allow_methods([...])` | It panics on an invalid name, and refuses `GET`, `HEAD` and `POST` where they are not listed. Here these three always pass, as browsers have it. |
//! | `allow_header(h)`, `allow_headers(list)` | `allow_headers([...])` | It panics on an invalid name, and reads the first line of `Access-Control-Request-Headers` alone. Here `["*"]` is possible, and all lines are read. |
//! | `expose_header(h)`, `expose_headers(list)` | `expose_headers([...])` | It panics on an invalid name, and sends the list with preflights too, where it has no meaning. |
//! | `allow_credentials(bool)` | `allow_credentials(bool)` | Here it is checked against all else: no `*`, no insecure origins. |
//! | `max_age(seconds)`, `max_age(Duration)` | `max_age(Duration)` | Here more than a day is an error, since no browser keeps an answer longer. |
//! | `build()` | `build()?` | Here it is where all faults come out, at once. |
//! | `filter.with(cors)` | `filter.with(warp::wrap_fn(\|f\| cors_warp::filter(&cors, f)))` | The first argument of [`filter`](filter()) is a [`CorsLayer`]. Or wear the service. |
//! | rejects with `CorsForbidden` | | Nothing is rejected: no `recover` is needed, and no other filter of an `or` is tried instead. |
//! | a disallowed origin: 403, handler not called | [`disallowed_origin(Forbid)`](DisallowedOrigin::Forbid) | By default the handler is called and the reply cannot be read. `Forbid` knows requests of the API's own origin and lets them pass. |
//! | a refused method or header: 403 | [`refused_preflight(Conceal)`](RefusedPreflight::Conceal) | By default the preflight is answered with what *is* allowed, so that the browser's console names what is not. |
//! | a preflight's answer: 200 | `preflight_status(200)` | By default 204. |
//! | never writes `Vary` | | Here `Vary` says what the answer depends on, in one line with the handler's. |
//! | a handler's own CORS headers stay, if it does not set the same | | Here they are all replaced. |
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
//! | `tracing` | one event for each refusal, with the target `cors` |
//! | `server` | `cors_warp::serve`, which serves a service by hyper and tokio |
//!
//! [warp]: https://docs.rs/warp/0.4
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

mod filter;
#[cfg(feature = "server")]
mod serve;
mod turn;

pub use filter::filter;
#[cfg(feature = "server")]
pub use serve::serve;
pub use turn::FilterLayer;

#[doc(no_inline)]
pub use cors_axum::{AskCors, AskFuture, AskLayer, Cors, CorsLayer, Handle, Head, ResponseFuture};
pub use cors_core;
#[doc(no_inline)]
pub use cors_core::{
    AskedOrigin, Builder, Config, ConfigError, ConfigErrors, Danger, DisallowedOrigin, ErrorKind,
    IntoVerdict, NamedHeaders, Origin, OriginEntry, Policy, RefusedPreflight, Warning, WarningKind,
};
#[doc(no_inline)]
pub use tower_layer::Layer;
