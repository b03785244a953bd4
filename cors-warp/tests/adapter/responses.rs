//! What only warp's filters have: extensions, and paths matched in parts. What is a rejection rather
//! than a reply: `reach.rs`.

use crate::common::{self, APP, SIMPLE, both, compare, get, layer};
use warp::{Filter, Reply};

#[tokio::test]
async fn extensions_pass() {
    #[derive(Clone, Debug, PartialEq)]
    struct Marker(u32);

    let routes = warp::ext::get::<Marker>().map(|Marker(number)| {
        let mut response = "body".into_response();
        response.extensions_mut().insert(Marker(number + 1));
        response
    });
    for app in both(&layer(), routes) {
        let mut request: http::Request<String> = get("/", APP).into();
        request.extensions_mut().insert(Marker(1));
        let response = app.send(request).await;

        assert_eq!(response.extensions().get(), Some(&Marker(2)));
        compare(app.around, &response, 200, SIMPLE);
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
