//! Layers without a policy, for tower services.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready as ready_or_return};

use http::{HeaderValue, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::floor::FloorHeaders;

type Headers = &'static FloorHeaders<HeaderValue>;

/// Writes headers on every response.
#[derive(Clone, Copy, Debug)]
pub struct Around(pub Headers);

/// Answers every request at once, with this status and these headers.
#[derive(Clone, Copy, Debug)]
pub struct Instead(pub StatusCode, pub Headers);

#[derive(Clone, Debug)]
pub struct AroundService<S> {
    inner: S,
    headers: Headers,
}

#[derive(Clone, Debug)]
pub struct InsteadService<S> {
    inner: S,
    status: StatusCode,
    headers: Headers,
}

impl<S> Layer<S> for Around {
    type Service = AroundService<S>;

    fn layer(&self, inner: S) -> AroundService<S> {
        AroundService { inner, headers: self.0 }
    }
}

impl<S> Layer<S> for Instead {
    type Service = InsteadService<S>;

    fn layer(&self, inner: S) -> InsteadService<S> {
        InsteadService { inner, status: self.0, headers: self.1 }
    }
}

impl<S, Q, B> Service<Request<Q>> for AroundService<S>
where
    S: Service<Request<Q>, Response = Response<B>>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = AroundFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        AroundFuture { inner: self.inner.call(request), headers: self.headers }
    }
}

pin_project! {
    #[derive(Debug)]
    pub struct AroundFuture<F> {
        #[pin]
        inner: F,
        headers: Headers,
    }
}

impl<F, B, E> Future for AroundFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready_or_return!(this.inner.poll(cx))?;
        this.headers.write(response.headers_mut());
        Poll::Ready(Ok(response))
    }
}

impl<S, Q, B> Service<Request<Q>> for InsteadService<S>
where
    S: Service<Request<Q>, Response = Response<B>, Error = Infallible>,
    B: Default,
{
    type Response = Response<B>;
    type Error = Infallible;
    type Future = Ready<Result<Response<B>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, _: Request<Q>) -> Self::Future {
        let mut response = Response::new(B::default());
        *response.status_mut() = self.status;
        self.headers.write(response.headers_mut());
        ready(Ok(response))
    }
}
