//! The same requests get the same answers wherever the layer is worn: around a router, a method
//! router, a nested router, and around a service of hyper's that has no axum in it.

mod common;

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode};
use axum::routing::{MethodRouter, get as on_get};
use common::{APP, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, Row, SIMPLE};
use common::{check, compare, get, over_socket, policy, preflight, request};
use cors_axum::CorsLayer;
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Layer, Service, service_fn};

const EXAMPLE_DEV: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://a.b.example.dev",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];

/// `OPTIONS` has a `Vary` of its own, the same for all of them.
const SIMPLE_OPTIONS: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: x-request-id",
    "vary: origin, access-control-request-method",
];

fn rows(uri: &str) -> [Row<'static>; 22] {
    let asks_header = |name| {
        let mut request = preflight(uri, APP, "PUT");
        request.headers_mut().insert("access-control-request-headers", name);
        request
    };
    let value = HeaderValue::from_static;
    [
        ("not CORS", request("GET", uri, &[]), 200, REFUSED),
        ("not CORS, OPTIONS", request("OPTIONS", uri, &[]), 200, REFUSED_PREFLIGHT),
        ("an allowed origin", get(uri, APP), 200, SIMPLE),
        ("one that a pattern allows", get(uri, "https://a.b.example.dev"), 200, EXAMPLE_DEV),
        ("rubbish after the host", get(uri, "https://app.example.com.evil.example"), 200, REFUSED),
        ("rubbish before the host", get(uri, "https://evilapp.example.com"), 200, REFUSED),
        ("another scheme", get(uri, "http://app.example.com"), 200, REFUSED),
        ("another port", get(uri, "https://app.example.com:444"), 200, REFUSED),
        ("no label for the wildcard", get(uri, "https://example.dev"), 200, REFUSED),
        ("a slash too many", get(uri, "https://app.example.com/"), 200, REFUSED),
        ("null", get(uri, "null"), 200, REFUSED),
        ("empty", get(uri, ""), 200, REFUSED),
        ("a method not listed", request("DELETE", uri, &[("origin", APP)]), 200, SIMPLE),
        ("a preflight", preflight(uri, APP, "PUT"), 204, PREFLIGHT),
        ("a preflight for POST", preflight(uri, APP, "POST"), 204, PREFLIGHT),
        ("a header allowed", asks_header(value("content-type")), 204, PREFLIGHT),
        // Refused and explained: the lists say what is missing.
        ("a header not allowed", asks_header(value("x-other")), 204, PREFLIGHT),
        ("a method not allowed", preflight(uri, APP, "DELETE"), 204, PREFLIGHT),
        ("a method in the wrong case", preflight(uri, APP, "put"), 204, PREFLIGHT),
        ("a preflight from elsewhere", preflight(uri, EVIL, "PUT"), 403, REFUSED_PREFLIGHT),
        (
            "a preflight without Origin",
            {
                let mut request = preflight(uri, APP, "PUT");
                request.headers_mut().remove("origin");
                request
            },
            200,
            REFUSED_PREFLIGHT,
        ),
        (
            "OPTIONS, but no preflight",
            request("OPTIONS", uri, &[("origin", APP)]),
            200,
            SIMPLE_OPTIONS,
        ),
    ]
}

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
    let worn = endpoint().layer(CorsLayer::new(policy()));
    check(&worn, rows("/")).await;

    let app = Router::new().route("/item", worn).route("/bare", on_get(|| async {}));
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

#[tokio::test]
async fn a_router_over_a_socket() {
    let app = Router::new().route("/item", endpoint()).layer(CorsLayer::new(policy()));
    check_over_socket(common::serve(app).await).await;
}

#[tokio::test]
async fn a_hyper_service_over_a_socket() {
    let handler = service_fn(|_: Request<hyper::body::Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"handled"))))
    });
    let service = CorsLayer::new(policy()).layer(handler);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            let server = hyper::server::conn::http1::Builder::new();
            tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
        }
    });
    check_over_socket(address).await;
}

async fn check_over_socket(address: SocketAddr) {
    for (what, request, status, wanted) in rows("/item") {
        let response = over_socket(address, request).await;
        compare(what, &response, status, wanted);
        let has_length = response.headers().contains_key("content-length");
        let body = if status == 200 { b"handled".as_slice() } else { b"" };
        // RFC 9110, 8.6: no Content-Length on 204.
        assert_eq!((has_length, response.body().as_slice()), (status != 204, body), "{what}");
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
    let mut call = |request: Request<Body>, body: bool| service.call(request.map(|_| body));

    let handled = call(get("/", APP), true).await.unwrap();
    compare("handled", &handled, 200, SIMPLE);
    assert_eq!(handled.body(), &Answer("handled"));

    let answered = call(preflight("/", APP, "PUT"), false).await.unwrap();
    compare("answered at once", &answered, 204, PREFLIGHT);
    assert_eq!(answered.body(), &Answer::default());

    // An error is no response: nothing can be written on it, and it passes as it is.
    assert_eq!(call(get("/", APP), false).await.unwrap_err(), Failed);
}
