//! CORS for [`poem`]: a middleware that lets a [`Policy`] decide. An example of another adapter: see
//! `CONTRIBUTING.md`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), cors_core::ConfigErrors> {
//! use cors_core::Policy;
//! use poem::http::{Method, StatusCode};
//! use poem::{Endpoint, EndpointExt, Request, Route, endpoint::make_sync, put};
//! use poem_adapter::CorsLayer;
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_methods([Method::PUT])
//!     .build()?;
//! let app = Route::new()
//!     .at("/items/:id", put(make_sync(|_| "stored")))
//!     .with(CorsLayer::new(policy)); // last: it covers everything added before it
//!
//! // The preflight that a browser sends before a script's `PUT` ...
//! let preflight = Request::builder()
//!     .method(Method::OPTIONS)
//!     .uri_str("/items/7")
//!     .header("origin", "https://app.example.com")
//!     .header("access-control-request-method", "PUT");
//! let response = app.get_response(preflight.finish()).await;
//! assert_eq!(response.status(), StatusCode::NO_CONTENT);
//! assert_eq!(response.headers()["access-control-allow-methods"], "PUT,GET,HEAD,POST");
//!
//! // ... and a 404, whose status the script can read.
//! let request = Request::builder().uri_str("/").header("origin", "https://app.example.com");
//! let response = app.get_response(request.finish()).await;
//! assert_eq!(response.status(), StatusCode::NOT_FOUND);
//! assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
//! # Ok(())
//! # }
//! ```
//!
//! The layer turns the errors of what it covers into responses, as poem's own `Cors` does: otherwise
//! they would leave without the headers. Outside the layer, nothing can catch them. So call
//! `catch_error` and its like before you add the layer:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), cors_core::ConfigErrors> {
//! # use cors_core::Policy;
//! # use poem::error::NotFoundError;
//! # use poem::{Endpoint, EndpointExt, Request, Route};
//! # use poem_adapter::CorsLayer;
//! # let cors = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
//! let app = Route::new().catch_error(|_: NotFoundError| async { "caught" }).with(cors);
//! let response = app.get_response(Request::default()).await;
//! assert_eq!(response.headers()["access-control-allow-origin"], "*");
//! assert_eq!(response.into_body().into_string().await.unwrap(), "caught");
//! # Ok(())
//! # }
//! ```
//!
//! poem keeps the addresses of both ends outside the request's extensions, so a closure of
//! [`select`](CorsLayer::select) does not see them.

#![forbid(unsafe_code)]

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use cors_core::adapter::{Begun, Decided, Exchange, Head, Source};
use cors_core::{AskedOrigin, ConfigErrors, Handle, IntoPolicy, IntoVerdict, NameList, Policy};
use poem::http::HeaderValue;
use poem::{Endpoint, Middleware, Request, Response, Result};

type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;
type Ask = dyn Fn(AskedOrigin) -> Answer + Send + Sync;
type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;

/// The middleware: a way to a request's policy. See the [example](crate).
#[derive(Clone)]
pub struct CorsLayer {
    source: Source<HeaderValue, Select>,
    ask: Option<Arc<Ask>>,
}

impl CorsLayer {
    fn of(source: Source<HeaderValue, Select>) -> Self {
        Self { source, ask: None }
    }

    /// Uses one policy for every request. See the [example](crate).
    pub fn new(policy: impl IntoPolicy) -> Self {
        Self::of(Source::fixed(policy.into_policy()))
    }

    /// Uses the policy that the handle holds when a request arrives.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cors_core::ConfigErrors> {
    /// # use cors_core::{Handle, Policy};
    /// # use poem::{Endpoint, EndpointExt, Request, endpoint::make_sync};
    /// # use poem_adapter::CorsLayer;
    /// let handle = Handle::new(Policy::builder().allow_origins(["https://old.example"]).build()?);
    /// let app = make_sync(|_| "hello").with(CorsLayer::shared(handle.clone()));
    ///
    /// handle.store(Policy::builder().allow_origins(["*"]).build()?);
    /// let request = Request::builder().header("origin", "https://new.example");
    /// let response = app.get_response(request.finish()).await;
    /// assert_eq!(response.headers()["access-control-allow-origin"], "*");
    /// # Ok(())
    /// # }
    /// ```
    pub fn shared(handle: Handle) -> Self {
        Self::of(Source::shared(handle))
    }

    /// Uses the first policy that allows the request's origin, otherwise the last.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cors_core::ConfigErrors> {
    /// # use cors_core::Policy;
    /// # use poem::{Endpoint, EndpointExt, Request, endpoint::make_sync};
    /// # use poem_adapter::CorsLayer;
    /// let partners = Policy::builder().allow_origins(["https://partner.example"]).build()?;
    /// let layer = CorsLayer::first_allowing([partners, Policy::public()])?;
    /// let app = make_sync(|_| "hello").with(layer);
    ///
    /// let request = Request::builder().header("origin", "https://elsewhere.example");
    /// let response = app.get_response(request.finish()).await;
    /// assert_eq!(response.headers()["access-control-allow-origin"], "*");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no policy, or if one never decides because an earlier one allows every origin.
    pub fn first_allowing(
        policies: impl IntoIterator<Item: IntoPolicy>,
    ) -> Result<Self, ConfigErrors> {
        Ok(Self::of(Source::first_allowing(policies)?))
    }

    /// Lets a closure choose a policy for each request, or none. It sees everything but the headers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cors_core::ConfigErrors> {
    /// # use cors_core::Policy;
    /// # use poem::{Endpoint, EndpointExt, Request, endpoint::make_sync};
    /// # use poem_adapter::CorsLayer;
    /// let public = Policy::builder().allow_origins(["*"]).build()?;
    /// let app = make_sync(|_| "a font").with(CorsLayer::select(move |head| {
    ///     head.uri().path().starts_with("/fonts/").then(|| public.clone())
    /// }));
    ///
    /// let font = app.get_response(Request::builder().uri_str("/fonts/a").finish()).await;
    /// assert_eq!(font.headers()["access-control-allow-origin"], "*");
    /// let other = app.get_response(Request::builder().uri_str("/other").finish()).await;
    /// assert!(!other.headers().contains_key("access-control-allow-origin"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn select<F>(select: F) -> Self
    where
        F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
    {
        Self::of(Source::selected(Box::new(select)))
    }

    /// Like [`select`](Self::select), but the closure can also read the headers with these names.
    /// Every response lists them in `Vary`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cors_core::ConfigErrors> {
    /// # use cors_core::Policy;
    /// # use poem::{Endpoint, EndpointExt, Request, endpoint::make_sync};
    /// # use poem_adapter::CorsLayer;
    /// let public = Policy::builder().allow_origins(["*"]).build()?;
    /// let app = make_sync(|_| "hello").with(CorsLayer::select_reading(["x-tenant"], move |head| {
    ///     (head.header("x-tenant")? == "open").then(|| public.clone())
    /// })?);
    ///
    /// let request = Request::builder().header("x-tenant", "open").finish();
    /// let response = app.get_response(request).await;
    /// assert_eq!(response.headers()["access-control-allow-origin"], "*");
    /// assert_eq!(response.headers()["vary"], "X-Tenant");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Lists every name that is not a valid header name.
    pub fn select_reading<Count, F>(
        names: impl NameList<Count>,
        select: F,
    ) -> Result<Self, ConfigErrors>
    where
        F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
    {
        let select: Box<Select> = Box::new(select);
        Ok(Self::of(Source::selected_reading(names, select)?))
    }

    /// Uses one policy, and asks about the origins that it does not allow. An `Err` counts as no.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cors_core::ConfigErrors> {
    /// # use cors_core::Policy;
    /// # use poem::{Endpoint, EndpointExt, Request, endpoint::make_sync};
    /// # use poem_adapter::CorsLayer;
    /// # async fn is_tenant(_origin: &str) -> Result<bool, std::io::Error> { Ok(true) }
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let layer = CorsLayer::ask(policy, |asked| async move { is_tenant(asked.origin()).await });
    /// let app = make_sync(|_| "hello").with(layer);
    ///
    /// let request = Request::builder().header("origin", "https://tenant.example");
    /// let response = app.get_response(request.finish()).await;
    /// assert_eq!(response.headers()["access-control-allow-origin"], "https://tenant.example");
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask<F, Fut>(policy: impl IntoPolicy, ask: F) -> Self
    where
        F: Fn(AskedOrigin) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoVerdict> + Send + 'static,
    {
        let ask = move |asked| -> Answer {
            let answer = ask(asked);
            Box::pin(async { answer.await.allowed() })
        };
        Self { source: Source::asking(policy.into_policy()), ask: Some(Arc::new(ask)) }
    }

    /// Passes the decision on to the handler, in the request's extensions: see [`Decided`].
    pub fn with_decision(self) -> Self {
        Self { source: self.source.with_decision(), ..self }
    }

    /// Calls `observer` with every decision, once per request.
    pub fn observe(self, observer: impl Fn(&Decided) + Send + Sync + 'static) -> Self {
        Self { source: self.source.observe(observer), ..self }
    }

    /// Judges every request under another policy as well, which changes nothing, and reports each for
    /// which a browser would get another answer.
    #[cfg(feature = "shadow")]
    pub fn shadow(
        self,
        newer: impl IntoPolicy,
        report: impl Fn(&cors_core::diff::Diff) + Send + Sync + 'static,
    ) -> Self {
        Self { source: self.source.shadow(newer, report), ..self }
    }

    async fn begin(&self, request: &Request) -> Exchange<HeaderValue> {
        let parts = (request.method(), request.uri(), request.headers());
        let begun = self.source.begin(&parts, |select, declared| {
            let (version, extensions) = (request.version(), request.extensions());
            select(&Head::of_parts(parts, version, extensions, declared))
        });
        match (begun, &self.ask) {
            (Begun::Ask(asked), Some(ask)) => {
                let (origin, pending) = *asked;
                pending.resolve(ask(origin).await)
            }
            (begun, _) => begun.without_asking(),
        }
    }
}

impl fmt::Debug for CorsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsLayer").field("source", &self.source).finish_non_exhaustive()
    }
}

impl<E: Endpoint> Middleware<E> for CorsLayer {
    type Output = Cors<E>;

    fn transform(&self, inner: E) -> Cors<E> {
        Cors { layer: self.clone(), inner }
    }
}

/// An endpoint inside a [`CorsLayer`].
#[derive(Debug)]
pub struct Cors<E> {
    layer: CorsLayer,
    inner: E,
}

impl<E: Endpoint> Endpoint for Cors<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let mut exchange = self.layer.begin(&request).await;
        let mut response = match exchange.short_circuit() {
            Some(status) => Response::builder().status(status).finish(),
            None => {
                if let Some(decided) = exchange.take_decided() {
                    request.extensions_mut().insert(decided);
                }
                self.inner.get_response(request).await
            }
        };
        exchange.write(response.headers_mut());
        Ok(response)
    }
}
