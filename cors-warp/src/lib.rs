//! CORS for [warp]: the server side of the [CORS protocol], around warp's service, where it reaches
//! every response, or around a filter, which stays composable.
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
//! How it answers:
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
//! let routes = warp::path!("items" / u32).and(warp::put()).map(|id| format!("stored {id}"));
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
//! A [`Policy`] makes every decision; the layer only carries it out. The policy is checked as a whole
//! when you build it, and behaves the same in the adapters for other frameworks. [`cors_core`]
//! describes what it decides. The layer is that of `cors-axum`, which is a tower layer and works with
//! warp's body. It guarantees:
//!
//! * It answers [preflights][preflight] itself, without calling your handlers or any authentication
//!   inside the layer. With `preflight_continue`, allowed preflights go on to the handler.
//! * It writes the headers on every other response that it reaches. It replaces `Access-Control-*`
//!   response headers that a handler sets, merges the handler's [`Vary`] lines and its own into one,
//!   and leaves everything else alone: a stream stays a stream, a WebSocket handshake a handshake.
//!
//! # Service or filter
//!
//! You can apply the same layer in two places:
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
//! A warp filter that does not match *rejects*. A rejection travels outwards, past `or`, until a
//! `recover`, or at last warp's service, turns it into a response. A wrapper that is itself a filter
//! never sees that response. warp does not let filters make the response themselves. If it did, `or`
//! would no longer try the next filter.
//!
//! | | around the service | around a filter |
//! |---|---|---|
//! | preflights | all | those that the filters before it let through; also for paths that the filter rejects |
//! | replies with any status: 200, 304, a redirect, a `StatusCode`, an `Err` that is a reply | yes | only the filter's own |
//! | responses of a `recover` *inside* | yes | yes |
//! | responses of a `recover` *outside* | yes: it is inside the service | **no** |
//! | 404 and 405 that nothing recovers | yes | **no** |
//! | rejections that nothing recovers: custom ones (500), warp's own (400, 413, 415 ...) | yes | **no** |
//! | a WebSocket handshake, a stream | yes | yes |
//! | serve it with | `cors_warp::serve`, see [below](#serving) | [`warp::serve`](https://docs.rs/warp/0.4/warp/fn.serve.html) |
//! | composes with `and`, `or`, `recover` | no | yes |
//!
//! A response that the layer does not reach goes out without the headers, and scripts on every other
//! origin see a network error instead. So apply the layer to the service if you can. Around a filter,
//! put the `recover` inside, and let it handle every rejection: see [`filter`](filter()).
//!
//! ## Serving
//!
//! `warp::serve` only takes filters, so `warp::serve(cors.layer(...))` does not compile. Serve the
//! service with `cors_warp::serve` (feature `server`), as at the top of this page, or with any other
//! server for tower services. You can add other layers outside, such as those of tower-http.
//!
//! Two things differ from `warp::serve`. First, `warp::addr::remote()` is `None`, because the type that
//! carries the address is private to warp. If you need the address, accept connections yourself, put it
//! into the request's extensions in a service around this one, and read it with `warp::ext::get`.
//! Second, your own server must support *upgrades*, as hyper's `serve_connection_with_upgrades` does.
//! Otherwise a WebSocket handshake succeeds, and then the connection closes.
//!
//! ## `with`
//!
//! `routes.with(&cors)` does not compile, because warp seals the trait that `with` takes. Use
//! `warp::wrap_fn`:
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
//! All of them work for services and filters.
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
//! // A policy that you can replace.
//! let handle = Handle::new(only("https://old.example")?);
//! let shared = CorsLayer::shared(handle.clone());
//! let service = shared.layer(warp::service(routes));
//! let filter = cors_warp::filter(&shared, routes);
//! # drop((service, filter));
//! // Later, when a task notices that the policy has changed. If the new policy does not build, the
//! // old one stays in force.
//! handle.store(only("https://new.example")?);
//!
//! // A policy for each request. The closure sees the URL, and the headers that you name. `Vary` lists
//! // these, even if the closure picks no policy.
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
//! // By method: a preflight gets the policy of the request that follows it.
//! let (site, public) = (only("https://app.example")?, only("*")?);
//! let by_method = CorsLayer::select(move |head| match head.requested_method() {
//!     "PUT" => Some(site.clone()),
//!     _ => Some(public.clone()),
//! });
//! # drop(by_method);
//!
//! // The first policy that allows the origin, otherwise the last.
//! let several = CorsLayer::first_allowing([only("https://partner.example")?, only("*")?])?;
//! let service = several.layer(warp::service(routes));
//! let filter = cors_warp::filter(&several, routes);
//! # drop((service, filter));
//!
//! // A policy that asks. An `Err` counts as no. The handler runs after the answer.
//! let asking = CorsLayer::ask(only("https://app.example")?, |asked| async move {
//!     is_tenant(asked.origin()).await
//! });
//! let service = asking.layer(warp::service(routes));
//! let filter = cors_warp::filter(&asking, routes);
//! # drop((service, filter));
//! # Ok::<(), cors_warp::ConfigErrors>(())
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
//! The filters inside [`filter`](filter()) do not get the decision, since warp does not let a filter
//! change the request. Around a service they do: read it with `warp::ext::optional::<Decided>()`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use cors_warp::{CorsLayer, Decided, Layer, Policy};
//! use http::{Request, StatusCode};
//! use tower::ServiceExt;
//! use warp::Filter;
//!
//! let routes = warp::ext::optional().map(|decided: Option<Decided>| match decided {
//!     Some(decided) if decided.is_allowed() => StatusCode::OK,
//!     _ => StatusCode::FORBIDDEN,
//! });
//! let policy = Policy::builder().allow_origins("https://app.example.com").build()?;
//! let cors = CorsLayer::new(policy).with_decision();
//! let service = cors.layer(warp::service(routes));
//!
//! for (origin, status) in [("https://app.example.com", 200), ("https://evil.example", 403)] {
//!     let request = Request::get("/").header("origin", origin).body(String::new())?;
//!     assert_eq!(service.clone().oneshot(request).await?.status(), status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Mistakes
//!
//! All of these compile, and serve requests. Only a browser shows that something is wrong. For a quick
//! check, use `curl` with the other site's `Origin`. `tests/adapter/mistakes.rs` tests every statement in this
//! section.
//!
//! ## `recover` outside the filter
//!
//! The wrapped filter never sees what an outer `recover` makes of a 404, a 405 or a custom rejection.
//! Scripts get a network error, although the preflight succeeded. Put the `recover` inside, or apply
//! the layer to the service.
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
//! The layer answers a preflight before the filter inside looks at the path. So the first wrapped
//! filter of an `or` answers the preflights of all that follow, under *its* policy. With
//! [`DisallowedOrigin::Forbid`], it also refuses their requests. Put the path before the wrapped
//! filter, or wrap all filters together and use [`CorsLayer::select`].
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
//! A preflight is an `OPTIONS` request. Behind `warp::put()`, *no preflight ever reaches the layer*: it
//! gets warp's 405. Put paths before the wrapped filter, and methods inside.
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
//! ## A filter added later
//!
//! A filter that you add outside with `or` is bare: its handler runs, but scripts cannot read the
//! reply. This is easy to miss, because the wrapped filter before it does answer the preflight.
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
//! Browsers send [no credentials with a preflight], so authentication before the wrapped filter rejects
//! it, and no request that needs a preflight gets through. Scripts cannot read its 401 to other
//! requests. Put authentication inside, together with its `recover`.
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
//! ## One CORS layer inside another
//!
//! The browser sees the outermost: it answers preflights, and replaces the headers that the inner one
//! writes. An inner policy can neither widen nor narrow it. Use one layer and [`CorsLayer::select`].
//!
//! ## `warp::cors()` left in place
//!
//! It *rejects* what its own list does not allow, before the handler runs. So a request that your
//! policy allows gets a 403, which scripts cannot read if the layer is around a filter. Remove it: see
//! [below](#from-warpcors).
//!
//! ## Something drops `Vary`
//!
//! A layer or filter outside, or a proxy in front, may *set* `Vary` instead of adding to it, and lose
//! ours; `warp::reply::with::header("vary", ...)` does so. A shared cache then serves a response made
//! without `Origin`, or for another site, and the browser refuses to let the script read it. The
//! failure is intermittent and hard to reproduce. *Inside* the layer, setting `Vary` is fine: we write
//! after it, and merge all lines into one. See Fetch, [CORS protocol and HTTP caches].
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
//! # From `warp::cors`
//!
//! | `warp::cors()` | here | what differs |
//! |---|---|---|
//! | `warp::cors()` alone | | Allows every origin until you list one. Here, a policy without origins is an error. |
//! | `allow_any_origin()` | `allow_origins(["*"])` | Echoes the request's origin, with credentials too. Here, the layer sends `*`. With credentials, that is an error unless you set [`Danger::reflect_any_origin`]. |
//! | `allow_origin(o)`, `allow_origins(list)` | `allow_origin(o)`, `allow_origins([...])` | Panics on an invalid origin. Here, the error lists every invalid entry, and you can write patterns: `https://*.example.com`. |
//! | `allow_method(m)`, `allow_methods(list)` | `allow_methods([...])` | Panics on an invalid name, and refuses `GET`, `HEAD` and `POST` unless you list them. Here, these three always pass, as in browsers. |
//! | `allow_header(h)`, `allow_headers(list)` | `allow_headers([...])` | Panics on an invalid name, and only reads the first line of `Access-Control-Request-Headers`. Here, you can write `["*"]`, and all lines are read. |
//! | `expose_header(h)`, `expose_headers(list)` | `expose_headers([...])` | Panics on an invalid name, and also sends the list on preflights, where it means nothing. |
//! | `allow_credentials(bool)` | `allow_credentials(bool)` | Here, it is checked against the rest of the policy: no `*`, no insecure origins. |
//! | `max_age(seconds)`, `max_age(Duration)` | `max_age(Duration)` | Here, more than a day is an error, since no browser keeps an answer longer. |
//! | `build()` | `build()?` | Here, it returns every problem at once. |
//! | `filter.with(cors)` | `filter.with(warp::wrap_fn(\|f\| cors_warp::filter(&cors, f)))` | The first argument of [`filter`](filter()) is a [`CorsLayer`]. Or apply the layer to the service. |
//! | rejects with `CorsForbidden` | | Here, nothing is rejected: you need no `recover`, and `or` does not try other filters instead. |
//! | a disallowed origin: 403, handler not called | [`disallowed_origin(Forbid)`](DisallowedOrigin::Forbid) | By default, the handler runs and scripts cannot read the reply. `Forbid` lets requests from the API's own origin pass. |
//! | a refused method or header: 403 | [`refused_preflight(Conceal)`](RefusedPreflight::Conceal) | By default, the answer lists what *is* allowed, so that the browser's console names what is not. |
//! | a preflight's answer: 200 | `preflight_status(200)` | 204 by default. |
//! | never writes `Vary` | | Here, `Vary` lists what the answer depends on, merged with the handler's into one line. |
//! | keeps a handler's own CORS headers, unless it sets the same ones | | Here, the layer replaces all of them. |
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
//! | `server` | `cors_warp::serve`, which serves a service with hyper and tokio |
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
pub use cors_axum::{
    AskCors, AskFuture, AskLayer, Cors, CorsLayer, Decided, Handle, Head, ResponseFuture,
};
pub use cors_core;
#[doc(no_inline)]
pub use cors_core::{
    AskedOrigin, Builder, Config, ConfigError, ConfigErrors, Danger, Decision, DisallowedOrigin,
    ErrorKind, IntoPolicy, IntoVerdict, NamedHeaders, Origin, OriginEntry, Policy, Reason,
    RefusedPreflight, Warning, WarningKind,
};
#[doc(no_inline)]
pub use tower_layer::Layer;
