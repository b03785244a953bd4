//! What warp's requests have for a selector, and filters lack.

use crate::common::{self, BARE, around_filter, around_service, both, compare, get, only};
use cors_warp::CorsLayer;
use warp::{Filter, Rejection, Reply};

const A: &str = "https://a.example";
const READ_BY_A: &str = "access-control-allow-origin: https://a.example";

fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let own = || {
        let reply = warp::reply::with_header("own", "vary", "accept");
        warp::reply::with_header(reply, "access-control-allow-origin", "https://handler.example")
    };
    warp::path("plain").map(|| "plain").or(warp::path("own").map(own))
}

/// The path is the whole one, however much of it has been matched.
#[tokio::test]
async fn by_the_whole_path_below_a_prefix() {
    let a = only(&[A]);
    let layer =
        CorsLayer::select(move |head| (head.uri().path() == "/api/plain").then(|| a.clone()));
    let app = common::bare(warp::path("api").and(cors_warp::filter(&layer, routes())));
    app.check([
        ("one", get("/api/plain", A), 200, &[READ_BY_A]),
        (
            "the other",
            get("/api/own", A),
            200,
            &["access-control-allow-origin: https://handler.example", "vary: accept"],
        ),
    ])
    .await;
}

/// Filters lend no extensions.
#[tokio::test]
async fn by_extension() {
    #[derive(Clone)]
    struct Internal;
    let a = only(&[A]);
    let layer = CorsLayer::select(move |head| {
        head.extensions().get::<Internal>().is_none().then(|| a.clone())
    });
    let internal = || {
        let mut request: http::Request<String> = get("/plain", A).into();
        request.extensions_mut().insert(Internal);
        request
    };
    let service = around_service(&layer, routes());
    compare("seen", &service.send(internal()).await, 200, BARE);
    let filter = around_filter(&layer, routes());
    compare("not seen", &filter.send(internal()).await, 200, &[READ_BY_A]);
}

#[tokio::test]
async fn by_version() {
    let a = only(&[A]);
    let layer =
        CorsLayer::select(move |head| (head.version() == http::Version::HTTP_2).then(|| a.clone()));
    for app in both(&layer, routes()) {
        let mut request: http::Request<String> = get("/plain", A).into();
        *request.version_mut() = http::Version::HTTP_2;
        compare("HTTP/2", &app.send(request).await, 200, &[READ_BY_A]);
        compare("HTTP/1.1", &app.send(get("/plain", A)).await, 200, BARE);
    }
}
