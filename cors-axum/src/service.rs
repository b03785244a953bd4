//! The service that a [`CorsLayer`](crate::CorsLayer) makes.

use std::task::{Context, Poll};

use cors_core::adapter::Head;
use http::{Request, Response};
use tower_service::Service;

use crate::Exchange;
use crate::future::ResponseFuture;
use crate::layer::Source;

/// A service that wears a [`CorsLayer`](crate::CorsLayer).
///
/// It takes any request body. The response body needs a [`Default`], the empty body of an answer
/// given at once. Errors of the inner service pass as they are, for they are no responses; in
/// axum every service inside a router has made a response of its errors.
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
        let exchange =
            self.source.begin(&request, |select, declared| select(&Head::new(&request, declared)));
        respond(&mut self.inner, request, exchange)
    }
}

/// Does what was decided: answers in the service's stead, or calls it.
#[inline]
pub(crate) fn respond<S, ReqBody>(
    ready: &mut S,
    request: Request<ReqBody>,
    exchange: Exchange,
) -> ResponseFuture<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    match exchange.short_circuit() {
        Some(status) => ResponseFuture::answered(status, exchange),
        None => ResponseFuture::calling(ready.call(request), exchange),
    }
}
