//! The same requests get the same answers wherever you apply the layer: around a router, a method
//! router, a nested router, and around a service of hyper's that has no axum in it.

use std::convert::Infallible;

use crate::common::{self, APP, Connection, PREFLIGHT, SIMPLE, Server};
use crate::common::{check, compare, get, policy, preflight, request, rows};
use axum::Router;
use axum::body::Bytes;
use axum::http::{Request, Response, StatusCode};
use axum::routing::{MethodRouter, get as on_get};
use cors_axum::CorsLayer;
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::{Layer, Service, service_fn};

/// Answers 200 to every method.
fn endpoint() -> MethodRouter {
    axum::routing::any(|| async { "handled" })
}

#[tokio::test]
async fn a_router() {
    let app = Router::new().route("/item", endpoint()).layer(CorsLayer::new(policy()));
    check(&app, rows("/item")).await;
}

#[tokio::test]
async fn one_method_router() {
    let covered = endpoint().layer(CorsLayer::new(policy()));
    check(&covered, rows("/")).await;

    let app = Router::new().route("/item", covered).route("/bare", on_get(|| async {}));
    check(&app, rows("/item")).await;
    check(&app, [("its neighbour is bare", get("/bare", APP), 200, &[])]).await;
}

#[tokio::test]
async fn a_nested_router() {
    let api = Router::new()
        .route("/item", endpoint())
        .route("/read", on_get(|| async {}))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(CorsLayer::new(policy()));
    let app = Router::new().nest("/api", api).route("/bare", on_get(|| async {}));
    check(&app, rows("/api/item")).await;
    check(
        &app,
        [
            ("405 inside", request("PUT", "/api/read", &[("origin", APP)]), 405, SIMPLE),
            ("404 inside", get("/api/none", APP), 404, SIMPLE),
            ("404 inside, preflight", preflight("/api/none", APP, "PUT"), 204, PREFLIGHT),
            ("a route outside", get("/bare", APP), 200, &[]),
            ("404 outside", get("/none", APP), 404, &[]),
        ],
    )
    .await;
}

#[test]
fn a_hyper_service_over_a_socket() {
    let handler = service_fn(|_: Request<hyper::body::Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"handled"))))
    });
    let service = CorsLayer::new(policy()).layer(handler);
    let server = Server::on_tokio(|listener| async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            let server = hyper::server::conn::http1::Builder::new();
            tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
        }
    });
    for (what, request, status, wanted) in rows("/item") {
        let answer = Connection::once(server.address(), request);
        compare(what, &answer, status, wanted);
        let body = if status == 200 { b"handled".as_slice() } else { b"" };
        assert_eq!(answer.body, body, "{what}");
    }
}

#[tokio::test]
async fn any_body_and_any_error() {
    #[derive(Debug, Default, PartialEq)]
    struct Answer(&'static str);
    #[derive(Debug, PartialEq)]
    struct Failed;

    let mut service =
        CorsLayer::new(policy()).layer(service_fn(|request: Request<bool>| async move {
            if *request.body() { Ok(Response::new(Answer("handled"))) } else { Err(Failed) }
        }));
    let mut call = |request: common::Request, body: bool| {
        service.call(Request::<String>::from(request).map(|_| body))
    };

    let handled = call(get("/", APP), true).await.unwrap();
    compare("handled", &handled, 200, SIMPLE);
    assert_eq!(handled.body(), &Answer("handled"));

    let answered = call(preflight("/", APP, "PUT"), false).await.unwrap();
    compare("answered at once", &answered, 204, PREFLIGHT);
    assert_eq!(answered.body(), &Answer::default());

    // An error is not a response: it has no headers to write, so it passes unchanged.
    assert_eq!(call(get("/", APP), false).await.unwrap_err(), Failed);
}
