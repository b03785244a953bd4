//! Every reply that passes through gets the headers, whatever made it, and keeps all else. What is
//! no reply but a rejection: `reach.rs`.

mod common;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use common::{APP, EVIL, REFUSED, Row, SIMPLE};
use common::{both, compare, get, layer, request};
use cors_warp::CorsLayer;
use futures_util::{FutureExt, StreamExt, stream};
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use warp::ws::{WebSocket, Ws};
use warp::{Filter, Rejection, Reply};

fn with_headers(status: u16, headers: &[(&str, &str)]) -> http::Response<&'static str> {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body("").unwrap()
}

fn cached(tag: Option<String>) -> http::Response<&'static str> {
    let status = if tag.as_deref() == Some("\"v1\"") { 304 } else { 200 };
    with_headers(status, &[("etag", "\"v1\"")])
}

const OWN: &[(&str, &str)] = &[
    ("access-control-allow-origin", "https://handler.example"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-methods", "DELETE"),
    ("access-control-allow-headers", "x-handler"),
    ("access-control-allow-private-network", "true"),
    ("access-control-expose-headers", "x-handler"),
    ("access-control-max-age", "86400"),
];

fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let header = |path: &'static str, value: &'static str| {
        warp::path(path).map(move || with_headers(200, &[("vary", value)]))
    };
    let twice = || {
        let name = "access-control-allow-origin";
        with_headers(200, &[(name, "https://a.example"), (name, "https://b.example")])
    };
    let item = warp::path("item").map(|| "item");
    let error = warp::path("error").map(|| StatusCode::INTERNAL_SERVER_ERROR);
    let cached = warp::path("cached").and(warp::header::optional("if-none-match")).map(cached);
    let redirect =
        warp::path("redirect").map(|| warp::redirect::see_other(http::Uri::from_static("/item")));
    let vary = header("vary", "Accept-Encoding");
    let vary_origin = header("vary-origin", "Accept-Encoding, ORIGIN");
    let vary_star = header("vary-star", "*");
    let own = warp::path("own").map(|| with_headers(200, OWN));
    let own_error = warp::path("own-error").map(|| with_headers(409, OWN));
    let own_twice = warp::path("own-twice").map(twice);
    item.or(error)
        .or(cached)
        .or(redirect)
        .or(vary)
        .or(vary_origin)
        .or(vary_star)
        .or(own)
        .or(own_error)
        .or(own_twice)
}

#[tokio::test]
async fn whatever_made_it() {
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    let vary_star = [&SIMPLE[..3], &["vary: *"]].concat();
    for app in both(&layer(), routes()) {
        let revalidated = [("origin", APP), ("if-none-match", "\"v1\"")];
        let rows: [Row<'_>; 16] = [
            ("200", get("/item", APP), 200, SIMPLE),
            ("HEAD", request("HEAD", "/item", &[("origin", APP)]), 200, SIMPLE),
            ("an error", get("/error", APP), 500, SIMPLE),
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
            ("an error, elsewhere", get("/error", EVIL), 500, REFUSED),
            ("an error, not CORS", request("GET", "/error", &[]), 500, REFUSED),
        ];
        app.check(rows).await;
    }
}

#[tokio::test]
async fn a_304_has_the_headers_of_its_200() {
    for app in both(&layer(), routes()) {
        for origin in [Some(APP), Some(EVIL), None] {
            let origin = origin.map(|origin| ("origin", origin));
            let mut headers: Vec<_> = origin.into_iter().collect();
            let fresh = app.send(request("GET", "/cached", &headers)).await;
            headers.push(("if-none-match", "\"v1\""));
            let revalidated = app.send(request("GET", "/cached", &headers)).await;
            assert_eq!((fresh.status().as_u16(), revalidated.status().as_u16()), (200, 304));
            let [fresh, revalidated] =
                [fresh, revalidated].map(|response| common::cors(response.headers()));
            assert_eq!(fresh, revalidated, "{origin:?} ({})", app.worn);
        }
    }
}

#[tokio::test]
async fn constant_answers_need_no_vary() {
    let any = ["access-control-allow-origin: *"];
    for app in both(&CorsLayer::new(common::only(&["*"])), routes()) {
        app.check([
            ("CORS", get("/item", APP), 200, &any),
            ("not CORS", request("GET", "/item", &[]), 200, &any),
            ("an error", get("/error", APP), 500, &any),
            ("the handler's own", get("/own", APP), 200, &any),
        ])
        .await;
    }
}

#[tokio::test]
async fn the_rest_is_untouched() {
    #[derive(Clone, Debug, PartialEq)]
    struct Marker(u32);

    let routes = warp::ext::get::<Marker>().map(|Marker(number)| {
        let other = [
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-request-id", "7"),
            ("timing-allow-origin", "*"),
            ("etag", "\"v1\""),
        ];
        let mut response = with_headers(201, &other).map(|_| "body");
        response.extensions_mut().insert(Marker(number + 1));
        response
    });
    for app in both(&layer(), routes) {
        let mut request = get("/", APP);
        request.extensions_mut().insert(Marker(1));
        let response = app.send(request).await;

        assert_eq!(response.extensions().get(), Some(&Marker(2)));
        compare(app.worn, &response, 201, SIMPLE);
        let rest: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .filter(|line| !line.starts_with("access-control-") && !line.starts_with("vary"))
            .collect();
        assert_eq!(
            rest,
            [
                "set-cookie: a=1",
                "set-cookie: b=2",
                "x-request-id: 7",
                "timing-allow-origin: *",
                "etag: \"v1\"",
            ]
        );
        assert_eq!(common::text(response).await, "body");
    }
}

#[tokio::test]
async fn a_handler_sees_the_request_as_it_came() {
    let routes = warp::path!("items" / u32)
        .and(warp::query::raw())
        .and(warp::header::<String>("origin"))
        .and(warp::body::bytes())
        .map(|id, query, origin, body| format!("{id} {query} {origin} {body:?}"));
    for app in both(&layer(), routes) {
        let request = request("POST", "/items/7?all", &[("origin", APP)]);
        let response = app.send(request.map(|_| "sent".into())).await;
        assert_eq!(common::text(response).await, format!("7 all {APP} b\"sent\""), "{}", app.worn);
    }
}

#[tokio::test]
async fn a_path_before_and_within() {
    let inner = warp::path("items").and(warp::path::param()).map(|id: u32| id.to_string());
    let routes = warp::path("api").and(cors_warp::filter(&layer(), inner));
    let after = warp::path!("api" / "after").map(|| "after");
    let app = common::bare(routes.or(after));
    app.check([
        ("within", get("/api/items/7", APP), 200, SIMPLE),
        ("a rejection leaves the path as it was", get("/api/after", APP), 200, common::BARE),
    ])
    .await;
}

const MEGABYTE: usize = 1 << 20;
const CHUNK: usize = 1 << 14;

#[tokio::test]
async fn a_stream_over_a_socket() {
    for (address, sender) in streaming().await {
        let mut stream = common::connect(address, &get("/", APP)).await;
        // The head is there before the first chunk is, and a chunk before the next is sent.
        compare("head first", &common::read_head(&mut stream).await, 200, SIMPLE);
        let chunk = vec![b'x'; CHUNK];
        for _ in 0..MEGABYTE / CHUNK {
            sender.send(chunk.clone()).await.unwrap();
            let mut framed = vec![0; "4000\r\n".len() + CHUNK + 2];
            stream.read_exact(&mut framed).await.unwrap();
            assert_eq!(framed, [b"4000\r\n", &*chunk, b"\r\n"].concat());
        }
        drop(sender);
        let mut end = [0; 5];
        stream.read_exact(&mut end).await.unwrap();
        assert_eq!(&end, b"0\r\n\r\n");
    }
}

type Chunks = mpsc::Sender<Vec<u8>>;

/// Served both ways: an API whose one answer is a body that the test fills, chunk by chunk.
async fn streaming() -> [(SocketAddr, Chunks); 2] {
    let (to_service, routes) = filled();
    let [service, _] = common::serve_both(&layer(), routes).await;
    let (to_filter, routes) = filled();
    let [_, filter] = common::serve_both(&layer(), routes).await;
    [(service, to_service), (filter, to_filter)]
}

fn filled() -> (Chunks, impl Filter<Extract = (impl Reply,), Error = Infallible> + Clone) {
    let (sender, receiver) = mpsc::channel::<Vec<u8>>(1);
    let receiver = Arc::new(Mutex::new(Some(receiver)));
    let routes = warp::any().map(move || {
        let mut receiver = receiver.lock().unwrap().take().expect("asked once");
        let chunks = stream::poll_fn(move |cx| receiver.poll_recv(cx));
        warp::reply::stream(chunks.map(Ok::<_, Infallible>))
    });
    (sender, routes)
}

async fn echo(socket: WebSocket) {
    let (sender, messages) = socket.split();
    messages.forward(sender).map(drop).await;
}

#[tokio::test]
async fn a_websocket_over_a_socket() {
    let routes = warp::path("ws").and(warp::ws()).map(|ws: Ws| ws.on_upgrade(echo));
    for address in common::serve_both(&layer(), routes).await {
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
            compare(origin, &head, 101, wanted);
            assert_eq!(head.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

            // A text frame with a mask of zeros (5.2), and the echo, which a server sends unmasked.
            stream.write_all(b"\x81\x85\0\0\0\0hello").await.unwrap();
            let mut frame = [0; 7];
            stream.read_exact(&mut frame).await.unwrap();
            assert_eq!(&frame, b"\x81\x05hello");
        }
    }
}
