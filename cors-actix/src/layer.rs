//! The layers, and the ways to give them a policy.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::Error;
use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use cors_core::NameList;

use crate::ask::AskCors;
use crate::head::Head;
use crate::service::{Cors, Source};
use crate::{AskedOrigin, ConfigErrors, Handle, IntoPolicy, IntoVerdict, Policy};

/// A middleware ([`Transform`]) that adds the server side of the [CORS protocol] to an app, scope or
/// resource.
///
/// It answers [CORS-preflight requests] (unless the policy passes them on), writes the CORS headers on every other response,
/// and refuses requests if the policy says so. The [`Policy`] makes all decisions.
///
/// Make it once, outside `HttpServer::new`, and clone it for each worker; a clone only increments a
/// counter.
///
/// ```no_run
/// use actix_web::{App, HttpServer, web};
/// use cors_actix::{CorsLayer, Policy};
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cors = CorsLayer::new(Policy::builder().allow_origins(["https://app.example.com"]).build()?);
/// HttpServer::new(move || {
///     App::new().route("/", web::get().to(|| async { "hello" })).wrap(cors.clone())
/// })
/// .bind("127.0.0.1:8080")?
/// .run()
/// .await?;
/// # Ok(())
/// # }
/// ```
///
/// [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
/// [CORS-preflight requests]: https://fetch.spec.whatwg.org/#cors-preflight-request
#[derive(Clone, Debug)]
#[must_use = "layers do nothing unless applied to an app, scope or resource"]
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
    /// use actix_web::{App, web};
    /// use cors_actix::{CorsLayer, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .build()?;
    /// let app = App::new()
    ///     .route("/", web::get().to(|| async { "hello" }))
    ///     .wrap(CorsLayer::new(policy));
    /// # drop(app);
    /// # Ok::<(), cors_actix::ConfigErrors>(())
    /// ```
    pub fn new(policy: impl IntoPolicy) -> Self {
        Self { source: Source::fixed(policy.into_policy()) }
    }

    /// Uses the policy that the handle holds when a request arrives.
    ///
    /// Keep a clone of the handle, and store a new policy in it while the server runs: all workers
    /// see it. A request keeps the policy it started with, so no response mixes two.
    ///
    /// ```
    /// # #[actix_web::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use actix_web::test::{TestRequest, call_service, init_service};
    /// use actix_web::{App, web};
    /// use cors_actix::{CorsLayer, Handle, Policy};
    ///
    /// let only = |origin| Policy::builder().allow_origins([origin]).build();
    /// let handle = Handle::new(only("https://old.example")?);
    /// let app = App::new()
    ///     .route("/", web::get().to(|| async { "hello" }))
    ///     .wrap(CorsLayer::shared(handle.clone()));
    /// let app = init_service(app).await;
    ///
    /// for origin in ["https://old.example", "https://new.example"] {
    ///     handle.store(only(origin)?);
    ///     let request = TestRequest::get().insert_header(("origin", origin));
    ///     let response = call_service(&app, request.to_request()).await;
    ///     assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), origin);
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
    /// # #[actix_web::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use actix_web::test::{TestRequest, call_service, init_service};
    /// use actix_web::{App, web};
    /// use cors_actix::{CorsLayer, Policy};
    ///
    /// let partners = Policy::builder()
    ///     .allow_origins(["https://partner.example"])
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let app = App::new()
    ///     .route("/", web::get().to(|| async { "hello" }))
    ///     .wrap(CorsLayer::first_allowing([partners, Policy::public()])?);
    /// let app = init_service(app).await;
    ///
    /// for (origin, allowed) in [
    ///     ("https://partner.example", "https://partner.example"),
    ///     ("https://elsewhere.example", "*"),
    /// ] {
    ///     let request = TestRequest::get().insert_header(("origin", origin));
    ///     let response = call_service(&app, request.to_request()).await;
    ///     assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), allowed);
    ///     assert_eq!(response.headers().get("vary").unwrap(), "Origin");
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
    /// the path, the URI and the extensions, but no headers; to read headers, use
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
    /// # #[actix_web::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use actix_web::test::{TestRequest, call_service, init_service};
    /// use actix_web::{App, web};
    /// use cors_actix::{CorsLayer, Policy};
    ///
    /// let public = Policy::builder().allow_origins(["*"]).build()?;
    /// let admin = Policy::builder()
    ///     .allow_origins(["https://admin.example.com"])
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let layer = CorsLayer::select(move |head| match head.path() {
    ///     "/health" => None,
    ///     path if path.starts_with("/admin/") => Some(admin.clone()),
    ///     _ => Some(public.clone()),
    /// });
    /// let app = App::new()
    ///     .route("/fonts", web::get().to(|| async { "a font" }))
    ///     .route("/health", web::get().to(|| async { "up" }))
    ///     .wrap(layer);
    /// let app = init_service(app).await;
    ///
    /// for (path, allowed) in [
    ///     ("/fonts", Some("*")),
    ///     ("/admin/users", Some("https://admin.example.com")),
    ///     ("/health", None),
    /// ] {
    ///     let request = TestRequest::with_uri(path);
    ///     let request = request.insert_header(("origin", "https://admin.example.com"));
    ///     let response = call_service(&app, request.to_request()).await;
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
    /// use cors_actix::{CorsLayer, Policy};
    ///
    /// let acme = Policy::builder().allow_origins(["https://acme.example"]).build()?;
    /// let layer = CorsLayer::select_reading(["x-tenant"], move |head| {
    ///     assert!(head.header("cookie").is_none(), "not declared, so not seen");
    ///     (head.header("x-tenant")? == "acme").then(|| acme.clone())
    /// })?;
    /// # drop(layer);
    /// assert!(CorsLayer::select_reading(["x tenant"], |_| None).is_err());
    /// # Ok::<(), cors_actix::ConfigErrors>(())
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
    /// while its origin is undecided. Its future runs on the request's worker, so it need not be
    /// `Send`.
    ///
    /// Return a `bool` or a `Result<bool, E>`. An error counts as no and goes no further, so log it
    /// yourself. The check runs for [preflights] and for the requests that follow. Browsers cache a
    /// preflight's answer for `max_age`; the layer caches nothing.
    ///
    /// To let the check read request headers, name them with `ask_reading` when you build the
    /// policy. [`AskedOrigin`] then gives access to them, and `Vary` lists them.
    ///
    /// ```
    /// # #[actix_web::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::{collections::HashSet, sync::Arc};
    ///
    /// use actix_web::test::{TestRequest, call_service, init_service};
    /// use actix_web::{App, web};
    /// use cors_actix::{CorsLayer, Policy};
    /// use tokio::sync::RwLock;
    ///
    /// let tenants = Arc::new(RwLock::new(HashSet::from(["https://tenant.example"])));
    /// let policy = Policy::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let app = App::new()
    ///     .route("/", web::get().to(|| async { "hello" }))
    ///     .wrap(CorsLayer::ask(policy, move |asked| {
    ///         let tenants = Arc::clone(&tenants);
    ///         async move { tenants.read().await.contains(asked.origin()) }
    ///     }));
    /// let app = init_service(app).await;
    ///
    /// for (origin, allowed) in [("https://tenant.example", true), ("https://evil.example", false)] {
    ///     let request = TestRequest::get().insert_header(("origin", origin));
    ///     let response = call_service(&app, request.to_request()).await;
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
        Fut: Future<Output: IntoVerdict>,
    {
        AskLayer { source: Source::asking(policy.into_policy()), ask: Arc::new(ask) }
    }
}

impl<S, B> Transform<S, ServiceRequest> for CorsLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Cors<S>;
    type InitError = ();
    type Future = Ready<Result<Cors<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Cors::new(inner, self.source.clone())))
    }
}

/// A [`CorsLayer`] with an asynchronous check of origins, made by [`CorsLayer::ask`].
///
/// ```
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::future::{Ready, ready};
///
/// use actix_web::dev::{Service, Transform};
/// use actix_web::test::{TestRequest, ok_service};
/// use cors_actix::{AskCors, AskFuture, AskLayer, AskedOrigin, CorsLayer, Policy};
///
/// fn layer(policy: Policy) -> AskLayer<impl Fn(AskedOrigin) -> Ready<bool>> {
///     CorsLayer::ask(policy, |asked| ready(asked.origin() == "https://tenant.example"))
/// }
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// let service: AskCors<_, _> = layer(policy).new_transform(ok_service()).await.unwrap();
///
/// let request = TestRequest::get().insert_header(("origin", "https://tenant.example"));
/// let response: AskFuture<_, _, _> = service.call(request.to_srv_request());
/// let response = response.await?;
/// let header = response.headers().get("access-control-allow-origin").unwrap();
/// assert_eq!(header, "https://tenant.example");
/// # Ok(())
/// # }
/// ```
#[must_use = "layers do nothing unless applied to an app, scope or resource"]
pub struct AskLayer<F> {
    pub(crate) source: Source,
    // In an `Arc`, so that the layer and its services are `Clone` whatever the closure captures.
    pub(crate) ask: Arc<F>,
}

impl<S, F, Fut, B> Transform<S, ServiceRequest> for AskLayer<F>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    F: Fn(AskedOrigin) -> Fut,
    Fut: Future<Output: IntoVerdict>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = AskCors<S, F>;
    type InitError = ();
    type Future = Ready<Result<AskCors<S, F>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(AskCors::new(inner, self.source.clone(), Arc::clone(&self.ask))))
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
