//! The same requests get the same answers whichever is worn: around a service or around a filter,
//! in memory and over a socket; and what a server has to see to.

mod common;

use std::net::SocketAddr;

use common::{APP, BARE, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, Row, SIMPLE};
use common::{bare, both, compare, get, layer, over_socket, preflight, request};
use cors_warp::Layer;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::Service;
use warp::Filter;

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
fn item() -> impl Filter<Extract = (&'static str,), Error = warp::Rejection> + Clone {
    warp::path!("item").map(|| "handled")
}

#[tokio::test]
async fn a_service_and_a_filter() {
    for app in both(&layer(), item()) {
        app.check(rows("/item")).await;
    }
}

#[tokio::test]
async fn a_filter_among_others() {
    let cors = layer();
    let home = warp::path::end().map(|| "home");
    let worn = item().with(warp::wrap_fn(|filter| cors_warp::filter(&cors, filter)));
    let app = bare(warp::path("api").and(worn).or(home));
    app.check(rows("/api/item")).await;
    app.check([
        ("its neighbour is bare", get("/", APP), 200, BARE),
        ("404 is another's", get("/api/none", APP), 404, BARE),
    ])
    .await;
}

#[tokio::test]
async fn over_sockets() {
    for address in common::serve_both(&layer(), item()).await {
        for (what, request, status, wanted) in rows("/item") {
            let response = over_socket(address, request).await;
            compare(what, &response, status, wanted);
            let has_length = response.headers().contains_key("content-length");
            let body = if status == 200 { b"handled".as_slice() } else { b"" };
            // RFC 9110, 8.6: no Content-Length on 204.
            let wanted = (status != 204, body);
            assert_eq!((has_length, response.body().as_slice()), wanted, "{what}");
        }
    }
}

/// Inside a service of one's own, warp does not know the peer; an extension tells.
#[tokio::test]
async fn the_peers_address() {
    let routes = warp::addr::remote().and(warp::ext::optional::<SocketAddr>()).map(
        |warps: Option<SocketAddr>, ours: Option<SocketAddr>| {
            format!("{} {}", warps.is_some(), ours.is_some())
        },
    );
    let [service, filter] = common::serve_both(&layer(), routes).await;
    assert_eq!(over_socket(service, get("/", APP)).await.body(), b"false false");
    assert_eq!(over_socket(filter, get("/", APP)).await.body(), b"true false");

    let mut service = layer().layer(warp::service(routes));
    let with_address = tower::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(SocketAddr::from(([127, 0, 0, 1], 1)));
        service.call(request)
    });
    let address = common::serve(with_address).await;
    assert_eq!(over_socket(address, get("/", APP)).await.body(), b"false true");
}

/// A connection served without upgrades: the handshake looks well, and there it ends.
#[tokio::test]
async fn a_websocket_without_upgrades() {
    use tokio::io::AsyncReadExt;

    let routes = warp::ws().map(|ws: warp::ws::Ws| ws.on_upgrade(|_| async {}));
    let service = TowerToHyperService::new(layer().layer(warp::service(routes)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let server = hyper::server::conn::http1::Builder::new();
        server.serve_connection(TokioIo::new(stream), service).await
    });
    let handshake = [
        ("origin", APP),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let mut stream = common::connect(address, &request("GET", "/", &handshake)).await;
    let head = common::read_head(&mut stream).await;
    compare("handshake", &head, 101, SIMPLE);
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "closed");
}
