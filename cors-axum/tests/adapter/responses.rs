//! What only a tower service has: extensions, trailers, errors of services, readiness.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use crate::common::{APP, SIMPLE, check, compare, get, policy, send};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::error_handling::HandleError;
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get as on_get;
use cors_axum::CorsLayer;
use http_body::Body as _;
use http_body_util::BodyExt;
use http_body_util::channel::Channel;
use tower::{ServiceExt, service_fn};

#[tokio::test]
async fn an_inner_services_error() {
    let service_fails = HandleError::new(
        service_fn(|_: Request| async { Err::<Response, _>("broken") }),
        |error: &'static str| async move { (StatusCode::BAD_GATEWAY, error) },
    );
    let app = Router::new()
        .route_service("/service-error", service_fails)
        .layer(CorsLayer::new(policy()));
    check(&app, [("handled inside", get("/service-error", APP), 502, SIMPLE)]).await;
}

#[tokio::test]
async fn extensions_pass() {
    #[derive(Clone, Debug, PartialEq)]
    struct Marker(u32);

    let handler =
        |Extension(Marker(number)): Extension<Marker>| async move { Extension(Marker(number + 1)) };
    let app = Router::new().route("/", on_get(handler)).layer(CorsLayer::new(policy()));
    let mut request: Request = get("/", APP).into();
    request.extensions_mut().insert(Marker(1));
    let response = send(&app, request).await;

    assert_eq!(response.extensions().get(), Some(&Marker(2)));
}

#[tokio::test]
async fn trailers_and_size_hints_pass() {
    let (mut sender, body) = Channel::<Bytes, Infallible>::new(1);
    let body = Arc::new(Mutex::new(Some(Body::new(body))));
    let handler = move || async move { body.lock().unwrap().take().expect("asked once") };
    let app = Router::new().route("/", on_get(handler)).layer(CorsLayer::new(policy()));
    // The headers are there before the first chunk is.
    let response = send(&app, get("/", APP)).await;
    compare("head first", &response, 200, SIMPLE);
    let mut body = response.into_body();
    assert_eq!(body.size_hint().exact(), None);

    for chunk in ["one", "two"] {
        sender.send_data(Bytes::from(chunk)).await.unwrap();
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), chunk, "before the next is sent");
    }
    let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "9".parse().unwrap())]);
    sender.send_trailers(trailers.clone()).await.unwrap();
    assert_eq!(body.frame().await.unwrap().unwrap().into_trailers().unwrap(), trailers);
    drop(sender);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn readiness_is_the_inner_services() {
    use tower::Layer;
    use tower::Service;

    // Ready once its permit is there, and never without.
    #[derive(Clone)]
    struct Guarded(Arc<tokio::sync::Semaphore>);
    impl Service<Request> for Guarded {
        type Response = Response;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response, Infallible>>;
        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            match self.0.available_permits() {
                0 => std::task::Poll::Pending,
                _ => std::task::Poll::Ready(Ok(())),
            }
        }
        fn call(&mut self, _: Request) -> Self::Future {
            std::future::ready(Ok(Response::default()))
        }
    }

    let permits = Arc::new(tokio::sync::Semaphore::new(0));
    let mut service = CorsLayer::new(policy()).layer(Guarded(Arc::clone(&permits)));
    std::future::poll_fn(|cx| {
        assert!(service.poll_ready(cx).is_pending());
        permits.add_permits(1);
        assert!(service.poll_ready(cx).is_ready());
        std::task::Poll::Ready(())
    })
    .await;
    let response = service.ready().await.unwrap().call(get("/", APP).into()).await.unwrap();
    compare("then it is called", &response, 200, SIMPLE);
}
