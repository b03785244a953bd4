//! The service that a [`CorsLayer`](crate::CorsLayer) makes.

use std::task::{Context, Poll};

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpMessage};

use crate::bridge::Asking;
use crate::future::ResponseFuture;
use crate::head::Head;
use crate::{Exchange, Policy};

/// Where the layer gets a request's policy.
pub(crate) type Source = cors_core::adapter::Source<HeaderValue, Select>;

type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;

/// The service that a [`CorsLayer`](crate::CorsLayer) makes.
///
/// The inner service's errors pass through unchanged, so outer middleware still sees them. The headers
/// are written when actix-web turns the error into a response
/// ([`Error::add_response_mapper`](actix_web::Error::add_response_mapper)).
///
/// ```
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use actix_web::dev::{Service, Transform};
/// use actix_web::test::{TestRequest, ok_service};
/// use cors_actix::{Cors, CorsLayer, Policy, ResponseFuture};
///
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// let service: Cors<_> = CorsLayer::new(policy).new_transform(ok_service()).await.unwrap();
///
/// let request = TestRequest::get().insert_header(("origin", "https://app.example.com"));
/// let response: ResponseFuture<_, _> = service.call(request.to_srv_request());
/// let response = response.await?;
/// let header = response.headers().get("access-control-allow-origin").unwrap();
/// assert_eq!(header, "https://app.example.com");
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

impl<S, B> Service<ServiceRequest> for Cors<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let begun = self.source.begin(&Asking(request.head()), |select, declared| {
            select(&Head::new(&request, declared))
        });
        respond(&self.inner, request, begun.without_asking())
    }
}

/// Carries out the decision: answers in place of the service, or calls it.
pub(crate) fn respond<S, B>(
    inner: &S,
    request: ServiceRequest,
    mut exchange: Exchange,
) -> ResponseFuture<S::Future, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    match exchange.short_circuit() {
        Some(status) => {
            // Both versions of `http` accept the same statuses.
            let status = StatusCode::from_u16(status.as_u16()).expect("it is a status already");
            let (request, _body_not_read) = request.into_parts();
            ResponseFuture::answered(status, request, exchange)
        }
        None => {
            if let Some(decided) = exchange.take_decided() {
                request.extensions_mut().insert(decided);
            }
            // Keep no clone of the request: actix-web's routing panics if one is alive.
            ResponseFuture::calling(inner.call(request), exchange)
        }
    }
}
