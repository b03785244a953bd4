//! What the tests of this folder share: requests to a service, without a socket.

use std::fmt::Debug;

use axum::body::Body;
use axum::http;
use tower::{Service, ServiceExt};

pub use adapter_tests::*;

/// A clone of the service, polled ready, answers the request.
pub async fn send<S, B>(service: &S, request: impl Into<http::Request<Body>>) -> http::Response<B>
where
    S: Service<http::Request<Body>, Response = http::Response<B>, Error: Debug> + Clone,
{
    service.clone().oneshot(request.into()).await.unwrap()
}

/// Sends each row's request and compares.
pub async fn check<S, B, const N: usize>(service: &S, rows: [Row<'_>; N])
where
    S: Service<http::Request<Body>, Response = http::Response<B>, Error: Debug> + Clone,
{
    for (what, request, status, wanted) in rows {
        let response = send(service, request).await;
        compare(what, &response, status, wanted);
    }
}
