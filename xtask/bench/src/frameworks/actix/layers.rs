//! Middleware without a policy.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready as ready_or_return};

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use crate::floor::FloorHeaders;

type Headers = &'static FloorHeaders<HeaderValue>;

/// Writes headers on every response.
#[derive(Clone, Copy, Debug)]
pub struct Around(pub Headers);

/// Answers every request at once, with this status and these headers.
#[derive(Clone, Copy, Debug)]
pub struct Instead(pub StatusCode, pub Headers);

#[derive(Debug)]
pub struct AroundService<S> {
    inner: S,
    headers: Headers,
}

#[derive(Debug)]
pub struct InsteadService<S> {
    inner: S,
    status: StatusCode,
    headers: Headers,
}

impl<S, B> Transform<S, ServiceRequest> for Around
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = AroundService<S>;
    type InitError = ();
    type Future = Ready<Result<AroundService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(AroundService { inner, headers: self.0 }))
    }
}

impl<S, B> Transform<S, ServiceRequest> for Instead
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = InsteadService<S>;
    type InitError = ();
    type Future = Ready<Result<InsteadService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(InsteadService { inner, status: self.0, headers: self.1 }))
    }
}

impl<S, B> Service<ServiceRequest> for AroundService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = AroundFuture<S::Future>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
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

impl<F, B> Future for AroundFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut response = ready_or_return!(this.inner.poll(cx))?;
        this.headers.write_actix(response.headers_mut());
        Poll::Ready(Ok(response))
    }
}

impl<S, B> Service<ServiceRequest> for InsteadService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Ready<Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let mut response = HttpResponse::new(self.status);
        self.headers.write_actix(response.headers_mut());
        ready(Ok(request.into_response(response).map_into_right_body()))
    }
}
