//! What only axum's requests have for a selector.

use crate::common::{BARE, check, compare, get, only, request, send};
use axum::Router;
use axum::body::Body;
use axum::extract::OriginalUri;
use axum::http::{Method, Request, Version};
use axum::routing::any;
use cors_axum::CorsLayer;

const A: &str = "https://a.example";
const READ_BY_A: &str = "access-control-allow-origin: https://a.example";

#[tokio::test]
async fn by_method_version_and_extension() {
    #[derive(Clone)]
    struct Internal;
    let a = only(&[A]);
    let layer = CorsLayer::select(move |head| {
        let is_public = head.extensions().get::<Internal>().is_none();
        let is_new = head.version() == Version::HTTP_2;
        (is_public && is_new && head.method() == Method::GET).then(|| a.clone())
    });
    let app = Router::new().route("/plain", any(|| async {})).layer(layer);
    let sent = |method, version| {
        let mut sent: Request<Body> = request(method, "/plain", &[("origin", A)]).into();
        *sent.version_mut() = version;
        sent
    };
    let mut internal = sent("GET", Version::HTTP_2);
    internal.extensions_mut().insert(Internal);
    let rows: [(_, _, &[&str]); 4] = [
        ("all", sent("GET", Version::HTTP_2), &[READ_BY_A]),
        ("version", sent("GET", Version::HTTP_11), BARE),
        ("method", sent("POST", Version::HTTP_2), BARE),
        ("extension", internal, BARE),
    ];
    for (what, request, wanted) in rows {
        compare(what, &send(&app, request).await, 200, wanted);
    }
}

#[tokio::test]
async fn by_the_whole_path_inside_a_nested_router() {
    let a = only(&[A]);
    let layer = CorsLayer::select(move |head| {
        let OriginalUri(whole) = head.extensions().get::<OriginalUri>()?;
        assert_eq!(head.uri().path(), "/plain", "axum takes the prefix off");
        (whole.path() == "/a/plain").then(|| a.clone())
    });
    let inner = Router::new().route("/plain", any(|| async {})).layer(layer);
    let app = Router::new().nest("/a", inner.clone()).nest("/b", inner);
    check(
        &app,
        [
            ("one", get("/a/plain", A), 200, &[READ_BY_A]),
            ("the other", get("/b/plain", A), 200, &[]),
        ],
    )
    .await;
}
