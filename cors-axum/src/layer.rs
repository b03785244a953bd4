//! The layers, and the ways to give them a policy.

use std::fmt;
use std::sync::Arc;

use cors_core::NameList;
use cors_core::adapter::Head;
#[cfg(feature = "shadow")]
use cors_core::diff::Diff;
use tower_layer::Layer;

use crate::ask::AskCors;
use crate::service::{Cors, Source};
use crate::{AskedOrigin, ConfigErrors, Decided, Handle, IntoPolicy, Policy};

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
    source: Source,
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
    /// headers. So `disallowed_origin` matters in the last policy only. `Vary` lists what the policies
    /// that were consulted depend on. If a policy was built with `ask`, nothing answers here, which
    /// counts as no.
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

    /// Passes the decision on to the handler, in the request's extensions: see [`Decided`]. Use it where
    /// browsers leave the check to you, as with WebSockets, and for headers that follow the policy, such
    /// as `Timing-Allow-Origin`: if you write one, add `Origin` to `Vary`.
    ///
    /// There is no decision if a selecting closure returns no policy. It costs each request an
    /// allocation.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Extension, Router, body::Body, http::Request, http::StatusCode, routing::get};
    /// use cors_axum::{CorsLayer, Decided, Policy};
    /// use tower::ServiceExt;
    ///
    /// async fn handler(Extension(decided): Extension<Decided>) -> StatusCode {
    ///     if decided.is_allowed() { StatusCode::OK } else { StatusCode::FORBIDDEN }
    /// }
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let app: Router = Router::new()
    ///     .route("/", get(handler))
    ///     .layer(CorsLayer::new(policy).with_decision());
    ///
    /// for (origin, status) in [("https://app.example.com", 200), ("https://evil.example", 403)] {
    ///     let request = Request::get("/").header("origin", origin).body(Body::empty())?;
    ///     assert_eq!(app.clone().oneshot(request).await?.status(), status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_decision(self) -> Self {
        Self { source: self.source.with_decision() }
    }

    /// Calls `observer` with every decision: for metrics, for example. It runs once per request, as soon
    /// as the request is decided, even if the client then disconnects. If you add several, all run, in
    /// the order added.
    ///
    /// Nothing is decided if a selecting closure returns no policy.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Policy};
    /// use tower::ServiceExt;
    ///
    /// let refused = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&refused);
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let layer = CorsLayer::new(policy).observe(move |decided| {
    ///     if let cors_axum::cors_core::Decision::Reject(reason) = decided.decision() {
    ///         assert_eq!(reason.as_str(), "origin not allowed");
    ///         counter.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(layer);
    ///
    /// let request = |origin| Request::get("/").header("origin", origin).body(Body::empty());
    /// app.clone().oneshot(request("https://app.example.com")?).await?;
    /// app.oneshot(request("https://evil.example")?).await?;
    /// assert_eq!(refused.load(Ordering::Relaxed), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn observe(self, observer: impl Fn(&Decided) + Send + Sync + 'static) -> Self {
        Self { source: self.source.observe(observer) }
    }

    /// Judges every request under another policy as well, which changes nothing. Calls `report` once for
    /// each request for which a browser would get another status or other CORS headers. Try a policy on
    /// live traffic before you put it in force.
    ///
    /// The report is about this request alone. It prints in the words of [`cors_core::diff`], escaped and
    /// bounded: `+` for what only the new policy lets scripts read, `-` for what only the present one does,
    /// and `~` for other keys. From an origin that neither allows, only the status counts. If the new
    /// policy asks about an origin and the present one does not, that counts as no.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::{Arc, Mutex};
    ///
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Policy};
    /// use tower::ServiceExt;
    ///
    /// let reports = Arc::new(Mutex::new(Vec::new()));
    /// let kept = Arc::clone(&reports);
    /// let only = |origin| Policy::builder().allow_origins([origin]).build();
    /// let layer = CorsLayer::new(only("https://app.example.com")?)
    ///     .shadow(only("https://evil.example")?, move |diff| {
    ///         kept.lock().unwrap().push(diff.to_string());
    ///     });
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(layer);
    ///
    /// let request = |origin| Request::get("/").header("origin", origin).body(Body::empty());
    /// app.clone().oneshot(request("https://app.example.com")?).await?;
    /// app.oneshot(request("https://evil.example")?).await?;
    /// assert_eq!(
    ///     *reports.lock().unwrap(),
    ///     [
    ///         r#"- allow_origins "https://app.example.com": fetch("https://api.example/") from https://app.example.com"#,
    ///         r#"+ allow_origins "https://evil.example": fetch("https://api.example/") from https://evil.example"#,
    ///     ]
    /// );
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "shadow")]
    pub fn shadow(
        self,
        newer: impl IntoPolicy,
        report: impl Fn(&Diff) + Send + Sync + 'static,
    ) -> Self {
        Self { source: self.source.shadow(newer, report) }
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
#[must_use = "layers do nothing unless applied to a service"]
pub struct AskLayer<F> {
    source: Source,
    // In an `Arc`, so that the layer and its services are `Clone` whatever the closure captures.
    ask: Arc<F>,
}

impl<F> AskLayer<F> {
    /// See [`CorsLayer::with_decision`].
    pub fn with_decision(self) -> Self {
        Self { source: self.source.with_decision(), ..self }
    }

    /// See [`CorsLayer::observe`]. A request is decided once the check has answered.
    pub fn observe(self, observer: impl Fn(&Decided) + Send + Sync + 'static) -> Self {
        Self { source: self.source.observe(observer), ..self }
    }

    /// See [`CorsLayer::shadow`]. The new policy asks as well, and gets the same answer.
    #[cfg(feature = "shadow")]
    pub fn shadow(
        self,
        newer: impl IntoPolicy,
        report: impl Fn(&Diff) + Send + Sync + 'static,
    ) -> Self {
        Self { source: self.source.shadow(newer, report), ..self }
    }
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
