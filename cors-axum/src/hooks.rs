//! What a layer tells others about its decisions.

#[cfg(feature = "shadow")]
use cors_core::diff::Diff;

#[cfg(feature = "shadow")]
use crate::IntoPolicy;
use crate::{AskLayer, CorsLayer, Decided};

impl CorsLayer {
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
    /// Nothing is decided if a selecting closure returns no policy. The request waits for the observer,
    /// and a panic in it is one in the layer, so no handler runs.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use cors_axum::{CorsLayer, Decision, Policy};
    /// use tower::ServiceExt;
    ///
    /// let refused = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&refused);
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let layer = CorsLayer::new(policy).observe(move |decided| {
    ///     if let Decision::Reject(reason) = decided.decision() {
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
