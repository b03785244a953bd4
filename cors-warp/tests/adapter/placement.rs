//! A filter with the layer among filters without it, and what a server has to see to.

use std::net::SocketAddr;

use crate::common::{self, APP, BARE, Connection, SIMPLE, Server, bare, compare, get, layer, rows};
use cors_warp::Layer;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::Service;
use warp::Filter;

/// Answers 200 to every method.
fn item() -> impl Filter<Extract = (&'static str,), Error = warp::Rejection> + Clone {
    warp::path!("item").map(|| "handled")
}

#[tokio::test]
async fn a_filter_among_others() {
    let cors = layer();
    let home = warp::path::end().map(|| "home");
    let covered = item().with(warp::wrap_fn(|filter| cors_warp::filter(&cors, filter)));
    let app = bare(warp::path("api").and(covered).or(home));
    app.check(rows("/api/item")).await;
    app.check([
        ("its neighbour is bare", get("/", APP), 200, BARE),
        ("404 is another's", get("/api/none", APP), 404, BARE),
    ])
    .await;
}

/// Inside a service of one's own, warp does not know the peer; an extension tells.
#[test]
fn the_peers_address() {
    let routes = warp::addr::remote().and(warp::ext::optional::<SocketAddr>()).map(
        |warps: Option<SocketAddr>, ours: Option<SocketAddr>| {
            format!("{} {}", warps.is_some(), ours.is_some())
        },
    );
    let known = |server: &Server| {
        String::from_utf8(Connection::once(server.address(), get("/", APP)).body).unwrap()
    };
    let service = layer().layer(warp::service(routes));
    let plain = service.clone();
    let plain = Server::on_tokio(|listener| common::serve_on(listener, plain));
    assert_eq!(known(&plain), "false false");

    let filter = cors_warp::filter(&layer(), routes);
    let filter = Server::on_tokio(|listener| warp::serve(filter).incoming(listener).run());
    assert_eq!(known(&filter), "true false");

    let mut service = service;
    let with_address = tower::service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(SocketAddr::from(([127, 0, 0, 1], 1)));
        service.call(request)
    });
    let extended = Server::on_tokio(|listener| common::serve_on(listener, with_address));
    assert_eq!(known(&extended), "false true");
}

/// A connection served without upgrades: the handshake looks well, and there it ends.
#[test]
fn a_websocket_without_upgrades() {
    let routes = warp::ws().map(|ws: warp::ws::Ws| ws.on_upgrade(|_| async {}));
    let service = TowerToHyperService::new(layer().layer(warp::service(routes)));
    let server = Server::on_tokio(|listener| async move {
        let (stream, _) = listener.accept().await.unwrap();
        let server = hyper::server::conn::http1::Builder::new();
        let _ = server.serve_connection(TokioIo::new(stream), service).await;
    });
    let handshake = get("/", APP)
        .with("connection", "upgrade")
        .with("upgrade", "websocket")
        .with("sec-websocket-version", "13")
        .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let mut connection = Connection::open(server.address());
    connection.request(&handshake);
    compare("handshake", &connection.head(), 101, SIMPLE);
    assert!(connection.rest().is_empty(), "closed");
}
