//! Every response that passes through gets the headers, whatever made it, and keeps all else.

mod common;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::error_handling::HandleError;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{any, get as on_get};
use common::{APP, EVIL, REFUSED, Row, SIMPLE, check, get, policy, request, send};
use cors_axum::{CorsLayer, Policy};
use http_body::Body as _;
use http_body_util::BodyExt;
use http_body_util::channel::{Channel, Sender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{ServiceExt, service_fn};

/// A way of failing that axum turns into a response.
struct Failure;

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, "failed").into_response()
    }
}

async fn fails(_: Request, _: Next) -> Result<Response, StatusCode> {
    Err(StatusCode::BAD_REQUEST)
}

async fn cached(headers: HeaderMap) -> Response {
    let etag = [("etag", "\"v1\"")];
    if headers.get("if-none-match").is_some_and(|tag| tag == "\"v1\"") {
        return (StatusCode::NOT_MODIFIED, etag).into_response();
    }
    (etag, "fresh").into_response()
}

fn app(policy: Policy) -> Router {
    let service_fails = HandleError::new(
        service_fn(|_: Request| async { Err::<Response, _>("broken") }),
        |error: &'static str| async move { (StatusCode::BAD_GATEWAY, error) },
    );
    let own = [
        ("access-control-allow-origin", "https://handler.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "DELETE"),
        ("access-control-allow-headers", "x-handler"),
        ("access-control-allow-private-network", "true"),
        ("access-control-expose-headers", "x-handler"),
        ("access-control-max-age", "86400"),
    ];
    Router::new()
        .route("/item", on_get(|| async { "item" }))
        .route("/error", on_get(|| async { Err::<(), _>(Failure) }))
        .route("/middleware-error", on_get(|| async {}).layer(from_fn(fails)))
        .route_service("/service-error", service_fails)
        .route("/cached", on_get(cached))
        .route("/redirect", on_get(|| async { Redirect::to("/item") }))
        .route("/vary", on_get(|| async { [("vary", "Accept-Encoding")] }))
        .route("/vary-origin", on_get(|| async { [("vary", "Accept-Encoding, ORIGIN")] }))
        .route("/vary-star", on_get(|| async { [("vary", "*")] }))
        .route("/own", on_get(move || async move { own }))
        .route(
            "/own-error",
            on_get(move || async move { Err::<(), _>((StatusCode::CONFLICT, own)) }),
        )
        .route(
            "/own-twice",
            on_get(|| async {
                let name = "access-control-allow-origin";
                AppendHeaders([(name, "https://a.example"), (name, "https://b.example")])
            }),
        )
        .layer(CorsLayer::new(policy))
}

#[tokio::test]
async fn whatever_made_it() {
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    let vary_star = [&SIMPLE[..3], &["vary: *"]].concat();
    let revalidated = [("origin", APP), ("if-none-match", "\"v1\"")];
    let rows: [Row<'_>; 21] = [
        ("200", get("/item", APP), 200, SIMPLE),
        ("HEAD", request("HEAD", "/item", &[("origin", APP)]), 200, SIMPLE),
        ("404", get("/none", APP), 404, SIMPLE),
        ("405", request("DELETE", "/item", &[("origin", APP)]), 405, SIMPLE),
        ("a handler's Err", get("/error", APP), 500, SIMPLE),
        ("an inner middleware's Err", get("/middleware-error", APP), 400, SIMPLE),
        ("an inner service's Err", get("/service-error", APP), 502, SIMPLE),
        ("fresh", get("/cached", APP), 200, SIMPLE),
        ("304", request("GET", "/cached", &revalidated), 304, SIMPLE),
        ("a redirect", get("/redirect", APP), 303, SIMPLE),
        ("Vary is merged", get("/vary", APP), 200, &vary_encoding),
        ("Vary has it already", get("/vary-origin", APP), 200, &vary_encoding),
        ("Vary: * says it all", get("/vary-star", APP), 200, &vary_star),
        ("the handler's own", get("/own", APP), 200, SIMPLE),
        ("the handler's own, on an error", get("/own-error", APP), 409, SIMPLE),
        ("the handler's own, twice", get("/own-twice", APP), 200, SIMPLE),
        ("the handler's own, elsewhere", get("/own", EVIL), 200, REFUSED),
        ("the handler's own, not CORS", request("GET", "/own", &[]), 200, REFUSED),
        ("404, elsewhere", get("/none", EVIL), 404, REFUSED),
        ("an error, elsewhere", get("/error", EVIL), 500, REFUSED),
        ("an error, not CORS", request("GET", "/error", &[]), 500, REFUSED),
    ];
    check(&app(policy()), rows).await;
}

#[tokio::test]
async fn constant_answers_need_no_vary() {
    let any = ["access-control-allow-origin: *"];
    let rows: [Row<'_>; 4] = [
        ("CORS", get("/item", APP), 200, &any),
        ("not CORS", request("GET", "/item", &[]), 200, &any),
        ("404", get("/none", APP), 404, &any),
        ("the handler's own", get("/own", APP), 200, &any),
    ];
    check(&app(common::only(&["*"])), rows).await;
}

#[tokio::test]
async fn the_rest_is_untouched() {
    #[derive(Clone, Debug, PartialEq)]
    struct Marker(u32);

    let handler = |Extension(Marker(number)): Extension<Marker>| async move {
        let cookies = AppendHeaders([("set-cookie", "a=1"), ("set-cookie", "b=2")]);
        let other = [("x-request-id", "7"), ("timing-allow-origin", "*"), ("etag", "\"v1\"")];
        (StatusCode::CREATED, cookies, other, Extension(Marker(number + 1)), "body")
    };
    let app = Router::new().route("/", on_get(handler)).layer(CorsLayer::new(policy()));
    let mut request = get("/", APP);
    request.extensions_mut().insert(Marker(1));
    let response = send(&app, request).await;

    assert_eq!(response.extensions().get(), Some(&Marker(2)));
    common::compare("the headers are there", &response, 201, SIMPLE);
    let rest: Vec<_> = response
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .filter(|line| !line.starts_with("access-control-") && !line.starts_with("vary"))
        .collect();
    assert_eq!(
        rest,
        [
            "content-type: text/plain; charset=utf-8",
            "set-cookie: a=1",
            "set-cookie: b=2",
            "x-request-id: 7",
            "timing-allow-origin: *",
            "etag: \"v1\"",
            "content-length: 4",
        ]
    );
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "body");
}

type Chunks = Sender<Bytes, Infallible>;

/// A router whose one answer is a body that the test fills, chunk by chunk.
fn streaming() -> (Router, Chunks) {
    let (sender, body) = Channel::<Bytes, Infallible>::new(1);
    let body = Arc::new(Mutex::new(Some(Body::new(body))));
    let handler = move || async move { body.lock().unwrap().take().expect("asked once") };
    let app = Router::new().route("/", on_get(handler)).layer(CorsLayer::new(policy()));
    (app, sender)
}

#[tokio::test]
async fn a_stream_stays_a_stream() {
    let (app, mut sender) = streaming();
    // The headers are there before the first chunk is.
    let response = send(&app, get("/", APP)).await;
    common::compare("head first", &response, 200, SIMPLE);
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
async fn a_stream_over_a_socket() {
    let (app, mut sender) = streaming();
    let address = common::serve(app).await;
    let mut stream = common::connect(address, &get("/", APP)).await;
    let head = common::read_head(&mut stream).await;
    common::compare("head first", &head, 200, SIMPLE);
    for chunk in ["one", "two"] {
        sender.send_data(Bytes::from(chunk)).await.unwrap();
        let mut line = [0; 8];
        stream.read_exact(&mut line).await.unwrap();
        assert_eq!(line, format!("3\r\n{chunk}\r\n").as_bytes(), "before the next is sent");
    }
    drop(sender);
    let mut end = [0; 5];
    stream.read_exact(&mut end).await.unwrap();
    assert_eq!(&end, b"0\r\n\r\n");
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn a_websocket_handshake() {
    let upgrade = |upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(echo) };
    let app = Router::new().route("/ws", any(upgrade)).layer(CorsLayer::new(policy()));
    let address = common::serve(app).await;
    for (origin, wanted) in [(APP, SIMPLE), (EVIL, REFUSED)] {
        let handshake = request(
            "GET",
            "/ws",
            &[
                ("origin", origin),
                ("connection", "upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                // The sample key of RFC 6455, 1.3, and below its answer.
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ],
        );
        let mut stream = common::connect(address, &handshake).await;
        let head = common::read_head(&mut stream).await;
        common::compare(origin, &head, 101, wanted);
        assert_eq!(head.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

        // A text frame with a mask of zeros (5.2), and the echo, which a server sends unmasked.
        stream.write_all(b"\x81\x85\0\0\0\0hello").await.unwrap();
        let mut frame = [0; 7];
        stream.read_exact(&mut frame).await.unwrap();
        assert_eq!(&frame, b"\x81\x05hello");
    }
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
    let response = service.ready().await.unwrap().call(get("/", APP)).await.unwrap();
    common::compare("then it is called", &response, 200, SIMPLE);
}
