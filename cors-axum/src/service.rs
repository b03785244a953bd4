//! The service that a [`CorsLayer`](crate::CorsLayer) makes.

use std::task::{Context, Poll};

use cors_core::adapter::{Decided, Head};
use http::{Request, Response};
use tower_service::Service;

use crate::future::ResponseFuture;
use crate::{Exchange, Policy};

/// Where the layer gets a request's policy.
pub(crate) type Source = cors_core::adapter::Source<http::HeaderValue, Select>;

type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;

/// The service that a [`CorsLayer`](crate::CorsLayer) makes.
///
/// It takes any request body. The response body must be [`Default`], so that the layer can make an
/// empty one. The inner service's errors pass through unchanged, since they are not responses. This
/// does not affect axum, where services inside a router turn their errors into responses.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::convert::Infallible;
///
/// use cors_axum::{Cors, CorsLayer, Policy, ResponseFuture};
/// use http::{Request, Response};
/// use tower::{Layer, Service, service_fn};
///
/// let hello = service_fn(|_| async { Ok::<_, Infallible>(Response::new("hello")) });
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// let mut service: Cors<_> = CorsLayer::new(policy).layer(hello);
///
/// let request = Request::get("/").header("origin", "https://app.example.com").body(())?;
/// let response: ResponseFuture<_> = service.call(request);
/// let response = response.await?;
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cors<S> {
    inner: S,
    source: Source,
}

impl<S> Cors<S> {
    pub(crate) fn new(inner: S, source: Source) -> Self {
        Self { inner, source }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let begun =
            self.source.begin(&request, |select, declared| select(&Head::new(&request, declared)));
        respond(&mut self.inner, request, begun.without_asking())
    }
}

/// Carries out the decision: answers in place of the service, or calls it.
#[inline(always)]
pub(crate) fn respond<S, ReqBody>(
    ready: &mut S,
    request: Request<ReqBody>,
    mut exchange: Exchange,
) -> ResponseFuture<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    if let Some(status) = exchange.short_circuit() {
        return ResponseFuture::answered(status, exchange);
    }
    let response = match exchange.take_decided() {
        None => ready.call(request),
        Some(decided) => ready.call(with(decided, request)),
    };
    ResponseFuture::calling(response, exchange)
}

/// Apart, because to change a request in place would move every one.
#[inline(never)]
fn with<B>(decided: Decided, mut request: Request<B>) -> Request<B> {
    request.extensions_mut().insert(decided);
    request
}
