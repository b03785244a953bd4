//! The asynchronous check: what the service inside it may rely on.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use crate::common::{APP, Counter, EVIL, REFUSED, SIMPLE, compare, get, policy};
use axum::body::Body;
use axum::http::{Request, Response};
use cors_axum::CorsLayer;
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt};

const TENANT: &str = "https://tenant.example";

/// What the policy writes for the tenant, once it is allowed.
const TENANT_SIMPLE: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://tenant.example",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];

/// A service that takes one call for each time it was waited for, and panics at any other: tower's
/// contract, to the letter. A clone has not been waited for.
#[derive(Debug, Default)]
struct Strict {
    is_ready: bool,
    calls: Counter,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self { is_ready: false, calls: self.calls.clone() }
    }
}

impl Service<Request<Body>> for Strict {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(mem::take(&mut self.is_ready), "called without being ready");
        self.calls.add();
        std::future::ready(Ok(Response::default()))
    }
}

async fn still_pending<F: Future + Unpin>(future: &mut F) {
    poll_fn(|cx| {
        assert!(Pin::new(&mut *future).poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn a_request_given_up_calls_nobody() {
    let (answer, answered) = oneshot::channel();
    let answered = Mutex::new(Some(answered));
    let layer =
        CorsLayer::ask(policy(), move |_| answered.lock().unwrap().take().expect("asked once"));
    let strict = Strict::default();
    let mut service = layer.layer(strict.clone());
    let mut response = service.ready().await.unwrap().call(get("/", TENANT).into());
    still_pending(&mut response).await;
    drop(response);
    assert!(answer.send(true).is_err(), "the check is given up with the request");
    assert_eq!(strict.calls.take(), 0);
}

#[tokio::test]
async fn the_ready_service_is_the_one_called() {
    let layer = CorsLayer::ask(policy(), |asked| async move {
        tokio::task::yield_now().await;
        asked.origin() == TENANT
    });
    let strict = Strict::default();
    let mut service = layer.layer(strict.clone());
    // `Strict` panics if a clone is called, or one service twice.
    for _ in 0..2 {
        for (origin, wanted) in [(TENANT, TENANT_SIMPLE), (APP, SIMPLE), (EVIL, REFUSED)] {
            let response = service.ready().await.unwrap().call(get("/", origin).into()).await;
            compare(origin, &response.unwrap(), 200, wanted);
        }
    }
    assert_eq!(strict.calls.take(), 6);
}
