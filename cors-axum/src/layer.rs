//! The layers, and the ways to give them a policy.

use std::fmt;
use std::sync::Arc;

use cors_core::NameList;
use cors_core::adapter::Head;
use tower_layer::Layer;

use crate::ask::AskCors;
use crate::service::{Cors, Source};
use crate::{AskedOrigin, ConfigErrors, Handle, IntoPolicy, Policy};

/// A [`tower_layer::Layer`] that adds the server side of the [CORS protocol] to a service.
///
/// It answers [CORS-preflight requests] (unless the policy passes them on), writes the CORS headers on every other response,
/// and refuses requests if the policy says so. The [`Policy`] makes all decisions.
///
/// Cloning is cheap: it increments a counter.
///
/// [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
/// [CORS-preflight requests]: https://fetch.spec.whatwg.org/#cors-preflight-request
#[derive(Clone, Debug)]
#[must_use = "layers do nothing unless applied to a service"]
pub struct CorsLayer {
    pub(crate) source: Source,
}

impl CorsLayer {
    /// Uses one policy for every request.
    ///
    /// If the policy was built with `ask`, pass it to [`CorsLayer::ask`] instead: here nothing
    /// answers, so an origin that needs an answer is refused.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use cors_axum::{CorsLayer, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .build()?;
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(CorsLayer::new(policy));
    /// # drop(app);
    /// # Ok::<(), cors_axum::ConfigErrors>(())
    /// ```
    pub fn new(policy: impl IntoPolicy) -> Self {
        Self { source: Source::fixed(policy.into_policy()) }
    }

    /// Uses the policy that the handle holds when a request arrives.
    ///
    /// Keep a clone of the handle, and store a new policy in it while the server runs. A request
    /// keeps the policy it started with, so no response mixes two.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Handle, Policy};
    /// use tower::ServiceExt;
    ///
    /// let only = |origin| Policy::builder().allow_origins([origin]).build();
    /// let handle = Handle::new(only("https://old.example")?);
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(CorsLayer::shared(handle.clone()));
    ///
    /// for origin in ["https://old.example", "https://new.example"] {
    ///     handle.store(only(origin)?);
    ///     let request = Request::get("/").header("origin", origin).body(Body::empty())?;
    ///     let response = app.clone().oneshot(request).await?;
    ///     assert_eq!(response.headers()["access-control-allow-origin"], origin);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn shared(handle: Handle) -> Self {
        Self { source: Source::shared(handle) }
    }

    /// Uses the first policy that allows the request's origin: one for partners, for example, then one
    /// for everybody. If no policy allows the origin, or there is none, the last policy decides.
    ///
    /// The origin alone picks the policy, of preflights too. That policy then judges the method and the
    /// headers. So `disallowed_origin` matters in the last policy only. `own_hosts` matters in each: a
    /// request for a host that one of them does not list is refused, so give all the same list, or
    /// only one of them a list. `Vary` lists what the policies that were consulted depend on. If a
    /// policy was built with `ask`, nothing answers here, which counts as no.
    ///
    /// # Errors
    /// If there is no policy, or if one never decides because an earlier one allows every origin.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Policy};
    /// use tower::ServiceExt;
    ///
    /// let partners = Policy::builder()
    ///     .allow_origins(["https://partner.example"])
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(CorsLayer::first_allowing([partners, Policy::public()])?);
    ///
    /// for (origin, allowed) in [
    ///     ("https://partner.example", "https://partner.example"),
    ///     ("https://elsewhere.example", "*"),
    /// ] {
    ///     let request = Request::get("/").header("origin", origin).body(Body::empty())?;
    ///     let response = app.clone().oneshot(request).await?;
    ///     assert_eq!(response.headers()["access-control-allow-origin"], allowed);
    ///     assert_eq!(response.headers()["vary"], "Origin");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn first_allowing(
        policies: impl IntoIterator<Item: IntoPolicy>,
    ) -> Result<Self, ConfigErrors> {
        Ok(Self { source: Source::first_allowing(policies)? })
    }

    /// Chooses a policy for each request, or none: by path, host or tenant, for example.
    ///
    /// The closure runs once for every request, preflights included. [`Head`] shows it the method,
    /// the URI and the extensions, but no headers; to read headers, use
    /// [`select_reading`](Self::select_reading). If the closure returns `None`, the layer calls the
    /// service and leaves its response alone.
    ///
    /// For rules by method, such as GET for every origin and PUT for one, match on
    /// [`Head::requested_method`]: a preflight must get the policy of the request that follows it.
    ///
    /// Build the policies in advance and return clones, which only increment a counter. If a policy
    /// was built with `ask`, nothing answers here, which counts as no.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Policy};
    /// use tower::ServiceExt;
    ///
    /// let public = Policy::builder().allow_origins(["*"]).build()?;
    /// let admin = Policy::builder()
    ///     .allow_origins(["https://admin.example.com"])
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let layer = CorsLayer::select(move |head| match head.uri().path() {
    ///     "/health" => None,
    ///     path if path.starts_with("/admin/") => Some(admin.clone()),
    ///     _ => Some(public.clone()),
    /// });
    /// let app: Router = Router::new()
    ///     .route("/fonts", get(|| async { "a font" }))
    ///     .route("/health", get(|| async { "up" }))
    ///     .layer(layer);
    ///
    /// for (path, allowed) in [
    ///     ("/fonts", Some("*")),
    ///     ("/admin/users", Some("https://admin.example.com")),
    ///     ("/health", None),
    /// ] {
    ///     let request = Request::get(path).header("origin", "https://admin.example.com");
    ///     let response = app.clone().oneshot(request.body(Body::empty())?).await?;
    ///     let header = response.headers().get("access-control-allow-origin");
    ///     assert_eq!(header.map(|value| value.as_bytes()), allowed.map(str::as_bytes));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn select<F>(select: F) -> Self
    where
        F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
    {
        Self { source: Source::selected(Box::new(select)) }
    }

    /// Like [`select`](Self::select), but the closure can also read the headers that you name.
    ///
    /// Every response lists these names in `Vary`, even if the closure returns `None`. Otherwise a
    /// [shared cache] could serve one tenant's answer to another.
    ///
    /// # Errors
    /// Lists every name that is not a valid header name.
    ///
    /// ```
    /// use cors_axum::{CorsLayer, Policy};
    ///
    /// let acme = Policy::builder().allow_origins(["https://acme.example"]).build()?;
    /// let layer = CorsLayer::select_reading(["x-tenant"], move |head| {
    ///     assert!(head.header("cookie").is_none(), "not declared, so not seen");
    ///     (head.header("x-tenant")? == "acme").then(|| acme.clone())
    /// })?;
    /// # drop(layer);
    /// assert!(CorsLayer::select_reading(["x tenant"], |_| None).is_err());
    /// # Ok::<(), cors_axum::ConfigErrors>(())
    /// ```
    ///
    /// [shared cache]: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
    pub fn select_reading<Count, F>(
        names: impl NameList<Count>,
        select: F,
    ) -> Result<Self, ConfigErrors>
    where
        F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
    {
        Ok(Self { source: Source::selected_reading(names, Box::new(select))? })
    }

    /// Uses one policy, and asks an asynchronous check about origins that it does not allow: a
    /// database of tenants, for example.
    ///
    /// The check only sees well-formed origins that nothing in the policy allows. With credentials,
    /// it does not see [insecure] ones either, unless you set
    /// [`Danger::allow_insecure_origins`](crate::Danger::allow_insecure_origins). It runs at most
    /// once per request, before the service is called: nothing inside the layer sees a request
    /// while its origin is undecided.
    ///
    /// Return a `bool` or a `Result<bool, E>`. An error counts as no and goes no further, so log it
    /// yourself. The check runs for [preflights] and for the requests that follow. Browsers cache a
    /// preflight's answer for `max_age`; the layer caches nothing.
    ///
    /// To let the check read request headers, name them with `ask_reading` when you build the
    /// policy. [`AskedOrigin`] then gives access to them, and `Vary` lists them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::{collections::HashSet, sync::Arc};
    ///
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Policy};
    /// use tokio::sync::RwLock;
    /// use tower::ServiceExt;
    ///
    /// let tenants = Arc::new(RwLock::new(HashSet::from(["https://tenant.example"])));
    /// let policy = Policy::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(CorsLayer::ask(policy, move |asked| {
    ///         let tenants = Arc::clone(&tenants);
    ///         async move { tenants.read().await.contains(asked.origin()) }
    ///     }));
    ///
    /// for (origin, allowed) in [("https://tenant.example", true), ("https://evil.example", false)] {
    ///     let request = Request::get("/").header("origin", origin).body(Body::empty())?;
    ///     let response = app.clone().oneshot(request).await?;
    ///     let header = response.headers().get("access-control-allow-origin");
    ///     assert_eq!(header.is_some_and(|value| value == origin), allowed);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [insecure]: crate::Origin::is_insecure
    /// [preflights]: https://fetch.spec.whatwg.org/#cors-preflight-request
    pub fn ask<F, Fut>(policy: impl IntoPolicy, ask: F) -> AskLayer<F>
    where
        F: Fn(AskedOrigin) -> Fut,
        Fut: Future<Output: crate::IntoVerdict>,
    {
        AskLayer { source: Source::asking(policy.into_policy()), ask: Arc::new(ask) }
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Cors<S> {
        Cors::new(inner, self.source.clone())
    }
}

/// A [`CorsLayer`] with an asynchronous check of origins, made by [`CorsLayer::ask`].
///
/// The service that it wraps must be [`Clone`]: while the check runs, the response future holds the
/// service, and a clone takes its place.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
///
/// use cors_axum::{AskCors, AskFuture, AskLayer, AskedOrigin, CorsLayer, Policy};
/// use http::{Request, Response};
/// use tower::{Layer, Service, service_fn};
///
/// fn layer(policy: Policy) -> AskLayer<impl Fn(AskedOrigin) -> Ready<bool>> {
///     CorsLayer::ask(policy, |asked| ready(asked.origin() == "https://tenant.example"))
/// }
/// let hello = service_fn(|_| async { Ok::<_, Infallible>(Response::new("hello")) });
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// let mut service: AskCors<_, _> = layer(policy).layer(hello);
///
/// let request = Request::get("/").header("origin", "https://tenant.example").body(())?;
/// let response: AskFuture<_, _, _> = service.call(request);
/// let response = response.await?;
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://tenant.example");
/// # Ok(())
/// # }
/// ```
#[must_use = "layers do nothing unless applied to a service"]
pub struct AskLayer<F> {
    pub(crate) source: Source,
    // In an `Arc`, so that the layer and its services are `Clone` whatever the closure captures.
    pub(crate) ask: Arc<F>,
}

impl<S, F> Layer<S> for AskLayer<F> {
    type Service = AskCors<S, F>;

    fn layer(&self, inner: S) -> AskCors<S, F> {
        AskCors::new(inner, self.source.clone(), Arc::clone(&self.ask))
    }
}

impl<F> Clone for AskLayer<F> {
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), ask: Arc::clone(&self.ask) }
    }
}

impl<F> fmt::Debug for AskLayer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskLayer").field("source", &self.source).finish_non_exhaustive()
    }
}
